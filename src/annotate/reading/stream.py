"""The stream of everything there is to read."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from annotate.config import ReadingConfig, check_keys
from annotate.documents import Document, Unread
from annotate.reading.datasets import count_saved, open_hub
from annotate.reading.formats import HUB, JSONL, PARQUET, SAVED, TEXT
from annotate.reading.ids import UsedIds
from annotate.reading.inputs import find
from annotate.reading.jsonlines import read_stream
from annotate.reading.opening import BROKEN, BUFFER, explain, open_bytes
from annotate.reading.parquet import count_parquet
from annotate.reading.rows import FIELDS
from annotate.reading.sources import Placed, Source, fail, skip

_DEFAULTS: Final = ReadingConfig()


def read(
    inputs: Sequence[str | Path], config: ReadingConfig = _DEFAULTS, stdin: BinaryIO | None = None
) -> Iterator[Document | Unread]:
    """Read documents one after the other from files, folders, data sets or standard input.

    Args:
        inputs: paths, ``-`` for standard input; read in this order, folders by relative path.
        config: how to read.
        stdin: the binary stream that ``-`` stands for.

    Returns:
        A lazy stream with one item for every input document: the document, or an :class:`Unread` that says why
        there is none. Each document's id is new in the stream.

    Raises:
        AnnotateError: at once, before the first document, if something named as an input cannot be read at all, or
            ``config.columns`` names a field that documents do not have.
    """
    check_keys(config.columns, FIELDS, "reading.columns")
    sources = find(inputs, stdin)
    for source in sources:
        if source.form is HUB:
            source.dataset = open_hub(source)
    return _stream(sources, config)


def _stream(sources: list[Source], config: ReadingConfig) -> Iterator[Document | Unread]:
    with UsedIds() as used:
        for source in sources:
            for place, item in _read_source(source, config):
                first = used.claim(item.id, place)
                if first is not None and isinstance(item, Document):
                    error = f"{place} has the id {item.id!r}, which {first} already has; give every document its own."
                    yield Unread(id=item.id, status="failed", error=error, source=item.source, sha256=item.sha256)
                else:
                    yield item


def _read_source(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    if source.problem is not None:
        yield source.name, fail(source, source.problem)
    elif source.not_a_file:
        yield source.name, skip(source, "not-text")
    elif source.is_stream:
        yield from _read_as_it_comes(source, config)
    else:
        # An unknown ending: the reader of plain text tells text from other data.
        yield from (source.form or TEXT).read(source, config)


def _read_as_it_comes(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """JSON Lines if the first non-blank byte is a brace, else one text."""
    try:
        with open_bytes(source) as stream:
            head = stream.peek(1)
            if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
                yield from read_stream(stream, source, config)
            else:
                yield from TEXT.read(replace(source, stream=stream), config)
    except BROKEN as error:
        yield source.name, fail(source, explain(error, source))


def count(inputs: Sequence[str | Path]) -> int | None:
    """Estimate quickly how many items :func:`read` would give; None where that would mean reading everything.

    Raises:
        AnnotateError: as :func:`read`.
    """
    total = 0
    for source in find(inputs, io.BytesIO()):
        rows = _count(source)
        if rows is None:
            return None
        total += rows
    return total


def _count(source: Source) -> int | None:
    if source.is_stream:
        return None
    if source.form is None or not source.form.rows:
        return 1
    if source.form is JSONL and source.compression is None:
        return _count_lines(source)
    if source.form is PARQUET:
        return count_parquet(source.path)
    if source.form is SAVED:
        return count_saved(source.path)
    return None


def _count_lines(source: Source) -> int:
    newlines, last = 0, b"\n"
    try:
        with open_bytes(source) as stream:
            while chunk := stream.read(BUFFER):
                newlines += chunk.count(b"\n")
                last = chunk[-1:]
    except BROKEN:
        return 1  # an estimate: reading it gives one item that says what is wrong
    return newlines + (last != b"\n")
