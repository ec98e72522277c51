"""Quotations and reported speech of a document, with speaker, cue and origin."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corroboration.utterances import Utterance, find_utterances
from annotate.documents import Document


def found(text: str) -> tuple[Utterance, ...]:
    utterances = find_utterances(Document(text))
    for u in utterances:
        check_places(text, u)
    return utterances


def check_places(text: str, u: Utterance) -> None:
    """Every range slices what it names; ``text`` is the document's but for the marks of further paragraphs."""
    assert 0 <= u.start <= u.text_start <= u.text_start + len(u.text) <= u.end <= len(text)
    here = text[u.text_start : u.text_start + len(u.text)]
    assert all(a == b or b == " " for a, b in zip(here, u.text, strict=True))
    for surface, place in ((u.speaker, u.speaker_at), (u.cue, u.cue_at), (u.origin, u.origin_at)):
        assert (surface is None) == (place is None)
        if place is not None:
            assert text[place[0] : place[1]] == surface


@pytest.mark.parametrize(
    ("text", "kind", "words", "speaker", "cue"),
    [
        ('"The pillar is cracked," said Anna Lund.', "direct", "The pillar is cracked,", "Anna Lund", "said"),
        ("“The pillar is cracked,” Lund told reporters.", "direct", "The pillar is cracked,", "Lund", "told"),
        ("'The pillar is cracked,' she said.", "direct", "The pillar is cracked,", "she", "said"),
        ("''The pillar is cracked,'' she said.", "direct", "The pillar is cracked,", "she", "said"),
        ('Lund said: "The pillar is cracked."', "direct", "The pillar is cracked.", "Lund", "said"),
        (
            'According to the yard, "the pillar is cracked."',
            "direct",
            "the pillar is cracked.",
            "the yard",
            "According to",
        ),
        (
            'Port spokeswoman Anna Lund spoke to the paper on Monday, saying: "The pillar is cracked."',
            "direct",
            "The pillar is cracked.",
            "Port spokeswoman Anna Lund",
            "saying",
        ),
        (
            'Lund, who leads the port authority, said the pillar was "cracked from top to bottom" and closed it.',
            "mixed",
            "cracked from top to bottom",
            "Lund",
            "said",
        ),
        ('"No," said Lund.', "direct", "No,", "Lund", "said"),
        ('"Why now?" asked the harbour master.', "direct", "Why now?", "the harbour master", "asked"),
        ('LUND: "The pillar is cracked today."', "direct", "The pillar is cracked today.", "LUND", None),
        (
            "Lund said that the pillar was cracked.",
            "indirect",
            "that the pillar was cracked",
            "Lund",
            "said",
        ),
        (
            "The pillar has been cracked since May, the harbour master said on Friday.",
            "indirect",
            "The pillar has been cracked since May",
            "the harbour master",
            "said",
        ),
        (
            "According to Anna Lund, the pillar has been cracked since May.",
            "indirect",
            "the pillar has been cracked since May",
            "Anna Lund",
            "According to",
        ),
        (
            "The pillar has been cracked since May, according to the yard.",
            "indirect",
            "The pillar has been cracked since May",
            "the yard",
            "according to",
        ),
    ],
)
def test_one_utterance(text: str, kind: str, words: str, speaker: str, cue: str | None) -> None:
    (u,) = found(text)
    assert (u.kind, u.text.rstrip(","), u.speaker, u.cue) == (kind, words.rstrip(","), speaker, cue)
    assert u.closed


@pytest.mark.parametrize(
    "text",
    [
        "The so-called “winter bridge” opened in May.",
        "She sang in “The Long Road to the Isles” at the hall.",
        'It is 6\' 2" wide and 5" deep.',
        "They're the '80s' best ferries, aren't they?",
        "We know that the pillar is cracked.",
        "The yard was told that it had to close.",
    ],
)
def test_what_is_no_utterance(text: str) -> None:
    assert found(text) == ()


def test_range_takes_in_the_marks() -> None:
    text = "Lund said: “The pillar is cracked.” Nobody was hurt."
    (u,) = found(text)
    assert (u.start, u.end, u.text_start) == (11, 35, 12)


def test_split_quotation_has_one_speaker() -> None:
    first, second = found('"The pillar is cracked," Lund said, "and the bridge will stay shut."')
    assert (first.speaker, first.cue) == ("Lund", "said")
    assert second.speaker == "Lund"
    assert second.text == "and the bridge will stay shut."


def test_quotation_over_paragraphs_is_one() -> None:
    text = "Lund said: “The pillar is cracked.\n\n“The bridge will stay shut.”\n\nThe port is open."
    (u,) = found(text)
    assert text[u.start : u.end] == "“The pillar is cracked.\n\n“The bridge will stay shut.”"
    assert u.text == "The pillar is cracked.\n\n The bridge will stay shut."
    assert (u.speaker, u.closed) == ("Lund", True)


def test_announced_by_the_paragraph_before() -> None:
    (u,) = found("On Friday Anna Lund said:\n\n“The pillar is cracked.”")
    assert u.speaker == "Anna Lund"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“The pillar is cracked and must be closed, said Anna Lund.", "The pillar is cracked and must be closed,"),
        ("The pillar is cracked and must be closed,” said Anna Lund.", "The pillar is cracked and must be closed,"),
    ],
)
def test_a_missing_mark_is_said(text: str, words: str) -> None:
    (u, *_) = found(text)
    assert (u.closed, u.text, u.speaker) == (False, words, "Anna Lund")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ('"The pillar is cracked," Lund told Reuters.', "Reuters"),
        ('Lund spoke to Reuters on Monday, saying: "The pillar is cracked."', "Reuters"),
        ('"The pillar is cracked," Lund said in a statement to the news agency.', "the news agency"),
        ('"The pillar is cracked," Lund told the Baltic Press Agency.', "the Baltic Press Agency"),
        ("Lund told Harbour.com that the pillar was cracked.", "Harbour.com"),
        ("According to TASS, the pillar has been cracked since May.", "TASS"),
        ('"The pillar is cracked," Lund told reporters.', None),
        ('"The pillar is cracked," Lund told the council.', None),
    ],
)
def test_origin(text: str, origin: str | None) -> None:
    (u,) = found(text)
    assert u.origin == origin


def test_surname_and_fuller_name() -> None:
    text = '"The pillar is cracked," Lund said.\n\nAnna Lund has led the port authority since May.'
    (u,) = found(text)
    assert (u.speaker, u.full, u.introduced) == ("Lund", "Anna Lund", True)


def test_surname_that_nobody_introduced() -> None:
    (u,) = found('"The pillar is cracked," Lund said.')
    assert (u.speaker, u.full, u.introduced) == ("Lund", None, False)


@pytest.mark.parametrize("speaker", ["Reuters", "Moscow", "Ms. Lund", "the yard", "she"])
def test_what_needs_no_introduction(speaker: str) -> None:
    (u,) = found(f'"The pillar is cracked," {speaker} said.')
    assert (u.speaker, u.introduced) == (speaker, True)


def test_pronoun_stands_for_who_spoke_before() -> None:
    text = '"The pillar is cracked," Anna Lund said.\n\n"The bridge will stay shut," she said.'
    assert [u.full for u in found(text)] == [None, "Anna Lund"]


PIECES = st.lists(
    st.one_of(
        st.sampled_from(['"', "“", "”", "''", "'", "«", "»", "\n\n", "\r\n", ",", ". ", ":", "(", ")", "—", "=", " "]),
        st.sampled_from(
            [" said ", " Lund", " told Reuters", " that the pillar is", " according to ", " asking", " she"]
        ),
        st.just("The pillar is cracked today"),
    ),
    max_size=30,
).map("".join)


@given(PIECES)
def test_places_always_slice(text: str) -> None:
    for u in found(text):
        assert msgspec.json.decode(msgspec.json.encode(u), type=Utterance) == u


@given(st.text(max_size=80))
def test_any_text_is_borne(text: str) -> None:
    found(text)


@pytest.mark.xfail(strict=True, reason="words between quotations of one speech that lost their marks are not seen")
def test_lost_marks() -> None:
    text = "Lund said that the pillar was cracked. If it is true, we have a problem at the port."
    assert [u.closed for u in found(text)] == [True, False]
