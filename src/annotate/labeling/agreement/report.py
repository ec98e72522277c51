"""Agreement of annotators over many documents: figures with intervals, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import Final

import msgspec
import numpy as np

from annotate.documents import LABELS
from annotate.evaluation.bootstrap import Floats, Interval, ratio
from annotate.evaluation.figures import Resampling, figures
from annotate.labeling.agreement.alpha import (
    interval_alpha,
    interval_row,
    nominal_alpha,
    nominal_row,
    ordinal_alpha,
    ordinal_row,
)
from annotate.labeling.agreement.disputes import DocumentAgreement, document_agreement, most_disputed
from annotate.labeling.agreement.gather import LABELING_SPLITS, Annotated, Gathered, gather
from annotate.labeling.agreement.spans import (
    ANY_LABEL,
    SAME_LABEL,
    CharacterCounts,
    PairCounts,
    SpanCounts,
    count_spans,
)
from annotate.labeling.configuration import MAXIMUM_RATING
from annotate.labeling.labels import Labeled, Split
from annotate.labeling.meanings import VERDICT_MEANINGS

_ORIGINS: Final = tuple(VERDICT_MEANINGS)


class Coefficient(msgspec.Struct, frozen=True):
    """A measure of agreement with its interval, or why there is none."""

    value: float | None
    """Alpha: 1 agreement, 0 what chance would give, below 0 worse than chance. F1: 0 to 1. None where undefined."""
    interval: Interval | None
    """95 % bootstrap interval over documents; None where the documents cannot tell."""
    undefined: str | None
    """Why there is no value; None where there is one."""


class SpanAgreement(msgspec.Struct, frozen=True):
    """Agreement on the spans of one label. F1 is over all pairs of annotators on all documents, added up."""

    label: str
    """A label; ``same label``: all labels, where two spans agree only if their label is the same; ``any label``:
    position alone."""
    documents: int
    """Documents in which at least one annotator marked this."""
    spans: int
    """Spans that all annotators marked."""
    exact: Coefficient
    """F1 of spans with both ends equal."""
    partial: Coefficient
    """F1 with one point for an exact match and half a point for an overlap (MUC-5, SemEval-2013 task 9)."""
    overlap: Coefficient
    """F1 of spans with at least one character in common."""
    characters: Coefficient
    """F1 of characters. For ``any label`` this is the soft, for ``same label`` the hard one of span error studies."""
    alpha: Coefficient
    """Krippendorff's alpha over characters, nominal. A label: marked or not. ``same label``: the set of labels on a
    character. ``any label``: marked with anything or not."""


class Marked(msgspec.Struct, frozen=True):
    """Documents × pairs of annotators by who marked anything. Both nothing: invisible to F1, and lifts alpha."""

    both: int
    one: int
    neither: int


class Agreement(msgspec.Struct, frozen=True):
    """How far annotators agree on the documents that at least two of them did."""

    documents: int
    annotators: list[str]
    """Who did at least one of these documents; of a pair, both."""
    origin: Coefficient
    """Krippendorff's alpha, nominal."""
    reliability: Coefficient
    """Krippendorff's alpha, ordinal."""
    score: Coefficient
    """Krippendorff's alpha, interval."""
    marked: Marked
    same_label: SpanAgreement
    any_label: SpanAgreement
    labels: list[SpanAgreement]
    """Labels that anybody used, in the order of the label list; empty for a pair of annotators."""


class ArmAgreement(msgspec.Struct, frozen=True):
    """Agreement among those who worked the same way: with pre-marks (``main``) or without (``blind``)."""

    split: Split
    annotators: dict[str, int]
    """Annotator → documents."""
    single: int
    """Documents that only one annotator did: they say nothing about agreement."""
    all: Agreement
    pairs: list[Agreement]
    """Every two annotators by themselves, without intervals, whether they share documents or not."""
    disputed: list[DocumentAgreement]
    """Documents without full agreement, most disputed first."""


class AgreementReport(msgspec.Struct, frozen=True):
    """Everything that ``annotate label agree`` says."""

    resampling: Resampling
    cancelled: int
    """Entries left out because the annotator skipped the document."""
    other_splits: dict[str, int]
    """Split → entries left out because of it."""
    adjudicated: int
    """Entries left out because they settle a document."""
    changed: list[str]
    """Ids labeled on more than one text: each text is a document of its own."""
    arms: list[ArmAgreement]


def agreement(
    entries: Iterable[Labeled],
    *,
    splits: Sequence[Split] = LABELING_SPLITS,
    resampling: Resampling = Resampling(),  # noqa: B008 - frozen
) -> AgreementReport:
    """Measure how far annotators agree.

    Args:
        entries: one per document and annotator.
        splits: which to take, each reported apart.
        resampling: how intervals are made.

    Raises:
        AnnotateError: if two entries on one text say that it has different lengths.
    """
    return measure(gather(entries, splits), splits=splits, resampling=resampling)


def measure(gathered: Gathered, *, splits: Sequence[Split], resampling: Resampling) -> AgreementReport:
    """Measure what was gathered already; see :func:`agreement`."""
    arms = []
    for split in splits:
        documents = [tuple(e for e in document if e.split == split) for document in gathered.documents]
        documents = [document for document in documents if document]
        if documents:
            arms.append(_arm(split, documents, resampling))
    return AgreementReport(
        resampling=resampling,
        cancelled=gathered.cancelled,
        other_splits=gathered.other_splits,
        adjudicated=len(gathered.adjudicated),
        changed=gathered.changed,
        arms=arms,
    )


def _arm(split: Split, documents: list[Annotated], resampling: Resampling) -> ArmAgreement:
    annotators: dict[str, int] = {}
    compared: list[tuple[Annotated, SpanCounts]] = []
    shared: dict[tuple[str, str], list[tuple[Annotated, SpanCounts]]] = {}
    for document in documents:
        for entry in document:
            annotators[entry.annotator] = annotators.get(entry.annotator, 0) + 1
        if len(document) > 1:
            compared.append((document, count_spans(document)))
        for pair in combinations(document, 2):
            counted = compared[-1] if len(document) == 2 else (pair, count_spans(pair))
            shared.setdefault((pair[0].annotator, pair[1].annotator), []).append(counted)
    names = sorted(annotators)
    nothing_shared = "no document was done by two annotators" if len(names) > 1 else "there is only one annotator"
    return ArmAgreement(
        split=split,
        annotators={name: annotators[name] for name in names},
        single=len(documents) - len(compared),
        all=_agreement(compared, names, nothing_shared, resampling),
        pairs=[
            _agreement(shared.get(pair, []), list(pair), "they share no document", None)
            for pair in combinations(names, 2)
        ],
        disputed=most_disputed(document_agreement(*counted) for counted in compared),
    )


class _Columns(msgspec.Struct, frozen=True):
    """Some columns of numbers, a row per document, and what makes coefficients of their sums."""

    rows: Floats
    statistic: Callable[[Floats], Floats]
    """(resamples, columns) → (resamples, coefficients)."""
    undefined: list[str]
    """For each coefficient, why it is undefined where it is."""


def _agreement(
    compared: Sequence[tuple[Annotated, SpanCounts]],
    names: list[str],
    nothing_shared: str,
    resampling: Resampling | None,
) -> Agreement:
    """Measure with intervals and by label; without both where there is no resampling."""
    documents = [document for document, _ in compared]
    counts = [count for _, count in compared]
    used = {label for count in counts for label in count.pairs}
    labels = [label for label in LABELS if label in used] if resampling is not None else []
    rows = [SAME_LABEL, ANY_LABEL, *labels]
    columns = [_origin(documents), _reliability(documents), _score(documents)]
    columns += [_f1(counts, row) for row in rows]
    columns += [_alpha_of_sets(documents, counts), *(_alpha_of_marks(documents, counts, row) for row in rows[1:])]
    origin, reliability, score, *others = _coefficients(columns, nothing_shared, resampling or Resampling(resamples=1))
    f1s, alphas = others[: 4 * len(rows)], others[4 * len(rows) :]

    def spans(number: int) -> SpanAgreement:
        row = rows[number]
        exact, partial, overlap, characters = f1s[4 * number : 4 * number + 4]
        return SpanAgreement(
            label=row,
            documents=sum(1 for count in counts if row in count.pairs),
            spans=sum(_number(document, row) for document in documents),
            exact=exact,
            partial=partial,
            overlap=overlap,
            characters=characters,
            alpha=alphas[number],
        )

    present = {entry.annotator for document in documents for entry in document}
    return Agreement(
        documents=len(documents),
        annotators=[name for name in names if name in present or resampling is None],
        origin=origin,
        reliability=reliability,
        score=score,
        marked=_marked(documents),
        same_label=spans(0),
        any_label=spans(1),
        labels=[spans(number) for number in range(2, len(rows))],
    )


def _coefficients(columns: Sequence[_Columns], nothing_shared: str, resampling: Resampling) -> list[Coefficient]:
    """All coefficients at once, over the same resamples of the documents."""
    reasons = [reason for part in columns for reason in part.undefined]
    rows = np.hstack([part.rows for part in columns])
    if not len(rows):
        return [Coefficient(None, None, nothing_shared) for _ in reasons]
    ends = np.cumsum([part.rows.shape[1] for part in columns])

    def statistic(sums: Floats) -> Floats:
        parts = np.split(sums, ends[:-1], axis=1)
        return np.hstack([part.statistic(own) for part, own in zip(columns, parts, strict=True)])

    return [
        Coefficient(figure.value, figure.interval, None if figure.value is not None else reason)
        for figure, reason in zip(figures(rows, statistic, resampling), reasons, strict=True)
    ]


def _alpha(rows: Sequence[Floats], width: int, alpha: Callable[[Floats], Floats], undefined: str) -> _Columns:
    return _Columns(np.array(rows).reshape(-1, width), lambda sums: alpha(sums)[:, None], [undefined])


def _origin(documents: Sequence[Annotated]) -> _Columns:
    given = [[e.origin for e in document if e.origin is not None] for document in documents]
    rows = [nominal_row([values.count(origin) for origin in _ORIGINS]) for values in given]
    return _alpha(rows, len(_ORIGINS) + 1, nominal_alpha, _why_undefined(given))


def _reliability(documents: Sequence[Annotated]) -> _Columns:
    given = [[e.reliability for e in document if e.reliability is not None] for document in documents]
    rows = [ordinal_row([values.count(level) for level in range(1, MAXIMUM_RATING + 1)]) for values in given]
    return _alpha(rows, MAXIMUM_RATING**2, ordinal_alpha, _why_undefined(given))


def _score(documents: Sequence[Annotated]) -> _Columns:
    given = [[e.score for e in document if e.score is not None] for document in documents]
    return _alpha([interval_row(values) for values in given], 4, interval_alpha, _why_undefined(given))


def _why_undefined(given: Iterable[Sequence[object]]) -> str:
    values = {value for answers in given if len(answers) > 1 for value in answers}
    if not values:
        return "no document has two answers"
    # More than one value leaves nothing undefined.
    return f"every answer is {values.pop()}, so chance alone would agree as well"


def _f1(counts: Sequence[SpanCounts], row: str) -> _Columns:
    nothing = PairCounts()
    rows = np.array([count.pairs.get(row, nothing) for count in counts], np.float64).reshape(-1, len(nothing))

    def statistic(sums: Floats) -> Floats:
        exact, partial, overlap, spans, agreed, characters = sums.T
        scores = [ratio(2 * n, spans) for n in (exact, partial, overlap)]
        return np.column_stack([*scores, ratio(2 * agreed, characters)])

    return _Columns(rows, statistic, ["nobody marked anything"] * 4)


_ALL_ALIKE: Final = "all characters are marked alike, so chance alone would agree as well"


def _alpha_of_marks(documents: Sequence[Annotated], counts: Sequence[SpanCounts], row: str) -> _Columns:
    nothing = CharacterCounts()
    rows = []
    for document, count in zip(documents, counts, strict=True):
        disagreement, marked = count.characters.get(row, nothing)
        rows.append(np.array([disagreement, _judged(document) - marked, marked]))
    return _alpha(rows, 3, nominal_alpha, _ALL_ALIKE)


def _alpha_of_sets(documents: Sequence[Annotated], counts: Sequence[SpanCounts]) -> _Columns:
    sets = sorted({marked for count in counts for marked in count.sets}, key=sorted)
    number = {marked: column for column, marked in enumerate(sets, 2)}
    rows = np.zeros((len(documents), 2 + len(sets)))
    for row, document, count in zip(rows, documents, counts, strict=True):
        row[0] = count.sets_disagreement
        row[1] = _judged(document) - count.sets.total()
        for marked, characters in count.sets.items():
            row[number[marked]] = characters
    return _alpha(list(rows), 2 + len(sets), nominal_alpha, _ALL_ALIKE)


def _judged(document: Annotated) -> int:
    """Characters, once for each annotator."""
    return len(document) * document[0].characters


def _number(document: Annotated, row: str) -> int:
    """Spans of all annotators; a range that one annotator marked twice with the same label counts once."""
    if row == ANY_LABEL:
        return sum(len({(s.start, s.end) for s in e.spans}) for e in document)
    ranges = ({(s.start, s.end, s.label) for s in e.spans if row in (SAME_LABEL, s.label)} for e in document)
    return sum(len(found) for found in ranges)


def _marked(documents: Sequence[Annotated]) -> Marked:
    found = [0, 0, 0]
    for document in documents:
        for one, other in combinations(document, 2):
            found[bool(one.spans) + bool(other.spans)] += 1
    return Marked(neither=found[0], one=found[1], both=found[2])
