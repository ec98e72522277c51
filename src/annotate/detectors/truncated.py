"""Texts that start or stop in mid-sentence, or stop at a heading with nothing under it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from typing import ClassVar, Final

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Range
from annotate.lexicon import is_technical, lexicon
from annotate.lexicon.lexicon import word_tuple

_ENDED: Final = re.compile(r"(?:[.!?…。]|[.!?][\"'”’»)\]]+|[\"”’][.!?]?|[)\]]\.?)[*†#\s]*$")
_FULL_STOP: Final = re.compile(r"[.!?][\"'”’»)\]]*$")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-‐‑.&][^\W_]+)*|\d[\d.,:]*")
_TEASER: Final = re.compile(
    r"(?:\[\s*(?:…|\.{3})\s*\]|(?:…|\.{3})\s*(?:\[?\(?(?:read|continue|view|see|show)\s+(?:more|reading|full)[^\n]{0,30})?"
    r"|\(?\s*(?:…|\.{3})?\s*\(?(?:read more|continue reading|continued on page \w+)\)?\s*(?:…|\.{3}|»|→|>+)?)$",
    re.IGNORECASE,
)
_LOWER_START: Final = re.compile(r"[a-z][a-z]*(?:['’][a-z]+)?(?=[\s,;.])")
_FURNITURE: Final = re.compile(
    # These mark a credit or a call wherever they stand …
    r"https?:|www\.|@|#\w|[©|]|\b(?:photos?|credit|copyright|reporting by|editing by|written by|compiled by|newsletter|"
    r"subscribe|follow us|sign up|read (?:also|more|next)|see also|advertisement|e-?mail|associated press|reuters|"
    r"getty|rights reserved|facebook|twitter|instagram|with assistance|story continues|the end|wires)\b|"
    # … and these, which are ordinary words elsewhere, at the beginning.
    r"^\W*(?:images?|pictures?|reporting|reporters?|editing|editors?|posted|published|updated|sources?|contributed|"
    r"contributing|follow|click|share|related|recommended|tags?|topics?|contact|staff|correspondent|agencies|comments?|"
    r"videos?|listen|watch|caption|find|choose|learn|get|join|register|donate|download|view|print|podcast|next|previous|amen|sincerely|regards|thanks?|more)\b",
    re.IGNORECASE,
)
_MARKDOWN: Final = re.compile(r"^#{1,6}[ \t]+|[ \t]*#*$")
_CREDIT: Final = re.compile(r"\b(?:credit|photo|photograph|image|picture|getty|copyright)\b|©", re.IGNORECASE)
_LABEL: Final = re.compile(r"[^\s:]+(?: [^\s:]+){0,3}:(?!\d)")
_BYLINE: Final = re.compile(r"(?:by|from|via)\b|[—–\-~(\[\"“'‘*]|.*\b(?:19|20)\d\d\b|.*\d{1,2}:\d\d", re.IGNORECASE)

# Particles that open a name with a small letter, and list or verse forms that never show a truncated opening.
_PARTICLES: Final = frozenset(word_tuple("de van von der den la le el al bin ibn ben da dos di du ter ten"))
_OPEN_ENDED: Final = frozenset(
    word_tuple("a an the of to in for on with by from at as into about between among against during under over than")
    + word_tuple(
        "and or but nor because although though while if unless whether that which who whose when where is are"
    )
    + word_tuple("was were be been has have had will would can could should may might must its their his her our your")
    + word_tuple("my this these those very not including such per via said")
)
"""Words that leave a sentence open; at its very end they show that something was cut off."""
_SMALL: Final = frozenset(
    word_tuple("a an the of to in for on with by from at as and or but nor is are was be vs v via into over than its")
)

_NEVER_LAST: Final = _OPEN_ENDED - frozenset(word_tuple("of to in for on with by at about over under not is are"))
"""A heading can end so ("What it is made of"); with any other open word it is a sentence cut short."""
_HEADING_WORDS: Final = 10


class Truncated(Detector, frozen=True):
    """Flags an opening without its beginning, an ending without its end, and a last heading without a text."""

    id: ClassVar[str] = "truncated@1"
    labels: ClassVar[tuple[Label, ...]] = ("truncated",)
    about: ClassVar[str] = "Openings and endings in mid-sentence, and a last heading with nothing under it, by layout."

    def resources(self) -> dict[str, str]:
        """Digest of the word list."""
        return {"lexicon": lexicon().digest}

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give the flags of a document, in the order of their start."""
        text, layout = document.text, document.layout
        paragraphs = layout.paragraphs
        if not paragraphs or len(layout.words) < 20:
            return []
        full = [part for part in paragraphs if _is_full(text, part)]
        if not full:
            return []  # a list of headlines, a poem: nothing here ends with a stop, so that nothing lacks one
        flags = [*self._openings(document), *self._ending(document, len(full))]
        return sorted(flags, key=lambda flag: (flag.start, flag.end))

    def _openings(self, document: Document) -> Iterable[Flag]:
        text, paragraphs = document.text, document.layout.paragraphs
        lowered = [part for part in paragraphs if _starts_low(text, part)]
        # Chat, verse, lists and some writers begin everything with a small letter: then it says nothing.
        if not lowered or len(lowered) > max(1, 0.2 * len(paragraphs)):
            return
        sentences = document.layout.sentences
        starts = [sentence.start for sentence in sentences]
        low = sum(1 for sentence in sentences if "a" <= text[sentence.start] <= "z")
        if low - len(lowered) > 0.1 * len(sentences):
            return
        before: dict[int, Range] = {part.start: previous for previous, part in pairwise(paragraphs)}
        for part in lowered:
            previous = before.get(part.start)
            if previous is None:
                whole = _FULL_STOP.search(text, max(part.start, part.end - 4), part.end) is not None
                whole = whole and len(_WORD.findall(text, part.start, min(part.end, part.start + 200))) >= 3
            else:
                whole = (
                    _is_full(text, part)
                    and _FULL_STOP.search(text, max(previous.start, previous.end - 4), previous.end) is not None
                )
            if not whole:
                continue
            first = sentences[bisect_left(starts, part.start)]
            if text[first.end - 1] == "?" or _FURNITURE.search(first.of(text)[:40]):
                continue
            if previous is not None:
                yield self.flag(
                    document, *_of(first), "truncated", "minor", 0.6, "starts-mid-sentence", position="paragraph"
                )
                continue
            # A caption, as the credit under it shows, is a fragment as a whole; of a text, the first sentence is.
            under = paragraphs[1] if len(paragraphs) > 1 else part
            end = part.end if _CREDIT.search(text, under.start, min(under.end, under.start + 60)) else first.end
            yield self.flag(
                document, part.start, end, "truncated", "major", 0.9, "starts-mid-sentence", position="document"
            )

    def _ending(self, document: Document, full: int) -> Iterable[Flag]:
        text, layout = document.text, document.layout
        last = layout.paragraphs[-1]
        sentence = layout.sentences[-1]
        line = last.of(text)
        words = _WORD.findall(text, sentence.start, last.end)
        after_text = len(layout.paragraphs) > 1 and _is_full(text, layout.paragraphs[-2])
        if len(words) < 2 or is_technical(text, last.end - 1, last.end):
            return
        whole = sentence.start == last.start
        if whole and after_text and _is_heading(line):
            flag = self._heading(document, last)
            if flag is not None:
                yield flag
            return
        if _TEASER.search(text, max(sentence.start, last.end - 60), last.end) is not None:
            if len(words) >= 6 and not _FURNITURE.match(line):
                yield self.flag(document, sentence.start, last.end, "truncated", "major", 0.75, "cut-to-teaser")
            return
        if _ENDED.search(text, max(last.start, last.end - 8), last.end) or (whole and _LABEL.match(line)):
            return
        tail = words[-1].lower()
        if tail == "said" and any(mark in line for mark in '"”'):
            return  # "…," he said: only the stop is missing
        if (tail in _OPEN_ENDED or line[-1] == ",") and line[-1] not in ":*" and (not whole or len(words) >= 4):
            evidence = {"last_word": words[-1]}
            yield self.flag(
                document, sentence.start, last.end, "truncated", "major", 0.9, "ends-mid-sentence", **evidence
            )
        elif len(words) >= 8 and line[-1].islower() and words[-1].islower() and full >= 2 and (after_text or not whole):
            capitals = sum(1 for word in words if word[0].isupper())
            if capitals < 0.5 * len(words) and not _FURNITURE.search(line) and line[0].isalnum():
                evidence = {"last_word": words[-1]}
                yield self.flag(
                    document, sentence.start, last.end, "truncated", "minor", 0.6, "ends-mid-sentence", **evidence
                )

    def _heading(self, document: Document, last: Range) -> Flag | None:
        text, paragraphs = document.text, document.layout.paragraphs
        # Headings of the same make above show that this is one; so do blank lines around it.
        like = sum(
            1
            for part, after in pairwise(paragraphs[:-1])
            if len(part) <= 80 and text[part.end - 1] != "?" and _is_heading(part.of(text)) and _is_full(text, after)
        )
        if paragraphs[0].end - paragraphs[0].start <= 120 and like and _is_heading(paragraphs[0].of(text)):
            like -= 1  # the headline of the whole
        apart = text.count("\n", paragraphs[-2].end, last.start) > 1
        if text[last.end - 1] == "?" and not like:
            return None  # many columns close with a question
        score = 0.5 + (0.2 if like else 0.0) + (0.1 if apart else 0.0)
        return self.flag(
            document,
            last.start,
            last.end,
            "truncated",
            "major",
            score,
            "heading-without-body",
            headings_above=like,
            set_apart=apart,
        )


def _of(part: Range) -> tuple[int, int]:
    return part.start, part.end


def _starts_low(text: str, part: Range) -> bool:
    if text[part.start] == ",":
        return True
    match = _LOWER_START.match(text, part.start)
    if match is None:
        return False
    word = match.group()
    # "iPhone" changes case inside and does not match; "adidas" does, but its capitalised form is the listed one.
    known = lexicon()
    return word not in _PARTICLES and (known.count(word) > 0 or known.any_case(word) == 0)


def _is_full(text: str, part: Range) -> bool:
    """Whether a paragraph reads as running text: six words or more and a stop at its end."""
    if not _FULL_STOP.search(text, max(part.start, part.end - 4), part.end):
        return False
    return len(_WORD.findall(text, part.start, min(part.end, part.start + 400))) >= 6


def _is_heading(line: str) -> bool:
    """Whether a short line without a stop reads as a heading, not as a credit, a byline or an address."""
    if len(line) > 100 or not (line := _MARKDOWN.sub("", line)):
        return False
    if line[-1] in ',;:-–—.!*…"”' or not (line[0].isupper() or line[0].isdigit()):
        return False
    words = _WORD.findall(line)
    if not 2 <= len(words) <= _HEADING_WORDS or words[-1].lower() in _NEVER_LAST:
        return False
    if _FURNITURE.search(line) or _BYLINE.match(line) or _LABEL.match(line):
        return False
    capitalised = [word for word in words if word[0].isupper()]
    # "Ada Byron, The Example": somebody's name, and what he or she writes for.
    if "," in line and all(word[0].isupper() or word in _SMALL for word in words):
        return False
    return not (len(words) <= 4 and len(capitalised) == len(words) and _is_name(words))


def _is_name(words: list[str]) -> bool:
    known = lexicon()
    return all(
        known.count(word.lower()) < 0.2 * max(1, known.count(word)) or not known.any_case(word) for word in words
    )
