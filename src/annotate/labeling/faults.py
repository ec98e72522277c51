"""Copies of documents with one planted fault, for attention checks."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Container
from itertools import pairwise
from typing import Final, NamedTuple

import msgspec

from annotate.documents import Document, Flag, Label, Record
from annotate.labeling.attention import Hidden, Kind
from annotate.labeling.seeded import draw

MINIMUM_WORDS: Final = 60
"""A check is made of a document with at least so many words, so that there is something to read."""

_MINIMUM_SENTENCE: Final = 8
_LOUD: Final[dict[str, str]] = {
    "shuffled-words": "CHECK: the words of one sentence have been shuffled. Mark it as garbled.",
    "nonsense-words": "CHECK: one sentence has been filled with nonsense. Mark it as garbled.",
    "inserted-line": "CHECK: a line that is no part of the article has been put in. Mark it as boilerplate or spam.",
}
# What somebody who has seen the fault may well call it.
_BROKEN: Final[tuple[Label, ...]] = (
    *("garbled", "grammar", "mistranslation", "machine-translated", "machine-paraphrased", "machine-generated"),
)
_EXPECTED: Final[dict[str, tuple[Label, ...]]] = {
    "shuffled-words": _BROKEN,
    "nonsense-words": (*_BROKEN, "spelling", "untranslated", "encoding", "terminology"),
    "inserted-line": ("boilerplate", "spam"),
}
_FURNITURE: Final = (
    "Read also: Ten kitchen tricks that save you an hour every day",
    "Click here to subscribe to our newsletter and never miss a story",
    "Advertisement: scroll down to continue reading",
    "Follow us on social media and share this article with your friends!",
    "Buy now and get a second pair of headphones at half the price!",
)
_VOWELS: Final = "aeiou"
_CONSONANTS: Final = "bdfgklmnprstvz"
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class _Edit(NamedTuple):
    """``text[start:end]`` becomes ``new``, of which ``[begin, stop)`` is the fault."""

    start: int
    end: int
    new: str
    begin: int
    stop: int


def can_be_a_check(record: Record) -> bool:
    """Whether a fault would stand out: the document is long enough and not garbled anyway."""
    verdict = record.verdict
    return verdict is not None and verdict.words >= MINIMUM_WORDS and verdict.label != "garbled"


def make_check(
    record: Record, document: Document, *, doc_id: str, seed: int, loud: bool = False
) -> tuple[Record, Document, Hidden] | None:
    """Copy a document and put a fault into the copy; the same seed makes the same copy.

    Args:
        record: its flags go with it, moved where the fault moves them; those that touch the fault are left out.
        document: must not be empty.
        doc_id: the copy's id; see :func:`disguise`.
        seed: decides which fault, and where.
        loud: say in the title that it is a check.

    Returns:
        The copy's record, the copy, and the line of the key; None where the text has no place for a fault.
    """
    chance = random.Random(draw(seed, "fault", document.id, document.sha256))  # noqa: S311 - must be repeatable
    kinds = sorted(_FAULTS)
    chance.shuffle(kinds)
    for kind in kinds:
        edit = _FAULTS[kind](document, chance)
        if edit is None:
            continue
        text = document.text[: edit.start] + edit.new + document.text[edit.end :]
        title = _LOUD[kind] if loud else document.title
        copy = Document(
            text,
            id=doc_id,
            source=document.source,
            url=document.url,
            title=title,
            published=document.published,
        )
        flags = [moved for flag in record.flags if (moved := _moved(flag, edit)) is not None]
        made = msgspec.structs.replace(record, id=doc_id, sha256=copy.sha256, flags=flags, passages=[])
        key = Hidden(
            doc_id,
            copy.sha256,
            "check",
            kind,
            loud=loud,
            start=edit.start + edit.begin,
            end=edit.start + edit.stop,
            labels=list(_EXPECTED[kind]),
            original=document.id,
        )
        return made, copy, key
    return None


def _moved(flag: Flag, edit: _Edit) -> Flag | None:
    if flag.end <= edit.start:
        return flag
    if flag.start < edit.end or flag.start < edit.start:
        return None
    by = len(edit.new) - (edit.end - edit.start)
    return msgspec.structs.replace(flag, start=flag.start + by, end=flag.end + by)


def _shuffled_words(document: Document, chance: random.Random) -> _Edit | None:
    found = _sentence(document, chance)
    if found is None:
        return None
    start, words, between = found
    shuffled = list(words)
    for _ in range(10):
        chance.shuffle(shuffled)
        if sum(a != b for a, b in zip(words, shuffled, strict=True)) > len(words) / 2:
            return _replaced(start, words, shuffled, between)
    return None


def _nonsense_words(document: Document, chance: random.Random) -> _Edit | None:
    found = _sentence(document, chance)
    if found is None:
        return None
    start, words, between = found
    nonsense = ["".join(chance.choice((_CONSONANTS, _VOWELS)[i % 2]) for i in range(max(3, len(w)))) for w in words]
    return _replaced(start, words, nonsense, between)


def _inserted_line(document: Document, chance: random.Random) -> _Edit | None:
    """Put a line of furniture between two sentences of the middle, on a line of its own."""
    text = document.text
    inner = document.layout.sentences[1:-1]
    if not inner:
        return None
    place = inner[chance.randrange(len(inner) // 4, len(inner) - len(inner) // 4)].start
    line = chance.choice(_FURNITURE)
    if line in text:
        return None
    newline = "\r\n" if "\r\n" in text else "\n"
    before = "" if text[:place].endswith(("\n", "\r")) else newline
    return _Edit(place, place, before + line + newline, len(before), len(before) + len(line))


_FAULTS: Final[dict[Kind, Callable[[Document, random.Random], _Edit | None]]] = {
    "shuffled-words": _shuffled_words,
    "nonsense-words": _nonsense_words,
    "inserted-line": _inserted_line,
}


def _sentence(document: Document, chance: random.Random) -> tuple[int, list[str], list[str]] | None:
    """Choose a sentence of some length inside the text: its first word's place, its words, and what is between them."""
    text = document.text
    fit = []
    for sentence in document.layout.sentences[1:-1]:
        words = list(_WORD.finditer(text, sentence.start, sentence.end))
        if len(words) >= _MINIMUM_SENTENCE:
            fit.append(words)
    if not fit:
        return None
    words = chance.choice(fit)
    between = [text[a.end() : b.start()] for a, b in pairwise(words)]
    return words[0].start(), [m.group() for m in words], between


def _replaced(start: int, old: list[str], new: list[str], between: list[str]) -> _Edit:
    made = "".join(word + gap for word, gap in zip(new, [*between, ""], strict=True))
    length = sum(map(len, old)) + sum(map(len, between))
    return _Edit(start, start + length, made, 0, len(made))


def disguise(identity: str, seed: int, taken: Container[str]) -> str:
    """Make an id that looks like a document's own and tells nothing: other digits, other letters if there are few.

    >>> disguise("news-0412", 0, ())
    'news-3895'
    """
    digits = sum(c in string.digits for c in identity)
    for attempt in range(100):
        chance = random.Random(draw(seed, "id", identity, str(attempt)))  # noqa: S311 - must be repeatable
        letters = digits < 3 or attempt >= 10
        made = "".join(_like(c, chance, letters=letters) for c in identity)
        if made != identity and made not in taken:
            return made
    return f"{draw(seed, 'id', identity):016x}"


def _like(character: str, chance: random.Random, *, letters: bool) -> str:
    kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase) if letters else (string.digits,)
    for kind in kinds:
        if character in kind:
            return chance.choice(kind)
    return character
