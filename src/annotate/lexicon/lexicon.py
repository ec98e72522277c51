"""Loading and asking the word list."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

WORDS_FILE: Final = "words.txt.gz"
FOLLOWERS_FILE: Final = "followers.txt.gz"

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def word_tuple(text: str) -> tuple[str, ...]:
    """Split a list of words written as one string, as the small closed lists of this package are."""
    return tuple(text.split())


def tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Give (start, end, surface) of each run of letters, apostrophes inside included; hyphens and digits divide."""
    for match in _TOKEN.finditer(text):
        yield match.start(), match.end(), match.group()


class Lexicon:
    """Terms as they are written, with their document frequency, lower-case and capitalised uses kept apart.

    A capitalised term counts only where its position does not ask for the capital; a possessive ``'s`` is taken off;
    apostrophes are straight (``'``). Counted by :mod:`annotate.training.lexicon` from human texts.
    """

    __slots__ = ("_followers", "_words", "digest", "documents")

    def __init__(
        self, words: dict[str, int], followers: dict[str, tuple[int, int]], documents: int, digest: str
    ) -> None:
        self._words = words
        self._followers = followers
        self.documents = documents
        """Documents counted."""
        self.digest = digest
        """First 16 hexadecimal digits of the SHA-256 of the two files."""

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, term: object) -> bool:
        return term in self._words

    def count(self, term: str) -> int:
        """Documents in which the term occurs written exactly so; 0 if the list does not have it."""
        return self._words.get(term, 0)

    def any_case(self, word: str) -> int:
        """Documents in which the word occurs in lower case, capitalised or in capitals: the largest of the three."""
        get = self._words.get
        lower = word.lower()
        return max(get(word, 0), get(lower, 0), get(lower[:1].upper() + lower[1:], 0), get(lower.upper(), 0))

    def possessive_share(self, word: str) -> float | None:
        """How much the lower-case ``word`` is at home after a possessive rather than after a plural noun.

        The share in [0, 1] of documents with "X's word" among those with "X's word" or "Xs word", with one half added
        to each count; None if the pair was not seen often enough to say.
        """
        pair = self._followers.get(word)
        if pair is None:
            return None
        possessive, plural = pair
        return (possessive + 0.5) / (possessive + plural + 1.0)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the shipped list, once per process.

    Raises:
        FileNotFoundError: if the package was installed without its data.
    """
    folder = Path(__file__).parent
    packed = [(folder / name).read_bytes() for name in (WORDS_FILE, FOLLOWERS_FILE)]
    digest = hashlib.sha256(b"".join(packed)).hexdigest()[:16]
    words: dict[str, int] = {}
    first, *lines = gzip.decompress(packed[0]).decode("utf-8").split("\n")
    for line in lines:
        n, *terms = line.split(" ")
        words.update(dict.fromkeys(terms, int(n)))
    followers: dict[str, tuple[int, int]] = {}
    for line in gzip.decompress(packed[1]).decode("utf-8").split("\n"):
        term, possessive, plural = line.split(" ")
        followers[term] = (int(possessive), int(plural))
    return Lexicon(words, followers, int(first), digest)
