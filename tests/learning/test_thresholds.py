"""Thresholds are promised only where labels support them."""

import numpy as np
import pytest

from annotate.learning.calibration import Sample
from annotate.learning.judgements import Judged
from annotate.learning.thresholds import exact_interval, fewest, find_threshold


def sample(scores: list[float], right: list[float]) -> Sample:
    pairs = enumerate(zip(scores, right, strict=True))
    return Sample.of([Judged(n, "spelling", "spelling@1", score, None, r, 1.0) for n, (score, r) in pairs])


@pytest.mark.parametrize(
    ("right", "size", "interval"),
    [(10, 10, (0.6915, 1.0)), (8, 10, (0.4439, 0.9748)), (0, 10, (0.0, 0.3085))],
)
def test_clopper_pearson(right: int, size: int, interval: tuple[float, float]) -> None:
    assert exact_interval(right / size, size, 0.95) == pytest.approx(interval, abs=1e-4)


def test_how_many_are_needed() -> None:
    assert [fewest(0.9), fewest(0.9, 0.95), fewest(0.5, 0.5)] == [16, 29, 1]


@pytest.mark.parametrize(("count", "supported"), [(15, False), (16, True)])
def test_fewer_than_needed_promise_nothing(count: int, supported: bool) -> None:
    found = find_threshold(sample([0.5] * count, [1.0] * count), np.full(count, 0.5), 0.9)
    assert (found is not None) == supported
    if found is not None:
        assert (found.threshold, found.flags, found.precision) == (0.0, count, 1.0)


def test_the_threshold_lies_between_right_and_wrong() -> None:
    scores = [*np.linspace(0.1, 0.5, 40).tolist(), *np.linspace(0.6, 0.9, 40).tolist()]
    right = [0.0] * 40 + [1.0] * 40
    found = find_threshold(sample(scores, right), np.array(scores), 0.9)
    assert found is not None
    assert 0.45 < found.threshold <= 0.62
    assert found.precision >= 0.9
    assert find_threshold(sample(scores, right[::-1]), np.array(scores), 0.9) is None
