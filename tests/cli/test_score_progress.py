from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import termios
from pathlib import Path

import pytest

from annotate.cli import progress
from annotate.cli.progress import Progress, describe_summary, duration, report_failures
from annotate.run import Summary
from annotate.writing import jsonl

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")


def brief(number: int, **fields: object) -> jsonl.Brief:
    return jsonl.Brief(**{"id": f"d{number}", "status": "ok", "signature": "s", "sha256": None, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (4.24, "4.2 s"),
        (59.94, "59.9 s"),
        (59.97, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3599.7, "1 h 00 min"),
        (7620, "2 h 07 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_summary_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    summary = Summary(signature="annotate|sig:1", resumed=1, seconds=2.0)
    human = jsonl.VerdictLabel("human")
    spelling, spam = jsonl.FlagLabel("spelling"), jsonl.FlagLabel("spam")
    summary.add(brief(1, verdict=human, flags=[spelling, spam], notes=["read as latin-1 (guessed)"]))
    summary.add(brief(2, verdict=human, flags=[spelling]))
    for number in range(3, 8):
        summary.add(brief(number, status="skipped", reason="empty"))
    summary.add(brief(8, status="failed", error="It broke."))
    assert describe_summary(summary).splitlines() == [
        "8 documents (1 from the interrupted run): 2 ok, 5 skipped, 1 failed; 2.0 s, 3.5 documents/s",
        "verdicts: human 2",
        "flags:    spelling 2, spam 1",
        "signed:   annotate|sig:1",
    ]
    assert describe_summary(summary, 40).splitlines()[:4] == [
        "8 documents (1 from the interrupted",
        "          run): 2 ok, 5 skipped, 1",
        "          failed; 2.0 s, 3.5 documents/s",
        "verdicts: human 2",
    ]
    report_failures(summary)
    assert capsys.readouterr().err.splitlines() == [
        "skipped: d3, d4, d5 and 2 more: no text in it.",
        "note: d1: read as latin-1 (guessed).",
        "failed: d8: It broke.",
    ]


def test_lines_of_progress_where_there_is_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "news.jsonl").write_text("{}\n" * 1200)
    clock = iter([100.0, 129.0, 140.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with Progress([str(tmp_path)], shown=True) as shown:
        shown(Summary(documents=100, resumed=50))
        shown(Summary(documents=250, resumed=50))
    assert capsys.readouterr().err == "250 of 1,200 documents, 5.0 documents/s, 3 min 10 s left\n"


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    text = "The council said on Monday that the old bridge over the river would open again in May."
    (tmp_path / "news.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for _ in range(40)))
    terminal, end = os.openpty()
    termios.tcsetwinsize(end, (24, 100))
    done = subprocess.run(
        [COMMAND, "score", "news.jsonl", "-o", "out.jsonl"], cwd=tmp_path, stdin=end, stdout=end, stderr=end, timeout=60
    )
    os.close(end)
    shown = b""
    try:
        while chunk := os.read(terminal, 65_536):
            shown += chunk
    except OSError:
        pass  # how a terminal says that its other end is closed
    os.close(terminal)
    assert done.returncode == 0
    assert b"/40 [" in shown
    assert b"documents/s" in shown
