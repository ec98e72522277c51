"""JSON Lines: one JSON object per line, one document per object."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from annotate.config import ReadingConfig
from annotate.reading.decoding import is_binary
from annotate.reading.lines import Line, LineDecoder, longest_line, read_lines
from annotate.reading.opening import BROKEN, explain, open_bytes
from annotate.reading.rows import failed_row, read_row
from annotate.reading.sources import Placed, Source, fail, skip

_decode = msgspec.json.Decoder().decode


def read_jsonl(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read a file of JSON Lines; blank lines are passed over, every other line gives one item."""
    try:
        with open_bytes(source) as stream:
            yield from read_stream(stream, source, config)
    except BROKEN as error:
        yield source.name, fail(source, explain(error, source))


def read_stream(stream: io.BufferedReader, source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read JSON Lines from an open stream.

    Raises:
        OSError, EOFError, zlib.error, zstd.ZstdError: from the stream, after the last whole line before the damage.
    """
    if is_binary(stream.peek(1)):
        yield source.name, skip(source, "not-text")
        return
    decoder = LineDecoder(stream)
    blank = True
    for line in read_lines(stream, config):
        if line.is_whole and (not line.data or line.data.isspace()):
            continue
        blank = False
        yield _read_line(line, source, config, decoder)
    if blank:
        yield source.name, skip(source, "empty")


def _read_line(line: Line, source: Source, config: ReadingConfig, decoder: LineDecoder) -> Placed:
    if not line.is_whole:
        problem = (
            f"has {line.size:,} bytes, more than the {longest_line(config):,} that a text within "
            f"reading.max_characters ({config.max_characters:,}) can take; raise that or split the text."
        )
        return failed_row(source, line.number, "line", problem)
    row: Any
    try:
        row = _decode(line.data)
        notes: tuple[str, ...] = ()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # The other parser also takes lone surrogates and says where an error is.
        decoded = decoder.decode(line.data)
        notes = decoded.notes
        try:
            row = json.loads(decoded.text.rstrip("\r\n"))
        except json.JSONDecodeError as error:
            return failed_row(source, line.number, "line", f"is not valid JSON: {error.msg} at column {error.pos + 1}.")
        except RecursionError:
            return failed_row(source, line.number, "line", "is nested too deeply.")
        except ValueError as error:  # an integer of thousands of digits
            return failed_row(source, line.number, "line", f"is not usable JSON: {error}.")
    return read_row(row, source, line.number, "line", config, notes)
