from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.detectors.spelling import Spelling
from annotate.documents import Document


def found(text):
    return [(flag.text, flag.reason, flag.evidence["suggestion"]) for flag in Spelling().detect(Document(text=text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is known that theXR-41 probe failed.", [("theXR-41", "run-together", "the XR-41")]),
        ("He said theRussian minister left.", [("theRussian", "run-together", "the Russian")]),
        ("according to studies byAnnenberg last year", [("byAnnenberg", "run-together", "by Annenberg")]),
        ("People came InMoscow and elsewhere.", [("InMoscow", "run-together", "In Moscow")]),
        ("Engineers at NASAwill decide.", [("NASAwill", "run-together", "NASA will")]),
        ("He said that ofthe five two left.", [("ofthe", "run-together", "of the")]),
        ("They saidthat nothing had changed.", [("saidthat", "run-together", "said that")]),
        ("The fire in themuseum was put out.", [("themuseum", "run-together", "the museum")]),
        ("Thecapsule came down on Monday.", [("Thecapsule", "run-together", "The capsule")]),
        ("Ms Ibarra spoke. Ibarrawill speak again.", [("Ibarrawill", "run-together", "Ibarra will")]),
        ("It opened on June7 of that year.", [("June7", "run-together-number", "June 7")]),
        ("It happened in2019 and again.", [("in2019", "run-together-number", "in 2019")]),
        ("At least 40people were hurt.", [("40people", "run-together-number", "40 people")]),
        ("They waited for hours.The train left.", [("hours.The", "missing-space", "hours. The")]),
        ('"We go through."The rest stayed.', [('through."The', "missing-space", 'through." The')]),
        ("soldiers and boats,and more of them", [("boats,and", "missing-space", "boats, and")]),
        ("We recieved the letter.", [("recieved", "common-misspelling", "received")]),
        ("There are alot of them.", [("alot", "common-misspelling", "a lot")]),
        ("The administartion said so.", [("administartion", "misspelling", "administration")]),
        ("the new governement in office", [("governement", "misspelling", "government")]),
        ("a child was taken to hopsital", [("hopsital", "misspelling", "hospital")]),
        ("The plan was rejectd by all.", [("rejectd", "misspelling", "rejected")]),
    ],
)
def test_damage_is_flagged_on_the_whole_token(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The iPhone, YouTube, McDonald, MacLeod, DeSantis, eBay, LinkedIn, FedEx, GmbH and PhD.",
        "She ran 10km in COVID-19 times; the XR-7 and F-16 flew 5pm to 7pm on the 21st, Boeing 737s too.",
        "Use #MeToo, @JohnSmith, https://example.org/theRussian, a.Smith@example.org and theFile.txt.",
        "MPs, NGOs and CEOs in the 1990s saw SpaceX, OpenAI, WhatsApp, HuffPost and iCloud.",
        "They seethe and loathe, and therewith the writer was forthwith withstanding.",
        "The colour of the neighbour's aluminium programme was organised in the theatre centre.",
        "An unrefreshing, waterlogged seawall; the starshade, the kiwifruits and the micronutrients.",
        "At 3 p.m. in the U.S. Senate, J.K. Rowling and Yahoo.com met.",
        "A well-knonw-looking co-operattive is hyphenated.",
        "The myTouch phone and theirs; a man of 6ft 5in; the virus Grew.A spread.",
        "The authors theorise and categorise; she theorises.",
        "He wrote of stowage, a compote and a chancel.",
    ],
)
def test_what_is_right_is_left_alone(text):
    assert found(text) == []


def test_another_language_in_a_quotation_is_left_alone():
    assert (
        found('He said: "Wir haben gesagt, dass seien wirklich bekannt und verkauft werden muss." Then he left.') == []
    )


def test_jargon_is_left_alone():
    text = "The xylotomist saw the adminstration. " + " ".join(
        f"Here is another perfectly common phrase with qu{a}rgl{b}m in it." for a in "aeiou" for b in "aeiou"
    )
    assert "misspelling" not in {reason for _, reason, _ in found(text)}


def test_a_term_that_the_writer_repeats_is_no_slip():
    once = "The reporter met a stratergist."
    assert found(once) == [("stratergist", "misspelling", "strategist")]
    assert found(once * 3) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "The stop for coolingon Tuesday was short.",
            marks=pytest.mark.xfail(reason="short function words end many words"),
        ),
        pytest.param("They went too there house.", marks=pytest.mark.xfail(reason="real-word errors need a model")),
    ],
)
def test_known_misses(text):
    assert found(text)


@settings(max_examples=60)
@given(st.text(alphabet="aBc theThe.,-'19\n#@", max_size=300))
def test_flags_do_not_overlap_and_slice_the_text(text):
    flags = list(Spelling().detect(Document(text=text)))
    for flag, following in pairwise(flags):
        assert flag.end <= following.start
    assert all(text[flag.start : flag.end] == flag.text for flag in flags)


def test_the_word_list_is_named_as_a_resource():
    assert set(Spelling().resources()) == {"lexicon"}
