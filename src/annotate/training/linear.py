"""Fitting linear models over hashed n-grams. Needs scipy and scikit-learn (the ``train`` extra)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from annotate.errors import AnnotateError
from annotate.models.features import FamilySpec, Tokens, grams

try:
    import scipy.sparse as sp
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
except ImportError as error:
    raise AnnotateError(
        "Training needs scipy and scikit-learn: install them with `pip install annotate[train]`."
    ) from error

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_SCALE: Final = 10.0
"""Mean counts are small numbers; times this, the strength of the L2 penalty is about the same for every family."""
_RARE: Final = 20.0
"""Added to a bucket's document frequency, so that what occurs two or three times is not blown up."""


def count_grams(
    items: Sequence[Any], tokens_of: Callable[[Any], Tokens], specs: Sequence[FamilySpec]
) -> list[sp.csr_matrix]:
    """Count the n-grams of each item (rows) in each bucket (columns); one matrix per family."""
    found: list[list[npt.NDArray[np.int32]]] = [[] for _ in specs]
    for item in items:
        tokens = tokens_of(item)
        for f, spec in enumerate(specs):
            found[f].append(grams(tokens, spec).buckets)
    matrices: list[sp.csr_matrix] = []
    for spec, rows in zip(specs, found, strict=True):
        ends = np.cumsum([0, *map(len, rows)])
        columns = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)
        matrix = sp.csr_matrix(
            (np.ones(len(columns), dtype=np.float32), columns, ends), shape=(len(rows), 2**spec.bits)
        )
        matrix.sum_duplicates()
        matrices.append(matrix)
    return matrices


def fit_mean_model(counts: sp.csr_matrix, target: Bools, weights: Floats, strength: float) -> tuple[Floats, float]:
    """Fit a logistic regression on the *mean* of bucket weights over a text's n-grams.

    Buckets are scaled by the fourth root of their inverse document frequency, half-way (on the log scale) between raw
    counts, where function words drown the rest, and unit variance; the scaling is folded into the result.

    Args:
        counts: texts × buckets.
        target: one per text.
        weights: one per text; what counts is their proportion.
        strength: inverse of the L2 penalty, as scikit-learn's ``C``.

    Returns:
        The weight of every bucket, and the bias: the logit of a text is the mean weight of its n-grams plus the bias.
    """
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    scale = _SCALE * ((frequency + _RARE) / counts.shape[0]) ** -0.25
    lengths = np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1.0)
    data = counts.data / np.repeat(lengths, np.diff(counts.indptr)) * scale[counts.indices]
    matrix = sp.csr_matrix((data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)
    # Gradients over a hundred thousand hashed buckets are tiny: with a looser tolerance characters stop half-fitted.
    model = LogisticRegression(C=strength, solver="lbfgs", max_iter=60, tol=1e-5)
    with warnings.catch_warnings():
        # Sixty steps are the recipe, not an accident: what is fitted after that is single texts.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(matrix, target, sample_weight=weights * (len(weights) / weights.sum()))
    return np.asarray(model.coef_.ravel(), dtype=np.float64) * scale, float(model.intercept_[0])


def mean_logits(counts: sp.csr_matrix, weights: Floats, bias: float) -> Floats:
    """Apply a model of :func:`fit_mean_model` to texts."""
    lengths = np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1.0)
    result: Floats = (counts @ weights) / lengths + bias
    return result


def fit_softmax(features: Floats, classes: npt.NDArray[np.int64], weights: Floats) -> tuple[Floats, Floats]:
    """Fit a barely penalised multinomial logistic regression; coefficients (classes × features) and intercepts."""
    model = LogisticRegression(C=100.0, max_iter=500)
    model.fit(features, classes, sample_weight=weights * (len(weights) / weights.sum()))
    return np.asarray(model.coef_, dtype=np.float64), np.asarray(model.intercept_, dtype=np.float64)


def auc(scores: Floats, positive: Bools, weights: Floats | None = None) -> float:
    """Area under the ROC curve: how often a positive scores higher than a negative, ties counted half.

    Undefined without both classes: NaN.
    """
    w = np.ones(len(scores)) if weights is None else weights
    total_pos, total_neg = w[positive].sum(), w[~positive].sum()
    if not total_pos or not total_neg:
        return float("nan")
    values, where = np.unique(scores, return_inverse=True)
    pos = np.bincount(where, weights=w * positive, minlength=len(values))
    neg = np.bincount(where, weights=w * ~positive, minlength=len(values))
    below = np.cumsum(neg) - neg
    return float((pos * (below + neg / 2)).sum() / (total_pos * total_neg))


def threshold_at(negatives: Floats, rate: float, weights: Floats | None = None) -> float:
    """Find the smallest threshold that at most ``rate`` of the (weighted) negatives reach or pass."""
    order = np.argsort(-negatives, kind="stable")
    values = negatives[order]
    w = np.ones(len(values)) if weights is None else weights[order]
    share = np.cumsum(w) / w.sum()
    # The last of equal values decides: a threshold takes all of them or none.
    last = np.append(values[1:] != values[:-1], True)
    allowed = values[last & (share <= rate)]
    if len(allowed):
        return float(allowed[-1])
    return float(np.nextafter(values[0], np.inf))


def tpr_at(scores: Floats, positive: Bools, rate: float, weights: Floats | None = None) -> float:
    """Share of the positives found at the threshold that ``rate`` of the negatives of the same sample pass."""
    if not positive.any() or positive.all():
        return float("nan")
    w = np.ones(len(scores)) if weights is None else weights
    kept = ~positive & (w > 0)
    if not kept.any() or not w[positive].sum():
        return float("nan")
    threshold = threshold_at(scores[kept], rate, w[kept])
    return float(w[positive & (scores >= threshold)].sum() / w[positive].sum())


def group_bootstrap(
    groups: Sequence[str] | npt.NDArray[np.str_],
    statistic: Callable[[Floats], float],
    *,
    rounds: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % percentile interval of a weighted statistic, drawing whole groups with replacement.

    Args:
        groups: group of each item.
        statistic: a function of item weights (how often each item was drawn).
        rounds: number of draws.
        seed: of the random numbers.
    """
    names, where = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    random = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(rounds):
        drawn = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))
        found.append(statistic(drawn[where].astype(np.float64)))
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)


def expected_calibration_error(probability: Floats, truth: Bools, weights: Floats, bins: int = 10) -> float:
    """Mean gap between stated probability and (weighted) share of truth over equal-width bins (Guo et al. 2017)."""
    where = np.minimum((probability * bins).astype(int), bins - 1)
    mass = np.bincount(where, weights=weights, minlength=bins)
    stated = np.bincount(where, weights=weights * probability, minlength=bins)
    true = np.bincount(where, weights=weights * truth, minlength=bins)
    return float(np.abs(stated - true).sum() / mass.sum())
