"""Records as Parquet, made from a JSONL file of them in pieces of a fixed size. Needs the extra ``parquet``."""

from __future__ import annotations

import errno
import importlib.util
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import inspect

from annotate.documents import Record
from annotate.errors import AnnotateError

ROWS: Final = 1_024
"""Rows in a row group: what is in memory at once."""

SIGNATURE: Final = b"annotate.signature"
"""Key of the file's metadata that holds the long signature."""

Cell = Callable[[Any], Any]


def check_installed() -> None:
    """Raise an AnnotateError that says what to install where pyarrow is missing."""
    if importlib.util.find_spec("pyarrow") is None:
        raise AnnotateError("Parquet needs pyarrow: pip install 'annotate[parquet]', or use .jsonl.")


def schema(signature: str) -> Any:
    """Make the record's Arrow schema: structs and lists as they nest, scores as maps, evidence as JSON text."""
    import pyarrow as pa

    fields = [(name, _arrow(kind)) for name, kind in _fields(Record)]
    return pa.schema(fields, metadata={SIGNATURE: signature.encode()})


def from_jsonl(source: Path, target: Path, signature: str) -> None:
    """Write the records of a JSONL file as a Parquet file, which appears whole or not at all.

    The same lines and signature give the same bytes (with one version of pyarrow).

    Raises:
        OSError: if a file cannot be read or written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    shape = schema(signature)
    to_row = _packer(inspect.type_info(Record))
    partial = target.with_name(target.name + ".partial")
    with source.open("rb") as lines, pq.ParquetWriter(partial, shape, compression="zstd") as writer:
        while group := [to_row(msgspec.json.decode(line)) for line in itertools.islice(lines, ROWS)]:
            writer.write_table(pa.Table.from_pylist(group, shape), row_group_size=ROWS)
    partial.replace(target)


def read(path: Path) -> Iterator[Record]:
    """Yield the records of a Parquet file, holding one row group at a time.

    Raises:
        AnnotateError: if the file cannot be read or is not a file of records.
    """
    check_installed()
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        ours = is_records(path)
    except OSError as error:
        raise AnnotateError(f"Cannot read {path}: {os.strerror(error.errno or errno.EIO)}; check the path.") from error
    if not ours:
        raise AnnotateError(f"{path} is not a Parquet file of records; give one that annotate score wrote.")
    to_value = _unpacker(inspect.type_info(Record))
    try:
        with pq.ParquetFile(path) as file:
            for group in file.iter_batches(batch_size=ROWS):
                for row in group.to_pylist():
                    yield msgspec.convert(to_value(row), Record)
    except (OSError, pa.ArrowException, msgspec.MsgspecError) as error:
        raise AnnotateError(f"Cannot read {path}: {error}.") from error


def is_records(path: Path) -> bool:
    """Whether the file is Parquet that this module wrote.

    Raises:
        OSError: if it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return SIGNATURE in (pq.read_schema(path).metadata or {})
    except pa.ArrowInvalid:
        return False


def _fields(struct: type[msgspec.Struct]) -> list[tuple[str, inspect.Type]]:
    info = inspect.type_info(struct)
    return [(field.encode_name, field.type) for field in info.fields] if isinstance(info, inspect.StructType) else []


def _plain(kind: inspect.Type) -> inspect.Type:
    """Leave null out of a type: every column may be null."""
    if isinstance(kind, inspect.UnionType):
        (kind,) = (t for t in kind.types if not isinstance(t, inspect.NoneType))
    return kind


def _arrow(kind: inspect.Type) -> Any:
    import pyarrow as pa

    kind = _plain(kind)
    match kind:
        case inspect.StrType() | inspect.LiteralType():
            return pa.string()
        case inspect.IntType():
            return pa.int64()
        case inspect.FloatType():
            return pa.float64()
        case inspect.BoolType():
            return pa.bool_()
        case inspect.ListType():
            return pa.string() if _is_json(kind.item_type) else pa.list_(_arrow(kind.item_type))
        case inspect.TupleType():
            return pa.list_(_arrow(kind.item_types[0]))
        case inspect.DictType():
            return pa.string() if _is_json(kind) else pa.map_(pa.string(), _arrow(kind.value_type))
        case inspect.StructType():
            return pa.struct([(name, _arrow(part)) for name, part in _fields(kind.cls)])
        case _:
            raise TypeError(f"no Parquet column for {kind}")


def _is_json(kind: inspect.Type) -> bool:
    """Whether values are free JSON: kept as text, since they have no shape of their own."""
    return isinstance(kind, inspect.DictType) and isinstance(kind.value_type, inspect.AnyType)


def _packer(kind: inspect.Type) -> Cell:
    """How a JSON value becomes a cell."""
    kind = _plain(kind)
    if isinstance(kind, inspect.StructType):
        return _each({name: _packer(part) for name, part in _fields(kind.cls)})
    if isinstance(kind, inspect.ListType) and not _is_json(kind.item_type):
        return _all(_packer(kind.item_type))
    if _is_json(kind) or isinstance(kind, inspect.ListType):
        return lambda value: None if value is None else msgspec.json.encode(value).decode()
    if isinstance(kind, inspect.DictType):
        return lambda value: None if value is None else list(value.items())
    return lambda value: value


def _unpacker(kind: inspect.Type) -> Cell:
    """How a cell becomes a JSON value again. A null field that is not nullable was not set."""
    kind = _plain(kind)
    if isinstance(kind, inspect.StructType):
        nullable = {name for name, part in _fields(kind.cls) if _plain(part) is not part}
        each = _each({name: _unpacker(part) for name, part in _fields(kind.cls)})

        def convert(row: Any) -> Any:
            return None if row is None else {k: v for k, v in each(row).items() if v is not None or k in nullable}

        return convert
    if isinstance(kind, inspect.ListType) and not _is_json(kind.item_type):
        return _all(_unpacker(kind.item_type))
    if _is_json(kind) or isinstance(kind, inspect.ListType):
        return lambda value: None if value is None else msgspec.json.decode(value)
    if isinstance(kind, inspect.DictType):
        return lambda value: None if value is None else dict(value)
    return lambda value: value


def _each(parts: dict[str, Cell]) -> Cell:
    def convert(value: Any) -> Any:
        return None if value is None else {name: part(value.get(name)) for name, part in parts.items()}

    return convert


def _all(part: Cell) -> Cell:
    def convert(value: Any) -> Any:
        return None if value is None else [part(item) for item in value]

    return convert
