"""The single answers and spans behind the figures, as CSV: every figure can be computed again from them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from annotate.errors import AnnotateError
from annotate.labeling.agreement.gather import Annotated

COLUMNS: Final = (
    "split",
    "doc_id",
    "sha256",
    "characters",
    "annotators",
    "annotator",
    "question",
    "value",
    "start",
    "end",
    "severity",
    "text",
)


def write_units(path: str | Path, documents: Iterable[Annotated]) -> int:
    """Write one row per answer and per span; ``spans`` with the value ``none`` where an annotator marked nothing.

    ``annotators`` is how many did the document: figures rest on rows where it is 2 or more.

    Returns:
        How many rows were written.

    Raises:
        AnnotateError: if the file cannot be written.
    """
    return write_csv(path, COLUMNS, (row for document in documents for row in _rows(document)))


def write_csv(path: str | Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> int:
    """Write a header and rows; the file appears whole or not at all. Returns how many rows there are.

    Raises:
        AnnotateError: if it cannot be written.
    """
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    count = 0
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for row in rows:
                writer.writerow(row)
                count += 1
        partial.replace(target)
    except OSError as error:
        raise AnnotateError(f"Cannot write {target}: {error.strerror or error}; check the path and disk.") from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def _rows(document: Annotated) -> Iterator[tuple[object, ...]]:
    for entry in document:
        same_arm = sum(1 for other in document if other.split == entry.split)
        head = (entry.split, entry.doc_id, entry.sha256, entry.characters, same_arm, entry.annotator)
        answers = (("origin", entry.origin), ("reliability", entry.reliability), ("score", entry.score))
        for question, value in answers:
            if value is not None:
                yield (*head, question, value, "", "", "", "")
        for span in entry.spans:
            yield (*head, "spans", span.label, span.start, span.end, span.severity or "", span.text)
        if not entry.spans:
            yield (*head, "spans", "none", "", "", "", "")
