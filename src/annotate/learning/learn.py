"""From labels to what they teach: fit, keep what is better on labels not used for fitting, and say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from annotate.documents import LABELS, ORIGINS, Record
from annotate.errors import AnnotateError
from annotate.evaluation.figures import Resampling
from annotate.labeling.labels import Labeled
from annotate.learning.calibration import FEWEST_FLAGS, FEWEST_GROUPS, FEWEST_VERDICTS, Sample, rescore
from annotate.learning.fitting import Fits, Fitted, Options, cross_fitted_verdicts, fit, fit_label
from annotate.learning.judgements import Judged, JudgedVerdict, Judgements, judge
from annotate.learning.learned import LabelFit, Learned
from annotate.learning.regression import Floats, Integers, folds, rest
from annotate.learning.report import LabelReport, Report, compare
from annotate.learning.sources import FEWEST_DOCUMENTS, rate_sources
from annotate.sources.priors import PriorList

Booleans: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was learned."""

    learned: Learned
    report: Report
    sources: PriorList | None


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
        basis: digest of the detectors and models behind the records, see :func:`annotate.signature.basis`.
        resampling: how intervals are made.

    Raises:
        AnnotateError: if there are too few labels for anything, or they and the records do not belong together.
    """
    options, resampling = options or Options(), resampling or Resampling()
    judgements = judge(labels, records)
    fits = fit(judgements, options)
    sources = None
    if judgements.updated is not None:
        sources = rate_sources(judgements.rated, _day(judgements.updated))
    enough = len(judgements.verdicts) >= FEWEST_VERDICTS
    if not fits.labels and not enough and sources is None:
        raise AnnotateError(_too_few(judgements))
    places = {name: np.flatnonzero([flag.label == name for flag in judgements.flags]) for name in fits.labels}
    after = np.array([flag.score for flag in judgements.flags])
    kept = np.ones(len(after), dtype=bool)
    for own in places.values():
        _cross_apply(judgements.flags, own, options, after, kept)
    reports = [
        _report(name, judgements, own, after, kept, fits.labels[name], resampling) for name, own in places.items()
    ]
    if len(reports) > 1:
        every = np.concatenate(list(places.values()))
        reports.append(_report("all of these", judgements, every, after, kept, Fitted(LabelFit(), []), resampling))
    learned = Learned(basis, judgements.signature, judgements.documents, fits.applied, fits.verdict)
    report = Report(
        documents=judgements.documents,
        missing=judgements.missing,
        weighted=judgements.weighted,
        blind=judgements.blind,
        signature=judgements.signature,
        labels=reports,
        verdicts=_report_verdicts(judgements.verdicts, fits.verdict is not None, resampling) if enough else None,
        left_alone=_left_alone(judgements, fits, sources),
        sources=0 if sources is None else len(sources.domains),
        precision=options.precision,
        confidence=options.confidence,
        resampling=resampling,
    )
    return Outcome(learned, report, sources)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given[:10])
    except ValueError:
        raise AnnotateError(
            f"The labels say that they were last changed {given!r}, which is no date of ISO 8601."
        ) from None


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
        others = [flags[place] for place in places[rest(len(places), fold)].tolist()]
        fitted = fit_label(Sample.of([flag for flag in others if flag.weight > 0]), options).fit
        here = places[fold]
        after[here] = rescore(fitted, [flags[place] for place in here.tolist()])
        kept[here] = after[here] >= fitted.threshold


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


def _report_verdicts(verdicts: Sequence[JudgedVerdict], applied: bool, resampling: Resampling) -> LabelReport:
    """Say how well the probability of "machine-made" holds."""
    groups = np.array([verdict.group for verdict in verdicts], dtype=np.int64)
    changes = compare(
        1 - np.array([verdict.scores[0] for verdict in verdicts]),
        1 - cross_fitted_verdicts(verdicts)[:, 0],
        [True] * len(verdicts),
        np.array([float(verdict.origin != ORIGINS[0]) for verdict in verdicts]),
        np.array([verdict.weight for verdict in verdicts]),
        groups,
        [],
        resampling,
    )
    done = ["bias and temperature"] if applied else []
    return LabelReport("machine-made", len(verdicts), len(np.unique(groups)), done, None, *changes)


def _left_alone(judgements: Judgements, fits: Fits, sources: PriorList | None) -> dict[str, str]:
    """Name what nothing could be learned about, and why."""
    found: dict[str, str] = {}
    for name in LABELS:
        fitted = fits.labels.get(name)
        if fitted is None and any(flag.label == name for flag in judgements.flags):
            flags = [flag for flag in judgements.flags if flag.label == name and flag.weight > 0]
            found[name] = (
                f"{len(flags)} judged flags of {len({flag.group for flag in flags})} stories or documents; "
                f"{FEWEST_FLAGS} of {FEWEST_GROUPS} are needed"
            )
        elif fitted is not None and name not in fits.applied:
            found[name] = "nothing fitted does better"
        if fitted is not None and fitted.refused is not None:
            found[f"{name}, threshold"] = fitted.refused
    if len(judgements.verdicts) < FEWEST_VERDICTS:
        named = "an origin that two annotators named" if judgements.sure_verdicts else "an origin"
        found["verdicts"] = f"{len(judgements.verdicts)} documents with {named}; {FEWEST_VERDICTS} are needed"
    elif fits.verdict is None:
        found["verdicts"] = "nothing fitted does better"
    if sources is None and judgements.updated is None:
        found["sources"] = "the labels do not say when they were given"
    elif sources is None:
        found["sources"] = f"no source has {FEWEST_DOCUMENTS} documents whose reliability annotators gave"
    return found


def _too_few(judgements: Judgements) -> str:
    if not judgements.documents:
        return "None of the labeled documents is among the scores; give the scores that the labels are about."
    counts = Counter(flag.label for flag in judgements.flags if flag.weight > 0).most_common(1)
    most = f"{counts[0][1]} judged flags of {counts[0][0]!r}" if counts else "no judged flag"
    return (
        f"Too few labels to learn from: {judgements.documents} labeled documents with at most {most} and "
        f"{len(judgements.verdicts)} origins; {FEWEST_FLAGS} flags of one label in {FEWEST_GROUPS} stories or "
        f"documents, or {FEWEST_VERDICTS} origins, are needed."
    )
