"""Labels held against the flags and verdicts they are about: what was confirmed, what was not, what was missed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from annotate.corroboration.detectors import DETECTORS
from annotate.documents import ORIGINS, Flag, Record
from annotate.errors import AnnotateError
from annotate.evaluation.spans import overlaps_any
from annotate.labeling.labels import ADJUDICATED, Labeled, Span
from annotate.learning.learned import features

HEAVIEST: Final = 10.0
"""Weight of a document, relative to the lightest, at most: one that was selected by a rare chance must not decide
everything. Truncation trades a little bias for much less variance (Ionides 2008)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A flag with what the annotators made of it."""

    group: int
    """Number of its story, or of its document where it has none."""
    label: str
    detector: str
    score: float
    known: dict[str, float] | None
    """Its features; None for a flag that comparison with other documents gave."""
    right: float
    """1 where most annotators confirmed it, 0 where most did not, 0.5 where as many did as did not."""
    weight: float
    """What it counts for; 0 where nobody judged it."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A passage that an annotator marked."""

    group: int
    label: str
    by: tuple[int, ...]
    """The flags of its label that touch it, as indices into :attr:`Judgements.flags`; none where it was missed."""
    weight: float


@dataclass(frozen=True, slots=True)
class JudgedVerdict:
    """A verdict's scores with the origin that most annotators named."""

    group: int
    band: str
    scores: tuple[float, ...]
    """In the order of ``ORIGINS``."""
    origin: str
    weight: float
    sure: bool = False
    """Whether several annotators named it, or it was settled among them."""


@dataclass(slots=True)
class Judgements:
    """Everything that labels say about records."""

    flags: list[Judged] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    verdicts: list[JudgedVerdict] = field(default_factory=list)
    rated: list[tuple[str, float]] = field(default_factory=list)
    """Source and the mean of the reliability that annotators gave, 1 to 5, of each document that has both."""
    sure_verdicts: bool = False
    """Whether only origins count that several annotators named."""
    documents: int = 0
    missing: list[str] = field(default_factory=list)
    """Labeled documents without a record."""
    updated: str | None = None
    """When the last of the labels was given, ISO 8601."""
    signature: str = ""
    """Of the records."""
    weighted: bool = False
    """Whether documents count by the inverse of the chance they had of being selected."""
    blind: bool = False
    """Whether recall is of what annotators marked who had seen no flags."""
    both: bool = False
    """Whether other annotators had seen flags."""


def judge(labels: Iterable[Labeled], records: Iterable[Record]) -> Judgements:
    """Hold labels against the records of the documents they are about.

    A flag is confirmed by an annotator who left it, or changed or drew a passage so that one of its label touches it.
    Only annotators who saw a flag judge it; those of a blind arm do where no other arm is there, and tell what was
    missed where one is. Entries that settle what several said go before all others. Skipped documents and attention
    checks are left out.

    How a text came about is hard to see: where some documents have several annotators, an origin counts only if two of
    them named it, or it was settled.

    Raises:
        AnnotateError: if a record is of another text than its labels, or the records come from several signatures.
    """
    by_document: defaultdict[str, list[Labeled]] = defaultdict(list)
    for entry in labels:
        if not entry.cancelled and entry.split != "check":
            by_document[entry.doc_id].append(entry)
    every = [entry for entries in by_document.values() for entry in entries]
    arms = {entry.split == "blind" for entry in every}
    found = Judgements(blind=True in arms, both=len(arms) == 2)
    found.weighted = bool(every) and all(entry.selection_probability is not None for entry in every)
    lightest = max((e.selection_probability or 1.0 for e in every), default=1.0)
    groups: dict[str, int] = {}
    found.updated = max((entry.updated for entry in every if entry.updated is not None), default=None)
    for record in records:
        if record.id not in by_document or record.status != "ok":
            continue
        entries = by_document.pop(record.id)
        if any(entry.sha256 != record.sha256 for entry in entries):
            raise AnnotateError(
                f"The record of {record.id!r} is of another text than its labels; score the text that was labeled."
            )
        if found.signature not in ("", record.signature):
            raise AnnotateError(
                f"The scores come from two signatures, {found.signature} and {record.signature}; score all documents "
                "in one way."
            )
        found.signature = record.signature
        found.documents += 1
        story = entries[0].story
        if story is None and record.evidence is not msgspec.UNSET:
            story = record.evidence.story
        group = groups.setdefault(f"document {record.id}" if story is None else f"story {story}", len(groups))
        weight = 1.0
        if found.weighted:
            weight = min(HEAVIEST, lightest / (entries[0].selection_probability or 1.0))
        _add(found, record, entries, group, weight)
    found.missing = sorted(by_document)
    found.sure_verdicts = any(verdict.sure for verdict in found.verdicts)
    if found.sure_verdicts:
        found.verdicts = [verdict for verdict in found.verdicts if verdict.sure]
    return found


def _add(found: Judgements, record: Record, entries: Sequence[Labeled], group: int, weight: float) -> None:
    settled = [entry for entry in entries if entry.annotator == ADJUDICATED]
    judges = settled or [entry for entry in entries if not (found.both and entry.split == "blind")]
    first = len(found.flags)
    found.flags += _judged(record, entries[0].characters, judges, group, weight)
    finders = [entry for entry in entries if entry.split == "blind"] if found.blind else judges
    for entry in finders:
        for span in entry.spans:
            by = tuple(first + place for place, flag in enumerate(record.flags) if _same(span, flag))
            found.marked.append(Marked(group, span.label, by, weight / len(finders)))
    source = entries[0].source or record.source
    given = [entry.reliability for entry in judges if entry.reliability is not None]
    if source is not None and given:
        found.rated.append((source, sum(given) / len(given)))
    named = Counter(entry.origin for entry in judges if entry.origin in ORIGINS).most_common(2)
    if record.verdict is None or not named or (len(named) > 1 and named[0][1] == named[1][1]):
        return
    origin, times = named[0]
    point = record.verdict.operating_point
    scores = tuple(record.verdict.scores[name] for name in ORIGINS)
    band = "" if point is None else point.length_band
    found.verdicts.append(JudgedVerdict(group, band, scores, str(origin), weight, bool(settled) or times > 1))


def _judged(record: Record, characters: int, judges: Sequence[Labeled], group: int, weight: float) -> Iterator[Judged]:
    own = [flag for flag in record.flags if flag.detector not in DETECTORS]
    known = iter(features(own, characters))
    seen = [None if e.shown is None else {(s.start, s.end, s.label) for s in e.shown} for e in judges]
    for flag in record.flags:
        votes = [
            any(_same(span, flag) for span in entry.spans)
            for entry, pre in zip(judges, seen, strict=True)
            if pre is None or (flag.start, flag.end, flag.label) in pre
        ]
        share = sum(votes) / len(votes) if votes else 0.5
        yield Judged(
            group,
            flag.label,
            flag.detector,
            flag.score,
            next(known) if flag.detector not in DETECTORS else None,
            0.5 + 0.5 * ((share > 0.5) - (share < 0.5)),
            weight if votes else 0.0,
        )


def _same(span: Span, flag: Flag) -> bool:
    return span.label == flag.label and overlaps_any(span, [flag])
