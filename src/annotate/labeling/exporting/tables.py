"""Documents as plain JSON lines, and documents and flags as two tables (CSV)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec

from annotate.labeling.exporting.items import Item, Mark, ReadBack, sha256
from annotate.labeling.tasks import confidence, region_id
from annotate.writing.describe import describe_flag

JSONL_FILES: Final = re.compile(r"documents\.jsonl")
CSV_FILES: Final = re.compile(r"(documents|flags)\.csv")
"""Names of the files written."""

_DOCUMENT_COLUMNS: Final = (
    *("doc_id", "sha256", "title", "source", "url", "published", "story", "split", "selection_probability", "overlap"),
    *("signature", "verdict", "verdict_score", "verdict_words", "confidence"),
)
_FLAG_COLUMNS: Final = (
    *("doc_id", "sha256", "id", "start", "end", "text", "label", "severity", "score", "detector", "reason", "why"),
)
# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV injection"), and our own mark.
_FORMULA: Final = re.compile(r"['=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_LONGEST_CELL: Final = 2**31 - 1


def document_row(item: Item, *, blind: bool) -> dict[str, Any]:
    """Give a document as plain data: what stands in a task's data, and its flags in code points."""
    data = item.task(blind=True)["data"]
    row = {name: data[name] for name in ("doc_id", "sha256", "text", *_DOCUMENT_COLUMNS[2:10], "signature")}
    row["split"] = "blind" if blind else item.split
    verdict = item.record.verdict
    if blind or verdict is None:
        return row
    document = item.document()
    return row | {
        "verdict": verdict.label,
        "verdict_score": verdict.score,
        "verdict_words": verdict.words,
        "scores": verdict.scores,
        "confidence": confidence(verdict),
        "other": item.other,
        "flags": [
            {
                "id": region_id(document, flag),
                "start": flag.start,
                "end": flag.end,
                "text": flag.text,
                "label": flag.label,
                "severity": flag.severity,
                "score": flag.score,
                "detector": flag.detector,
                "reason": flag.reason,
                "why": describe_flag(flag),
            }
            for flag in item.record.flags
        ],
    }


def write_jsonl(items: Iterable[Item], folder: Path, *, blind: bool) -> list[str]:
    """Write ``documents.jsonl``; give its name."""
    encoder = msgspec.json.Encoder()
    with (folder / "documents.jsonl").open("wb") as file:
        file.writelines(encoder.encode(document_row(item, blind=blind)) + b"\n" for item in items)
    return ["documents.jsonl"]


def read_back_jsonl(folder: Path) -> Iterator[ReadBack]:
    """Yield what each line says."""
    with (folder / "documents.jsonl").open("rb") as file:
        for line in file:
            row = msgspec.json.decode(line)
            text = row["text"]
            yield row["doc_id"], sha256(text), [_mark(f, text[f["start"] : f["end"]]) for f in row.get("flags", [])]


def write_csv(items: Iterable[Item], folder: Path, *, blind: bool) -> list[str]:
    """Write ``documents.csv``, a row for each document, and ``flags.csv``, a row for each flag; give their names.

    UTF-8 with a byte order mark, without which Excel takes it for something else; RFC 4180 quoting, so that line breaks
    stay inside their cell. A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    with (
        _table(folder / "documents.csv", _DOCUMENT_COLUMNS) as documents,
        _table(folder / "flags.csv", _FLAG_COLUMNS) as flags,
    ):
        for item in items:
            row = document_row(item, blind=blind)
            documents.writerow([_cell(row.get(name)) for name in _DOCUMENT_COLUMNS])
            for flag in row.get("flags", []):
                flag |= {"doc_id": row["doc_id"], "sha256": row["sha256"]}
                flags.writerow([_cell(flag[name]) for name in _FLAG_COLUMNS])
    return ["documents.csv", "flags.csv"]


def read_back_csv(folder: Path) -> Iterator[ReadBack]:
    """Yield what the rows of each document say."""
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        by_document = groupby(_rows(folder / "flags.csv"), key=lambda f: (f["doc_id"], f["sha256"]))
        key, flags = next(by_document, (None, iter(())))
        for row in _rows(folder / "documents.csv"):
            here = (row["doc_id"], row["sha256"])
            marks: list[Mark] = []
            if here == key:
                marks = [_mark(flag, flag["text"]) for flag in flags]
                key, flags = next(by_document, (None, iter(())))
            yield *here, marks
    finally:
        csv.field_size_limit(before)


def _mark(flag: dict[str, Any], words: str) -> Mark:
    return int(flag["start"]), int(flag["end"]), words, flag["label"], flag["severity"], float(flag["score"])


@contextmanager
def _table(path: Path, columns: Sequence[str]) -> Iterator[Any]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(columns)
        yield writer


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: cell[1:] if cell.startswith("'") else cell for name, cell in row.items()}


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return "" if value is None else value
