"""``annotate label export``: from files of scores to a folder, with one-sentence refusals."""

from __future__ import annotations

import json

import msgspec
import pytest

from annotate.cli import main
from annotate.documents import Document, Record, Verdict, make_flag

TEXT = "An teh word."
VERDICT = Verdict(
    "human", 0.7, 3, dict.fromkeys(("human", "machine-translated", "machine-paraphrased", "machine-generated"), 0.25)
)


def record(identity, **known):
    flag = make_flag(TEXT, 3, 6, label="spelling", severity="minor", score=0.5, detector="a@1", reason="b")
    return Record(
        identity, None, "ok", "annotate|v:0|schema:1|sig:000000000000", Document(TEXT).sha256, VERDICT, [flag], **known
    )


def run(capfd, *arguments):
    """Run the command line; gives exit code, standard output, standard error."""
    with pytest.raises(SystemExit) as ended:
        main(["label", "export", *map(str, arguments)])
    out, err = capfd.readouterr()
    return ended.value.code, out, err


@pytest.fixture
def scores(tmp_path):
    def write(*records):
        (tmp_path / "s.jsonl").write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in records))
        return tmp_path / "s.jsonl"

    return write


def test_texts_come_from_the_inputs(tmp_path, scores, capfd):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT)
    skipped = Record("c", None, "skipped", "s", None, reason="empty")
    path = scores(record("a"), skipped, record("b"))
    code, out, err = run(capfd, path, tmp_path / "b.txt", tmp_path / "a.txt", "-o", tmp_path / "out")
    assert (code, out) == (0, "")
    assert err == (
        f"Wrote 2 tasks with 2 flags to {tmp_path}/out/tasks.json, config.xml, guidelines.html.\n"
        "1 skipped document: no task.\n"
    )
    tasks = json.loads((tmp_path / "out" / "tasks.json").read_text())
    assert [(t["data"]["doc_id"], t["data"]["text"]) for t in tasks] == [("a", TEXT), ("b", TEXT)]


def test_texts_come_from_the_records(tmp_path, scores, capfd):
    code, _, err = run(capfd, scores(record("a", text=TEXT)), "-o", tmp_path / "out", "--blind")
    assert code == 0
    assert "1 task without predictions" in err


def test_flags_left_out_are_counted(tmp_path, scores, capfd):
    path = scores(record("a", text=TEXT), record("b", text=TEXT))
    code, _, err = run(capfd, path, "-o", tmp_path / "out", "--min-score", "0.6")
    assert code == 0
    assert err.startswith("Wrote 2 tasks with 0 flags (2 below the minimum left out) to ")


def test_checks_that_could_not_be_made_are_said(tmp_path, scores, capfd):
    code, _, err = run(capfd, scores(record("a", text=TEXT)), "-o", tmp_path / "out", "--checks", "2")
    assert code == 0
    assert err.endswith("\n2 attention checks fewer than wanted: too few documents are long enough and not garbled.\n")
    assert not (tmp_path / "out" / "key.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "carries no text and is in none of the inputs"),
        (("missing.txt",), "missing.txt"),
        (("--min-score", "2"), "2"),
        (("--min-severity", "huge"), "huge"),
        (("--to", "prodigy"), "prodigy"),
        (("--checks", "many"), "neither a whole number nor a share"),
        (("--checks", "2.5"), "neither a whole number nor a share"),
    ],
)
def test_refusals_are_one_sentence_and_write_nothing(tmp_path, scores, capfd, arguments, said):
    code, out, err = run(capfd, scores(record("a")), *arguments, "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()
