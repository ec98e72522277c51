"""Which lines of a page's visible text are outside of its main text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_SURE: Final = 25
"""Characters, blanks not counted, from which a piece of the main text is taken to stand in one place only."""
_NEAR: Final = 100_000
"""Characters within which the next piece is looked for; keeps the work linear in the page's length."""
_MAIN_SHARE: Final = 0.5
"""Share of a line that must be main text for the line to be."""


@dataclass(frozen=True, slots=True)
class _Visible:
    """The visible text without blanks, and where its lines are in that and in the text."""

    packed: str
    starts: list[int]
    """Of each line in ``packed``; one more for the end."""
    ranges: list[tuple[int, int]]
    """Of each line in the text."""
    lines: dict[str, list[int]]
    """A line without blanks → its starts in ``packed``."""


def furniture_ranges(text: str, main: str) -> tuple[tuple[int, int], ...]:
    """Ranges of whole lines of ``text`` that are not part of the main text, neighbouring lines joined.

    Args:
        text: the visible text of a page, lines separated by LF.
        main: what an extractor took from the same page, possibly with other white space, list marks and table bars.

    Returns:
        Sorted, non-overlapping half-open ranges of code points.
    """
    visible = _pack_lines(text)
    covered = [0] * len(visible.ranges)
    for start, end in _find_pieces(visible, list(_pieces(main))):
        index = bisect_left(visible.starts, start + 1) - 1
        while index < len(covered) and visible.starts[index] < end:
            low, high = max(start, visible.starts[index]), min(end, visible.starts[index + 1])
            covered[index] += high - low
            index += 1
    found: list[tuple[int, int]] = []
    previous = -2
    for index, (start, end) in enumerate(visible.ranges):
        if covered[index] >= _MAIN_SHARE * (visible.starts[index + 1] - visible.starts[index]):
            continue
        if previous == index - 1:
            start = found.pop()[0]
        found.append((start, end))
        previous = index
    return tuple(found)


def _pack(text: str) -> str:
    return "".join(text.split())


def _pack_lines(text: str) -> _Visible:
    packed: list[str] = []
    starts, ranges = [0], []
    lines: dict[str, list[int]] = {}
    position = 0
    for line in text.split("\n"):
        key = _pack(line)
        if key:
            left = len(line) - len(line.lstrip())
            ranges.append((position + left, position + len(line.rstrip())))
            lines.setdefault(key, []).append(starts[-1])
            packed.append(key)
            starts.append(starts[-1] + len(key))
        position += len(line) + 1
    return _Visible("".join(packed), starts, ranges, lines)


def _pieces(main: str) -> Iterator[str]:
    for line in main.split("\n"):
        line = line.strip()
        cells: Iterable[str] = line.split("|") if line.startswith("|") else (line.removeprefix("- "),)
        yield from filter(None, map(_pack, cells))


def _find_pieces(visible: _Visible, pieces: list[str]) -> Iterator[tuple[int, int]]:
    """Find long pieces in page order; then the short ones, which may occur in menus too, between their neighbours."""
    places: list[tuple[int, int] | None] = [None] * len(pieces)
    position = 0
    for number, piece in enumerate(pieces):
        if len(piece) < _SURE:
            continue
        start = _exact(visible, piece, position, len(visible.packed))
        if start is None:
            start = visible.packed.find(piece, position, position + _NEAR + len(piece))
            if start < 0 and piece in visible.lines:  # stands before what came last
                start = visible.lines[piece][0]
        if start >= 0:
            places[number] = (start, start + len(piece))
            position = max(position, start + len(piece))
    low = 0
    following = _following(places, len(visible.packed))
    for number, piece in enumerate(pieces):
        place = places[number]
        if place is None and len(piece) < _SURE:
            high = following[number]
            # What comes before the first long piece (a headline) stands next to it, not in the menu above.
            start = _exact(visible, piece, low, high, last=low == 0)
            if start is not None:
                place = places[number] = (start, start + len(piece))
        if place is not None:
            low = max(low, place[1])
    return (place for place in places if place is not None)


def _following(places: list[tuple[int, int] | None], end: int) -> list[int]:
    """For each piece, where the next found one starts."""
    following = [end] * len(places)
    for number in range(len(places) - 2, -1, -1):
        place = places[number + 1]
        following[number] = following[number + 1] if place is None else place[0]
    return following


def _exact(visible: _Visible, piece: str, low: int, high: int, *, last: bool = False) -> int | None:
    """Start of a whole line within ``[low, high)`` that is the piece."""
    starts = visible.lines.get(piece, [])
    first, past = bisect_left(starts, low), bisect_left(starts, high)
    if first >= past:
        return None
    return starts[past - 1 if last else first]
