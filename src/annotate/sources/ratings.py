"""Ratings: what was checked about a document or a source, line by line, and what follows from it.

A rating is a ledger. Every line is a number of *trials* that passed or failed (a claim that another independent origin
confirms or contradicts, a quotation that kept its words or did not); the score is the mean of the Beta posterior over a
flat prior, and what a line adds to it is exact: prior mean + contributions = score.

"Found nowhere else" is no trial. No line of a *source* rests on how its texts read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from annotate.documents import Label, Record
from annotate.documents.evidence import COPIES, Evidence
from annotate.documents.record import Admiralty, Reliability
from annotate.sources.admiralty import FEWEST_CLAIMS, Digit, Letter, document_information, letter
from annotate.sources.beta import interval
from annotate.sources.priors import PriorList, PriorUse, look_up, source_key

Basis = Literal["evidence", "text", "list"]
"""``evidence``: found by comparison with other documents; ``text``: read off one text alone, by a model or a rule;
``list``: somebody else's rating."""


class Signal(msgspec.Struct, frozen=True):
    """One kind of line in a ledger."""

    basis: Basis
    passes: bool
    """Whether it speaks for the document or against it."""
    weight: float
    """Trials that one item is worth."""
    about: str
    labels: tuple[Label, ...] = ()
    """Flags of these labels are its ranges, where the evidence has none of its own."""


SIGNALS: Final[dict[str, Signal]] = {
    "confirmed-claims": Signal("evidence", True, 1.0, "claims that another independent origin confirms"),
    "contradicted-claims": Signal(
        "evidence", False, 1.0, "claims that more independent origins contradict", ("conflicting-claim",)
    ),
    "faithful-quotations": Signal("evidence", True, 1.0, "quotations with the words that others quote"),
    # Half: words inside quotation marks are promised to be the speaker's, but the sense was kept.
    "reworded-quotations": Signal("evidence", False, 0.5, "quotations reworded without a mark", ("altered-quote",)),
    "altered-quotations": Signal("evidence", False, 1.0, "quotations altered in meaning", ("altered-quote",)),
    # Half: what is wrong with it is that nothing says where it comes from, not that it is wrong.
    "uncredited-copy": Signal("evidence", False, 0.5, "a copy that does not name its origin", ("uncredited-copy",)),
    "garbled": Signal("text", False, 1.0, "the text reads garbled: its sense may be lost", ("garbled",)),
    "machine-made": Signal(
        "text",
        False,
        0.5,
        "the text reads translated, reworded or written by a machine, and does not say so",
        ("machine-translated", "machine-paraphrased", "machine-generated"),
    ),
    # At most four of them count.
    "named-sources": Signal("text", True, 0.25, "people and organisations named as having said what it says"),
}
"""Every line a ledger can have, in its order. The weights are decisions, not measurements."""

_MOST_NAMED: Final = 4
PRIOR: Final = (1.0, 1.0)
"""The flat Beta prior: no opinion, worth two trials, so that intervals cover the truth however reliable a source is."""
WITHIN_DOCUMENT: Final = 0.12
"""Correlation of the trials of one document: the intraclass correlation of "the quotation was altered" within a
document, measured on the training half of the quotation pairs (10,541 quotations of 7,434 articles). n trials of one
document count as n / (1 + (n − 1) × this) (Kish 1965, design effect)."""
_EXAMPLES: Final = 3
"""Documents kept per line of a source, and ranges kept per document."""
_UNIT: Final = 1_000_000
"""Trials are summed in whole millionths, so that a rating does not depend on the order of the records."""


class Example(msgspec.Struct, frozen=True):
    """A document behind a line, with ranges ``[start, end)`` of its text."""

    document: str
    spans: list[tuple[int, int]] = []


class Contribution(msgspec.Struct, frozen=True):
    """One line of a ledger."""

    signal: str
    """A key of :data:`SIGNALS`, or ``list:NAME``."""
    basis: Basis
    items: int
    """Claims, quotations, copies or texts counted."""
    trials: float
    """What they count for, after the discounts."""
    value: float | None
    """What they add to the score; below 0 against. None where there is no score."""
    spans: list[tuple[int, int]] = []
    """Ranges of the text behind it (of a document)."""
    examples: list[Example] = []
    """The first documents behind it (of a source)."""


class DocumentRating(msgspec.Struct, frozen=True):
    """What can be said of one document's information."""

    id: str
    source: str | None
    information: Digit
    score: float | None
    """Posterior mean of the share of what it says that holds; None where ``information`` is 6."""
    interval: tuple[float, float] | None
    """At 90 %."""
    contributions: list[Contribution]


class Track(msgspec.Struct, frozen=True):
    """Plain counts of what was found about a source, before any discount."""

    claims_compared: int = 0
    """Claims that another document speaks of."""
    claims_uncorroborated: int = 0
    confirmed: int = 0
    contradicted: int = 0
    quotations: int = 0
    """Direct quotations that another document has too."""
    quotations_faithful: int = 0
    copies: int = 0
    copies_uncredited: int = 0


class SourceRating(msgspec.Struct, frozen=True):
    """What can be said of one source."""

    source: str
    letter: Letter
    mean: float | None
    """Posterior mean of the share of its checked claims and quotations that hold; None where the letter is F."""
    interval: tuple[float, float] | None
    """At 90 %."""
    rank: tuple[int, int] | None
    """Best and worst place among the judged sources that the intervals allow; equal only where no interval overlaps."""
    documents: int
    track: Track
    trials: float
    """Effective trials behind the posterior, lists included, the flat prior's two left out."""
    contributions: list[Contribution]
    priors: list[PriorUse]
    verdicts: dict[str, int]
    """How its documents read: observations that move nothing."""


class _Line(msgspec.Struct, frozen=True):
    """Trials of one signal in one document, undiscounted."""

    signal: str
    items: int
    trials: float
    spans: list[tuple[int, int]]


def rate_document(record: Record, evidence: Evidence | None = None) -> DocumentRating:
    """Rate one document's information.

    Args:
        record: what scoring said of it.
        evidence: what corroboration found; None takes what the record carries.
    """
    evidence = evidence if evidence is not None else record.evidence or None
    information: Digit = document_information(evidence.claims, evidence.origins) if evidence is not None else "6"
    lines = _discounted(list(_lines(record, evidence)), 1.0)
    judged = information != "6"
    passed, failed = _sums(lines)
    contributions = [
        Contribution(
            line.signal,
            SIGNALS[line.signal].basis,
            line.items,
            round(line.trials, 4),
            _value(SIGNALS[line.signal].passes, line.trials, passed + failed) if judged else None,
            line.spans,
        )
        for line in lines
    ]
    mean, bounds = _posterior(passed, failed) if judged else (None, None)
    return DocumentRating(record.id, record.source, information, mean, bounds, contributions)


def reliability(document: DocumentRating, source: SourceRating | None) -> Reliability:
    """Put a document's rating and its source's letter into the shape that a record carries.

    As F and 6 carry no number, the score is the document's where both axes are judged and null elsewhere.
    """
    grade: Letter = source.letter if source is not None else "F"
    judged = grade != "F"
    return Reliability(
        admiralty=Admiralty(source=grade, information=document.information),
        score=document.score if judged else None,
        interval=document.interval if judged else None,
        contributions=[msgspec.to_builtins(c) for c in document.contributions],
    )


def rate(records: Iterable[Record], priors: Sequence[PriorList] = ()) -> list[SourceRating]:
    """Rate every source of some records; those without a source are left out.

    Memory grows with the number of sources, not of records. The rating of a source does not depend on the order of the
    records, except for which documents are kept as examples.

    Returns:
        One rating per source: judged ones first, by the places they may have, those that tie by name; then F by name.
    """
    ratings = Ratings(priors)
    for record in records:
        ratings.add(record)
    return ratings.finish()


class Ratings:
    """Gathers the track records of sources from a stream of records.

    Args:
        priors: outside lists, which count as trials of the sources they name.
    """

    def __init__(self, priors: Sequence[PriorList] = ()) -> None:
        self._priors = priors
        self._tallies: dict[str, _Tally] = {}
        self.unnamed = 0
        """Records without a source."""

    def add(self, record: Record) -> None:
        """Count one record."""
        key = source_key(record.source) if record.source is not None else ""
        if not key:
            self.unnamed += 1
            return
        self._tallies.setdefault(key, _Tally()).add(record)

    def finish(self) -> list[SourceRating]:
        """Rate the sources counted so far."""
        rated = [tally.rating(source, self._priors) for source, tally in sorted(self._tallies.items())]
        return _placed(rated)


class _Tally:
    """What is remembered of one source: sums, and a few examples."""

    __slots__ = ("compared", "counts", "documents", "examples", "items", "trials", "verdicts")

    def __init__(self) -> None:
        self.documents = 0
        self.compared = 0
        """Millionths of claims that other documents speak of, copies discounted."""
        self.trials: Counter[str] = Counter()
        """Millionths."""
        self.items: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.examples: dict[str, list[Example]] = {}

    def add(self, record: Record) -> None:
        self.documents += 1
        if record.verdict is not None:
            self.verdicts[record.verdict.label] += 1
        evidence = record.evidence or None
        if evidence is None:
            return
        self._count(evidence)
        lines = [line for line in _lines(record, evidence) if SIGNALS[line.signal].basis == "evidence"]
        for line in _discounted(lines, evidence.share):
            self.trials[line.signal] += round(line.trials * _UNIT)
            self.items[line.signal] += line.items
            kept = self.examples.setdefault(line.signal, [])
            if len(kept) < _EXAMPLES:
                kept.append(Example(record.id, line.spans[:_EXAMPLES]))

    def _count(self, evidence: Evidence) -> None:
        claims, quotations = evidence.claims, evidence.quotations
        self.compared += round(claims.compared * evidence.share * _UNIT)
        copy = evidence.copied in COPIES
        self.counts.update(
            claims_compared=claims.compared,
            claims_uncorroborated=claims.uncorroborated,
            confirmed=claims.confirmed,
            contradicted=claims.contradicted,
            quotations=quotations.checked,
            quotations_faithful=quotations.faithful,
            copies=int(copy),
            copies_uncredited=int(copy and evidence.credited is False),
        )

    def rating(self, source: str, priors: Sequence[PriorList]) -> SourceRating:
        used = look_up(source, priors)
        lines = [
            _Line(signal, self.items[signal], self.trials[signal] / _UNIT, [])
            for signal in SIGNALS
            if self.trials[signal]
        ]
        passed, failed = _sums(lines)
        judged = bool(used) or (bool(lines) and self.compared >= FEWEST_CLAIMS * _UNIT)
        for use in used:
            passed += use.trials * use.value
            failed += use.trials * (1.0 - use.value)
        total = passed + failed
        contributions = [
            Contribution(
                line.signal,
                "evidence",
                line.items,
                round(line.trials, 4),
                _value(SIGNALS[line.signal].passes, line.trials, total) if judged else None,
                examples=self.examples[line.signal],
            )
            for line in lines
        ]
        contributions += [
            Contribution(f"list:{use.name}", "list", 1, round(use.trials, 4), _value(use.value, use.trials, total))
            for use in used
        ]
        mean, bounds = _posterior(passed, failed) if judged else (None, None)
        return SourceRating(
            source=source,
            letter=letter(mean, bounds) if mean is not None and bounds is not None else "F",
            mean=mean,
            interval=bounds,
            rank=None,
            documents=self.documents,
            track=Track(**self.counts),
            trials=round(total, 2),
            contributions=contributions,
            priors=used,
            verdicts=dict(sorted(self.verdicts.items())),
        )


def _lines(record: Record, evidence: Evidence | None) -> Iterator[_Line]:
    """Yield the lines of one document's ledger, in the order of :data:`SIGNALS`."""
    counts: dict[str, float] = {}
    if evidence is not None:
        claims, quotations = evidence.claims, evidence.quotations
        counts = {
            "confirmed-claims": claims.confirmed if evidence.origins >= 2 else 0,
            "contradicted-claims": claims.contradicted,
            "faithful-quotations": quotations.faithful,
            "reworded-quotations": quotations.altered_wording,
            "altered-quotations": quotations.altered_meaning,
            "uncredited-copy": int(evidence.copied in COPIES and evidence.credited is False),
            "named-sources": min(evidence.attributions.named, _MOST_NAMED),
        }
    if record.verdict is not None:
        label, score = record.verdict.label, record.verdict.score
        declared = evidence is not None and evidence.is_translation == "declared"
        if label == "garbled":
            counts["garbled"] = score
        elif label in SIGNALS["machine-made"].labels and not declared:
            counts["machine-made"] = score
    for name, signal in SIGNALS.items():
        if count := counts.get(name, 0):
            spans = evidence.spans.get(name) if evidence is not None else None
            if spans is None:
                spans = [(flag.start, flag.end) for flag in record.flags if flag.label in signal.labels]
            yield _Line(name, max(1, int(count)), count * signal.weight, spans)


def _discounted(lines: list[_Line], share: float) -> list[_Line]:
    """Discount the lines found by comparison: for being of one document, and for its being a copy."""
    total = sum(line.trials for line in lines if SIGNALS[line.signal].basis == "evidence")
    factor = share / (1.0 + max(0.0, total - 1.0) * WITHIN_DOCUMENT)
    return [
        msgspec.structs.replace(line, trials=line.trials * factor) if SIGNALS[line.signal].basis == "evidence" else line
        for line in lines
    ]


def _sums(lines: Iterable[_Line]) -> tuple[float, float]:
    passed = failed = 0.0
    for line in lines:
        if SIGNALS[line.signal].passes:
            passed += line.trials
        else:
            failed += line.trials
    return passed, failed


def _posterior(passed: float, failed: float) -> tuple[float, tuple[float, float]]:
    a, b = PRIOR[0] + passed, PRIOR[1] + failed
    return round(a / (a + b), 4), interval(a, b)


def _value(outcome: float, trials: float, total: float) -> float:
    """Give what trials with this outcome add to the posterior mean, in a ledger of ``total`` trials."""
    a, b = PRIOR
    return round(trials * (outcome - a / (a + b)) / (a + b + total), 4)


def _placed(rated: list[SourceRating]) -> list[SourceRating]:
    """Give each judged source the places its interval allows, and sort."""
    judged = [rating.interval for rating in rated if rating.interval is not None]
    lows, highs = sorted(low for low, _ in judged), sorted(high for _, high in judged)
    placed: list[SourceRating] = []
    for rating in rated:
        if rating.interval is not None:
            low, high = rating.interval
            above = len(lows) - bisect_right(lows, high)
            below = bisect_left(highs, low)
            rating = msgspec.structs.replace(rating, rank=(1 + above, len(judged) - below))
        placed.append(rating)
    return sorted(placed, key=lambda r: (r.rank is None, r.rank or (0, 0), r.source))
