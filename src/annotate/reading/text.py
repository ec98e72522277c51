"""Plain text: one file, one document, kept exactly as it is decoded."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.reading.decoding import SAMPLE, Decoded, bom_of, clean, decode, is_binary
from annotate.reading.opening import BROKEN, BUFFER, explain, open_bytes
from annotate.reading.rows import too_long
from annotate.reading.sources import Placed, Source, fail, skip


def read_text(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read a plain text file: no line ends translated, nothing stripped or normalised."""
    text = load_text(source, config)
    if isinstance(text, Unread):
        yield source.name, text
    else:
        yield source.name, Document(text=text.text, id=source.id, notes=text.notes)


def load_text(
    source: Source, config: ReadingConfig, declared: Callable[[bytes], str | None] | None = None
) -> Decoded | Unread:
    """Read a whole file as one text, cleaned, within the limit of length; or say why there is none.

    ``declared`` finds the encoding that the data itself names.
    """
    try:
        with open_bytes(source) as stream:
            return _load(stream, source, config, declared)
    except BROKEN as error:
        return fail(source, explain(error, source))


def _load(
    stream: io.BufferedReader,
    source: Source,
    config: ReadingConfig,
    declared: Callable[[bytes], str | None] | None,
) -> Decoded | Unread:
    # No encoding in use takes more than four bytes for a character, so that a longer file need not be held.
    limit = 4 * config.max_characters + 4
    data = stream.read(min(limit, SAMPLE))
    if is_binary(data):
        return skip(source, "not-text")
    if len(data) == SAMPLE:
        data += stream.read(limit - len(data))
    if len(data) == limit:
        characters = _count(data, stream)
        if characters > config.max_characters:
            return fail(source, f"{source.name} {too_long(characters, config)}")
    return finish(decode(data, declared(data) if declared else None), source, config)


def finish(decoded: Decoded, source: Source, config: ReadingConfig) -> Decoded | Unread:
    """Clean a decoded text and check that there is something in it, and not too much."""
    cleaned = clean(decoded.text)
    if not cleaned.text or cleaned.text.isspace():
        return skip(source, "empty")
    if len(cleaned.text) > config.max_characters:
        return fail(source, f"{source.name} {too_long(len(cleaned.text), config)}")
    return Decoded(cleaned.text, (*decoded.notes, *cleaned.notes))


def _count(data: bytes, stream: io.BufferedReader) -> int:
    """Characters of what was read and what is left, in constant memory; an invalid byte counts as one."""
    mark = bom_of(data)
    encoding, length = mark if mark is not None else ("utf-8", 0)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    characters = len(decoder.decode(data[length:]))
    while chunk := stream.read(BUFFER):
        characters += len(decoder.decode(chunk))
    return characters
