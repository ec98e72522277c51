"""How far the annotators of one document agree, as one number from 0 to 1, and what they disagree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, Literal

import msgspec

from annotate.labeling.agreement.gather import Annotated
from annotate.labeling.agreement.spans import SAME_LABEL, SpanCounts, count_spans

Question = Literal["origin", "reliability", "score", "spans"]

HALF_SCALE: Final[dict[Question, float]] = {"reliability": 2.0, "score": 50.0}
"""Answers half the scale apart count as no agreement at all: on 0 to 100, "broken" against "good enough" is 50."""


class DocumentAgreement(msgspec.Struct, frozen=True):
    """How far annotators agree on one document."""

    doc_id: str
    sha256: str
    annotators: list[str]
    agreement: float
    """That of the question they agree on least, 0 to 1."""
    questions: dict[Question, float]
    """By question, where at least two answered. ``origin``: (votes for the first - votes for the second) / votes, so
    that 0 is a tie. ``reliability``, ``score``: 1 - mean difference of pairs / half the scale, not below 0.
    ``spans``: F1 by characters with the same label over all pairs; 1 where nobody marked anything."""
    why: list[str]
    """One phrase for each question they do not fully agree on, the worst first."""


def document_agreement(document: Annotated, spans: SpanCounts | None = None) -> DocumentAgreement:
    """Judge a document that at least two annotators did.

    Args:
        document: the entries.
        spans: what :func:`count_spans` counted, where that is known already.
    """
    questions: dict[Question, float] = {}
    said: dict[Question, str] = {}
    origins = [(e.annotator, e.origin) for e in document if e.origin is not None]
    if len(origins) > 1:
        (_, first), (_, second), *_ = [*Counter(o for _, o in origins).most_common(), ("", 0)]
        questions["origin"] = (first - second) / len(origins)
        said["origin"] = "origin " + ", ".join(f"{value} ({name})" for name, value in origins)
    ratings: dict[Question, list[tuple[str, float]]] = {
        "reliability": [(e.annotator, e.reliability) for e in document if e.reliability is not None],
        "score": [(e.annotator, e.score) for e in document if e.score is not None],
    }
    for question, rated in ratings.items():
        if len(rated) > 1:
            questions[question] = _closeness([value for _, value in rated], HALF_SCALE[question])
            said[question] = f"{question} " + ", ".join(f"{value:g} ({name})" for name, value in rated)
    counts = (spans or count_spans(document)).pairs.get(SAME_LABEL)
    questions["spans"] = 2 * counts.agreed_characters / counts.characters if counts else 1.0
    numbers = ", ".join(f"{len(e.spans)} ({e.annotator})" for e in document)
    said["spans"] = f"spans with F1 {questions['spans']:.2f}: {numbers}"
    worst_first = sorted((q for q in questions if questions[q] < 1), key=lambda q: (questions[q], q))
    return DocumentAgreement(
        doc_id=document[0].doc_id,
        sha256=document[0].sha256,
        annotators=[e.annotator for e in document],
        agreement=round(min(questions.values()), 4),
        questions={question: round(value, 4) for question, value in questions.items()},
        why=[said[question] for question in worst_first],
    )


def most_disputed(judged: Iterable[DocumentAgreement]) -> list[DocumentAgreement]:
    """Those without full agreement, the worst first.

    Sorted by the question they agree on least, then by the mean of all questions, then by id.
    """
    disputed = [d for d in judged if d.agreement < 1]
    return sorted(
        disputed, key=lambda d: (d.agreement, sum(d.questions.values()) / len(d.questions), d.doc_id, d.sha256)
    )


def _closeness(values: Sequence[float], half: float) -> float:
    pairs = list(combinations(values, 2))
    return max(0.0, 1 - sum(abs(a - b) for a, b in pairs) / len(pairs) / half)
