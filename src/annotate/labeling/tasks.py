"""One Label Studio task from one record and its document."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from annotate.documents import SEVERITIES, Document, Flag, Record, Severity, Verdict
from annotate.errors import AnnotateError
from annotate.labeling.checks import shown
from annotate.writing.describe import describe_flag

TITLE_LENGTH: Final = 120
"""Code points of a title shown above the text; a longer one ends in an ellipsis."""


NO_OTHER: Final = "No other document was found to disagree with this one."


def keep_flag(flag: Flag, minimum_score: float, minimum_severity: Severity) -> bool:
    """Whether a flag is likely and severe enough to be shown to labelers."""
    return flag.score >= minimum_score and SEVERITIES.index(flag.severity) >= SEVERITIES.index(minimum_severity)


def make_task(
    record: Record,
    document: Document,
    flags: list[Flag],
    *,
    blind: bool = False,
    split: str = "main",
    selection_probability: float | None = None,
    overlap: int = 1,
    other_title: str = "",
    other: str = "",
) -> dict[str, Any]:
    """Build the task of one scored document, as plain data ready for JSON.

    ``doc_id`` and ``sha256`` together tell whether a task is already in a project.

    Args:
        record: the checked record; its status must be ``ok``.
        document: the document it was made from.
        flags: those of the record's flags that labelers shall see.
        blind: leave out everything the scorer found: no prediction, verdict, evidence or other document.
        split: the arm it is labeled in.
        selection_probability: chance in (0, 1] that it was selected with, where that is known.
        overlap: annotators wanted.
        other_title: of the other document.
        other: text of a document of the same story that disagrees, to be read beside this one.

    Raises:
        AnnotateError: if two flags are the same in everything.
    """
    data: dict[str, Any] = {
        "text": document.text,
        "title": _title(document),
        "doc_id": document.id,
        "sha256": document.sha256,
        "source": document.source,
        "url": document.url,
        "published": document.published,
        "signature": record.signature,
        "split": split,
        "selection_probability": selection_probability,
        "overlap": overlap,
        "story": story_of(record),
        # Always there: the server refuses a task that lacks what the configuration shows.
        "other_title": "" if blind else other_title or NO_OTHER,
        "other": "" if blind else other,
    }
    verdict = record.verdict
    if blind or verdict is None:
        return {"data": data}
    data |= {
        "verdict": verdict.label,
        "verdict_score": verdict.score,
        "verdict_words": verdict.words,
        "scores": verdict.scores,
        "evidence": {f"{number}. {_short(flag.text)}": describe_flag(flag) for number, flag in enumerate(flags, 1)},
    }
    results: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    for number, flag in enumerate(flags, 1):
        region = region_id(document, flag)
        if region in seen:
            raise AnnotateError(
                f"Document {shown(document.id)} has flag {number} {shown(flag.text)} [{flag.start}, {flag.end}) of "
                f"{flag.detector} twice, first as flag {seen[region]}; score the document again."
            )
        seen[region] = number
        results += _region(region, flag)
    results.append({"id": "origin", **_to("origin", "choices"), "value": {"choices": [verdict.label]}})
    prediction = {"model_version": record.signature, "score": confidence(verdict), "result": results}
    return {"data": data, "predictions": [prediction]}


def story_of(record: Record) -> str | None:
    """Id of the story that a record's document belongs to; None where it was not compared."""
    return record.evidence.story if record.evidence is not msgspec.UNSET else None


def confidence(verdict: Verdict) -> float:
    """How sure the scorer is of a document's origin, in [0, 1]: the margin between the two likeliest origins.

    A server that samples by uncertainty serves the lowest score first, so this must not be the probability of being
    bad. The margin is "breaking ties" of active learning (Scheffer, Decomain and Wrobel 2001).
    """
    first, second, *_ = [*sorted(verdict.scores.values(), reverse=True), 0.0, 0.0]
    return round(first - second, 4)


def _region(region: str, flag: Flag) -> list[dict[str, Any]]:
    """Make a passage and its severity: two results that share an id."""
    place = {"start": flag.start, "end": flag.end, "text": flag.text}
    label = {
        "id": region,
        **_to("label", "labels"),
        "score": flag.score,
        "meta": {"text": [describe_flag(flag)]},
        "value": {**place, "labels": [flag.label]},
    }
    severity = {"id": region, **_to("severity", "choices"), "value": {**place, "choices": [flag.severity]}}
    return [label, severity]


def _to(control: str, kind: str) -> dict[str, str]:
    return {"from_name": control, "to_name": "text", "type": kind}


def region_id(document: Document, flag: Flag) -> str:
    """Ten hexadecimal digits that are the same for the same flag on the same text, and differ between documents."""
    parts = (document.id, document.sha256, str(flag.start), str(flag.end), flag.label, flag.detector, flag.reason)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10]


def _title(document: Document) -> str:
    title = " ".join((document.title or document.id).split()) or document.id
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 60 else line[:59] + "…"
