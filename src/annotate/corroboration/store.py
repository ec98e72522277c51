"""Keeps, on disk and in input order, what the documents of a run are compared by until all of them have been read."""

from __future__ import annotations

import os
import struct
import tempfile
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Self

import msgspec

from annotate.corroboration.fingerprints import Fingerprint, fingerprint
from annotate.documents import Document
from annotate.errors import AnnotateError
from annotate.writing.jsonl import write_whole

_LENGTH: Final = struct.Struct("<I")


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A document with its fingerprint, as it is stored."""

    id: str
    source: str | None
    url: str | None
    title: str | None
    published: str | None
    story: str | None
    key: str
    """SHA-256 of the text: the same story has the same id in whatever order its documents come."""
    text: bytes
    """Compressed."""
    fingerprint: Fingerprint

    def document(self) -> Document:
        """Make the document again. Layout and the like are computed anew when asked for."""
        text = zlib.decompress(self.text).decode("utf-8", "surrogatepass")
        return Document(
            text,
            id=self.id,
            source=self.source,
            url=self.url,
            title=self.title,
            published=self.published,
            story=self.story,
        )


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Kept)


def keep(document: Document) -> bytes:
    """Encode a document for :meth:`Store.append`; what a worker process does."""
    return _encoder.encode(
        Kept(
            document.id,
            document.source,
            document.url,
            document.title,
            document.published,
            document.story,
            document.sha256,
            zlib.compress(document.text.encode("utf-8", "surrogatepass"), 1),
            fingerprint(document),
        )
    )


class Store:
    """A file of entries, empty ones for what cannot be compared; only eight bytes an entry are held in memory.

    Args:
        path: the file; None for a temporary one without a name.
        entries: of an interrupted run that are still wanted; what stands behind them is cut off.

    Raises:
        AnnotateError: if the file cannot be opened, or holds fewer entries than wanted.
    """

    def __init__(self, path: Path | None, entries: int = 0) -> None:
        self.path = path
        self._ends = array("Q")
        try:
            self._file: IO[bytes] = _temporary() if path is None else path.open("a+b", buffering=0)
            self._find(entries)
        except OSError as error:
            raise AnnotateError(f"Cannot write {path}: {error.strerror}; check the space left.") from error

    def __len__(self) -> int:
        return len(self._ends)

    def append(self, entry: bytes) -> None:
        """Add what :func:`keep` made, or nothing for a document that cannot be compared.

        Raises:
            AnnotateError: if it cannot be written.
        """
        try:
            write_whole(self._file, _LENGTH.pack(len(entry)) + entry)
        except OSError as error:
            raise AnnotateError(
                f"Cannot write {self.path or 'a temporary file'}: {error.strerror}; make room and run the same command "
                "again."
            ) from error
        self._ends.append((self._ends[-1] if self._ends else 0) + _LENGTH.size + len(entry))

    def read(self, number: int) -> bytes:
        """Give one entry."""
        begin = (self._ends[number - 1] if number else 0) + _LENGTH.size
        return os.pread(self._file.fileno(), self._ends[number] - begin, begin)

    def __iter__(self) -> Iterator[tuple[int, Kept]]:
        """Yield the number of each entry that is not empty, and what it holds."""
        for number in range(len(self)):
            entry = self.read(number)
            if entry:
                yield number, _decoder.decode(entry)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Close the file and leave it to the run that goes on."""
        self._file.close()

    def remove(self) -> None:
        """Remove the file: nobody goes on from it."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _find(self, entries: int) -> None:
        size = self._file.seek(0, os.SEEK_END)
        end = 0
        while len(self._ends) < entries:
            head = os.pread(self._file.fileno(), _LENGTH.size, end)
            end += _LENGTH.size + (_LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else size)
            if end > size:
                raise AnnotateError(
                    f"{self.path} of the interrupted run is cut off after {len(self._ends):,} of {entries:,} documents;"
                    " give --restart to begin anew."
                )
            self._ends.append(end)
        os.truncate(self._file.fileno(), end)
        self._file.seek(end)


def decode(entry: bytes) -> Kept:
    """Decode an entry."""
    return _decoder.decode(entry)


def _temporary() -> IO[bytes]:
    return tempfile.TemporaryFile(buffering=0)
