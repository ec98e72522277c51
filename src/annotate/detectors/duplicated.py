"""The same sentence, paragraph or heading again, and words doubled by accident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Range
from annotate.lexicon.lexicon import word_tuple

_LETTERS_OR_DIGITS: Final = re.compile(r"[^\W_]+")
_DOUBLED: Final = re.compile(r"(?<![\w'’\-‐‑.])([A-Za-z]{1,12})[ \t\r\n]+(\1)(?![\w'’\-‐‑])", re.IGNORECASE)

# "had had", "that that", "is is" and "in in" (phrasal verb before a preposition) can be right.
_NEVER_TWICE: Final = frozenset(
    word_tuple(
        "the a an of and or to from with for at by as are was were be but if into than their its his our your my"
    )
    + word_tuple("this these it they we he she who which will would can could has have been not no about")
) - frozenset(word_tuple("no her we he she it"))

_SENTENCE_WORDS: Final = 6
"""Words from which a repeated sentence is no longer chance or a formula ("He did not answer.")."""
_VERSE_SHARE: Final = 0.3
"""Share of a document's sentences that may be repeated before it is taken for verse, a form or a list."""


class Duplicated(Detector, frozen=True):
    """Flags the later of two like sentences, paragraphs or headings, and doubled function words."""

    id: ClassVar[str] = "duplicated@1"
    labels: ClassVar[tuple[Label, ...]] = ("duplicated",)
    about: ClassVar[str] = "Sentences, paragraphs and headings that occur twice, compared without case and punctuation."

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give the flags of a document, in the order of their start."""
        flags = [*self._repeated(document), *self._doubled(document)]
        return sorted(flags, key=lambda flag: (flag.start, flag.end))

    def _repeated(self, document: Document) -> Iterator[Flag]:
        text, layout = document.text, document.layout
        paragraphs = list(_again(text, layout.paragraphs))
        inside = {(later.start, later.end) for later, _, _ in paragraphs}
        sentences = [found for found in _again(text, layout.sentences) if (found[0].start, found[0].end) not in inside]
        if len(paragraphs) + len(sentences) > max(4, _VERSE_SHARE * len(layout.sentences)):
            return  # a refrain, a form, a table: repeating is its manner
        whole = set(layout.paragraphs)
        opening = layout.paragraphs[min(2, len(layout.paragraphs)) - 1].end if layout.paragraphs else 0
        covered = 0
        for later, first, words in sorted([*paragraphs, *sentences], key=lambda found: (found[0].start, -found[0].end)):
            if later.end <= covered or text[later.start] in "-–—":
                continue  # "— A. Name (@name)" signs every post that an article quotes
            covered = later.end
            score, reason = 0.7, "repeated-line"
            if first.end <= opening and len(layout.paragraphs) > 4:
                # A deck or summary set above the text takes its sentences from it.
                score, reason = 0.75, "repeated-opening"
            elif _is_quoted(text, later) or _is_quoted(text, first):
                # A quotation set again, large or in another place, can be meant.
                score, reason = 0.65, "repeated-quotation"
            elif (later in whole) != (first in whole):
                score, reason = 0.75, "pulled-out"
            elif text[later.end - 1] in _FINAL:
                score, reason = 0.9, "repeated-sentence"
            yield self.flag(
                document,
                later.start,
                later.end,
                "duplicated",
                "minor",
                score,
                reason,
                first=[first.start, first.end],
                words=words,
            )

    def _doubled(self, document: Document) -> Iterator[Flag]:
        for match in _DOUBLED.finditer(document.text):
            word = match.group(1)
            if word.lower() not in _NEVER_TWICE or (word != match.group(2) and match.group(2)[0].isupper()):
                continue
            if word.isupper() and len(word) > 1:
                continue  # "WHO who", "IT it"
            if "\n" in match.group() and match.group().count("\n") > 1:
                continue
            yield self.flag(
                document, match.start(), match.end(), "duplicated", "minor", 0.9, "doubled-word", suggestion=word
            )


_FINAL: Final = ".!?…)"


def _again(text: str, ranges: Iterable[Range]) -> Iterator[tuple[Range, Range, int]]:
    """Give (later, first, words) for every range whose words were there before in the same order."""
    first: dict[str, Range] = {}
    for part in ranges:
        words = _LETTERS_OR_DIGITS.findall(text, part.start, part.end)
        if len(words) < _SENTENCE_WORDS:
            continue
        key = " ".join(words).casefold()
        if key in first:
            yield part, first[key], len(words)
        else:
            first[key] = part


def _is_quoted(text: str, part: Range) -> bool:
    """Whether the range is speech, from its first or to its last character."""
    return text[part.start] in "\"“‘'«" or text[part.end - 1] in '"”»'
