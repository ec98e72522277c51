"""The five seed documents, which are not part of the repository, against gold that holds none of their text."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import pytest

import annotate
from annotate.documents import SEVERITIES, Document
from annotate.evaluation.spans import overlaps_any
from annotate.reading import read

ROOT = Path(__file__).parents[2]
SEEDS = Path(os.environ.get("ANNOTATE_SEEDS", ROOT.parent / "shared" / "seeds"))
GOLD = [json.loads(line) for line in (ROOT / "tests" / "gold" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()]
CASES = [
    pytest.param(row["id"], flag, id=f"{row['id']}-{flag['label']}-{flag['start']}")
    for row in GOLD
    for flag in row["flags"]
    if flag["required"]
]

needs_seeds = pytest.mark.skipif(
    not SEEDS.is_dir(), reason=f"seed documents not found at {SEEDS}; set ANNOTATE_SEEDS to their folder"
)


class Place:
    """A gold range; gold of the seeds carries no text."""

    def __init__(self, flag):
        self.start, self.end, self.label = flag["start"], flag["end"], flag["label"]


@pytest.fixture(scope="module")
def records():
    scorer = annotate.load()
    found = {}
    for item in read([SEEDS]):
        assert isinstance(item, Document)
        found[item.id] = (item.text, scorer(item))
    return found


def gold(id_):
    return next(row for row in GOLD if row["id"] == id_)


def at_least(flags, severity):
    return [flag for flag in flags if SEVERITIES.index(flag.severity) >= SEVERITIES.index(severity)]


def test_gold_of_the_seeds_holds_no_text():
    for row in GOLD:
        assert set(row) == {"id", "file", "sha256", "flags"}
        for flag in row["flags"]:
            assert set(flag) == {"start", "end", "label", "severity", "required"}


@needs_seeds
@pytest.mark.parametrize("row", GOLD, ids=lambda row: row["id"])
def test_gold_is_of_these_texts(row):
    text = (SEEDS / row["file"]).read_bytes().decode("utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() == row["sha256"]
    assert all(0 <= flag["start"] < flag["end"] <= len(text) for flag in row["flags"])


@needs_seeds
def test_all_are_read_and_scored(records):
    assert {id_: record.status for id_, (_, record) in records.items()} == {row["id"]: "ok" for row in GOLD}


@needs_seeds
@pytest.mark.parametrize(("id_", "flag"), CASES)
def test_flagged(records, id_, flag):
    _, record = records[id_]
    place = Place(flag)
    same = [found for found in record.flags if found.label == place.label]
    assert overlaps_any(place, same), [(found.start, found.end, found.text) for found in same]


@needs_seeds
@pytest.mark.parametrize("id_", ["000", "001"])
def test_the_rest_of_a_clean_document_is_not_flagged(records, id_):
    _, record = records[id_]
    wanted = [Place(flag) for flag in gold(id_)["flags"]]
    rest = [
        (flag.label, flag.severity, flag.text)
        for flag in at_least(record.flags, "minor")
        if not any(flag.label == place.label and overlaps_any(flag, [place]) for place in wanted)
    ]
    assert rest == []


@needs_seeds
def test_a_terminology_flag_names_the_word_that_explains_it(records):
    _, record = records["004"]
    wanted = [Place(flag) for flag in gold("004")["flags"] if flag["label"] == "terminology" and flag["required"]]
    explained = [flag for flag in record.flags if flag.label == "terminology" and overlaps_any(flag, wanted)]
    assert len(explained) >= len(wanted)
    assert [
        flag.text for flag in explained if not re.search("Raumf|Fähre", json.dumps(flag.evidence, ensure_ascii=False))
    ] == []


@needs_seeds
def test_a_name_spelt_differently_elsewhere_is_not_flagged(records):
    # The two cosmonauts' first names are written in three ways over the five documents, in one way within each.
    seen = set()
    for id_, (text, record) in records.items():
        names = re.finditer(r"\b(?:Serge[iy]|D[a-z]{1,3}tr[iy]) [A-Z][a-z]+(?:yev|lin)\b", text)
        for name in names:
            seen.add(name.group())
            inside = [f for f in record.flags if f.start < name.end() and name.start() < f.end]
            wrong = [f for f in inside if f.label in ("inconsistency", "spelling", "untranslated", "terminology")]
            assert wrong == [], (id_, name.group())
    assert len(seen) > 2


@needs_seeds
def test_correct_quotations_are_not_flagged(records):
    checked = 0
    for id_, (text, record) in records.items():
        if id_ == "002":  # its last quotation marks hold a garbled name
            continue
        for quotation in re.finditer(r'"[A-Z][^"\n]{25,}"|“[A-Z][^“”\n]{25,}”', text):
            checked += 1
            inside = [
                (flag.label, flag.text)
                for flag in at_least(record.flags, "minor")
                if quotation.start() <= flag.start < flag.end <= quotation.end()
            ]
            assert inside == [], (id_, quotation.group())
    assert checked >= 5
