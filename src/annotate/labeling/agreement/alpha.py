"""Krippendorff's alpha from sums over documents.

Alpha = 1 - observed / expected disagreement (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"), with
missing values allowed: a unit counts for what its m >= 2 values say. Here each document gives one row of numbers that
can be added up, and alpha is a function of the sum. So an interval by resampling documents costs one sum per resample,
and a million characters cost what their runs cost. crowd-kit's alpha can do neither: it takes one row per value, has
no weights, and calls unanimous values an alpha of 1. The tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annotate.evaluation.bootstrap import Floats, ratio


def nominal_row(counts: Sequence[float], weight: float = 1.0) -> Floats:
    """Row of one unit, or of ``weight`` equal units: observed disagreement, then how often each value was given.

    Args:
        counts: how many annotators gave each value.
        weight: how many units are alike, e.g. the characters of a run.
    """
    given = np.asarray(counts, np.float64)
    size = given.sum()
    if size < 2:
        return np.zeros(len(given) + 1)
    return np.concatenate([[(size**2 - given @ given) / (size - 1)], given]) * weight


def nominal_alpha(sums: Floats) -> Floats:
    """Alpha of sums of :func:`nominal_row`: values are the same or not. Shape (resamples,), NaN where undefined."""
    given = sums[:, 1:]
    size = given.sum(axis=1)
    expected = size**2 - (given**2).sum(axis=1)
    return 1 - ratio(sums[:, 0] * (size - 1), expected)


def ordinal_row(counts: Sequence[float]) -> Floats:
    """Row of one unit: its coincidence matrix, flattened. ``counts`` is by value, lowest first."""
    given = np.asarray(counts, np.float64)
    size = given.sum()
    if size < 2:
        return np.zeros(len(given) ** 2)
    matrix: Floats = (np.outer(given, given) - np.diag(given)) / (size - 1)
    return matrix.ravel()


def ordinal_alpha(sums: Floats) -> Floats:
    """Alpha of sums of :func:`ordinal_row`: values are as far apart as there are values given between them."""
    values = round(sums.shape[1] ** 0.5)
    matrix = sums.reshape(-1, values, values)
    given = matrix.sum(axis=2)
    middle = given.cumsum(axis=1) - given / 2
    distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    expected = (given[:, :, None] * given[:, None, :] * distance).sum(axis=(1, 2))
    observed = (matrix * distance).sum(axis=(1, 2))
    return 1 - ratio(observed * (given.sum(axis=1) - 1), expected)


def interval_row(values: Sequence[float]) -> Floats:
    """Row of one unit: observed disagreement, then number, sum and sum of squares of its values."""
    given = np.asarray(values, np.float64)
    size = len(given)
    if size < 2:
        return np.zeros(4)
    total, squares = given.sum(), given @ given
    return np.array([2 * (size * squares - total**2) / (size - 1), size, total, squares])


def interval_alpha(sums: Floats) -> Floats:
    """Alpha of sums of :func:`interval_row`: values are as far apart as the square of their difference."""
    observed, size, total, squares = sums.T
    expected = 2 * (size * squares - total**2)
    # Values that are all the same leave a rounding error, which is no disagreement to divide by.
    expected = np.where(expected > 1e-9 * size * squares, expected, 0.0)
    return 1 - ratio(observed * (size - 1), expected)
