"""Gold: what a human says about a document, as JSON lines."""

from __future__ import annotations

from pathlib import Path

import msgspec

from annotate.documents import ORIGINS, Label, Severity
from annotate.errors import AnnotateError


class GoldFlag(msgspec.Struct, frozen=True):
    """A range that is wrong, or worth knowing, in the eyes of a human. Further fields of the JSON are ignored."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    label: Label
    severity: Severity


class GoldDocument(msgspec.Struct, frozen=True):
    """One document's gold. Further fields of the JSON (story, version, …) are ignored."""

    id: str
    sha256: str
    """SHA-256 of the text in UTF-8: offsets mean nothing on another text."""
    flags: list[GoldFlag]
    origin: str | None = None
    """How the text came about, one of ``ORIGINS``; null where nobody can say."""


def read_gold(path: str | Path) -> list[GoldDocument]:
    """Read gold: one JSON object per line with ``id``, ``sha256``, ``flags`` and, where known, ``origin``.

    Raises:
        AnnotateError: if the file cannot be read, a line is not such an object, a range is empty or negative, an
            origin is unknown, or an id comes twice.
    """
    try:
        lines = Path(path).read_bytes().split(b"\n")
    except OSError as error:
        raise AnnotateError(f"Cannot read the gold {path}: {error.strerror}; check the path.") from error
    decoder = msgspec.json.Decoder(GoldDocument)
    found: dict[str, GoldDocument] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise AnnotateError(f"{path} line {number} is no gold: {str(error).rstrip('.')}.") from error
        _check(document, f"{path} line {number}")
        if document.id in found:
            raise AnnotateError(f"{path} line {number}: the id {document.id!r} comes a second time; keep one of them.")
        found[document.id] = document
    return list(found.values())


def _check(document: GoldDocument, place: str) -> None:
    if document.origin is not None and document.origin not in ORIGINS:
        raise AnnotateError(f"{place}: the origin {document.origin!r} is unknown; use one of {', '.join(ORIGINS)}.")
    for flag in document.flags:
        if not 0 <= flag.start < flag.end:
            raise AnnotateError(f"{place}: [{flag.start}, {flag.end}) is no range of a text; start must be below end.")
