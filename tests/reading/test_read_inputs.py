"""What is read, in which order, under which ids, and what is refused before the first document."""

from __future__ import annotations

import gzip
import importlib.util
import io
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.errors import AnnotateError
from annotate.reading import count, kinds, read


def tree(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def ids(*inputs: str | Path) -> list[str]:
    return [item.id for item in read(inputs)]


def test_a_folder_of_everything_in_order(tmp_path):
    tree(
        tmp_path,
        {
            "b.txt": "b",
            "a/z.md": "z",
            "a/y.jsonl": '{"text": "1"}\n{"text": "2"}',
            "a.csv": "text\nc",
            "a/deep/er/q.txt.gz": gzip.compress(b"q"),
            "photo.png": b"\x89PNG\r\n\x1a\n",
            "notes.log": "an unknown ending is text all the same",
            "NAMES": "so is none",
            ".hidden.txt": "not read",
            ".git/x.txt": "not read",
            "UPPER.TXT": "u",
            "empty.txt": "",
        },
    )
    items = list(read([tmp_path]))
    assert [item.id for item in items] == [
        "NAMES",
        "UPPER",
        "a:2",  # "a.csv" sorts before "a/": by characters of the relative path
        "q",
        "y:1",
        "y:2",
        "z",
        "b",
        "empty",
        "notes",
        "photo",
    ]
    assert items[-1] == Unread(id="photo", status="skipped", reason="not-text")
    assert items[-3] == Unread(id="empty", status="skipped", reason="empty")
    assert ids(str(tmp_path)) == ids(tmp_path)


def test_inputs_stay_in_the_order_given(tmp_path):
    tree(tmp_path, {"z.txt": "z", "a.txt": "a", "m/k.txt": "k"})
    assert ids(tmp_path / "z.txt", tmp_path / "m", tmp_path / "a.txt") == ["z", "k", "a"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["000_ab12.txt", "001_cd34.txt"], ["000", "001"]),
        (["000.ab12.txt"], ["000"]),
        (["plain"], ["plain"]),
        (["_odd.txt"], ["_odd"]),
        (["a_1.txt", "a_2.txt", "b_1.txt"], ["a_1", "a_2", "b"]),
        (["a.md", "a.txt"], ["a.md", "a.txt"]),
        (["a_1.txt", "x/a_1.txt"], ["a_1.txt", "x/a_1.txt"]),
        (["a.txt", "a_1.txt", "a_2.txt"], ["a", "a_1", "a_2"]),
        (["a_1.txt", "a_1.txt.gz"], ["a_1.txt", "a_1.txt.gz"]),
        (["report_2024.11"], ["report"]),
        (["report_2024.11", "report_2023.12"], ["report_2023.12", "report_2024.11"]),
        (["n.csv", "x/n.jsonl"], ["n.csv:2", "x/n.jsonl:1"]),
        (["n_1.csv", "n_2.csv"], ["n_1:2", "n_2:2"]),
        (["n.csv", "n_1.txt"], ["n.csv:2", "n_1"]),
    ],
)
def test_ids_are_as_short_as_they_can_be(tmp_path, names, expected):
    for name in names:
        data: bytes = {".csv": b"text\nx", "sonl": b'{"text": "x"}'}.get(name[-4:], b"x")
        tree(tmp_path, {name: gzip.compress(data) if name.endswith(".gz") else data})
    assert ids(tmp_path) == expected


def test_the_same_file_twice(tmp_path):
    tree(tmp_path, {"a.txt": "x"})
    first, second = read([tmp_path / "a.txt", tmp_path / "a.txt"])
    assert isinstance(first, Document)
    assert isinstance(second, Unread)
    assert second.error == (
        f"{tmp_path}/a.txt has the id '{tmp_path}/a.txt', which {tmp_path}/a.txt already has; "
        "give every document its own."
    )


def test_two_folders_with_the_same_names(tmp_path):
    tree(tmp_path, {"one/a.txt": "x", "two/a.txt": "y"})
    assert ids(tmp_path / "one", tmp_path / "two") == [f"{tmp_path}/one/a.txt", f"{tmp_path}/two/a.txt"]


def test_names_that_are_no_text(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as file:
        file.write(b"x")
    (item,) = read([tmp_path])
    assert item == Document(text="x", id="caf\ufffd")


def test_a_stream_is_lazy(tmp_path):
    tree(tmp_path, {"a.txt": "a", "b.txt": "b"})
    items = read([tmp_path])
    assert next(items).id == "a"
    (tmp_path / "b.txt").unlink()
    gone = next(items)
    assert isinstance(gone, Unread)
    assert gone.error == f"Cannot read {tmp_path}/b.txt: No such file or directory."


def test_links(tmp_path):
    tree(tmp_path, {"a/x.txt": "x", "outside/y.txt": "y"})
    (tmp_path / "a/loop").symlink_to(tmp_path / "a")
    (tmp_path / "a/self").symlink_to(tmp_path / "a/self")
    (tmp_path / "a/broken.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a/link").symlink_to(tmp_path / "outside")
    (tmp_path / "a/file.txt").symlink_to(tmp_path / "outside/y.txt")
    items = {item.id: item for item in read([tmp_path / "a"])}
    assert sorted(items) == ["broken", "file", "self", "x", "y"]
    assert items["broken"].status == "failed"  # type: ignore[union-attr]
    assert "No such file or directory" in items["broken"].error  # type: ignore[union-attr, operator]
    assert "symbolic links" in items["self"].error  # type: ignore[union-attr, operator]


def test_pipes_in_a_folder_are_not_waited_for(tmp_path):
    tree(tmp_path, {"a.txt": "a"})
    os.mkfifo(tmp_path / "pipe.txt")
    assert list(read([tmp_path]))[1] == Unread(id="pipe", status="skipped", reason="not-text")


@pytest.mark.parametrize(
    ("data", "texts"), [(b'{"text": "a"}\n{"text": "b"}', ["a", "b"]), (b"just text", ["just text"])]
)
def test_a_pipe_named_as_input(tmp_path, data, texts):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    items = read([pipe])
    writer.start()
    assert [item.text for item in items if isinstance(item, Document)] == texts
    writer.join()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"text": "a"}\n{"text": "b", "id": "x"}\n', [Document(text="a", id="stdin:1"), Document(text="b", id="x")]),
        (b'\n  {"text": "a"}\n', [Document(text="a", id="stdin:2")]),
        (b'\xef\xbb\xbf{"text": "a"}\n', [Document(text="a", id="stdin:1")]),
        (b"Some text.\r\n", [Document(text="Some text.\r\n", id="stdin")]),
        (b"[1] a footnote", [Document(text="[1] a footnote", id="stdin")]),
        (b" ", [Unread(id="stdin", status="skipped", reason="empty")]),
        (b"", [Unread(id="stdin", status="skipped", reason="empty")]),
        (b"%PDF-1.5", [Unread(id="stdin", status="skipped", reason="not-text")]),
    ],
)
def test_standard_input(data, expected):
    stream = io.BytesIO(data)
    assert list(read(["-"], stdin=stream)) == expected
    assert not stream.closed


def test_standard_input_in_messages():
    _, bad = read(["-"], stdin=io.BytesIO(b'{"text": "a"}\n{"text"}\n'))
    assert isinstance(bad, Unread)
    assert bad.error == "standard input line 2 is not valid JSON: Expecting ':' delimiter at column 8."


class Failing(io.RawIOBase):
    """A stream whose device goes away."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._data:
            raise OSError(5, "Input/output error")
        size = len(self._data)
        buffer[:size], self._data = self._data, b""
        return size


def test_an_error_in_the_middle_costs_what_is_left():
    first, last = read(["-"], stdin=Failing(b'{"text": "a"}\n{"text": "b'))
    assert first == Document(text="a", id="stdin:1")
    assert last == Unread(id="stdin", status="failed", error="Cannot read standard input: Input/output error.")
    (text,) = read(["-"], stdin=Failing(b"some text"))
    assert text == Unread(id="stdin", status="failed", error="Cannot read standard input: Input/output error.")


def test_standard_input_twice_gives_what_is_left():
    items = list(read(["-", "-"], stdin=io.BytesIO(b"text")))
    assert items == [Document(text="text", id="stdin"), Unread(id="stdin", status="skipped", reason="empty")]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.txt", "No such file or directory; check the path."),
        ("missing", "No such file or directory; check the path."),
        ("here.txt/below", "Not a directory; check the path."),
        ("nul\0name", "embedded null byte."),
        ("a.pdf", "the ending '.pdf' is not known; use .txt, .text, .md, "),
        ("a.parquet.gz", "the ending '.parquet.gz' is not known; use "),
        ("a.tar.gz", "the ending '.tar.gz' is not known; use "),
    ],
)
def test_wrong_inputs_are_refused_at_once(tmp_path, name, message):
    tree(tmp_path, {"here.txt": "x", "a.pdf": "x", "a.parquet.gz": "x", "a.tar.gz": "x"})
    with pytest.raises(AnnotateError) as caught:
        read([tmp_path / "here.txt", f"{tmp_path}/{name}"])
    assert str(caught.value).startswith(f"Cannot read {tmp_path}/{name}: ".replace("\0", "\ufffd") + message)
    with pytest.raises(AnnotateError):
        count([f"{tmp_path}/{name}"])


@pytest.mark.parametrize("hidden", [{}, {".hidden": "x"}])
def test_a_folder_without_files(tmp_path, hidden):
    tree(tmp_path, hidden)
    (tmp_path / "sub").mkdir()
    with pytest.raises(AnnotateError, match="holds no file to read; name another one"):
        read([tmp_path])


def test_no_input_at_all():
    with pytest.raises(AnnotateError, match="No input given"):
        read([])
    with pytest.raises(AnnotateError, match=r"Standard input \(-\) was named"):
        read(["-"])


@pytest.mark.parametrize(
    ("name", "module", "extra"), [("a.parquet", "pyarrow", "parquet"), ("saved", "datasets", "datasets")]
)
def test_missing_extras_are_named(tmp_path, monkeypatch, name, module, extra):
    tree(tmp_path, {"f/a.parquet" if extra == "parquet" else "f/saved/dataset_dict.json": "x", "f/b.txt": "x"})
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n, *a: None if n == module else find(n, *a))
    for path in (tmp_path / "f", tmp_path / "f" / name):
        with pytest.raises(AnnotateError) as caught:
            read([path])
        assert str(caught.value) == f"Reading {tmp_path}/f/{name} needs {module}: pip install 'annotate[{extra}]'."


_AS_NOBODY = """
import os, sys
from annotate.errors import AnnotateError
from annotate.reading import read
os.setgid(65534); os.setuid(65534)
for path in sys.argv[1:]:
    try:
        for item in read([path]):
            print(item.id, getattr(item, "status", "ok"), getattr(item, "error", None))
    except AnnotateError as error:
        print("refused", error)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_permissions(tmp_path):
    for parent in (tmp_path, *tmp_path.parents):
        if not parent.stat().st_mode & 0o005:
            parent.chmod(parent.stat().st_mode | 0o055)
    tree(tmp_path, {"closed/a.txt": "x", "half/ok.txt": "x", "half/secret.txt": "x", "half/sub/b.txt": "x"})
    (tmp_path / "closed").chmod(0o700)
    (tmp_path / "half/sub").chmod(0o700)
    (tmp_path / "half/secret.txt").chmod(0o600)
    (tmp_path / "half/ok.txt").chmod(0o644)
    (tmp_path / "half").chmod(0o755)
    paths = [tmp_path / "closed", tmp_path / "half", tmp_path / "half/secret.txt", tmp_path / "closed/a.txt"]
    run = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, *map(str, paths)], capture_output=True, text=True, check=False, cwd="/"
    )
    if "ModuleNotFoundError" in run.stderr or "Permission denied" in run.stderr:
        pytest.skip("the interpreter's own files are closed to other users")
    assert run.stderr == ""
    assert run.stdout.splitlines() == [
        f"refused Cannot read the folder {tmp_path}/closed: Permission denied; check its permissions.",
        "ok ok None",
        f"secret failed Cannot read {tmp_path}/half/secret.txt: Permission denied.",
        f"sub failed Cannot read {tmp_path}/half/sub: Permission denied.",
        f"refused Cannot read {tmp_path}/half/secret.txt: Permission denied; check its permissions.",
        f"refused Cannot read {tmp_path}/closed/a.txt: Permission denied; check the path.",
    ]


def test_many_ids_do_not_stay_in_memory(tmp_path):
    (tmp_path / "n.jsonl").write_text("".join(f'{{"text": "x", "id": "{n % 30_000}"}}\n' for n in range(40_000)))
    failed = [item.id for item in read([tmp_path / "n.jsonl"]) if isinstance(item, Unread)]
    assert failed == [str(n) for n in range(10_000)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.txt": "x", "b.md": "x", "c.bin": "x"}, 3),
        ({"a.jsonl": '{"text": "x"}\n' * 5}, 5),
        ({"a.jsonl": '{"text": "x"}\n{"text": "x"}', "b.txt": ""}, 3),
        ({"a.jsonl": ""}, 0),
        ({"a.csv": "text\nx"}, None),
        ({"a.json": "[]"}, None),
        ({"a.jsonl.gz": gzip.compress(b"{}")}, None),
    ],
)
def test_count(tmp_path, files, expected):
    tree(tmp_path, files)
    assert count([tmp_path]) == expected


def test_standard_input_is_not_counted():
    assert count(["-"]) is None


def test_kinds_name_every_ending_once():
    endings = [ending for group in kinds().values() for ending in group]
    assert len(endings) == len(set(endings))
    assert {".txt", ".md", ".html", ".jsonl", ".json", ".csv", ".tsv", ".parquet"} <= set(endings)


def test_reading_twice_gives_the_same(tmp_path):
    tree(tmp_path, {f"{n % 7}/{n}_{n * 31 % 11}.txt": f"text {n}" for n in range(60)})
    assert list(read([tmp_path])) == list(read([tmp_path], ReadingConfig()))
