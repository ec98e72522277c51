from __future__ import annotations

from itertools import permutations

import pytest

from annotate.corroboration.detectors import DETECTORS
from annotate.corroboration.story import hold
from annotate.documents import Document

QUOTED = "We asked about their capacity to carry two more on the tender, but that is not our first choice at this time"
REWORDED = "We asked about their ability to carry two more on the tender, but that is not our main choice at the moment"
TURNED = "We asked about their capacity to carry two more on the tender, and that is our first choice at this time"

AGENCY = f"""The survey ship Kestrel lost power on March 14, 2023, off the coast of Verland, the harbour board said.

The ship's engine room flooded after a pipe burst. Two engineers and one cook are aboard the Kestrel.

Board spokeswoman Ines Halloran told Reuters: "{QUOTED}." """
SECOND = f"""Engineers are asking how the survey ship Kestrel came to lose power on March 14 off Verland.

"{QUOTED}," spokeswoman Ines Halloran said, according to Reuters. The ship is anchored and a tender is near.

A pipe in the engine room of the ship burst, and the pumps of the ship could not keep up with it."""
ALTERED = f"""Power was lost on board the ship after the accident in the engine room, and the board has asked for help.

"{REWORDED}," Halloran said in a statement to the news agency. The weather is expected to be calm until Friday."""


def documents(*texts: str, **known: str) -> list[Document]:
    return [Document(text, id=f"d{i}", **known) for i, text in enumerate(texts)]


def flags_of(found, detector: str):
    return [f for f in found.flags if f.detector.split("@")[0] == detector]


def test_a_reworded_quotation_is_flagged_with_its_edits_and_its_one_origin():
    texts = documents(AGENCY, SECOND, ALTERED)
    found = hold("s", texts)
    assert [f.evidence.quotations.verbatim for f in found] == [1, 1, 0]
    assert [len(flags_of(f, "altered_quote")) for f in found] == [0, 0, 1]
    (flag,) = flags_of(found[2], "altered_quote")
    assert texts[2].text[flag.start : flag.end] == flag.text == f'"{REWORDED},"'
    assert (flag.label, flag.severity, flag.reason) == ("altered-quote", "major", "altered-wording")
    assert [(e["here"], e["elsewhere"]) for e in flag.evidence["edits"]] == [
        ("ability", "capacity"),
        ("main", "first"),
        ("the moment", "this time"),
    ]
    # "The news agency" is the one that the others name: three documents, one origin.
    assert flag.evidence["origins"] == 1
    assert flag.evidence["documents"] == ["d0", "d1", "d2"]


def test_a_turned_meaning_is_critical():
    found = hold("s", documents(AGENCY, SECOND, ALTERED.replace(REWORDED, TURNED)))
    (flag,) = flags_of(found[2], "altered_quote")
    assert (flag.severity, flag.reason) == ("critical", "altered-meaning")


def test_of_two_wordings_neither_is_called_the_altered_one():
    found = hold("s", documents(AGENCY, ALTERED))
    made = [flag for f in found for flag in flags_of(f, "altered_quote")]
    assert [(f.severity, f.reason) for f in made] == [("minor", "wordings-differ")] * 2
    assert all(f.score <= 0.5 for f in made)
    assert [f.evidence.quotations.altered_wording for f in found] == [0, 0]


def test_a_day_that_others_contradict_is_a_claim_with_its_explanation():
    third = (
        AGENCY.replace("March 14, 2023", "March 15")
        .replace("told Reuters", "told the Verland Post")
        .replace(QUOTED, "No")
    )
    texts = documents(AGENCY, SECOND, third)
    found = hold("s", texts)
    (flag,) = [f for f in flags_of(found[2], "claim_conflict") if f.evidence["kind"] == "date"]
    assert flag.text == "March 15"
    assert flag.evidence["explanations"] == ["time-zone"]
    assert flag.evidence["information"] in ("4", "5")
    assert set(flag.evidence["elsewhere"]) == {"March 14, 2023", "March 14"}
    assert not [f for d in found[:2] for f in flags_of(d, "claim_conflict") if f.evidence["kind"] == "date"]
    assert found[2].evidence.claims.contradicted >= 1


def test_what_is_found_nowhere_else_is_no_mark():
    alone = (
        "The mayor of Lindell opened a bridge on May 3, 2021. It cost 4.5 million dollars and took six years to build."
    )
    (found,) = hold("s", documents(alone))
    assert found.flags == []
    claims = found.evidence.claims
    assert claims.checkable == claims.uncorroborated > 0


def test_a_copy_is_no_second_origin():
    copy = AGENCY.replace("The survey ship", "A survey ship")
    found = hold("s", [Document(AGENCY, id="a", source="Reuters"), Document(copy, id="b", source="example.org")])
    assert [f.evidence.origins for f in found] == [1, 1]
    assert [f.evidence.claims.confirmed for f in found] == [0, 0]


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_the_order_of_documents_changes_nothing(order):
    texts = documents(AGENCY, SECOND, ALTERED)
    straight = hold("s", texts)
    turned = hold("s", [texts[i] for i in order])
    assert [turned[order.index(i)] for i in range(3)] == straight


def test_flags_name_their_detectors_and_slice_the_text():
    texts = documents(AGENCY, SECOND, ALTERED)
    for document, found in zip(texts, hold("s", texts), strict=True):
        for flag in found.flags:
            assert flag.detector in DETECTORS
            assert document.text[flag.start : flag.end] == flag.text


def test_each_compared_claim_says_what_others_have_and_whose_word_it_is():
    first = "The ferry Alma carried 214 passengers when it ran aground, harbour master Ines Halloran said."
    second = "The ferry Alma had 214 passengers on board when it ran aground, the Verland Post reported."
    third = "The ferry Alma carried at least 200 passengers when it ran aground, the coast guard said."
    texts = [
        Document(text, id=f"d{i}", source=f"s{i}.example", published="2023-03-15")
        for i, text in enumerate([first, second, third])
    ]
    found = hold("s", texts)
    (one, *_) = [c for c in found[0].evidence.compared if c.kind == "number"]
    assert first[one.start : one.end].startswith("214")
    assert one.standing == "confirmed"
    assert one.origins == 2
    assert one.chain == ["Ines Halloran"]
    assert ["d1"] in one.elsewhere.values()
    assert found[0].evidence.claims.confirmed == 1
    assert [f.evidence.origin for f in found] == [1, 2, 3]


def test_a_copy_names_the_document_it_has_its_text_from():
    early = Document(AGENCY, id="early", source="one.example", published="2023-03-14")
    late = Document(AGENCY + "\n\nIt is the second such case.", id="late", source="two.example", published="2023-03-16")
    found = {d.id: f.evidence for d, f in zip((early, late), hold("s", [early, late]), strict=True)}
    assert [(c.document, c.direction) for c in found["late"].copies] == [("early", "from")]
    assert [(c.document, c.direction) for c in found["early"].copies] == [("late", "to")]
    assert found["late"].copies[0].share > 0.9
    assert found["late"].origin == found["early"].origin


@pytest.mark.parametrize(
    ("line", "declared"),
    [
        ("This article was translated from German.", "declared"),
        ("Translation: Anna Berg", "declared"),
        ("Her novel was translated from German.", None),
    ],
)
def test_a_declared_translation(line: str, declared: str | None):
    (found,) = hold("s", [Document(f"{AGENCY}\n\n{line}", id="d")])
    assert found.evidence.is_translation == declared
