"""Page furniture left in the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Severity
from annotate.models.lines import find_furniture, resources

# Furniture that a careful editor leaves standing: it is marked, and costs nothing.
_NEUTRAL: Final = frozenset({"byline", "html-furniture", "separator", "syndication"})


class Boilerplate(Detector, frozen=True, kw_only=True):
    """Flags captions, credits, bylines, "read also", navigation and the like: whole lines, or a credit inside one."""

    id: ClassVar[str] = "boilerplate@1"
    labels: ClassVar[tuple[Label, ...]] = ("boilerplate",)
    about: ClassVar[str] = "page furniture in the text: patterns, and a linear model of lines in their context"

    minimum_score: float = 0.5
    """Findings below this probability are left out."""

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag per line (or part of a line) of page furniture."""
        for found in find_furniture(document):
            if found.label == "boilerplate" and found.score >= self.minimum_score:
                severity: Severity = "neutral" if found.reason in _NEUTRAL else "minor"
                yield self.flag(
                    document,
                    found.start,
                    found.end,
                    "boilerplate",
                    severity,
                    found.score,
                    found.reason,
                    **found.evidence,
                )

    def resources(self) -> Mapping[str, str]:
        """Digest of the model's weights."""
        return resources()
