"""HTML pages: the main text and metadata by trafilatura, or the whole visible text with its furniture marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.reading.decoding import Decoded, clean
from annotate.reading.sources import Placed, Source, fail
from annotate.reading.text import finish, load_text

_CHARSET: Final = re.compile(
    rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})|<\?xml[^>]{1,100}encoding=["']([\w.-]{2,40})""",
    re.IGNORECASE,
)
_LANGUAGE: Final = re.compile(
    r"""<html\b[^>]{0,2000}?\s(?:xml:)?lang\s*=\s*["']?([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)""", re.IGNORECASE
)
_LATIN_1: Final = frozenset({"iso-8859-1", "iso8859-1", "latin1", "latin-1", "us-ascii", "ascii"})
_HEAD: Final = 1 << 12
"""Bytes in which the encoding must be named (the HTML Standard asks for the first 1,024)."""
_DATES: Final = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
"""Only dates that the page's metadata states; the fixed limit keeps the answer from depending on today."""


def read_html(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read an HTML page.

    With ``html_furniture: drop`` the document is the main text. With ``flag`` it is all visible text in page order, and
    ``Document.furniture`` holds the ranges outside of the main text. Where no main text is found, all visible text is
    the document, with a note. ``title``, ``source`` (the site's name), ``url``, ``published`` and ``lang`` come from
    the page's metadata. ``max_characters`` also bounds the markup.
    """
    page = load_text(source, config, _declared_encoding)
    yield source.name, page if isinstance(page, Unread) else _read_page(page, source, config)


def _read_page(page: Decoded, source: Source, config: ReadingConfig) -> Document | Unread:
    import trafilatura  # takes most of a second, and only pages need it

    try:
        found: Any = trafilatura.bare_extraction(
            page.text, include_comments=False, with_metadata=True, date_extraction_params=dict(_DATES)
        )
        main = (found.text or "") if found is not None else ""
        seen = _visible_text(page.text) if config.html_furniture == "flag" or not main else ""
    except Exception as error:  # noqa: BLE001 - whatever two parsers make of a broken page, it concerns this page only
        return fail(
            source, f"Cannot read {source.name} as HTML: {type(error).__name__}: {' '.join(str(error).split())}."
        )
    notes = page.notes
    if not main:
        notes = (*notes, "no main text was found, so all visible text of the page is the document")
    text = finish(Decoded(seen or main, notes), source, config)
    if isinstance(text, Unread):
        return text
    furniture: tuple[tuple[int, int], ...] = ()
    if main and seen:
        from annotate.reading.furniture import furniture_ranges

        furniture = furniture_ranges(text.text, main)
    language = _LANGUAGE.search(page.text, 0, 16 * _HEAD)
    return Document(
        text=text.text,
        id=source.id,
        source=_given(found, "sitename") or _given(found, "hostname"),
        url=_given(found, "url"),
        title=_given(found, "title"),
        published=_given(found, "date"),
        lang=language.group(1) if language else None,
        furniture=furniture,
        notes=text.notes,
    )


def _visible_text(page: str) -> str:
    from annotate.reading.visible import visible_text

    return visible_text(page)


def _given(found: Any, name: str) -> str | None:
    value = getattr(found, name, None)
    return clean(value).text if isinstance(value, str) and value else None


def _declared_encoding(data: bytes) -> str | None:
    """Find the encoding that a page names, by the name browsers take it for (WHATWG Encoding Standard)."""
    match = _CHARSET.search(data, 0, _HEAD)
    if match is None:
        return None
    name = (match.group(1) or match.group(2)).decode("ascii", "replace").lower()
    if name in _LATIN_1:
        return "windows-1252"
    # A page whose markup can be read byte by byte is in neither of these.
    return None if name.startswith(("utf-16", "utf-32")) else name
