from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.documents import Document
from annotate.documents.quotations import inside_quotation, quotations


def found(text: str) -> list[str]:
    return [text[q.start : q.end] for q in quotations(Document(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said, “We will go.” Then “stop”.", ["“We will go.”", "“stop”"]),
        ('"One," she said, "two."', ['"One,"', '"two."']),
        ("‘One,’ she said, ‘two.’", ["‘One,’", "‘two.’"]),
        ("'One,' she said, 'two.'", ["'One,'", "'two.'"]),
        ("«Da», he said. »Nein«, said „er“.", ["«Da»", "»Nein«", "„er“"]),
        ("“She said ‘no’ twice,” he said.", ["“She said ‘no’ twice,”"]),
        ('" tokenised text " he said', ['" tokenised text "']),
        ("😀 “astral” 😀", ["“astral”"]),
        ("‘The workers’ rights matter,’ he said.", ["‘The workers’ rights matter,’"]),
        ("“First part\n“second part.”", ["“First part", "“second part.”"]),
        # no quotations
        ("The dogs' bowls and the cat's bowl aren't full.", []),
        ("It’s the workers’ day, since the ’90s.", []),
        ("Rock 'n' roll in the '90s, 'tis said.", []),
        ('A 5" pipe and a 6\'2" man.', []),
        ("“Never closed, and the next line does not go on.\nHere.", []),
        ("Closed” but never opened.", []),
        ("", []),
    ],
)
def test_pairs(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_an_unclosed_quotation_of_several_paragraphs_is_marked_open() -> None:
    first, second = quotations(Document("“First part\n“second part.”"))
    assert (first.closed, second.closed) == (False, True)


def test_inside_needs_four_words() -> None:
    document = Document("The “lifeboat” said “the ferry is coming back today”.")
    assert not inside_quotation(document, 5, 13)
    start = document.text.index("ferry")
    assert inside_quotation(document, start, start + 5)
    assert not inside_quotation(document, 0, 3)


@given(st.text(alphabet="ab .\n'\"“”‘’«»„", max_size=80))
def test_quotations_are_ordered_disjoint_and_begin_with_a_mark(text: str) -> None:
    last = 0
    for quotation in quotations(Document(text)):
        assert last <= quotation.start < quotation.end <= len(text)
        assert text[quotation.start] in "\"'“‘«»„"
        last = quotation.end


@given(st.lists(st.sampled_from(["We will go", "It is late", "No"]), max_size=5), st.sampled_from(["“”", "«»", '""']))
def test_well_formed_quotations_are_all_found(sentences: list[str], marks: str) -> None:
    quoted = [f"{marks[0]}{s},{marks[1]}" for s in sentences]
    assert found(" he said. ".join(quoted)) == quoted


@pytest.mark.parametrize("pattern", ['"a ', "“a ", "'a ", "‘a ", '“‘"', "‘as’ ", "« „ "])
def test_marks_that_never_close_cost_linear_time(pattern: str) -> None:
    begin = time.perf_counter()
    found("x " + pattern * 60_000)
    assert time.perf_counter() - begin < 5
