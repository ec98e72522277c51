"""JSON: an array of objects, one object, or objects one after the other, read as a stream."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from annotate.config import ReadingConfig
from annotate.reading.decoding import SAMPLE, guess, is_binary, is_damaged_utf8
from annotate.reading.jsonlines import read_stream
from annotate.reading.lines import as_utf8, longest_line
from annotate.reading.opening import BROKEN, BUFFER, explain, open_bytes
from annotate.reading.rows import read_row
from annotate.reading.sources import Placed, Source, fail, skip

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_NEAR_END: Final = 32
"""Characters from the end of what is in memory within which an error may only mean that more must be read."""


def read_json(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read a JSON file: every object gives one item, numbered from 1.

    A file whose first line is an object of its own is read as JSON Lines. Otherwise what follows an error cannot be
    told apart and is not read; the item for the error says so.
    """
    try:
        with open_bytes(source) as stream:
            head = stream.peek(1)
            if is_binary(head):
                yield source.name, skip(source, "not-text")
            elif _is_lines(head):
                yield from read_stream(stream, source, config)
            else:
                yield from _Values(as_utf8(stream), source, config).read()
    except BROKEN as error:
        yield source.name, fail(source, explain(error, source))


def _is_lines(head: bytes) -> bool:
    lines = head.removeprefix(codecs.BOM_UTF8).lstrip().split(b"\n", 2)
    first = lines[0].strip()
    if len(lines) < 2 or not first.startswith(b"{"):
        return False
    try:
        msgspec.json.decode(first)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return first.endswith(b"}") and lines[1].lstrip().startswith(b"{")
    return True


class _Values:
    """Parses one value after the other, holding no more of the file than the longest of them."""

    def __init__(self, stream: io.BufferedReader, source: Source, config: ReadingConfig) -> None:
        self._stream = stream
        self._source = source
        self._config = config
        self._decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8")()
        self._notes: tuple[str, ...] = ()
        self._parser = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._line = 1
        self._column = 1
        self._ended = False

    def read(self) -> Iterator[Placed]:
        first = self._next_character()
        if not first:
            yield self._source.name, skip(self._source, "empty")
            return
        is_array = first == "["
        if is_array:
            self._at += 1
            if self._next_character() == "]":
                yield self._source.name, skip(self._source, "empty")
                return
        number = 0
        while True:
            number += 1
            try:
                value = self._parse()
            except _ParseError as error:
                yield self._stop(str(error))
                return
            yield read_row(value, self._source, number, "item", self._config, self._notes)
            character = self._next_character()
            if not is_array:
                if not character:
                    return
                continue
            if character == "]":
                self._at += 1
                if self._next_character():
                    yield self._stop("there is more after the end of the array")
                return
            if character != ",":
                yield self._stop("the array is cut off" if not character else "expected ',' or ']'")
                return
            self._at += 1
            self._next_character()

    def _stop(self, problem: str) -> Placed:
        self._drop()
        where = f"{self._source.name} line {self._line} column {self._column}"
        return where, fail(self._source, f"{where} is not valid JSON: {problem}; nothing after it can be read.")

    def _next_character(self) -> str:
        """Pass over blanks; the character there, or nothing at the end."""
        while True:
            match = _BLANK.match(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            self._drop()
            if not self._more(BUFFER):
                return ""

    def _parse(self) -> object:
        self._drop()
        limit = longest_line(self._config)
        while True:
            try:
                value, end = self._parser.raw_decode(self._text)
            except json.JSONDecodeError as error:
                unfinished = error.pos >= len(self._text) - _NEAR_END or error.msg.startswith("Unterminated string")
                if unfinished and len(self._text) <= limit and self._more(max(BUFFER, len(self._text))):
                    continue
                if unfinished and len(self._text) > limit:
                    raise _ParseError(f"an item is longer than {limit:,} characters") from error
                self._at = error.pos
                raise _ParseError(error.msg) from error
            except (RecursionError, ValueError) as error:
                raise _ParseError("nested too deeply" if isinstance(error, RecursionError) else str(error)) from error
            if end == len(self._text) and self._more(BUFFER):
                continue  # a number may go on
            self._at = end
            return value

    def _drop(self) -> None:
        """Forget what was read, keeping count of where that was."""
        newlines = self._text.count("\n", 0, self._at)
        self._line += newlines
        self._column = self._at - self._text.rfind("\n", 0, self._at) if newlines else self._column + self._at
        self._text = self._text[self._at :]
        self._at = 0

    def _more(self, size: int) -> bool:
        """Read on; False at the end."""
        if self._ended:
            return False
        data = self._stream.read(size)
        self._ended = not data
        before = len(self._text)
        pending = self._decoder.getstate()[0]
        try:
            self._text += self._decoder.decode(data, final=not data)
        except UnicodeDecodeError:
            data = pending + data
            if is_damaged_utf8(data):
                encoding, note = "utf-8", "some bytes are not valid utf-8 and were read as U+FFFD"
            else:
                encoding = guess(data[:SAMPLE])
                note = f"read as {encoding} (guessed)"
            self._notes = (*self._notes, note)
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
            self._text += self._decoder.decode(data, final=not data)
        return len(self._text) > before or not self._ended


class _ParseError(Exception):
    """What the parser said."""
