"""From labels to what they teach: fit, keep what is better on labels not used for fitting, and say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import LABELS, ORIGINS, Record
from annotate.errors import AnnotateError
from annotate.evaluation.figures import Resampling
from annotate.labeling.labels import Labeled
from annotate.learning import heads
from annotate.learning.calibration import (
    FEWEST_FLAGS,
    FEWEST_GROUPS,
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
from annotate.learning.judgements import Judged, JudgedVerdict, Judgements, judge
from annotate.learning.learned import EDGE, LabelFit, Learned, VerdictFit
from annotate.learning.regression import Floats, Integers, folds, rest
from annotate.learning.report import LabelReport, Report, compare
from annotate.learning.sources import FEWEST_DOCUMENTS, rate_sources
from annotate.learning.thresholds import CONFIDENCE, Threshold, fewest, find_threshold
from annotate.sources.priors import PriorList

Booleans: TypeAlias = npt.NDArray[np.bool_]

_SURE: Final = 1.0
"""Standard errors by which what has more parameters must beat what has fewer."""


class Options(msgspec.Struct, frozen=True):
    """What is to be learned."""

    precision: float | None = None
    """Wanted share of confirmed flags, in (0, 1); None leaves all thresholds as they are."""
    confidence: float = CONFIDENCE
    """Probability with which it is to be reached, in [0.5, 1)."""
    heads: bool = True
    """Whether heads are tried."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was learned."""

    learned: Learned
    report: Report
    sources: PriorList | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned about a label, and in which steps."""

    fit: LabelFit
    done: list[str]
    threshold: Threshold | None = None
    refused: str | None = None
    """Why there is no threshold, where one was wanted."""


def learn(
    labels: Iterable[Labeled],
    records: Iterable[Record],
    options: Options | None = None,
    *,
    basis: str,
    resampling: Resampling | None = None,
) -> Outcome:
    """Learn from labels, and compare before and after on labels not used for fitting.

    What is fitted replaces what was there only if it does better on flags of stories and documents that it was not
    fitted on; everything else is left alone and named.

    Args:
        labels: what annotators said.
        records: of the labeled documents; others are passed over.
        options: what is to be learned.
        basis: signature of the models and settings behind the records, see :func:`annotate.signature.basis`.
        resampling: how intervals are made.

    Raises:
        AnnotateError: if there are too few labels for anything, or they and the records do not belong together.
    """
    options, resampling = options or Options(), resampling or Resampling()
    judgements = judge(labels, records)
    by_label: dict[str, list[int]] = {
        name: [i for i, f in enumerate(judgements.flags) if f.label == name] for name in LABELS
    }
    samples = {name: _judged(judgements.flags, places) for name, places in by_label.items()}
    sources = None
    if judgements.updated is not None:
        sources = rate_sources(judgements.rated, date.fromisoformat(judgements.updated[:10]))
    verdicts_enough = len(judgements.verdicts) >= FEWEST_VERDICTS
    if not verdicts_enough and sources is None and not any(sample.enough for sample in samples.values()):
        raise AnnotateError(_too_few(judgements, samples))

    left_alone: dict[str, str] = {}
    fits: dict[str, LabelFit] = {}
    reports: list[LabelReport] = []
    after = np.array([flag.score for flag in judgements.flags])
    kept = np.ones(len(judgements.flags), dtype=bool)
    for name, sample in samples.items():
        if not by_label[name]:
            continue
        if not sample.enough:
            have = f"{len(sample.flags)} judged flags of {len(np.unique(sample.groups))} stories or documents"
            left_alone[name] = f"{have}; {FEWEST_FLAGS} of {FEWEST_GROUPS} are needed"
            continue
        fitted = fit_label(sample, options)
        if fitted.done:
            fits[name] = fitted.fit
        else:
            left_alone[name] = "nothing fitted does better"
        if fitted.refused is not None:
            left_alone[f"{name}, threshold"] = fitted.refused
        places = np.array(by_label[name])
        _cross_apply(judgements.flags, places, options, after, kept)
        reports.append(_report(name, judgements, places, after, kept, fitted, resampling))
    if reports:
        learned_of = np.concatenate([by_label[report.label] for report in reports]).astype(np.int64)
        reports.append(_report("all of these", judgements, learned_of, after, kept, Fitted(LabelFit(), []), resampling))

    verdict, verdict_report = None, None
    if verdicts_enough:
        verdict, verdict_report = _learn_verdicts(judgements.verdicts, resampling)
        if verdict is None:
            left_alone["verdicts"] = "nothing fitted does better"
    else:
        left_alone["verdicts"] = f"{len(judgements.verdicts)} documents with an origin; {FEWEST_VERDICTS} are needed"
    if sources is None:
        left_alone["sources"] = (
            f"no source has {FEWEST_DOCUMENTS} documents whose reliability annotators gave"
            if judgements.updated is not None
            else "the labels say nothing of when they were given"
        )
    learned = Learned(basis, judgements.signature, judgements.documents, fits, verdict)
    report = Report(
        documents=judgements.documents,
        missing=judgements.missing,
        weighted=judgements.weighted,
        blind=judgements.blind,
        signature=judgements.signature,
        labels=reports,
        verdicts=verdict_report,
        left_alone=left_alone,
        sources=0 if sources is None else len(sources.domains),
        precision=options.precision,
        confidence=options.confidence,
        resampling=resampling,
    )
    return Outcome(learned, report, sources)


def fit_label(sample: Sample, options: Options) -> Fitted:
    """Fit what does best on flags of other stories and documents, then a threshold for the wanted precision."""
    if not sample.enough:
        return Fitted(LabelFit(), [])
    steps: list[tuple[str, Fitting, float]] = [("calibration", fit_label_curve, 0.0)]
    if len({flag.detector for flag in sample.flags}) > 1:
        steps.append(("calibration by detector", fit_detector_curves, _SURE))
    if options.heads and heads.can_fit(sample):
        steps.append(("head", heads.fit_head, _SURE))
    scores, done = sample.scores, []
    fit = LabelFit()
    for name, fitting, sure in steps:
        after = cross_fitted(sample, fitting)
        saved, error = gain(sample, scores, after)
        if saved > sure * error:
            scores, fit, done = after, fitting(sample), [name]
    if options.precision is None:
        return Fitted(fit, done)
    if fit.head is None:
        # A curve keeps the order of the scores, so it may be judged on what it was fitted on; and scores from several
        # folds differ by what the folds differ, which would pass for an order where a detector gives one score to all.
        scores = rescore(fit, sample.flags)
    threshold = find_threshold(sample, scores, options.precision, options.confidence)
    if threshold is None:
        return Fitted(fit, done, refused=_refusal(sample, scores, options.precision, options.confidence))
    if threshold.threshold > 0:
        done = [*done, f"threshold {threshold.threshold:.3f}"]
    return Fitted(msgspec.structs.replace(fit, threshold=threshold.threshold), done, threshold)


def _refusal(sample: Sample, scores: Floats, precision: float, confidence: float) -> str:
    needed = fewest(precision, confidence)
    top = np.argsort(-scores, kind="stable")[:needed]
    share = float(np.average(sample.right[top], weights=sample.weights[top]))
    return (
        f"no threshold can be promised to reach {precision:g}: of the {len(top)} likeliest flags {share:.2f} were "
        f"confirmed; {needed} independent ones without an error are needed"
    )


def _cross_apply(
    flags: Sequence[Judged],
    places: Integers,
    options: Options,
    after: Floats,
    kept: Booleans,
) -> None:
    """Score a label's flags by what the other stories and documents teach, threshold and all choices included."""
    groups = np.array([flags[place].group for place in places.tolist()], dtype=np.int64)
    for fold in folds(groups):
        others = _judged(flags, places[rest(len(places), fold)].tolist())
        fit = fit_label(others, options).fit
        here = places[fold]
        after[here] = rescore(fit, [flags[place] for place in here.tolist()])
        kept[here] = after[here] >= fit.threshold


def _judged(flags: Sequence[Judged], places: Iterable[int]) -> Sample:
    return Sample.of([flags[place] for place in places if flags[place].weight > 0])


def _report(
    name: str,
    judgements: Judgements,
    places: Integers,
    after: Floats,
    kept: Booleans,
    fitted: Fitted,
    resampling: Resampling,
) -> LabelReport:
    every = set(places.tolist())
    labels = {judgements.flags[place].label for place in every}
    sample = Sample.of([judgements.flags[place] for place in places.tolist()])
    marked = [(m, bool(m.by), bool(kept[list(m.by)].any())) for m in judgements.marked if m.label in labels]
    brier, error, precision, recall = compare(
        sample.scores,
        after[places],
        kept[places].tolist(),
        sample.right,
        sample.weights,
        sample.groups,
        marked,
        resampling,
    )
    judged = sample.weights > 0
    return LabelReport(
        label=name,
        judged=int(judged.sum()),
        groups=len(np.unique(sample.groups[judged])),
        done=fitted.done,
        threshold=fitted.threshold,
        brier=brier,
        calibration_error=error,
        precision=precision,
        recall=recall,
    )


def _learn_verdicts(verdicts: Sequence[JudgedVerdict], resampling: Resampling) -> tuple[VerdictFit | None, LabelReport]:
    weights = np.array([verdict.weight for verdict in verdicts])
    groups = np.array([verdict.group for verdict in verdicts], dtype=np.int64)
    before = np.array([verdict.scores for verdict in verdicts])
    after = before.copy()
    for fold in folds(groups):
        fit = fit_verdict([verdicts[place] for place in rest(len(verdicts), fold).tolist()])
        for place in fold.tolist():
            scores = dict(zip(ORIGINS, verdicts[place].scores, strict=True))
            after[place] = list(fit.scores(scores, verdicts[place].band).values())
    named = np.array([ORIGINS.index(verdict.origin) for verdict in verdicts])
    row = np.arange(len(verdicts))
    saved = np.log(np.maximum(after[row, named], EDGE)) - np.log(np.maximum(before[row, named], EDGE))
    better = float(weights @ saved) > 0
    kept = [True] * len(verdicts)
    changes = compare(
        1 - before[:, 0], 1 - after[:, 0], kept, (named > 0).astype(np.float64), weights, groups, [], resampling
    )
    report = LabelReport(
        "machine-made",
        len(verdicts),
        len(np.unique(groups)),
        ["bias and temperature"] if better else [],
        None,
        *changes,
    )
    return (fit_verdict(verdicts) if better else None), report


def _too_few(judgements: Judgements, samples: dict[str, Sample]) -> str:
    most = max(samples, key=lambda name: len(samples[name].flags))
    sample = samples[most]
    if not judgements.documents:
        return "None of the labeled documents is among the scores; give the scores that the labels are about."
    there = "no judged flag" if not sample.flags else f"{len(sample.flags)} judged flags of {most!r}"
    return (
        f"Too few labels to learn from: {judgements.documents} labeled documents with at most {there} and "
        f"{len(judgements.verdicts)} origins; {FEWEST_FLAGS} flags of one label in {FEWEST_GROUPS} stories or "
        f"documents, or {FEWEST_VERDICTS} origins, are needed."
    )
