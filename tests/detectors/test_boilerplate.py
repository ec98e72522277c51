from __future__ import annotations

import pickle

import pytest

from annotate.detectors.boilerplate import Boilerplate
from annotate.documents import Document

A = "The council voted on Tuesday to close two of the city's five swimming pools, saying repairs would cost too much."
B = "Residents who packed the gallery shouted as the result was read out, and several were asked to leave the building."
C = "A spokesman for the club said its 400 members would have to travel to the next town to train in the winter."


def flags(text: str, **known: object) -> list[tuple[str, str]]:
    return [(f.text, f.reason) for f in Boilerplate().detect(Document(text, **known))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([A, "Read more: The pools, explained", B, C], [("Read more: The pools, explained", "read-also")]),
        ([A, B, "(Photo: Jane Example)", C], [("(Photo: Jane Example)", "image-credit")]),
        (
            ["The old pool, pictured here in spring.", "Photo: Jane Example", A, B, C],
            [("The old pool, pictured here in spring.", "caption"), ("Photo: Jane Example", "image-credit")],
        ),
        (
            [A, "Photo: Jane Example", "The mayor, left, looks on as the roof is removed from the larger pool.", B, C],
            [
                ("Photo: Jane Example", "image-credit"),
                ("The mayor, left, looks on as the roof is removed from the larger pool.", "caption"),
            ],
        ),
        (["By Jane Example", A, B, C], [("By Jane Example", "byline")]),
        (
            [A, B, "Swimmers at the pool on Monday. (John Sample/Reuters)", C],
            [("Swimmers at the pool on Monday. (John Sample/Reuters)", "caption")],
        ),
        ([A, B, C, "Copyright 2020 Example Media"], [("Copyright 2020 Example Media", "copyright")]),
        ([A, "Advertisement", B, C], [("Advertisement", "advertisement")]),
        ([A, B, "* * *", C], []),
    ],
)
def test_lines_with_their_reasons(lines: list[str], expected: list[tuple[str, str]]) -> None:
    assert flags("\n".join(lines)) == expected


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n"])
@pytest.mark.parametrize(
    "inner",
    [
        "What the vote means",
        "A long road back",
        "Pools without water",
        "Council's Plan To Close Pools",
        "20 years of neglect",
        "“I cried,” she said.",
        "Why now?",
        "- a new roof",
        "1. Fix the roof",
        "Q: Who will pay?",
        "A: Nobody knows.",
        "Statement from the club",
        "“Never again.”",
    ],
)
def test_headings_quotes_and_lists_in_the_body_are_no_furniture(inner: str, gap: str) -> None:
    assert flags(gap.join([A, B, inner, C, A.replace("Tuesday", "Friday")])) == []


@pytest.mark.parametrize(
    "title", ["Council to close two pools", "Two Pools To Close, Council Says", "City pools: what we know so far"]
)
def test_titles_are_no_furniture(title: str) -> None:
    assert flags("\n\n".join([title, A, B, C])) == []


def test_credit_inside_a_long_line_is_flagged_alone() -> None:
    long = f"{A} {B} {C} (Photo: Jane Example)"
    assert flags("\n".join([A, long, B])) == [("(Photo: Jane Example)", "image-credit")]


def test_known_furniture_is_flagged_once() -> None:
    text = "\n".join(["Home | News | Sport", A, B, C])
    found = list(Boilerplate().detect(Document(text, furniture=((0, 20),))))
    assert [(f.text, f.reason, f.severity) for f in found] == [("Home | News | Sport", "html-furniture", "neutral")]


def test_offsets_behind_astral_characters_and_crlf() -> None:
    text = f"🏊🏊 {A}\r\n\r\n📷 Photo: Jane Example\r\n{B}\r\n"
    (flag,) = Boilerplate().detect(Document(text))
    assert text[flag.start : flag.end] == flag.text == "📷 Photo: Jane Example"


def test_evidence_names_the_wording() -> None:
    (flag,) = Boilerplate().detect(Document("\n".join([A, "See also: The pools, explained", B])))
    assert flag.evidence["matched"] == "See also:"
    assert 0 <= flag.evidence["probability"] <= 1


def test_pure_and_picklable() -> None:
    text = "\n".join([A, "Advertisement", B, "Photo: Jane Example", C])
    detector = pickle.loads(pickle.dumps(Boilerplate()))
    assert list(detector.detect(Document(text))) == list(Boilerplate().detect(Document(text)))
    assert Boilerplate(minimum_score=1.0).detect(Document(text)) is not None
    assert list(Boilerplate(minimum_score=1.0).detect(Document(text))) == []


def test_empty() -> None:
    assert flags("") == []
    assert flags(" \n ") == []
