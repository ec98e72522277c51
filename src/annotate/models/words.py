"""Words that a translation editor would mark, from the encoder's token heads.

Trained on MQM annotations. Annotators saw the source, the encoder does not: what it can find is what a reader of the
English alone can see. The card says which families of issues those are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from annotate.documents import Document, Range
from annotate.models import encoder
from annotate.models.heads import TOKEN_HEADS, TOKEN_SLICE


class WordHead(encoder.Joint, frozen=True):
    """Calibration of one token head: over its own log-odds and those of ``any-error``."""

    threshold: float | None
    """Probability from which a word is flagged; None for a head that was not found precise enough to flag anything."""


@dataclass(frozen=True, slots=True)
class MarkedWords:
    """A run of neighbouring words of one sentence that one head marks."""

    start: int
    end: int
    head: str
    score: float
    """Highest calibrated probability among the words: that a rater marks the word under this head."""


@lru_cache(maxsize=2)
def load_word_heads() -> dict[str, WordHead]:
    """Read the calibration of every token head that has one, once per process."""
    return encoder.read_facts("words", dict[str, WordHead])


def mark_words(document: Document, within: Sequence[Range]) -> list[MarkedWords]:
    """Mark words inside ranges of a document (sorted, disjoint); where two heads mark a word, the surer one does."""
    words = list(_inside(document.layout.words, within))
    if not words:
        return []
    values = encoder.encode(document).range_means(words, TOKEN_SLICE)
    error = values[:, TOKEN_HEADS.index("any-error")]
    best = np.zeros(len(words))
    chosen = [""] * len(words)
    for name, head in sorted(load_word_heads().items()):
        if head.threshold is None or name == "any-error":
            continue
        scores = head.probability(np.column_stack([values[:, TOKEN_HEADS.index(name)], error]))
        for i in np.flatnonzero((scores >= head.threshold) & (scores > best)).tolist():
            best[i], chosen[i] = scores[i], name
    return _runs(document, words, chosen, best.tolist())


def _inside(words: Sequence[Range], within: Sequence[Range]) -> Iterator[Range]:
    """Keep the words that lie in a range; both are in order and disjoint, so one pass is enough."""
    at = 0
    for word in words:
        while at < len(within) and within[at].end <= word.start:
            at += 1
        if at < len(within) and within[at].start <= word.start and word.end <= within[at].end:
            yield word


def _runs(
    document: Document, words: Sequence[Range], chosen: Sequence[str], scores: Sequence[float]
) -> list[MarkedWords]:
    """Join neighbours of one head; a sentence's end or another word between them parts them."""
    ends = {s.end for s in document.layout.sentences}
    found: list[MarkedWords] = []
    for word, head, score in zip(words, chosen, scores, strict=True):
        if not head:
            continue
        last = found[-1] if found else None
        between = document.text[last.end : word.start] if last is not None else ""
        if last is not None and last.head == head and between.isspace() and last.end not in ends:
            found[-1] = MarkedWords(last.start, word.end, head, max(last.score, score))
        else:
            found.append(MarkedWords(word.start, word.end, head, score))
    return found
