from __future__ import annotations

import io
import os
import resource
import signal
from pathlib import Path

import pytest

from annotate.documents import Flag, Record, Verdict
from annotate.errors import AnnotateError
from annotate.writing import jsonl, read_records
from annotate.writing.output import Asked, FileOutput, StreamOutput, check_apart

ASKED = Asked("annotate|v:1|det:a@1+b@2|cfg:00", with_text=False)


def record(number: int, **fields: object) -> Record:
    flag = Flag(
        0, 3, "caf\u00e9"[:3], "spelling", "minor", 0.75, "spelling@1", "unknown-word", {"near": ["cab", "cat"]}
    )
    verdict = Verdict("human", 0.9, 120, {"human": 0.9, "machine-translated": 0.1})
    return Record(
        **{  # type: ignore[arg-type]
            "id": f"d{number}",
            "source": None,
            "status": "ok",
            "signature": "annotate|sig:1",
            "sha256": f"{number:064x}",
            "verdict": verdict,
            "flags": [flag],
            **fields,
        }
    )


def lines(count: int) -> list[bytes]:
    return [jsonl.encode(record(number)) for number in range(count)]


def run_file(path: Path) -> Path:
    return path.with_name(path.name + ".run")


def interrupt(path: Path, written: list[bytes], asked: Asked = ASKED) -> None:
    with FileOutput(path, asked) as output:
        for line in written:
            output.write(line)


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_finished_run_leaves_the_file_alone(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    with FileOutput(path, ASKED) as output:
        assert list(output.written()) == []
        for line in lines(5):
            output.write(line)
        output.finish()
    assert os.listdir(tmp_path) == [path.name]
    assert list(read_records(path)) == [record(number) for number in range(5)]


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
@pytest.mark.parametrize("cut", [0, 1, 40])
def test_an_interrupted_run_goes_on_behind_the_last_whole_line(tmp_path: Path, ending: str, cut: int) -> None:
    path, whole = tmp_path / f"out.{ending}", tmp_path / f"whole.{ending}"
    with FileOutput(whole, ASKED) as output:
        for line in lines(9):
            output.write(line)
        output.finish()
    interrupt(path, lines(4))
    work = path if ending == "jsonl" else path.with_name("out.parquet.partial.jsonl")
    os.truncate(work, work.stat().st_size - cut)
    with FileOutput(path, ASKED) as output:
        kept = list(output.written())
        assert kept == lines(4 if cut == 0 else 3)
        for line in lines(9)[len(kept) :]:
            output.write(line)
        output.finish()
    assert path.read_bytes() == whole.read_bytes()
    assert sorted(os.listdir(tmp_path)) == [path.name, whole.name]


def test_a_run_can_be_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    interrupt(path, lines(4))
    with FileOutput(path, ASKED, restart=True) as output:
        assert list(output.written()) == []
        output.finish()
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (Asked("annotate|v:1|det:a@1+b@3|cfg:00"), r"det:a@1\+b@2 then, det:a@1\+b@3 now.*--restart"),
        (Asked(ASKED.signature, with_text=True), "without the texts; leave out --with-text"),
    ],
)
def test_a_run_that_was_asked_something_else_is_not_gone_on_with(tmp_path: Path, asked: Asked, message: str) -> None:
    path = tmp_path / "out.jsonl"
    interrupt(path, lines(4))
    before = path.read_bytes()
    with pytest.raises(AnnotateError, match=message), FileOutput(path, asked):
        pass
    assert path.read_bytes() == before
    with FileOutput(path, ASKED) as output:
        assert len(list(output.written())) == 4


def test_a_run_killed_before_it_said_what_it_was_asked_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run_file(path).touch()
    with FileOutput(path, ASKED) as output:
        assert list(output.written()) == []
        output.finish()
    assert os.listdir(tmp_path) == ["out.jsonl"]


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with FileOutput(path, ASKED) as output:
        output.write(lines(1)[0])
        with (
            pytest.raises(AnnotateError, match=rf"Another run \(process {os.getpid()}\) is writing"),
            FileOutput(path, ASKED),
        ):
            pass
        output.write(lines(2)[1])
        output.finish()
    assert path.read_bytes() == b"".join(lines(2))


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_finished_file_of_records_is_replaced(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    for count in (5, 2):
        with FileOutput(path, ASKED) as output:
            for line in lines(count):
                output.write(line)
            output.finish()
    assert len(list(read_records(path))) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("article.jsonl", b"An article, not a record.\n"),
        ("rows.jsonl", b'{"id": "1", "text": "An article."}\n'),
        ("other.parquet", b"PAR1 or so"),
    ],
)
def test_what_is_not_ours_is_not_written_over(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with (
        pytest.raises(AnnotateError, match=r"Will not write over .*: it is not a file of records"),
        FileOutput(path, ASKED),
    ):
        pass
    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == [name]


def test_a_run_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    run_file(path).write_bytes(b"#!/bin/sh\n")
    with pytest.raises(AnnotateError, match="which is not ours"), FileOutput(path, ASKED):
        pass
    assert run_file(path).read_bytes() == b"#!/bin/sh\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("out.txt", r"ends in \.jsonl or \.parquet; give one of these"),
        ("out.jsonl.gz", "compress the file afterwards"),
        ("out", "Cannot tell a format"),
        ("folder.jsonl", "it is a folder"),
        ("missing/out.jsonl", "there is no folder"),
    ],
)
def test_paths_that_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(AnnotateError, match=message), FileOutput(tmp_path / name, ASKED):
        pass
    assert os.listdir(tmp_path) == ["folder.jsonl"]


def test_an_output_must_not_be_an_input(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    path = folder / "news.jsonl"
    path.write_text("{}\n")
    link = tmp_path / "link.jsonl"
    link.symlink_to(path)
    for output in (path, link):
        with pytest.raises(AnnotateError, match="also an input"):
            check_apart(output, [str(path)])
    with pytest.raises(AnnotateError, match="inside the input folder"):
        check_apart(folder / "out.jsonl", [str(folder)])
    check_apart(tmp_path / "articles.jsonl", [str(folder), str(path)])


def test_a_full_disk_leaves_whole_lines_to_go_on_from(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    room = sum(map(len, lines(3))) + 10
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limit[1]))
    try:
        with pytest.raises(AnnotateError, match="File too large; what is written stays: make room"):
            interrupt(path, lines(9))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert path.stat().st_size == room
    with FileOutput(path, ASKED) as output:
        assert list(output.written()) == lines(3)


class Names:
    def row(self, record: Record) -> str:
        return f"{record.id}\n"

    def end(self) -> str:
        return "end\n"


@pytest.mark.parametrize("held", [False, True])
@pytest.mark.parametrize(
    ("form", "expected"), [(None, b"".join(lines(3))), (Names(), b"d0\nd1\nd2\nend\n")], ids=["records", "text"]
)
def test_standard_output_takes_records_or_text_for_people(form: Names | None, expected: bytes, held: bool) -> None:
    stream = io.BytesIO()
    with StreamOutput(stream, form=form, held=held) as output:
        for line in lines(3):
            output.write(line)
        output.finish()
    assert stream.getvalue() == expected


def test_a_full_disk_behind_standard_output_is_one_sentence() -> None:
    with (
        open("/dev/full", "wb") as full,
        pytest.raises(AnnotateError, match="standard output: No space left on device"),
    ):
        StreamOutput(full).write(lines(1)[0])


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_whole_lines(tmp_path: Path, size: int) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"x" * size)
    assert jsonl.whole_lines(path) == 0
    path.write_bytes(b"ab\n" + b"x" * size)
    assert jsonl.whole_lines(path) == 3
