"""The five seed documents held against each other: they tell one event, and gold says what must come out."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from annotate.corroboration.conflicts import relate
from annotate.corroboration.detectors import DETECTORS
from annotate.corroboration.values import document_values
from annotate.documents import Document, Record
from annotate.reading import read
from annotate.run import score_to
from annotate.writing import read_records

ROOT = Path(__file__).parents[2]
SEEDS = Path(os.environ.get("ANNOTATE_SEEDS", ROOT.parent / "shared" / "seeds"))
GOLD = [
    json.loads(line)
    for line in (ROOT / "tests" / "gold" / "seeds_story.jsonl").read_text(encoding="utf-8").splitlines()
]

pytestmark = pytest.mark.skipif(
    not SEEDS.is_dir(), reason=f"seed documents not found at {SEEDS}; set ANNOTATE_SEEDS to their folder"
)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    out = tmp_path_factory.mktemp("seeds") / "scores.jsonl"
    score_to(SEEDS, out)
    return {record.id: record for record in read_records(out)}


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [item for item in read([SEEDS]) if isinstance(item, Document)]


def compared(record: Record) -> list[tuple[int, int, str]]:
    return [(f.start, f.end, f.label) for f in record.flags if f.detector in DETECTORS]


def test_they_are_one_story(records: dict[str, Record]) -> None:
    assert len({r.evidence.story for r in records.values() if r.evidence}) == 1
    assert {r.evidence.documents for r in records.values() if r.evidence} == {5}


@pytest.mark.parametrize("row", GOLD, ids=lambda row: row["id"])
def test_what_comparison_flags_is_what_gold_says(records: dict[str, Record], row: dict) -> None:
    found = compared(records[row["id"]])
    wanted = [(f["start"], f["end"], f["label"]) for f in row["flags"]]
    needed = [(f["start"], f["end"], f["label"]) for f in row["flags"] if f["required"]]
    assert [place for place in needed if place not in found] == []
    assert [place for place in found if place not in wanted] == []


def test_the_spokeswoman_is_reworded_in_one_document_and_has_one_origin(records: dict[str, Record]) -> None:
    (flag,) = [f for f in records["002"].flags if f.label == "altered-quote"]
    assert flag.reason == "altered-wording"
    edits = [(e["elsewhere"], e["here"]) for e in flag.evidence["edits"]]
    assert edits == [("on", "about"), ("capability", "ability"), ("prime", "main"), ("this time", "the moment")]
    assert flag.evidence["documents"] == ["000", "001", "002"]
    assert flag.evidence["origins"] == 1
    verbatim = {id_: r.evidence.quotations.verbatim for id_, r in records.items() if r.evidence}
    assert verbatim == {"000": 1, "001": 1, "002": 0, "003": 0, "004": 0}


def test_the_day_may_be_another_time_zone_s(records: dict[str, Record]) -> None:
    (flag,) = [f for f in records["003"].flags if f.reason == "date-conflict"]
    assert flag.evidence["explanations"] == ["time-zone"]
    assert flag.evidence["documents"] == ["000", "001"]


def test_terms_are_held_against_those_of_the_others(records: dict[str, Record]) -> None:
    flags = [f for f in records["004"].flags if f.reason == "type-conflict"]
    assert [f.evidence["here"] for f in flags] == ["space shuttle", "ferry", "ferry"]
    for flag in flags:
        assert flag.evidence["elsewhere"]["spacecraft"] >= 3
        assert "004" not in flag.evidence["documents"]


def test_a_return_put_off_is_an_update(documents: list[Document]) -> None:
    found = relate([document_values(d, d.id) for d in documents])
    returns = [r for r in found if r.kind == "date" and r.attribute == "return"]
    assert {m.document for r in returns for m in r.members} == {"000", "001", "004"}
    assert {r.relation for r in returns} == {"update"}


def test_nothing_is_confirmed_by_copies_of_one_origin(records: dict[str, Record]) -> None:
    assert all(r.reliability.admiralty.information != "1" for r in records.values())
