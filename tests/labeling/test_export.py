"""Exports to Label Studio: what is written, what is refused, and that offsets come back exactly."""

from __future__ import annotations

import errno
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.corroboration.detectors import ALTERED_QUOTE, CLAIM_CONFLICT, TERM_CONFLICT
from annotate.documents import LABELS, SEVERITIES, Evidence, Unread
from annotate.errors import AnnotateError
from annotate.labeling import export
from annotate.labeling.configuration import labeling_config, read_config
from annotate.labeling.guidelines import guidelines
from annotate.labeling.labelstudio import verify
from annotate.labeling.selection import Selected, write_selection

TEXT = "🚀🚀 The teh rocket.\r\nIt flew to theMS station."


@pytest.fixture
def scored(tmp_path, make):
    """Export records made of (id, text, flags) with their documents; gives the folder's tasks."""

    def run(*items, documents=None, **options):
        records = [make.record(i, text, flags) for i, text, flags in items]
        given = [make.document(i, text) for i, text, _ in items] if documents is None else documents
        export(make.scores(tmp_path / "s.jsonl", *records), given, tmp_path / "out", **options)
        return tasks_of(tmp_path / "out")

    return run


def tasks_of(folder):
    return [
        task for path in sorted(folder.glob("tasks*.json")) for task in json.loads(path.read_text(encoding="utf-8"))
    ]


# What is written


def test_a_task_has_the_shape_that_label_studio_was_seen_to_take(scored, make):
    flag = make.flag(TEXT, "teh", "spelling", score=0.83, reason="misspelt", evidence={"meant": "the"})
    (task,) = scored(("d1", TEXT, [flag]))
    sentence = "0.83 · spelling, minor · misspelt: meant 'the' · test@1"
    data = task["data"]
    assert (data["text"], data["title"], data["doc_id"], data["verdict"]) == (TEXT, "d1", "d1", "human")
    assert data["sha256"] == make.document("d1", TEXT).sha256
    assert data["evidence"] == {"1. teh": sentence}
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == (make.signature, 0.5)
    label, severity, origin = prediction["result"]
    place = {"start": 7, "end": 10, "text": "teh"}
    assert label["value"] == place | {"labels": ["spelling"]}
    assert (label["score"], label["meta"]) == (0.83, {"text": [sentence]})
    assert severity["value"] == place | {"choices": ["minor"]}
    assert label["id"] == severity["id"]
    assert [r["from_name"] for r in (label, severity, origin)] == ["label", "severity", "origin"]
    assert origin["value"] == {"choices": ["human"]}


def test_the_prediction_score_is_confidence_not_badness(scored, make, tmp_path):
    undecided = {"human": 0.4, "machine-translated": 0.38, "machine-paraphrased": 0.12, "machine-generated": 0.1}
    sure = {"human": 0.02, "machine-translated": 0.95, "machine-paraphrased": 0.02, "machine-generated": 0.01}
    records = []
    for name, label, scores in (("undecided", "human", undecided), ("sure", "machine-translated", sure)):
        record = make.record(name, TEXT)
        verdict = msgspec.structs.replace(record.verdict, label=label, score=max(scores.values()), scores=scores)
        records.append(msgspec.structs.replace(record, verdict=verdict, text=TEXT))
    export(make.scores(tmp_path / "s.jsonl", *records), (), tmp_path / "out")
    assert [t["predictions"][0]["score"] for t in tasks_of(tmp_path / "out")] == [0.02, 0.93]


def test_the_same_scores_give_the_same_bytes(make, tmp_path):
    flags = [make.flag(TEXT, "teh", "spelling"), make.flag(TEXT, "theMS", "spelling")]
    scores = make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, flags))
    for name in ("one", "two", "two"):
        export(scores, [make.document("d1", TEXT)], tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_region_ids_differ_between_flags_and_between_documents(scored, make):
    flags = [
        make.flag(TEXT, "teh", "spelling"),
        make.flag(TEXT, "teh", "grammar"),
        make.flag(TEXT, "theMS", "spelling"),
    ]
    tasks = scored(("d1", TEXT, flags), ("d2", TEXT, flags))
    ids = [r["id"] for t in tasks for r in t["predictions"][0]["result"] if r["type"] == "labels"]
    assert len(set(ids)) == 6


def test_only_flags_likely_and_severe_enough_are_shown(scored, make):
    flags = [
        make.flag(TEXT, "The", "grammar", score=0.39, severity="critical"),
        make.flag(TEXT, "teh", "spelling", score=0.4, severity="major"),
        make.flag(TEXT, "theMS", "spelling", score=0.9, severity="minor"),
    ]
    (task,) = scored(("d1", TEXT, flags), minimum_score=0.4, minimum_severity="major")
    shown = [r["value"]["text"] for r in task["predictions"][0]["result"] if r["type"] == "labels"]
    assert shown == ["teh"]
    assert list(task["data"]["evidence"]) == ["1. teh"]


def test_a_blind_arm_sees_nothing_of_the_scores(scored, make, tmp_path):
    (task,) = scored(("d1", TEXT, [make.flag(TEXT, "teh", "spelling", reason="tell-tale")]), blind=True)
    assert set(task) == {"data"}
    assert not {"verdict", "verdict_score", "scores", "evidence"} & set(task["data"])
    everything = "".join(p.read_text() for p in (tmp_path / "out").iterdir())
    assert "tell-tale" not in everything
    assert "$evidence" not in everything


def test_skipped_and_failed_records_have_no_task_and_are_counted(make, tmp_path):
    records = [
        make.unread("a", "skipped", "empty"),
        make.record("b", TEXT),
        make.unread("c", "failed", "Broken."),
        make.unread("d", "skipped", "not-english"),
    ]
    documents = [Unread("a", "skipped", reason="empty"), make.document("b", TEXT), make.document("d", "Nicht.")]
    done = export(make.scores(tmp_path / "s.jsonl", *records), documents, tmp_path / "out")
    assert (done.tasks, done.without_task) == (1, {"skipped": 2, "failed": 1})
    assert [t["data"]["doc_id"] for t in tasks_of(tmp_path / "out")] == ["b"]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_documents_are_joined_by_id_in_any_order(make, tmp_path, order):
    texts = [f"Text number {i}." for i in range(4)]
    records = [make.record(f"d{i}", texts[i]) for i in range(3)]
    documents = [make.document(f"d{i}", texts[i], title=f"Title {i}") for i in order]
    export(make.scores(tmp_path / "s.jsonl", *records), documents, tmp_path / "out")
    found = [(t["data"]["doc_id"], t["data"]["text"], t["data"]["title"]) for t in tasks_of(tmp_path / "out")]
    assert found == [(f"d{i}", texts[i], f"Title {i}") for i in range(3)]


def test_many_tasks_are_split_by_number_and_by_size(make, tmp_path, monkeypatch):
    records = [make.record(f"d{i}", TEXT, with_text=True) for i in range(7)]
    scores = make.scores(tmp_path / "s.jsonl", *records)
    monkeypatch.setattr("annotate.labeling.labelstudio.CHUNK_TASKS", 3)
    done = export(scores, (), tmp_path / "out")
    assert done.files == ["tasks-0001.json", "tasks-0002.json", "tasks-0003.json"]
    assert [len(json.loads((tmp_path / "out" / name).read_text())) for name in done.files] == [3, 3, 1]
    monkeypatch.setattr("annotate.labeling.labelstudio.CHUNK_BYTES", 1)
    assert len(export(scores, (), tmp_path / "out").files) == 7
    monkeypatch.undo()
    assert export(scores, (), tmp_path / "out").files == ["tasks.json"]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["config.xml", "guidelines.html", "tasks.json"]


def test_parquet_scores_give_the_same_tasks(make, tmp_path):
    pytest.importorskip("pyarrow")
    from annotate.writing import parquet

    flags = [make.flag(TEXT, "teh", "spelling", evidence={"n": 1, "list": [1.5, None]})]
    lines = make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, flags), make.unread("x", "skipped", "empty"))
    parquet.from_jsonl(lines, tmp_path / "s.parquet", make.signature)
    for name in ("s.jsonl", "s.parquet"):
        export(tmp_path / name, [make.document("d1", TEXT)], tmp_path / name.replace(".", "-"))
    assert tasks_of(tmp_path / "s-jsonl") == tasks_of(tmp_path / "s-parquet")


CHARACTERS = st.sampled_from(list("ab \r\n\t.'\u2028\u0085\u0301é🚀𝒜\u200b\ufeff\u202e<&\"'\xa0"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(
        CHARACTERS | st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60
    ),
    data=st.data(),
)
def test_any_text_and_any_flags_come_back_exactly(make, tmp_path_factory, text, data):
    ranges = data.draw(
        st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), unique=True, max_size=6)
    )
    drawn = [
        make.flag(
            text,
            text[start:end],
            data.draw(st.sampled_from(LABELS)),
            at=start,
            severity=data.draw(st.sampled_from(SEVERITIES)),
            score=data.draw(st.floats(0, 1)),
        )
        for start, end in ranges
        if start < end
    ]
    folder = tmp_path_factory.mktemp("property")
    record = make.record("d1", text, drawn)
    export(make.scores(folder / "s.jsonl", record), [make.document("d1", text)], folder / "out")
    (task,) = tasks_of(folder / "out")
    assert task["data"]["text"] == text
    results = task["predictions"][0]["result"]
    regions = [r for r in results if r["type"] == "labels"]
    severities = [r for r in results if r["from_name"] == "severity"]
    assert [
        (v["start"], v["end"], v["text"], v["labels"][0], s["value"]["choices"][0], r["score"])
        for r, s in zip(regions, severities, strict=True)
        for v in [r["value"]]
    ] == [(f.start, f.end, text[f.start : f.end], f.label, f.severity, f.score) for f in record.flags]


# A selection


@pytest.fixture
def selection(make, tmp_path):
    """Write a selection of (id, split) of records, all of one text."""

    def write(*chosen, sha256=None):
        digest = sha256 or make.document("d", TEXT).sha256
        lines = [Selected(identity, digest, 0.25, "random", split=split) for identity, split in chosen]
        write_selection(tmp_path / "selection.jsonl", lines)
        return tmp_path / "selection.jsonl"

    return write


def ids(folder):
    return [task["data"]["doc_id"] for task in tasks_of(folder)]


def test_a_selection_is_exported_in_its_order_with_its_probability(make, tmp_path, selection):
    scores = make.scores(tmp_path / "s.jsonl", *(make.record(f"d{n}", TEXT, with_text=True) for n in range(6)))
    export(scores, (), tmp_path / "out", selection=selection(("d4", "main"), ("d1", "main"), ("d3", "main")))
    assert ids(tmp_path / "out") == ["d4", "d1", "d3"]
    data = tasks_of(tmp_path / "out")[0]["data"]
    assert (data["split"], data["selection_probability"], data["story"], data["overlap"]) == ("main", 0.25, None, 1)


def test_only_the_texts_of_the_selection_are_needed(make, tmp_path, selection):
    scores = make.scores(tmp_path / "s.jsonl", *(make.record(f"d{n}", TEXT) for n in range(6)))
    export(scores, [make.document("d2", TEXT)], tmp_path / "out", selection=selection(("d2", "main")))
    assert ids(tmp_path / "out") == ["d2"]


def test_the_blind_arm_is_an_import_of_its_own_that_tells_nothing(make, tmp_path, selection):
    flag = make.flag(TEXT, "teh", "spelling", reason="tell-tale")
    scores = make.scores(tmp_path / "s.jsonl", *(make.record(f"d{n}", TEXT, [flag], with_text=True) for n in range(4)))
    chosen = selection(("d0", "main"), ("d1", "blind"), ("d2", "blind"), ("d3", "main"))
    done = export(scores, (), tmp_path / "out", selection=chosen)
    assert (done.tasks, done.blind, done.files) == (2, 2, ["tasks.json", "blind/tasks.json"])
    assert ids(tmp_path / "out") == ["d0", "d3"]
    blind = tmp_path / "out" / "blind"
    assert ids(blind) == ["d1", "d2"]
    assert sorted(p.name for p in blind.iterdir()) == ["config.xml", "guidelines.html", "tasks.json"]
    assert verify(blind) == (2, 0)
    for task in tasks_of(blind):
        assert set(task) == {"data"}
        assert task["data"]["split"] == "blind"
    everything = "".join(p.read_text(encoding="utf-8") for p in blind.iterdir())
    for word in ("tell-tale", "$evidence", "$other", "verdict"):
        assert word not in everything
    export(scores, (), tmp_path / "out", selection=selection(("d1", "main")))
    assert not blind.exists()


def test_a_selection_that_is_all_blind_is_told_what_to_do(make, tmp_path, selection):
    scores = make.scores(tmp_path / "s.jsonl", make.record("d0", TEXT, with_text=True))
    chosen = selection(("d0", "blind"))
    with pytest.raises(AnnotateError, match="give --blind"):
        export(scores, (), tmp_path / "out", selection=chosen)
    export(scores, (), tmp_path / "out", selection=chosen, blind=True)
    assert ids(tmp_path / "out") == ["d0"]


def test_documents_of_a_story_stand_together(make, tmp_path, selection):
    stories = {"d0": "s1", "d1": "s2", "d2": None, "d3": "s1", "d4": "s2"}
    records = [
        make.record(i, TEXT, with_text=True, **({"evidence": Evidence(story=s)} if s else {}))
        for i, s in stories.items()
    ]
    scores = make.scores(tmp_path / "s.jsonl", *records)
    export(scores, (), tmp_path / "out")
    assert ids(tmp_path / "out") == ["d0", "d3", "d1", "d4", "d2"]
    assert [t["data"]["story"] for t in tasks_of(tmp_path / "out")] == ["s1", "s1", "s2", "s2", None]
    chosen = selection(("d4", "main"), ("d2", "main"), ("d3", "main"), ("d1", "main"))
    export(scores, (), tmp_path / "out", selection=chosen)
    assert ids(tmp_path / "out") == ["d4", "d1", "d2", "d3"]


def test_a_selection_that_does_not_fit_the_scores_is_refused(make, tmp_path, selection):
    scores = make.scores(
        tmp_path / "s.jsonl", make.record("d0", TEXT, with_text=True), make.unread("x", "failed", "F.")
    )
    for identity in ("d9", "x"):
        with pytest.raises(AnnotateError, match=f"The selected document '{identity}' is not among the scored ones"):
            export(scores, (), tmp_path / "out", selection=selection(("d0", "main"), (identity, "main")))
    with pytest.raises(AnnotateError, match=r"'d0' is selected with another text \(SHA-256 0000"):
        export(scores, (), tmp_path / "out", selection=selection(("d0", "main"), sha256="0" * 64))
    assert not (tmp_path / "out").exists()


# The other document

NO_OTHER = "No other document was found to disagree with this one."


def test_the_document_that_disagrees_most_is_shown_beside_the_text(make, tmp_path):
    def against(words, detector, evidence, severity="minor"):
        return make.flag(TEXT, words, "conflicting-claim", detector=detector, evidence=evidence, severity=severity)

    flags = [
        against("The", CLAIM_CONFLICT, {"passages": [{"document": "b", "text": "x"}], "documents": ["a", "here"]}),
        against("teh", ALTERED_QUOTE, {"document": "c", "elsewhere": "x", "here": "y"}, "major"),
        against("It flew", TERM_CONFLICT, {"here": "x", "documents": ["here"]}, "critical"),
        against("rocket", "other@1", {"document": "a"}, "critical"),
    ]
    texts = {"here": TEXT, "b": "The text of b.", "c": "The text <b>of</b> c \U0001f680\r\n"}
    records = [make.record(i, text, flags if i == "here" else None) for i, text in texts.items()]
    documents = [make.document(i, texts[i], title="Title of c" if i == "c" else None) for i in ("c", "b", "here")]
    scores = make.scores(tmp_path / "s.jsonl", *records)
    done = export(scores, documents, tmp_path / "out")
    shown = {t["data"]["doc_id"]: (t["data"]["other_title"], t["data"]["other"]) for t in tasks_of(tmp_path / "out")}
    assert shown == {"here": ("Title of c", texts["c"]), "b": (NO_OTHER, ""), "c": (NO_OTHER, "")}
    assert (done.others, done.others_missing) == (1, 0)
    export(scores, documents, tmp_path / "out", blind=True)
    assert {(t["data"]["other_title"], t["data"]["other"]) for t in tasks_of(tmp_path / "out")} == {("", "")}


def test_the_other_document_need_not_be_selected_nor_be_in_the_scores(make, tmp_path, selection):
    flags = {
        i: [make.flag(TEXT, "teh", "altered-quote", detector=ALTERED_QUOTE, evidence={"document": other})]
        for i, other in (("d0", "b"), ("d1", "gone"))
    }
    records = [make.record("d0", TEXT, flags["d0"]), make.record("b", "Text b."), make.record("d1", TEXT, flags["d1"])]
    documents = [make.document("d0", TEXT), make.document("b", "Text b."), make.document("d1", TEXT)]
    chosen = selection(("d0", "main"), ("d1", "main"))
    done = export(make.scores(tmp_path / "s.jsonl", *records), documents, tmp_path / "out", selection=chosen)
    shown = [(t["data"]["other_title"], t["data"]["other"]) for t in tasks_of(tmp_path / "out")]
    assert shown == [("b", "Text b."), (NO_OTHER, "")]
    assert (done.others, done.others_missing) == (1, 1)


def test_the_other_text_cannot_be_marked():
    root = ElementTree.fromstring(labeling_config())
    texts = {e.get("name"): e.get("value") for e in root.iter("Text")}
    assert texts == {"text": "$text", "other": "$other"}
    assert {e.get("toName") for e in root.iter() if e.get("toName")} == {"text"}


# What is refused

BAD_FLAGS = {
    "unknown label": ({"label": "mistake"}, "'mistake'"),
    "label of another case": ({"label": "Spelling"}, "'Spelling'"),
    "no label": ({"label": None}, "None"),
    "unknown severity": ({"severity": "huge"}, "'huge'"),
    "score above 1": ({"score": 1.5}, "1.5"),
    "score below 0": ({"score": -0.5}, "-0.5"),
    "score not a number": ({"score": float("nan")}, "nan"),
    "infinite score": ({"score": float("inf")}, "inf"),
    "score as text": ({"score": "0.5"}, "'0.5'"),
    "no score": ({"score": None}, "None"),
    "end beyond the text": ({"end": 4000}, "4000"),
    "whole range beyond the text": ({"start": 3000, "end": 4000}, "4000"),
    "negative start": ({"start": -3}, "-3"),
    "start after end": ({"start": 12, "end": 10}, "12"),
    "empty range": ({"start": 10, "end": 10, "text": ""}, "10"),
    "fractional start": ({"start": 7.5}, "7.5"),
    "whole start as fraction": ({"start": 7.0}, "7.0"),
    "start as text": ({"start": "7"}, "'7'"),
    "end as text": ({"end": "10"}, "'10'"),
    "start true": ({"start": True}, "True"),
    "no start": ({"start": None}, "None"),
    "words of another place": ({"text": "CORRUPTED"}, "'CORRUPTED'"),
    "offsets in UTF-16 units": ({"start": 9, "end": 12}, "'h r'"),
    "lone surrogate in the words": ({"text": "\ud800"}, "\\ud800"),
}


@pytest.mark.parametrize(("change", "said"), BAD_FLAGS.values(), ids=BAD_FLAGS)
def test_a_bad_flag_is_refused_by_name_and_nothing_is_written(make, tmp_path, change, said):
    good = make.record("doc-0", TEXT, with_text=True)
    flags = [make.flag(TEXT, "The", "grammar"), make.flag(TEXT, "teh", "spelling")]
    bad = msgspec.to_builtins(make.record("doc-1", TEXT, flags, with_text=True))
    bad["flags"][1] |= change
    lines = [json.dumps(msgspec.to_builtins(good)), json.dumps(bad)]
    (tmp_path / "s.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogatepass")
    with pytest.raises(AnnotateError) as refused:
        export(tmp_path / "s.jsonl", (), tmp_path / "out")
    message = str(refused.value)
    assert message.startswith("s.jsonl, line 2, document 'doc-1', flag 2 ")
    span = {"start": 7, "end": 10} | change
    assert f"[{span['start']!r}, {span['end']!r})" in message
    assert said in message
    assert "\n" not in message
    assert message.isprintable()
    assert not (tmp_path / "out").exists()


BAD_RECORDS = {
    "not an object": ("[1]", "line 1 is not a record"),
    "not JSON": ('{"id": "d1", ', "line 1, is not valid JSON"),
    "unknown status": ('{"id": "d1", "status": "done"}', "document 'd1' is not a record"),
    "no flags list": ({"flags": 3}, "document 'd1' has the flags 3"),
    "flag not an object": ({"flags": [3]}, "flag 1 must be an object, not 3"),
    "unknown field": ({"extra": 1}, "extra"),
    "no verdict": ({"verdict": None}, "no verdict"),
    "changed text": ({"text": TEXT + "!"}, "scored from another text"),
    "text not a text": ({"text": 3}, "has the text 3"),
    "NUL in the text": ({"text": "a\0b"}, "NUL character at code point 1"),
    "lone surrogate in the text": ({"text": "ab\udc00"}, "lone surrogate U+DC00 at code point 2"),
}


@pytest.mark.parametrize(("given", "said"), BAD_RECORDS.values(), ids=BAD_RECORDS)
def test_a_bad_record_is_refused_in_one_sentence(make, tmp_path, given, said):
    if isinstance(given, dict):
        given = json.dumps(msgspec.to_builtins(make.record("d1", TEXT, with_text=True)) | given)
    (tmp_path / "s.jsonl").write_text(given + "\n")
    with pytest.raises(AnnotateError, match=re.escape(said)) as refused:
        export(tmp_path / "s.jsonl", (), tmp_path / "out")
    assert str(refused.value).isprintable()
    assert not (tmp_path / "out").exists()


def test_an_unknown_verdict_is_refused_before_anything_appears(make, tmp_path):
    record = make.record("d1", TEXT, with_text=True)
    strange = msgspec.structs.replace(record, verdict=msgspec.structs.replace(record.verdict, label="robot"))
    with pytest.raises(AnnotateError, match=r"document 'd1'.*'robot'"):
        export(make.scores(tmp_path / "s.jsonl", strange), (), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_text_is_refused(make, tmp_path):
    scores = make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT))
    with pytest.raises(AnnotateError, match="document 'd1' carries no text and is in none of the inputs"):
        export(scores, [make.document("d2", TEXT)], tmp_path / "out")


def test_a_text_changed_since_scoring_is_refused(make, tmp_path):
    scores = make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT))
    with pytest.raises(AnnotateError, match="document 'd1' was scored from another text"):
        export(scores, [make.document("d1", TEXT + " ")], tmp_path / "out")


def test_an_id_that_comes_twice_is_refused(make, tmp_path):
    record = make.record("d1", TEXT, with_text=True)
    with pytest.raises(AnnotateError, match=r"line 2 has the id 'd1' again \(first: s.jsonl, line 1\)"):
        export(make.scores(tmp_path / "s.jsonl", record, record), (), tmp_path / "out")


def test_the_same_flag_twice_is_refused(make, tmp_path):
    flag = make.flag(TEXT, "teh", "spelling")
    with pytest.raises(AnnotateError, match=r"'d1' has flag 2 'teh' \[7, 10\) of test@1 twice"):
        export(
            make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, [flag, flag], with_text=True)),
            (),
            tmp_path / "out",
        )


def test_scores_without_anything_to_label_are_refused(make, tmp_path):
    scores = make.scores(tmp_path / "s.jsonl", make.unread("a", "skipped", "empty"))
    with pytest.raises(AnnotateError, match="No record"):
        export(scores, (), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_missing_file_of_scores_is_refused(tmp_path):
    with pytest.raises(AnnotateError, match="Cannot read"):
        export(tmp_path / "none.jsonl", (), tmp_path / "out")


# The folder


def test_a_folder_with_other_things_is_refused_and_left_alone(make, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    scores = make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, with_text=True))
    with pytest.raises(AnnotateError, match=r"holds other things \(thesis.txt\)"):
        export(scores, (), tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", ["tasks.json", "config.xml", "guidelines.html"])
def test_a_file_of_our_name_but_not_ours_is_not_replaced(make, tmp_path, name):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_text("mine")
    scores = make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, with_text=True))
    with pytest.raises(AnnotateError, match="holds other things"):
        export(scores, (), tmp_path / "out")
    assert (tmp_path / "out" / name).read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(make, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(AnnotateError, match="is a file"):
        export(make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, with_text=True)), (), tmp_path / "out")


def test_a_refused_export_leaves_the_earlier_one_as_it_was(make, tmp_path):
    scores = make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, with_text=True))
    export(scores, (), tmp_path / "out")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    make.scores(tmp_path / "s.jsonl", make.record("d0", TEXT, with_text=True), make.record("d1", TEXT))
    with pytest.raises(AnnotateError):
        export(scores, (), tmp_path / "out")
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before


def test_a_full_disk_is_said_and_nothing_is_left(make, tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    (tmp_path / "s.jsonl").write_text(msgspec.json.encode(make.record("d1", TEXT, with_text=True)).decode() + "\n")
    with pytest.raises(AnnotateError, match="the disk is full; make room and export again"):
        export(tmp_path / "s.jsonl", (), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_an_interrupted_export_left_is_cleared_away(make, tmp_path):
    (tmp_path / "out" / ".partial").mkdir(parents=True)
    (tmp_path / "out" / ".partial" / "tasks-0001.json").write_text("[")
    export(make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, with_text=True)), (), tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["config.xml", "guidelines.html", "tasks.json"]


def test_a_file_damaged_after_writing_is_noticed(make, tmp_path):
    flags = [make.flag(TEXT, "teh", "spelling")]
    export(make.scores(tmp_path / "s.jsonl", make.record("d1", TEXT, flags, with_text=True)), (), tmp_path / "out")
    assert verify(tmp_path / "out") == (1, 1)
    path = tmp_path / "out" / "tasks.json"
    good = path.read_text(encoding="utf-8")
    for old, new in {
        '"start":7': '"start":8',
        '["spelling"]': '["speling"]',
        '["spelling"]}': '["spelling","grammar"]}',
        '"from_name":"severity"': '"from_name":"label"',
        '"type":"labels"': '"type":"choices"',
        '"score":0.5,"result"': '"score":2,"result"',
        '"title":"d1",': "",
        "teh rocket": "the rocket",
        "station.": "station!",
    }.items():
        assert old in good
        path.write_text(good.replace(old, new), encoding="utf-8")
        with pytest.raises(AnnotateError):
            verify(tmp_path / "out")


# Configuration and guidelines


@pytest.mark.parametrize("evidence", [True, False])
def test_the_configuration_offers_every_label_severity_and_verdict(evidence):
    xml = labeling_config(evidence=evidence)
    config = read_config(xml)
    assert config.controls["label"].values == set(LABELS)
    assert config.controls["severity"].values == set(SEVERITIES)
    assert config.controls["severity"].per_region
    assert {"human", "machine-translated", "garbled", "insufficient-text"} <= config.controls["origin"].values
    assert config.fields == {"text", "title"} | ({"evidence", "other", "other_title"} if evidence else set())
    assert (config.controls["score"].maximum, config.controls["reliability"].maximum) == (100, 5)
    text = ElementTree.fromstring(xml).find(".//Text")
    assert (text.get("granularity"), text.get("saveTextResult")) == ("word", "yes")


def test_the_configuration_avoids_what_label_studio_stumbles_over():
    xml = labeling_config()
    assert "alias=" not in xml
    assert "selected=" not in xml
    assert not re.search(r"='", xml)
    keys = re.findall(r'hotkey="(.)"', xml)
    assert len(keys) == len(set(keys)) == len(LABELS) + len(SEVERITIES)


OWN_CHECKS = """
import json, sys
from label_studio_sdk.label_interface import LabelInterface
given = json.load(sys.stdin)
interface = LabelInterface(given["config"])
interface.validate()
print(json.dumps([interface.validate_prediction(p, return_errors=True) for p in given["predictions"]]))
"""


def python_with_the_sdk() -> str | None:
    """Give this Python where the SDK is installed, else the one of the server's environment, which has it."""
    if importlib.util.find_spec("label_studio_sdk"):
        return sys.executable
    beside = Path(__file__).parents[2] / ".venv-labelstudio" / "bin" / "python"
    return str(beside) if beside.is_file() else None


@pytest.mark.skipif(python_with_the_sdk() is None, reason="no label-studio-sdk: pip install 'annotate[labelstudio]'")
def test_label_studios_own_checks_accept_the_configuration_and_the_predictions(scored, make):
    flags = [make.flag(TEXT, "teh", "spelling"), make.flag(TEXT, "rocket.\r\nIt", "garbled", severity="critical")]
    (task,) = scored(("d1", TEXT, flags))
    given = json.dumps({"config": labeling_config(), "predictions": task["predictions"]})
    run = subprocess.run(
        [str(python_with_the_sdk()), "-c", OWN_CHECKS], input=given, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1]) == [[]]


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        ("<View><Text", "not well-formed"),
        ('<View><Text name="a" value="$t"/><Text name="a" value="$t"/></View>', "'a' twice"),
        ('<View><Text name="t" value="$t"/><Choices name="c" toName="nope"/></View>', "points at 'nope'"),
    ],
)
def test_a_broken_configuration_is_refused(xml, said):
    with pytest.raises(AnnotateError, match=said):
        read_config(xml)


def test_the_guidelines_explain_everything_and_fetch_nothing():
    page = guidelines()
    for word in (*LABELS, *SEVERITIES, *(read_config(labeling_config()).controls["origin"].values)):
        assert f"<b>{word}" in page
    assert "://" not in page
    assert "<script" not in page
    assert "information panel" in page
    assert "information panel" not in guidelines(blind=True)
