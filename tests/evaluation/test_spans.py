from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.documents import Range
from annotate.evaluation.spans import MATCHINGS, count, match, overlaps_any


def ranges(*ends):
    return [Range(start, end) for start, end in ends]


@pytest.mark.parametrize(
    ("gold", "predicted", "exact", "overlap", "partial"),
    [
        ([], [], (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)),
        ([(0, 10)], [], (0, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 1)),
        ([], [(0, 10)], (0, 1, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)),
        ([(0, 10)], [(0, 10)], (1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1)),
        # Half of the gold found, nothing false said.
        ([(0, 10)], [(0, 5)], (0, 1, 0, 1), (1, 1, 1, 1), (1, 1, 0.5, 1)),
        # All of the gold found, half of what was said is false.
        ([(0, 5)], [(0, 10)], (0, 1, 0, 1), (1, 1, 1, 1), (0.5, 1, 1, 1)),
        ([(0, 10)], [(5, 25)], (0, 1, 0, 1), (1, 1, 1, 1), (0.25, 1, 0.5, 1)),
        # Ranges that only touch have nothing in common.
        ([(0, 10)], [(10, 20)], (0, 1, 0, 1), (0, 1, 0, 1), (0, 1, 0, 1)),
        # One long range does not find two gold ranges, and two short ones do not both find the same.
        ([(0, 10), (10, 20)], [(0, 20)], (0, 1, 0, 2), (1, 1, 1, 2), (0.5, 1, 1, 2)),
        ([(0, 20)], [(0, 10), (10, 20)], (0, 2, 0, 1), (1, 2, 1, 1), (1, 2, 0.5, 1)),
        # A greedy choice by size would leave the second predicted range without a partner.
        ([(0, 10), (9, 12)], [(0, 10), (2, 5)], (1, 2, 1, 2), (2, 2, 2, 2), (1, 2, 1, 2)),
        # Equal ranges twice are two ranges.
        ([(3, 6), (3, 6)], [(3, 6)], (1, 1, 1, 2), (1, 1, 1, 2), (1, 1, 1, 2)),
    ],
)
def test_counts(gold, predicted, exact, overlap, partial):
    for matching, expected in zip(MATCHINGS, (exact, overlap, partial), strict=True):
        assert count(ranges(*gold), ranges(*predicted), matching) == pytest.approx(expected), matching


def test_partial_prefers_the_range_that_fits_best():
    gold = ranges((0, 4), (2, 12))
    assert match(gold, ranges((2, 10)), "partial") == [(1, 0)]


def test_overlaps_any():
    assert overlaps_any(Range(3, 5), ranges((0, 3), (4, 9)))
    assert not overlaps_any(Range(3, 5), ranges((0, 3), (5, 9)))
    assert not overlaps_any(Range(3, 5), [])


@st.composite
def some_ranges(draw):
    pairs = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=8))
    return [Range(start, start + length) for start, length in pairs]


@given(some_ranges(), some_ranges(), st.randoms(use_true_random=False))
def test_properties(a, b, shuffler: random.Random):
    for matching in MATCHINGS:
        there, back = count(a, b, matching), count(b, a, matching)
        # What is precision one way is recall the other way, however ties are broken when lengths are all that differ.
        if matching != "partial":
            assert (there.correct, there.predicted, there.found, there.gold) == (
                back.found,
                back.gold,
                back.correct,
                back.predicted,
            )
        assert 0 <= there.correct <= there.predicted
        assert 0 <= there.found <= there.gold
        itself = count(a, shuffler.sample(a, len(a)), matching)
        assert itself == pytest.approx((len(a), len(a), len(a), len(a)))
        pairs = match(a, b, matching)
        assert len({g for g, _ in pairs}) == len({p for _, p in pairs}) == len(pairs)
        assert all(overlaps_any(a[g], [b[p]]) for g, p in pairs)
    exact, overlap, partial = (count(a, b, matching) for matching in MATCHINGS)
    assert exact.correct <= partial.correct + 1e-9
    assert partial.correct <= overlap.correct + 1e-9


@given(some_ranges(), some_ranges())
def test_overlap_finds_as_many_pairs_as_there_can_be(gold, predicted):
    def best(index: int, used: frozenset[int]) -> int:
        if index == len(gold):
            return 0
        found = best(index + 1, used)
        for p, other in enumerate(predicted):
            if p not in used and overlaps_any(gold[index], [other]):
                found = max(found, 1 + best(index + 1, used | {p}))
        return found

    gold, predicted = gold[:5], predicted[:5]
    assert len(match(gold, predicted, "overlap")) == best(0, frozenset())


def test_many_ranges_take_no_long_time():
    many = [Range(10 * i, 10 * i + 8) for i in range(20_000)]
    shifted = [Range(10 * i + 4, 10 * i + 9) for i in range(20_000)]
    assert count(many, shifted, "overlap").correct == 20_000
