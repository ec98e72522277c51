from __future__ import annotations

import pickle

import pytest

from annotate.detectors.garbled import Garbled
from annotate.documents import Document, Flag

GOOD = "The council voted on Tuesday to close two of the city's five swimming pools."
ALSO = "Residents who packed the gallery shouted as the result was read out."


def flags(text: str) -> list[Flag]:
    return list(Garbled().detect(Document(text)))


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("the of the of the of the of the of the of the of the of the of the of the of.", "repeated-phrases"),
        ("Thc coumcil vated om Tucsday ta clase tvvo af thc citv's fivc swimmimg paals.", "broken-words"),
        (
            "The councilvoted on Tuesdayto close twoof the city's fiveswimming pools, sayingrepairs wouldcost toomuch.",
            "broken-words",
        ),
        (
            "Of on swimming to the voted close two pools has council were Tuesday in city's by to the five been.",
            "unlikely-word-sequences",
        ),
    ],
)
def test_damaged_sentences(sentence: str, reason: str) -> None:
    text = f"{GOOD} {ALSO}\n{sentence}\n{ALSO}"
    (flag,) = flags(text)
    assert flag.text == sentence
    assert text[flag.start : flag.end] == sentence
    assert flag.reason == reason
    assert flag.severity in ("minor", "major")
    assert flag.evidence["least_likely"]


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        ALSO,
        "Council to close two of five city pools",
        "Pools, parks, playgrounds: what the budget means for you",
        "Manchester United 3-1 Arsenal; Chelsea 0-0 Everton; Leeds 2-2 Burnley",
        "Present were Jane Example, John Sample, Ann Other, Max Mustermann and Erika Mustermann.",
        "Add two eggs, 200 g of flour, a pinch of salt and half a litre of milk.",
        "“I don't know what to say,” he said. “It's been a long, long night.”",
        "The unemployment rate fell to 4.1% in March from 4.3% in February, the Labor Department said on Friday.",
        "Not once, not twice, but three times the bell rang out across the empty water.",
        "She was, in a word, furious.",
        "He taught at the Universität Graz, the École normale supérieure and the Uniwersytet Łódzki.",
        "Der Stadtrat hat gestern beschlossen, zwei von fünf Schwimmbädern endgültig zu schließen.",
        "Le conseil municipal a voté mardi la fermeture de deux piscines sur cinq.",
        "He have went to the pool yesterday with he's friends.",
        "The pool it was closed by the council because of money was not enough for the repair.",
        "O winter, winter, keep thy snow, and let the river run;",
        "U.S. Sen. John Q. Sample, R-Ohio, and Rep. Jane Example, D-Calif., introduced the bill.",
    ],
)
def test_people_write_like_this(text: str) -> None:
    assert flags(text) == []


def test_offsets_with_crlf_and_emoji() -> None:
    bad = "the of the of the of the of the of the of the of the of the of the of the of."
    text = f"🏊 {GOOD}\r\n\r\n{bad}\r\n🏊 {ALSO}\r\n"
    (flag,) = flags(text)
    assert text[flag.start : flag.end] == bad
    for stretch in flag.evidence["least_likely"]:
        assert text[stretch["start"] : stretch["end"]] == stretch["text"]


def test_pure_and_picklable() -> None:
    text = f"{GOOD}\nthe of the of the of the of the of the of the of the of the of the of the of."
    detector = pickle.loads(pickle.dumps(Garbled()))
    assert list(detector.detect(Document(text))) == flags(text)
    assert list(Garbled(minimum_score=1.0).detect(Document(text))) == []
    assert set(Garbled().resources()) == {"models/garbled", "models/word_order"}
