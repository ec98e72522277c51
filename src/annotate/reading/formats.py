"""The formats that can be read, by their endings."""

from __future__ import annotations

import re
from typing import Final

from annotate.reading.jsonlines import read_jsonl
from annotate.reading.opening import COMPRESSIONS
from annotate.reading.sources import Form
from annotate.reading.text import read_text

TEXT: Final = Form("text", (".txt", ".text"), read_text)
JSONL: Final = Form("JSON Lines", (".jsonl", ".ndjson"), read_jsonl, rows=True)

FORMS: Final[tuple[Form, ...]] = (
    TEXT,
    JSONL,
)
"""Formats of files, in the order in which help texts name them."""

_BY_ENDING: Final = {ending: form for form in FORMS for ending in form.endings}
# Digits after a dot are part of a name ("report_2024.11"), not an ending.
_ENDING: Final = re.compile(r"(?<=.)\.[A-Za-z][A-Za-z0-9]{0,9}\Z", re.DOTALL)


def split_name(name: str) -> tuple[str, str, str | None]:
    """Split a file's name into stem, ending (lower case, may be empty) and compression."""
    compression = None
    match = _ENDING.search(name)
    if match and match.group().lower() in COMPRESSIONS:
        compression = COMPRESSIONS[match.group().lower()]
        name = name[: match.start()]
        match = _ENDING.search(name)
    if match is None:
        return name, "", compression
    return name[: match.start()], match.group().lower(), compression


def form_of(ending: str, compression: str | None) -> Form | None:
    """The format of an ending, plain text for none; None if there is no such format, or not compressed."""
    form = TEXT if not ending else _BY_ENDING.get(ending)
    return form if form is not None and (compression is None or form.compressible) else None


def kinds() -> dict[str, tuple[str, ...]]:
    """Names of the formats and their endings, compressed ones not repeated."""
    return {form.name: form.endings for form in FORMS}
