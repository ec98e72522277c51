"""What to apply from now on: the fit that does best on labels it was not made from, and nothing where none does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from annotate.documents import LABELS, ORIGINS
from annotate.learning import heads
from annotate.learning.calibration import (
    FEWEST_VERDICTS,
    Fitting,
    Sample,
    cross_fitted,
    fit_detector_curves,
    fit_label_curve,
    fit_verdict,
    gain,
    rescore,
)
from annotate.learning.judgements import JudgedVerdict, Judgements
from annotate.learning.learned import EDGE, LabelFit, VerdictFit
from annotate.learning.regression import Floats, folds, rest
from annotate.learning.thresholds import CONFIDENCE, Threshold, cross_validated, fewest, find_threshold

_SURE: Final = 0.5
"""Standard errors of the logarithmic loss saved, by which a step must beat what was there. Tried on the choosing half
of ``benchmarks/loop.py``: with 0, some of what is applied makes scores worse; with 1, much that would help is not."""


class Options(msgspec.Struct, frozen=True):
    """What is to be learned."""

    precision: float | None = None
    """Wanted share of confirmed flags, in (0, 1); None leaves all thresholds as they are."""
    confidence: float = CONFIDENCE
    """Probability with which it is to be reached, in [0.5, 1)."""
    heads: bool = True
    """Whether heads are tried."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned about a label, and in which steps."""

    fit: LabelFit
    done: list[str]
    threshold: Threshold | None = None
    refused: str | None = None
    """Why there is no threshold, where one was wanted."""


@dataclass(frozen=True, slots=True)
class Fits:
    """What was learned from some judgements."""

    labels: dict[str, Fitted]
    """Every label that has enough judged flags, also where nothing is to be done."""
    verdict: VerdictFit | None

    @property
    def applied(self) -> dict[str, LabelFit]:
        """The labels whose flags change."""
        return {name: fitted.fit for name, fitted in self.labels.items() if fitted.fit != LabelFit()}


def fit(judgements: Judgements, options: Options) -> Fits:
    """Fit everything that there are enough judgements for."""
    samples = {name: Sample.of([f for f in judgements.flags if f.label == name and f.weight > 0]) for name in LABELS}
    labels: dict[str, Fitted] = {name: fit_label(s, options) for name, s in samples.items() if s.enough}
    return Fits(labels, fit_verdicts(judgements.verdicts))


def fit_label(sample: Sample, options: Options) -> Fitted:
    """Fit what does best on flags of other stories and documents, then a threshold for the wanted precision."""
    if not sample.enough:
        return Fitted(LabelFit(), [])
    steps: list[tuple[str, Fitting]] = [("calibration", fit_label_curve)]
    if len({flag.detector for flag in sample.flags}) > 1:
        steps.append(("calibration by detector", fit_detector_curves))
    if options.heads and heads.can_fit(sample):
        steps.append(("head", heads.fit_head))
    scores, done = sample.scores, []
    chosen = LabelFit()
    for name, fitting in steps:
        after = cross_fitted(sample, fitting)
        saved, error = gain(sample, scores, after)
        if saved > _SURE * error:
            scores, chosen, done = after, fitting(sample), [name]
    if options.precision is None:
        return Fitted(chosen, done)
    if chosen.head is None:
        # A curve keeps the order of the scores, so it may be judged on what it was fitted on; and scores from several
        # folds differ by what the folds differ, which would pass for an order where a detector gives one score to all.
        scores = rescore(chosen, sample.flags)
    threshold = find_threshold(sample, scores, options.precision, options.confidence)
    if threshold is None:
        return Fitted(chosen, done, refused=_refusal(sample, scores, options.precision, options.confidence))
    if threshold.threshold > 0:
        reached = cross_validated(sample, scores, options.precision, options.confidence)
        if reached < options.precision:
            why = f"thresholds found on other stories and documents keep flags of which {reached:.2f} were confirmed"
            return Fitted(chosen, done, refused=f"{why}, not {options.precision:g}")
    return Fitted(msgspec.structs.replace(chosen, threshold=threshold.threshold), done, threshold)


def fit_verdicts(verdicts: Sequence[JudgedVerdict]) -> VerdictFit | None:
    """Calibrate verdicts; None where there are too few, or the calibrated ones do no better on other documents."""
    if len(verdicts) < FEWEST_VERDICTS:
        return None
    rows = np.arange(len(verdicts))
    named = np.array([ORIGINS.index(verdict.origin) for verdict in verdicts])
    before = np.array([verdict.scores for verdict in verdicts])[rows, named]
    after = cross_fitted_verdicts(verdicts)[rows, named]
    saved = np.log(np.maximum(after, EDGE)) - np.log(np.maximum(before, EDGE))
    better = float(np.array([verdict.weight for verdict in verdicts]) @ saved) > 0
    return fit_verdict(verdicts) if better else None


def cross_fitted_verdicts(verdicts: Sequence[JudgedVerdict]) -> Floats:
    """Calibrate each verdict by what was fitted on other stories and documents: verdicts × origins."""
    found = np.zeros((len(verdicts), len(ORIGINS)))
    for fold in folds(np.array([verdict.group for verdict in verdicts], dtype=np.int64)):
        fitted = fit_verdict([verdicts[place] for place in rest(len(verdicts), fold).tolist()])
        for place in fold.tolist():
            scores = dict(zip(ORIGINS, verdicts[place].scores, strict=True))
            found[place] = list(fitted.scores(scores, verdicts[place].band).values())
    return found


def _refusal(sample: Sample, scores: Floats, precision: float, confidence: float) -> str:
    needed = fewest(precision, confidence)
    top = np.argsort(-scores, kind="stable")[:needed]
    share = float(np.average(sample.right[top], weights=sample.weights[top]))
    return (
        f"no threshold can be promised to reach {precision:g}: of the {len(top)} likeliest flags {share:.2f} were "
        f"confirmed; {needed} independent ones without an error are needed"
    )
