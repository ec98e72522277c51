"""What the encoder answers: the names of its heads, by the unit of text they speak of."""

from __future__ import annotations

from typing import Final, Literal

from annotate.documents import ORIGINS

Tier = Literal["auto", "linear", "encoder"]
"""Which models answer: ``auto`` means the linear ones, and the encoder wherever it can change the answer."""

TOKEN_HEADS: Final = (
    "mistranslation",
    "grammar",
    "spelling",
    "punctuation",
    "terminology",
    "style",
    "any-error",
    "post-edited",
    "replaced",
)
"""Word-level errors. The first six are families of MQM issues, ``any-error`` is all of them; ``post-edited`` are words
that post-editors changed (MLQE-PE), ``replaced`` phrases pasted from elsewhere."""

SENTENCE_HEADS: Final = ("boilerplate", "spam", "garbled")
PASSAGE_HEADS: Final = ORIGINS[1:]

HEADS: Final[dict[str, list[str]]] = {
    "token": list(TOKEN_HEADS),
    "sentence": list(SENTENCE_HEADS),
    "passage": list(PASSAGE_HEADS),
}

ALL_HEADS: Final = (*TOKEN_HEADS, *SENTENCE_HEADS, *PASSAGE_HEADS)
"""All heads in the order of the encoder's output."""

WINDOW: Final = 160
"""Pieces of the longest window, ``[CLS]`` and ``[SEP]`` included: a passage of about 100 words fits."""

TOKEN_SLICE: Final = slice(0, len(TOKEN_HEADS))
SENTENCE_SLICE: Final = slice(len(TOKEN_HEADS), len(TOKEN_HEADS) + len(SENTENCE_HEADS))
PASSAGE_SLICE: Final = slice(len(TOKEN_HEADS) + len(SENTENCE_HEADS), len(ALL_HEADS))
"""Where each group's columns are."""
