"""Heads: a logistic regression on what is known of a flag besides its score, where that ranks flags better."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from annotate.learning.calibration import Sample, fit_curve
from annotate.learning.learned import LabelFit
from annotate.learning.regression import binary

FEWEST: Final = 100
"""Judged flags of a label from which a head is tried …"""
FEWEST_OF_EACH: Final = 20
"""… if so many of them were confirmed and so many not."""
_FEWEST_WITH: Final = 10
"""Flags that a feature must be other than 0 for."""
_CURVE: Final = ("low", "high", "shift")
_DEVIATION: Final = 1.0
"""Standard deviation of a weight, before any label is seen; a decision."""


def can_fit(sample: Sample) -> bool:
    """Whether there are enough flags, and all of them have features."""
    confirmed = int((sample.right > 0.5).sum())
    denied = int((sample.right < 0.5).sum())
    known = all(flag.known is not None for flag in sample.flags)
    return known and len(sample.flags) >= FEWEST and min(confirmed, denied) >= FEWEST_OF_EACH


def fit_head(sample: Sample) -> LabelFit:
    """Fit a head near the label's curve: features add to it, and their weights are 0 until labels speak for them."""
    curve = fit_curve(sample)
    counts = Counter(name for flag in sample.flags for name, value in (flag.known or {}).items() if value)
    size = len(sample.flags)
    names = [name for name in sorted(counts) if name not in _CURVE and counts[name] >= _FEWEST_WITH]
    # What every flag has in equal measure is in the curve's shift already.
    names = [n for n in names if len({(flag.known or {}).get(n, 0.0) for flag in sample.flags}) > 1]
    columns = np.zeros((size, len(names) + 1))
    base = np.zeros(size)
    for row, flag in enumerate(sample.flags):
        known = flag.known or {}
        base[row] = curve.low * known["low"] + curve.high * known["high"] + curve.shift
        columns[row, :-1] = [known.get(name, 0.0) for name in names]
    columns[:, -1] = base
    mean = np.array([0.0] * len(names) + [1.0])
    deviation = np.array([_DEVIATION] * len(names) + [0.5])
    found = binary(columns, sample.right, sample.information, mean, deviation).tolist()
    scale = found[-1]
    head = {"low": scale * curve.low, "high": scale * curve.high, "shift": scale * curve.shift}
    head |= dict(zip(names, found[:-1], strict=True))
    return LabelFit(curve=curve, head={name: round(weight, 6) for name, weight in head.items()})
