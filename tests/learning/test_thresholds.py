"""Thresholds are promised only where labels support them."""

import numpy as np
import pytest

from annotate.learning.calibration import Sample
from annotate.learning.judgements import Judged
from annotate.learning.thresholds import cross_validated, exact_interval, fewest, find_threshold


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
    # All likely flags are right and all unlikely ones wrong, and still: are there enough?
    scores, right = [0.9] * count + [0.1] * 20, [1.0] * count + [0.0] * 20
    found = find_threshold(sample(scores, right), np.array(scores), 0.9)
    assert (found is not None) == supported
    if found is not None:
        assert (found.threshold, found.flags, found.precision) == (0.9, count, 1.0)


def test_flags_that_reach_the_precision_all_stay() -> None:
    found = find_threshold(sample([0.5] * 10, [1.0] * 9 + [0.0]), np.full(10, 0.5), 0.9)
    assert found is not None
    assert (found.threshold, found.flags, found.interval) == (0.0, 10, (0.555, 0.9975))


def test_the_threshold_lies_between_right_and_wrong() -> None:
    scores = [*np.linspace(0.1, 0.5, 40).tolist(), *np.linspace(0.6, 0.9, 40).tolist()]
    right = [0.0] * 40 + [1.0] * 40
    found = find_threshold(sample(scores, right), np.array(scores), 0.9)
    assert found is not None
    assert 0.45 < found.threshold <= 0.62
    assert found.precision >= 0.9
    assert find_threshold(sample(scores, right[::-1]), np.array(scores), 0.9) is None


def test_most_lucky_thresholds_do_not_hold_elsewhere() -> None:
    # Three in four flags are right whatever their score; the best of many thresholds promises more all the same.
    lucky = held = 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        scores, right = generator.uniform(size=60), (generator.uniform(size=60) < 0.75).astype(float)
        noise = sample(scores.tolist(), right.tolist())
        if find_threshold(noise, scores, 0.85, 0.6) is not None:
            lucky += 1
            held += cross_validated(noise, scores, 0.85, 0.6) >= 0.85
    assert lucky > 2 * held > 0
