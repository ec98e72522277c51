"""Kept, changed, deleted and added; pre-marked against blind."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from annotate.cli.label.review import command
from annotate.labeling.attention import Hidden, write_key
from annotate.labeling.labels import Labeled, Shown, Span, write_labels
from annotate.labeling.review import follow, review

SHOWN = Shown("r1", 10, 20, "spelling", "minor", 0.8)


def span(start: int, end: int, label: str = "spelling", severity: str = "minor", id: str | None = None) -> Span:
    return Span(start, end, "x" * (end - start), label, severity, id=id)


def entry(doc: str, spans: list[Span], shown: list[Shown] | None = None, **more: object) -> Labeled:
    given = {"annotator": "ann", "characters": 1000, "signature": "s1" if shown is not None else None} | more
    return Labeled(doc_id=doc, sha256=doc * 2, spans=spans, shown=shown, **given)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([span(10, 20, id="r1")], ["kept"]),
        ([span(10, 21, id="r1")], ["changed"]),
        ([span(10, 20, severity="major", id="r1")], ["changed"]),
        ([span(12, 30, label="grammar", id="r1")], ["relabeled"]),
        ([], ["deleted"]),
        ([span(10, 20)], ["deleted", "added"]),  # deleted and drawn again: two edits, though nothing has changed
        ([span(10, 20, id="r1"), span(50, 60)], ["kept", "added"]),
    ],
)
def test_the_fate_of_a_flag(marks: list[Span], expected: list[str]) -> None:
    assert [fate.what for fate in follow(entry("a", marks, [SHOWN]))] == expected


def test_a_mark_without_a_severity_is_no_change() -> None:
    marks = [Span(10, 20, "x" * 10, "spelling", None, id="r1")]
    assert [fate.what for fate in follow(entry("a", marks, [SHOWN]))] == ["kept"]


def test_counts_by_label_score_and_signature() -> None:
    shown = [Shown("1", 0, 5, "spelling", "minor", 0.2), Shown("2", 10, 15, "garbled", "major", 1.0)]
    found = review(
        [
            entry("a", [span(0, 5, id="1")], shown),
            entry(
                "b", [span(0, 5, id="1"), span(10, 15, "garbled", "major", "2"), span(20, 25)], shown, signature="s2"
            ),
            entry("c", [], shown, cancelled=True),
            entry("d", [], shown, split="check"),
            entry("e", [], shown, annotator="adjudicated"),
        ]
    )
    assert (found.documents, found.entries) == (2, 2)
    named = {t.name: (t.shown, t.kept, t.changed, t.relabeled, t.deleted, t.added) for t in found.labels}
    assert named == {"garbled": (2, 1, 0, 0, 1, 0), "spelling": (2, 2, 0, 0, 0, 1), "all": (4, 3, 0, 0, 1, 1)}
    assert [(t.name, t.shown, t.promised, t.confirmed.value) for t in found.scores] == [
        ("0.2–0.4", 2, 0.2, 1.0),
        ("0.8–1", 2, 1.0, 0.5),
    ]
    assert [(t.name, t.kept, t.deleted) for t in found.signatures] == [("s1", 1, 1), ("s2", 2, 0)]
    assert found.arms is None


def test_the_arms_are_compared() -> None:
    found = review(
        [
            entry("a", [span(0, 10), span(20, 30)], [], annotator="p"),
            entry("a", [span(0, 10)], None, annotator="q", split="blind"),
            entry("b", [span(0, 10), span(40, 50)], [], annotator="p"),
            entry("c", [], None, annotator="q", split="blind"),
        ]
    )
    arms = found.arms
    assert arms is not None
    assert (arms.main, arms.blind, arms.both) == (2, 2, 1)
    every = arms.rates[0]
    assert (every.name, every.main.value, every.blind.value, every.difference.value) == ("all", 2.0, 0.5, 1.5)
    assert arms.across.value == pytest.approx(2 * 10 / 30, abs=1e-4)
    assert arms.within_main.value is None


def test_the_command_names_checks_and_editors(tmp_path: Path) -> None:
    labels, key = tmp_path / "labels.jsonl", tmp_path / "key.jsonl"
    write_labels(
        labels,
        [entry("a", [], [SHOWN], seconds=30.0), entry("b", [span(10, 20, id="r1")], [SHOWN]), entry("k", [], [])],
    )
    write_key(key, [Hidden("k", "kk", "check", "shuffled-words", start=5, end=50, labels=["garbled"])])
    result = CliRunner().invoke(command, [str(labels), "--key", str(key)], catch_exceptions=False)
    row = next(line.split() for line in result.output.splitlines() if line.split()[:1] == ["ann"])
    assert row[:4] == ["ann", "2", "2", "0.50"]
    assert "0 of 1 passed (k: shuffled-words not marked)" in result.output
    as_json = CliRunner().invoke(command, [str(labels), "--format", "json"], catch_exceptions=False)
    assert json.loads(as_json.output)["labels"][0]["deleted"] == 1
