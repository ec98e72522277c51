from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sysconfig
import time
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from annotate.cli.score import command
from annotate.errors import AnnotateError
from annotate.writing import read_records

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")
PLACES = ["bridge", "library", "harbour", "market", "station", "school"]


def article(number: int) -> str:
    rng = random.Random(number)
    sentences = [
        f"The council said on {rng.choice(['Monday', 'Friday'])} that the {rng.choice(PLACES)} would open again in "
        f"{rng.randint(2, 9)} weeks."
        for _ in range(rng.randint(1, 6))
    ]
    return f"Work goes on at the {rng.choice(PLACES)}\n\n" + " ".join(sentences) + "\n"


def rows(path: Path, count: int) -> Path:
    lines = [json.dumps({"id": f"a{n}", "text": article(n) if n % 50 != 7 else ""}) + "\n" for n in range(count)]
    for broken in range(31, count, 100):
        lines[broken] = "{\n"
    path.write_text("".join(lines))
    return path


def score(*arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(
        command, [str(a) for a in arguments], input=stdin, standalone_mode=False, catch_exceptions=False
    )


def run(*arguments: object) -> None:
    done = subprocess.run([COMMAND, "score", *map(str, arguments)], capture_output=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    for number in range(3):
        (path / f"{number}_x.txt").write_text(article(number))
    return path


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rows(tmp_path_factory.mktemp("corpus") / "news.jsonl", 200)


@pytest.fixture(scope="module", params=["jsonl", "parquet"])
def whole(request: pytest.FixtureRequest, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of an undisturbed run in one process."""
    path = tmp_path_factory.mktemp("whole") / f"out.{request.param}"
    run(corpus, "-o", path, "--workers", 1)
    return path


def test_a_table_without_output(folder: Path) -> None:
    done = score(folder)
    assert done.return_value == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["document", "verdict", "score", "words", "points", "flags"]
    assert [line.split()[0] for line in lines[1:4]] == ["0", "1", "2"]
    assert lines[4] == ""
    assert "3 documents: 3 ok, 0 skipped, 0 failed" in done.stderr
    assert done.stderr.endswith(f" annotate score {folder} -o scores.jsonl\n")


def test_the_table_says_what_to_look_at_first(folder: Path, tmp_path: Path) -> None:
    (folder / "worst.txt").write_text(article(9) + "The the council said theMS bridge is open.\n")
    for arguments in ((), ("-o", tmp_path / "out.jsonl", "--format", "table")):
        done = score(folder, *arguments)
        first = done.stdout.index("Look at first (points: ")
        assert done.stdout[first:].splitlines()[1].startswith("  1. worst: ")
        assert "“theMS” " in done.stdout[first:]
        assert f"annotate show {folder} worst" in done.stderr
    assert [record.id for record in read_records(tmp_path / "out.jsonl")] == ["0", "1", "2", "worst"]


def test_annotations_for_github(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    (folder / "worst.txt").write_text("\n".join(f"The council said theMS{n} bridge is open." for n in range(12)))
    expected = score("articles", "--format", "github")
    lines = [line for line in expected.stdout.splitlines() if "theMS" in line]
    assert len(lines) == 10
    assert lines[0].startswith("::notice file=articles/worst.txt,line=1,endLine=1,col=18,endColumn=")
    assert ",title=spelling (minor%2C 0." in lines[0]
    assert "more notices: GitHub shows 10 of a kind for a step; -o FILE has all.\n" in expected.stderr
    done = score("articles", "--format", "github", "-o", "out.jsonl")
    assert done.stdout == expected.stdout
    assert len(list(read_records("out.jsonl"))) == 4
    # A step that runs in a folder of the checkout.
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(folder)
    assert score(".", "--format", "github").stdout == expected.stdout


def test_records_and_annotations_do_not_mix_on_standard_output(folder: Path) -> None:
    with pytest.raises(click.UsageError, match="--format prints to standard output, which -o - takes"):
        score(folder, "-o", "-", "--format", "github")


def test_records_in_a_file_and_the_next_command(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = score(folder, "-o", out)
    assert done.return_value == 0
    assert done.stdout == ""
    records = list(read_records(out))
    assert [record.id for record in records] == ["0", "1", "2"]
    assert f"next:     annotate show {folder} ID --scores {out}\n" in done.stderr
    assert f"annotate report {out} {folder} -o report.html\n" in done.stderr
    assert f"annotate label export {out} {folder} -o labelstudio\n" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["articles", "out.jsonl"]


def test_the_same_bytes_on_standard_output_and_from_standard_input(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    score(corpus, "-o", out)
    assert score(corpus, "-o", "-").stdout_bytes == out.read_bytes()
    # Each by itself, a document's record does not depend on the others.
    score(corpus, "-o", out, "--alone")
    first = corpus.read_text().splitlines(keepends=True)[:5]
    done = score("-", "-o", "-", "--alone", stdin="".join(first))
    assert done.stdout_bytes == b"".join(out.read_bytes().splitlines(keepends=True)[:5])


def test_quiet_says_nothing_but_failures(folder: Path, tmp_path: Path) -> None:
    assert score(folder, "-q", "-o", tmp_path / "out.jsonl").stderr == ""


def test_texts_in_the_records(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    score(folder, "-o", out, "--with-text")
    assert [record.text for record in read_records(out)] == [article(number) for number in range(3)]


def test_the_first_ten_failures_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text("{\n" * 13 + json.dumps({"text": article(1)}) + "\n")
    done = score(path)
    assert done.return_value == 1
    failed = [line for line in done.stderr.splitlines() if line.startswith("failed: ")]
    assert [line.split()[1] for line in failed[:10]] == [f"news:{n}:" for n in range(1, 11)]
    assert failed[10:] == ['failed: 3 more; their records have the status "failed" and say why.']


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = score(folder, "-o", out, "--dry-run")
    assert done.return_value == 0
    assert not out.exists()
    settings = yaml.safe_load(done.stdout)
    assert settings["verdict"]["fpr"] == 0.05
    assert set(settings) == {
        *("reading", "language", "verdict", "corroboration", "tier", "severity_weights", "detectors", "learned")
    }
    assert "# documents: 3" in done.stdout
    assert "ms a document (first 3 scored in one process)" in done.stdout
    score(folder, "-o", out)
    assert f"# signature: {next(iter(read_records(out))).signature}" in done.stdout


def test_what_a_dry_run_prints_is_a_configuration_with_the_same_signature(folder: Path, tmp_path: Path) -> None:
    first = score(folder, "--dry-run").stdout
    (tmp_path / "config.yaml").write_text(first)
    again = score(folder, "--dry-run", "-c", tmp_path / "config.yaml").stdout
    signatures = [[line for line in text.splitlines() if line.startswith("# signature")] for text in (first, again)]
    assert signatures[0] == signatures[1]


@pytest.mark.parametrize(("workers", "batch"), [(1, 1), (2, 1), (2, 64)])
def test_workers_and_batches_do_not_change_a_byte(
    corpus: Path, whole: Path, tmp_path: Path, workers: int, batch: int
) -> None:
    out = tmp_path / whole.name
    run(corpus, "-o", out, "--workers", workers, "--batch-size", batch)
    assert out.read_bytes() == whole.read_bytes()


def kill_after(records: int, work: Path, arguments: list[str]) -> bool:
    """Start the command, kill all its processes once so many records are there; whether it was still running."""
    process = subprocess.Popen(
        [COMMAND, "score", *arguments], start_new_session=True, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    while process.poll() is None:
        if work.exists() and work.read_bytes().count(b"\n") >= records:
            break
        time.sleep(0.002)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return running


def test_a_run_killed_again_and_again_ends_with_the_same_bytes(corpus: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / whole.name
    work = out if out.suffix == ".jsonl" else out.with_name(out.name + ".partial.jsonl")
    arguments = [str(corpus), "-o", str(out), "--workers", "2", "--batch-size", "8"]
    rng = random.Random(1)
    killed = 0
    for at in sorted(rng.sample(range(1, 150), 4)):
        killed += kill_after(at, work, arguments)
    assert killed >= 3
    # A kill seldom falls into the middle of a line: cut one as if it had.
    os.truncate(work, work.stat().st_size - 5)
    run(*arguments)
    assert out.read_bytes() == whole.read_bytes()
    assert os.listdir(tmp_path) == [out.name]


def interrupted(corpus: Path, out: Path) -> None:
    assert kill_after(60, out, [str(corpus), "-o", str(out), "--workers", "1"])


def test_going_on_counts_what_was_there(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    interrupted(corpus, out)
    there = out.read_bytes().count(b"\n")
    done = score(corpus, "-o", out)
    assert f"200 documents ({there:,} from the interrupted run): 194 ok, 4 skipped, 2 failed" in done.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda lines: [*lines[:3], lines[3].replace("council", "mayor"), *lines[4:]],
            r"Record 4 .*'a3'.* another text",
        ),
        (lambda lines: [lines[1], lines[0], *lines[2:]], r"Record 1 .*'a0'.* another document .*'a1'"),
        (lambda lines: lines[:50], r"more records than the inputs now have documents \(50\)"),
    ],
    ids=["text changed", "rows swapped", "rows gone"],
)
def test_other_inputs_are_not_gone_on_with(corpus: Path, tmp_path: Path, change: object, message: str) -> None:
    path, out = tmp_path / "news.jsonl", tmp_path / "out.jsonl"
    path.write_text(corpus.read_text())
    interrupted(path, out)
    path.write_text("".join(change(corpus.read_text().splitlines(keepends=True))))  # type: ignore[operator]
    before = out.read_bytes()
    with pytest.raises(AnnotateError, match=message):
        score(path, "-o", out)
    assert out.read_bytes().startswith(before[: before.rfind(b"\n") + 1])
    assert score(path, "-o", out, "--restart").return_value == 1
    assert len(out.read_bytes().splitlines()) == len(path.read_text().splitlines())


def test_another_configuration_is_not_gone_on_with(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    interrupted(corpus, out)
    (tmp_path / "config.yaml").write_text("verdict: {fpr: 0.01}\n")
    with pytest.raises(AnnotateError, match=r"fpr:0.05 then, fpr:0.01 now"):
        score(corpus, "-o", out, "-c", tmp_path / "config.yaml")
    assert score(corpus, "-o", out).return_value == 1


def test_nothing_is_touched_when_an_input_cannot_be_read(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    score(corpus, "-o", out)
    before = out.read_bytes()
    with pytest.raises(AnnotateError, match="No such file"):
        score(corpus, tmp_path / "missing.txt", "-o", out)
    assert out.read_bytes() == before
    assert os.listdir(tmp_path) == ["out.jsonl"]


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_says_how_to_go_on(corpus: Path, tmp_path: Path, workers: int) -> None:
    out = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [COMMAND, "score", corpus, "-o", out, "--workers", str(workers), "--batch-size", "8"],
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (out.exists() and out.read_bytes().count(b"\n") > 20):
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert errors == "\nInterrupted; run the same command again to go on where it stopped.\n"
    assert process.returncode == 130
    assert sorted(os.listdir(tmp_path)) == ["out.jsonl", "out.jsonl.run", "out.jsonl.run.documents"]
