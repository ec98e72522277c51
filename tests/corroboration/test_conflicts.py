import datetime
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corroboration.conflicts import Relation, relate
from annotate.corroboration.values import document_values
from annotate.documents import Document

# A story of an invented craft, told by four documents.
CRAFT = {
    "a": "On January 9, 2023, a broadcast showed that the Orel TK-9 capsule had sprung a coolant leak. The crew of "
    "three, who are aboard the Meridian Station, is due to head back to Earth in May 2023. The Kosmoprom agency will "
    "send Andrey Volkov and Dimitri Saltikov home.",
    "b": "Cooling fluid escaped from the Orel TK-9 capsule during an incident on Jan. 9. The three-person team is "
    "currently aboard the TK-9 vehicle. The craft is scheduled to return its crew to Earth early next year.",
    "c": "On January 10, the outer hull of the Orel TK-9 was damaged and the crew saw cooling fluid leave the "
    "capsule. The crew is currently aboard the Meridian Station. "
    "Cosmoprom's Andrei Volkov and Dmitry Saltikov are well.",
    "d": "The crew, Andrei Volkov and Dmitri Saltikov among them, will probably fly home in the fall.",
}


def story(documents: Mapping[str, str], **published: str) -> list[Relation]:
    days = {key: datetime.date.fromisoformat(day) for key, day in published.items()}
    given_ = [document_values(Document(text=text), key, days.get(key)) for key, text in documents.items()]
    found = relate(given_)
    assert found == relate(given_[::-1])
    for relation in found:
        assert 0 <= relation.score <= 1
        assert len({m.document for m in relation.members}) > 1 or relation.explanations == ("calendar",)
        for member in relation.members:
            assert documents[member.document][member.start : member.end] == member.text
    assert msgspec.json.decode(msgspec.json.encode(found), type=list[Relation]) == found
    return found


def conflicts(found: list[Relation], at_least: float = 0.5) -> list[Relation]:
    return [r for r in found if r.relation == "conflict" and r.score >= at_least]


def test_a_day_that_two_documents_contradict_has_the_time_zone_note() -> None:
    (date,) = [r for r in conflicts(story(CRAFT)) if r.kind == "date"]
    assert date.explanations == ("time-zone",)
    assert (date.majority, date.minority) == ("2023-01-09", ("2023-01-10",))
    assert [(m.document, m.text) for m in date.odd] == [("c", "January 10")]


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("The pump failed on Monday, January 10, 2023, at dawn.", "Monday"),  # a Tuesday
        ("The pump failed on 10/1/2023 (Monday) at dawn.", "Monday"),  # neither reading is one
        ("The pump failed on Tuesday, January 10, 2023, at dawn.", None),
        ("The pump failed on 1/10/2023 (Tuesday) at dawn.", None),
        ("The pump failed on Monday, January 10, at dawn.", None),  # of which year?
        ("It met on January 10, 2023. Monday was a holiday.", None),
    ],
)
def test_a_weekday_is_held_against_the_date_beside_it(text: str, odd: str | None) -> None:
    documents = {"a": text, "b": "All pumps failed on January 10, 2023.", "c": "A quiet week."}
    found = [r for r in story(documents) if r.explanations == ("calendar",)]
    assert [m.text.removeprefix("on ") for r in found for m in r.odd] == ([odd] if odd else [])


def test_a_date_in_figures_agrees_by_either_reading() -> None:
    documents = {"a": "The coolant pump failed on 3/4/2023.", "b": "The coolant pump failed on 4 March 2023."}
    for there in ("3 April 2023", "March 4, 2023"):
        (relation,) = story({**documents, "b": f"The coolant pump failed on {there}."})
        assert relation.relation == "same"
    (relation,) = story({**documents, "b": "The coolant pump failed on March 9, 2023."})
    assert relation.relation == "conflict"


def test_where_the_crew_is() -> None:
    (place,) = [r for r in conflicts(story(CRAFT)) if r.kind == "place"]
    assert [(m.document, m.text) for m in place.odd] == [("b", "TK-9 vehicle")]


def test_plans_that_move_are_updates() -> None:
    updates = [{m.text for m in r.members} for r in story(CRAFT) if r.relation == "update" and r.attribute == "return"]
    assert set().union(*updates) == {"May 2023", "early next year", "in the fall"}


def test_spellings_of_a_name_are_never_a_conflict() -> None:
    assert [r for r in story(CRAFT) if r.kind == "person" and r.relation == "conflict"] == []


def test_whose_a_craft_is() -> None:
    documents = {"a": "The Russian Soyuz leaked.", "b": "The Russian Soyuz is old.", "c": "NASA's Soyuz leaked."}
    (owner,) = conflicts(story(documents))
    assert (owner.kind, [m.text for m in owner.odd]) == ("owner", ["NASA's Soyuz"])
    assert conflicts(story({"a": "The Russian Navy left.", "b": "The Chinese Navy stayed."})) == []


LEAD = "The harbour fire at the Norvik fish market killed {} people, the coast guard said {}."


@pytest.mark.parametrize(
    ("first", "second", "relation", "explanation"),
    [
        ("12", "15", "conflict", None),
        ("at least 12", "15", "bound", "at-least"),
        ("about 300", "294", "bound", "rounding"),
        ("12", "400", "scope", "different-scope"),
        ("12", "twelve", "same", None),
    ],
)
def test_two_tolls_of_one_event(first: str, second: str, relation: str, explanation: str | None) -> None:
    documents = {"a": LEAD.format(first, "at noon"), "b": LEAD.format(second, "at noon")}
    (toll,) = [r for r in story(documents, a="2023-02-15", b="2023-02-15") if r.kind == "number"]
    assert toll.relation == relation
    assert toll.explanations == (() if explanation is None else (explanation,))
    assert (toll.score >= 0.5) == (relation == "conflict")


def test_a_toll_that_rises_in_a_later_report_is_an_update() -> None:
    documents = {"a": LEAD.format("12", "at noon"), "b": LEAD.format("15", "at noon")}
    (toll,) = [r for r in story(documents, a="2023-02-15", b="2023-02-16") if r.kind == "number"]
    assert (toll.relation, toll.explanations) == ("update", ("later-report",))


def test_a_document_that_gives_both_figures_shows_that_they_are_of_two_things() -> None:
    documents = {
        "a": LEAD.format("12", "at noon"),
        "b": LEAD.format("15", "at noon") + " Of these people 12 were killed on the quay.",
    }
    assert conflicts(story(documents)) == []


def test_the_odd_weekday_is_found() -> None:
    documents = {
        key: LEAD.format("12", f"on {day}") for key, day in {"a": "Monday", "b": "Monday", "c": "Tuesday"}.items()
    }
    (day,) = conflicts(story(documents, a="2023-02-15", b="2023-02-15", c="2023-02-15"))
    assert (day.kind, day.majority, [m.document for m in day.odd]) == ("weekday", "monday", ["c"])


def test_one_date_in_two_formats_is_the_same() -> None:
    texts = ("January 9, 2023", "9 January 2023", "2023-01-09")
    documents = {key: LEAD.format("12", f"on {text}") for key, text in zip("abc", texts, strict=True)}
    assert conflicts(story(documents), 0.0) == []
    assert any(r.relation == "same" and len(r.members) == 3 for r in story(documents) if r.kind == "date")


def test_a_surname_that_no_other_document_knows() -> None:
    documents = {
        "a": "Harbour master Ingrid Solberg said the market had no alarm. Mrs. Solberg blamed the city.",
        "b": "Harbour master Ingrid Solberg said there was no alarm at the market.",
        "c": "Harbour master Ingrid Haugen said the market had no alarm. Mrs. Solberg blamed the city.",
    }
    (person,) = conflicts(story(documents))
    assert (person.kind, [m.text for m in person.odd]) == ("person", ["Ingrid Haugen"])


CUT = "The Norvik council cut the harbour budget by {} percent{}, the mayor said."


def test_figures_of_a_list_are_shyly_compared() -> None:
    scores = []
    for park, road in (("a third", "a quarter"), ("31 percent", "24 percent")):
        more = f", the park budget by {park} and the road budget by {road}"
        found = conflicts(story({"a": CUT.format("12", more), "b": CUT.format("17", "")}), 0.0)
        scores.append(max(r.score for r in found if any(m.text == "12" for m in r.members)))
    assert scores[1] < scores[0] - 0.1


def test_a_share_without_its_decimals_is_rounded() -> None:
    (relation,) = story({"a": CUT.format("8.1", ""), "b": CUT.format("8", "")})
    assert (relation.relation, relation.explanations) == ("bound", ("rounding",))
    assert conflicts(story({"a": CUT.format("8.9", ""), "b": CUT.format("8", "")}))


def test_two_persons_of_one_given_name_in_unlike_sentences() -> None:
    likely = {"a": "Sen. Alice Varga opened the Norvik harbour.", "b": "Sen. Alice Lund opened the Norvik harbour."}
    assert [r.kind for r in conflicts(story(likely), 0.3)] == ["person"]
    assert not conflicts(story({**likely, "b": "A goalkeeper, Alice Lund, hurt her knee in Bergen."}), 0.3)


def test_a_weekday_against_another_documents_date() -> None:
    documents = {"a": LEAD.format("12", "on Monday"), "b": LEAD.format("12", "on February 14")}
    (found,) = conflicts(story(documents, a="2023-02-15", b="2023-02-15"))
    assert found.kind == "weekday" and {m.norm for m in found.members} == {"monday", "tuesday"}
    documents["a"] = LEAD.format("12", "on Tuesday")
    assert not conflicts(story(documents, a="2023-02-15", b="2023-02-15"))


@given(st.lists(st.sampled_from(sorted(CRAFT.values())), max_size=4))
def test_copies_never_conflict_with_each_other(texts: list[str]) -> None:
    documents = [document_values(Document(text=text), str(i)) for i, text in enumerate(texts)]
    for relation in relate(documents):
        by_document = {texts[int(m.document)] for m in relation.members}
        assert relation.relation == "same" or len(by_document) > 1
