from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scored import claims

from annotate.documents.evidence import ClaimCounts
from annotate.sources.admiralty import claim_information, document_information, information_tag, letter, source_tag
from annotate.sources.beta import interval


@pytest.mark.parametrize(
    ("agreeing", "conflicting", "compatible", "expected"),
    [
        (2, 0, False, "1"),
        (5, 0, True, "1"),
        (1, 0, True, "2"),  # copies of its own origin, or a compatible bound
        (3, 1, False, "3"),
        (2, 2, False, "3"),
        (1, 1, False, "4"),
        (1, 2, True, "5"),
        (2, 3, False, "5"),
        (1, 0, False, "6"),  # found nowhere else
    ],
)
def test_claim(agreeing, conflicting, compatible, expected):
    assert claim_information(agreeing, conflicting, compatible=compatible) == expected


@pytest.mark.parametrize(
    ("counts", "origins", "expected"),
    [
        (claims(), 1, "6"),
        (claims(uncorroborated=30), 5, "6"),  # found nowhere else, among five origins: no mark against it
        (claims(confirmed=3, uncorroborated=20), 2, "1"),
        (claims(confirmed=3, consistent=1), 3, "1"),
        (claims(confirmed=1, consistent=9), 3, "2"),
        (claims(consistent=4), 1, "2"),
        (claims(confirmed=3), 1, "2"),  # one origin confirms nothing, whatever the counts say
        (claims(confirmed=3, contradicted=1), 3, "3"),
        (claims(confirmed=3, disputed=1), 3, "3"),
        (claims(disputed=1, uncorroborated=5), 2, "4"),
        (claims(confirmed=1, contradicted=2), 4, "5"),
        (claims(contradicted=1), 3, "5"),
    ],
)
def test_document(counts, origins, expected):
    assert document_information(ClaimCounts(**counts), origins) == expected


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_copies_of_one_origin_never_reach_confirmed(confirmed, consistent, uncorroborated):
    counts = claims(confirmed=confirmed, consistent=consistent, uncorroborated=uncorroborated)
    assert document_information(ClaimCounts(**counts), origins=1) in ("2", "6")


@pytest.mark.parametrize(
    ("mean", "bounds", "expected"),
    [
        (0.95, (0.85, 0.99), "A"),
        (0.92, (0.74, 0.99), "B"),  # "completely" is not given to what may be only usual
        (0.80, (0.60, 0.92), "B"),
        (0.80, (0.49, 0.97), "C"),
        (0.50, (0.05, 0.95), "C"),
        (0.30, (0.10, 0.51), "C"),  # not a bad grade while the interval reaches the middle
        (0.30, (0.15, 0.50), "D"),
        (0.10, (0.02, 0.26), "D"),
        (0.05, (0.01, 0.20), "E"),
    ],
)
def test_letter(mean, bounds, expected):
    assert letter(mean, bounds) == expected


@settings(deadline=None)
@given(st.floats(0.5, 500), st.floats(0.5, 500))
def test_letters_are_symmetric(a, b):
    mirror = dict(zip("ABCDE", "EDCBA", strict=True))
    low, high = interval(a, b)
    mean = a / (a + b)
    # The grade halfway between two is the upper one of either.
    if min(abs(mean - edge) for edge in (0.125, 0.375, 0.625, 0.875)) > 1e-9:
        assert letter(1 - mean, (1 - high, 1 - low)) == mirror[letter(mean, (low, high))]


def test_tags():
    assert source_tag("B") == 'admiralty-scale:source-reliability="b"'
    assert information_tag("2") == 'admiralty-scale:information-credibility="2"'
