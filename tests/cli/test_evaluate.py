from __future__ import annotations

import hashlib
import json

import pytest
from click.testing import CliRunner

from annotate.cli import main
from annotate.cli.evaluate import command

TEXT = "The mayor dont know. Follow us on every channel!"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
GOLD = {
    "id": "a",
    "sha256": SHA,
    "origin": "human",
    "flags": [
        {"start": 10, "end": 14, "label": "punctuation", "severity": "minor"},
        {"start": 21, "end": 48, "label": "spam", "severity": "minor"},
    ],
}


def flag(start, end, label, severity="minor"):
    return {
        "start": start,
        "end": end,
        "text": TEXT[start:end],
        "label": label,
        "severity": severity,
        "score": 0.75,
        "detector": "d@1",
        "reason": "r",
        "evidence": {},
    }


def record(id_="a", flags=(), sha256=SHA):
    scores = {"human": 0.7, "machine-translated": 0.1, "machine-paraphrased": 0.1, "machine-generated": 0.1}
    return {
        "id": id_,
        "source": None,
        "status": "ok",
        "signature": "annotate|test",
        "sha256": sha256,
        "verdict": {"label": "human", "score": 0.7, "words": 9, "scores": scores, "operating_point": None},
        "flags": list(flags),
        "passages": [],
        "reliability": {
            "admiralty": {"source": "F", "information": "6"},
            "score": None,
            "interval": None,
            "contributions": [],
        },
    }


@pytest.fixture
def files(tmp_path):
    def write(gold, records):
        (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold))
        (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in records))
        return [str(tmp_path / "gold.jsonl"), str(tmp_path / "scores.jsonl"), "--resamples", "20"]

    return write


def test_json(files):
    arguments = files([GOLD], [record(flags=[flag(10, 14, "punctuation"), flag(21, 30, "spam", "major")])])
    result = CliRunner().invoke(command, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.output)
    by_label = {row["label"]: row for row in report["labels"]}
    assert by_label["punctuation"]["exact"]["f1"]["value"] == 1.0
    assert by_label["spam"]["exact"]["f1"]["value"] == 0.0
    assert by_label["spam"]["overlap"]["f1"]["value"] == 1.0
    assert by_label["spam"]["partial"]["recall"]["value"] == pytest.approx(9 / 27, abs=1e-4)
    assert by_label["spam"]["partial"]["recall"]["interval"] is None  # one document
    assert report["verdicts"]["confusion"]["human"]["human"] == 1
    assert report["signatures"] == ["annotate|test"]


def test_min_severity(files):
    arguments = files([GOLD], [record(flags=[flag(10, 14, "punctuation")])])
    result = CliRunner().invoke(command, [*arguments, "--json", "--min-severity", "major"])
    assert json.loads(result.output)["labels"] == []


def test_table_is_the_same_every_time(files):
    other = {**GOLD, "id": "b"}
    arguments = files([GOLD, other], [record(flags=[flag(10, 14, "punctuation")]), record("b")])
    first, second = (CliRunner().invoke(command, arguments) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.output == second.output
    assert "2 documents compared, 18 words" in first.output
    assert next(line.split()[:4] for line in first.output.splitlines() if line.startswith("  all")) == [
        "all",
        "2",
        "4",
        "1",
    ]


@pytest.mark.parametrize(
    ("gold", "records", "message"),
    [
        ([GOLD], [record(sha256="f" * 64)], "is of another text than its gold"),
        ([GOLD], [record("z")], "no id in common"),
        ([{"id": "a"}], [record()], "line 1 is no gold"),
    ],
)
def test_one_sentence_and_exit_code_2(files, capsys, gold, records, message):
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", *files(gold, records)])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1
    assert "Traceback" not in error


def test_scores_that_are_not_there(files, tmp_path, capsys):
    gold, _, *rest = files([GOLD], [])
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", gold, str(tmp_path / "none.jsonl"), *rest])
    assert stop.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
