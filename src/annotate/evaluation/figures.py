"""A measured figure with its interval, and precision, recall and F1 from counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from annotate.evaluation.bootstrap import Floats, Interval, intervals, ratio
from annotate.evaluation.spans import Counts


class Resampling(msgspec.Struct, frozen=True):
    """How intervals are made."""

    resamples: int = 1000
    """How often documents are drawn with replacement."""
    seed: int = 0


class Figure(msgspec.Struct, frozen=True):
    """A figure; None where it is undefined (nothing to divide by), which is neither 0 nor 1."""

    value: float | None
    interval: Interval | None = None
    """95 % bootstrap interval over documents; None where it cannot be given."""


class Agreement(msgspec.Struct, frozen=True):
    """How far predicted flags agree with gold."""

    precision: Figure
    recall: Figure
    f1: Figure
    """Undefined where precision or recall is."""


def agreements(per_document: Floats, resampling: Resampling) -> list[Agreement]:
    """Precision, recall and F1 of counts added up over documents (micro-averaged).

    Args:
        per_document: shape (documents, 4 × n): for each of n ways to match, the fields of :class:`Counts`.
        resampling: how intervals are made; the same resamples for every way.
    """
    fields = len(Counts._fields)

    def statistic(sums: Floats) -> Floats:
        return np.hstack([_agreement(sums[:, at : at + fields]) for at in range(0, sums.shape[1], fields)])

    found = figures(per_document, statistic, resampling)
    return [Agreement(*found[at : at + 3]) for at in range(0, len(found), 3)]


def rate(
    numerators: Sequence[float], denominators: Sequence[float], resampling: Resampling, scale: float = 1
) -> Figure:
    """Make the figure ``scale`` × sum of numerators / sum of denominators, one of each per document."""
    rows = np.column_stack([np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)])
    return figures(rows, lambda sums: scale * ratio(sums[:, 0], sums[:, 1])[:, None], resampling)[0]


def figures(rows: Floats, statistic: Callable[[Floats], Floats], resampling: Resampling) -> list[Figure]:
    """Figures that are functions of sums over documents, each with its interval; see :func:`intervals`."""
    values = statistic(rows.sum(axis=0, keepdims=True))[0]
    ranges = intervals(rows, statistic, resamples=resampling.resamples, seed=resampling.seed)
    return [
        Figure(None if np.isnan(value) else round(float(value), 4), None if np.isnan(value) else interval)
        for value, interval in zip(values, ranges, strict=True)
    ]


def _agreement(sums: Floats) -> Floats:
    correct, predicted, found, gold = sums.T
    precision, recall = ratio(correct, predicted), ratio(found, gold)
    both = precision + recall
    # With precision and recall both 0, F1 is 0: something was there and something was said, all of it wrong.
    f1 = np.where(both == 0, 0.0, ratio(2 * precision * recall, both))
    return np.column_stack([precision, recall, f1])
