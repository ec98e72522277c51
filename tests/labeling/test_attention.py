"""Attention checks and gold items: how they are made, hidden, and judged."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import Document
from annotate.errors import AnnotateError
from annotate.evaluation.gold import GoldFlag
from annotate.labeling.attention import (
    Hidden,
    apply_key,
    character_f1,
    judge_checks,
    read_key,
    write_key,
)
from annotate.labeling.faults import disguise, make_check
from annotate.labeling.labels import Labeled, Span

SENTENCES = [
    "The council of the small harbour town met on Monday evening to speak about the bridge.",
    "Its members agreed that the old bridge must close before the first frost of the winter.",
    "Lorries will have to take the long road around the bay until the works are done.",
    "A new bridge is to cost nine million, and the county has promised to pay half of it.",
    "Shopkeepers fear that fewer people will come, and ask the council for some help.",
    "The mayor said that nobody would be left alone with the losses of the coming year.",
]
TEXT = "\n".join(SENTENCES)
DIGEST = "a" * 64


def entry(annotator="ann", *spans, doc_id="c1", sha256=DIGEST, **known):
    marks = [Span(start, end, "x" * (end - start), label) for start, end, label in spans]
    return Labeled(doc_id, sha256, annotator, 200, marks, **known)


CHECK = Hidden("c1", DIGEST, "check", "shuffled-words", start=50, end=80, labels=["garbled", "grammar"])
GOLD = Hidden("g1", DIGEST, "gold", "gold", flags=[GoldFlag(10, 20, "spelling", "minor")], origin="human")


# Judging


@pytest.mark.parametrize(
    ("spans", "fault"),
    [
        ([(50, 80, "garbled")], None),
        ([(79, 120, "grammar")], None),
        ([(0, 51, "garbled")], None),
        ([(60, 61, "spam"), (60, 61, "grammar")], None),
        ([(80, 90, "garbled")], "shuffled-words not marked"),
        ([(40, 50, "garbled")], "shuffled-words not marked"),
        ([(50, 80, "spelling")], "shuffled-words marked as spelling"),
        ([], "shuffled-words not marked"),
    ],
)
def test_a_check_is_passed_by_a_mark_on_the_fault_with_an_expected_label(spans, fault):
    judged = judge_checks([CHECK], [entry("ann", *spans)])["ann"]
    assert judged.failed == ({"c1": fault} if fault else {})
    assert judged.passed == ([] if fault else ["c1"])


@pytest.mark.parametrize(
    ("spans", "origin", "fault", "f1"),
    [
        ([(10, 20, "spelling")], "human", None, 1.0),
        ([(10, 20, "grammar")], "human", None, 1.0),
        ([(10, 30, "spelling")], "human", None, 2 / 3),
        ([(15, 35, "spelling")], "human", "character F1 0.33, below 0.5", 1 / 3),
        ([], "human", "character F1 0.00, below 0.5", 0.0),
        ([(10, 20, "spelling")], "machine-translated", "origin machine-translated, not human", 1.0),
        ([(10, 20, "spelling")], None, "origin None, not human", 1.0),
    ],
)
def test_gold_is_passed_by_the_right_characters_and_the_right_origin(spans, origin, fault, f1):
    judged = judge_checks([GOLD], [entry("ann", *spans, doc_id="g1", origin=origin)])["ann"]
    assert judged.failed == ({"g1": fault} if fault else {})
    assert judged.gold_f1 == pytest.approx(f1)


def test_gold_with_nothing_to_mark_is_passed_by_marking_nothing():
    clean = msgspec.structs.replace(GOLD, flags=[], origin=None)
    judged = judge_checks([clean], [entry("none", doc_id="g1"), entry("some", (0, 3, "spam"), doc_id="g1")])
    assert (judged["none"].passed, judged["some"].failed) == (["g1"], {"g1": "character F1 0.00, below 0.5"})


def test_what_was_not_done_is_neither_passed_nor_failed():
    others = [
        entry("skipped", (50, 80, "garbled"), cancelled=True),
        entry("old text", (50, 80, "garbled"), sha256="b" * 64),
        entry("elsewhere", doc_id="d9"),
    ]
    for judged in judge_checks([CHECK, GOLD], others).values():
        assert (judged.passed, judged.failed, judged.undone, judged.gold_f1) == ([], {}, ["c1", "g1"], None)


def test_overlapping_marks_count_each_character_once():
    marks = [Span(0, 10, "x" * 10, "spam"), Span(5, 10, "x" * 5, "grammar")]
    assert character_f1([GoldFlag(0, 10, "spam", "minor")], marks) == 1.0


def test_the_key_tells_what_the_tool_was_not_told():
    entries = [entry(selection_probability=0.1), entry(doc_id="g1"), entry(doc_id="d1", selection_probability=0.1)]
    key = [CHECK, msgspec.structs.replace(GOLD, selection_probability=0.7)]
    said = [(e.split, e.selection_probability) for e in apply_key(key, entries)]
    assert said == [("check", None), ("gold", 0.7), ("main", 0.1)]


# The key's file


def test_a_key_is_read_back_as_it_was_written(tmp_path):
    write_key(tmp_path / "key.jsonl", [CHECK, GOLD])
    assert read_key(tmp_path / "key.jsonl") == [CHECK, GOLD]


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        (msgspec.structs.replace(CHECK, end=50), r"\[50, 50\)"),
        (msgspec.structs.replace(GOLD, flags=[GoldFlag(3, 2, "spam", "minor")]), r"\[3, 2\)"),
        (msgspec.structs.replace(GOLD, origin="robot"), "'robot'"),
    ],
)
def test_a_broken_key_is_refused(tmp_path, hidden, said):
    write_key(tmp_path / "key.jsonl", [hidden])
    with pytest.raises(AnnotateError, match=f"line 1, .*{said}"):
        read_key(tmp_path / "key.jsonl")


def test_a_task_twice_in_a_key_is_refused(tmp_path):
    write_key(tmp_path / "key.jsonl", [CHECK, CHECK])
    with pytest.raises(AnnotateError, match="line 2, has the task 'c1' a second time"):
        read_key(tmp_path / "key.jsonl")


# Making checks


def words_of(text):
    return sorted(re.findall(r"\w+", text))


def made(make, seed, *, text=TEXT, flags=None, loud=False):
    return make_check(
        make.record("d1", text, flags), Document(text, id="d1", title="A bridge"), doc_id="e7", seed=seed, loud=loud
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", " "])
def test_every_kind_of_fault_is_where_the_key_says_and_nothing_else_is_changed(make, newline):
    text = newline.join(SENTENCES)
    kinds = {}
    for seed in range(30):
        _, copy, hidden = made(make, seed, text=text)
        fault = copy.text[hidden.start : hidden.end]
        before, after = copy.text[: hidden.start], copy.text[hidden.end :]
        assert text.startswith(before.rstrip())
        assert text.endswith(after.lstrip())
        assert SENTENCES[0] in before
        assert SENTENCES[-1] in after
        assert copy.sha256 == hidden.sha256
        assert (copy.title, hidden.loud, hidden.original) == ("A bridge", False, "d1")
        kinds.setdefault(hidden.kind, fault)
    assert set(kinds) == {"shuffled-words", "nonsense-words", "inserted-line"}
    assert kinds["shuffled-words"] not in text
    assert words_of(kinds["shuffled-words"]) in [words_of(sentence) for sentence in SENTENCES[1:-1]]
    assert len(words_of(kinds["nonsense-words"])) in [len(words_of(sentence)) for sentence in SENTENCES[1:-1]]
    assert kinds["inserted-line"][0].isupper()


def test_the_same_seed_makes_the_same_check(make):
    assert made(make, 3) == made(make, 3)
    assert len({made(make, seed)[1].text for seed in range(20)}) > 5


def test_flags_move_with_the_text_and_those_on_the_fault_go(make):
    flags = [make.flag(TEXT, sentence, "grammar") for sentence in SENTENCES]
    for seed in range(30):
        record, copy, hidden = made(make, seed, flags=flags)
        assert len(record.flags) >= len(SENTENCES) - 1
        for flag in record.flags:
            assert copy.text[flag.start : flag.end] == flag.text
            assert flag.end <= hidden.start or flag.start >= hidden.end


def test_a_loud_check_says_in_its_title_what_it_is_and_asks(make):
    for seed in range(10):
        _, copy, hidden = made(make, seed, loud=True)
        assert copy.title.startswith("CHECK: ")
        assert "Mark it as " in copy.title
        assert hidden.loud
        assert any(label in copy.title for label in hidden.labels)


@pytest.mark.parametrize("text", ["One short sentence here.", "word " * 300, "A.\nB.\nC."])
def test_a_text_without_a_place_for_a_fault_gives_none_or_a_right_one(make, text):
    for seed in range(10):
        check = made(make, seed, text=text)
        if check is not None:
            assert check[1].text != text
            assert check[2].start < check[2].end <= len(check[1].text)


@settings(max_examples=50)
@given(
    identity=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
    seed=st.integers(0, 9),
)
def test_a_disguise_has_the_shape_of_an_id_and_is_not_one(identity, seed):
    new = disguise(identity, seed, {identity})
    assert new != identity
    if any(c.isascii() and c.isalnum() for c in identity):
        assert [c.isdigit() for c in new] == [c.isdigit() for c in identity]
    assert disguise(identity, seed, {identity}) == new


def test_a_disguise_is_never_taken():
    taken = {f"{n:03d}" for n in range(1000)}
    assert disguise("004", 0, taken) not in taken
    assert disguise("004_9f54", 0, taken)[3] == "_"


# In an export


@pytest.fixture
def exported(make, tmp_path):
    from annotate.labeling import export

    def run(count=12, *, selected=None, gold=None, **options):
        texts = {f"d{n:03d}": f"{TEXT}\nDocument number {n}." for n in range(count)}
        records = [make.record(i, t, [make.flag(t, "bridge", "terminology")], with_text=True) for i, t in texts.items()]
        scores = make.scores(tmp_path / "s.jsonl", *records)
        by_id = {r.id: r for r in records}
        if selected is not None:
            lines = [{"id": i, "sha256": by_id[i].sha256, "probability": 0.25, "stratum": "random"} for i in selected]
            (tmp_path / "sel.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
            options["selection"] = tmp_path / "sel.jsonl"
        if gold is not None:
            lines = [{"id": i, "sha256": by_id[i].sha256, "flags": [], "origin": "human"} for i in gold if i in by_id]
            (tmp_path / "gold.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
            options["gold"] = tmp_path / "gold.jsonl"
        done = export(scores, (), tmp_path / "out", **options)
        tasks = json.loads((tmp_path / "out" / "tasks.json").read_text(encoding="utf-8"))
        key = read_key(tmp_path / "out" / "key.jsonl") if (tmp_path / "out" / "key.jsonl").exists() else []
        return done, tasks, key

    return run


def test_checks_look_like_all_other_tasks(exported):
    done, tasks, key = exported(checks=3, loud_checks=1)
    assert (done.tasks, done.checks) == (16, 4)
    assert sorted(h.loud for h in key) == [False, False, False, True]
    by_id = {t["data"]["doc_id"]: t for t in tasks}
    ordinary = next(t for i, t in by_id.items() if i not in {h.doc_id for h in key})
    for hidden in key:
        task = by_id[hidden.doc_id]
        assert task["data"]["sha256"] == hidden.sha256
        assert task["data"].keys() == ordinary["data"].keys()
        for field in ("split", "selection_probability", "overlap", "signature", "source", "url"):
            assert task["data"][field] == ordinary["data"][field]
        assert "predictions" in task
        assert len(hidden.doc_id) == 4
        assert hidden.doc_id[0] == "d"
        marks = [r["value"] for r in task["predictions"][0]["result"] if r["type"] == "labels"]
        assert all(m["end"] <= hidden.start or m["start"] >= hidden.end for m in marks)
        if not hidden.loud:
            said = json.dumps(task["data"] | {"text": ""}).lower()
            assert "check" not in said
            assert hidden.kind not in said


def test_checks_are_copies_of_what_nobody_gets_where_there_is_enough(exported):
    _, tasks, key = exported(30, selected=["d001", "d002", "d003"], checks=2)
    assert len(tasks) == 5
    assert not {h.original for h in key} & {"d001", "d002", "d003"}
    assert {t["data"]["selection_probability"] for t in tasks} == {0.25}


def test_a_share_of_checks_is_of_the_tasks(exported):
    assert exported(40, checks=0.1)[0].checks == 4


def test_too_few_documents_for_checks_are_counted(make, exported, monkeypatch):
    monkeypatch.setattr("annotate.labeling.faults.MINIMUM_WORDS", 1_000)
    done, tasks, _ = exported(5, checks=2)
    assert (len(tasks), done.checks, done.checks_wanted) == (5, 0, 2)


def test_a_check_stands_far_from_what_it_is_a_copy_of(exported):
    _, tasks, key = exported(40, checks=6)
    order = [t["data"]["doc_id"] for t in tasks]
    for hidden in key:
        assert abs(order.index(hidden.doc_id) - order.index(hidden.original)) >= 5


def test_gold_goes_among_the_tasks_and_only_the_key_tells(exported):
    done, tasks, key = exported(10, selected=["d001", "d002", "d003", "d004"], gold=["d002", "d008"])
    assert done.gold == 2
    assert {t["data"]["doc_id"] for t in tasks} == {"d001", "d002", "d003", "d004", "d008"}
    assert {(t["data"]["split"], t["data"]["selection_probability"]) for t in tasks} == {("main", 0.25)}
    assert [(h.doc_id, h.split, h.origin, h.selection_probability) for h in key] == [
        ("d002", "gold", "human", 0.25),
        ("d008", "gold", "human", None),
    ]


def test_a_key_that_is_needed_is_not_overwritten(exported, tmp_path):
    _, tasks, key = exported(checks=2)
    assert exported(checks=2)[2] == key
    for changed in ({}, {"checks": 3}, {"checks": 2, "seed": 1}):
        with pytest.raises(AnnotateError, match="is the key of other attention checks"):
            exported(**changed)
        assert read_key(tmp_path / "out" / "key.jsonl") == key
        assert json.loads((tmp_path / "out" / "tasks.json").read_text(encoding="utf-8")) == tasks


@pytest.mark.parametrize("checks", [-1, 1.5])
def test_an_impossible_number_of_checks_is_refused(exported, checks):
    with pytest.raises(AnnotateError, match="is no number of checks"):
        exported(checks=checks)
