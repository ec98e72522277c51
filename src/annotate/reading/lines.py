"""Lines of a stream of bytes, in memory bounded by the longest line that can still hold a document."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from annotate.config import ReadingConfig
from annotate.reading.decoding import SAMPLE, Decoded, bom_of, guess, is_damaged_utf8, wide_encoding_of
from annotate.reading.opening import BUFFER

_ESCAPED: Final = 12
"""Bytes of the longest notation of one character in JSON (an escaped surrogate pair)."""
_BESIDES: Final = 1 << 20
"""Bytes granted to everything beside the text in a row."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its end; where it is too long to be held, only its length."""

    number: int
    """From 1."""
    data: bytes
    size: int
    """In bytes, the end included."""

    @property
    def is_whole(self) -> bool:
        """Whether the line is there, not only its length."""
        return self.size == len(self.data)


def longest_line(config: ReadingConfig) -> int:
    """Bytes up to which a line may hold a text within the limit."""
    return _ESCAPED * config.max_characters + _BESIDES


def read_lines(stream: io.BufferedReader, config: ReadingConfig) -> Iterator[Line]:
    """Lines of a stream, split at LF only, as UTF-8 bytes if a byte order mark or NULs show another Unicode form.

    Raises:
        OSError, EOFError, zlib.error, zstd.ZstdError: from the stream, after the last whole line before the damage.
    """
    limit = longest_line(config)
    stream = as_utf8(stream)
    number = 0
    while data := stream.readline(limit):
        number += 1
        size = len(data)
        if size == limit and not data.endswith(b"\n"):
            while rest := stream.readline(BUFFER):
                size += len(rest)
                if rest.endswith(b"\n"):
                    break
            if size > limit:
                data = b""
        yield Line(number, data, size)


def as_utf8(stream: io.BufferedReader) -> io.BufferedReader:
    """Take the byte order mark off a stream, and make it UTF-8 if it is UTF-16 or UTF-32."""
    sample = stream.peek(SAMPLE)[:SAMPLE]
    mark = bom_of(sample)
    if mark is not None:
        encoding, length = mark
        stream.read(length)
    else:
        encoding = wide_encoding_of(sample[: len(sample) // 4 * 4]) or "utf-8"
    return stream if encoding == "utf-8" else io.BufferedReader(_Transcoded(stream, encoding), BUFFER)


class _Transcoded(io.RawIOBase):
    """A stream in another Unicode form, read as UTF-8; what is invalid in it becomes U+FFFD."""

    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            chunk = self._stream.read(BUFFER)
            self._rest = self._decoder.decode(chunk, final=not chunk).encode("utf-8")
            if not chunk:
                break
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


class LineDecoder:
    """Decodes lines that should be UTF-8; for those that are not, one encoding is guessed once per stream."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self._guessed: str | None = None

    def decode(self, data: bytes) -> Decoded:
        """Decode one line, with a note where it is not valid UTF-8."""
        try:
            return Decoded(data.decode("utf-8"))
        except UnicodeDecodeError:
            pass  # what happens instead is noted
        if is_damaged_utf8(data):
            return Decoded(data.decode("utf-8", "replace"), ("some bytes are not valid utf-8 and were read as U+FFFD",))
        if self._guessed is None:
            self._guessed = guess(data + self._stream.peek(SAMPLE)[:SAMPLE])
        return Decoded(data.decode(self._guessed, "replace"), (f"read as {self._guessed} (guessed)",))
