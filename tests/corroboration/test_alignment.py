"""Linking, aligning and judging quotations."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotate.corroboration.alignment import SAME, compare, consensus, link, same_utterance
from annotate.lexicon.lexicon import word_tuple

ASKED = (
    "We have sent the yard some drawings on their capacity to move the second turbine by rail if needed, "
    "but that is not our prime worry at this time."
)
REWORDED = (
    "We have sent the yard some drawings about their ability to move the second turbine by rail if needed, "
    "but that is not our main worry at the moment,"
)

JUDGED = [
    # here, there, verification, kinds of the edits
    (
        "The bridge will stay shut until the pillar is sound.",
        "the bridge will stay shut until the pillar is sound,",
        "verbatim",
        [],
    ),
    ("The bridge will stay shut,", "The bridge will stay shut until the pillar is sound.", "excerpt", []),
    (
        "the “bridge” will stay shut — until the pillar is sound",
        "the 'bridge' will stay shut - until the pillar is sound",
        "verbatim",
        [],
    ),
    (
        "The bridge won't open before Oct. 15",
        "The bridge will not open before October 15th",
        "equivalent",
        ["contraction", "spelling", "number-format"],
    ),
    (
        "Fares went up by five percent and then by twenty-five percent",
        "Fares went up by 5 per cent and then by 25%",
        "equivalent",
        ["number-format", "spelling", "number-format"],
    ),
    (
        "We are gonna repair it before the winter",
        "We are going to repair it before the winter",
        "equivalent",
        ["contraction"],
    ),
    ("We will, you know, repair it before the winter", "We will repair it before the winter", "equivalent", ["filler"]),
    (
        "The harbour programme was organised by the town",
        "The harbor program was organized by the town",
        "equivalent",
        ["spelling"] * 3,
    ),
    (
        "The comittee will hear the divers on Monday",
        "The committee will hear the divers on Monday",
        "equivalent",
        ["typo"],
    ),
    (
        "They [the divers] will go down … on Monday at noon",
        "They will go down if the sea is calm on Monday at noon",
        "marked-edit",
        ["marked-insertion", "marked-omission"],
    ),
    (
        "The divers found [a] crack in the third pillar",
        "The divers found the crack in the third pillar",
        "marked-edit",
        ["marked-insertion"],
    ),
    (
        "The divers found the crack in the third pillar",
        "The divers found a crack in the third pillar",
        "altered-wording",
        ["function-word"],
    ),
    (
        "The divers found a tear in the third pillar",
        "The divers found a crack in the third pillar",
        "altered-wording",
        ["content-substitution"],
    ),
    (
        "The divers found a long crack in the third pillar",
        "The divers found a crack in the third pillar",
        "altered-wording",
        ["content-insertion"],
    ),
    (
        "The divers found a crack in the third pillars",
        "The divers found a crack in the third pillar",
        "altered-wording",
        ["inflection"],
    ),
    (
        "The pillar would not have held the train",
        "The pillar would have held the train",
        "altered-meaning",
        ["negation"],
    ),
    (
        "The pillar will hold 30 waggons, no more",
        "The pillar will hold 40 waggons, no more",
        "altered-meaning",
        ["number"],
    ),
    (
        "The engineer must close the bridge tonight",
        "The engineer may close the bridge tonight",
        "altered-meaning",
        ["modality"],
    ),
    (
        "The council voted to accept the offer of the yard",
        "The council voted to reject the offer of the yard",
        "altered-meaning",
        ["antonym"],
    ),
    (
        "We handed the report to Brandvold on the same evening",
        "We handed the report to Castellano on the same evening",
        "altered-meaning",
        ["name"],
    ),
    (
        "We handed it over on Tuesday evening, as agreed",
        "We handed it over on Thursday evening, as agreed",
        "altered-meaning",
        ["name"],
    ),
    # What must not be called a turn of the meaning.
    (
        "We handed the report to Brandvolt on the same evening",
        "We handed the report to Brandvold on the same evening",
        "equivalent",
        ["spelling"],
    ),
    (
        "The pillar would have not held the train",
        "The pillar would not have held the train",
        "altered-wording",
        ["function-word"] * 2,
    ),
    (
        "I can say that the pillar could hold the train",
        "I can say that the pillar can hold the train",
        "altered-wording",
        ["function-word"],
    ),
    (
        "The mayor resigned over the bridge on Friday",
        "The dog slept in the yard for most of the day",
        "different-utterance",
        [],
    ),
]


@pytest.mark.parametrize(("here", "there", "verification", "kinds"), JUDGED)
def test_verification_and_edits(here: str, there: str, verification: str, kinds: list[str]) -> None:
    found = compare(here, there)
    assert (found.verification, [e.kind for e in found.edits]) == (verification, kinds)
    for edit in found.edits:
        assert here[edit.here_start : edit.here_end] == edit.here
        assert edit.there in there


def test_four_substitutions_within_quotation_marks() -> None:
    found = compare(REWORDED, ASKED)
    assert found.verification == "altered-wording"
    assert [(e.op, e.there, e.here) for e in found.edits] == [
        ("sub", "on", "about"),
        ("sub", "capacity", "ability"),
        ("sub", "prime", "main"),
        ("sub", "this time", "the moment"),
    ]
    assert found.cause == "paraphrase"
    assert found.score > 0.8
    assert compare(ASKED, ASKED).verification == "verbatim"


def test_an_attribution_caught_inside_the_marks_is_no_alteration() -> None:
    whole = "The pillar is cracked. The bridge will stay shut until spring."
    caught = 'The pillar is cracked," the mayor said on Friday. "The bridge will stay shut until spring.'
    assert compare(caught, whole).verification == "marked-edit"


def test_formulas_do_not_make_one_utterance() -> None:
    one = "If we cannot agree on the fares, then it is going to be very difficult to keep the ferries running"
    other = "Once the vaccine is there it is going to be very difficult to refuse it to the islanders"
    assert compare(one, other).verification == "different-utterance"


def test_a_translation_of_the_same_words_links_where_enough_is_left() -> None:
    one = "We must remind the islanders to stay on the good path so that we can keep what we have achieved"
    other = "We have to remind the islanders to continue on the good path in order to keep what we achieved"
    assert same_utterance(one, other) >= SAME


TEXTS = st.lists(
    st.sampled_from(
        word_tuple(
            'the a pillar bridge will not may must hold 5 five % $3 million [ ] … ... don\'t Oct. U.S. US "said" — '
            "isn't twenty-five & per cent e-mail Anna"
        )
    ),
    max_size=25,
).map(" ".join)


@given(TEXTS, TEXTS)
def test_score_is_symmetric_and_edits_slice(here: str, there: str) -> None:
    assert same_utterance(here, there) == same_utterance(there, here)
    assert 0.0 <= same_utterance(here, there) <= 1.0
    found = compare(here, there)
    assert 0.0 <= found.score <= 1.0
    for edit in found.edits:
        assert here[edit.here_start : edit.here_end] == edit.here
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


@given(st.text(max_size=60), st.text(max_size=60))
@example("0", "N'T")
def test_any_text_is_borne(here: str, there: str) -> None:
    for edit in compare(here, there).edits:
        assert here[edit.here_start : edit.here_end] == edit.here


def test_link_finds_across_documents_only() -> None:
    other = "The ferries will run again as soon as the ice is gone from the sound"
    quotes = [("a", ASKED), ("b", REWORDED), ("b", REWORDED), ("c", other), ("d", ASKED), ("d", "We are glad.")]
    found = [(i, j) for i, j, _ in link(quotes)]
    assert found == [(0, 1), (0, 2), (0, 4), (1, 4), (2, 4)]


def test_link_does_not_compare_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(5)
    stems = [
        a + b + c for a in "bdfgklmnprst" for b in ("ar", "el", "in", "or", "um") for c in ("ten", "sho", "vik", "dal")
    ]
    quotes = [(str(i), " ".join(draw.choices(stems, k=14))) for i in range(600)]
    compared = []

    def counted(a: str, b: str) -> float:
        compared.append((a, b))
        return 0.0

    monkeypatch.setattr("annotate.corroboration.alignment.same_utterance", counted)
    link(quotes)
    assert len(compared) <= 40 * len(quotes) < 600 * 599 / 2


def test_link_does_not_depend_on_order() -> None:
    quotes = [
        ("a", ASKED),
        ("b", REWORDED),
        ("c", "The bridge will stay shut until spring, at least"),
        ("d", ASKED[:90]),
    ]
    forward = {(quotes[i], quotes[j], s) for i, j, s in link(quotes)}
    turned = quotes[::-1]
    backward = {(turned[j], turned[i], s) for i, j, s in link(turned)}
    assert forward == backward


@pytest.mark.parametrize(
    ("quotes", "index"),
    [
        ([("reuters", ASKED), ("tass", REWORDED), ("dpa", ASKED)], 0),
        # Three copies of one origin are one.
        ([("reuters", REWORDED), ("reuters", REWORDED), ("reuters", REWORDED), ("dpa", ASKED), ("afp", ASKED)], 3),
        # An excerpt agrees with the whole.
        ([("dpa", ASKED[:60]), ("afp", ASKED), ("tass", REWORDED)], 1),
        ([("dpa", "We will go."), ("afp", "We will stay here.")], 1),
    ],
)
def test_consensus_counts_origins(quotes: list[tuple[str, str]], index: int) -> None:
    assert consensus(quotes) == index


def test_consensus_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no quotations"):
        consensus([])


@pytest.mark.xfail(strict=True, reason="a synonym for a negation is taken for a change of wording")
def test_negation_by_another_word() -> None:
    here, there = "The yard refused to repair the pillar in winter", "The yard agreed to repair the pillar in winter"
    assert compare(here, there).verification == "altered-meaning"
