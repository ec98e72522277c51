"""The page: one file with its style, its script and its data, which opens from disk and asks nothing of a network.

The data stands in blocks of some documents or stories, deflated and in base64, so that the file stays small, nothing of
a document can be read as markup, and a browser unpacks only what is looked at.
"""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from annotate.documents import LABELS, SEVERITIES, SEVERITY_WEIGHTS, Document, Unread
from annotate.documents.labels import FAMILIES
from annotate.errors import AnnotateError
from annotate.evaluation.calibration import Calibration
from annotate.labeling.meanings import LABEL_MEANINGS, SEVERITY_MEANINGS, VERDICT_MEANINGS
from annotate.labeling.scored import read_scored
from annotate.report.entries import Plain, entry, row
from annotate.report.overview import Overview
from annotate.report.stories import Stories, typical
from annotate.sources.admiralty import DIGITS, LETTERS

BLOCK: Final = 50
"""Documents or stories that are unpacked together."""


class Written(msgspec.Struct, frozen=True):
    """What a report holds."""

    documents: int
    flags: int
    stories: int
    size: int
    """Bytes of the file."""


def write_report(
    scores: Path,
    documents: Iterable[Document | Unread],
    output: Path,
    *,
    weights: dict[Any, float] | None = None,
    calibrations: Sequence[tuple[str, Calibration]] = (),
    progress: Callable[[], object] = lambda: None,
) -> Written:
    """Write the page of a file of scores; it appears whole or not at all. The same input gives the same bytes.

    Memory holds a row for each document and what differs inside each story, no text.

    Args:
        scores: records, JSONL or Parquet.
        documents: the texts, where the records do not carry them.
        output: file to write.
        weights: penalty points by severity; MQM's by default.
        calibrations: name and measured reliability of sets of scores, for reliability diagrams.
        progress: called after each document.

    Raises:
        AnnotateError: if records or texts cannot be read or do not fit each other, or the page cannot be written.
    """
    weights = weights or dict(SEVERITY_WEIGHTS)
    overview, stories = Overview(), Stories()
    rows: list[Plain] = []

    def entries() -> Iterator[Plain]:
        for number, scored in enumerate(read_scored(scores, documents)):
            overview.add(scored.record)
            story = stories.add(number, scored.record, scored.document)
            rows.append({**row(scored.record, scored.document, weights), "story": story})
            yield entry(scored.record, scored.document)
            progress()

    summaries: list[Plain] = []

    def all_stories() -> Iterator[Plain]:
        for story in stories.finish():
            counts = {key: len(story[key]) for key in ("quotations", "claims", "terms")}
            counts["copies"] = len(story["copies"]) or len(story["taken"])
            title = typical([rows[number]["title"] for number in story["documents"]])
            summaries.append({"title": title, "documents": story["documents"], "origins": story["origins"], **counts})
            yield story

    with _whole(output) as file:
        style, script = _asset("page.css"), _asset("page.js")
        head, body, tail = _template()
        policy = (
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; "
            "form-action 'none'"
        )
        file.write(head.format(policy=policy, title=escape(f"annotate report: {scores.name}")))
        file.write(f"<style>{style}</style>{body}")
        _write_blocks(file, "d", entries())
        _write_blocks(file, "s", all_stories())
        index: Plain = {
            "name": scores.name,
            "block": BLOCK,
            "labels": [
                {"label": label, "family": FAMILIES[label], "meaning": LABEL_MEANINGS[label]} for label in LABELS
            ],
            "severities": [{"severity": s, "meaning": SEVERITY_MEANINGS[s]} for s in SEVERITIES],
            "meanings": VERDICT_MEANINGS,
            "letters": LETTERS,
            "digits": DIGITS,
            "overview": overview.finish(calibrations),
            "documents": rows,
            "stories": summaries,
        }
        file.write(_block("index", index))
        file.write(f"<script>{script}</script>{tail}")
    flags = sum(sum(r["flags"]) for r in rows)
    return Written(len(rows), flags, len(summaries), output.stat().st_size)


def _write_blocks(file: IO[str], prefix: str, items: Iterator[Plain]) -> None:
    number = 0
    while block := list(islice(items, BLOCK)):
        file.write(_block(f"{prefix}{number}", block))
        number += 1


def _block(name: str, data: Any) -> str:
    packed = base64.b64encode(zlib.compress(msgspec.json.encode(data), 9)).decode("ascii")
    return f'<script type="text/plain" id="{name}">{packed}</script>\n'


def _asset(name: str) -> str:
    return files("annotate.report").joinpath(name).read_text(encoding="utf-8")


def _template() -> tuple[str, str, str]:
    head, body, tail = _asset("page.html").split("<!-- cut -->\n")
    return head, body, tail


def _hash(code: str) -> str:
    """Name a piece of code in a Content-Security-Policy: nothing else may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode('utf-8')).digest()).decode('ascii')}'"


@contextmanager
def _whole(output: Path) -> Iterator[IO[str]]:
    """Write to a file beside the output and put it in its place when all went well."""
    partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
    try:
        try:
            with partial.open("w", encoding="utf-8", newline="") as file:
                yield file
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        missing = f"there is no folder {output.parent}; create it first"
        why = f"{error.strerror}; check the folder and its permissions" if output.parent.is_dir() else missing
        raise AnnotateError(f"Cannot write {output}: {why}.") from error
