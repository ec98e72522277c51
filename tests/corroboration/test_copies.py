"""How much of its text a document shares with another, and who has it from whom."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corroboration.copies import Copying, compare_copies
from annotate.documents import Document

LEAD = "The harbour of Marrowick was closed on Tuesday after a ferry ran onto the breakwater in thick fog."
HULL = "Divers found the hull torn along nine metres, and a crane from Oldhaven is to raise it once the wind drops."
OWN = "Our reporter counted forty people on the quay, most of them wrapped in blankets and waiting for a bus home."
LATER = "Schools on the island stay shut until Friday because half of the teachers cannot cross the sound by boat."
SAID = (
    "“We heard a crash and then nothing but the gulls until the lights went out along the whole of the deck,” he said."
)


def compare(a: str, b: str, **known: str) -> Copying:
    one, other = (
        Document(text, id=side, source=known.get(f"{side}_source"), published=known.get(f"{side}_published"))
        for side, text in (("a", a), ("b", b))
    )
    return compare_copies(one, other)


@pytest.mark.parametrize(
    ("a", "b", "originality"),
    [
        (f"{LEAD} {HULL}", f"{LEAD}\n\n{HULL}", "wholesale-duplicate"),
        (f"{LEAD} {HULL}", f"{LEAD} {HULL} {OWN} {LATER}", "copy-with-different-portions"),
        (f"{LEAD} {SAID} {OWN}", f"{HULL} {SAID} {LATER}", "quotes-extensively"),
        (f"{LEAD} {HULL}", f"{OWN} {LATER}", "original"),
        ("", f"{LEAD}", "original"),
    ],
)
def test_originality(a: str, b: str, originality: str) -> None:
    assert compare(a, b).originality == originality


def test_passage_is_given_with_its_range_on_both_sides() -> None:
    a, b = f"{OWN} {HULL}", f"{HULL} {LATER}"
    (passage,) = compare(a, b).passages
    assert a[passage.start_a : passage.end_a] == b[passage.start_b : passage.end_b] == HULL[:-1]
    assert passage.identical
    assert passage.words == 21


def test_changed_words_do_not_end_a_passage() -> None:
    changed = f"{LEAD} {HULL}".replace("thick fog", "a dense fog")
    (passage,) = compare(f"{LEAD} {HULL}", changed).passages
    assert not passage.identical
    assert changed[passage.start_b : passage.end_b] == changed[:-1]
    assert passage.words == 38


def test_other_quotation_marks_and_case_are_the_same_text() -> None:
    assert compare(SAID, SAID.upper().replace("“", '"').replace("”", '"')).containment_a == 1


def test_shared_quotations_are_told_from_shared_wording() -> None:
    found = compare(f"{LEAD} {SAID}", f"{HULL} {SAID}")
    assert found.containment_a > 0.4
    assert found.unquoted_a < 0.06


TEXT = f"{LEAD} {HULL}"


@pytest.mark.parametrize(
    ("known", "a", "b", "direction", "basis"),
    [
        ({}, TEXT, TEXT, None, None),
        ({"a_published": "2024-03-05", "b_published": "2024-03-07"}, TEXT, TEXT, "b-from-a", "published"),
        ({"a_published": "2024-03-05", "b_published": "2024-03-05"}, TEXT, TEXT, None, None),
        ({}, TEXT, f"MARROWICK (AP) — {TEXT}", "a-from-b", "credit"),
        ({}, f"OLDHAVEN (AP) — {TEXT}", f"MARROWICK (AP) — {TEXT}", None, None),
        ({"a_source": "reuters.com"}, TEXT, TEXT, "b-from-a", "credit"),
        ({"b_source": "politico.com"}, f"{TEXT} Politico reported this.", TEXT, "a-from-b", "credit"),
        # An earlier date does not outweigh a credit: pages are changed and dated anew.
        (
            {"a_published": "2024-03-05", "b_published": "2024-03-07"},
            TEXT,
            f"MARROWICK (AP) — {TEXT}",
            "a-from-b",
            "credit",
        ),
        ({}, TEXT, f"{TEXT} {OWN} {LATER}", "a-from-b", "completeness"),
        ({"a_published": "2024-03-05", "b_published": "2024-03-07"}, LEAD, OWN, None, None),
    ],
)
def test_direction(known: dict[str, str], a: str, b: str, direction: str | None, basis: str | None) -> None:
    found = compare(a, b, **known)
    assert (found.direction, found.basis) == (direction, basis)


PARTS = st.lists(st.sampled_from([LEAD, HULL, OWN, LATER, SAID, LEAD[10:60], "\n\n"]), max_size=6).map(" ".join)


@given(PARTS, PARTS)
def test_sides_are_exchanged_and_ranges_slice(a: str, b: str) -> None:
    one, other = compare(a, b), compare_copies(Document(b, id="b"), Document(a, id="a"))
    assert (one.containment_a, one.containment_b) == (other.containment_b, other.containment_a)
    assert one.originality == other.originality
    turned = sorted((p.start_b, p.end_b, p.start_a, p.end_a) for p in other.passages)
    assert turned == sorted((p.start_a, p.end_a, p.start_b, p.end_b) for p in one.passages)
    for p in one.passages:
        assert 0 <= p.start_a < p.end_a <= len(a)
        assert 0 <= p.start_b < p.end_b <= len(b)
        if p.identical:
            assert a[p.start_a : p.end_a].split()[0].strip("“”.,").lower() in b[p.start_b : p.end_b].lower()
    spans = sorted((p.start_b, p.end_b) for p in one.passages)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
