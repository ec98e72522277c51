"""One entry for each document from those of several annotators, or word that they disagree too much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean, median_low
from typing import Final, Literal, get_args

import msgspec

from annotate.documents import LABELS
from annotate.errors import AnnotateError
from annotate.evaluation.spans import count
from annotate.labeling.adjudication.consensus import Marks, clusters, consensus, covering, merge, middle
from annotate.labeling.adjudication.dawid_skene import Key, Posteriors, estimate
from annotate.labeling.agreement.disputes import DocumentAgreement, document_agreement
from annotate.labeling.agreement.gather import LABELING_SPLITS, Annotated, gather
from annotate.labeling.agreement.spans import Range
from annotate.labeling.labels import ADJUDICATED, Labeled, Span, Split

Method = Literal["majority", "union", "intersection", "dawid-skene"]
"""How spans are settled. ``majority``: characters that more than half of the annotators marked with the label;
``union``: that anybody did; ``intersection``: that all did; ``dawid-skene``: places that are real errors with a
probability above one half."""

METHODS: Final[tuple[Method, ...]] = get_args(Method)

LEAST_AGREEMENT: Final = 0.3
"""Two against one is an agreement of one third on every question, which a rule may settle; one against one is 0."""


class Decision(msgspec.Struct, frozen=True):
    """How one question about one document was settled, or one span of it."""

    doc_id: str
    sha256: str
    question: str
    """``origin``, ``reliability``, ``score`` or ``spans``."""
    value: str
    """The answer; of a span, its label."""
    start: int | None
    end: int | None
    votes: int
    """Annotators who gave this answer; of a span, who marked any of it with the label."""
    annotators: int
    """Annotators who answered; of a span, who did the document."""
    probability: float | None
    """By Dawid-Skene; None by any other way."""


class AnnotatorQuality(msgspec.Struct, frozen=True):
    """How one annotator compares with what was settled, on documents that others did too or a person settled.

    What the annotator said had a part in it, so this flatters, the more the fewer annotators there are.
    """

    annotator: str
    documents: int
    origin: float | None
    """Share of settled origins that the annotator gave too."""
    precision: float | None
    """Share of the annotator's spans that touch a settled span of the same label."""
    recall: float | None
    """Share of the settled spans that a span of the annotator with the same label touches."""
    score_difference: float | None
    """Mean absolute difference of the 0 to 100 score."""


class Dispute(msgspec.Struct, frozen=True):
    """A document for a person to settle."""

    entries: Annotated
    agreement: DocumentAgreement


class Adjudication(msgspec.Struct, frozen=True):
    """What was settled, and what was not."""

    settled: list[Labeled]
    """One entry per document, of the annotator ``adjudicated``, in the order in which documents first appear."""
    disputed: list[Dispute]
    """Most disputed first."""
    decisions: list[Decision]
    annotators: list[AnnotatorQuality]
    by_rule: int
    by_person: int
    """Documents that an adjudicator settled."""
    single: int
    """Documents that one annotator did alone."""
    single_kept: bool
    """Whether these were taken as they stand, or left out."""
    causes: dict[str, int]
    """Why annotators differed, as far as adjudicators said → documents."""


def adjudicate(
    entries: Iterable[Labeled],
    method: Method,
    *,
    least_agreement: float = LEAST_AGREEMENT,
    decided: Iterable[Labeled] = (),
    keep_single: bool = False,
    splits: Sequence[Split] = LABELING_SPLITS,
) -> Adjudication:
    """Settle every document on which annotators agree enough, and every one that a person has settled.

    Origin: the most frequent answer (or the likeliest, by Dawid-Skene); a tie is left open. Reliability and score: the
    median, of an even number the lower of the middle two. Spans: see :data:`Method`.

    Args:
        entries: one per document and annotator.
        method: how spans, and with ``dawid-skene`` origins, are settled.
        least_agreement: a document whose annotators agree less (see :class:`DocumentAgreement`) is disputed; 0
            disputes none.
        decided: entries of adjudicators; they settle their documents, whatever annotators say.
        keep_single: take documents with one annotator as they stand; otherwise they are left out.
        splits: which entries to take, by why the document was given out.

    Raises:
        AnnotateError: if two people settled one document, or ``dawid-skene`` cannot be had.
    """
    gathered = gather(entries, splits)
    rulings = _rulings([*gathered.adjudicated, *(e for e in decided if not e.cancelled)])
    several = [document for document in gathered.documents if len(document) > 1]
    posteriors = None
    if method == "dawid-skene":
        posteriors = estimate(several, [_by_label(document) for document in several])
    settled: list[Labeled] = []
    compared: list[tuple[Annotated, Labeled]] = []
    disputed: list[Dispute] = []
    decisions: list[Decision] = []
    counts: Counter[str] = Counter()
    for document in gathered.documents:
        if (ruling := rulings.pop((document[0].doc_id, document[0].sha256), None)) is not None:
            counts["person"] += 1
            settled.append(ruling)
            compared.append((document, ruling))
            continue
        if len(document) == 1:
            counts["single"] += 1
            if keep_single:
                settled.append(msgspec.structs.replace(document[0], annotator=ADJUDICATED))
            continue
        agreement = document_agreement(document)
        if agreement.agreement < least_agreement:
            disputed.append(Dispute(document, agreement))
            continue
        counts["rule"] += 1
        entry, reasons = _settle(document, method, posteriors)
        settled.append(entry)
        compared.append((document, entry))
        decisions += reasons
    settled += rulings.values()
    return Adjudication(
        settled=settled,
        disputed=sorted(disputed, key=lambda d: (d.agreement.agreement, d.agreement.doc_id, d.agreement.sha256)),
        decisions=decisions,
        annotators=_qualities(compared),
        by_rule=counts["rule"],
        by_person=counts["person"] + len(rulings),
        single=counts["single"],
        single_kept=keep_single,
        causes=dict(sorted(Counter(e.cause for e in settled if e.cause is not None).items())),
    )


def _rulings(entries: Iterable[Labeled]) -> dict[Key, Labeled]:
    rulings: dict[Key, Labeled] = {}
    people: dict[Key, str] = {}
    for entry in entries:
        key = (entry.doc_id, entry.sha256)
        if key in rulings:
            raise AnnotateError(
                f"Both {people[key]!r} and {entry.annotator!r} settled document {entry.doc_id!r}; keep one of the two."
            )
        people[key] = entry.annotator
        rulings[key] = _own(entry)
    return rulings


def _own(entry: Labeled) -> Labeled:
    """Make an adjudicator's entry a settled one: what was shown were annotators' marks, not the scorer's."""
    spans = [msgspec.structs.replace(s, id=None, origin="manual") for s in entry.spans]
    return msgspec.structs.replace(entry, annotator=ADJUDICATED, spans=spans, shown=None, signature=None)


def _settle(document: Annotated, method: Method, posteriors: Posteriors | None) -> tuple[Labeled, list[Decision]]:
    first = document[0]
    key = (first.doc_id, first.sha256)
    decisions: list[Decision] = []

    def decide(
        question: str, value: object, votes: int, annotators: int, p: float | None = None, at: Span | None = None
    ) -> None:
        start, end = (at.start, at.end) if at is not None else (None, None)
        said = f"{value:g}" if isinstance(value, float) else str(value)
        decisions.append(Decision(*key, question, said, start, end, votes, annotators, p))

    origins = [e.origin for e in document if e.origin is not None]
    origin, likely = _origin(origins, posteriors.origin[key] if posteriors and origins else None)
    if origin is not None:
        decide("origin", origin, origins.count(origin), len(origins), likely)
    levels = [e.reliability for e in document if e.reliability is not None]
    reliability = median_low(levels) if levels else None
    if reliability is not None:
        decide("reliability", reliability, levels.count(reliability), len(levels))
    scores = [e.score for e in document if e.score is not None]
    score = median_low(scores) if scores else None
    if score is not None:
        decide("score", score, scores.count(score), len(scores))
    spans: list[Span] = []
    for label, marks in _by_label(document).items():
        probabilities = posteriors.spans[key, label] if posteriors is not None else None
        for place, group, probability in _places(marks, len(document), method, probabilities):
            span = merge(place, group)
            spans.append(span)
            votes = sum(1 for own in group.values() if covering(place, own))
            decide("spans", label, votes, len(document), probability, span)
    entry = Labeled(
        doc_id=first.doc_id,
        sha256=first.sha256,
        annotator=ADJUDICATED,
        characters=first.characters,
        spans=sorted(spans, key=lambda s: (s.start, s.end, s.label)),
        origin=origin,
        reliability=reliability,
        score=score,
        split=max((e.split for e in document), key=lambda split: split == "main"),
        selection_probability=next((e.selection_probability for e in document if e.selection_probability), None),
        story=first.story,
        source=first.source,
        published=first.published,
        text=next((e.text for e in document if e.text is not None), None),
    )
    return entry, decisions


def _origin(origins: Sequence[str], posterior: dict[str, float] | None) -> tuple[str | None, float | None]:
    """Give the most frequent, or the likeliest, answer; None for a tie."""
    weights: dict[str, float] = posterior if posterior is not None else dict(Counter(origins))
    ordered = sorted(weights, key=lambda origin: (-weights[origin], origin))
    if not ordered or (len(ordered) > 1 and weights[ordered[0]] == weights[ordered[1]]):
        return None, None
    return ordered[0], weights[ordered[0]] if posterior is not None else None


def _by_label(document: Annotated) -> dict[str, Marks]:
    """Label → annotator → spans, in the order of the label list."""
    found: defaultdict[str, Marks] = defaultdict(dict)
    for entry in document:
        for span in entry.spans:
            found[span.label].setdefault(entry.annotator, []).append(span)
    return {label: found[label] for label in LABELS if label in found}


def _places(
    marks: Marks, annotators: int, method: Method, probabilities: Sequence[float] | None
) -> Iterator[tuple[Range, Marks, float | None]]:
    """Yield each range that is settled, the marks it comes from, and by Dawid-Skene its probability."""
    if probabilities is None:
        needed = {"majority": annotators // 2 + 1, "union": 1, "intersection": annotators}[method]
        yield from ((place, marks, None) for place in consensus(marks, needed))
        return
    for group, probability in zip(clusters(marks), probabilities, strict=True):
        if probability > 0.5:
            yield from ((place, group, probability) for place in middle(group))


def _qualities(compared: Iterable[tuple[Annotated, Labeled]]) -> list[AnnotatorQuality]:
    by_annotator: defaultdict[str, list[tuple[Labeled, Labeled]]] = defaultdict(list)
    for document, settled in compared:
        for entry in document:
            by_annotator[entry.annotator].append((entry, settled))
    return [_quality(name, by_annotator[name]) for name in sorted(by_annotator)]


def _quality(name: str, pairs: Sequence[tuple[Labeled, Labeled]]) -> AnnotatorQuality:
    origins = [own.origin == settled.origin for own, settled in pairs if own.origin and settled.origin]
    apart = [
        abs(own.score - settled.score) for own, settled in pairs if own.score is not None and settled.score is not None
    ]
    counted = [
        count([s for s in settled.spans if s.label == label], [s for s in own.spans if s.label == label], "overlap")
        for own, settled in pairs
        for label in sorted({s.label for s in (*own.spans, *settled.spans)})
    ]
    predicted, gold = sum(c.predicted for c in counted), sum(c.gold for c in counted)
    return AnnotatorQuality(
        annotator=name,
        documents=len(pairs),
        origin=round(fmean(origins), 4) if origins else None,
        precision=round(sum(c.correct for c in counted) / predicted, 4) if predicted else None,
        recall=round(sum(c.found for c in counted) / gold, 4) if gold else None,
        score_difference=round(fmean(apart), 2) if apart else None,
    )
