import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corroboration.entities import TypeMention, find_mentions, gather, gather_forms, outlying_types, type_words
from annotate.documents import Document


def together(one: str, other: str, *more: str) -> bool:
    return any(one in group and other in group for group in gather_forms([one, other, *more]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Andrei Volkov", "Andrey Volkov"),
        ("Dmitry Saltikov", "Dimitri Saltikov"),
        ("Kosmoprom", "Cosmoprom"),
        ("ESRA", "Esra"),
        ("TK-9", "Tk-9"),
        ("TK-9", "theTK-9"),
        ("TK-9", "Orel TK-9"),
        ("Zoë Müller", "Zoe Muller"),
        ("Varga", "Alice Varga"),
        ("Sen. Alice Varga", "Alice Varga"),
        ("Alice B. Varga", "Alice Varga"),
        ("European Space Relay Agency", "ESRA"),
        ("Lund Gallery in Bergen", "Lund Gallery"),
        ("Norvik Ltd.", "Norvik"),
    ],
)
def test_forms_of_one_name_are_gathered(one: str, other: str) -> None:
    assert together(one, other)


@pytest.mark.parametrize(
    "forms",
    [
        ("TK-9", "TK-8"),
        ("Alice Varga", "Boris Varga"),
        ("Alice", "Alice Varga"),
        ("Daniel Lund", "Daniela Lund"),
        ("Ivana Lund", "Ivanka Lund"),
        ("Varga", "Alice Varga", "Boris Varga"),
        ("North Harbour", "South Harbour"),
    ],
)
def test_two_names_stay_apart(forms: tuple[str, ...]) -> None:
    assert not together(*forms)


def test_mentions_are_gathered_across_documents() -> None:
    first = Document(text="Andrey Volkov left theTK-9 early.")
    second = Document(text="In Bergen, the agency's Andrei Volkov spoke of TK-9's radiator.")
    groups = gather([*find_mentions(first, "a"), *find_mentions(second, "b")])
    forms = [[(m.document, m.text) for m in group] for group in groups]
    assert [("a", "Andrey Volkov"), ("b", "Andrei Volkov")] in forms
    assert [("a", "TK-9"), ("b", "TK-9")] in forms


@pytest.mark.parametrize(
    ("text", "noun", "entity"),
    [
        ("The Orel TK-9 capsule leaked.", "capsule", "Orel TK-9"),
        ("The TK-9, a damaged capsule, leaked.", "capsule", "TK-9"),
        ("A “Sea Hawk” ferry is docked there.", "ferry", "Sea Hawk"),
        ("The oil tanker Maris sank.", "oil tanker", "Maris"),
        ("As a replacement for a damaged space shuttle it flew.", "space shuttle", ""),
    ],
)
def test_type_words_and_their_names(text: str, noun: str, entity: str) -> None:
    (found,) = type_words(Document(text=text))
    assert (found.noun, found.entity, text[found.start : found.end]) == (noun, entity, noun)


def test_an_employer_is_no_spokesperson() -> None:
    text = "ESRA spokesperson Alice Varga said so."
    assert [(t.noun, t.entity) for t in type_words(Document(text=text))] == [("spokesperson", "Alice Varga")]


STORY = {
    "a": "The Orel TK-9 capsule sprang a leak. Engineers are looking at the Orel TK-9 spacecraft.",
    "b": "The TK-9 spacecraft leaked coolant, and a second Orel capsule may fly. The TK-9 capsule is cold.",
    "c": "A hole was found in the hull of the Orel TK-9 vehicle.",
}


def conflicts(**documents: str) -> list[tuple[str, str, str]]:
    story = [(key, type_words(Document(text=text))) for key, text in documents.items()]
    found = outlying_types(story)
    assert found == outlying_types(story[::-1])
    for conflict in found:
        assert 0.5 <= conflict.score <= 1 and conflict.document not in conflict.documents
    return [(c.document, c.entity, c.here) for c in found]


def test_a_type_that_the_others_exclude_is_found_with_its_counts() -> None:
    text = "As a replacement for a damaged space shuttle, a capsule is to fly. The TK-9 ferry has a leak."
    assert conflicts(**STORY, d=text) == [("d", "Orel TK-9", "space shuttle"), ("d", "Orel TK-9", "ferry")]
    _, ferry = outlying_types([(k, type_words(Document(text=t))) for k, t in {**STORY, "d": text}.items()])
    assert ferry.elsewhere == (("capsule", 2), ("spacecraft", 2), ("vehicle", 1))
    assert ferry.documents == ("a", "b", "c")
    assert text[ferry.start : ferry.end] == "ferry"


@pytest.mark.parametrize(
    "text",
    [
        "The TK-9 craft leaked.",
        "The TK-9 spaceship leaked.",
        "The Orel TK-9 vehicle leaked.",
        "The ferry Maris lay in port far from the TK-9 capsule.",
    ],
)
def test_near_synonyms_and_other_things_are_no_conflict(text: str) -> None:
    assert conflicts(**STORY, d=text) == []


def test_two_documents_against_each_other_decide_nothing() -> None:
    assert conflicts(a=STORY["a"], d="The TK-9 ferry has a leak.") == []


def test_a_title_that_the_others_exclude() -> None:
    story = {"a": "Rep. Bob Varga spoke.", "b": "Rep. Bob Varga left early.", "c": "Sen. Bob Varga stayed."}
    assert conflicts(**story) == [("c", "Bob Varga", "senator")]
    assert conflicts(**{**story, "c": "Former governor Bob Varga stayed."}) == []


@pytest.mark.parametrize(
    ("text", "noun"),
    [
        ("Sen. Bob Varga (R-Ohio) spoke.", "republican"),
        ("Bob Varga, D-Ohio, spoke.", "democrat"),
        ("Bob Varga, a Maine Republican who had waited, spoke.", "republican"),
        ("Bob Varga, the top Democrat on the panel, spoke.", "democrat"),
        ("Bob Varga, Republican of Maine, spoke.", "republican"),
        ("Republican presidential nominee Bob Varga spoke.", "republican"),
        ("GOP Sen. Bob Varga spoke.", "republican"),
        ("Social Democratic Chancellor Bob Varga spoke.", "social democrat"),
        ("Former Republican Bob Varga spoke.", None),
        ("Bob Varga, the Republican said, was late.", None),
        ("Bob Varga, who defeated Republican Ann Lund, spoke.", None),
        ("Republican attacks on Bob Varga went on.", None),
    ],
)
def test_the_party_of_a_person(text: str, noun: str | None) -> None:
    found = {t.entity: t.noun for t in type_words(Document(text=text)) if t.noun not in ("senator", "chancellor")}
    assert found.get("Bob Varga") == noun


PARTY = {"a": "Sen. Bob Varga (R-Ohio) spoke.", "b": "Republican Bob Varga left.", "c": "Bob Varga, D-Ohio, stayed."}


def test_a_party_that_the_others_exclude() -> None:
    assert conflicts(**PARTY) == [("c", "Bob Varga", "democrat")]
    assert conflicts(a=PARTY["a"], c=PARTY["c"]) == []
    assert conflicts(**{**PARTY, "b": "Republican Ann Varga left."}) == []
    # Who calls him by both is in doubt with one other document already.
    assert conflicts(a=PARTY["a"], c=PARTY["c"] + " Republican Bob Varga left.") == [("c", "Bob Varga", "democrat")]


def test_an_office_that_is_nobodys() -> None:
    story = {
        "a": "President Ann Lund spoke. The president was late.",
        "b": "Ann Lund, the president, was late.",
        "c": "Ann Lund spoke. The prime minister was late.",
    }
    assert conflicts(**story) == [("c", "Ann Lund", "prime minister")]
    assert conflicts(**{**story, "c": "Norway's prime minister came. The prime minister was late."}) == []
    assert conflicts(**{**story, "b": story["b"] + " The prime minister of Norway came."}) == []


def test_a_senator_who_became_president() -> None:
    story = {"a": "President Bob Varga spoke.", "b": "President Bob Varga left.", "c": "Senator Bob Varga stayed."}
    assert conflicts(**story) == []


def test_documents_of_one_origin_are_one_witness() -> None:
    story = [(key, type_words(Document(text=text))) for key, text in PARTY.items()]
    assert [c.here for c in outlying_types(story, {"a": 0, "b": 1, "c": 2})] == ["democrat"]
    assert outlying_types(story, {"a": 0, "b": 0, "c": 1}) == []


@given(st.text(alphabet="ABab -,.’'s the capsule ferry“”1\n", max_size=100))
def test_every_range_slices_the_text(text: str) -> None:
    document = Document(text=text)
    for mention in find_mentions(document, "a"):
        assert text[mention.start : mention.end] == mention.text != ""
    for found in type_words(document):
        assert isinstance(found, TypeMention) and 0 <= found.start < found.end <= len(text)


@given(st.lists(st.text(alphabet="ABab -.’", max_size=12), max_size=8))
def test_groups_are_a_partition_whatever_the_order(forms: list[str]) -> None:
    groups = gather_forms(forms)
    assert sorted(f for g in groups for f in g) == sorted(set(forms))
    assert groups == gather_forms(reversed(forms))
