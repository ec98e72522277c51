"""What the page is made of, without a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib

import msgspec
import pytest

from annotate.cli.report import command
from annotate.documents import Evidence
from annotate.documents.evidence import SharedText
from annotate.errors import AnnotateError
from annotate.report import write_report
from annotate.writing.differences import differences


def run(*arguments):
    return command.main([str(a) for a in arguments], standalone_mode=False)


def unpack(page, name):
    packed = re.search(f'<script type="text/plain" id="{name}">(.*)</script>', page.read_text(encoding="utf-8"))[1]
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def test_same_scores_same_bytes(tmp_path, hostile, write_scores):
    scores = write_scores(hostile)
    done = write_report(scores, (), tmp_path / "a.html")
    write_report(scores, (), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert (done.documents, done.flags, done.stories) == (4, 6, 0)
    assert done.size == (tmp_path / "a.html").stat().st_size


def test_only_the_page_s_own_style_and_script_may_run(tmp_path, hostile, write_scores):
    write_report(write_scores(hostile), (), tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    policy = re.search('Content-Security-Policy" content="([^"]+)"', page)[1]
    for tag in ("style", "script"):
        (code,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")


@pytest.mark.parametrize(
    ("one", "other", "here", "there"),
    [
        ("we got out", "We got out.", [("we got out", False)], [("We got out.", False)]),
        (
            "we got out",
            "we came out",
            [("we", False), ("got", True), ("out", False)],
            [("we", False), ("came", True), ("out", False)],
        ),
        ("", "all new", [], [("all new", True)]),
    ],
)
def test_differences(one, other, here, there):
    assert differences(one, other) == (here, there)


def test_a_conflict_is_shown_once_with_both_sides(tmp_path, story_records, write_scores):
    write_report(write_scores(story_records), (), tmp_path / "a.html")
    (story,) = unpack(tmp_path / "a.html", "s0")
    (quotation,) = story["quotations"]
    assert [[said["id"] for said in side["said"]] for side in quotation["sides"]] == [["one", "two"], ["three"]]
    assert [side["runs"][1] for side in quotation["sides"]] == [["got", True], ["brought", True]]
    (claim,) = story["claims"]
    assert [(side["value"], [said["id"] for said in side["said"]]) for side in claim["sides"]] == [
        ("12", ["one", "two"]),
        ("20", ["three"]),
    ]
    (term,) = story["terms"]
    assert term["sides"][1] == {
        "value": "steel",
        "times": 2,
        "said": [{"id": "one", "text": ["", "steel", "gate"]}],
    }


@pytest.mark.parametrize("label", ["altered-quote", "conflicting-claim", "uncredited-copy", "spelling"])
def test_evidence_of_others_is_listed_as_it_is(tmp_path, make_record, make_flag, write_scores, label):
    text = "Nothing is wrong with this."
    found = {"here": 3, "elsewhere": ["x"], "passages": "none", "words": [["a", 1]], "edits": {}, "document": None}
    flag = make_flag(text, "wrong", label, evidence=found)
    evidence = Evidence(story="s", documents=2, origins=2)
    write_report(write_scores([make_record("a", text, [flag], evidence=evidence)]), (), tmp_path / "a.html")
    (entry,) = unpack(tmp_path / "a.html", "d0")
    values = ["3 here, 'x' in other documents"] if label == "conflicting-claim" else ["here 3", "elsewhere 'x'"]
    assert entry["flags"][0]["evidence"] == [
        *values,
        "passages 'none'",
        "words 'a' (1)",
        "edits none",
        "document none",
    ]


def test_origins_and_copies_of_a_story(tmp_path, story_records, write_scores):
    write_report(write_scores(story_records), (), tmp_path / "a.html")
    (story,) = unpack(tmp_path / "a.html", "s0")
    assert story["groups"] == [
        {"origin": 1, "name": "Reuters", "members": [0, 1]},
        {"origin": 2, "name": None, "members": [2]},
    ]
    # The copy tells how much of it is the other's.
    known = {"from": 0, "to": 1, "directed": True, "basis": "published", "share": 0.7, "whole": False}
    assert story["copies"] == [known]


def test_an_update_is_no_conflict(tmp_path, story_records, write_scores):
    write_report(write_scores(story_records), (), tmp_path / "a.html")
    (story,) = unpack(tmp_path / "a.html", "s0")
    (update,) = story["updates"]
    assert update["relation"] == "an update, no conflict; a later report may know more"
    assert [(side["value"], [said["claim"] for said in side["said"]]) for side in update["sides"]] == [
        ("after 20 hours", [0]),
        ("after 12 hours", [1]),
    ]
    assert update["sides"][0]["said"][0]["text"] == [
        "Engineers shut the wooden gate of the dam",
        "after 20 hours",
        ".",
    ]


def test_a_document_of_a_story_among_other_records(tmp_path, story_records, write_scores):
    write_report(write_scores(story_records[1:]), (), tmp_path / "a.html")
    (story,) = unpack(tmp_path / "a.html", "s0")
    assert (story["of"], story["documents"], story["copies"]) == (3, [0, 1], [])
    (update,) = story["updates"]
    assert [side["said"][0]["id"] for side in update["sides"]] == ["one", "three"]


def test_texts_come_from_the_inputs(tmp_path, capsys, write_scores, hostile):
    record = hostile[1]
    text = tmp_path / "texts.jsonl"
    row = {"id": "plain", "text": record.text, "title": "A short text", "url": "https://one.example/a"}
    text.write_text(json.dumps(row) + "\n")
    scores = write_scores([msgspec.structs.replace(record, text=msgspec.UNSET)])
    with pytest.raises(AnnotateError, match=r"carries no text and is in none of the inputs"):
        run(scores, "-o", tmp_path / "a.html")
    assert not list(tmp_path.glob("*.html*"))
    run(scores, text, "-o", tmp_path / "a.html")
    assert "1 document, 0 flags, 0 stories" in capsys.readouterr().err
    (entry,) = unpack(tmp_path / "a.html", "d0")
    assert (entry["text"], entry["url"]) == (record.text, "https://one.example/a")
    assert unpack(tmp_path / "a.html", "index")["documents"][0]["title"] == "A short text"


def test_an_input_is_never_overwritten(tmp_path, write_scores, hostile):
    scores = write_scores(hostile)
    before = scores.read_bytes()
    with pytest.raises(AnnotateError, match="is also an input"):
        run(scores, "-o", scores)
    assert scores.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path, write_scores, hostile):
    with pytest.raises(AnnotateError, match=r"there is no folder .*out; create it first\.$"):
        run(write_scores(hostile), "-o", tmp_path / "out" / "a.html")


def test_gold_gives_reliability(tmp_path, write_scores, hostile):
    flag = hostile[0].flags[1]
    gold = tmp_path / "gold.jsonl"
    marked = {"start": flag.start, "end": flag.end, "label": flag.label, "severity": flag.severity}
    row = {"id": hostile[0].id, "sha256": hostile[0].sha256, "flags": [marked]}
    gold.write_text(json.dumps(row) + "\n")
    run(write_scores(hostile), "--gold", gold, "-o", tmp_path / "a.html")
    found = unpack(tmp_path / "a.html", "index")["overview"]["calibrations"]
    assert (found[0]["name"], found[0]["count"]) == ("all", 6)
    assert {c["name"]: c["bins"] for c in found}["machine-translated"] == [[0.5, 1.0, 1]]


def test_who_has_their_text_from_whom(tmp_path, make_record, write_scores):
    def shared(other, direction):
        return SharedText(other, "wholesale-duplicate", 0.95, direction, "published")

    copies = {
        "agency": [shared("paper", "to"), shared("digest", "to")],
        "paper": [shared("agency", "from"), shared("digest", "to")],
        "digest": [shared("agency", "from"), shared("paper", "from"), shared("elsewhere", None)],
    }
    records = [
        make_record(name, name, [], evidence=Evidence(story="s", documents=4, copies=found))
        for name, found in copies.items()
    ]
    write_report(write_scores(records), (), tmp_path / "a.html")
    (story,) = unpack(tmp_path / "a.html", "s0")
    # The arrow from the agency past the paper says nothing new; what is not among the records has no box.
    assert {(c["from"], c["to"], c["directed"]) for c in story["copies"]} == {(0, 1, True), (1, 2, True)}
