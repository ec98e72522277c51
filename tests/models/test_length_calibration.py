from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.errors import AnnotateError
from annotate.models.calibration import Band, Calibration, band_edges, softmax


def calibration() -> Calibration:
    def band(low: int, high: int | None, intercept: float) -> Band:
        return Band(low, high, [[-1.0], [1.0]], [0.0, intercept], {}, sufficient=low >= 100)

    return Calibration([band(0, 100, -1.0), band(100, 300, 0.0), band(300, None, 1.0)])


@pytest.mark.parametrize(
    ("words", "name"), [(0, "0-100"), (99, "0-100"), (100, "100-300"), (299, "100-300"), (300, "300+"), (10**6, "300+")]
)
def test_band_of_a_length(words: int, name: str) -> None:
    assert calibration().band(words).name == name


def test_more_words_make_the_same_mean_logit_surer() -> None:
    known = calibration()
    assert known.probabilities(np.array([0.5]), 250)[1] > known.probabilities(np.array([0.5]), 110)[1] > 0.5


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=5))
def test_softmax_is_a_distribution_however_large_the_values(values: list[float]) -> None:
    found = softmax(np.array(values))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("edges", [[], [10, 20], [0, 50, 50], [0, 100, 50]])
def test_edges_that_do_not_rise_from_zero_are_refused(edges: list[int]) -> None:
    with pytest.raises(AnnotateError, match="rising numbers of words that start at 0"):
        band_edges(edges)


def test_edges_become_ranges() -> None:
    assert band_edges([0, 50, 100]) == [(0, 50), (50, 100), (100, None)]
