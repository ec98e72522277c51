"""Turn a row of any row format (JSON object, CSV row, Parquet row) into a document."""

from __future__ import annotations

import datetime
import difflib
import math
from collections.abc import Mapping
from typing import Any, Final

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.reading.decoding import clean
from annotate.reading.sources import Placed, Source

FIELDS: Final = ("text", "id", "source", "url", "title", "published", "lang", "source_text", "story")
"""Fields of a row; only ``text`` is needed."""

_KEYS_SHOWN: Final = 12


class RowError(ValueError):
    """What is wrong with one field of a row."""


def row_place(source: Source, number: int, unit: str) -> str:
    """``news.jsonl line 7``."""
    return f"{source.name} {unit} {number}"


def failed_row(source: Source, number: int, unit: str, problem: str) -> Placed:
    """Make the item for a row that could not be parsed at all."""
    place = row_place(source, number, unit)
    return place, Unread(id=f"{source.id}:{number}", status="failed", error=f"{place} {problem}")


def read_row(
    row: object, source: Source, number: int, unit: str, config: ReadingConfig, notes: tuple[str, ...] = ()
) -> Placed:
    """Make a row's document, or the item that says why there is none.

    Args:
        row: the parsed row; anything but a mapping fails.
        source: where it comes from.
        number: of the row, from 1.
        unit: what is counted, ``line`` or ``row``.
        config: column names and the limit of length.
        notes: what had to be guessed to get at the row.
    """
    place = row_place(source, number, unit)
    id = f"{source.id}:{number}"
    origin: str | None = None
    columns = config.columns
    try:
        row = _mapping(row)
        id = _id(row, columns.get("id", "id")) or id
        origin = _string(row, columns.get("source", "source"))
        decoded = clean(_text(row, columns.get("text", "text")))
        if not decoded.text or decoded.text.isspace():
            return place, Unread(id=id, status="skipped", reason="empty", source=origin)
        if len(decoded.text) > config.max_characters:
            raise RowError(too_long(len(decoded.text), config))  # noqa: TRY301 - one way out for all that is wrong
        source_text = _source_text(row, columns.get("source_text", "source_text"), config)
        document = Document(
            text=decoded.text,
            id=id,
            source=origin,
            url=_string(row, columns.get("url", "url")),
            title=_string(row, columns.get("title", "title")),
            published=_string(row, columns.get("published", "published")),
            lang=_string(row, columns.get("lang", "lang")),
            source_text=source_text,
            story=_string(row, columns.get("story", "story")),
            notes=(*notes, *decoded.notes),
        )
    except RowError as error:
        return place, Unread(id=id, status="failed", error=f"{place} {error}", source=origin)
    return place, document


def too_long(characters: int, config: ReadingConfig) -> str:
    """Say that a text is over the limit, by how much, and what to do."""
    return (
        f"has {characters:,} characters, more than reading.max_characters ({config.max_characters:,}); "
        "raise that or split the text."
    )


def _mapping(row: object) -> Mapping[Any, Any]:
    if isinstance(row, Mapping):
        return row
    raise RowError(f"is {_kind(row)}, not an object with a 'text' field.")


def _text(row: Mapping[Any, Any], key: str) -> str:
    value = row.get(key)
    if isinstance(value, str):
        return value
    if value is not None and not _is_nan(value):
        raise RowError(f"has {_kind(value)} as {key!r}, not a string.")
    keys = sorted(str(k) for k in row)
    shown = ", ".join(clean(k).text for k in keys[:_KEYS_SHOWN]) + (", …" if len(keys) > _KEYS_SHOWN else "")
    if key in row:
        raise RowError(f"has no value for {key!r} (keys: {shown}).")
    near = difflib.get_close_matches(key, keys, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]!r}? Then set" if near else "name the column with"
    raise RowError(f"has no {key!r} (keys: {shown or 'none'}); {hint} reading.columns.text.")


def _source_text(row: Mapping[Any, Any], key: str, config: ReadingConfig) -> str | None:
    value = row.get(key)
    if value is None or _is_nan(value):
        return None
    if not isinstance(value, str):
        raise RowError(f"has {_kind(value)} as {key!r}, not a string.")
    if not value or value.isspace():
        return None
    if len(value) > config.max_characters:
        raise RowError(f"has a {key!r} that {too_long(len(value), config)}")
    return clean(value).text


def _id(row: Mapping[Any, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return clean(value).text
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise RowError(f"has {_kind(value)} as {key!r}; an id must be a string or an integer.")


def _string(row: Mapping[Any, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None or value == "" or _is_nan(value):
        return None
    if isinstance(value, str):
        return clean(value).text
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise RowError(f"has {_kind(value)} as {key!r}, not a string.")


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _kind(value: object) -> str:
    """Name a value's kind in the words of JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return f"the number {value!r}" if len(repr(value)) <= 40 else "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "an object"
    return f"a value of type {type(value).__name__}"
