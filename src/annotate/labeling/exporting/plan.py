"""What of a file of scores an export is about: found in one quick pass, before any text is read."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from annotate.corroboration.detectors import DETECTORS
from annotate.documents import SEVERITIES, SEVERITY_WEIGHTS, Severity
from annotate.errors import AnnotateError
from annotate.evaluation.gold import GoldDocument
from annotate.labeling.faults import can_be_a_check
from annotate.labeling.seeded import draw
from annotate.labeling.selection import Selected
from annotate.writing import read_records

# Some texts turn out to have no place for a fault.
_SPARE: Final = 8


@dataclass(frozen=True)
class Plan:
    """Which documents an export is about, by id."""

    chosen: dict[str, Selected] | None
    """None: all that were scored."""
    gold: dict[str, GoldDocument]
    others: dict[str, str] = field(default_factory=dict)
    """Document → the one of its story that disagrees most with it."""
    checks_wanted: tuple[int, int] = (0, 0)
    """Silent and loud ones."""
    candidates: dict[str, bool] = field(default_factory=dict)
    """Documents to make a check of, in order of preference → whether it shall be loud."""
    ids: frozenset[str] = frozenset()
    """All ids, where there are checks, which must have others."""

    @property
    def wanted(self) -> set[str] | None:
        """Documents whose records and texts are needed; None for all."""
        if self.chosen is None:
            return None
        return {*self.chosen, *self.gold, *self.others.values(), *self.candidates}


class _Flag(msgspec.Struct, frozen=True):
    detector: str
    severity: Severity
    score: float
    evidence: dict[str, Any] = {}


class _Verdict(msgspec.Struct, frozen=True):
    label: str
    words: int


class _Brief(msgspec.Struct, frozen=True):
    """The part of a record that planning needs; quick to decode."""

    id: str
    status: str
    verdict: _Verdict | None = None
    flags: list[_Flag] = []


def make_plan(
    scores: Path,
    chosen: dict[str, Selected] | None,
    gold: dict[str, GoldDocument],
    minimum_score: float,
    minimum_severity: Severity,
    checks: tuple[float, float],
    seed: int,
) -> Plan:
    """Find what an export needs.

    Args:
        scores: the records. Faulty ones are passed over: reading them for good names the fault.
        chosen: the selection by id; None for all.
        gold: by id.
        minimum_score: of flags that labelers see.
        minimum_severity: of flags that labelers see.
        checks: how many silent and loud checks; below 1, their share of the documents with pre-marks.
        seed: of the choice.

    Raises:
        AnnotateError: if a number of checks is impossible.
    """
    for number in checks:
        if number < 0 or (number > 1 and number != int(number)):
            raise AnnotateError(f"{number:g} is no number of checks; give a whole number, or a share below 1.")
    checking = any(checks)
    mildest = SEVERITIES.index(minimum_severity)
    others: dict[str, str] = {}
    lots: list[tuple[bool, int, str]] = []
    ids: set[str] = set()
    tasks = 0
    for brief in _briefs(scores):
        if brief.status != "ok":
            continue
        selected = chosen.get(brief.id) if chosen is not None else None
        out = chosen is None or selected is not None
        tasks += out and (selected is None or selected.split == "main")
        candidate = checking and brief.id not in gold and can_be_a_check(brief)
        if checking:
            ids.add(brief.id)
        if candidate:
            # One that nobody gets anyway first: nobody can notice that it comes twice.
            lots.append((out, draw(seed, "check", brief.id), brief.id))
        if out or candidate or brief.id in gold:
            shown = [f for f in brief.flags if f.score >= minimum_score and SEVERITIES.index(f.severity) >= mildest]
            other = most_disagreeing(brief.id, shown)
            if other is not None:
                others[brief.id] = other
    silent, loud = (int(c) if c >= 1 or not c else max(1, round(c * tasks)) for c in checks)
    numbers = [2 * n + _SPARE if n else 0 for n in (silent, loud)]
    first = [identity for _, _, identity in heapq.nsmallest(sum(numbers), lots)]
    # Turn and turn about, so that few documents serve both kinds.
    louds = _spread(numbers, len(first))
    candidates = dict(zip(first, louds, strict=True))
    if chosen is not None:
        kept = {*chosen, *gold, *candidates}
        others = {one: other for one, other in others.items() if one in kept}
    return Plan(chosen, gold, others, (silent, loud), candidates, frozenset(ids))


def _spread(numbers: list[int], length: int) -> list[bool]:
    silent, loud = numbers
    total = max(1, silent + loud)
    return [(i + 1) * loud // total > i * loud // total for i in range(length)]


def most_disagreeing(identity: str, flags: list[Any]) -> str | None:
    """Give the id of the document that contradicts a document most, by its flags; None where none does.

    A flag that came from comparison names the documents that say otherwise; each gets the flag's severity weight (MQM)
    times its score, and 1 for being named at all.
    """
    weights: Counter[str] = Counter()
    for flag in flags:
        if flag.detector in DETECTORS:
            for named in {*_named(flag.evidence)} - {identity}:
                weights[named] += 1 + SEVERITY_WEIGHTS[flag.severity] * flag.score
    return min(weights, key=lambda named: (-weights[named], named), default=None)


def _named(evidence: dict[str, Any]) -> Iterator[str]:
    """Ids of the documents that evidence names, those whose words it gives first."""
    places = [evidence]
    for key in ("passages", "examples"):
        places += [place for place in evidence.get(key) or [] if isinstance(place, dict)]
    named = [place.get("document") for place in places]
    yield from (n for n in named if isinstance(n, str))
    if not any(named):
        yield from (n for n in evidence.get("documents") or [] if isinstance(n, str))


def _briefs(scores: Path) -> Iterator[Any]:
    if scores.suffix == ".parquet":
        yield from read_records(scores)
        return
    decoder = msgspec.json.Decoder(_Brief)
    try:
        with scores.open("rb") as file:
            for line in file:
                try:
                    yield decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    continue
    except OSError as error:
        raise AnnotateError(f"Cannot read {scores}: {error.strerror}; check the path.") from error
