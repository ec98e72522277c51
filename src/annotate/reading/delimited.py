"""CSV and TSV: a header, then one row per document."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from annotate.config import ReadingConfig
from annotate.reading.decoding import is_binary
from annotate.reading.lines import LineDecoder, longest_line, read_lines
from annotate.reading.opening import BROKEN, explain, open_bytes
from annotate.reading.rows import FIELDS, failed_row, read_row
from annotate.reading.sources import Placed, Source, fail, skip

_DELIMITERS: Final = (",", ";", "\t")
_CARRIAGE_RETURN: Final = re.compile(r"(?<=\r)(?!\n)")
# The limit of the csv module is one per process; ours is kept by _Feed, so that it may only be out of the way.
_NO_LIMIT: Final = (1 << 31) - 1


class _TooLongError(Exception):
    """A row takes more than a text within the limit can."""


def read_csv(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read comma-separated values (RFC 4180: quoted fields may hold commas, quotes doubled, and line ends).

    If the header has no text column with commas but has one with semicolons or tabs, those separate the fields.
    Rows are numbered by the line they begin on. A row that is not well-formed, or has another number of fields than
    the header, gives a failed item, and reading goes on at the line after its first.
    """
    yield from _read(source, config, _DELIMITERS)


def read_tsv(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read tab-separated values with the quoting of :func:`read_csv`."""
    yield from _read(source, config, ("\t",))


def _read(source: Source, config: ReadingConfig, delimiters: tuple[str, ...]) -> Iterator[Placed]:
    if csv.field_size_limit() < _NO_LIMIT:
        csv.field_size_limit(_NO_LIMIT)
    try:
        with open_bytes(source) as stream:
            if is_binary(stream.peek(1)):
                yield source.name, skip(source, "not-text")
            else:
                yield from _read_rows(_Feed(stream, config), source, config, delimiters)
    except BROKEN as error:
        yield source.name, fail(source, explain(error, source))


def _read_rows(feed: _Feed, source: Source, config: ReadingConfig, delimiters: tuple[str, ...]) -> Iterator[Placed]:
    text_column = config.columns.get("text", "text")
    try:
        first = feed.look_ahead()
    except _TooLongError:
        yield failed_row(source, feed.number, "line", _too_long(config))
        return
    delimiter = next((d for d in delimiters if text_column in _split_header(first, d)), delimiters[0])
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    header: list[str] | None = None
    empty = True
    while True:
        feed.begin_row()
        row, problem = None, ""
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            lost = feed.go_back()
            problem = f"is not well-formed: {error}{lost}."
        except _TooLongError:
            problem = _too_long(config)
        line = feed.row_start
        if row is not None and not row:  # a blank line
            continue
        if header is None and row is not None:
            problem = _check_header(row, config)
            header = row
            if not problem:
                continue
        elif header is not None and row is not None and not problem:
            problem = _check_fields(row, header)
        empty = False
        if problem or row is None or header is None:
            yield failed_row(source, line, "line", problem)
            if header is None or row is header:
                return
        else:
            yield read_row(dict(zip(header, row, strict=False)), source, line, "line", config, feed.notes())
    if empty:
        yield source.name, skip(source, "empty")


def _too_long(config: ReadingConfig) -> str:
    return (
        f"has more than the {longest_line(config):,} bytes that a text within reading.max_characters "
        f"({config.max_characters:,}) can take; raise that, split the text, or close an open quotation mark."
    )


def _split_header(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []  # this delimiter does not fit; with the first one, reading the header says what is wrong


def _check_header(header: list[str], config: ReadingConfig) -> str:
    wanted = [config.columns.get(field, field) for field in FIELDS]
    twice = [name for name in wanted if header.count(name) > 1]
    return f"names the column {twice[0]!r} twice; rename one of them." if twice else ""


def _check_fields(row: list[str], header: list[str]) -> str:
    if len(row) < len(header) or any(row[len(header) :]):
        return f"has {len(row)} field{'s' if len(row) > 1 else ''}, but the header has {len(header)}."
    return ""


class _Feed:
    """Decoded lines for the csv module, with the line a row began on and a bound on a row's length.

    An iterator that goes on after it raised, which a generator could not.
    """

    def __init__(self, stream: io.BufferedReader, config: ReadingConfig) -> None:
        self._lines = read_lines(stream, config)
        self._decoder = LineDecoder(stream)
        self._limit = longest_line(config)
        self._coming: deque[tuple[int, str, tuple[str, ...]]] = deque()
        self._row: list[tuple[int, str, tuple[str, ...]]] = []
        self._size = 0
        # A file full of stray quotation marks must not be read again from each of them.
        self._again = 4 * self._limit
        self.number = 0
        self.row_start = 0

    def look_ahead(self) -> str:
        """Return the first line without taking it.

        Raises:
            _TooLongError: if it is too long to be held.
        """
        self._fetch()
        return self._coming[0][1] if self._coming else ""

    def begin_row(self) -> None:
        """Say that the next line begins a row."""
        self._row = []
        self._size = 0
        self.row_start = 0

    def go_back(self) -> str:
        """Hand out again what the current row took after its first line; if that is too much, say what is lost."""
        rest = self._row[1:]
        size = sum(len(text) for _, text, _ in rest)
        if size > self._again:
            return f", and lines {rest[0][0]} to {rest[-1][0]} are lost with it"
        self._again -= size
        self._coming.extendleft(reversed(rest))
        return ""

    def notes(self) -> tuple[str, ...]:
        """Say what had to be guessed to decode the current row."""
        return tuple(dict.fromkeys(note for _, _, notes in self._row for note in notes))

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if not self._coming:
            self._fetch()
        if not self._coming:
            raise StopIteration
        line = self._coming.popleft()
        self._row.append(line)
        self.row_start = self.row_start or line[0]
        self._size += len(line[1])
        if self._size > self._limit:
            raise _TooLongError
        return line[1]

    def _fetch(self) -> None:
        line = next(self._lines, None)
        if line is None:
            return
        if not line.is_whole:
            self.number += 1
            self.row_start = self.row_start or self.number
            raise _TooLongError
        decoded = self._decoder.decode(line.data)
        # Lines of old Macs, or a carriage return inside a quoted field, which the csv module puts together again.
        parts = _CARRIAGE_RETURN.split(decoded.text) if "\r" in decoded.text[:-2] else [decoded.text]
        for part in filter(None, parts):
            self.number += 1
            self._coming.append((self.number, part, decoded.notes))
