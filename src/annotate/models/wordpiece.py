"""Word pieces of tokens whose format has been unified: the encoder's view of a text.

The encoder sees the forms of :mod:`annotate.models.features`, so that quotation marks, dashes, digits, case and blanks
cannot tell it what the linear models may not know either. The pieces are those of BERT's uncased vocabulary: accents
stripped, punctuation apart, then the longest known piece from the left (Wu et al. 2016, arXiv 1609.08144).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from annotate.errors import AnnotateError
from annotate.models.features import Form, Span, tokenize

Ints = npt.NDArray[np.int32]

PAD: Final = "[PAD]"
UNKNOWN: Final = "[UNK]"
START: Final = "[CLS]"
BREAK: Final = "[SEP]"
"""Stands behind every sentence, so that line breaks and paragraphs, which are format, look like nothing else."""

_LONGEST: Final = 100
"""Characters from which a word is unknown instead of being cut up, as in BERT."""
_CACHE_LIMIT: Final = 200_000


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of some units of a text, in order; four arrays of one length and two by unit.

    ``ids[i]`` stands for (a part of) ``text[starts[i]:ends[i]]``; ``units[i]`` is the unit (sentence) it stands in.
    ``words[u]`` counts the words of unit ``u``; ``unit_count`` includes units without any piece.
    """

    ids: Ints
    starts: Ints
    ends: Ints
    units: Ints
    words: Ints

    @property
    def unit_count(self) -> int:
        """How many units there are, empty ones included."""
        return len(self.words)


class WordPiece:
    """Cuts forms into pieces of a vocabulary.

    Args:
        vocabulary: the pieces in the order of their ids; those inside a word begin with ``##``.

    Raises:
        AnnotateError: if one of the four special pieces is missing.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {piece: i for i, piece in enumerate(vocabulary)}
        missing = [piece for piece in (PAD, UNKNOWN, START, BREAK) if piece not in self._ids]
        if missing:
            raise AnnotateError(f"The encoder's vocabulary lacks {missing[0]}; install annotate again.")
        self.pad, self.start, self.break_ = self._ids[PAD], self._ids[START], self._ids[BREAK]
        self._unknown = self._ids[UNKNOWN]
        self._cache: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def __call__(self, form: str) -> tuple[int, ...]:
        """Give the ids of one form; empty for one of which nothing is left."""
        found = self._cache.get(form)
        if found is None:
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            found = tuple(i for part in _parts(form) for i in self._longest_first(part))
            self._cache[form] = found
        return found

    def _longest_first(self, part: str) -> list[int]:
        if len(part) > _LONGEST:
            return [self._unknown]
        found: list[int] = []
        at = 0
        while at < len(part):
            prefix = "##" if at else ""
            for end in range(len(part), at, -1):
                piece = self._ids.get(prefix + part[at:end])
                if piece is not None:
                    found.append(piece)
                    at = end
                    break
            else:
                return [self._unknown]
        return found

    def pieces(self, text: str, units: Iterable[Span]) -> Pieces:
        """Cut the tokens of each unit of a text into pieces. Offsets are code points of the whole text."""
        tokens = tokenize(text, units)
        return self.of_forms(tokens.forms, tokens.starts, tokens.ends, tokens.units, tokens.words)

    def of_forms(self, forms: Sequence[Form], starts: Ints, ends: Ints, units: Ints, words: Ints) -> Pieces:
        """Cut forms that were found before; a piece has the offsets and the unit of its form."""
        cut = [self(form.text) for form in forms]
        sizes = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut))
        ids = np.fromiter((i for part in cut for i in part), dtype=np.int32, count=int(sizes.sum()))
        return Pieces(ids, np.repeat(starts, sizes), np.repeat(ends, sizes), np.repeat(units, sizes), words)


def _parts(form: str) -> list[str]:
    """Strip accents and set every mark of punctuation apart."""
    plain = form
    if not form.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFD", form) if unicodedata.category(c) != "Mn").lower()
    if plain.isalnum() and plain.isascii():
        return [plain]
    parts: list[str] = []
    word = ""
    for c in plain:
        if _is_mark(c) or _is_ideograph(c):
            if word:
                parts.append(word)
            parts.append(c)
            word = ""
        elif unicodedata.category(c) not in {"Cc", "Cf"}:
            word += c
    if word:
        parts.append(word)
    return parts


def _is_mark(c: str) -> bool:
    """BERT's idea of punctuation: Unicode's, and every ASCII mark."""
    return (c.isascii() and not c.isalnum() and not c.isspace()) or unicodedata.category(c).startswith("P")


def _is_ideograph(c: str) -> bool:
    """Know the blocks of CJK ideographs that BERT cuts into single characters."""
    return any(low <= ord(c) <= high for low, high in _IDEOGRAPHS)


_IDEOGRAPHS: Final = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
