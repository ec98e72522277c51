"""Opening files and compressed files as streams of bytes, and saying in plain words how that went wrong."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from typing import BinaryIO, Final, cast

from annotate.reading.sources import Source

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BUFFER: Final = 1 << 18
"""Bytes that are read at a time, and that can be looked at ahead of reading."""

COMPRESSIONS: Final[dict[str, str]] = {".gz": "gz", ".zst": "zst"}

BROKEN: Final = (OSError, EOFError, zlib.error, zstd.ZstdError)
"""What opening and reading a file can raise."""


def open_bytes(source: Source) -> io.BufferedReader:
    """Open a source, decompressed, for one reading from beginning to end.

    Raises:
        OSError, EOFError, zlib.error, zstd.ZstdError: here or on reading (:data:`BROKEN`).
    """
    raw: object
    if source.stream is not None:
        return io.BufferedReader(_Borrowed(source.stream), BUFFER)
    if source.compression == "gz":
        raw = gzip.open(source.path, "rb")  # noqa: SIM115 - closed with the reader around it
    elif source.compression == "zst":
        raw = zstd.open(source.path, "rb")
    else:
        raw = open(source.path, "rb", buffering=0)  # noqa: SIM115 - closed with the reader around it
    return io.BufferedReader(cast("io.RawIOBase", raw), BUFFER)


def explain(error: BaseException, source: Source) -> str:
    """Turn one of :data:`BROKEN` into a sentence."""
    if isinstance(error, EOFError):
        return f"{source.name} is cut off: the compressed data ends too early; fetch or write the file again."
    if isinstance(error, (gzip.BadGzipFile, zlib.error, zstd.ZstdError)):
        return f"{source.name} is damaged or not {source.compression}-compressed ({error}); fetch or write it again."
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"Cannot read {source.name}: {reason}."


class _Borrowed(io.RawIOBase):
    """Reads from a stream that is not ours to close."""

    def __init__(self, stream: BinaryIO) -> None:
        # Without waiting for a full buffer where the stream can do that (pipes).
        self._read = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
