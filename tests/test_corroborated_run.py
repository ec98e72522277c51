"""Scoring a set of documents: what is found by comparison reaches the records, however the run went."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annotate import run
from annotate.config import Config, CorroborationConfig
from annotate.errors import AnnotateError
from annotate.run import score_to
from annotate.writing.output import StreamOutput

WORDS = "We asked about their capacity to carry two more on the tender, but that is not our first choice at this time"
REWORDED = WORDS.replace("capacity", "ability").replace("first", "main")


def article(opening: str, quotation: str, closing: str) -> str:
    return f'{opening}\n\n"{quotation}," spokeswoman Ines Halloran told Reuters on Tuesday. {closing}'


ROWS: list[dict[str, Any]] = [
    {
        "id": "first",
        "source": "one.example",
        "published": "2023-03-15",
        "text": article(
            "The survey ship Kestrel lost power off the coast of Verland, the harbour board of Verland said.",
            WORDS,
            "The Kestrel is anchored and a tender of the harbour board is near the ship.",
        ),
    },
    {"id": "empty", "text": " "},
    {
        "id": "second",
        "source": "two.example",
        "published": "2023-03-15",
        "text": article(
            "Engineers of the harbour board are asking how the survey ship Kestrel came to lose power off Verland.",
            WORDS,
            "A pipe in the engine room of the Kestrel burst and the ship lost its pumps.",
        ),
    },
    {
        "id": "other",
        "source": "one.example",
        "published": "2023-03-15",
        "text": "The town library of Lindell opens again in May after two years of building work, the council decided.",
    },
    {
        "id": "third",
        "source": "three.example",
        "published": "2023-03-16",
        "text": article(
            "The survey ship Kestrel is still without power off Verland and the harbour board has asked for help.",
            REWORDED,
            "The crew of the Kestrel is well and the ship will be towed to the harbour.",
        ),
    },
]


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_documents_of_one_event_are_held_against_each_other(inputs: Path, tmp_path: Path) -> None:
    summary = score_to(inputs, tmp_path / "out.jsonl")
    found = {r["id"]: r for r in records(tmp_path / "out.jsonl")}
    assert list(found) == [row["id"] for row in ROWS]
    assert summary.stories == 1
    stories = {name: r["evidence"]["story"] for name, r in found.items() if "evidence" in r}
    assert stories["first"] == stories["second"] == stories["third"] != stories["other"]
    altered = {name: [f for f in r["flags"] if f["label"] == "altered-quote"] for name, r in found.items()}
    assert {name: len(flags) for name, flags in altered.items() if flags} == {"third": 1}
    assert summary.flags["altered-quote"] == 1
    assert "evidence" not in found["empty"]
    assert found["first"]["evidence"]["quotations"]["verbatim"] == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_a_story_held_in_parts_has_one_numbering_of_origins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotate.corroboration.corroborate.LARGEST", 2)
    rows = [{"id": str(n), "story": "feed", "text": f"Report {n} of the harbour board."} for n in range(5)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    score_to(tmp_path / "in.jsonl", tmp_path / "out.jsonl", workers=1)
    assert sorted(r["evidence"]["origin"] for r in records(tmp_path / "out.jsonl")) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("written", [0, 2, 5])
def test_a_killed_run_goes_on_to_the_same_bytes(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    score_to(inputs, tmp_path / "whole.jsonl")

    def killed(summary: run.Summary) -> None:
        if summary.documents == written:
            raise KeyboardInterrupt

    if written < 5:
        with pytest.raises(KeyboardInterrupt):
            score_to(inputs, tmp_path / "out.jsonl", progress=killed if written else _stop)
    else:
        # Killed after the comparison, before the run was finished.
        with monkeypatch.context() as patch:
            patch.setattr("annotate.writing.output.FileOutput.finish", _stop)
            with pytest.raises(KeyboardInterrupt):
                score_to(inputs, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl.run.documents").exists()
    score_to(inputs, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not (tmp_path / "out.jsonl.run.documents").exists()


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_was_kept_for_comparison_must_be_whole(inputs: Path, tmp_path: Path) -> None:
    def killed(summary: run.Summary) -> None:
        if summary.documents == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_to(inputs, tmp_path / "out.jsonl", progress=killed)
    kept = tmp_path / "out.jsonl.run.documents"
    kept.write_bytes(kept.read_bytes()[:100])
    with pytest.raises(AnnotateError, match=r"cut off after 0 of 3 documents; give --restart"):
        score_to(inputs, tmp_path / "out.jsonl")
    score_to(inputs, tmp_path / "out.jsonl", restart=True)
    assert len(records(tmp_path / "out.jsonl")) == 5


def test_workers_and_standard_output_change_nothing(inputs: Path, tmp_path: Path) -> None:
    score_to(inputs, tmp_path / "out.jsonl")
    score_to(inputs, tmp_path / "many.jsonl", workers=2, batch_size=1)
    stream = io.BytesIO()
    score_to(inputs, StreamOutput(stream, held=True))
    assert stream.getvalue() == (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "many.jsonl").read_bytes()


def test_each_by_itself_where_asked_for(inputs: Path, tmp_path: Path) -> None:
    config = Config(corroboration=CorroborationConfig(enabled=False))
    summary = score_to(inputs, tmp_path / "out.jsonl", config)
    assert summary.stories == 0
    assert all("evidence" not in r for r in records(tmp_path / "out.jsonl"))


def test_the_input_may_say_what_the_stories_are(tmp_path: Path) -> None:
    rows = [row | {"event": "a" if row["id"] != "third" else "b"} for row in ROWS]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    reading = msgspec.structs.replace(Config().reading, columns={"story": "event"})
    score_to(tmp_path / "in.jsonl", tmp_path / "out.jsonl", msgspec.structs.replace(Config(), reading=reading))
    found = records(tmp_path / "out.jsonl")
    assert [r["evidence"]["story"] for r in found if r["status"] == "ok"] == ["a", "a", "a", "b"]
    assert not [f for r in found for f in r["flags"] if f["label"] == "altered-quote"]
