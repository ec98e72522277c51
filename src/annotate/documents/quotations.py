"""Direct quotations of a text: where each begins and ends."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import msgspec

from annotate.documents.document import Document
from annotate.documents.layout import Range

_MARKS: Final = re.compile("[\"“”„‟«»‹›‘’‚‛'`]")
_PAIRS: Final = {
    # What may close each opening mark. German quotations close with the English opening mark; Scandinavian and some
    # German ones turn the guillemets round.
    "“": '”"',
    "„": '“”"',
    "‟": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    '"': '"”',
    "‘": "’'",
    "‚": "‘’",
    "'": "'’",
}
_SINGLE: Final = frozenset("‘‚'")
_ELISION: Final = re.compile(r"['‘’](?:\d0s|em\b|til\b|tis\b|twas\b|cause\b|n\b|round\b|bout\b)", re.IGNORECASE)


class Quotation(msgspec.Struct, frozen=True, order=True, gc=False):
    """A quotation with its marks, as a half-open range of code points."""

    start: int
    end: int
    closed: bool
    """False where it goes on in the next paragraph, which opens with a mark of its own."""


def quotations(document: Document) -> tuple[Quotation, ...]:
    """Give the outermost quotations of a document, in order, found once."""
    return document.once("quotations", lambda d: find_quotations(d.text, d.layout.paragraphs))


def enclosing_quotation(document: Document, start: int, end: int) -> Quotation | None:
    """Give the quotation that a range lies in, marks included."""
    found = quotations(document)
    i = bisect_right(found, start, key=lambda q: q.start) - 1
    return found[i] if i >= 0 and end <= found[i].end else None


def inside_quotation(document: Document, start: int, end: int) -> bool:
    """Tell whether a range lies within a quotation of four words or more; shorter ones are titles and scare quotes."""
    found = enclosing_quotation(document, start, end)
    return found is not None and document.text.count(" ", found.start, found.end) >= 3


def find_quotations(text: str, paragraphs: Sequence[Range]) -> tuple[Quotation, ...]:
    """Pair the quotation marks of each paragraph: straight, curly, low and angular ones, single and double.

    Apostrophes, inch marks and marks that never close are no quotations; of nested ones the outermost is given. A
    quotation that is open at the end of a paragraph counts, as not ``closed``, if the next paragraph opens with a
    mark. Linear in the length of the text.
    """
    found: list[Quotation] = []
    for number, paragraph in enumerate(paragraphs):
        following = paragraphs[number + 1] if number + 1 < len(paragraphs) else None
        goes_on = following is not None and text[following.start] in '“"„«'
        found.extend(_pair(text, paragraph, goes_on))
    return tuple(found)


def _pair(text: str, paragraph: Range, goes_on: bool) -> list[Quotation]:
    marks = [m.start() for m in _MARKS.finditer(text, paragraph.start, paragraph.end)]
    closers = _Closers(text, marks, paragraph)
    found: list[Quotation] = []
    last_open: int | None = None
    i = 0
    while i < len(marks):
        place = marks[i]
        mark = text[place]
        if mark not in _PAIRS or not _can_open(text, place, paragraph):
            i += 1
            continue
        close = closers.single(i) if mark in _SINGLE else closers.double(i)
        if close is None:
            last_open = place if mark not in _SINGLE else last_open
            i += 1
            continue
        found.append(Quotation(place, marks[close] + 1, True))
        last_open = None
        i = close + 1
    if goes_on and last_open is not None and paragraph.end - last_open > 1:
        found.append(Quotation(last_open, paragraph.end, False))
    return found


def _at(text: str, i: int, paragraph: Range) -> str:
    return text[i] if paragraph.start <= i < paragraph.end else " "


def _can_open(text: str, i: int, paragraph: Range) -> bool:
    before, mark, after = _at(text, i - 1, paragraph), text[i], _at(text, i + 1, paragraph)
    if mark in "“„‟«‹‚":
        return True
    if mark in "»›":
        return not after.isspace() and not before.isalnum() and before not in ".,!?…"
    if mark in "'‘":
        return not before.isalnum() and not after.isspace() and not _ELISION.match(text, i)
    return not before.isalnum() and not (after.isspace() and not before.isspace())


def _can_close(text: str, i: int, paragraph: Range) -> bool:
    before, mark, after = _at(text, i - 1, paragraph), text[i], _at(text, i + 1, paragraph)
    if mark in "”»›":
        return True
    if mark in '"':
        # A mark between blanks (tokenised text) closes whatever is open.
        return not before.isspace() or after.isspace()
    if mark in "'’‘":
        return not after.isalnum() and not before.isspace()
    return True


class _Closers:
    """Finds the mark that closes another; every search stops at the next mark that opens, so all are linear."""

    def __init__(self, text: str, marks: list[int], paragraph: Range) -> None:
        self._text, self._marks, self._paragraph = text, marks, paragraph

    def double(self, i: int) -> int | None:
        opening = self._text[self._marks[i]]
        closing = _PAIRS[opening]
        for j in range(i + 1, len(self._marks)):
            mark = self._text[self._marks[j]]
            if mark in closing and _can_close(self._text, self._marks[j], self._paragraph):
                return j if self._marks[j] > self._marks[i] + 1 else None
            if mark == opening:
                return None  # opened again before it closed: this one was never closed
        return None

    def single(self, i: int) -> int | None:
        text, marks = self._text, self._marks
        closing = _PAIRS[text[marks[i]]]
        last: int | None = None
        for j in range(i + 1, len(marks)):
            mark = text[marks[j]]
            if mark in '“"„«' and last is not None:
                break
            if mark in closing and _can_close(text, marks[j], self._paragraph) and marks[j] > marks[i] + 1:
                last = j
                # After an s it may be a possessive: a later mark is the better one.
                if text[marks[j] - 1] not in "sS":
                    return j
            elif mark == text[marks[i]] and _can_open(text, marks[j], self._paragraph):
                break
        return last
