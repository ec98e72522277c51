"""Before and after, on labels that were not used for fitting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from annotate.evaluation.bootstrap import ratio
from annotate.evaluation.calibration import BINS, LEAST
from annotate.evaluation.figures import Figure, Resampling, figures
from annotate.learning.judgements import Marked
from annotate.learning.regression import Floats, Integers
from annotate.learning.thresholds import Threshold
from annotate.writing.columns import columns

UNDEFINED: Final = "–"


class Change(msgspec.Struct, frozen=True):
    """One figure before and after."""

    before: Figure
    after: Figure
    difference: Figure
    """After less before, with an interval from the same resamples."""


class LabelReport(msgspec.Struct, frozen=True):
    """What was learned about one label, or about verdicts, and what that does."""

    label: str
    judged: int
    """Flags (or verdicts) that annotators judged."""
    groups: int
    """Stories, or documents without one, that they come from."""
    done: list[str]
    """What is applied from now on; empty where everything is left alone."""
    threshold: Threshold | None
    brier: Change
    """Mean square of what the score is off."""
    calibration_error: Change
    """Expected calibration error, bins of equal weight."""
    precision: Change
    """Share of the flags, those dropped left out, that annotators confirmed."""
    recall: Change
    """Share of the annotators' passages that a flag touches."""


class Report(msgspec.Struct, frozen=True):
    """Everything there is to say about one learning."""

    documents: int
    missing: list[str]
    """Labeled documents without a record, left out."""
    weighted: bool
    blind: bool
    signature: str
    labels: list[LabelReport]
    verdicts: LabelReport | None
    left_alone: dict[str, str]
    """What nothing could be learned about → why."""
    sources: int
    """Sources rated by annotators."""
    precision: float | None
    confidence: float
    resampling: Resampling


def compare(
    before: Floats,
    after: Floats,
    kept: Sequence[bool],
    right: Floats,
    weights: Floats,
    groups: Integers,
    marked: Sequence[tuple[Marked, bool, bool]],
    resampling: Resampling,
) -> tuple[Change, Change, Change, Change]:
    """Give Brier score, calibration error, precision and recall before and after.

    Args:
        before: scores.
        after: scores by what was fitted on other stories and documents.
        kept: whether a flag is at or above the threshold that was found on others.
        right: whether annotators confirmed it.
        weights: what it counts for.
        groups: number of its story or document.
        marked: passages that annotators marked, and whether a flag touches them before and after.
        resampling: how intervals are made.
    """
    names = np.unique(np.concatenate([groups, [mark.group for mark, _, _ in marked]])).astype(np.int64)
    row_of = np.searchsorted(names, groups)
    table = np.zeros((len(names), 9 + 2 * BINS))
    stays = np.asarray(kept, dtype=np.float64)
    parts = (
        weights,
        weights * (before - right) ** 2,
        weights * (after - right) ** 2,
        weights * right,
        weights * stays,
        weights * stays * right,
    )
    for place, part in enumerate(parts):
        np.add.at(table[:, place], row_of, part)
    for mark, found, still in marked:
        table[np.searchsorted(names, mark.group), 6:9] += mark.weight * np.array([1.0, found, still])
    for first, scores in ((9, before), (9 + BINS, after)):
        np.add.at(table, (row_of, first + _bins(scores, weights)), weights * (scores - right))

    def statistic(sums: Floats) -> Floats:
        total, brier, brier_after, confirmed, still, still_confirmed, marks, found, found_after = sums[:, :9].T
        errors = [np.abs(sums[:, at : at + BINS]).sum(axis=1) for at in (9, 9 + BINS)]
        pairs = [
            (ratio(brier, total), ratio(brier_after, total)),
            (ratio(errors[0], total), ratio(errors[1], total)),
            (ratio(confirmed, total), ratio(still_confirmed, still)),
            (ratio(found, marks), ratio(found_after, marks)),
        ]
        return np.column_stack([column for a, b in pairs for column in (a, b, b - a)])

    made = figures(table, statistic, resampling)
    brier, error, precision, recall = (Change(*made[at : at + 3]) for at in range(0, 12, 3))
    return brier, error, precision, recall


def _bins(scores: Floats, weights: Floats) -> Integers:
    """Give the number of each score's bin: bins of about equal weight and ten scores or more, equal scores in one."""
    count = max(1, min(BINS, len(scores) // LEAST))
    _, place = np.unique(scores, return_inverse=True)
    mass = np.bincount(place, weights=weights)
    middle = (np.cumsum(mass) - mass / 2) / max(mass.sum(), 1e-12)
    result: Integers = np.minimum((middle * count).astype(np.int64), count - 1)[place]
    return result


def render(report: Report) -> str:
    """Lay a report out as tables for a terminal, with a last newline."""
    lines = [f"{report.documents:,} labeled documents, scores of {report.signature}."]
    if report.weighted:
        lines.append("Documents count by the inverse of their chance of being selected.")
    if report.missing:
        lines.append(f"Labeled documents without a record, left out: {len(report.missing):,}.")
    blocks = ["\n".join(lines)]
    if report.labels:
        rows = [["label", "flags", "groups", "Brier score", "calibration error", "precision", "recall"]]
        rows += [_row(result) for result in report.labels]
        blocks.append("Flags, before → after\n" + columns(rows, left=(0, 3, 4, 5, 6)))
    if report.verdicts is not None:
        rows = [["", "documents", "groups", "Brier score", "calibration error"], _row(report.verdicts)[:5]]
        blocks.append("Verdicts, before → after\n" + columns(rows, left=(0, 3, 4)))
    results = [*report.labels, *([] if report.verdicts is None else [report.verdicts])]
    applied = [[result.label, said] for result in results if (said := _applied(result))]
    if applied:
        blocks.append("Applied from now on\n" + columns(applied, left=(0, 1)))
    if report.left_alone:
        blocks.append("Left alone\n" + columns(list(map(list, report.left_alone.items())), left=(0, 1)))
    marks = "blind annotators marked" if report.blind else "annotators marked who mostly saw the flags"
    blocks.append(
        "Every flag is scored by what was learned from other stories and documents. In brackets: the 95 % interval\n"
        f"of the difference, from {report.resampling.resamples:,} resamples of stories and documents (seed "
        f"{report.resampling.seed}). Recall is of\nwhat {marks}. {UNDEFINED}: undefined."
    )
    return "\n\n".join(blocks) + "\n"


def _row(result: LabelReport) -> list[str]:
    changes = (result.brier, result.calibration_error, result.precision, result.recall)
    return [result.label, str(result.judged), str(result.groups), *map(_change, changes)]


def _applied(result: LabelReport) -> str:
    said = list(result.done)
    kept = result.threshold
    if kept is not None:
        low, high = kept.interval
        what = f"threshold {kept.threshold:.3f}" if kept.threshold > 0 else "no threshold needed"
        said.append(f"{what} ({kept.flags} flags kept, precision {kept.precision:.2f} [{low:.2f}, {high:.2f}])")
    return ", ".join(said)


def _change(change: Change) -> str:
    text = f"{_number(change.before.value)} → {_number(change.after.value)}"
    if change.difference.interval is None:
        return text
    low, high = change.difference.interval
    return f"{text} [{low:+.3f}, {high:+.3f}]"


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.3f}"
