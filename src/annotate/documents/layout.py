"""Where lines, paragraphs, sentences and words of a text begin and end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import msgspec
import sentencex

_LINE: Final = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
# Apostrophes and hyphens hold a word together ("NASA's", "F-16"); a combining mark belongs to its letter; dots do
# inside abbreviations and numbers ("U.S", "1,000.5").
_WORD: Final = re.compile(
    r"\d+(?:[.,:]\d+)*(?:[A-Za-z]+)?|[^\W_](?:[^\W_]|[\u0300-\u036f])*(?:['’\-‐‑.&][^\W_](?:[^\W_]|[\u0300-\u036f])*)*"
)
_ENDS_SENTENCE: Final = re.compile(r"[.!?…:;][\"'”’»)\]]*\s*$")


class Range(msgspec.Struct, frozen=True, order=True, gc=False):
    """A half-open range ``[start, end)`` of code points."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Slice ``text``."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of one text, each a sorted tuple of non-overlapping ranges without surrounding blanks.

    ``lines`` are the non-blank lines as they stand. ``paragraphs`` are the same, unless the text is wrapped by
    hand at some column: then a paragraph is a run of lines. Sentences never cross a paragraph's end.
    """

    lines: tuple[Range, ...]
    paragraphs: tuple[Range, ...]
    sentences: tuple[Range, ...]
    words: tuple[Range, ...]
    hard_wrapped: bool


def lay_out(text: str) -> Layout:
    """Find lines, paragraphs, sentences (sentencex, English rules) and words of a text. Linear in its length."""
    lines = tuple(r for m in _LINE.finditer(text) if (r := _trim(text, m.start(), m.end())) is not None)
    hard_wrapped = _is_hard_wrapped(text, lines)
    paragraphs = _join_wrapped(text, lines) if hard_wrapped else lines
    sentences: list[Range] = []
    for paragraph in paragraphs:
        sentences.extend(_split_sentences(text, paragraph))
    words = tuple(Range(m.start(), m.end()) for m in _WORD.finditer(text))
    return Layout(lines, paragraphs, tuple(sentences), words, hard_wrapped)


def _trim(text: str, start: int, end: int) -> Range | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Range(start, end) if end > start else None


def _is_hard_wrapped(text: str, lines: tuple[Range, ...]) -> bool:
    """Whether line ends are typography, not paragraphs: most lines stop short of a sentence's end at like lengths."""
    if len(lines) < 5:
        return False
    lengths = sorted(len(line) for line in lines)
    if lengths[-1] > 120 or lengths[len(lengths) // 2] < 40:
        return False
    followed = [(a, b) for a, b in pairwise(lines) if _one_break(text, a.end, b.start)]
    if len(followed) < 0.5 * (len(lines) - 1):
        return False
    open_ended = sum(1 for a, b in followed if not _ENDS_SENTENCE.search(text, max(a.start, a.end - 4), a.end))
    return open_ended >= 0.6 * len(followed)


def _one_break(text: str, start: int, end: int) -> bool:
    return text.count("\n", start, end) + text.count("\u2028", start, end) <= 1


def _join_wrapped(text: str, lines: tuple[Range, ...]) -> tuple[Range, ...]:
    paragraphs: list[Range] = []
    for line in lines:
        if paragraphs and _one_break(text, paragraphs[-1].end, line.start):
            paragraphs[-1] = Range(paragraphs[-1].start, line.end)
        else:
            paragraphs.append(line)
    return tuple(paragraphs)


def _split_sentences(text: str, paragraph: Range) -> list[Range]:
    part = paragraph.of(text)
    if len(part) < 20 or not any(c in part for c in ".!?…。！？"):
        return [paragraph]
    found: list[Range] = []
    position = 0
    for boundary in sentencex.get_sentence_boundaries("en", part):
        # The ranges of sentencex tile the text; taking only each one's end keeps that true whatever it returns.
        end = int(boundary["end_index"] if isinstance(boundary, dict) else boundary.end_index)
        trimmed = _trim(text, paragraph.start + position, paragraph.start + end)
        if trimmed is not None:
            found.append(trimmed)
        position = end
    rest = _trim(text, paragraph.start + position, paragraph.end)
    if rest is not None:
        found.append(rest)
    return found
