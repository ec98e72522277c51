from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.evaluation.calibration import Bin, calibration


def test_by_hand():
    result = calibration([0.1, 0.3, 0.6, 0.8], [False, True, True, True], bins=2, least=1)
    assert result.bins == [Bin(0.1, 0.3, 2, 0.2, 0.5), Bin(0.6, 0.8, 2, 0.7, 1.0)]
    assert result.ece == pytest.approx(0.3)
    assert result.count == 4


def test_nothing_is_undefined_not_perfect():
    result = calibration([], [])
    assert result.ece is None
    assert result.bins == []


@pytest.mark.parametrize(("right", "ece"), [(8, 0.0), (10, 0.2), (0, 0.8)])
def test_one_score_for_all_is_one_bin(right, ece):
    result = calibration([0.8] * 10, [i < right for i in range(10)])
    assert len(result.bins) == 1
    assert result.ece == pytest.approx(ece)


def test_bins_have_about_equal_counts():
    result = calibration([i / 100 for i in range(100)], [True] * 100, bins=10)
    assert [bin_.count for bin_ in result.bins] == [10] * 10


@pytest.mark.parametrize(("count", "bins"), [(1, 1), (9, 1), (19, 1), (20, 2), (59, 5), (60, 6), (500, 10)])
def test_few_predictions_share_few_bins(count, bins):
    result = calibration([i / 1000 for i in range(count)], [True] * count)
    assert len(result.bins) == bins
    assert min(bin_.count for bin_ in result.bins) >= min(10, count)


def test_ties_do_not_make_more_bins_than_asked_for():
    scores = [0.5] * 30 + [i / 100 for i in range(20)]
    result = calibration(scores, [True] * 50, bins=5, least=1)
    assert len(result.bins) <= 5
    assert sum(bin_.count for bin_ in result.bins) == 50


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="zip"):
        calibration([0.5], [])


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 12),
)
def test_properties(pairs, bins):
    result = calibration(*zip(*pairs, strict=True), bins=bins, least=1)
    assert 0 <= result.ece <= 1
    assert 1 <= len(result.bins) <= bins
    assert sum(bin_.count for bin_ in result.bins) == len(pairs)
    assert all(a.high < b.low for a, b in zip(result.bins, result.bins[1:], strict=False))
    shuffled = random.Random(0).sample(pairs, len(pairs))
    assert calibration(*zip(*shuffled, strict=True), bins=bins, least=1) == result
