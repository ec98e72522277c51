"""Push, label, status and pull through a real Label Studio."""

from __future__ import annotations

import csv
import hashlib
import json
import urllib.error
from pathlib import Path

import msgspec
import pytest

from annotate.cli import main
from annotate.labeling import export
from annotate.labeling.labels import Labeled, Span, read_labels
from annotate.labeling.project_status import project_status
from annotate.labeling.pull import pull
from annotate.labeling.push import push
from annotate.labeling.snapshot import fetch

pytest_plugins = ["real_server"]
pytestmark = pytest.mark.slow

CORPUS = Path(__file__).parents[2] / "corpus"

TRICKY = {
    "emoji": "🚀🚀 𝒜 The teh rocket. 👩‍👩‍👧 Then teh end.",
    "lines": "One line.\r\nTwo\rThree\u2028four teh\u2029five\n\n  indented teh line ",
    "marks": "A caf\u0065\u0301 and a n\u0303o, teh o\u0308ther\u200b word\u00a0here. שלום teh עולם",
    "html": "<b>not</b> &amp; html &lt;teh&gt; <script>alert('teh')</script> \"quoted\"",
}


def run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def offsets(text: str, words: str) -> list[int]:
    found, at = [], text.find(words)
    while at >= 0:
        found.append(at)
        at = text.find(words, at + 1)
    return found


@pytest.fixture
def tricky(tmp_path, make):
    records = [
        make.record(i, text, [make.flag(text, "teh", "spelling", at=at, score=0.8) for at in offsets(text, "teh")])
        for i, text in TRICKY.items()
    ]
    scores = make.scores(tmp_path / "scores.jsonl", *records)
    export(scores, [make.document(i, text) for i, text in TRICKY.items()], tmp_path / "export")
    return tmp_path / "export"


def region(identity: str, text: str, start: int, end: int, label: str, severity: str, comment: str | None = None):
    place = {"start": start, "end": end, "text": text[start:end]}
    made = [
        {
            "id": identity,
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": place | {"labels": [label]},
        },
        {
            "id": identity,
            "from_name": "severity",
            "to_name": "text",
            "type": "choices",
            "value": place | {"choices": [severity]},
        },
    ]
    if comment is not None:
        value = place | {"text": [comment]}
        made.append({"id": identity, "from_name": "comment", "to_name": "text", "type": "textarea", "value": value})
    return made


def answers(origin: str, reliability: int, score: float):
    return [
        {"id": "o", "from_name": "origin", "to_name": "text", "type": "choices", "value": {"choices": [origin]}},
        {"id": "r", "from_name": "reliability", "to_name": "text", "type": "rating", "value": {"rating": reliability}},
        {"id": "s", "from_name": "score", "to_name": "text", "type": "number", "value": {"number": score}},
    ]


def test_the_scored_corpus_goes_in_once_however_often_it_is_pushed(label_studio, tmp_path, monkeypatch, capsys):
    scores, folder = tmp_path / "scores.jsonl", tmp_path / "export"
    assert run(["score", str(CORPUS), "-o", str(scores), "--quiet"]) == 0
    assert run(["label", "export", str(scores), str(CORPUS), "-o", str(folder)]) == 0
    monkeypatch.setenv("LABEL_STUDIO_URL", label_studio.url)
    command = ["label", "push", str(folder), "--project", "Scored corpus"]
    for token in (label_studio.personal_token, "0123456789abcdef0123456789abcdef01234567"):
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", token)
        assert run(command) == 0
    said = capsys.readouterr()
    sent = [task for path in sorted(folder.glob("tasks*.json")) for task in json.loads(path.read_text())]
    assert f"{len(sent)} new" in said.out
    assert f"{len(sent)} unchanged" in said.out
    assert "settings changed" not in said.out
    assert label_studio.personal_token not in said.out + said.err

    (project,) = [p for p in label_studio("GET", "/api/projects")["results"] if p["title"] == "Scored corpus"]
    assert (project["maximum_annotations"], project["sampling"]) == (1, "Uncertainty sampling")
    assert project["show_instruction"]
    assert project["model_version"] == sent[0]["predictions"][0]["model_version"]
    stored = label_studio.tasks(project["id"])
    assert len(stored) == len(sent) > 40
    flags = 0
    for task in sent:
        there = stored[task["data"]["doc_id"]]
        assert there["data"] == task["data"]
        ((prediction,), (ours,)) = there["predictions"], task["predictions"]
        assert {name: prediction[name] for name in ours} == ours
        for result in prediction["result"]:
            if "start" in (value := result["value"]):
                assert there["data"]["text"][value["start"] : value["end"]] == value["text"]
                flags += 1
    assert flags > 100
    # The label stream shows our predictions, of the least certain document first.
    served = label_studio("GET", f"/api/projects/{project['id']}/next")
    assert [p["model_version"] for p in served["predictions"]] == [project["model_version"]]
    assert served["predictions"][0]["score"] == min(t["predictions"][0]["score"] for t in sent)


def test_labels_come_back_exact_and_problems_in_a_table(label_studio, tricky, tmp_path):
    with label_studio.connect() as server:
        (pushed,) = push(server, tricky, "Tricky texts", overlap=3)
    tasks = label_studio.tasks(pushed.project)
    other = label_studio.sign_up("other@example.com")
    expected: dict[tuple[str, str], list[Span]] = {}
    ours = {i: [r["id"] for r in t["predictions"][0]["result"] if r["from_name"] == "label"] for i, t in tasks.items()}
    for identity, text in TRICKY.items():
        first = offsets(text, "teh")[0]
        # Kept, with a comment; the whole text added; a mark that was not shown next to the end.
        result = region(ours[identity][0], text, first, first + 3, "spelling", "major", "a comment\nof two lines 🚀")
        result += region("drawn", text, 0, len(text), "garbled", "minor")
        result += region("end", text, len(text) - 2, len(text), "punctuation", "neutral")
        label_studio.annotate(tasks[identity], result + answers("machine-translated", 2, 40))
        spans = [
            Span(0, len(text), text, "garbled", "minor", id="drawn"),
            Span(
                *(first, first + 3, "teh", "spelling", "major", "a comment\nof two lines 🚀"),
                id=ours[identity][0],
                origin="prediction",
            ),
            Span(len(text) - 2, len(text), text[-2:], "punctuation", "neutral", id="end"),
        ]
        expected[identity, "annotator-1"] = sorted(spans, key=lambda s: (s.start, s.end))
    text = TRICKY["emoji"]
    changed = region(ours["emoji"][0], text, 5, 12, "grammar", "minor")
    label_studio.annotate(tasks["emoji"], changed + answers("human", 5, 90), completed_by=other)
    moved = Span(5, 12, text[5:12], "grammar", "minor", id=ours["emoji"][0], origin="prediction-changed")
    expected["emoji", f"annotator-{other}"] = [moved]
    label_studio.annotate(tasks["html"], [], completed_by=other, was_cancelled=True)
    expected["html", f"annotator-{other}"] = []
    draft = {"result": changed, "lead_time": 1}
    label_studio("POST", f"/api/tasks/{tasks['marks']['id']}/drafts", draft)

    with label_studio.connect() as server:
        fetch(server, pushed.project, tmp_path / "raw.json")
    done = pull([tmp_path / "raw.json"], tmp_path / "labels.jsonl", tmp_path / "problems.csv", with_text=True)
    assert (done.entries, done.documents, done.annotators, done.problems) == (6, 4, 2, {})
    entries = list(read_labels(tmp_path / "labels.jsonl"))
    assert {(e.doc_id, e.annotator): e.spans for e in entries} == expected
    for entry in entries:
        assert entry.text == TRICKY[entry.doc_id]
        assert [s.id for s in entry.shown] == ours[entry.doc_id]
        assert {(s.label, s.severity, s.score) for s in entry.shown} == {("spelling", "minor", 0.8)}
        assert entry.signature.startswith("annotate|")
        assert entry.seconds == 12.5
    mine = next(e for e in entries if e.annotator == "annotator-1")
    assert (mine.origin, mine.reliability, mine.score, mine.cancelled) == ("machine-translated", 2, 40, False)
    skipped = next(e for e in entries if e.cancelled)
    assert (skipped.doc_id, skipped.annotator, skipped.origin) == ("html", f"annotator-{other}", None)

    # The same again gives the same bytes, and with it the first export.
    before = (tmp_path / "labels.jsonl").read_bytes()
    with label_studio.connect(label_studio.personal_token) as server:
        fetch(server, pushed.project, tmp_path / "again.json")
    pull([tmp_path / "again.json"], tmp_path / "labels.jsonl", tmp_path / "problems.csv", with_text=True)
    assert (tmp_path / "labels.jsonl").read_bytes() == before
    assert label_studio("GET", f"/api/projects/{pushed.project}/exports/") == []

    overlaps = {t["id"]: t["overlap"] for t in label_studio.tasks(pushed.project).values()}
    status = project_status(tmp_path / "raw.json", overlaps, title="Tricky texts", project=pushed.project)
    assert (status.documents, status.done, status.begun, status.untouched) == (4, 0, 4, 0)
    assert (status.labelings_left, status.skipped, status.drafts) == (7, 1, 0)
    assert status.annotators["annotator-1"].labeled == 4
    assert status.annotators["annotator-1"].median_seconds == 12.5


def test_what_cannot_be_used_is_a_row_and_stops_nothing(label_studio, tricky, tmp_path):
    with label_studio.connect() as server:
        (pushed,) = push(server, tricky, "Problems")
    tasks = label_studio.tasks(pushed.project)
    emoji, lines = TRICKY["emoji"], TRICKY["lines"]
    bad = region("far", emoji, 0, len(emoji), "spelling", "minor")
    for result in bad:
        result["value"]["end"] += 1
    bad += region("label", emoji, 0, 2, "no-such-label", "minor")
    bad += region("words", emoji, 3, 4, "spelling", "minor")
    bad[-2]["value"]["text"] = bad[-1]["value"]["text"] = "CORRUPTED"
    bad += region("severity", emoji, 5, 8, "spelling", "minor")[:1]
    bad += region("once", emoji, 9, 12, "spelling", "minor") + region("twice", emoji, 9, 12, "spelling", "minor")
    label_studio.annotate(tasks["emoji"], bad + answers("human", 3, 50))
    label_studio.annotate(tasks["lines"], [])
    label_studio.annotate(tasks["lines"], answers("human", 5, 20))
    label_studio("POST", f"/api/tasks/{tasks['marks']['id']}/drafts", {"result": []})
    label_studio.annotate(tasks["html"], [])
    edited = tasks["html"]["data"] | {"text": "Another text."}
    label_studio("PATCH", f"/api/tasks/{tasks['html']['id']}/", {"data": edited})

    with label_studio.connect() as server:
        fetch(server, pushed.project, tmp_path / "raw.json")
    done = pull([tmp_path / "raw.json"], tmp_path / "labels.jsonl", tmp_path / "problems.csv")
    with (tmp_path / "problems.csv").open(newline="") as file:
        rows = [(row["problem"], row["document"], row["region"]) for row in csv.DictReader(file)]
    assert sorted(rows) == [
        ("draft-only", "marks", ""),
        ("label-unknown", "emoji", "label"),
        ("low-score-unmarked", "lines", ""),
        ("older-repeated", "lines", ""),
        ("range-impossible", "emoji", "far"),
        ("severity-missing", "emoji", "severity"),
        ("span-repeated", "emoji", "twice"),
        ("text-changed", "html", ""),
        ("words-differ", "emoji", "words"),
    ]
    assert done.lost == 3
    entries = {e.doc_id: e for e in read_labels(tmp_path / "labels.jsonl")}
    assert entries.keys() == {"emoji", "lines"}
    assert [(s.id, s.text) for s in entries["emoji"].spans] == [("words", "𝒜"), ("severity", "The"), ("once", "teh")]
    assert entries["lines"].score == 20
    assert entries["lines"].characters == len(lines)


def test_another_scoring_takes_the_place_of_the_first_only_when_told(label_studio, tricky, tmp_path, make):
    text = TRICKY["emoji"]
    with label_studio.connect() as server:
        (pushed,) = push(server, tricky, "Two scorings")
        task = label_studio.tasks(pushed.project)["emoji"]
        label_studio.annotate(task, task["predictions"][0]["result"])
        record = msgspec.structs.replace(
            make.record("emoji", text, [make.flag(text, "rocket", "terminology")]), signature="annotate|sig:newer"
        )
        scores = make.scores(tmp_path / "newer.jsonl", record)
        export(scores, [make.document("emoji", text)], tmp_path / "newer")
        (again,) = push(server, tmp_path / "newer", "Two scorings", replace=True)
        fetch(server, pushed.project, tmp_path / "raw.json")
    assert (again.replaced, again.new, again.others, again.problem) == (1, 0, 3, None)
    task = label_studio.tasks(pushed.project)["emoji"]
    (prediction,) = task["predictions"]
    assert prediction["model_version"] == "annotate|sig:newer"
    assert [r["value"]["text"] for r in prediction["result"] if r["from_name"] == "label"] == ["rocket"]
    assert label_studio("GET", f"/api/projects/{pushed.project}")["model_version"] == "annotate|sig:newer"
    # What the annotator saw is what they saw.
    pull([tmp_path / "raw.json"], tmp_path / "labels.jsonl", tmp_path / "problems.csv")
    (entry,) = read_labels(tmp_path / "labels.jsonl")
    assert entry.signature == make.signature
    assert {s.label for s in entry.shown} == {"spelling"}
    assert [s.origin for s in entry.spans] == ["prediction"] * 2


def test_a_blind_arm_is_a_project_without_predictions(label_studio, tricky, tmp_path, make, monkeypatch):
    text = "Another teh text."
    scores = make.scores(tmp_path / "blind.jsonl", make.record("seen", text, [make.flag(text, "teh", "spelling")]))
    export(scores, [make.document("seen", text)], tricky / "blind", blind=True)
    with label_studio.connect() as server:
        main_arm, blind = push(server, tricky, "Arms")
    assert blind.title == "Arms (blind)"
    label_studio.annotate(label_studio.tasks(blind.project)["seen"], region("x", text, 8, 11, "spelling", "minor"))
    monkeypatch.setenv("LABEL_STUDIO_URL", label_studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.personal_token)
    assert run(["label", "pull", "--project", "Arms", "-o", str(tmp_path / "labels.jsonl")]) == 0
    (entry,) = read_labels(tmp_path / "labels.jsonl")
    assert (entry.shown, entry.signature, [s.origin for s in entry.spans]) == (None, None, ["manual"])
    assert (tmp_path / "labels.raw.json").exists()
    assert (tmp_path / "labels.raw.blind.json").exists()
    assert main_arm.problem is None


def test_labels_that_came_by_import_have_what_was_shown(label_studio, tricky, tmp_path):
    """Other programs import tasks with annotations: no parent is known, the regions' ids tell."""
    tasks = json.loads((tricky / "tasks.json").read_text())
    config = (tricky / "config.xml").read_text()
    project = label_studio("POST", "/api/projects/", {"title": "Imported", "label_config": config})["id"]
    for task in tasks:
        task["annotations"] = [{"result": task["predictions"][0]["result"], "ground_truth": False}]
    label_studio("POST", f"/api/projects/{project}/import", tasks)
    with label_studio.connect() as server:
        fetch(server, project, tmp_path / "raw.json", emails=True)
    pull([tmp_path / "raw.json"], tmp_path / "labels.jsonl", tmp_path / "problems.csv", emails=True)
    entries: list[Labeled] = list(read_labels(tmp_path / "labels.jsonl"))
    assert len(entries) == len(TRICKY)
    assert {e.annotator for e in entries} == {"admin@example.com"}
    assert all(len(e.shown) == len(e.spans) == 2 for e in entries if e.doc_id != "marks")
    assert {s.origin for e in entries for s in e.spans} == {"prediction"}
    assert {e.doc_id: e.sha256 for e in entries} == {
        i: hashlib.sha256(text.encode()).hexdigest() for i, text in TRICKY.items()
    }


def test_each_document_goes_to_as_many_annotators_as_the_export_says(label_studio, tricky):
    tasks = json.loads((tricky / "tasks.json").read_text())
    tasks[0]["data"]["overlap"] = 2
    (tricky / "tasks.json").write_text(json.dumps(tasks))
    with label_studio.connect() as server:
        (pushed,) = push(server, tricky, "Overlap")
        assert (pushed.overlap, pushed.overlaps) == (1, 1)
        there = label_studio.tasks(pushed.project)
        first, second = (there[t["data"]["doc_id"]] for t in tasks[:2])
        assert [first["overlap"], second["overlap"]] == [2, 1]
        for task in (first, second):
            label_studio.annotate(task, answers("human", 5, 90))
        there = label_studio.tasks(pushed.project)
        assert [there[t["data"]["doc_id"]]["is_labeled"] for t in tasks[:2]] == [False, True]
        (again,) = push(server, tricky, "Overlap")
        assert (again.unchanged, again.overlaps, again.settings) == (len(tasks), 0, [])
        push(server, tricky, "Overlap", overlap=3)
    assert {t["overlap"] for t in label_studio.tasks(pushed.project).values()} == {3}


def test_a_configuration_with_a_dangling_control_is_refused_by_the_server_too(label_studio, tricky):
    config = (tricky / "config.xml").read_text().replace('toName="text" perRegion', 'toName="nope" perRegion', 1)
    with pytest.raises(urllib.error.HTTPError) as refused:
        label_studio("POST", "/api/projects/", {"title": "broken", "label_config": config})
    assert refused.value.code == 400
