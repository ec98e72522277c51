"""Quantiles of the Beta distribution without SciPy."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

LEVEL: Final = 0.9
"""Probability that an interval holds."""

_SMALL: Final = 1e-300
_STEPS: Final = 10_000
_CLOSE: Final = 1e-7
_TRIES: Final = 60


def distribution(x: float, a: float, b: float) -> float:
    """Probability that a Beta(a, b) variable is at most ``x``: the regularised incomplete beta function.

    Continued fraction by Lentz's method (Press et al., Numerical Recipes, 3rd ed., section 6.4).
    """
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - distribution(1.0 - x, b, a)
    front = math.exp(_log_power(x, a, b) - math.log(a))
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1.0 / _away(1.0 + even * d), _away(1.0 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1.0 / _away(1.0 + odd * d), _away(1.0 + odd / c)
        value *= d * c
        if abs(d * c - 1.0) < 1e-14:
            break
    return front * value


def _away(value: float) -> float:
    """Keep a denominator away from zero."""
    return value if abs(value) > _SMALL else _SMALL


def _log_power(x: float, a: float, b: float) -> float:
    """Logarithm of x^a (1 − x)^b / B(a, b)."""
    return math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)


@lru_cache(maxsize=65_536)
def interval(a: float, b: float, level: float = LEVEL) -> tuple[float, float]:
    """Equal-tailed interval of Beta(a, b), to four digits.

    Args:
        a: above 0.
        b: above 0.
        level: probability inside.
    """
    tail = (1.0 - level) / 2.0
    return round(_quantile(tail, a, b), 4), round(_quantile(1.0 - tail, a, b), 4)


def _quantile(probability: float, a: float, b: float) -> float:
    """Newton's method, kept inside a bracket that every step narrows."""
    low, high, x = 0.0, 1.0, a / (a + b)
    for _ in range(_TRIES):
        gap = distribution(x, a, b) - probability
        low, high = (x, high) if gap < 0.0 else (low, x)
        density = math.exp(_log_power(x, a, b)) / (x * (1.0 - x))
        step = x - gap / density if density > 0.0 else low
        following = step if low < step < high else (low + high) / 2.0
        if abs(following - x) < _CLOSE:
            return following
        x = following
    return x
