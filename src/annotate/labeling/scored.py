"""Records and the texts they are about, side by side and checked against each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from annotate.documents import Document, Record, Unread
from annotate.errors import AnnotateError
from annotate.labeling.checks import check_characters, check_flag, check_probability, shown
from annotate.writing import read_records


class Scored(msgspec.Struct, frozen=True):
    """One checked record with its document; no document where there is nothing to label."""

    record: Record
    document: Document | None


def read_scored(
    scores: Path, documents: Iterable[Document | Unread], wanted: Container[str] | None = None
) -> Iterator[Scored]:
    """Yield every record of a file of scores with the document it was made from.

    Args:
        scores: records, JSONL or Parquet.
        documents: the texts, where the records do not carry them. Read along with the records, so that memory stays
            flat when both come in the same order; in another order, the documents met too early are held.
        wanted: ids of the records to yield; the others are passed over. None for all.

    Raises:
        AnnotateError: if a record is broken, a document is missing or is not the text that was scored, an id comes
            twice, or a flag does not fit its text.
    """
    finder = _Finder(documents, _ids_without_text(scores, wanted))
    for where, given in _rows(scores):
        record = given if isinstance(given, Record) else None
        raw: Any = msgspec.to_builtins(record) if record is not None else given
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
            raise AnnotateError(f"{where} is not a record of annotate score; give a file that it wrote.")
        if wanted is not None and raw["id"] not in wanted:
            continue
        where = f"{where}, document {shown(raw['id'])}"
        if raw.get("status") != "ok":
            yield Scored(record or _to_record(raw, where), None)
            continue
        document = _own_text(raw, where) or finder.find(raw["id"], where, scores)
        check_characters(document.text, f"{where}: the text")
        _check_sha256(raw, document, where)
        flags = raw.get("flags")
        if not isinstance(flags, list):
            raise AnnotateError(
                f"{where} has the flags {shown(flags)}, which are not a list; score the document again."
            )
        for number, flag in enumerate(flags, 1):
            check_flag(flag, document.text, f"{where}, flag {number}")
        record = record or _to_record(raw, where)
        if record.verdict is None:
            raise AnnotateError(f"{where} has the status 'ok' but no verdict; score the document again.")
        check_probability(record.verdict.score, where, "verdict's score")
        yield Scored(record, document)


def _rows(scores: Path) -> Iterator[tuple[str, Any]]:
    """Where each record stands, and the record: as plain data from JSONL, so that a fault can be named in full."""
    if scores.suffix == ".parquet":
        for number, record in enumerate(read_records(scores), 1):
            yield f"{scores.name}, row {number}", record
        return
    try:
        with scores.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield f"{scores.name}, line {number}", _decode(line, f"{scores}, line {number},")
    except OSError as error:
        raise AnnotateError(f"Cannot read {scores}: {error.strerror}; check the path.") from error


def _decode(line: bytes, where: str) -> Any:
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        pass
    # msgspec refuses NaN and lone surrogates outright; the standard library reads them, and the checks name them.
    try:
        return json.loads(line)
    except ValueError as error:
        raise AnnotateError(f"{where} is not valid JSON ({error}); give a file that annotate score wrote.") from error


def _ids_without_text(scores: Path, chosen: Container[str] | None) -> set[str]:
    """Ids whose text must come from elsewhere; refuses an id that comes twice among what will be labeled."""
    seen: dict[str, str] = {}
    wanted: set[str] = set()
    for where, row in _rows(scores):
        raw = {f: getattr(row, f) for f in ("id", "status", "text")} if isinstance(row, Record) else row
        if not isinstance(raw, dict) or raw.get("status") != "ok" or not isinstance(raw.get("id"), str):
            continue
        identity = raw["id"]
        if chosen is not None and identity not in chosen:
            continue
        if identity in seen:
            raise AnnotateError(
                f"{where} has the id {shown(identity)} again (first: {seen[identity]}); "
                "give each document an id of its own and score again."
            )
        seen[identity] = where
        if not isinstance(raw.get("text"), str):
            wanted.add(identity)
    return wanted


class _Finder:
    """Finds documents by id in a stream, holding back those that are wanted later."""

    def __init__(self, documents: Iterable[Document | Unread], wanted: set[str]) -> None:
        self._stream = iter(documents)
        self._wanted = wanted
        self._early: dict[str, Document] = {}

    def find(self, identity: str, where: str, scores: Path) -> Document:
        self._wanted.discard(identity)
        if identity in self._early:
            return self._early.pop(identity)
        for item in self._stream:
            if not isinstance(item, Document):
                continue
            if item.id == identity:
                return item
            if item.id in self._wanted:
                self._early.setdefault(item.id, item)
        raise AnnotateError(
            f"{where} carries no text and is in none of the inputs; "
            f"give the inputs that {scores.name} was made from, or score again with --with-text."
        )


def _own_text(raw: dict[str, Any], where: str) -> Document | None:
    text = raw.get("text")
    if text is None:
        return None
    if not isinstance(text, str):
        raise AnnotateError(f"{where} has the text {shown(text)}, which is not a string; score the document again.")
    source = raw.get("source")
    return Document(text, id=raw["id"], source=source if isinstance(source, str) else None)


def _check_sha256(raw: dict[str, Any], document: Document, where: str) -> None:
    digest = hashlib.sha256(document.text.encode("utf-8")).hexdigest()
    if raw.get("sha256") != digest:
        raise AnnotateError(
            f"{where} was scored from another text (SHA-256 {str(raw.get('sha256'))[:12]}…, now {digest[:12]}…); "
            "score the document again."
        )


def _to_record(raw: dict[str, Any], where: str) -> Record:
    try:
        return msgspec.convert(raw, Record)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"{where} is not a record of annotate score ({error}); score it again.") from error
