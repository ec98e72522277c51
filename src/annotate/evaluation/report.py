"""Gold and records joined, and everything that can be said about their agreement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
import numpy as np

from annotate.documents import LABELS, SEVERITIES, Flag, Record, Severity
from annotate.errors import AnnotateError
from annotate.evaluation.calibration import Calibration, calibration
from annotate.evaluation.documents import Verdicts, judge
from annotate.evaluation.figures import Agreement, Figure, Resampling, agreements, rate
from annotate.evaluation.gold import GoldDocument, GoldFlag
from annotate.evaluation.spans import MATCHINGS, Counts, count, match, overlaps_any

_WORDS: Final = 1000
"""False flags are counted per this many words."""


class Joined(msgspec.Struct, frozen=True):
    """Which documents were compared."""

    compared: int
    only_gold: list[str]
    """Ids with gold but without a record: left out of every figure."""
    only_scores: list[str]
    """Ids with a record but without gold: left out of every figure."""
    unread: dict[str, str]
    """Id → status of the compared documents that were skipped or failed: they count as documents without flags."""


class LabelResult(msgspec.Struct, frozen=True):
    """One label, or all of them together."""

    label: str
    documents: int
    """Documents whose gold has it."""
    gold: int
    predicted: int
    exact: Agreement
    overlap: Agreement
    partial: Agreement
    calibration: Calibration
    """Scores of flags against whether they overlap, one to one, a gold flag of their label."""


class FalseFlags(msgspec.Struct, frozen=True):
    """Flags that touch no gold flag of their label."""

    severity: str
    count: int
    per_1000_words: Figure


class Report(msgspec.Struct, frozen=True):
    """What ``annotate evaluate`` says; ``--json`` writes it as it stands."""

    documents: Joined
    signatures: list[str]
    """Signatures of the records, sorted; more than one means that they were not made alike."""
    min_severity: Severity
    resampling: Resampling
    labels: list[LabelResult]
    """Labels that occur in gold or records, in the order of the label list."""
    total: LabelResult
    """All labels together, micro-averaged; a flag still has to have the right label."""
    words: int
    """Words of the compared documents that were read, page furniture left out."""
    false_flags: list[FalseFlags]
    verdicts: Verdicts


def evaluate(
    gold: Sequence[GoldDocument],
    records: Iterable[Record],
    *,
    min_severity: Severity = "neutral",
    resampling: Resampling | None = None,
) -> Report:
    """Compare records with gold, joined by id.

    Args:
        gold: what humans say.
        records: what was scored, in any order.
        min_severity: flags below it, in gold and in records, are left out.
        resampling: how intervals are made.

    Raises:
        AnnotateError: if an id comes twice among the records, no id is common to both, or a record is of another text
            than its gold.
    """
    resampling = resampling or Resampling()
    by_id = _by_id(records)
    known = {document.id for document in gold}
    # In order of id, so that intervals do not depend on the order of either file.
    pairs = [(document, by_id[document.id]) for document in sorted(gold, key=lambda d: d.id) if document.id in by_id]
    if not pairs:
        raise AnnotateError("Gold and records have no id in common; check that they are of the same documents.")
    for document, record in pairs:
        _check_same_text(document, record)
    allowed = SEVERITIES[SEVERITIES.index(min_severity) :]
    compared = [
        ([f for f in document.flags if f.severity in allowed], [f for f in record.flags if f.severity in allowed])
        for document, record in pairs
    ]
    words = [0 if record.verdict is None else record.verdict.words for _, record in pairs]
    tallies = _tally(compared)
    verdicts = [
        (document.origin, record.verdict)
        for document, record in pairs
        if document.origin is not None and record.verdict is not None
    ]
    return Report(
        documents=Joined(
            compared=len(pairs),
            only_gold=sorted(known - by_id.keys()),
            only_scores=sorted(by_id.keys() - known),
            unread={record.id: record.status for _, record in pairs if record.status != "ok"},
        ),
        signatures=sorted({record.signature for _, record in pairs}),
        min_severity=min_severity,
        resampling=resampling,
        labels=[_result(label, [tallies[label]], len(pairs), resampling) for label in LABELS if label in tallies],
        total=_result("all", [tallies[label] for label in LABELS if label in tallies], len(pairs), resampling),
        words=sum(words),
        false_flags=_false_flags(compared, words, allowed, resampling),
        verdicts=judge(verdicts, resampling),
    )


Compared = tuple[list[GoldFlag], list[Flag]]


def _by_id(records: Iterable[Record]) -> dict[str, Record]:
    found: dict[str, Record] = {}
    for record in records:
        if record.id in found:
            raise AnnotateError(f"Two records have the id {record.id!r}; give every document an id of its own.")
        found[record.id] = record
    return found


def _check_same_text(document: GoldDocument, record: Record) -> None:
    # A document that could not be read has no text to compare.
    if record.sha256 is not None and record.sha256 != document.sha256:
        raise AnnotateError(
            f"The record of {document.id!r} is of another text than its gold (SHA-256 {record.sha256[:12]}…, not "
            f"{document.sha256[:12]}…); score the text that the gold was made on."
        )


class _Tally:
    """The counts of one label."""

    def __init__(self) -> None:
        self.counts: dict[int, list[float]] = {}
        """Document's place → its counts for each way to match, one after the other; without documents that lack it."""
        self.scores: list[float] = []
        self.right: list[bool] = []

    def add(self, place: int, truth: list[GoldFlag], said: list[Flag]) -> None:
        self.counts[place] = [field for matching in MATCHINGS for field in count(truth, said, matching)]
        paired = {p for _, p in match(truth, said, "overlap")}
        self.scores.extend(flag.score for flag in said)
        self.right.extend(index in paired for index in range(len(said)))


def _tally(compared: Sequence[Compared]) -> dict[str, _Tally]:
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for place, (of_gold, of_record) in enumerate(compared):
        truth: dict[str, list[GoldFlag]] = defaultdict(list)
        said: dict[str, list[Flag]] = defaultdict(list)
        for gold_flag in of_gold:
            truth[gold_flag.label].append(gold_flag)
        for flag in of_record:
            said[flag.label].append(flag)
        for label in sorted(truth.keys() | said.keys()):
            tallies[label].add(place, truth[label], said[label])
    return dict(tallies)


def _result(name: str, tallies: Sequence[_Tally], documents: int, resampling: Resampling) -> LabelResult:
    fields = len(Counts._fields)
    rows = np.zeros((documents, fields * len(MATCHINGS)))
    for tally in tallies:
        for place, counts in tally.counts.items():
            rows[place] += counts
    predicted, gold = rows[:, Counts._fields.index("predicted")], rows[:, Counts._fields.index("gold")]
    exact, overlap, partial = agreements(rows, resampling)
    return LabelResult(
        label=name,
        documents=int((gold > 0).sum()),
        gold=int(gold.sum()),
        predicted=int(predicted.sum()),
        exact=exact,
        overlap=overlap,
        partial=partial,
        calibration=calibration(
            [score for tally in tallies for score in tally.scores],
            [right for tally in tallies for right in tally.right],
        ),
    )


def _false_flags(
    compared: Sequence[Compared], words: Sequence[int], severities: Sequence[Severity], resampling: Resampling
) -> list[FalseFlags]:
    wrong: list[list[Severity]] = []
    for of_gold, of_record in compared:
        truth: dict[str, list[GoldFlag]] = defaultdict(list)
        for flag in of_gold:
            truth[flag.label].append(flag)
        wrong.append([f.severity for f in of_record if not overlaps_any(f, truth[f.label])])
    groups: list[tuple[str, Sequence[Severity]]] = [(severity, [severity]) for severity in severities]
    if "critical" in severities and "major" in severities:
        groups.append(("major or worse", ["major", "critical"]))
    results: list[FalseFlags] = []
    for name, members in groups:
        numbers = [sum(severity in members for severity in document) for document in wrong]
        results.append(FalseFlags(name, sum(numbers), rate(numbers, words, resampling, scale=_WORDS)))
    return results
