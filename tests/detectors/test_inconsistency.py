from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.detectors.inconsistency import Inconsistency
from annotate.documents import Document, Flag
from annotate.lexicon.transliteration import transliteration_key


def flags(text: str) -> list[Flag]:
    return list(Inconsistency().detect(Document(text)))


@pytest.mark.parametrize(
    ("text", "found", "reason"),
    [
        (
            "The flight of Oleg Artemyev went well. Crews like Oleg Artemyev. A doctor saw Oleg Artemiev later.",
            ["Artemiev"],
            "name-spelling",
        ),
        ("We met Sergei Ryazansky there. Today Sergey Ryazansky flew on.", ["Sergey"], "name-spelling"),
        (
            "The talks with Ivan Kuzmichenko failed. Later Ivan Kuzmichenko left. We saw Ivan Kuzmichenk0 go, and "
            "Ivan Kuzmchenko said so.",
            ["Kuzmchenko"],
            "name-spelling",
        ),
        (
            "We saw Dmitry Gerasimenkov fly. The crew of Gerasimenkof? No: Gerassimenkov said so.",
            ["Gerassimenkov"],
            "surname-spelling",
        ),
        ("They flew to Kyiv, from Kyiv to Lviv, and back to Kiev.", ["Kiev"], "place-or-organisation"),
        ("The agency Roscosmos said so. A day later Roskosmos denied it.", ["Roskosmos"], "place-or-organisation"),
        ("A statement of NASA came. Officials at NASA agreed, Nasa’s chief said.", ["Nasa"], "acronym-case"),
        ("The capsule TK-41 leaked. Later TK-41 landed, and Tk-41 was lost.", ["Tk-41"], "designation"),
        ("A jet, the F-35, landed. The F-35 took off, another F35 did not.", ["F35"], "designation"),
        ("Talks with Park Geun-hye failed. A day later Park Geun Hye left.", ["Geun Hye"], "hyphenation"),
    ],
)
def test_the_rarer_or_later_form_is_flagged(text: str, found: list[str], reason: str) -> None:
    got = flags(text)
    assert [f.text for f in got] == found
    for flag in got:
        assert (flag.label, flag.severity, flag.reason) == ("inconsistency", "minor", reason)
        start, end = flag.evidence["other_at"]
        assert text[start:end] == flag.evidence["other"]
        assert flag.evidence["other"] != flag.evidence["form"]


def test_counts_are_given_and_every_occurrence_of_the_rarer_form_is_flagged() -> None:
    text = "From Kiev to Kyiv. In Kyiv, near Kyiv, by Kiev."
    got = flags(text)
    assert [(f.start, f.text) for f in got] == [(5, "Kiev"), (42, "Kiev")]
    assert got[0].evidence["count"] == 2
    assert got[0].evidence["other_count"] == 3


@pytest.mark.parametrize(
    "text",
    [
        "We met Dmitry Petrenkov there, and Dmitri Rogozhkin too.",
        "We met Ivan Sobolenkov there. His wife Anna Sobolenkova came as well.",
        "The talks with Mario Rossini failed. His sister Maria Rossini left.",
        "The Kuznetsovs came, and Boris Kuznetsov spoke. We heard Boris Kuznetsov’s speech.",
        "They flew to Kyiv. “I love Kiev in the spring,” she said.",
        "LONDON (Reuters) - The mayor of London spoke.",
        "The WHO said so. Who knows? The US sent us aid. In May the MAY group met.",
        "The Progress TK-41 leaked. The TK-42 was launched, and TK-43 came later.",
        "Report on the Progress Tk-41 Spacecraft. The TK-41 leaked, and TK-41 landed.",
        "A Foundation-sponsored plan. The Gates Foundation sponsored it, the Gates Foundation-sponsored plan.",
        "Carl Lindqvister met Earl Lindqvister.",
        "",
    ],
)
def test_different_things_are_left_alone(text: str) -> None:
    assert flags(text) == []


def test_documents_are_never_held_against_each_other() -> None:
    assert flags("They flew to Kyiv.") == []
    assert flags("They flew to Kiev.") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vasilyev", "Vasiliev"),
        ("Sergei", "Sergey"),
        ("Alexei", "Aleksey"),
        ("Roscosmos", "Roskosmos"),
        ("Mikhail", "Mihail"),
        ("Yusuf", "Yousuf"),
        ("Guzmán", "Guzman"),
        ("Fedorov", "Fyodorov"),
    ],
)
def test_romanisations_share_a_key(one: str, other: str) -> None:
    assert transliteration_key(one) == transliteration_key(other)


@pytest.mark.parametrize(("one", "other"), [("Ivanov", "Ivanova"), ("Petrov", "Pavlov"), ("Smith", "Schmidt")])
def test_other_names_do_not(one: str, other: str) -> None:
    assert transliteration_key(one) != transliteration_key(other)


@given(st.lists(st.sampled_from(["Kyiv", "Kiev", "NASA", "Nasa", "went", "to", "F-35", "F35", "."]), max_size=40))
def test_flags_are_ordered_and_slice_the_text(words: list[str]) -> None:
    text = " ".join(["we", *words])
    got = flags(text)
    assert [f.start for f in got] == sorted(f.start for f in got)
    assert all(text[f.start : f.end] == f.text for f in got)
