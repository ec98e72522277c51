from __future__ import annotations

import math

import numpy as np
import pytest

from annotate.evaluation.bootstrap import intervals, ratio


def share(sums):
    return ratio(sums[:, 0], sums[:, 1])[:, None]


def test_nothing_to_divide_by_is_undefined():
    out = ratio(np.array([0.0, 3.0, 1.0]), np.array([0.0, 0.0, 4.0]))
    assert math.isnan(out[0])
    assert math.isnan(out[1])
    assert out[2] == 0.25


def test_a_share_gets_about_the_interval_of_the_normal_approximation():
    rows = np.array([[1.0, 1.0]] * 60 + [[0.0, 1.0]] * 140)
    low, high = intervals(rows, share, resamples=4000, seed=1)[0]
    half = 1.96 * math.sqrt(0.3 * 0.7 / 200)
    assert low == pytest.approx(0.3 - half, abs=0.01)
    assert high == pytest.approx(0.3 + half, abs=0.01)


def test_flags_of_one_document_are_not_taken_for_independent():
    spread = np.array([[1.0, 1.0], [0.0, 1.0]] * 50)
    lumped = np.array([[10.0, 10.0], [0.0, 10.0]] * 5)
    (a, b), (c, d) = (intervals(rows, share, resamples=2000, seed=0)[0] for rows in (spread, lumped))
    assert d - c > 2 * (b - a)


def test_the_seed_decides():
    rows = np.array([[1.0, 2.0], [0.0, 3.0], [5.0, 7.0], [2.0, 2.0]])
    assert intervals(rows, share, resamples=200, seed=3) == intervals(rows, share, resamples=200, seed=3)
    assert intervals(rows, share, resamples=200, seed=3) != intervals(rows, share, resamples=200, seed=4)


def test_documents_without_counts_are_drawn_like_others():
    # One document in five has something; the figure is how many things there are per draw of 100 documents.
    rows = np.array([[1.0]] * 20 + [[0.0]] * 80)
    low, high = intervals(rows, lambda sums: sums, resamples=4000, seed=0)[0]
    half = 1.96 * math.sqrt(100 * 0.2 * 0.8)
    assert low == pytest.approx(20 - half, abs=1)
    assert high == pytest.approx(20 + half, abs=1)


@pytest.mark.parametrize(
    "rows",
    [
        [[1.0, 2.0]],  # one document says nothing about others
        [[0.0, 0.0], [0.0, 0.0]],  # undefined always
        [[0.0, 4.0], [0.0, 9.0], [0.0, 2.0]],  # 0 of 15 is no proof that there never will be one
        [[1.0, 1.0]] + [[0.0, 0.0]] * 20,  # undefined in a third of the resamples
    ],
)
def test_no_interval(rows):
    assert intervals(np.array(rows), share, resamples=300, seed=0) == [None]
