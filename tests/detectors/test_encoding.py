from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.detectors.encoding import Encoding
from annotate.documents import Document


def found(text):
    return [(flag.text, flag.reason) for flag in Encoding().detect(Document(text=text))]


def misread(text, encoding):
    return text.encode("utf-8").decode(encoding)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was the minister" + misread("’", "cp1252") + "s plan.", [(misread("’", "cp1252"), "mojibake")]),
        ("It was the minister" + misread("’", "latin-1") + "s plan.", [(misread("’", "latin-1"), "mojibake")]),
        ("the caf" + misread("é", "cp1252") + " on the corner", [("caf" + misread("é", "cp1252"), "mojibake")]),
        (
            "said Mat" + misread("í", "latin-1") + "as on Monday",
            [("Mat" + misread("í", "latin-1") + "as", "mojibake")],
        ),
        (misread("É", "cp1252") + "tienne said", [(misread("É", "cp1252") + "tienne", "mojibake")]),
        ("it cost " + misread("£", "cp1252") + "41m", [(misread("£", "cp1252"), "mojibake")]),
        (
            "double: " + misread(misread("’", "cp1252"), "cp1252") + "s",
            [(misread(misread("’", "cp1252"), "cp1252"), "mojibake")],
        ),
        (misread("Привет", "cp1252").replace("\x81", "") + " all", [(misread("Привет", "cp1252"), "mojibake")]),
        ("voilÃ  for once", [("voilÃ", "mojibake")]),
        ("the end of a quoteâ€ and more", [("â€", "mojibake")]),
        ("I don\ufffd\ufffd\ufffdt know", [("\ufffd\ufffd\ufffd", "replacement-character")]),
        ("the pope\x92s views", [("\x92", "control-character")]),
        ("a NUL\x00here", [("\x00", "control-character")]),
        (
            "We don?t know what Ann?s plan is.",
            [("don?t", "question-mark-for-character"), ("Ann?s", "question-mark-for-character")],
        ),
        ("profit &amp; loss&nbsp;account", [("&amp;", "unresolved-entity"), ("&nbsp;", "unresolved-entity")]),
        ("five times &amp;amp;amp;quot; over", [("&amp;amp;amp;quot;", "unresolved-entity")]),
        ("the caf\\u00e9 is open", [("\\u00e9", "unresolved-escape")]),
    ],
)
def test_damage_is_flagged_on_its_exact_range(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Jan Wörner and Herr Müller flew from São Paulo to Łódź via Århus, Göteborg and Zürich.",
        "Владимир met 北京 officials; naïve façade, FRÜHSTÜCK, ÄÖÜ, Zażółć gęślą jaźń.",
        "“Quoted,” she said — ‘inside’… 20–30 °C, €5, £41m, 3½, ©2020, ™.",
        "A rocket 🚀 and a family 👩‍🚀 took off.",
        "AT&T and R&D; Q&A; see https://example.org/?s=1&t=2",
        "Who is it? Should we go? s is a letter.",
        "line\x85break",
    ],
)
def test_what_is_right_is_left_alone(text):
    assert found(text) == []


def test_the_suggestion_is_the_text_before_it_was_misread():
    (flag,) = Encoding().detect(Document(text="Der Caf" + misread("é", "cp1252") + "."))
    assert flag.evidence["suggestion"] == "Café"
    assert flag.severity == "major"


def test_soft_hyphens_give_one_flag_that_counts_them():
    flags = list(Encoding().detect(Document(text="per\u00adson\u00adal val\u00adues")))
    assert [(flag.reason, flag.evidence["count"], flag.start) for flag in flags] == [("invisible-character", 3, 3)]


@given(st.sampled_from("éèüößñçàøåæ’“–€"), st.text("abc ", min_size=0, max_size=10))
def test_every_common_character_is_found_wherever_it_was_misread(character, before):
    wrong = misread(character, "latin-1")
    text = before + "x" + wrong + "x"
    flags = list(Encoding().detect(Document(text=text)))
    assert any(flag.start <= text.index(wrong) < flag.end for flag in flags)


@given(st.text())
def test_flags_are_in_order_and_inside_the_text(text):
    flags = list(Encoding().detect(Document(text=text)))
    assert [flag.start for flag in flags] == sorted(flag.start for flag in flags)
    assert all(text[flag.start : flag.end] == flag.text for flag in flags)


def test_the_detector_is_picklable():
    assert pickle.loads(pickle.dumps(Encoding())) == Encoding()
