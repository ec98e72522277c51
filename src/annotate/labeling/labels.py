"""What people said about documents: one entry per document and annotator, as JSON lines.

Every command of the labeling workflow after ``label pull`` reads and writes these, so each works without a server.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from annotate.documents import LABELS, SEVERITIES, Label, Severity
from annotate.errors import AnnotateError
from annotate.labeling.lines import read_lines, write_lines
from annotate.labeling.meanings import VERDICT_MEANINGS

LABELS_VERSION: Final = 1
"""Version of this format; raised when a field changes its meaning or goes away."""

ADJUDICATED: Final = "adjudicated"
"""The annotator of an entry that settles what several annotators said."""

Split = Literal["main", "blind", "check", "gold"]
"""Why a document was given out: for its labels, with pre-marks or without; to see whether an annotator attends; to
measure an annotator on known labels."""


class Span(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A passage that an annotator marked."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    text: str
    """``text[start:end]`` of the document."""
    label: Label
    severity: Severity | None = None
    comment: str | None = None
    id: str | None = None
    """Id of the region; for a pre-mark, that of the flag it came from (:func:`annotate.labeling.tasks.region_id`)."""
    origin: Literal["manual", "prediction", "prediction-changed"] = "manual"
    """Drawn by the annotator, a pre-mark left as it was, or a pre-mark that was moved or relabeled."""


class Shown(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A flag that an annotator was shown as a pre-mark."""

    id: str
    start: int
    end: int
    label: Label
    severity: Severity | None = None
    score: float | None = None
    """Probability in [0, 1] that the flag said it would be confirmed with."""


class Labeled(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one annotator said about one document."""

    doc_id: str
    sha256: str
    """SHA-256 of the text in UTF-8: offsets mean nothing on another text."""
    annotator: str
    """The same string for the same person throughout; ``adjudicated`` for what was settled among several."""
    characters: int
    """Code points of the text."""
    spans: list[Span] = []
    """Sorted by place; empty where the annotator found nothing."""
    origin: str | None = None
    """How the document came about: one of ``VERDICT_MEANINGS``."""
    reliability: int | None = None
    """1 not at all, 5 fully."""
    score: float | None = None
    """How good the text is as English news, 0 to 100."""
    cancelled: bool = False
    """The annotator skipped the document: nothing of it counts."""
    split: Split = "main"
    shown: list[Shown] | None = None
    """The pre-marks the annotator began with; None where there were none to see (a blind arm)."""
    signature: str | None = None
    """Signature of the scores that the pre-marks came from: their model version."""
    selection_probability: float | None = None
    """Chance in (0, 1] that this document had of being selected, where that is known."""
    story: str | None = None
    source: str | None = None
    published: str | None = None
    seconds: float | None = None
    """Time the annotator took."""
    updated: str | None = None
    """When it was last changed, ISO 8601."""
    cause: str | None = None
    """Adjudicated entries: why the annotators differed: ``annotator-error``, ``guideline-gap`` or ``ambiguous``."""
    version: int = LABELS_VERSION
    text: str | None = None
    """The text itself, only where asked for."""


def write_labels(path: str | Path, entries: Iterable[Labeled]) -> int:
    """Write entries as JSON lines, one per document and annotator; the file appears whole or not at all.

    Returns:
        How many were written.

    Raises:
        AnnotateError: if it cannot be written.
    """
    return write_lines(path, entries)


def read_labels(path: str | Path) -> Iterator[Labeled]:
    """Yield the entries of a file of labels, one at a time.

    Raises:
        AnnotateError: if the file cannot be read; a line is no entry; an offset, label or number is impossible; one
            annotator has two entries for one text; or the entry carries a text that is not the one it is about.
    """
    seen: dict[tuple[str, str, str], str] = {}
    for where, entry in read_lines(path, Labeled, "give a file that label pull wrote"):
        check_entry(entry, where)
        key = (entry.doc_id, entry.sha256, entry.annotator)
        if key in seen:
            raise AnnotateError(
                f"{where} is a second entry of annotator {entry.annotator!r} on document {entry.doc_id!r} "
                f"(first: {seen[key].removesuffix(',')}); keep one of them."
            )
        seen[key] = where
        yield entry


def check_entry(entry: Labeled, where: str) -> None:
    """Check what the types do not say: ranges, slices, the document's answers.

    Raises:
        AnnotateError: for the first thing wrong.
    """
    place = f"{where} document {entry.doc_id!r}"
    if entry.version > LABELS_VERSION:
        raise AnnotateError(f"{place} is of version {entry.version}; this annotate reads up to {LABELS_VERSION}.")
    if entry.text is not None:
        if hashlib.sha256(entry.text.encode("utf-8", "surrogatepass")).hexdigest() != entry.sha256:
            raise AnnotateError(f"{place} carries another text than its labels are about; pull it again.")
        if len(entry.text) != entry.characters:
            raise AnnotateError(f"{place} says {entry.characters} characters, its text has {len(entry.text)}.")
    marks: list[tuple[int, int, str]] = [(s.start, s.end, s.label) for s in entry.spans]
    marks += [(s.start, s.end, s.label) for s in entry.shown or ()]
    for start, end, label in marks:
        if not 0 <= start < end <= entry.characters:
            raise AnnotateError(
                f"{place}: [{start}, {end}) is no range of a text of {entry.characters} characters; pull it again."
            )
        if label not in LABELS:
            raise AnnotateError(f"{place} has the label {label!r}, which is not in the label list.")
    for span in entry.spans:
        if span.severity is not None and span.severity not in SEVERITIES:
            raise AnnotateError(f"{place} has the severity {span.severity!r}; use one of {', '.join(SEVERITIES)}.")
        if len(span.text) != span.end - span.start or (
            entry.text is not None and entry.text[span.start : span.end] != span.text
        ):
            raise AnnotateError(f"{place}: the words at [{span.start}, {span.end}) are not the text's; pull it again.")
    if entry.origin is not None and entry.origin not in VERDICT_MEANINGS:
        raise AnnotateError(f"{place} has the origin {entry.origin!r}; use one of {', '.join(VERDICT_MEANINGS)}.")
    if entry.reliability is not None and not 1 <= entry.reliability <= 5:
        raise AnnotateError(f"{place} has the reliability {entry.reliability}, which is not 1 to 5.")
    if entry.score is not None and not 0 <= entry.score <= 100:
        raise AnnotateError(f"{place} has the score {entry.score:g}, which is not 0 to 100.")
    if entry.selection_probability is not None and not 0 < entry.selection_probability <= 1:
        raise AnnotateError(f"{place} has the selection probability {entry.selection_probability:g}, not in (0, 1].")
