"""Calls to follow, subscribe or buy; promotion; link farms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Severity
from annotate.models.lines import find_furniture, resources


class Spam(Detector, frozen=True, kw_only=True):
    """Flags calls to the reader and promotion: whole lines, or the sentences of a line that are one."""

    id: ClassVar[str] = "spam@1"
    labels: ClassVar[tuple[Label, ...]] = ("spam",)
    about: ClassVar[str] = (
        "calls to follow, subscribe or buy, promotion, link farms: patterns, cue words, a linear model"
    )

    minimum_score: float = 0.5
    """Findings below this probability are left out."""

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag per call: the sentences concerned, or the line."""
        for found in find_furniture(document):
            if found.label == "spam" and found.score >= self.minimum_score:
                severity: Severity = "major" if found.reason == "link-farm" else "minor"
                yield self.flag(
                    document, found.start, found.end, "spam", severity, found.score, found.reason, **found.evidence
                )

    def resources(self) -> Mapping[str, str]:
        """Digest of the model's weights."""
        return resources()
