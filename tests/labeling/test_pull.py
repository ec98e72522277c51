"""From a raw export to labels, without a server."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.cli import main
from annotate.errors import AnnotateError
from annotate.labeling import snapshot
from annotate.labeling.labels import read_labels
from annotate.labeling.project_status import project_status
from annotate.labeling.pull import PROBLEMS, Problem, pull, read_entries
from annotate.labeling.snapshot import read_tasks

TEXT = "🚀 The teh rocket. A cafe\u0301."


def mark(identity="r1", start=6, end=9, label="spelling", severity="minor", text=None, **known):
    place = {"start": start, "end": end, "text": TEXT[start:end] if text is None else text}
    made = [{"id": identity, "from_name": "label", "type": "labels", "value": place | {"labels": [label]}} | known]
    if severity:
        value = place | {"choices": [severity]}
        made.append({"id": identity, "from_name": "severity", "type": "choices", "value": value})
    return made


def answer(name, **value):
    return [{"id": name, "from_name": name, "type": "choices", "value": value}]


HUMAN = answer("origin", choices=["human"])


def annotation(identity=1, who=4, result=(), **known):
    made = {"id": identity, "completed_by": who, "result": list(result), "was_cancelled": False, "lead_time": 3.5}
    return (
        made | {"updated_at": f"2026-01-01T00:00:{identity:02}Z", "prediction": {}, "parent_prediction": None} | known
    )


def task(*annotations, identity=1, doc_id="d", text=TEXT, sha256=None, data=None, **known):
    digest = sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    known_data = {"doc_id": doc_id, "sha256": digest, "text": text} | (data or {})
    return {
        "id": identity,
        "data": known_data,
        "annotations": list(annotations),
        "predictions": [],
        "drafts": [],
    } | known


def write(path, *tasks):
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")
    return path


def entries_of(tmp_path, *tasks, **options):
    problems: list[Problem] = []
    return list(read_entries([write(tmp_path / "raw.json", *tasks)], problems.append, **options)), problems


@pytest.mark.parametrize(
    ("result", "spans", "problems"),
    [
        (mark(), [(6, 9, "spelling", "minor")], []),
        (mark(severity=None), [(6, 9, "spelling", None)], ["severity-missing"]),
        (mark(severity="awful"), [(6, 9, "spelling", None)], ["severity-missing"]),
        (mark(label="no-such"), [], ["label-unknown"]),
        (mark(text="CORRUPTED"), [(6, 9, "spelling", "minor")], ["words-differ"]),
        (mark(start=9, end=9), [], ["range-impossible"]),
        (mark(start=-1), [], ["range-impossible"]),
        (mark(end=10_000), [], ["range-impossible"]),
        (mark(start=6.0, text="teh"), [], ["range-impossible"]),
        (mark(start="6", text="teh"), [], ["range-impossible"]),
        (mark("a") + mark("b"), [(6, 9, "spelling", "minor")], ["span-repeated"]),
        (mark("a") + mark("b", label="grammar"), [(6, 9, "grammar", "minor"), (6, 9, "spelling", "minor")], []),
        ([{"id": "z"}], [], ["answer-unknown"]),
        (["nonsense"], [], []),
        (mark()[1:], [], []),
        ([mark()[0] | {"value": None}], [], ["range-impossible"]),
        ([mark()[0] | {"value": {"start": 6, "end": 9, "labels": ["spelling", "grammar"]}}], [], ["label-unknown"]),
    ],
)
def test_marks(tmp_path, result, spans, problems):
    (entry,), noted = entries_of(tmp_path, task(annotation(result=[*HUMAN, *result])))
    assert [(s.start, s.end, s.label, s.severity) for s in entry.spans] == spans
    assert all(s.text == TEXT[s.start : s.end] for s in entry.spans)
    assert [p.problem for p in noted] == problems


@pytest.mark.parametrize(
    ("result", "answers", "problems"),
    [
        (HUMAN + answer("score", number=90), ("human", None, 90), []),
        (HUMAN + answer("score", number=79.5), ("human", None, 79.5), ["low-score-unmarked"]),
        (HUMAN + mark() + answer("score", number=10), ("human", None, 10), []),
        (HUMAN + answer("score", number=101), ("human", None, None), ["answer-unknown"]),
        (HUMAN + answer("reliability", rating=5), ("human", 5, None), []),
        (HUMAN + answer("reliability", rating=0), ("human", None, None), ["answer-unknown"]),
        (answer("origin", choices=["a-robot"]), (None, None, None), ["answer-unknown", "answer-missing"]),
        (HUMAN + answer("mood", choices=["good"]), ("human", None, None), ["answer-unknown"]),
        ([], (None, None, None), ["answer-missing"]),
    ],
)
def test_answers_on_the_whole_document(tmp_path, result, answers, problems):
    (entry,), noted = entries_of(tmp_path, task(annotation(result=result)))
    assert (entry.origin, entry.reliability, entry.score) == answers
    assert [p.problem for p in noted] == problems


@pytest.mark.parametrize(("chosen", "cause"), [("guideline-gap", "guideline-gap"), ("mood", None)])
def test_why_annotators_differed_as_an_adjudicator_says(tmp_path, chosen, cause):
    (entry,), noted = entries_of(tmp_path, task(annotation(result=HUMAN + answer("cause", choices=[chosen]))))
    assert entry.cause == cause
    assert [p.problem for p in noted] == ["answer-unknown"] * (cause is None)


def prediction(identity=7, **known):
    return {"id": identity, "model_version": "annotate|sig:a", "result": mark("r1", score=0.8), **known}


@pytest.mark.parametrize(
    ("known", "predictions", "expected"),
    [
        ({"prediction": prediction(), "parent_prediction": 7}, [], "annotate|sig:a"),
        # Made without a parent, in a task that showed one.
        ({"prediction": prediction()}, [], "annotate|sig:a"),
        # The annotator began with another than the server noted.
        (
            {"prediction": prediction(), "parent_prediction": 8},
            [prediction(8, model_version="annotate|sig:b")],
            "annotate|sig:b",
        ),
        # Imported: by parent, or by the regions.
        ({"parent_prediction": 8}, [prediction(7), prediction(8, model_version="annotate|sig:b")], "annotate|sig:b"),
        ({}, [prediction(6, result=mark("other")), prediction(7)], "annotate|sig:a"),
        ({}, [prediction(6, result=mark("other"))], None),
        ({}, [7], None),
    ],
)
def test_what_was_shown(tmp_path, known, predictions, expected):
    (entry,), _ = entries_of(tmp_path, task(annotation(result=[*HUMAN, *mark("r1")], **known), predictions=predictions))
    assert entry.signature == expected
    shown = None if expected is None else [("r1", 6, 9, "spelling", "minor", 0.8)]
    assert (entry.shown and [(s.id, s.start, s.end, s.label, s.severity, s.score) for s in entry.shown]) == shown
    assert entry.spans[0].origin == ("manual" if expected is None else "prediction")


def test_a_prediction_without_marks_was_shown_too(tmp_path):
    (entry,), _ = entries_of(tmp_path, task(annotation(prediction=prediction(result=[]))))
    assert entry.shown == []


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        (mark("r1"), "prediction"),
        (mark("r1", severity="major"), "prediction"),
        (mark("r1", start=5), "prediction-changed"),
        (mark("r1", label="grammar"), "prediction-changed"),
        (mark("new"), "manual"),
    ],
)
def test_what_became_of_a_pre_mark(tmp_path, given, origin):
    (entry,), _ = entries_of(tmp_path, task(annotation(result=given, prediction=prediction())))
    assert [s.origin for s in entry.spans] == [origin]


def test_two_flags_on_one_range_are_both_kept_and_a_third_drawn_over_them_is_not(tmp_path):
    shown = prediction(result=mark("r1") + mark("r2"))
    (entry,), noted = entries_of(
        tmp_path, task(annotation(result=[*mark("new"), *mark("r1"), *mark("r2"), *HUMAN], prediction=shown))
    )
    assert [(s.id, s.origin) for s in entry.spans] == [("r1", "prediction"), ("r2", "prediction")]
    assert [(p.problem, p.region) for p in noted] == [("span-repeated", "new")]


def test_the_newest_of_an_annotators_labelings_counts_wherever_it_is(tmp_path):
    first = task(annotation(3, result=mark(start=2, end=5)), annotation(1, who=5), identity=1)
    again = task(annotation(2, result=mark()), annotation(4, who=5), identity=2)
    entries, noted = entries_of(tmp_path, first, again)
    assert [(e.annotator, e.updated) for e in entries] == [
        ("annotator-4", "2026-01-01T00:00:03Z"),
        ("annotator-5", "2026-01-01T00:00:04Z"),
    ]
    assert [(p.problem, p.annotation) for p in noted if p.problem != "answer-missing"] == [
        ("older-repeated", 1),
        ("older-repeated", 2),
    ]


def test_a_skipped_document_carries_nothing(tmp_path):
    (entry,), noted = entries_of(tmp_path, task(annotation(result=HUMAN + mark(), was_cancelled=True)))
    assert (entry.cancelled, entry.spans, entry.origin) == (True, [], None)
    assert noted == []


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ({"sha256": "0" * 64}, "text-changed"),
        ({"data": {"doc_id": None}}, "not-ours"),
        ({"data": {"text": 5}}, "not-ours"),
    ],
)
def test_a_task_that_cannot_be_used_is_one_row(tmp_path, broken, problem):
    entries, noted = entries_of(tmp_path, task(annotation(), **broken), task(annotation(result=HUMAN), doc_id="e"))
    assert [e.doc_id for e in entries] == ["e"]
    assert [(p.problem, p.task) for p in noted] == [(problem, 1)]


def test_drafts_of_who_has_not_submitted(tmp_path):
    drafts = [
        {"id": 1, "created_username": "x@example.com, 4", "annotation": None},
        {"id": 2, "created_username": "y@example.com, 5", "annotation": None},
        {"id": 3, "created_username": "z@example.com, 6", "annotation": 1},
    ]
    _, noted = entries_of(tmp_path, task(annotation(result=HUMAN), drafts=drafts))
    assert [(p.problem, p.annotator) for p in noted] == [("draft-only", "annotator-5")]


def test_annotators_are_numbers_unless_addresses_are_asked_for(tmp_path):
    who = {"id": 9, "email": "someone@example.com"}
    assert entries_of(tmp_path, task(annotation(who=who)))[0][0].annotator == "annotator-9"
    assert entries_of(tmp_path, task(annotation(who=who)), emails=True)[0][0].annotator == "someone@example.com"
    with pytest.raises(AnnotateError, match="no e-mail addresses"):
        entries_of(tmp_path, task(annotation(who=9)), emails=True)


def test_every_problem_has_a_meaning():
    assert all(meaning for meaning in PROBLEMS.values())


@given(st.data())
def test_any_export_is_read_task_by_task_whatever_the_pieces(tmp_path_factory, data):
    tasks = [
        {"id": n, "data": {"text": text, "more": more}}
        for n, (text, more) in enumerate(data.draw(st.lists(st.tuples(st.text(), st.lists(st.text())), max_size=5)))
    ]
    path = tmp_path_factory.mktemp("export") / "raw.json"
    plain = data.draw(st.booleans())
    indent = data.draw(st.sampled_from([None, 2]))
    path.write_bytes(json.dumps(tasks, ensure_ascii=plain, indent=indent).encode("utf-8", "surrogatepass"))
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr(snapshot, "_PIECE", random.Random(data.draw(st.integers())).randint(1, 40))
        try:
            assert list(read_tasks(path)) == tasks
        except AnnotateError:
            # Lone surrogates as they stand are no UTF-8; escaped, they are read.
            assert any("\ud800" <= c <= "\udfff" for c in path.read_bytes().decode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "content", ["", "{}", '{"data": {}}', "[1]", '[{"id": 1}]', '[{"data": {}}', '[{"data": {}}, {"da', "nonsense"]
)
def test_what_is_no_export_is_one_sentence(tmp_path, content):
    (tmp_path / "raw.json").write_text(content)
    with pytest.raises(AnnotateError, match="give a JSON export of Label Studio"):
        list(read_tasks(tmp_path / "raw.json"))


def run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_the_command_reads_an_export_and_says_what_it_left_out(tmp_path, capsys):
    raw = write(tmp_path / "raw.json", task(annotation(result=HUMAN + mark()), annotation(2, who=5, result=HUMAN)))
    out = tmp_path / "labels.jsonl"
    assert run(["label", "pull", "--from", str(raw), "-o", str(out), "--with-text"]) == 0
    assert "2 labelings of 1 document by 2 annotators" in capsys.readouterr().out
    assert [e.text for e in read_labels(out)] == [TEXT] * 2
    assert (
        tmp_path / "labels.problems.csv"
    ).read_text() == "problem,document,annotator,task,annotation,region,detail\n"
    before = out.read_bytes()
    write(raw, task(annotation(result=HUMAN + mark(label="no-such"))))
    assert run(["label", "pull", "--from", str(raw), "-o", str(tmp_path / "other.jsonl")]) == 1
    assert "label-unknown (left out)" in capsys.readouterr().err
    # A failed pull leaves an earlier one as it was.
    raw.write_text("[")
    assert run(["label", "pull", "--from", str(raw), "-o", str(out)]) == 2
    assert out.read_bytes() == before
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize("arguments", [[], ["--project", "x", "--from", "y"], ["--from", "labels.jsonl"]])
def test_wrong_usage(tmp_path, arguments, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["label", "pull", *arguments, "-o", "labels.jsonl"]) == 2


def test_the_key_tells_checks_from_the_rest(tmp_path):
    key = {"doc_id": "d", "sha256": task()["data"]["sha256"], "split": "check", "kind": "shuffled-words"}
    key |= {"start": 6, "end": 9, "labels": ["garbled"]}
    (tmp_path / "key.jsonl").write_text(json.dumps(key))
    raw = write(tmp_path / "raw.json", task(annotation(result=HUMAN + mark())), task(annotation(2), doc_id="e"))
    command = ["label", "pull", "--from", str(raw), "-o", str(tmp_path / "labels.jsonl")]
    assert run([*command, "--key", str(tmp_path / "key.jsonl")]) == 0
    assert [(e.doc_id, e.split) for e in read_labels(tmp_path / "labels.jsonl")] == [("d", "check"), ("e", "main")]


def test_status_counts(tmp_path):
    raw = write(
        tmp_path / "raw.json",
        task(annotation(1, result=HUMAN + mark()), annotation(2, who=5, result=HUMAN, lead_time=7.5), doc_id="a"),
        task(annotation(3, result=HUMAN), annotation(4, who=5, was_cancelled=True), identity=2, doc_id="b"),
        task(identity=3, doc_id="c", drafts=[{"id": 1, "created_username": "x@example.com, 4", "annotation": None}]),
    )
    status = project_status(raw, {1: 2, 2: 2, 3: 1}, title="T", project=1)
    assert (status.documents, status.done, status.begun, status.untouched) == (3, 1, 1, 1)
    assert (status.labelings_left, status.skipped, status.drafts, status.median_seconds) == (2, 1, 1, 3.5)
    four, five = status.annotators["annotator-4"], status.annotators["annotator-5"]
    assert (four.labeled, four.skipped, four.drafts, four.marks, four.median_seconds) == (2, 0, 1, 1, 3.5)
    assert (five.labeled, five.skipped, five.drafts, five.marks, five.median_seconds) == (1, 1, 0, 0, 7.5)


def test_the_same_export_gives_the_same_bytes(tmp_path):
    raw = write(tmp_path / "raw.json", *(task(annotation(result=HUMAN + mark()), doc_id=f"d{n}") for n in range(20)))
    written = []
    for name in ("a", "b"):
        pull([raw], tmp_path / f"{name}.jsonl", tmp_path / f"{name}.csv")
        written.append((tmp_path / f"{name}.jsonl").read_bytes() + (tmp_path / f"{name}.csv").read_bytes())
    assert written[0] == written[1]
