"""Attention checks and gold items: tasks whose answer is known, told apart from the others by a key only.

A check is a copy of a document with one fault that no attentive reader misses. A silent check looks like any other
task; a loud one says in its title what it is, so that an annotator learns what is expected. A gold item is a document
that a human has labeled with care. What is what stands in a key file, which never goes to the labeling tool.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from annotate.documents import ORIGINS, Document, Flag, Label, Record
from annotate.errors import AnnotateError
from annotate.evaluation.gold import GoldFlag
from annotate.evaluation.spans import Span as Range
from annotate.labeling.labels import Labeled
from annotate.labeling.lines import read_lines, write_lines
from annotate.labeling.seeded import draw

Kind = Literal["shuffled-words", "nonsense-words", "inserted-line", "gold"]
"""What was done to a copy; ``gold`` for a document as it is."""

GOLD_F1: Final = 0.5
"""Character F1 from which a gold item counts as passed. Edges need not be exact, and gold is one reading of several."""


class Hidden(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One line of a key: a task whose answer is known."""

    doc_id: str
    sha256: str
    split: Literal["check", "gold"]
    kind: Kind
    loud: bool = False
    """The task's title says that it is a check and what is asked."""
    start: int = 0
    """First code point of the corrupted range; 0 for gold."""
    end: int = 0
    """One past its last code point; 0 for gold."""
    labels: list[Label] = []
    """A mark with any of these on the corrupted range passes the check."""
    flags: list[GoldFlag] = []
    """Gold: what there is to mark."""
    origin: str | None = None
    """Gold: the answer for the whole document, one of ``ORIGINS``; None where it is not known."""
    original: str | None = None
    """Check: id of the document it is a copy of."""
    selection_probability: float | None = None
    """Gold: its own chance of selection; None where it was added by hand. What the task says is only for show."""


class Judged(msgspec.Struct, frozen=True):
    """How one annotator did on the tasks whose answer is known."""

    passed: list[str]
    """``doc_id`` of each, in order of the key."""
    failed: dict[str, str]
    """``doc_id`` → what was wrong, in a few words."""
    undone: list[str]
    """Not labeled, or skipped. No fault where a task goes to some annotators only."""
    gold_f1: float | None = None
    """Mean character F1 over the gold items done; None without any."""


def write_key(path: str | Path, hidden: Iterable[Hidden]) -> int:
    """Write a key as JSON lines; the file appears whole or not at all. Returns how many lines.

    Raises:
        AnnotateError: if it cannot be written.
    """
    return write_lines(path, hidden)


def read_key(path: str | Path) -> list[Hidden]:
    """Read a key.

    Raises:
        AnnotateError: if it cannot be read, a line is none of a key, a range or origin is impossible, or a task comes
            twice.
    """
    found: dict[tuple[str, str], Hidden] = {}
    for where, hidden in read_lines(path, Hidden, "give the key.jsonl that label export wrote"):
        ranges = [(f.start, f.end) for f in hidden.flags] + ([(hidden.start, hidden.end)] * (hidden.split == "check"))
        for start, end in ranges:
            if not 0 <= start < end:
                raise AnnotateError(
                    f"{where} says that [{start}, {end}) is wrong, which is no range of a text; export again."
                )
        if hidden.origin is not None and hidden.origin not in ORIGINS:
            raise AnnotateError(f"{where} has the origin {hidden.origin!r}; use one of {', '.join(ORIGINS)}.")
        if (hidden.doc_id, hidden.sha256) in found:
            raise AnnotateError(f"{where} has the task {hidden.doc_id!r} a second time; keep one of them.")
        found[hidden.doc_id, hidden.sha256] = hidden
    return list(found.values())


def apply_key(key: Sequence[Hidden], entries: Iterable[Labeled]) -> Iterator[Labeled]:
    """Give entries the split and selection probability that the key knows; the labeling tool was not told."""
    known = {(h.doc_id, h.sha256): h for h in key}
    for entry in entries:
        hidden = known.get((entry.doc_id, entry.sha256))
        if hidden is not None:
            entry = msgspec.structs.replace(
                entry, split=hidden.split, selection_probability=hidden.selection_probability
            )
        yield entry


def judge_checks(
    key: Sequence[Hidden], entries: Iterable[Labeled], *, minimum_f1: float = GOLD_F1
) -> dict[str, Judged]:
    """Say for every annotator which checks and gold items they passed.

    A check is passed with a mark that overlaps the corrupted range and has one of the labels expected there. A gold
    item is passed with a character F1 (whatever the labels) of at least ``minimum_f1`` and the right origin, where
    the origin is known.

    Args:
        key: what :func:`read_key` gives.
        entries: of any documents; those that the key does not name only tell that an annotator exists.
        minimum_f1: see above, in [0, 1].

    Returns:
        Annotator → how they did, by name.
    """
    places = {(h.doc_id, h.sha256): n for n, h in enumerate(key)}
    done: dict[str, dict[int, Labeled]] = {}
    for entry in entries:
        mine = done.setdefault(entry.annotator, {})
        place = places.get((entry.doc_id, entry.sha256))
        if place is not None and not entry.cancelled:
            mine[place] = entry
    return {annotator: _judge(key, done[annotator], minimum_f1) for annotator in sorted(done)}


def _judge(key: Sequence[Hidden], done: dict[int, Labeled], minimum_f1: float) -> Judged:
    passed: list[str] = []
    failed: dict[str, str] = {}
    undone: list[str] = []
    scores: list[float] = []
    for place, hidden in enumerate(key):
        entry = done.get(place)
        if entry is None:
            undone.append(hidden.doc_id)
            continue
        if hidden.split == "gold":
            scores.append(character_f1(hidden.flags, entry.spans))
            why = _gold_fault(hidden, entry, scores[-1], minimum_f1)
        else:
            why = _check_fault(hidden, entry)
        if why is None:
            passed.append(hidden.doc_id)
        else:
            failed[hidden.doc_id] = why
    return Judged(passed, failed, undone, sum(scores) / len(scores) if scores else None)


def _check_fault(hidden: Hidden, entry: Labeled) -> str | None:
    marks = [s for s in entry.spans if s.start < hidden.end and s.end > hidden.start]
    if any(s.label in hidden.labels for s in marks):
        return None
    what = ", ".join(sorted({s.label for s in marks}))
    return f"{hidden.kind} marked as {what}" if marks else f"{hidden.kind} not marked"


def _gold_fault(hidden: Hidden, entry: Labeled, f1: float, minimum_f1: float) -> str | None:
    if f1 < minimum_f1:
        return f"character F1 {f1:.2f}, below {minimum_f1:g}"
    if hidden.origin is not None and entry.origin != hidden.origin:
        return f"origin {entry.origin}, not {hidden.origin}"
    return None


def character_f1(gold: Sequence[Range], marked: Sequence[Range]) -> float:
    """F1 over the code points marked, whatever the labels; 1 where neither marked any."""
    ours = {c for span in gold for c in range(span.start, span.end)}
    theirs = {c for span in marked for c in range(span.start, span.end)}
    total = len(ours) + len(theirs)
    return 2 * len(ours & theirs) / total if total else 1.0


# Making checks

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
    """Whether a fault would stand out: the document is long enough to be judged and not garbled anyway."""
    verdict = record.verdict
    return (
        verdict is not None and verdict.words >= MINIMUM_WORDS and verdict.label not in ("garbled", "insufficient-text")
    )


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
