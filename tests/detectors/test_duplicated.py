from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.detectors.duplicated import Duplicated
from annotate.documents import Document

FILLER = [
    "The council met on Monday to discuss the new budget.",
    "Nobody from the opposition came to the first session.",
    "A vote on the proposal was put off until next week.",
    "Several members asked for a second opinion on the costs.",
    "The mayor promised an answer before the end of the month.",
    "Residents had collected more than two thousand signatures.",
]
AGAIN = "The bridge will stay closed for at least another year."


def flags(text):
    return list(Duplicated().detect(Document(text=text)))


def body(*extra):
    return "\n\n".join([*FILLER[:3], AGAIN, *FILLER[3:], *extra])


def test_the_later_sentence_is_flagged_and_the_first_is_the_evidence():
    text = body(AGAIN)
    (flag,) = flags(text)
    assert (flag.start, flag.text, flag.reason) == (text.rindex(AGAIN), AGAIN, "repeated-sentence")
    assert flag.evidence == {"first": [text.index(AGAIN), text.index(AGAIN) + len(AGAIN)], "words": 10}


@pytest.mark.parametrize("again", [AGAIN.upper(), AGAIN.replace(" ", "  "), "'" + AGAIN + "'"])
def test_case_spacing_and_quotes_do_not_hide_it(again):
    assert len(flags(body(again))) == 1


def test_a_repeated_paragraph_is_one_flag():
    paragraph = AGAIN + " Cars are sent through the old town, where they wait."
    text = "\n\n".join([*FILLER[:3], paragraph, *FILLER[3:], paragraph])
    assert [flag.text for flag in flags(text)] == [paragraph]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (body('"' + AGAIN + '"'), "repeated-quotation"),
        ("\n\n".join([AGAIN, *FILLER, AGAIN]), "repeated-opening"),
        ("\n\n".join([*FILLER[:3], FILLER[3] + " " + AGAIN, FILLER[4], AGAIN]), "pulled-out"),
        (body("Six roads to the bridge will close", FILLER[0], "Six roads to the bridge will close"), "repeated-line"),
    ],
)
def test_repetition_that_may_be_meant_says_so_and_scores_lower(text, reason):
    flag = next(flag for flag in flags(text) if flag.reason == reason)
    assert flag.score < 0.9


def test_a_third_time_points_to_the_first():
    text = body(AGAIN, FILLER[0] + " Indeed.", AGAIN)
    assert [flag.evidence["first"][0] for flag in flags(text) if flag.text == AGAIN] == [text.index(AGAIN)] * 2


@pytest.mark.parametrize(
    "text",
    [
        body(),
        body("He did not answer.", "He did not answer."),
        "\n".join(["We will go down to the sea in ships tonight", "and sing of home and stars again"] * 5),
        "— A. Name (@name) September 4, 2019\n\n" + body("— A. Name (@name) September 4, 2019"),
    ],
)
def test_short_formulas_refrains_and_signatures_are_left_alone(text):
    assert flags(text) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It was the the first time.", "the the"),
        ("On behalf of of the group.", "of of"),
        ("The The council met.", "The The"),
        ("It came from\nfrom the left.", "from\nfrom"),
    ],
)
def test_doubled_function_words(text, word):
    assert [(flag.text, flag.reason) for flag in flags(text)] == [(word, "doubled-word")]


@pytest.mark.parametrize(
    "text",
    [
        "He had had enough; I know that that is so; it is very very late.",
        "New York, New York; Duran Duran in Bora Bora; no no no.",
        "It is what it is. Is it? What he is is a thief.",
        "a 10 10 split; the-the; bye bye; She told her her mother left.",
        "This is the end.\n\nthe end",
        "the The band of that name",
    ],
)
def test_doubling_that_can_be_right_is_left_alone(text):
    assert flags(text) == []


@given(st.lists(st.sampled_from([*FILLER, AGAIN, "the the", "\n", "\n\n", "“", "…"]), max_size=30))
def test_every_first_is_before_its_flag(parts):
    text = " ".join(parts)
    for flag in flags(text):
        assert text[flag.start : flag.end] == flag.text
        if "first" in flag.evidence:
            assert flag.evidence["first"][1] <= flag.start
