"""One document for the terminal: its text with the flags marked, and the flags explained below.

Nothing in a document or a record reaches the terminal as a command: control and formatting characters are shown, not
sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from itertools import groupby
from typing import Final

import click
import msgspec

from annotate.documents import FAMILIES, Family, Flag, Record
from annotate.writing.describe import (
    describe_compared,
    describe_comparison,
    describe_evidence,
    describe_status,
    describe_verdict,
    side_by_side,
)

MINIMUM_WIDTH: Final = 20
MAXIMUM_WIDTH: Final = 100
"""Columns beyond which lines get hard to read: more are used for the explanations, beside the text."""
BESIDE_FROM: Final = 160
"""Columns from which the explanations stand beside the text."""

_COLOURS: Final[dict[Family, str]] = {"origin": "magenta", "integrity": "yellow", "span": "red", "evidence": "cyan"}
_SUPERSCRIPT: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SHOWN: Final = 93
"""Characters by which the list recalls a long flag: all of it stands marked above."""
_LINE_END: Final = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_PIECE: Final = re.compile(r"\s+|\S+")
_JOINERS: Final = "\u200c\u200d"  # emoji and several scripts need them
_EMOJI_STYLE: Final = "\ufe0f"  # makes the character before it an emoji, which is wide
_BETWEEN: Final = " │ "


class _Cell(msgspec.Struct, gc=False):
    """A run of characters of one style, without a line end."""

    text: str
    flag: int
    """Index of the flag that gives the style, -1 for none."""
    is_mark: bool = False
    begins: tuple[int, ...] = ()
    """Indices of the flags that begin here."""


class _Line(msgspec.Struct, gc=False):
    """A line of the marked text as it is shown."""

    text: str
    columns: int
    begins: list[int]
    """Indices of the flags that begin on it."""


def render(record: Record, text: str, *, width: int = 80, colour: bool = False, title: str | None = None) -> str:
    """Show one document with its flags.

    Args:
        record: its record; the flags must be in order and inside the text.
        text: the text that was scored.
        width: columns of the terminal; lines are wrapped at blanks, and longer words cut. Text takes at most
            :data:`MAXIMUM_WIDTH`; from :data:`BESIDE_FROM` on, the explanations stand beside it.
        colour: mark flags with ANSI colours by family (bold from severity ``major``) instead of brackets; those that
            cover most of the text stay bracketed.
        title: shown above, where known.

    Returns:
        Lines, each ending in a line feed.
    """
    whole, width = width, min(max(width, MINIMUM_WIDTH), MAXIMUM_WIDTH)
    lines = [click.style(line, bold=True) if colour else line for line in paragraph(record.id, width)]
    lines += paragraph(title, width) if title else []
    lines += _verdict(record, width)
    lines.append("")
    marked = _marked_lines(text, record.flags, width, colour)
    if whole >= BESIDE_FROM and record.flags:
        beside = whole - width - len(_BETWEEN)
        lines.extend(_side_by_side(marked, _explained(record.id, record.flags, beside, colour), width))
    else:
        lines.extend(line.text for line in marked)
        lines.append("")
        if not record.flags:
            lines.append("No flags.")
        for explanation in _explained(record.id, record.flags, width, colour):
            lines += explanation
    if record.evidence:
        compared = describe_compared(record.evidence, text)
        lines += ["", *paragraph("Beside the other documents of its story:", width)] if compared else []
        for said in compared:
            first, *rest = paragraph(said, width, indent="    ")
            lines += [f"  - {first.lstrip()}", *rest]
    return "".join(line.rstrip() + "\n" for line in lines)


def _side_by_side(marked: Iterator[_Line], explained: list[list[str]], width: int) -> Iterator[str]:
    """Set each explanation beside the line where its flag begins, or below the one before."""
    waiting: deque[str] = deque()
    following = 0
    for line in marked:
        if line.begins:
            # All up to the last one that begins here: a flag on nothing but blanks begins on no line.
            last = max(line.begins) + 1
            waiting.extend(part for explanation in explained[following:last] for part in explanation)
            following = max(following, last)
        yield line.text + " " * (width - line.columns) + _BETWEEN + (waiting.popleft() if waiting else "")
    waiting.extend(part for explanation in explained[following:] for part in explanation)
    for part in waiting:
        yield " " * width + _BETWEEN + part


def visible(text: str) -> str:
    r"""Show every character that would act instead of appear: control, bidirectional and zero-width ones, surrogates.

    >>> visible("a\x1b[31mb\u202e")
    'a␛[31mb<U+202E>'
    """
    return "".join(c if c.isprintable() else _visible(c) for c in text)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    category = unicodedata.category(character)
    if character in _JOINERS or category in ("Zs", "Cn", "Co"):
        return character
    return f"<U+{code:04X}>"


def _verdict(record: Record, width: int) -> list[str]:
    if record.verdict is None:
        return paragraph(describe_status(record), width)
    scores = " · ".join(f"{name} {score:.2f}" for name, score in record.verdict.scores.items())
    lines = paragraph(describe_verdict(record.verdict), width) + paragraph(scores, width)
    if record.evidence and record.evidence.documents > 1:
        lines += paragraph(describe_comparison(record.evidence, record.reliability), width)
    for note in record.notes or ():
        lines += paragraph(f"note: {note}", width)
    return lines


_COMPARED: Final[dict[str, tuple[str, ...]]] = {
    "altered-quote": ("here", "elsewhere", "document"),
    "conflicting-claim": ("passages",),
}
"""What of a flag's evidence is shown side by side."""


def _explained(identity: str, flags: list[Flag], width: int, colour: bool) -> list[list[str]]:
    """Explain each flag in a few lines."""
    explanations: list[list[str]] = []
    for number, flag in enumerate(flags, 1):
        head = f"{number}. {flag.label} · {flag.severity} · {flag.score:.2f} · {flag.detector}"
        lines = [_flag_style(line, flag, colour) for line in paragraph(head, width)]
        compared = side_by_side(flag, identity)
        rest = {k: v for k, v in flag.evidence.items() if not compared or k not in _COMPARED[flag.label]}
        why = flag.reason + (f": {describe_evidence(rest, flag.label)}" if rest else "")
        for part in (f"“{shorten(flag.text)}” [{flag.start}, {flag.end})", why):
            lines += paragraph(part, width, indent="   ")
        for part in compared:
            lines += paragraph(part, width, indent="     ")
        explanations.append(lines)
    return explanations


def shorten(text: str, length: int = _SHOWN) -> str:
    """Give a text on one line as it is, or its two ends if it is longer than ``length`` characters."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    end = (length - 3) // 2
    return f"{text[:end].rstrip()} … {text[-end:].lstrip()}"


def paragraph(text: str, width: int, indent: str = "") -> list[str]:
    """Break a text into lines of at most ``width`` columns, indent included; nothing in it acts on the terminal."""
    cell = _Cell(visible(_LINE_END.sub(" ", text)), -1)
    return [indent + "".join(part.text for part in line) for line in _wrap([cell], width - len(indent))]


def _marked_lines(text: str, flags: list[Flag], width: int, colour: bool) -> Iterator[_Line]:
    """Wrap the text; a blank line stays one."""
    line: list[_Cell] = []
    for cell in _cells(text, flags, colour):
        if cell.text == "\n" and not cell.is_mark:
            yield from (_shown(part, flags, colour) for part in _wrap(line, width))
            line = []
        else:
            line.append(cell)
    if line:
        yield from (_shown(part, flags, colour) for part in _wrap(line, width))


def _cells(text: str, flags: list[Flag], colour: bool) -> Iterator[_Cell]:
    """Cut the text where a flag begins or ends or a line ends; marks are cells of their own."""
    overlapping = _overlapping(flags)
    bracketed = {i for i, flag in enumerate(flags) if not colour or 2 * (flag.end - flag.start) > len(text)}
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for index, flag in enumerate(flags):
        begins.setdefault(flag.start, []).append(index)
        ends.setdefault(flag.end, []).append(index)
    cuts = sorted({0, len(text), *begins, *ends})
    active: set[int] = set()
    begun: tuple[int, ...] = ()
    for place, start in enumerate(cuts):
        # Inner flags close first and open last, so that brackets nest where the flags do.
        for index in sorted(ends.get(start, ()), key=lambda i: (-flags[i].start, -i)):
            active.discard(index)
            number = str(index + 1).translate(_SUPERSCRIPT)
            yield _Cell(f"⟧{number}" if index in bracketed else number, index, is_mark=True)
        for index in sorted(begins.get(start, ()), key=lambda i: (-flags[i].end, i)):
            active.add(index)
            begun = (*begun, index)
            if index in bracketed:
                number = str(index + 1).translate(_SUPERSCRIPT) if index in overlapping else ""
                yield _Cell(f"{number}⟦", index, is_mark=True, begins=begun)
                begun = ()
        end = cuts[place + 1] if place + 1 < len(cuts) else len(text)
        # The shortest flag gives the colour: a word inside a passage stays visible.
        inner = min(
            active - bracketed if colour else active, key=lambda i: (flags[i].end - flags[i].start, i), default=-1
        )
        position = start
        for match in _LINE_END.finditer(text, start, end):
            if match.start() > position:
                yield _Cell(visible(text[position : match.start()].replace("\t", "    ")), inner, begins=begun)
                begun = ()
            yield _Cell("\n", inner)
            position = match.end()
        if end > position:
            yield _Cell(visible(text[position:end].replace("\t", "    ")), inner, begins=begun)
            begun = ()


def _overlapping(flags: list[Flag]) -> set[int]:
    """Find the flags that share a code point with another one: their opening mark needs its number too."""
    found: set[int] = set()
    reach, holder = 0, -1
    for index in sorted(range(len(flags)), key=lambda i: (flags[i].start, flags[i].end)):
        if holder >= 0 and flags[index].start < reach:
            found |= {holder, index}
        if flags[index].end > reach:
            reach, holder = flags[index].end, index
    return found


def _wrap(cells: list[_Cell], width: int) -> Iterator[list[_Cell]]:
    """Break one line of cells at blanks. A word may be made of several cells; one wider than the line is cut."""
    out: list[_Cell] = []
    used = 0
    word: list[_Cell] = []
    word_width = 0
    blank: _Cell | None = None

    for cell in [*cells, _Cell(" ", -1)]:
        begins = cell.begins
        for piece in _PIECE.findall(cell.text):
            if not piece.isspace():
                word.append(_Cell(piece, cell.flag, begins=begins))
                word_width += columns(piece)
                begins = ()
                continue
            if word:
                gap = len(blank.text) if blank else 0
                if out and used + gap + word_width > width:
                    yield out
                    out, used, blank = [], 0, None
                if blank:
                    out.append(blank)
                    used += len(blank.text)
                for part in word:
                    begun = part.begins
                    for run in _cut(part.text, width, used):
                        if used + columns(run) > width and out:
                            yield out
                            out, used = [], 0
                        out.append(_Cell(run, part.flag, begins=begun))
                        used += columns(run)
                        begun = ()
                word, word_width = [], 0
            blank = _Cell(piece, cell.flag)
    yield out


def _cut(word: str, width: int, used: int) -> Iterator[str]:
    """Cut a word into runs that fit: the first into what is left of the line, the others into whole lines."""
    room = width - used if used < width else width
    if columns(word) <= room or columns(word) <= width:
        yield word
        return
    begin, taken = 0, 0
    for position, character in enumerate(word):
        wide = columns(character)
        if taken + wide > room and character != _EMOJI_STYLE:
            yield word[begin:position]
            begin, taken, room = position, 0, width
        taken += wide
    yield word[begin:]


def columns(text: str) -> int:
    """Columns a text takes on a terminal, at most: none for combining marks, two for wide characters.

    Unicode annex 11, and what terminals do: some draw the parts of a joined emoji one beside the other, some as one
    wide character, so both must fit.
    """
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if character == _EMOJI_STYLE:
        return 1  # with the one column of what it follows
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _shown(cells: list[_Cell], flags: list[Flag], colour: bool) -> _Line:
    text = "".join(cell.text for cell in cells)
    begins = [index for cell in cells for index in cell.begins]
    taken = columns(text)
    if colour:
        runs = ((index, "".join(cell.text for cell in run)) for index, run in groupby(cells, key=lambda c: c.flag))
        text = "".join(part if index < 0 else _flag_style(part, flags[index], colour) for index, part in runs)
    return _Line(text, taken, begins)


def _flag_style(text: str, flag: Flag, colour: bool) -> str:
    if not colour:
        return text
    bold = flag.severity in ("major", "critical") or None
    underline = flag.severity == "critical" or None
    return click.style(text, fg=_COLOURS[FAMILIES[flag.label]], bold=bold, underline=underline)
