"""One set of spans from those of several annotators, for one label in one document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median_low
from typing import TypeAlias

from annotate.documents import SEVERITIES, Severity
from annotate.labeling.agreement.spans import Range
from annotate.labeling.labels import Span

Marks: TypeAlias = dict[str, list[Span]]
"""Annotator → spans of one label; without those who marked none."""


def consensus(marks: Marks, needed: int) -> list[Range]:
    """Keep every character that at least ``needed`` annotators marked, as ranges in order of place.

    Where a span of one annotator ends and the next begins, two ranges stay apart unless more annotators marked both
    sides with one span than with two: separate marks are separate errors.
    """
    edges = sorted({place for spans in marks.values() for s in spans for place in (s.start, s.end)})
    found: list[Range] = []
    for piece in (Range(*ends) for ends in pairwise(edges)):
        if sum(1 for spans in marks.values() if covering(piece, spans)) < needed:
            continue
        if found and found[-1].end == piece.start and _is_one(piece.start, marks):
            found[-1] = Range(found[-1].start, piece.end)
        else:
            found.append(piece)
    return found


def _is_one(place: int, marks: Marks) -> bool:
    """Whether more annotators marked the characters before and after a place with one span than with two."""
    one = two = 0
    for spans in marks.values():
        if any(s.start < place < s.end for s in spans):
            one += 1
        elif any(s.end == place for s in spans) and any(s.start == place for s in spans):
            two += 1
    return one > two


def clusters(marks: Marks) -> list[Marks]:
    """Part the spans of all annotators into groups that overlap, directly or through others, in order of place."""
    ordered = sorted(((s.start, s.end, name, s) for name, spans in marks.items() for s in spans), key=lambda x: x[:3])
    found: list[Marks] = []
    reach = -1
    for start, end, name, span in ordered:
        if start >= reach:
            found.append({})
        found[-1].setdefault(name, []).append(span)
        reach = max(reach, end)
    return found


def middle(marks: Marks) -> list[Range]:
    """Give the characters that more than half of those who marked anything marked; the most marked if none is so."""
    for needed in range(len(marks) // 2 + 1, 0, -1):
        if found := consensus(marks, needed):
            return found
    return []


def covering(piece: Range, spans: Iterable[Span]) -> list[Span]:
    """Those of the spans that have a character in common with a range."""
    return [s for s in spans if s.start < piece.end and piece.start < s.end]


def merge(place: Range, marks: Marks) -> Span:
    """Make the span at ``place``, every character of which somebody marked.

    Severity: one vote for each annotator, that of the span with most characters in common; the median, of an even
    number the milder. Comments: all of them.
    """
    touching = [covering(place, marks[name]) for name in sorted(marks)]
    votes = [severity for spans in touching if (severity := _severity(place, spans)) is not None]
    comments = dict.fromkeys(s.comment for spans in touching for s in spans if s.comment)
    everything = [s for spans in touching for s in spans]
    return Span(
        start=place.start,
        end=place.end,
        text=_words(place, everything),
        label=everything[0].label,
        severity=SEVERITIES[median_low(SEVERITIES.index(v) for v in votes)] if votes else None,
        comment=" / ".join(comments) or None,
    )


def _severity(place: Range, spans: Sequence[Span]) -> Severity | None:
    if not spans:
        return None
    return max(spans, key=lambda s: min(s.end, place.end) - max(s.start, place.start)).severity


def _words(place: Range, spans: Sequence[Span]) -> str:
    """Put the words at ``place`` together from spans that cover all of it."""
    words = ""
    at = place.start
    while at < place.end:
        span = max((s for s in spans if s.start <= at < s.end), key=lambda s: s.end)
        words += span.text[at - span.start : place.end - span.start]
        at = span.end
    return words
