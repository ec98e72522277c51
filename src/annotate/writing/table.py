"""Records as rows of a table for a terminal, and below them what to look at first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from annotate.documents import Record, Severity
from annotate.writing.marked import MAXIMUM_WIDTH, columns, visible
from annotate.writing.priority import Priorities, Reason

ID_WIDTH: Final = 24
_NARROW_ID: Final = 20
_NARROW: Final = 100
"""Columns below which ids are cut to :data:`_NARROW_ID`, so that the heaviest flag still fits into 80."""
LABEL_WIDTH: Final = 19
_NUMBERS_WIDTH: Final = 22
"""Columns of score, words, points and the gaps around them."""


class Table:
    """Makes the table's text from records that come one by one.

    Args:
        weights: points of each severity.
        width: columns of the terminal, where the flags of a document are to fit into what is left of its line.
            Without one, all are listed.
    """

    def __init__(self, weights: Mapping[Severity, float], width: int | None = None) -> None:
        self.priorities = Priorities(weights)
        self._width = width
        self._id_width = ID_WIDTH if width is None or width >= _NARROW else _NARROW_ID
        self._begun = False

    def row(self, record: Record) -> str:
        """Make one line (and the heading before the first).

        Id, verdict (or why there is none), its score, the words it rests on, points, and how many flags of each
        label, the heaviest first. A longer id keeps its end, where ids of one folder differ, and is marked with ``…``.
        """
        found = self.priorities.add(record)
        heading = "" if self._begun else self._line("document", "verdict", "score", "words", "points", "flags")
        self._begun = True
        name = _end_of(visible(record.id), self._id_width)
        verdict = record.verdict
        if verdict is None:
            why = record.reason if isinstance(record.reason, str) else record.error
            return heading + self._line(name, record.status, "", "", "", visible(why) if isinstance(why, str) else "")
        points = sum(reason.points for reason in found)
        numbers = (f"{verdict.score:.2f}", str(verdict.words), f"{points:.1f}" if points else "-")
        return heading + self._line(name, verdict.label, *numbers, self._flags(found))

    def end(self) -> str:
        """Say which documents to look at first."""
        lines = self.priorities.lines(min(self._width or MAXIMUM_WIDTH, MAXIMUM_WIDTH))
        return "".join(line + "\n" for line in ["", *lines]) if lines else ""

    def _flags(self, found: list[Reason]) -> str:
        """List labels, with their number where it is not one, as many as fit; the others are counted."""
        named = [f"{r.label} {r.flags}" if r.flags > 1 else r.label for r in found if r.flags]
        if not named:
            return "-"
        room = None if self._width is None else self._width - self._id_width - LABEL_WIDTH - _NUMBERS_WIDTH
        for shown in range(len(named), 0, -1):
            rest = f", +{len(named) - shown}" if shown < len(named) else ""
            cell = ", ".join(named[:shown]) + rest
            if room is None or len(cell) <= room:
                return cell
        return f"{sum(reason.flags for reason in found)} flags"

    def _line(self, name: str, label: str, score: str, words: str, points: str, flags: str) -> str:
        name += " " * (self._id_width - columns(name))
        return f"{name} {label:<{LABEL_WIDTH}} {score:>5} {words:>5} {points:>6}  {flags}".rstrip() + "\n"


def _end_of(name: str, width: int) -> str:
    if columns(name) <= width:
        return name
    while columns(name) > width - 1:
        name = name[1:]
    return "…" + name
