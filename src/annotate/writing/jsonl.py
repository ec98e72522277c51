"""Records as JSONL: one record a line, in the order of the record's fields, ending in a line feed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from annotate.documents import Record
from annotate.errors import AnnotateError

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Record)


class VerdictLabel(msgspec.Struct, frozen=True, gc=False):
    """The label of a verdict, without the rest of it."""

    label: str


class FlagLabel(msgspec.Struct, frozen=True, gc=False):
    """The label of a flag, without the rest of it."""

    label: str


class Brief(msgspec.Struct, frozen=True):
    """The part of a record that is needed to count it and to recognise it; quick to decode."""

    id: str
    status: str
    signature: str
    sha256: str | None
    verdict: VerdictLabel | None = None
    flags: list[FlagLabel] = []
    reason: str | None = None
    error: str | None = None
    tier: str | None = None
    notes: list[str] = []


_brief: Final = msgspec.json.Decoder(Brief)


def encode(record: Record) -> bytes:
    """One line of JSONL. The same record gives the same bytes everywhere."""
    return _encoder.encode(record) + b"\n"


def decode(line: bytes) -> Record:
    """Decode a line.

    Raises:
        msgspec.MsgspecError: if it is not a record.
    """
    return _decoder.decode(line)


def brief(line: bytes) -> Brief:
    """Decode the brief of a line.

    Raises:
        msgspec.MsgspecError: if it is not a record.
    """
    return _brief.decode(line)


def read(path: Path) -> Iterator[Record]:
    """Yield the records of a JSONL file, one at a time.

    Raises:
        AnnotateError: if the file cannot be read, or a line is not a record.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield _decoder.decode(line)
                except msgspec.MsgspecError as error:
                    raise AnnotateError(
                        f"{path}, line {number}, is not a record of annotate score ({error}); give one that it wrote."
                    ) from error
    except OSError as error:
        raise AnnotateError(f"Cannot read {path}: {error.strerror}; check the path.") from error


def write_whole(stream: IO[bytes], data: bytes) -> None:
    """Write all of ``data`` to an unbuffered stream, however little it takes in one call.

    Raises:
        OSError: if it cannot be written; some of it may have been.
    """
    rest = memoryview(data)
    while rest:
        taken: int | None = stream.write(rest)
        if taken is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[taken:]


def whole_lines(path: Path) -> int:
    """Length in bytes of the file up to and with its last line feed."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            begin = max(0, end - 65_536)
            file.seek(begin)
            found = file.read(end - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            end = begin
    return 0
