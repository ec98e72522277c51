"""The record that scoring writes for each document. A contract with other programs; see ``schemas/``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from annotate.documents.evidence import Evidence
from annotate.documents.labels import Label, Severity, Status


class Flag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A range of the text with a label, how bad and how likely it is, who says so and why."""

    start: int
    """First code point."""
    end: int
    """One past the last code point; ``text[start:end]`` of the document equals ``text``."""
    text: str
    label: Label
    severity: Severity
    score: float
    """Probability in [0, 1] that a human would confirm the flag."""
    detector: str
    """Versioned id, ``name@version``."""
    reason: str
    """A short slug in kebab-case."""
    evidence: dict[str, Any] = {}
    """What is needed to check the flag by hand; plain JSON."""


class OperatingPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the verdict's threshold means for a document of this length, measured on held-out data."""

    length_band: str
    """Words, ``"300-600"``, the upper bound not included."""
    fpr: float
    """Share of human documents of this length called machine-made at the threshold."""
    tpr: float
    """Share of machine-made documents of this length found at the threshold."""


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer for a whole document."""

    label: str
    """``human``, one of the origin labels, ``garbled`` or ``insufficient-text``."""
    score: float
    """Probability of the label."""
    words: int
    """Words the verdict rests on: page furniture is left out."""
    scores: dict[str, float]
    """Probability of each origin; sums to 1."""
    operating_point: OperatingPoint | None = None


class PassageScores(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Scores of a run of whole sentences."""

    start: int
    end: int
    scores: dict[str, float]


class Admiralty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Admiralty code: source A–F, information 1–6; F and 6 mean that it cannot be judged."""

    source: str = "F"
    information: str = "6"


class Reliability(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reliability of the source, where it can be judged."""

    admiralty: Admiralty = Admiralty()
    score: float | None = None
    interval: tuple[float, float] | None = None
    contributions: list[dict[str, Any]] = []


class Record(msgspec.Struct, frozen=True, omit_defaults=False, forbid_unknown_fields=True):
    """Everything that is said about one document. Exactly one per input document, in input order."""

    id: str
    source: str | None
    status: Status
    signature: str
    """Short signature of what produced the record."""
    sha256: str | None
    """SHA-256 of the text in UTF-8; null where no text could be read."""
    verdict: Verdict | None = None
    flags: list[Flag] = []
    passages: list[PassageScores] = []
    reliability: Reliability = Reliability()
    reason: str | msgspec.UnsetType = msgspec.UNSET
    """Why it was skipped: ``empty``, ``not-english``, ``not-text``."""
    error: str | msgspec.UnsetType = msgspec.UNSET
    """What failed: one sentence."""
    evidence: Evidence | msgspec.UnsetType = msgspec.UNSET
    """What was found by holding it against the other documents of its story; absent where it was not compared."""
    tier: Literal["linear", "encoder"] | msgspec.UnsetType = msgspec.UNSET
    """Which models the verdict rests on: the fast ones alone, or the encoder too. Only where status is ``ok``."""
    notes: list[str] | msgspec.UnsetType = msgspec.UNSET
    """What the reader had to change or guess."""
    text: str | msgspec.UnsetType = msgspec.UNSET
    """The text itself, only where asked for."""


def mqm_penalty(flags: Iterable[Flag], words: int, weights: Mapping[Severity, float]) -> float:
    """Penalty points per 1,000 words: the sum of the flags' severity weights, as in MQM scoring; 0 without words."""
    return 1000.0 * sum(weights[flag.severity] for flag in flags) / words if words else 0.0


def in_order(flags: Iterable[Flag]) -> list[Flag]:
    """Sort by place and leave out exact repeats of one range and label by one detector."""
    ordered = sorted(flags, key=lambda f: (f.start, f.end, f.label, f.detector, f.reason))
    seen: set[tuple[int, int, str, str]] = set()
    kept: list[Flag] = []
    for flag in ordered:
        key = (flag.start, flag.end, flag.label, flag.detector)
        if key not in seen:
            seen.add(key)
            kept.append(flag)
    return kept


def make_flag(
    text: str,
    start: int,
    end: int,
    *,
    label: Label,
    severity: Severity,
    score: float,
    detector: str,
    reason: str,
    evidence: dict[str, Any] | None = None,
) -> Flag:
    """Build a flag on ``text[start:end]``.

    Raises:
        ValueError: if the range is empty or outside the text, or the score is not in [0, 1].
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(
            f"{detector}: flag range [{start}, {end}) is empty or outside a text of {len(text)} code points"
        )
    if not 0.0 <= score <= 1.0:
        raise ValueError(f"{detector}: score {score!r} is outside [0, 1]")
    return Flag(
        start=start,
        end=end,
        text=text[start:end],
        label=label,
        severity=severity,
        score=round(float(score), 4),
        detector=detector,
        reason=reason,
        evidence=evidence or {},
    )
