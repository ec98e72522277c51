"""One document for the terminal: its text with the flags marked, and the flags explained below.

Nothing in a document or a record reaches the terminal as a command: control and formatting characters are shown, not
sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

import click
import msgspec

from annotate.documents import FAMILIES, Family, Flag, Record
from annotate.writing.describe import (
    describe_comparison,
    describe_evidence,
    describe_status,
    describe_verdict,
    side_by_side,
)

MINIMUM_WIDTH: Final = 20

_COLOURS: Final[dict[Family, str]] = {"origin": "magenta", "integrity": "yellow", "span": "red", "evidence": "cyan"}
_SUPERSCRIPT: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SHOWN_END: Final = 45
"""Characters at either end by which the list recalls a long flag."""
_LINE_END: Final = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_PIECE: Final = re.compile(r"\s+|\S+")
_JOINERS: Final = "\u200c\u200d"  # emoji and several scripts need them


class _Cell(msgspec.Struct, gc=False):
    """A run of characters of one style, without a line end."""

    text: str
    flag: int
    """Index of the flag that gives the style, -1 for none."""
    is_mark: bool = False


def render(record: Record, text: str, *, width: int = 80, colour: bool = False, title: str | None = None) -> str:
    """Show one document with its flags.

    Args:
        record: its record; the flags must be in order and inside the text.
        text: the text that was scored.
        width: columns of the terminal; lines are wrapped at blanks, and longer words cut.
        colour: mark flags with ANSI colours by family (bold from severity ``major``) instead of brackets.
        title: shown above, where known.

    Returns:
        Lines, each ending in a line feed.
    """
    width = max(width, MINIMUM_WIDTH)
    lines = [click.style(line, bold=True) if colour else line for line in _paragraph(record.id, width)]
    lines += _paragraph(title, width) if title else []
    lines += _verdict(record, width)
    lines.append("")
    lines.extend(_marked_lines(text, record.flags, width, colour))
    lines.append("")
    lines += _explained(record.id, record.flags, width, colour)
    return "".join(line.rstrip() + "\n" for line in lines)


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
        return _paragraph(describe_status(record), width)
    scores = " · ".join(f"{name} {score:.2f}" for name, score in record.verdict.scores.items())
    lines = _paragraph(describe_verdict(record.verdict), width) + _paragraph(scores, width)
    if record.evidence and record.evidence.documents > 1:
        lines += _paragraph(describe_comparison(record.evidence, record.reliability), width)
    for note in record.notes or ():
        lines += _paragraph(f"note: {note}", width)
    return lines


_COMPARED: Final[dict[str, tuple[str, ...]]] = {
    "altered-quote": ("here", "elsewhere", "document"),
    "conflicting-claim": ("passages",),
}
"""What of a flag's evidence is shown side by side."""


def _explained(identity: str, flags: list[Flag], width: int, colour: bool) -> list[str]:
    if not flags:
        return ["No flags."]
    lines: list[str] = []
    for number, flag in enumerate(flags, 1):
        head = f"{number}. {flag.label} · {flag.severity} · {flag.score:.2f} · {flag.detector}"
        lines += [_flag_style(line, flag, colour) for line in _paragraph(head, width)]
        compared = side_by_side(flag, identity)
        rest = {k: v for k, v in flag.evidence.items() if not compared or k not in _COMPARED[flag.label]}
        why = flag.reason + (f": {describe_evidence(rest)}" if rest else "")
        for part in (f"“{_ends_of(' '.join(flag.text.split()))}” [{flag.start}, {flag.end})", why):
            lines += _paragraph(part, width, indent="   ")
        for part in compared:
            lines += _paragraph(part, width, indent="     ")
    return lines


def _ends_of(text: str) -> str:
    """Give a text as it is, or its two ends if it is long: all of it stands marked above."""
    return text if len(text) <= 2 * _SHOWN_END + 3 else f"{text[:_SHOWN_END].rstrip()} … {text[-_SHOWN_END:].lstrip()}"


def _paragraph(text: str, width: int, indent: str = "") -> list[str]:
    cell = _Cell(visible(_LINE_END.sub(" ", text)), -1)
    return [indent + line for line in _wrap([cell], [], width - len(indent), colour=False)]


def _marked_lines(text: str, flags: list[Flag], width: int, colour: bool) -> Iterator[str]:
    """Wrap the text; a blank line stays one."""
    line: list[_Cell] = []
    for cell in _cells(text, flags, colour):
        if cell.text == "\n" and not cell.is_mark:
            yield from _wrap(line, flags, width, colour)
            line = []
        else:
            line.append(cell)
    if line:
        yield from _wrap(line, flags, width, colour)


def _cells(text: str, flags: list[Flag], colour: bool) -> Iterator[_Cell]:
    """Cut the text where a flag begins or ends or a line ends; marks are cells of their own."""
    overlapping = _overlapping(flags)
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for index, flag in enumerate(flags):
        begins.setdefault(flag.start, []).append(index)
        ends.setdefault(flag.end, []).append(index)
    cuts = sorted({0, len(text), *begins, *ends})
    active: set[int] = set()
    for place, start in enumerate(cuts):
        # Inner flags close first and open last, so that brackets nest where the flags do.
        for index in sorted(ends.get(start, ()), key=lambda i: (-flags[i].start, -i)):
            active.discard(index)
            number = str(index + 1).translate(_SUPERSCRIPT)
            yield _Cell(number if colour else f"⟧{number}", index, is_mark=True)
        for index in sorted(begins.get(start, ()), key=lambda i: (-flags[i].end, i)):
            active.add(index)
            if not colour:
                number = str(index + 1).translate(_SUPERSCRIPT) if index in overlapping else ""
                yield _Cell(f"{number}⟦", index, is_mark=True)
        end = cuts[place + 1] if place + 1 < len(cuts) else len(text)
        # The shortest flag gives the colour: a word inside a passage stays visible.
        inner = min(active, key=lambda i: (flags[i].end - flags[i].start, i)) if active else -1
        position = start
        for match in _LINE_END.finditer(text, start, end):
            if match.start() > position:
                yield _Cell(visible(text[position : match.start()].replace("\t", "    ")), inner)
            yield _Cell("\n", inner)
            position = match.end()
        if end > position:
            yield _Cell(visible(text[position:end].replace("\t", "    ")), inner)


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


def _wrap(cells: list[_Cell], flags: list[Flag], width: int, colour: bool) -> Iterator[str]:
    """Break one line of cells at blanks. A word may be made of several cells; one wider than the line is cut."""
    out: list[_Cell] = []
    used = 0
    word: list[_Cell] = []
    word_width = 0
    blank: _Cell | None = None

    for cell in [*cells, None]:
        pieces = _PIECE.findall(cell.text) if cell is not None else [" "]
        for piece in pieces:
            if not piece.isspace():
                word.append(_Cell(piece, cell.flag if cell is not None else -1))
                word_width += columns(piece)
                continue
            if word:
                gap = len(blank.text) if blank else 0
                if out and used + gap + word_width > width:
                    yield _join(out, flags, colour)
                    out, used, blank = [], 0, None
                if blank:
                    out.append(blank)
                    used += len(blank.text)
                for part in word:
                    for run in _cut(part.text, width, used):
                        if used + columns(run) > width and out:
                            yield _join(out, flags, colour)
                            out, used = [], 0
                        out.append(_Cell(run, part.flag))
                        used += columns(run)
                word, word_width = [], 0
            blank = _Cell(piece, cell.flag) if cell is not None else None
    yield _join(out, flags, colour)


def _cut(word: str, width: int, used: int) -> Iterator[str]:
    """Cut a word into runs that fit: the first into what is left of the line, the others into whole lines."""
    room = width - used if used < width else width
    if columns(word) <= room or columns(word) <= width:
        yield word
        return
    begin, taken = 0, 0
    for position, character in enumerate(word):
        wide = columns(character)
        if taken + wide > room:
            yield word[begin:position]
            begin, taken, room = position, 0, width
        taken += wide
    yield word[begin:]


def columns(text: str) -> int:
    """Columns a text takes on a terminal: none for combining marks, two for wide characters (Unicode annex 11)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _join(cells: list[_Cell], flags: list[Flag], colour: bool) -> str:
    if not colour:
        return "".join(cell.text for cell in cells)
    runs = ((index, "".join(cell.text for cell in run)) for index, run in groupby(cells, key=lambda cell: cell.flag))
    return "".join(text if index < 0 else _flag_style(text, flags[index], colour) for index, text in runs)


def _flag_style(text: str, flag: Flag, colour: bool) -> str:
    if not colour:
        return text
    bold = flag.severity in ("major", "critical") or None
    underline = flag.severity == "critical" or None
    return click.style(text, fg=_COLOURS[FAMILIES[flag.label]], bold=bold, underline=underline)
