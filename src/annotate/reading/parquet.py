"""Apache Parquet: one row per document, read batch by batch. Needs the extra ``parquet``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from annotate.config import ReadingConfig
from annotate.reading.rows import FIELDS, failed_row, read_row
from annotate.reading.sources import Placed, Source, fail, skip

BATCH: Final = 256
"""Rows that are held at a time."""


class _Unreadable:
    """A value that cannot be made a Python object (a string column that holds invalid UTF-8)."""


def read_parquet(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read a Parquet file; of its columns only those with a field's name are loaded. Rows are numbered from 1."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(source.path, pre_buffer=False) as file:
            names = file.schema_arrow.names
            wanted = wanted_columns(names, config)
            twice = [name for name in wanted if names.count(name) > 1]
            if twice:
                yield source.name, fail(source, f"{source.name} has the column {twice[0]!r} twice; rename one of them.")
                return
            for batch in file.iter_batches(batch_size=BATCH, columns=wanted, use_threads=False):
                for row in batch_rows(batch, names, config):
                    number += 1
                    yield row_item(row, source, number, config)
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        after = f" after row {number}" if number else ""
        yield source.name, fail(source, f"Cannot read {source.name}{after}: {reason}; write the file again.")
        return
    if not number:
        yield source.name, skip(source, "empty")


def count_parquet(path: str) -> int:
    """Rows of a Parquet file by its metadata; 1 if it is damaged, for the item that says so."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 1


def wanted_columns(names: list[str], config: ReadingConfig) -> list[str]:
    """Columns that hold a field of a document."""
    wanted = {config.columns.get(field, field) for field in FIELDS}
    return [name for name in dict.fromkeys(names) if name in wanted]


def batch_rows(batch: Any, names: list[str], config: ReadingConfig) -> Iterator[dict[str, Any]]:
    """Rows of an Arrow batch or table.

    Where it has no text, the other columns of the file (``names``) are there with None: a message will name them.
    """
    loaded = batch.schema.names
    columns = [_values(batch.column(index)) for index in range(len(loaded))]
    others = {} if config.columns.get("text", "text") in loaded else dict.fromkeys(names)
    for index in range(batch.num_rows):
        row = dict(others)
        row.update((name, column[index]) for name, column in zip(loaded, columns, strict=True))
        yield row


def row_item(row: dict[str, Any], source: Source, number: int, config: ReadingConfig) -> Placed:
    """Make the item of a row."""
    broken = next((name for name, value in row.items() if isinstance(value, _Unreadable)), None)
    if broken is not None:
        return failed_row(source, number, "row", f"has a value in {broken!r} that is not valid UTF-8.")
    return read_row(row, source, number, "row", config)


def _values(column: Any) -> list[Any]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        # Nanoseconds would need pandas; nobody dates news by them.
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        values = [_value(scalar) for scalar in column]
    return values


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return _Unreadable()
