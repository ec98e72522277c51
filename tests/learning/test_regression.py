"""The fit, held against a general minimiser; folds; effective numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from annotate.learning.regression import binary, design_effect, effective_size, folds


def test_the_fit_is_the_minimum() -> None:
    generator = np.random.default_rng(3)
    features = np.column_stack([generator.normal(size=(60, 2)), np.ones(60)])
    right = (features @ [1.5, -2.0, 0.5] + generator.logistic(size=60) > 0).astype(float)
    weights = generator.uniform(0.2, 2.0, 60)
    mean, deviation = np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.5, 1.0])

    def cost(at: np.ndarray) -> float:
        logits = features @ at
        return weights @ (np.logaddexp(0, logits) - right * logits) + 0.5 * (((at - mean) / deviation) ** 2).sum()

    assert binary(features, right, weights, mean, deviation) == pytest.approx(minimize(cost, mean).x, abs=1e-4)


def test_without_weight_nothing_is_learned() -> None:
    mean = np.array([1.0, 1.0, 0.0])
    found = binary(np.ones((5, 3)), np.ones(5), np.zeros(5), mean, np.ones(3))
    assert found == pytest.approx(mean)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=60))
def test_folds_keep_groups_whole_and_hold_everything_once(groups: list[int]) -> None:
    made = folds(np.array(groups))
    assert sorted(place for fold in made for place in fold.tolist()) == list(range(len(groups)))
    where = [{groups[place] for place in fold.tolist()} for fold in made]
    assert sum(len(names) for names in where) == len(set(groups))
    assert len(made) == min(5, len(set(groups)))


def test_the_design_effect() -> None:
    ones = np.ones(4)
    # Errors that are the same within each of two groups: a group is worth one example.
    assert design_effect(np.array([1.0, 1.0, -1.0, -1.0]), ones, np.array([0, 0, 1, 1])) == 2.0
    assert design_effect(np.array([1.0, -1.0, 1.0, -1.0]), ones, np.array([0, 0, 1, 1])) == 1.0
    assert effective_size(np.array([3.0, 1.0])) == pytest.approx(1.6)
