"""Sentences whose sense is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

import numpy as np

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Severity
from annotate.models.garbled import is_garbled, judge, least_likely, resources, what_is_wrong
from annotate.models.heads import Tier


class Garbled(Detector, frozen=True, kw_only=True):
    """Flags sentences that are no likely sequence of English words: scrambled, spliced, run together, badly scanned."""

    id: ClassVar[str] = "garbled@2"
    labels: ClassVar[tuple[Label, ...]] = ("garbled",)
    about: ClassVar[str] = "sentences without sense, from how ordinary their sequences of words are in human text"

    minimum_score: float = 0.0
    """Sentences below this probability are left out, besides those below the model's own threshold."""
    tier: Tier = "linear"
    """Which models answer; unless given here, the configuration's ``tier``."""

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag per garbled sentence."""
        judged = judge(document, self.tier)
        for i in np.flatnonzero(is_garbled(judged)).tolist():
            sentence, score = judged.sentences[i], float(judged.scores[i])
            if score < self.minimum_score:
                continue
            severity: Severity = "major" if score >= judged.major else "minor"
            yield self.flag(
                document,
                sentence.start,
                sentence.end,
                "garbled",
                severity,
                score,
                what_is_wrong(judged, i),
                least_likely=least_likely(judged, document.text, i),
            )

    def resources(self) -> Mapping[str, str]:
        """Digest of the model's tables."""
        return resources(self.tier)
