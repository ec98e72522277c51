"""Whether a score of 0.8 means right four times out of five."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

BINS: Final = 10
LEAST: Final = 10
"""Predictions that a bin should have: the share kept by fewer is mostly chance, which would pass for miscalibration."""


class Bin(msgspec.Struct, frozen=True):
    """Predictions with neighbouring scores: what they promise and what they keep."""

    low: float
    """Lowest score in it."""
    high: float
    """Highest score in it."""
    count: int
    promised: float
    """Mean score."""
    kept: float
    """Share that was right."""


class Calibration(msgspec.Struct, frozen=True):
    """The reliability of a set of scores."""

    count: int
    ece: float | None
    """Expected calibration error, 0 to 1, lower is better; None without predictions."""
    bins: list[Bin]


def calibration(scores: Sequence[float], right: Sequence[bool], bins: int = BINS, least: int = LEAST) -> Calibration:
    """Hold scores against outcomes in bins of equal count (Nguyen & O'Connor 2015; adaptive ECE).

    Equal scores always share a bin, so that the order of the input does not matter; there can be fewer bins than
    asked for, and there are where predictions are few.

    Args:
        scores: probabilities in [0, 1].
        right: whether each prediction was right, in the same order.
        bins: how many at most, at least 1.
        least: how many predictions a bin should have, at least 1; all of them share one bin if there are fewer.

    Raises:
        ValueError: if the two differ in length.
    """
    pairs = sorted(zip(scores, right, strict=True))
    total = len(pairs)
    bins = max(1, min(bins, total // least))
    made: list[Bin] = []
    begin = 0
    gap = 0.0
    while begin < total:
        # Aim at what is left, shared among the bins that are left: a run of equal scores may have used up several.
        end = begin + max(1, round((total - begin) / max(1, bins - len(made))))
        while end < total and pairs[end][0] == pairs[end - 1][0]:
            end += 1
        part = pairs[begin:end]
        promised = sum(score for score, _ in part) / len(part)
        kept = sum(outcome for _, outcome in part) / len(part)
        made.append(Bin(part[0][0], part[-1][0], len(part), round(promised, 4), round(kept, 4)))
        gap += len(part) * abs(promised - kept)
        begin = end
    if not made:
        return Calibration(0, None, [])
    return Calibration(total, round(gap / total, 4), made)
