"""What is kept of a text to find others about the same event: a MinHash of its wording and the terms of its topic."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from math import log
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents.document import Document
from annotate.lexicon import lexicon
from annotate.models.features import FUNCTION_WORDS, stable_hash

PERMUTATIONS: Final = 64
TERMS: Final = 48
"""Terms kept of a topic. With 32 the linking of stories is worse, with 96 no better."""

SHINGLE: Final = 5
"""Words in a shingle, as in near-duplicate search of web pages (Broder 1997; Manning et al. 2008, ch. 19.6)."""
_BLOCK: Final = 4096

U64 = npt.NDArray[np.uint64]


class Fingerprint(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A text without its words; about 400 bytes whatever its length (550 in JSON)."""

    words: int
    minhash: bytes
    """Least values of 64 permutations of the hashes of its 5-word shingles, ``<u2``; empty below 5 words.

    Sixteen bits of each are enough to compare by: two different ones agree once in 65,536 (Li & König 2010)."""
    terms: bytes
    """32-bit hashes of its heaviest content words and names, ascending, ``<u4``; at most 48."""
    weights: bytes
    """How much each term tells of the topic, one byte each, 1 to 255: tf·idf as a share of the largest."""


def fingerprint(document: Document) -> Fingerprint:
    """Take the fingerprint of a document's text and title. Linear in their length; the same bytes everywhere."""
    text = document.text
    words = [text[r.start : r.end] for r in document.layout.words]
    hashes = np.fromiter((word_hash(w) for w in words), dtype=np.uint64, count=len(words))
    terms, weights = _topic(words, (document.title or "").split())
    return Fingerprint(len(words), minhash(hashes), terms, weights)


@lru_cache(maxsize=1 << 16)
def word_hash(word: str) -> int:
    """Hash a word without regard to case and the shape of apostrophes; 64 bits, the same everywhere."""
    return stable_hash(fold(word))


def fold(word: str) -> str:
    """Write a word one way: lower case, straight apostrophe."""
    return word.lower().replace("’", "'")


def shingles(hashes: U64, length: int) -> U64:
    """Hash every run of ``length`` hashes; modulo 2**64, in order."""
    count = len(hashes) - length + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    rolled: U64 = np.zeros(count, dtype=np.uint64)
    for i in range(length):
        rolled = (rolled + hashes[i : i + count]) * np.uint64(0x9E3779B97F4A7C15)
        rolled ^= rolled >> np.uint64(29)
    return rolled


def _permutations() -> tuple[U64, U64]:
    # Multiply-shift hashing (Dietzfelbinger et al. 1997): odd multipliers, the upper 32 bits are the value.
    seeds = [stable_hash(f"minhash {i}") for i in range(2 * PERMUTATIONS)]
    values = np.array(seeds, dtype=np.uint64)
    return values[:PERMUTATIONS] | np.uint64(1), values[PERMUTATIONS:]


_MULTIPLY, _ADD = _permutations()


def minhash(hashes: U64) -> bytes:
    """MinHash (Broder 1997) of the shingles of a sequence of word hashes; empty if there is no shingle."""
    found = np.unique(shingles(hashes, SHINGLE))
    if not len(found):
        return b""
    least = np.full(PERMUTATIONS, np.iinfo(np.uint32).max, dtype=np.uint32)
    for start in range(0, len(found), _BLOCK):
        block = found[start : start + _BLOCK, None] * _MULTIPLY + _ADD
        np.minimum(least, (block >> np.uint64(32)).min(axis=0).astype(np.uint32), out=least)
    return (least & np.uint32(0xFFFF)).astype("<u2").tobytes()


def resemblance(a: Fingerprint, b: Fingerprint) -> float:
    """Estimate the Jaccard similarity of the 5-word shingles of two texts, in [0, 1]; standard error at most 0.07."""
    if not a.minhash or not b.minhash:
        return 0.0
    return float(np.mean(np.frombuffer(a.minhash, "<u2") == np.frombuffer(b.minhash, "<u2")))


def _topic(words: list[str], title: list[str]) -> tuple[bytes, bytes]:
    counts: Counter[str] = Counter()
    for word in [*words, *title]:
        counts[word] += 1
    terms: Counter[int] = Counter()
    rarity: dict[int, float] = {}
    for word, count in counts.items():
        term = _term(word)
        if term is not None:
            terms[term[0]] += count
            rarity[term[0]] = term[1]
    weighed = [(round((1.0 + log(tf)) * rarity[t], 6), t) for t, tf in terms.items()]
    weighed.sort(key=lambda pair: (-pair[0], pair[1]))
    kept = sorted((t, w) for w, t in weighed[:TERMS])
    top = weighed[0][0] if weighed else 1.0
    weights = bytes(max(1, round(255 * w / top)) for _, w in kept)
    return np.array([t for t, _ in kept], dtype="<u4").tobytes(), weights


@lru_cache(maxsize=1 << 16)
def _term(word: str) -> tuple[int, float] | None:
    """Give a content word's hash and inverse document frequency; None for any other."""
    plain = fold(word).removesuffix("'s").removesuffix("'")
    if len(plain) < 3 or not plain[0].isalpha() or plain in FUNCTION_WORDS:
        return None
    known = lexicon()
    count = max(known.any_case(plain), known.any_case(word))
    return stable_hash(plain) & 0xFFFFFFFF, round(log((known.documents + 1) / (count + 1)), 6)
