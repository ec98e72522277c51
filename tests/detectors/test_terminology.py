from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from annotate.detectors.terminology import Terminology
from annotate.documents import Document, Flag
from annotate.errors import AnnotateError


def flags(text: str, **options: object) -> list[Flag]:
    return list(Terminology(**options).detect(Document(text)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found", "language", "expected"),
    [
        (
            "The damaged space shuttle stays in orbit. A second Soyuz will bring the crew home.",
            "space shuttle",
            "de",
            "spacecraft",
        ),
        ("The old ferry is still moored to the ISS, where cosmonauts use it.", "ferry", "de", "spacecraft"),
        ("The next start from Vostochny carries a weather satellite.", "start", "de", "launch"),
        ("The descent apparatus landed in the steppe.", "descent apparatus", "ru", "descent module"),
        ("The spatial agency was founded that year.", "spatial agency", "fr", "space agency"),
        ("A resonant case shook the town.", "resonant case", "ru", "high-profile case"),
        ("He was arrested in the night to Sunday.", "in the night to Sunday", "de", "overnight"),
        ("Five deadly victims were counted.", "deadly victims", "de", "deaths"),
        ("The ancient minister spoke.", "ancient minister", "fr", "former"),
        ("The plant was put into exploitation last year.", "put into exploitation", "ru", "put into operation"),
        ("The striker saw a red carton.", "red carton", "fr", "red card"),
        ("The plan depends from the weather.", "depends from", "de", "depend on"),
        ("They asked how it looks like.", "how it looks like", "de", "what it looks like"),
        ("The train to Warschau was late.", "Warschau", "de", "Warsaw"),
        ("The relevant person in charge spoke in Beijing.", "The relevant person in charge", "zh", "authorities"),
    ],
)
def test_calques_and_false_friends(text: str, found: str, language: str, expected: str) -> None:
    (flag,) = flags(text)
    assert text[flag.start : flag.end] == found
    assert flag.label == "terminology"
    assert flag.evidence["source_language"] == language
    assert flag.evidence["foreign"]
    assert flag.evidence["expected"][0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "The space shuttle Atlantis flew for the last time in 2011, before Soyuz and Crew Dragon took over.",
        "NASA will not launch the space shuttle again; its crews fly on Crew Dragon and Soyuz.",
        "Since the space shuttle retired, only Soyuz has carried crews.",
        "Crew Dragon will ferry astronauts to a space station.",
        "NASA wants capsules that ferry cargo to the ISS.",
        "The ferry crossed the river near the island.",
        "The start of the season was slow for the team from Vostochny.",
        "The actual cost was higher, and eventually a sensible plan was made.",
        "He is a former minister of an ancient town.",
        "The trainer at the gym helped him.",
        "They made a picture about the war and threw a party to celebrate.",
        "She married with two children to care for.",
        "The white paper came with a red card.",
        "The search for information took years; the advice was good.",
        "",
    ],
)
def test_ordinary_english_is_left_alone(text: str) -> None:
    assert flags(text) == []


def test_calques_of_one_language_support_each_other() -> None:
    alone = flags("The old ferry is still moored to the ISS.")
    together = flags(
        "The old ferry is still moored to the ISS. The next start from Baikonur is on the 2nd, Roskosmos said."
    )
    ferry = next(f for f in together if f.text == "ferry")
    assert "others_of_this_language" not in alone[0].evidence
    assert ferry.evidence["others_of_this_language"] == 2
    assert ferry.score > alone[0].score
    assert alone[0].evidence["context"]


def test_several_languages_are_listed_and_the_best_supported_comes_first() -> None:
    text = "A carrier rocket was ready. The descent apparatus landed in the steppe."
    rocket = flags(text)[0]
    assert rocket.evidence["source_language"] in ("ru", "uk", "es")
    assert set(rocket.evidence["explained_by"]) >= {"de", "ru", "zh"}


def test_a_term_inside_a_quotation_weighs_less() -> None:
    plain = flags("The descent apparatus landed in the steppe.")[0]
    quoted = flags("“The descent apparatus landed in the steppe,” he said.")[0]
    assert (plain.severity, quoted.severity) == ("major", "minor")
    assert quoted.evidence["quoted"] is True


def test_users_add_termbases_and_leave_out_the_shipped_ones(tmp_path: Path) -> None:
    path = tmp_path / "rail.yaml"
    path.write_text(
        "name: rail\norigin: me\nlicense: CC0-1.0\nentries:\n"
        "- {terms: [soft rail+], expected: [points], sources: {de: [Weiche]}, domain: rail, score: 0.9}\n",
        encoding="utf-8",
    )
    text = "The soft rails were blocked. The descent apparatus landed."
    assert [f.text for f in flags(text)] == ["descent apparatus"]
    assert [f.text for f in flags(text, termbases=(str(path),))] == ["soft rails", "descent apparatus"]
    assert [f.text for f in flags(text, termbases=(str(path),), builtin=False)] == ["soft rails"]
    assert "termbase:rail" in Terminology(termbases=(str(path),)).resources()


def test_a_termbase_called_like_a_shipped_one_changes_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "general.yaml"
    path.write_text("name: g\norigin: me\nlicense: x\nentries: [{terms: [a b], expected: [c]}]\n", encoding="utf-8")
    both, alone = Terminology(termbases=(str(path),)), Terminology(termbases=(str(path),), builtin=False)
    digests = {t.resources()["termbase:general"] for t in (Terminology(), both, alone)}
    assert len(digests) == 3


def test_a_mistake_in_a_users_termbase_is_found_before_scoring(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("name: x\norigin: x\nlicense: x\nentries:\n- {terms: [_ a], expected: [b]}\n", encoding="utf-8")
    with pytest.raises(AnnotateError, match=r"bad\.yaml: term '_ a' must begin with a word"):
        Terminology(termbases=(str(path),)).resources()


def test_detector_is_picklable_and_its_digests_stay_the_same() -> None:
    detector = Terminology()
    again = pickle.loads(pickle.dumps(detector))
    assert again.resources() == detector.resources()
    text = "The descent apparatus landed in the steppe."
    assert list(again.detect(Document(text))) == list(detector.detect(Document(text)))
