"""Attention checks and gold items: tasks whose answer is known, told apart from the others by a key only.

A check is a copy of a document with one fault that no attentive reader misses. A silent check looks like any other
task; a loud one says in its title what it is, so that an annotator learns what is expected. A gold item is a document
that a human has labeled with care. What is what stands in a key file, which never goes to the labeling tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

import msgspec

from annotate.documents import ORIGINS, Label
from annotate.errors import AnnotateError
from annotate.evaluation.gold import GoldFlag
from annotate.evaluation.spans import Span as Range
from annotate.labeling.labels import Labeled
from annotate.labeling.lines import read_lines, write_lines

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
