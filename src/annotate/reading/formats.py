"""The formats that can be read, by their endings."""

from __future__ import annotations

import re
from typing import Final

from annotate.reading.datasets import read_hub, read_saved
from annotate.reading.delimited import read_csv, read_tsv
from annotate.reading.html import read_html
from annotate.reading.json_file import read_json
from annotate.reading.jsonlines import read_jsonl
from annotate.reading.markdown import read_markdown
from annotate.reading.opening import COMPRESSIONS
from annotate.reading.parquet import read_parquet
from annotate.reading.sources import Form
from annotate.reading.text import read_text

TEXT: Final = Form("text", (".txt", ".text"), read_text)
JSONL: Final = Form("JSON Lines", (".jsonl", ".ndjson"), read_jsonl, rows=True)
PARQUET: Final = Form(
    "Parquet", (".parquet",), read_parquet, rows=True, compressible=False, extra="parquet", module="pyarrow"
)
SAVED: Final = Form(
    "saved data set", (), read_saved, rows=True, compressible=False, extra="datasets", module="datasets"
)
HUB: Final = Form("data set of a hub", (), read_hub, rows=True, compressible=False, extra="datasets", module="datasets")

FORMS: Final[tuple[Form, ...]] = (
    TEXT,
    Form("Markdown", (".md", ".markdown"), read_markdown),
    Form("HTML", (".html", ".htm", ".xhtml"), read_html),
    JSONL,
    Form("JSON", (".json",), read_json, rows=True),
    Form("CSV", (".csv",), read_csv, rows=True),
    Form("TSV", (".tsv",), read_tsv, rows=True),
    PARQUET,
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
    """Look up the format of an ending: plain text for none; None if there is no such format, or not compressed."""
    form = TEXT if not ending else _BY_ENDING.get(ending)
    return form if form is not None and (compression is None or form.compressible) else None


def kinds() -> dict[str, tuple[str, ...]]:
    """Names of the formats of files and their endings, in a fixed order.

    All but Parquet may also be compressed (``.gz`` or ``.zst`` after the ending).
    """
    return {form.name: form.endings for form in FORMS}
