from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.sources.beta import distribution, interval


@pytest.mark.parametrize("n", [1, 2, 7, 90, 4000])
def test_closed_form(n):
    # Beta(1, n) has the distribution function 1 - (1 - x)**n.
    low, high = interval(1, n)
    assert low == pytest.approx(1 - 0.95 ** (1 / n), abs=6e-5)
    assert high == pytest.approx(1 - 0.05 ** (1 / n), abs=6e-5)


def test_binomial_identity():
    # P(Beta(3, 5) <= .4) is P(Binomial(7, .4) >= 3).
    assert distribution(0.4, 3, 5) == pytest.approx(0.580096, abs=1e-9)


@settings(deadline=None)
@given(st.floats(0.5, 3000), st.floats(0.5, 3000))
def test_interval_holds_what_it_says(a, b):
    low, high = interval(a, b)
    assert 0 <= low <= high <= 1
    assert interval(b, a) == pytest.approx((1 - high, 1 - low), abs=1.1e-4)
    # Rounding to four digits costs little where the density is not a needle.
    if low > 0.001 and high < 0.999 and high - low > 0.01:
        assert distribution(high, a, b) - distribution(low, a, b) == pytest.approx(0.9, abs=0.02)
