from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import annotate
from annotate.run import SHOWN_FAILURES, SHOWN_IDS, SHOWN_NOTES, Summary, default_workers
from annotate.writing import jsonl

TEXT = "The council said on Monday that the old bridge over the river would open again in {} weeks."


def rows(count: int) -> str:
    return "".join(json.dumps({"id": f"a{n}", "text": TEXT.format(n)}) + "\n" for n in range(count))


def test_scoring_into_a_file_is_one_call(tmp_path: Path) -> None:
    source, out = tmp_path / "news.jsonl", tmp_path / "out.jsonl"
    source.write_text(rows(5) + "{\n")
    seen: list[int] = []
    summary = annotate.score_to(source, out, progress=lambda so_far: seen.append(so_far.documents))
    records = list(annotate.read_records(out))
    assert seen == [1, 2, 3, 4, 5, 6]
    assert (summary.documents, dict(summary.statuses)) == (6, {"ok": 5, "failed": 1})
    assert [record.id for record in records] == ["a0", "a1", "a2", "a3", "a4", "news:6"]
    assert {record.signature for record in records} == {summary.signature}
    by_itself = annotate.load()(annotate.Document(TEXT.format(3), id="a3"))
    assert (records[3].verdict, records[3].passages) == (by_itself.verdict, by_itself.passages)


def test_standard_input_is_a_stream_that_is_handed_over(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    annotate.score_to("-", out, stdin=io.BytesIO(rows(3).encode()))
    assert [record.id for record in annotate.read_records(out)] == ["a0", "a1", "a2"]


def test_a_summary_stays_small(tmp_path: Path) -> None:
    summary = Summary()
    for number in range(200):
        for status in ("ok", "skipped", "failed"):
            summary.add(jsonl.Brief(str(number), status, "s", None, reason="empty", error="no", notes=[f"n{number}"]))
    assert summary.documents == 600
    assert len(summary.failures) == SHOWN_FAILURES
    assert len(summary.noted) == SHOWN_NOTES
    assert summary.skipped == {"empty": 200}
    assert max(map(len, summary.examples.values())) == SHOWN_IDS


def test_workers_by_default_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    for usable, workers in ((1, 1), (2, 2), (64, 4)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, usable=usable: set(range(usable)))
        assert default_workers() == workers
