"""Flags as annotations of GitHub Actions: workflow commands on standard output, shown beside the lines they are about.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from typing import Final, Literal, Protocol

import msgspec

from annotate.documents import Flag, Record, Severity
from annotate.documents.place import Place
from annotate.writing.describe import describe_evidence, describe_verdict
from annotate.writing.marked import shorten, visible
from annotate.writing.priority import VERDICT_SEVERITY, accuses

Kind = Literal["error", "warning", "notice"]

SHOWN: Final = 10
"""Annotations of one kind that GitHub shows for a step; it drops the others."""
KINDS: Final[dict[Severity, Kind]] = {"critical": "error", "major": "warning", "minor": "notice", "neutral": "notice"}
"""A flag is an issue until a human confirms it, so only the worst is an error."""


class Locator(Protocol):
    """Knows the files of documents."""

    def file(self, identity: str) -> str | None:
        """Path of a document's file, None where it has none of its own."""

    def place(self, identity: str, sha256: str | None, start: int, end: int) -> Place | None:
        """Where a range of its text stands in the file, None where that cannot be told."""


class _Found(msgspec.Struct, frozen=True, order=True):
    """Orders by weight; of equals, the one that came first is ahead."""

    points: float
    earliness: int
    document: str
    sha256: str | None
    title: str
    message: str
    start: int = 0
    end: int = 0
    """Range of the text; empty for the whole document."""


class GitHub:
    """Makes annotations from records that come one by one: the worst of each kind, at most :data:`SHOWN`.

    Args:
        weights: points of each severity.
        locator: finds file and line of what is annotated.
    """

    def __init__(self, weights: Mapping[Severity, float], locator: Locator) -> None:
        self._weights = weights
        self._locator = locator
        self._worst: dict[Kind, list[_Found]] = {"error": [], "warning": [], "notice": []}
        self._counts: Counter[Kind] = Counter()
        self._number = 0

    @property
    def left_out(self) -> dict[Kind, int]:
        """Kind → number of annotations that GitHub would not show."""
        return {kind: self._counts[kind] - SHOWN for kind in self._worst if self._counts[kind] > SHOWN}

    def row(self, record: Record) -> str:
        """Take one record; nothing is written before all are known."""
        if record.status == "failed":
            self._add("error", float("inf"), record, "not scored", str(record.error))
        verdict = record.verdict
        if verdict is not None and accuses(record):
            points = self._weights[VERDICT_SEVERITY] * verdict.score
            title = f"{verdict.label} ({verdict.score:.2f})"
            self._add(KINDS[VERDICT_SEVERITY], points, record, title, describe_verdict(verdict))
        for flag in record.flags:
            self._add(
                KINDS[flag.severity],
                self._weights[flag.severity] * flag.score,
                record,
                f"{flag.label} ({flag.severity}, {flag.score:.2f})",
                _message(flag),
                flag,
            )
        return ""

    def end(self) -> str:
        """Give one line for each annotation, errors first, the worst first."""
        kinds = ((kind, sorted(found, reverse=True)) for kind, found in self._worst.items())
        return "".join(self._command(kind, one) for kind, found in kinds for one in found)

    def _add(
        self, kind: Kind, points: float, record: Record, title: str, message: str, flag: Flag | None = None
    ) -> None:
        self._counts[kind] += 1
        self._number += 1
        start, end = (0, 0) if flag is None else (flag.start, flag.end)
        found = _Found(points, -self._number, record.id, record.sha256, title, message, start, end)
        if len(self._worst[kind]) < SHOWN:
            heapq.heappush(self._worst[kind], found)
        else:
            heapq.heappushpop(self._worst[kind], found)

    def _command(self, kind: Kind, found: _Found) -> str:
        properties: dict[str, str | int] = {}
        path = self._locator.file(found.document)
        if path is not None:
            properties["file"] = path
        if found.end:
            place = self._locator.place(found.document, found.sha256, found.start, found.end)
            if place is not None:
                properties |= {"line": place.line, "endLine": place.end_line}
                if place.line == place.end_line:  # GitHub refuses columns on different lines
                    properties |= {"col": place.column, "endColumn": place.end_column}
        properties["title"] = found.title if path is not None else f"{found.document}: {found.title}"
        given = ",".join(f"{name}={_escape(str(value), ':,')}" for name, value in properties.items())
        return f"::{kind} {given}::{_escape(found.message)}\n"


def _message(flag: Flag) -> str:
    why = flag.reason + (f": {describe_evidence(flag.evidence, flag.label)}" if flag.evidence else "")
    return f"“{shorten(flag.text)}” {why}"


def _escape(text: str, more: str = "") -> str:
    """Escape what would end a command, or with ``more`` a property, as the runner does; show what would act."""
    text = "".join(c if c in "\r\n" else visible(c) for c in text)
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
