"""Logistic regression that stays near a starting point unless the data say otherwise; numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from annotate.models.calibration import softmax

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

FOLDS: Final = 5
_STEPS: Final = 100
_CLOSE: Final = 1e-9


def fit(features: Floats, targets: Floats, weights: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Fit a multinomial logistic regression with a normal prior: its most probable coefficients, by Newton's method.

    The probability of a class is proportional to ``exp(features · coefficients)``, each class having features of its
    own and all sharing the coefficients. With weak data the result is ``mean``; so whoever sets ``mean`` to what
    changes nothing gets a fit that changes nothing until it has reason to.

    Args:
        features: examples × classes × coefficients.
        targets: examples × classes, the probability that each class is right.
        weights: how many examples each counts for.
        mean: of the prior.
        deviation: standard deviation of the prior, above 0.
    """
    precision = 1.0 / deviation**2
    found = mean.astype(np.float64)
    value = _cost(features, targets, weights, found, mean, precision)
    for _ in range(_STEPS):
        shares = softmax(features @ found)
        expected = np.einsum("nc,nck->nk", shares, features)
        wanted = np.einsum("nc,nck->nk", targets, features)
        gradient = weights @ (expected - wanted) + precision * (found - mean)
        spread = np.einsum("n,nc,nck,ncl->kl", weights, shares, features, features, optimize=True)
        curvature = spread - (expected * weights[:, None]).T @ expected + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while (after := _cost(features, targets, weights, found - size * step, mean, precision)) > value:
            size /= 2
            if size < _CLOSE:
                return found
        found = found - size * step
        if value - after < _CLOSE:
            return found
        value = after
    return found


def binary(features: Floats, right: Floats, weights: Floats, mean: Floats, deviation: Floats) -> Floats:
    """:func:`fit` for a yes or no; ``features`` are examples × coefficients and those of "no" are 0."""
    both = np.stack([np.zeros_like(features), features], axis=1)
    return fit(both, np.column_stack([1.0 - right, right]), weights, mean, deviation)


def log_loss(probabilities: Floats, right: Floats) -> Floats:
    """Logarithmic loss of each yes-or-no answer."""
    result: Floats = -(right * np.log(probabilities) + (1.0 - right) * np.log1p(-probabilities))
    return result


def folds(groups: Integers, count: int = FOLDS) -> list[Integers]:
    """Split examples into folds that keep every group whole, as equal in size as that allows; each fold's indices.

    Fewer folds where there are fewer groups. The same groups give the same folds.
    """
    names, sizes = np.unique(groups, return_counts=True)
    count = min(count, len(names))
    load = [0] * count
    fold_of = {}
    for place in np.lexsort((names, -sizes)).tolist():
        least = load.index(min(load))
        load[least] += int(sizes[place])
        fold_of[int(names[place])] = least
    at = np.array([fold_of[int(group)] for group in groups], dtype=np.int64)
    return [np.flatnonzero(at == fold) for fold in range(count)]


def design_effect(errors: Floats, weights: Floats, groups: Integers) -> float:
    """How many times larger the variance of a mean is because errors of one group resemble each other (Kish 1965).

    At least 1: that examples of a group differ more than others is chance.
    """
    weighted = weights * errors
    alone = float(weighted @ weighted)
    together = np.bincount(np.unique(groups, return_inverse=True)[1], weights=weighted)
    return max(1.0, float(together @ together) / alone) if alone > 0 else 1.0


def effective_size(weights: Floats) -> float:
    """Kish's effective sample size: how many equally weighted examples tell as much."""
    return float(weights.sum() ** 2 / (weights @ weights)) if len(weights) else 0.0


def rest(size: int, fold: Sequence[int] | Integers) -> Integers:
    """Give the indices below ``size`` that are not in a fold."""
    return np.setdiff1d(np.arange(size), np.asarray(fold))


def _cost(features: Floats, targets: Floats, weights: Floats, at: Floats, mean: Floats, precision: Floats) -> float:
    logits = features @ at
    top = logits.max(axis=-1, keepdims=True)
    total = (top + np.log(np.exp(logits - top).sum(axis=-1, keepdims=True)))[:, 0]
    loss = total - (targets * logits).sum(axis=-1)
    return float(weights @ loss + 0.5 * (precision * (at - mean) ** 2).sum())
