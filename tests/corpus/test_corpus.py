"""The corpus and its gold belong together, and hold what the documentation promises."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from annotate.config import ReadingConfig
from annotate.documents import LABELS, ORIGINS, SEVERITIES, Document
from annotate.evaluation import read_gold
from annotate.reading import read

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
GOLD_FILE = ROOT / "tests" / "gold" / "corpus.jsonl"
GOLD = [json.loads(line) for line in GOLD_FILE.read_text(encoding="utf-8").splitlines()]
PAGES = [
    json.loads(line) for line in (ROOT / "tests" / "gold" / "pages.jsonl").read_text(encoding="utf-8").splitlines()
]
SEEDS = Path(os.environ.get("ANNOTATE_SEEDS", ROOT.parent / "shared" / "seeds"))


def raw_texts():
    """Id → text, read without the package, so that a mistake of its readers shows."""
    found = {}
    for path in CORPUS.iterdir():
        data = path.read_bytes().decode("utf-8")
        if path.suffix == ".jsonl":
            found.update({row["id"]: row["text"] for row in map(json.loads, data.splitlines())})
        elif path.suffix != ".html":
            found[path.name.split(".")[0]] = data
    return found


TEXTS = raw_texts()


def documents(reading=None):
    return {item.id: item for item in read([CORPUS], reading or ReadingConfig())}


def test_every_text_has_gold_and_every_gold_a_text():
    assert sorted(row["id"] for row in GOLD) == sorted(TEXTS)


@pytest.mark.parametrize("row", GOLD, ids=lambda row: row["id"])
def test_gold_is_of_this_text(row):
    text = TEXTS[row["id"]]
    assert hashlib.sha256(text.encode()).hexdigest() == row["sha256"]
    assert row["origin"] in ORIGINS
    assert row["id"].startswith(row["story"] + "-")
    for flag in row["flags"]:
        assert text[flag["start"] : flag["end"]] == flag["text"] == flag["text"].strip() != ""
        assert flag["label"] in LABELS
        assert flag["severity"] in SEVERITIES
    order = [(flag["start"], -flag["end"], flag["label"]) for flag in row["flags"]]
    assert order == sorted(set(order))


def test_the_package_reads_the_same_texts():
    found = documents()
    assert sorted(found) == sorted([*TEXTS, *(page["id"] for page in PAGES)])
    for id_, text in TEXTS.items():
        assert isinstance(found[id_], Document)
        assert found[id_].text == text, id_


def test_evaluation_accepts_the_gold():
    assert len(read_gold(GOLD_FILE)) == len(GOLD)


def test_every_label_at_least_three_times():
    counts = Counter(flag["label"] for row in GOLD for flag in row["flags"])
    assert {label: counts[label] for label in LABELS if counts[label] < 3} == {}


def test_stories_and_versions():
    versions = {}
    for row in [*GOLD, *PAGES]:
        versions.setdefault(row["story"], set()).add(row["version"])
    assert len(versions) >= 6
    wanted = {"straight", "translated", "spun", "generated", "damaged", "clean"}
    assert {story: wanted - found for story, found in versions.items() if wanted - found} == {}
    assert sum("furniture" in found for found in versions.values()) >= 6


def test_clean_versions_carry_nothing_but_information():
    for row in GOLD:
        if row["version"] in ("straight", "clean"):
            assert row["origin"] == "human"
            assert {flag["severity"] for flag in row["flags"]} <= {"neutral"}, row["id"]
            assert {flag["label"] for flag in row["flags"]} <= {"quoted-translation", "boilerplate"}, row["id"]


def test_an_origin_flag_covers_the_whole_text_of_a_machine_made_document():
    for row in GOLD:
        marked = [flag for flag in row["flags"] if flag["label"] in ORIGINS]
        assert [flag["label"] for flag in marked] == [row["origin"]] * (row["origin"] != "human")
        assert all(flag["text"] == TEXTS[row["id"]].strip() for flag in marked)


def test_lengths():
    lengths = {id_: len(text.split()) for id_, text in TEXTS.items()}
    assert {id_: n for id_, n in lengths.items() if not 100 <= n <= 500} == {}


def test_awkward_characters_are_there():
    assert "\r\n" in TEXTS["bank-furniture"]
    assert not re.search(r"(?<!\r)\n", TEXTS["bank-furniture"])
    assert any(ord(c) > 0xFFFF for c in TEXTS["transfer-furniture"])
    assert "\u0302" in TEXTS["transfer-furniture"]
    assert "\ufffd" in TEXTS["flood-damaged"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["id"])
def test_pages_without_furniture(page):
    text = documents()[page["id"]].text
    assert [line for line in page["body"] if line not in text] == []
    kept = [line for line in page["furniture"] if line in text]
    assert len(kept) <= len(page["furniture"]) // 3, kept


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page["id"])
def test_pages_with_furniture_as_ranges(page):
    document = documents(ReadingConfig(html_furniture="flag"))[page["id"]]
    inside = "\n".join(document.text[start:end] for start, end in document.furniture)
    assert [line for line in (*page["body"], *page["furniture"]) if line not in document.text] == []
    assert [line for line in page["body"] if line in inside] == []
    missed = [line for line in page["furniture"] if line not in inside]
    assert len(missed) <= len(page["furniture"]) // 3, missed


def shingles(text, size=8):
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"seed documents not found at {SEEDS} (set ANNOTATE_SEEDS)")
def test_nothing_is_taken_from_the_seed_documents():
    seeds = set().union(*(shingles(path.read_text(encoding="utf-8")) for path in sorted(SEEDS.glob("*.txt"))))
    assert seeds
    for path in sorted(CORPUS.iterdir()):
        assert not shingles(path.read_text(encoding="utf-8")) & seeds, path.name
