"""The label list: names, families, MQM / ITS 2.0 types and severities. A contract with other programs."""

from __future__ import annotations

from typing import Final, Literal, get_args

Label = Literal[
    "machine-translated",
    "machine-paraphrased",
    "machine-generated",
    "garbled",
    "boilerplate",
    "spam",
    "truncated",
    "duplicated",
    "terminology",
    "mistranslation",
    "untranslated",
    "grammar",
    "spelling",
    "punctuation",
    "encoding",
    "inconsistency",
    "altered-quote",
    "conflicting-claim",
    "uncredited-copy",
    "quoted-translation",
]
"""What a flag can say, in kebab-case."""

Severity = Literal["neutral", "minor", "major", "critical"]
"""MQM severity, mildest first."""

Status = Literal["ok", "skipped", "failed"]

Family = Literal["origin", "integrity", "span", "evidence"]

LABELS: Final[tuple[Label, ...]] = get_args(Label)
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)

SEVERITY_WEIGHTS: Final[dict[Severity, float]] = {"neutral": 0.0, "minor": 1.0, "major": 5.0, "critical": 25.0}
"""Penalty points of the MQM core model."""

ORIGINS: Final[tuple[str, ...]] = ("human", "machine-translated", "machine-paraphrased", "machine-generated")
"""The four classes of a document's origin, in the order every score table uses."""

FAMILIES: Final[dict[Label, Family]] = {
    "machine-translated": "origin",
    "machine-paraphrased": "origin",
    "machine-generated": "origin",
    "garbled": "integrity",
    "boilerplate": "integrity",
    "spam": "integrity",
    "truncated": "integrity",
    "duplicated": "integrity",
    "terminology": "span",
    "mistranslation": "span",
    "untranslated": "span",
    "grammar": "span",
    "spelling": "span",
    "punctuation": "span",
    "encoding": "span",
    "inconsistency": "span",
    "altered-quote": "evidence",
    "conflicting-claim": "evidence",
    "uncredited-copy": "evidence",
    "quoted-translation": "evidence",
}

ITS_TYPES: Final[dict[Label, str]] = {
    "duplicated": "duplication",
    "terminology": "terminology",
    "mistranslation": "mistranslation",
    "untranslated": "untranslated",
    "grammar": "grammar",
    "spelling": "misspelling",
    "punctuation": "typographical",
    "encoding": "characters",
    "inconsistency": "inconsistency",
    "garbled": "uncategorized",
}
"""ITS 2.0 localization quality issue types (W3C Recommendation 2013, section 8.17) for the labels that have one."""
