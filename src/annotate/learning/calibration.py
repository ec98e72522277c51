"""New scores for flags and verdicts from what annotators said: few parameters, near those that change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from annotate.documents import ORIGINS
from annotate.learning.judgements import Judged, JudgedVerdict
from annotate.learning.learned import EDGE, Curve, LabelFit, VerdictFit
from annotate.learning.regression import (
    Floats,
    Integers,
    binary,
    design_effect,
    effective_size,
    fit,
    folds,
    log_loss,
    rest,
)

FEWEST_FLAGS: Final = 10
"""Judged flags of a label from which it is calibrated (twice as many did worse on the choosing half) …"""
FEWEST_GROUPS: Final = 5
"""… if they come from so many stories or documents at least."""
FEWEST_OF_DETECTOR: Final = 50
"""Judged flags of one detector from which it may get a curve of its own."""
FEWEST_VERDICTS: Final = 50
"""Documents whose origin was named from which verdicts are calibrated."""

_SLOPE: Final = 1.0
_SHIFT: Final = 2.0
"""Standard deviations of what calibration changes, before any label is seen. Tried on the choosing half of
``benchmarks/loop.py``: half of these does worse with 400 labels, half as much again no better."""
_BAND: Final = 0.25
"""The same for what one length band differs from all."""

Fitting: TypeAlias = "Callable[[Sample], LabelFit]"


@dataclass(frozen=True, slots=True)
class Sample:
    """Judged flags of one label, as arrays."""

    flags: Sequence[Judged]
    scores: Floats
    right: Floats
    weights: Floats
    groups: Integers

    @classmethod
    def of(cls, flags: Sequence[Judged]) -> Sample:
        """Gather flags."""
        return cls(
            flags,
            np.array([flag.score for flag in flags]),
            np.array([flag.right for flag in flags]),
            np.array([flag.weight for flag in flags]),
            np.array([flag.group for flag in flags], dtype=np.int64),
        )

    def take(self, places: Integers) -> Sample:
        """Choose some of them."""
        chosen = [self.flags[place] for place in places.tolist()]
        return Sample(chosen, self.scores[places], self.right[places], self.weights[places], self.groups[places])

    @property
    def enough(self) -> bool:
        """Whether there are enough to learn from."""
        return len(self.flags) >= FEWEST_FLAGS and len(np.unique(self.groups)) >= FEWEST_GROUPS

    @property
    def information(self) -> Floats:
        """Weights that add up to the number of independent flags that tell as much."""
        effect = design_effect(self.right - np.clip(self.scores, EDGE, 1 - EDGE), self.weights, self.groups)
        result: Floats = self.weights / self.weights.sum() * effective_size(self.weights) / effect
        return result


def rescore(learned: LabelFit, flags: Sequence[Judged]) -> Floats:
    """Score judged flags anew, as scoring would."""
    return np.array([learned.score(flag.score, flag.detector, flag.known) for flag in flags])


def fit_curve(sample: Sample, around: Curve | None = None) -> Curve:
    """Fit a beta calibration near another one, by default the one that changes nothing; it never falls."""
    around = around or Curve()
    inner = np.clip(sample.scores, EDGE, 1 - EDGE)
    columns = np.column_stack([np.log(inner), -np.log1p(-inner), np.ones(len(inner))])
    mean = np.array([around.low, around.high, around.shift])
    deviation = np.array([_SLOPE, _SLOPE, _SHIFT])
    free = np.array([True, True, True])
    found = mean.copy()
    weights = sample.information
    while True:
        found[free] = binary(columns[:, free], sample.right, weights, mean[free], deviation[free])
        falling = free & (found < 0) & np.array([True, True, False])
        if not falling.any():
            return Curve(*(round(float(value), 6) for value in found))
        found[falling] = 0.0
        free &= ~falling


def fit_label_curve(sample: Sample) -> LabelFit:
    """Fit one curve for all flags of a label."""
    return LabelFit(curve=fit_curve(sample))


def fit_detector_curves(sample: Sample) -> LabelFit:
    """Fit one curve for each detector that has enough judged flags, near that of the whole label."""
    curve = fit_curve(sample)
    counts = Counter(flag.detector for flag in sample.flags)
    detectors = {}
    for name in sorted(name for name, count in counts.items() if count >= FEWEST_OF_DETECTOR):
        own = np.flatnonzero([flag.detector == name for flag in sample.flags])
        detectors[name] = fit_curve(sample.take(own), curve)
    return LabelFit(curve=curve, detectors=detectors)


def cross_fitted(sample: Sample, fitting: Fitting) -> Floats:
    """Score every flag by what was fitted on the flags of other stories and documents."""
    scores = np.zeros(len(sample.flags))
    for fold in folds(sample.groups):
        others = sample.take(rest(len(sample.flags), fold))
        scores[fold] = rescore(fitting(others), [sample.flags[place] for place in fold.tolist()])
    return scores


def gain(sample: Sample, before: Floats, after: Floats) -> tuple[float, float]:
    """Give how much logarithmic loss the scores ``after`` save over those ``before``, and its standard error.

    The error is by resampling of stories and documents, linearised.
    """
    saved = log_loss(_inner(before), sample.right) - log_loss(_inner(after), sample.right)
    total = sample.weights.sum()
    mean = float(sample.weights @ saved / total)
    by_group = np.bincount(np.unique(sample.groups, return_inverse=True)[1], weights=sample.weights * (saved - mean))
    return mean, float(np.sqrt(by_group @ by_group)) / float(total)


def fit_verdict(verdicts: Sequence[JudgedVerdict]) -> VerdictFit:
    """Fit a bias for each origin and a temperature, which may differ a little between length bands."""
    bands = sorted({verdict.band for verdict in verdicts})
    logs = np.log(np.maximum(np.array([verdict.scores for verdict in verdicts]), EDGE))
    columns = np.zeros((len(verdicts), len(ORIGINS), 1 + len(bands) + len(ORIGINS) - 1))
    columns[:, :, 0] = logs
    for row, verdict in enumerate(verdicts):
        columns[row, :, 1 + bands.index(verdict.band)] = logs[row]
    for place in range(1, len(ORIGINS)):
        columns[:, place, len(bands) + place] = 1.0
    targets = np.array([[float(verdict.origin == name) for name in ORIGINS] for verdict in verdicts])
    weights = np.array([verdict.weight for verdict in verdicts])
    groups = np.array([verdict.group for verdict in verdicts], dtype=np.int64)
    errors = 1.0 - np.exp(logs[np.arange(len(verdicts)), targets.argmax(axis=1)])
    size = effective_size(weights) / design_effect(errors - errors.mean(), weights, groups)
    mean = np.array([1.0] + [0.0] * (len(bands) + len(ORIGINS) - 1))
    deviation = np.array([_SLOPE] + [_BAND] * len(bands) + [_SHIFT] * (len(ORIGINS) - 1))
    found = fit(columns, targets, weights / weights.sum() * size, mean, deviation).round(6).tolist()
    scales = {band: max(0.0, round(found[0] + own, 6)) for band, own in zip(bands, found[1:], strict=False)}
    return VerdictFit(scales, max(0.0, found[0]), dict(zip(ORIGINS[1:], found[1 + len(bands) :], strict=True)))


def _inner(scores: Floats) -> Floats:
    result: Floats = np.clip(scores, EDGE, 1 - EDGE)
    return result
