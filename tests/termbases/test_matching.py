from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.documents import Document
from annotate.termbases import Condition, Entry, Matcher
from annotate.termbases.inflection import inflections
from annotate.termbases.matching import compile_term


def found(text: str, *terms: str, **options: object) -> list[str]:
    entry = Entry(terms=terms, expected=("x",), **options)  # type: ignore[arg-type]
    return [text[m.start : m.end] for m in Matcher([entry]).find(Document(text))]


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("rocket", "rocket rockets rocketed rocket's"),
        ("agency", "agency agencies agencies' agency's"),
        ("couple", "couple couples coupled coupling"),
        ("launch", "launch launches launched launching"),
        ("plan", "plan plans planned planning"),
        ("make", "make makes made making"),
        ("woman", "woman women women's"),
    ],
)
def test_inflections(lemma: str, forms: str) -> None:
    assert set(forms.split()) <= inflections(lemma)


@pytest.mark.parametrize(
    ("text", "term", "expected"),
    [
        ("It made a nice photo.", "make+ a _? photo", ["made a nice photo"]),
        ("It made a photo.", "make+ a _? photo", ["made a photo"]),
        ("It made a very nice photo.", "make+ a _? photo", []),
        ("The carrier rocket and carrier-rockets flew.", "carrier rocket+", ["carrier rocket", "carrier-rockets"]),
        ("The Carrier rocket flew.", "carrier rocket", ["Carrier rocket"]),
        ("A non-carrier rocket, a carrier rocket-like thing.", "carrier rocket", []),
        ("A carrier, rocket in hand, left.", "carrier rocket", []),
        ("The carrier\nrocket flew.", "carrier rocket", []),
        ("In the age of 23 he left.", "in the age of <n>", ["In the age of 23"]),
        ("In the age of reason he left.", "in the age of <n>", []),
        ("It sank or swam.", "sank|swam", ["sank", "swam"]),
        ("the farmer’s almanac", "farmer's almanac", ["farmer’s almanac"]),
        ("😀 the carrier rocket", "carrier rocket", ["carrier rocket"]),
    ],
)
def test_notation(text: str, term: str, expected: list[str]) -> None:
    assert found(text, term) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They took the Star Ferry home.", []),
        ("They took the star ferry home.", ["star ferry"]),
        ("Star ferry service ended.", ["Star ferry"]),
        ("New Star Ferry Breaks Down Before Summer Season", ["Star Ferry"]),
    ],
)
def test_proper_names_are_left_alone(text: str, expected: list[str]) -> None:
    assert found(text, "star ferry") == expected


def test_names_are_found_where_asked_for() -> None:
    assert found("They flew to Warschau.", "warschau") == []
    assert found("They flew to Warschau.", "warschau", names=True) == ["Warschau"]


@pytest.mark.parametrize(
    ("text", "when", "unless", "expected"),
    [
        ("A ferry moored by the orbital station.", {"near": ("station",)}, {}, 1),
        ("A ferry docked. " + "x " * 20 + "station", {"near": ("station",)}, {}, 0),
        ("A ferry docked. " + "x " * 20 + "station", {"document": ("station",)}, {}, 1),
        ("A ferry on the river, at the station.", {"near": ("station",)}, {"near": ("river",)}, 0),
        ("A ferry docked.", {"after": ("docked",)}, {}, 1),
        ("A ferry has docked.", {"after": ("docked",)}, {}, 0),
        ("A ferry has docked.", {"after": ("_? docked",)}, {}, None),
        ("They will ferry it.", {}, {"before": ("will",)}, 0),
        ("A space ferry.", {"before": ("a space",)}, {}, 1),
        ("A ferry here, a station there.", {"near": ("station",), "after": ("docked",)}, {}, 0),
    ],
)
def test_conditions(
    text: str, when: dict[str, tuple[str, ...]], unless: dict[str, tuple[str, ...]], expected: int | None
) -> None:
    conditions = {"when": Condition(**when), "unless": Condition(**unless)}
    if expected is None:
        with pytest.raises(ValueError, match="must begin with a word"):
            found(text, "ferry", **conditions)
    else:
        assert len(found(text, "ferry", **conditions)) == expected


def test_the_words_that_decided_are_given_as_written() -> None:
    entry = Entry(terms=("ferry",), expected=("x",), when=Condition(near=("station", "soyuz")))
    (match,) = Matcher([entry]).find(Document("The Soyuz ferry left the Station."))
    assert match.context == ("Station", "Soyuz")


def test_the_longer_of_two_terms_wins() -> None:
    entries = [Entry(terms=("ferry",), expected=("x",)), Entry(terms=("space ferry",), expected=("y",))]
    assert [m.entry.expected for m in Matcher(entries).find(Document("a space ferry and a ferry"))] == [("y",), ("x",)]


@pytest.mark.parametrize("term", ["", "_ word", "word? other", "a||b", "<n> years"])
def test_terms_that_cannot_be_looked_up_are_refused(term: str) -> None:
    with pytest.raises(ValueError, match="term "):
        Matcher([Entry(terms=(term,), expected=("x",))])


@given(st.lists(st.sampled_from(["carrier", "rocket", "rockets", "the", "."]), max_size=30))
def test_matches_are_the_pairs_that_stand_there(words: list[str]) -> None:
    text = " ".join(words)
    pairs = sum(1 for a, b in pairwise(words) if a == "carrier" and b in ("rocket", "rockets"))
    assert len(found(text, "carrier rocket+")) == pairs


def test_compiled_terms_keep_optional_words() -> None:
    assert [s.optional for s in compile_term("a b? c")] == [False, True, False]
