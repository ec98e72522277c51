from __future__ import annotations

import pytest

from annotate.detectors.boilerplate import Boilerplate
from annotate.detectors.spam import Spam
from annotate.documents import Document

A = "The council voted on Tuesday to close two of the city's five swimming pools, saying repairs would cost too much."
B = "Residents who packed the gallery shouted as the result was read out, and several were asked to leave the building."
C = "A spokesman for the club said its 400 members would have to travel to the next town to train in the winter."


def flags(text: str) -> list[tuple[str, str]]:
    return [(f.text, f.reason) for f in Spam().detect(Document(text))]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Follow us on Facebook and Twitter", "social-follow"),
        ("Sign up for our free morning newsletter", "newsletter"),
        ("Subscribe now for only $1 a week", "subscription"),
        ("Download our app for breaking news", "promotion"),
        ("http://a.example.com http://b.example.com http://c.example.com", "link-farm"),
        ("On the network Instagram there is our profile, which you may add or follow.", "social-follow"),
    ],
)
def test_lines(line: str, reason: str) -> None:
    assert flags("\n".join([A, B, line, C])) == [(line, reason)]
    assert flags("\n".join([A, B, C, line])) == [(line, reason)]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("Follow us on Twitter @example.", "social-follow"),
        ("Sign up for our newsletter.", "newsletter"),
        ("Our team has a page on the social network where you are free to follow us.", "social-follow"),
    ],
)
def test_only_the_sentence_of_a_line_that_goes_on(call: str, reason: str) -> None:
    assert flags("\n".join([A, B, f"{C} {call}"])) == [(call, reason)]


def test_neighbouring_calls_of_a_line_are_one_flag() -> None:
    calls = "Follow us on Twitter. Follow us on Facebook."
    assert flags("\n".join([A, B, f"{C} {calls}"])) == [(calls, "social-follow")]


@pytest.mark.parametrize(
    "line",
    [
        "The mayor asked residents to follow the debate on Twitter.",
        "“Follow us on Facebook,” the club's chairman told the meeting, “and see what we are worth.”",
        "Subscribers to the club pay $40 a month, and most of them have signed up for two years.",
        "The company's newsletter was sent to 4,000 people, police said, before the fraud was noticed.",
        "Shares of Facebook fell and Twitter rose after the vote.",
        "He told his followers on Instagram that the pool would be missed.",
        "You can follow the river to the sea.",
    ],
)
def test_news_about_networks_is_no_call(line: str) -> None:
    assert flags("\n".join([A, line, B, C])) == []
    assert flags("\n".join([A, B, C, line])) == []


def test_a_line_is_never_both() -> None:
    text = "\n".join(
        [
            A,
            "Follow us on Twitter",
            "Photo: Jane Example",
            "Share this article",
            "Subscribe now",
            B,
            "Sponsored content",
            C,
        ]
    )
    document = Document(text)
    spam = {(f.start, f.end) for f in Spam().detect(document)}
    boilerplate = {(f.start, f.end) for f in Boilerplate().detect(document)}
    assert spam
    assert boilerplate
    assert not {s for s in spam if any(s[0] < b[1] and b[0] < s[1] for b in boilerplate)}


def test_offsets_with_crlf_and_emoji() -> None:
    text = f"😀 {A}\r\n{B}\r\n👍 Follow us on Facebook 👍\r\n"
    (flag,) = Spam().detect(Document(text))
    assert text[flag.start : flag.end] == flag.text == "👍 Follow us on Facebook 👍"
    assert flag.severity == "minor"


def test_link_farms_are_major() -> None:
    (flag,) = Spam().detect(Document("\n".join([A, "www.a.com www.b.com www.c.com www.d.com", B])))
    assert flag.severity == "major"
