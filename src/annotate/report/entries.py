"""One document as the page shows it: a row of the table, and an entry with its text and its flags explained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec

from annotate.documents import LABELS, SEVERITIES, Document, Flag, Record, Severity, mqm_penalty
from annotate.sources.admiralty import DIGITS
from annotate.sources.priors import source_key
from annotate.sources.ratings import SIGNALS
from annotate.writing.describe import (
    claim_rank,
    describe_claim,
    describe_comparison,
    describe_copy,
    describe_edit,
    describe_status,
    describe_verdict,
    evidence_phrases,
)
from annotate.writing.differences import differences

Plain = dict[str, Any]
"""Data as JSON has it."""

TITLE_LENGTH: Final = 120
"""Code points of a title in lists; a longer one ends in an ellipsis."""


def title(record: Record, document: Document | None) -> str:
    """Give a name to call a document by: its title, else its first line, else its id."""
    if document is None:
        return record.id
    given = document.title or next((line for line in document.text.splitlines() if line.strip()), "")
    line = " ".join(given.split()) or record.id
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def row(record: Record, document: Document | None, weights: Mapping[Severity, float]) -> Plain:
    """Give what the table of documents shows, sorts and filters by."""
    verdict = record.verdict
    worst: dict[str, int] = {}
    counts = [0] * len(SEVERITIES)
    for flag in record.flags:
        severity = SEVERITIES.index(flag.severity)
        counts[severity] += 1
        worst[flag.label] = max(worst.get(flag.label, 0), severity)
    made: Plain = {
        "id": record.id,
        "title": title(record, document),
        "source": source_key(record.source) if record.source else "",
        "status": record.status,
        "flags": counts,
        # Label and worst severity in one number, so that "major spelling errors" can be asked for.
        "labels": [LABELS.index(label) * len(SEVERITIES) + severity for label, severity in sorted(worst.items())],
        "information": record.reliability.admiralty.information,
    }
    if verdict is not None:
        made |= {
            "verdict": verdict.label,
            "score": verdict.score,
            "words": verdict.words,
            "penalty": round(mqm_penalty(record.flags, verdict.words, weights), 1),
        }
    return made


def entry(record: Record, document: Document | None) -> Plain:
    """Everything that the page of one document shows, in words where words are shown."""
    admiralty = record.reliability.admiralty
    made: Plain = {
        "source": record.source,
        "url": document.url if document else None,
        "published": document.published if document else None,
        "verdict": describe_verdict(record.verdict) if record.verdict else describe_status(record),
        "scores": record.verdict.scores if record.verdict else {},
        "tier": record.tier or None,
        "information": DIGITS[admiralty.information],  # type: ignore[index]
        **_compared(record),
        "interval": record.reliability.interval,
        "contributions": [
            {"about": _about(c["signal"]), "items": c["items"], "value": c["value"]}
            for c in record.reliability.contributions
        ],
        "notes": list(record.notes or ()),
        "signature": record.signature,
        "text": document.text if document else "",
        "flags": [_flag(flag) for flag in record.flags],
    }
    return {key: value for key, value in made.items() if value not in (None, [], {})}


def _about(signal: str) -> str:
    return SIGNALS[signal].about if signal in SIGNALS else signal


def _compared(record: Record) -> Plain:
    """Give what was found by holding a document against the others of its story."""
    evidence = record.evidence or None
    if evidence is None or evidence.documents < 2:
        return {}
    return {
        # The page gives the Admiralty code itself: letters of sources are known only when all records have been read.
        "comparison": describe_comparison(evidence, record.reliability).partition(" Admiralty ")[0],
        "origin": evidence.origin,
        "credit": evidence.credit,
        "claims": [
            {
                "start": claim.start,
                "end": claim.end,
                "kind": claim.kind,
                "rank": claim_rank(claim),
                "said": describe_claim(claim),
                "elsewhere": list(claim.elsewhere.items()),
                "origins": claim.origins,
                "chain": " → ".join(claim.chain),
            }
            for claim in evidence.compared
        ],
        "copies": [{"document": shared.document, "said": describe_copy(shared)} for shared in evidence.copies],
    }


def _flag(flag: Flag) -> Plain:
    evidence = dict(flag.evidence)
    made: Plain = {
        "start": flag.start,
        "end": flag.end,
        "label": flag.label,
        "severity": flag.severity,
        "score": flag.score,
        "detector": flag.detector,
        "reason": flag.reason,
    }
    compared = compare(flag)
    if compared is not None:
        made["compared"] = compared
        for key in ("here", "elsewhere", "document", "edits"):
            evidence.pop(key, None)
    passages = passages_elsewhere(flag)
    if passages:
        made["passages"] = passages
        for key in ("passages", "examples", *(("document", "elsewhere") if flag.label == "uncredited-copy" else ())):
            evidence.pop(key, None)
    for key in ("words", "least_likely"):
        placed = shaped(evidence.get(key), list[_Word])
        if placed:
            made["words"] = [(w.start, w.end, w.text, w.surprise if w.weight is None else w.weight) for w in placed]
            del evidence[key]
    made["evidence"] = evidence_phrases(evidence, flag.label)
    return made


class Edit(msgspec.Struct):
    """Words of a quotation that stand in place of others."""

    here: str
    elsewhere: str
    kind: str


class Wordings(msgspec.Struct):
    """Evidence of a quotation that has other words elsewhere."""

    here: str
    elsewhere: str
    document: str
    edits: list[Edit] = []
    speaker: str | None = None


class Passage(msgspec.Struct):
    """What another document says."""

    document: str
    text: str


class Values(msgspec.Struct):
    """Evidence of a claim or a term that others contradict."""

    here: str
    elsewhere: dict[str, int]
    """Other values, and how often they are said."""
    kind: str | None = None
    entity: str | None = None
    explanations: list[str] = []
    passages: list[Passage] = []
    examples: list[Passage] = []


class Taken(msgspec.Struct):
    """Evidence of a copy."""

    document: str | None = None
    outlet: str | None = None
    elsewhere: str | None = None


class _Word(msgspec.Struct):
    start: int
    end: int
    text: str
    weight: float | None = None
    surprise: float | None = None


T = TypeVar("T")


def shaped(evidence: Any, shape: type[T]) -> T | None:
    """Give evidence the shape that the detectors of this package write; None if somebody else's has another."""
    try:
        return msgspec.convert(evidence, shape)
    except msgspec.ValidationError:
        return None


def compare(flag: Flag) -> Plain | None:
    """Set a quotation beside the form it has elsewhere, in runs of words that agree and that differ."""
    wordings = shaped(flag.evidence, Wordings) if flag.label == "altered-quote" else None
    if wordings is None:
        return None
    here, there = differences(wordings.here, wordings.elsewhere)
    edits = [describe_edit(edit.here, edit.elsewhere, edit.kind) for edit in wordings.edits]
    return {"here": here, "there": there, "other": wordings.document, "edits": edits}


def passages_elsewhere(flag: Flag) -> list[Passage]:
    """Give what other documents say: sentences with another value, names of a thing, a copied passage."""
    if flag.label == "uncredited-copy":
        taken = shaped(flag.evidence, Taken)
        return [Passage(taken.document, taken.elsewhere)] if taken and taken.document and taken.elsewhere else []
    values = shaped(flag.evidence, Values)
    return [*values.passages, *values.examples] if values else []
