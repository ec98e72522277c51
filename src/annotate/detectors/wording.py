"""Words of a machine translation that an editor would mark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Range
from annotate.models import lines
from annotate.models.heads import Tier
from annotate.models.origin import resources, score_origin
from annotate.models.words import mark_words

_LABELS: Final[dict[str, Label]] = {
    "mistranslation": "mistranslation",
    "grammar": "grammar",
    "spelling": "spelling",
    "punctuation": "punctuation",
    "terminology": "terminology",
}
"""Token head → label. The head ``style`` has none: awkward words are no label of this product."""


class Wording(Detector, frozen=True, kw_only=True):
    """Flags words inside passages that read as machine-translated: what raters of such texts mark as wrong.

    The encoder learned from raters who mark translations, so nothing outside such passages is flagged, and nothing at
    all where the encoder was not asked.
    """

    id: ClassVar[str] = "wording@1"
    labels: ClassVar[tuple[Label, ...]] = tuple(_LABELS.values())
    about: ClassVar[str] = "words of machine-translated passages that an editor would mark: the encoder's token heads"

    minimum_score: float = 0.0
    """Findings below this probability are left out, besides those below the head's own threshold."""
    passage_probability: float = 0.5
    """How probably machine-translated a passage must be for its words to be looked at."""
    tier: Tier = "auto"
    """Which models answer; unless given here, the configuration's ``tier``. With ``linear`` nothing is flagged."""

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag per run of words."""
        furniture = [Range(start, end) for start, end in lines.furniture_ranges(document)]
        scores = score_origin(document, furniture, self.tier)
        if scores.tier == "linear":
            return
        translated = [
            Range(p.start, p.end) for p in scores.passages if p.scores["machine-translated"] >= self.passage_probability
        ]
        for found in mark_words(document, translated):
            label = _LABELS.get(found.head)
            if label is not None and found.score >= self.minimum_score:
                yield self.flag(document, found.start, found.end, label, "minor", found.score, "editor-would-mark")

    def resources(self) -> dict[str, str]:
        """Name the weights: the encoder's, and those that decide which passages are looked at."""
        return {**lines.resources(), **resources(self.tier)}
