"""Which documents to look at first, and why: severity weight times probability."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

import msgspec

from annotate.documents import ORIGINS, Flag, Record, Severity
from annotate.writing.columns import columns
from annotate.writing.marked import paragraph, shorten, visible

VERDICT_SEVERITY: Final[Severity] = "major"
"""What a verdict other than human or insufficient-text weighs like."""
SHOWN_DOCUMENTS: Final = 5
SHOWN_REASONS: Final = 3
SHOWN_SOURCES: Final = 10
_SHOWN_CHARACTERS: Final = 40
"""Of a flag's words."""


class Reason(msgspec.Struct, frozen=True):
    """One label found in a document, by all its flags of that label or by its verdict."""

    label: str
    points: float
    """Severity weight times probability, summed."""
    flags: int
    """How many; 0 for the verdict."""
    worst: Flag | None = None
    """That with the most points; None for the verdict."""
    score: float = 0.0
    """Probability of the worst, or of the verdict."""


def accuses(record: Record) -> bool:
    """Whether the verdict calls the document machine-made or garbled."""
    return record.verdict is not None and record.verdict.label not in ("human", "insufficient-text")


def reasons(record: Record, weights: Mapping[Severity, float]) -> list[Reason]:
    """List what speaks against a document, the heaviest first.

    Points are the MQM penalty that a document would get on average once its flags have been confirmed or refused, not
    divided by its length. A verdict counts as one major flag, in place of the origin flags that say the same.
    """
    found: list[Reason] = []
    verdict = record.verdict
    by_label: dict[str, list[Flag]] = {}
    for flag in record.flags:
        by_label.setdefault(flag.label, []).append(flag)
    if verdict is not None and accuses(record):
        if verdict.label in ORIGINS:
            by_label.pop(verdict.label, None)
        found.append(Reason(verdict.label, weights[VERDICT_SEVERITY] * verdict.score, 0, None, verdict.score))
    for label, flags in by_label.items():
        worst = max(flags, key=lambda flag: weights[flag.severity] * flag.score)
        points = sum(weights[flag.severity] * flag.score for flag in flags)
        found.append(Reason(label, points, len(flags), worst, worst.score))
    return sorted(found, key=lambda reason: (-reason.points, reason.label))


class _Ranked(msgspec.Struct, frozen=True, order=True):
    """Orders by points; of equals, the one that came first is ahead."""

    points: float
    earliness: int
    document: str
    reasons: list[Reason]


class Priorities:
    """Collects what a person should act on while records go by: a few documents, and a count for each source.

    Args:
        weights: points of each severity.
    """

    def __init__(self, weights: Mapping[Severity, float]) -> None:
        self._weights = weights
        self._first: list[_Ranked] = []
        self._documents = 0
        self._weighty = 0
        self._sources: dict[str, Counter[str]] = {}
        self._points: defaultdict[str, float] = defaultdict(float)

    @property
    def first(self) -> str | None:
        """Id of the document to look at first, if any has points."""
        return max(self._first).document if self._first else None

    def add(self, record: Record) -> list[Reason]:
        """Take one record; gives what speaks against it."""
        found = reasons(record, self._weights)
        points = sum(reason.points for reason in found)
        if record.status != "ok":
            return found
        self._documents += 1
        if record.source is not None:
            self._sources.setdefault(record.source, Counter()).update(documents=1, accused=accuses(record))
            self._points[record.source] += points
        if points > 0:
            self._weighty += 1
            ranked = _Ranked(points, -self._documents, record.id, found)
            if len(self._first) < SHOWN_DOCUMENTS:
                heapq.heappush(self._first, ranked)
            else:
                heapq.heappushpop(self._first, ranked)
        return found

    def lines(self, width: int) -> list[str]:
        """Say which documents to look at first, and how the sources compare."""
        if not self._documents:
            return []
        if not self._first:
            return ["Nothing to look at: no flag that weighs anything, no verdict against a document."]
        more = self._weighty - len(self._first)
        head = "Look at first (points: severity weight × probability, summed; a verdict counts as one major flag):"
        lines = paragraph(head, width)
        for number, ranked in enumerate(sorted(self._first, reverse=True), 1):
            lines += paragraph(f"{number}. {ranked.document}: {ranked.points:.1f} points", width, indent="  ")
            said = [_in_words(reason) for reason in ranked.reasons[:SHOWN_REASONS]]
            lighter = [reason.label for reason in ranked.reasons[SHOWN_REASONS:]]
            said += [f"lighter: {', '.join(lighter)}"] if lighter else []
            lines += paragraph(" · ".join(said), width, indent="     ")
        if more:
            lines += paragraph(f"and {more:,} more with points", width, indent="  ")
        return [*lines, *self._by_source()]

    def _by_source(self) -> list[str]:
        if len(self._sources) < 2:
            return []
        means = {source: self._points[source] / counts["documents"] for source, counts in self._sources.items()}
        order = sorted(means, key=lambda source: (-means[source], source))
        rows = [("source", "documents", "machine-made or garbled", "points a document")]
        for source in order[:SHOWN_SOURCES]:
            counts = self._sources[source]
            name = visible(source)
            rows.append((name, f"{counts['documents']:,}", f"{counts['accused']:,}", f"{means[source]:.1f}"))
        lines = ["", "By source:", *columns(rows).splitlines()]
        if len(order) > SHOWN_SOURCES:
            lines.append(f"  and {len(order) - SHOWN_SOURCES:,} more")
        return lines


def _in_words(reason: Reason) -> str:
    if reason.worst is None:
        return f"{reason.label} as a whole, {reason.score:.2f}"
    words = shorten(reason.worst.text, _SHOWN_CHARACTERS)
    more = f" and {reason.flags - 1} more" if reason.flags > 1 else ""
    return f"{reason.label} “{words}” {reason.score:.2f}{more}"
