from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.detectors.truncated import Truncated
from annotate.documents import Document

BODY = (
    "The council met on Monday to discuss the new budget of the town.",
    "Nobody from the opposition came to the first session of the year.",
    "A vote on the proposal was put off until the end of next week.",
)


def found(*paragraphs, break_="\n\n"):
    return [(flag.text, flag.reason) for flag in Truncated().detect(Document(text=break_.join(paragraphs)))]


START, END, HEADING, TEASER = "starts-mid-sentence", "ends-mid-sentence", "heading-without-body", "cut-to-teaser"


@pytest.mark.parametrize("break_", ["\n\n", "\n", "\r\n\r\n", "\u2028"])
@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (
            ("of the three ministers who had resigned, officials said. They will leave in May.", *BODY),
            [("of the three ministers who had resigned, officials said.", START)],
        ),
        (
            ("uncrewed drone seen above the harbour last week. It later fell.", "(Photo: Example)", *BODY),
            [("uncrewed drone seen above the harbour last week. It later fell.", START)],
        ),
        (
            (", who had been ill for months, died on Sunday.", *BODY),
            [(", who had been ill for months, died on Sunday.", START)],
        ),
        (
            (*BODY, "maintained that neither of them had known of the plan.", "That was all he said about it."),
            [("maintained that neither of them had known of the plan.", START)],
        ),
        ((*BODY, "The minister said that a decision on the"), [("The minister said that a decision on the", END)]),
        ((*BODY, "He stopped. They left for the coast with their"), [("They left for the coast with their", END)]),
        (
            (*BODY, "Most of the residents have been told to leave the area before noon because whic"),
            [("Most of the residents have been told to leave the area before noon because whic", END)],
        ),
        (
            (*BODY, "The new owner has agreed to pay a part of..."),
            [("The new owner has agreed to pay a part of...", TEASER)],
        ),
        (
            (*BODY, "The new owner has agreed to pay a part of… Read more"),
            [("The new owner has agreed to pay a part of… Read more", TEASER)],
        ),
        ((*BODY, "How the other towns share a source"), [("How the other towns share a source", HEADING)]),
        (("# The budget", *BODY, "## What the towns want"), [("## What the towns want", HEADING)]),
        (
            (BODY[0], "Years of waiting", *BODY[1:], "Statement by the ministry"),
            [("Statement by the ministry", HEADING)],
        ),
        ((BODY[0], "Years of waiting", *BODY[1:], "What comes next?"), [("What comes next?", HEADING)]),
    ],
)
def test_what_is_cut_off_is_flagged(paragraphs, expected, break_):
    assert found(*paragraphs, break_=break_) == expected


@pytest.mark.parametrize(
    "paragraphs",
    [
        BODY,
        ("A headline without a stop", *BODY),
        ("iPhone sales fell again in the last quarter of the year.", *BODY),
        ("eBay said on Monday that it would close its office.", *BODY),
        ("de Gaulle said so in a speech before the parliament.", *BODY),
        (
            "hello there, this is the chat. yes it is.",
            "we all write like this here. no capitals.",
            "ok then, see you in the morning.",
        ),
        ("- first point of the list is here.", *BODY, "* another point of the list, at last."),
        (*BODY, "(Reporting by Ann Example; editing by Bob Example)"),
        (*BODY, "Reporting by Ann Example; editing by Bob Example"),
        (*BODY, "Photo: Example Agency"),
        (*BODY, "Contributing: Ann Example"),
        (*BODY, "Ann Example, The Example Post"),
        (*BODY, "By Ann Example"),
        (*BODY, "— With assistance by Ann Example and Bob Example"),
        (*BODY, "#budget #council #town"),
        (*BODY, "https://example.org/budget/in-the"),
        (*BODY, "Follow us on our channels"),
        (*BODY, "Sincerely,", "Ann Example"),
        (*BODY, "More: The town that could not pay its bills"),
        (*BODY, "Should they have known?"),
        (*BODY, '"We shall see," he said'),
        (*BODY, "Related stories", "The town that could not pay", "How to read a budget"),
        (BODY[0], "A new source of income", *BODY[1:], "Sources: Example Agency"),
        ("A title alone",),
        (
            "First headline of the day",
            "Second headline of the day",
            "Third headline of the morning",
            "Fourth one of the day and the",
        ),
        ("Here's hoping...",),
    ],
)
def test_whole_texts_lists_and_page_furniture_are_left_alone(paragraphs):
    assert found(*paragraphs) == []


def test_headings_above_and_blank_lines_make_a_last_heading_surer():
    def score(*paragraphs, break_="\n\n"):
        (flag,) = Truncated().detect(Document(text=break_.join(paragraphs)))
        return flag.score

    like = (BODY[0], "Years of waiting", *BODY[1:], "Statement by the ministry")
    unlike = (*BODY, "Statement by the ministry")
    assert score(*like) > score(*unlike) > score(*unlike, break_="\n")


@given(
    st.lists(
        st.sampled_from([*BODY, "and so", "lower start of a line.", "Heading here", ",", "…", "?", "\n", " "]),
        max_size=20,
    )
)
def test_flags_are_inside_the_text_and_in_order(parts):
    text = "\n".join(parts)
    flags = list(Truncated().detect(Document(text=text)))
    assert all(text[flag.start : flag.end] == flag.text for flag in flags)
    assert [flag.start for flag in flags] == sorted(flag.start for flag in flags)
