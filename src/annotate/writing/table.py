"""Records as rows of a table for a terminal."""

from __future__ import annotations

from collections import Counter
from typing import Final

from annotate.documents import Record

ID_WIDTH: Final = 24
LABEL_WIDTH: Final = 20


def heading() -> str:
    """Make the table's first line."""
    return _line("document", "verdict", "score", "words", "flags")


def row(record: Record) -> str:
    """Make one line: id, verdict (or why there is none), its score, words, and how many flags of each label.

    A longer id keeps its end, where ids of one folder differ; the cut is marked with ``…``.
    """
    name = "".join(c if c.isprintable() else "�" for c in record.id)
    if len(name) > ID_WIDTH:
        name = "…" + name[len(name) - ID_WIDTH + 1 :]
    if record.verdict is None:
        why = record.reason if isinstance(record.reason, str) else record.error
        return _line(name, record.status, "", "", why if isinstance(why, str) else "")
    counts = Counter(flag.label for flag in record.flags)
    flags = ", ".join(f"{label} {number}" for label, number in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
    return _line(name, record.verdict.label, f"{record.verdict.score:.2f}", str(record.verdict.words), flags or "-")


def _line(name: str, label: str, score: str, words: str, flags: str) -> str:
    return f"{name:<{ID_WIDTH}}  {label:<{LABEL_WIDTH}} {score:>5} {words:>7}  {flags}".rstrip() + "\n"
