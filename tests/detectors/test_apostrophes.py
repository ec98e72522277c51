from __future__ import annotations

import pytest

from annotate.detectors.apostrophes import Apostrophes
from annotate.documents import Document

POSSESSIVE = "lost-apostrophe-possessive"
CONTRACTION = "lost-apostrophe-contraction"


def found(text):
    return [(flag.text, flag.reason, flag.evidence["suggestion"]) for flag in Apostrophes().detect(Document(text=text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We dont know.", [("dont", CONTRACTION, "don't")]),
        ("Dont ask, it didnt help.", [("Dont", CONTRACTION, "Don't"), ("didnt", CONTRACTION, "didn't")]),
        ("They cant come and you wont either.", [("cant", CONTRACTION, "can't"), ("wont", CONTRACTION, "won't")]),
        ("Ive seen it and Im glad.", [("Ive", CONTRACTION, "I've"), ("Im", CONTRACTION, "I'm")]),
        ("Youre late and thats all.", [("Youre", CONTRACTION, "You're"), ("thats", CONTRACTION, "that's")]),
        ("of the countrys largest bank", [("countrys", POSSESSIVE, "country's")]),
        ("The companys shares fell.", [("companys", POSSESSIVE, "company's")]),
        ("The agencys director left.", [("agencys", POSSESSIVE, "agency's")]),
        ("the aircrafts overall condition", [("aircrafts", POSSESSIVE, "aircraft's")]),
        ("a rise in childrens books", [("childrens", POSSESSIVE, "children's")]),
        ("a march for womens rights", [("womens", POSSESSIVE, "women's")]),
        ("on the WHOs advice", [("WHOs", POSSESSIVE, "WHO's")]),
        ("the BBCs chairman resigned", [("BBCs", POSSESSIVE, "BBC's")]),
        ("NASAs rocket stood ready.", [("NASAs", POSSESSIVE, "NASA's")]),
        ("The UNs envoy was late.", [("UNs", POSSESSIVE, "UN's")]),
        ("Its a long way, and its been cold.", [("Its", CONTRACTION, "It's"), ("its", CONTRACTION, "it's")]),
        ("Putins war goes on", [("Putins", POSSESSIVE, "Putin's")]),
        ("Germanys economy shrank", [("Germanys", POSSESSIVE, "Germany's")]),
        ("Russias Defense Ministry said", [("Russias", POSSESSIVE, "Russia's")]),
        ("The countrys are at war.", [("countrys", "misspelt-plural", "countries")]),
        ("It was Angela Merkels government", [("Merkels", POSSESSIVE, "Merkel's")]),
        ("Todays meeting was short", [("Todays", POSSESSIVE, "Today's")]),
        ("Russia 's army", [(" 's", "apostrophe-set-apart", "'s")]),
    ],
)
def test_lost_apostrophes_are_flagged_on_the_word(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "MPs own plans, NGOs work, many PCs status and the CEOs decision.",
        "Its long way home gave its name to its a-team; the gains of its an-na ritual.",
        "The TVs and the GPs were old; the Senate OKs bills; PCs run.",
        "The Kennedys house and the Obamas decision.",
        "Wales coach, Texas governor, Williams family, United States president, Philippines economy.",
        "The Beatles album and Athens streets; James decision; Paris police.",
        "as is his wont, and the cant of politicians",
        "Turn your IM off.",
        "Jony Ive said so; so did Im Kwon.",
        "The countries largest cities; its companies shares.",
        "She polices hand gestures; he mans the gate; the mens rea element.",
        "Aircraft are late; the series of crises is over; sports car, arms race.",
        "It's the country's largest; he's here; don't; Trump's decision.",
        "Write to dont@example.org or see https://example.org/dont and #dont.",
        "pos\u00adit\u00adive and im\u00adme\u00addi\u00adate",
    ],
)
def test_plurals_and_names_are_left_alone(text):
    assert found(text) == []


def test_an_acronym_that_is_not_listed_counts_when_the_text_uses_it_alone():
    assert found("The QZT met on Monday. The QZTs status is open.") == [("QZTs", POSSESSIVE, "QZT's")]
    assert found("On Monday QZTs status was open.") == []


def test_a_text_without_any_apostrophe_raises_the_score():
    (alone,) = Apostrophes().detect(Document(text="We dont know."))
    (beside,) = Apostrophes().detect(Document(text="We dont know Ann's plan."))
    assert alone.score > beside.score
    assert (alone.label, alone.severity) == ("punctuation", "minor")


def test_a_text_without_any_apostrophe_is_read_more_boldly():
    text = "He came to the governors house on Monday."
    assert found(text) == [("governors", POSSESSIVE, "governor's")]
    assert found(text + " It isn't far.") == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "docked to the stations lower port", marks=pytest.mark.xfail(reason="a plural would be right as well")
        ),
        pytest.param("in last months vote", marks=pytest.mark.xfail(reason="needs the structure of the sentence")),
    ],
)
def test_known_misses(text):
    assert found(text)
