"""Thresholds for a wanted precision, only where the labels can support one."""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np

from annotate.learning.calibration import Sample
from annotate.learning.regression import Floats, design_effect, effective_size, folds, rest
from annotate.sources.beta import interval

CONFIDENCE: Final = 0.8
"""Probability with which the flags that a threshold keeps reach the wanted precision, unless another is asked for."""
_CANDIDATES: Final = 40
"""Thresholds tried, at equal shares of the flags."""
_LEVEL: Final = 0.95


class Threshold(msgspec.Struct, frozen=True):
    """A threshold with what was measured behind it."""

    threshold: float
    """0 where no flag has to go."""
    flags: int
    """Judged flags at or above it."""
    precision: float
    """Share of them that was confirmed."""
    interval: tuple[float, float]
    """At 95 %."""


def fewest(precision: float, confidence: float = CONFIDENCE) -> int:
    """Give the number of flags, all of them confirmed, from which a precision can be promised with a confidence."""
    return math.ceil(math.log(1 - confidence) / math.log(precision))


def find_threshold(
    sample: Sample, scores: Floats, precision: float, confidence: float = CONFIDENCE
) -> Threshold | None:
    """Find the lowest threshold whose flags have the wanted precision with the wanted confidence.

    Where all flags together reach it, none is dropped, proven or not: to prove it, flags would go that are right.

    Args:
        sample: judged flags of one label.
        scores: theirs; those of a head must be by what was fitted on other stories and documents.
        precision: wanted share of confirmed flags, in (0, 1).
        confidence: probability that the true share is at least that: the lower limit of a one-sided interval of Clopper
            and Pearson (1934), the number of flags reduced to what they are worth as independent ones (Korn and
            Graubard 1998).

    Returns:
        None where no threshold can be supported.
    """
    effect = design_effect(
        sample.right - np.average(sample.right, weights=sample.weights), sample.weights, sample.groups
    )
    order = np.argsort(scores, kind="stable")
    places = np.unique(np.linspace(0, len(order) - 1, _CANDIDATES).round().astype(np.int64))
    for threshold in sorted({float(scores[order[place]]) for place in places}):
        kept = scores >= threshold
        weights = sample.weights[kept]
        share = float(np.average(sample.right[kept], weights=weights))
        size = effective_size(weights) / effect
        least = share if kept.all() else exact_interval(share, size, 2 * confidence - 1)[0]
        if least >= precision:
            threshold = 0.0 if kept.all() else threshold
            return Threshold(threshold, int(kept.sum()), round(share, 4), exact_interval(share, size, _LEVEL))
    return None


def cross_validated(sample: Sample, scores: Floats, precision: float, confidence: float = CONFIDENCE) -> float:
    """Give the precision that thresholds have on flags of stories and documents that they were not found on.

    It is lower than what was found, which is the best of many tries; arguments as for :func:`find_threshold`.
    """
    kept = np.ones(len(scores), dtype=bool)
    for fold in folds(sample.groups):
        others = rest(len(scores), fold)
        found = find_threshold(sample.take(others), scores[others], precision, confidence)
        if found is not None:
            kept[fold] = scores[fold] >= found.threshold
    return float(np.average(sample.right[kept], weights=sample.weights[kept])) if kept.any() else 0.0


def exact_interval(share: float, size: float, level: float) -> tuple[float, float]:
    """Two-sided interval of Clopper and Pearson for a share of ``size`` trials, which need not be a whole number."""
    right = share * size
    tail_low = interval(right, size - right + 1, level)[0] if right > 1e-9 else 0.0
    tail_high = interval(right + 1, size - right, level)[1] if size - right > 1e-9 else 1.0
    return tail_low, tail_high
