"""Intervals by resampling documents: flags of one document are not independent of each other, documents nearly are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Interval: TypeAlias = tuple[float, float]

LEVEL: Final = 0.95
_DEFINED: Final = 0.9
"""Share of resamples in which a figure must be defined for its interval to be given: below that the percentiles would
describe the lucky resamples only."""


def intervals(
    per_document: Floats, statistic: Callable[[Floats], Floats], *, resamples: int, seed: int
) -> list[Interval | None]:
    """Percentile bootstrap intervals at 95 % of figures that are functions of sums over documents.

    Args:
        per_document: one row of counts per document, shape (documents, counts).
        statistic: maps sums of counts, shape (resamples, counts), to figures, shape (resamples, figures); NaN where a
            figure is undefined.
        resamples: how often documents are drawn with replacement, at least 1.
        seed: of the random generator; the same seed gives the same intervals.

    Returns:
        One interval per figure; None where the sample cannot tell: with fewer than two documents, where the figure is
        undefined in more than a tenth of the resamples, or where it is the same in all of them (0 of 20 found is no
        proof that none ever will be, yet every resample says 0).
    """
    # Documents without any count add nothing to a sum: how many of them are drawn need not be known.
    rows = per_document[per_document.any(axis=1)]
    share = len(rows) / len(per_document) if len(per_document) else 0.0
    generator = np.random.default_rng(seed)
    sums = np.zeros((resamples, per_document.shape[1]))
    for resample in range(resamples if len(rows) else 0):
        size = generator.binomial(len(per_document), share)
        sums[resample] = np.bincount(generator.integers(0, len(rows), size), minlength=len(rows)) @ rows
    values = statistic(sums)
    if len(per_document) < 2:
        return [None] * values.shape[1]
    return [_percentiles(values[:, figure]) for figure in range(values.shape[1])]


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Divide; NaN, not 0 or infinity, where the denominator is 0."""
    out = np.full(np.broadcast(numerator, denominator).shape, np.nan)
    np.divide(numerator, denominator, out=out, where=denominator != 0)
    return out


def _percentiles(values: Floats) -> Interval | None:
    defined = values[~np.isnan(values)]
    if len(defined) < _DEFINED * len(values):
        return None
    tail = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(defined, [tail, 100 - tail])
    return (round(float(low), 4), round(float(high), 4)) if defined.min() < defined.max() else None
