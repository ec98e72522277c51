"""Records out, and in again: JSONL, Parquet, and a table for the terminal. One file per format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from annotate.documents import Record
from annotate.writing import jsonl, parquet


def read_records(path: str | Path) -> Iterator[Record]:
    """Yield the records of a file that ``annotate score`` wrote, JSONL or Parquet by its ending.

    Raises:
        AnnotateError: if it cannot be read or holds something else.
    """
    path = Path(path)
    yield from parquet.read(path) if path.suffix == ".parquet" else jsonl.read(path)


__all__ = ["read_records"]
