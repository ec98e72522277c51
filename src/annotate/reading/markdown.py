"""Markdown: one file, one document; the marks stay in the text, the front matter becomes metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.reading.decoding import Decoded
from annotate.reading.sources import Placed, Source
from annotate.reading.text import finish, load_text

_FRONT_MATTER: Final = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LONGEST: Final = 1 << 16
"""Characters within which front matter must end."""

_KEYS: Final = {
    "title": "title",
    "source": "source",
    "url": "url",
    "published": "published",
    "date": "published",
    "lang": "lang",
}
"""Key of the front matter → field of the document."""


def read_markdown(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read a Markdown file; headings, links and emphasis stay as they are written.

    YAML front matter (a mapping between ``---`` lines at the very beginning) gives ``title``, ``source``, ``url``,
    ``published`` or ``date``, and ``lang``. The document's text is then what follows it, unaltered, and offsets count
    from there. Front matter that is no YAML mapping is part of the text.
    """
    decoded = load_text(source, config)
    if isinstance(decoded, Unread):
        yield source.name, decoded
        return
    fields, start = _front_matter(decoded.text)
    body = finish(Decoded(decoded.text[start:], decoded.notes), source, config) if start else decoded
    if isinstance(body, Unread):
        yield source.name, body
    else:
        yield (
            source.name,
            Document(
                text=body.text,
                id=source.id,
                source=fields.get("source"),
                url=fields.get("url"),
                title=fields.get("title"),
                published=fields.get("published"),
                lang=fields.get("lang"),
                notes=body.notes,
            ),
        )


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """Fields and where the body starts; nothing and 0 without front matter."""
    match = _FRONT_MATTER.match(text, 0, _LONGEST)
    if match is None:
        return {}, 0
    try:
        # All values stay strings: a date is passed on as it was given.
        data = yaml.load(match.group(1), Loader=yaml.BaseLoader)  # noqa: S506 - makes strings, lists and mappings only
    except (yaml.YAMLError, RecursionError):
        return {}, 0
    if not isinstance(data, dict):
        return {}, 0
    fields: dict[str, str] = {}
    for key, name in _KEYS.items():
        value = data.get(key)
        if isinstance(value, str) and value:
            fields.setdefault(name, value)
    return fields, match.end()
