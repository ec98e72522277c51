"""Parquet and ``datasets``: rows in batches, of the columns that are needed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.errors import AnnotateError
from annotate.reading import count, read

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def items_of(folder: Path, table: Any, **options: object) -> list[Document | Unread]:
    path = folder / "news.parquet"
    pq.write_table(table if isinstance(table, pa.Table) else pa.table(table), path, row_group_size=100)
    return list(read([path], ReadingConfig(**options)))


def test_rows(tmp_path):
    table = {
        "text": ["a\r\n", "\U0001f680", None, "b\0", ""],
        "id": [1, 2, 3, None, 5],
        "source": ["s", None, "s", "s", "s"],
        "published": [datetime.datetime(2023, 2, 3, 4, 5)] * 5,
        "extra": [[1], [], None, [2], [3]],
    }
    assert items_of(tmp_path, table) == [
        Document(text="a\r\n", id="1", source="s", published="2023-02-03T04:05:00"),
        Document(text="\U0001f680", id="2", published="2023-02-03T04:05:00"),
        Unread(
            id="3",
            status="failed",
            error=f"{tmp_path}/news.parquet row 3 has no value for 'text' (keys: id, published, source, text).",
            source="s",
        ),
        Document(
            text="b\ufffd",
            id="news:4",
            source="s",
            published="2023-02-03T04:05:00",
            notes=("read as U+FFFD: 1 NUL character",),
        ),
        Unread(id="5", status="skipped", reason="empty", source="s"),
    ]


@pytest.mark.parametrize(
    ("type_", "value", "published"),
    [
        (pa.timestamp("ns"), 1675397100000000001, "2023-02-03T04:05:00"),
        (pa.timestamp("s", tz="UTC"), 1675397100, "2023-02-03T04:05:00+00:00"),
        (pa.date32(), 19391, "2023-02-03"),
        (pa.int64(), 2023, "2023"),
        (pa.string(), "Feb 3", "Feb 3"),
        (pa.dictionary(pa.int8(), pa.string()), "Feb 3", "Feb 3"),
        (pa.large_string(), "Feb 3", "Feb 3"),
        (pa.float64(), float("nan"), None),
    ],
)
def test_dates_of_all_types(tmp_path, type_, value, published):
    column = pa.array([value]).dictionary_encode() if pa.types.is_dictionary(type_) else pa.array([value], type_)
    (item,) = items_of(tmp_path, {"text": ["a"], "published": column})
    assert item == Document(text="a", id="news:1", published=published)


def test_other_column_names(tmp_path):
    table = {"body": [f"text {n}" for n in range(1000)], "key": list(range(1000))}
    items = items_of(tmp_path, table, columns={"text": "body", "id": "key"})
    assert items == [Document(text=f"text {n}", id=str(n)) for n in range(1000)]
    items = items_of(tmp_path, table)
    assert len(items) == 1000
    assert isinstance(items[999], Unread)
    assert items[999].error == (
        f"{tmp_path}/news.parquet row 1000 has no 'text' (keys: body, key); name the column with reading.columns.text."
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"text": [5]}, "row 1 has the number 5 as 'text', not a string."),
        ({"text": [b"bytes"]}, "row 1 has a value of type bytes as 'text', not a string."),
        ({"text": ["a"], "id": [float("nan")]}, "row 1 has the number nan as 'id'; an id must be"),
    ],
)
def test_wrong_types(tmp_path, table, message):
    (item,) = items_of(tmp_path, table)
    assert isinstance(item, Unread)
    assert item.error is not None
    assert item.error.startswith(f"{tmp_path}/news.parquet {message}")


def test_source_texts(tmp_path):
    items = items_of(tmp_path, {"text": ["a", "b"], "source_text": ["Ä\n", None], "extra": [1, 2]})
    assert items == [Document(text="a", id="news:1", source_text="Ä\n"), Document(text="b", id="news:2")]


def test_invalid_utf8_costs_one_row(tmp_path):
    offsets, data = pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffb")
    column = pa.Array.from_buffers(pa.string(), 3, [None, offsets, data])
    first, bad, last = items_of(tmp_path, pa.table({"text": column}))
    assert (first, last) == (Document(text="a", id="news:1"), Document(text="b", id="news:3"))
    assert isinstance(bad, Unread)
    assert bad.error == f"{tmp_path}/news.parquet row 2 has a value in 'text' that is not valid UTF-8."


def test_a_column_twice(tmp_path):
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"])
    (item,) = items_of(tmp_path, table)
    assert isinstance(item, Unread)
    assert item.error == f"{tmp_path}/news.parquet has the column 'text' twice; rename one of them."


def test_no_rows(tmp_path):
    table = pa.table({"text": pa.array([], pa.string())})
    assert items_of(tmp_path, table) == [Unread(id="news", status="skipped", reason="empty")]


@pytest.mark.parametrize("damage", ["no parquet", "cut", "middle"])
def test_damaged_files_fail(tmp_path, damage):
    path = tmp_path / "news.parquet"
    pq.write_table(pa.table({"text": [f"text {n * 7919}" for n in range(5000)]}), path, row_group_size=500)
    data = path.read_bytes()
    middle = data[: len(data) // 2] + bytes(200) + data[len(data) // 2 + 200 :]
    path.write_bytes({"no parquet": b"words", "cut": data[:-100], "middle": middle}[damage])
    items = list(read([path]))
    last = items[-1]
    assert isinstance(last, Unread)
    assert last.error is not None
    assert last.error.startswith(f"Cannot read {path}")
    assert last.error.endswith("; write the file again.")
    assert (len(items) > 1) == (damage == "middle")


def test_counting_rows(tmp_path):
    items_of(tmp_path, {"text": ["a"] * 321})
    assert count([tmp_path]) == 321
    (tmp_path / "news.parquet").write_bytes(b"broken")
    assert count([tmp_path]) == 1


# datasets


@pytest.fixture
def datasets() -> Any:
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    return datasets


def test_a_saved_data_set(tmp_path, datasets):
    rows = {"text": ["a", "b", None], "id": ["x", None, "z"], "source_text": ["Ä", None, None], "extra": [1, 2, 3]}
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "news.v2")
    expected = [
        Document(text="a", id="x", source_text="Ä"),
        Document(text="b", id="news.v2:2"),
        Unread(
            id="z",
            status="failed",
            error=f"{tmp_path}/news.v2 row 3 has no value for 'text' (keys: id, source_text, text).",
        ),
    ]
    assert list(read([tmp_path / "news.v2"])) == expected
    assert list(read([f"{tmp_path}/news.v2/"])) == [
        *expected[:2],
        Unread(id="z", status="failed", error=expected[2].error.replace("news.v2 ", "news.v2/ ")),
    ]
    (tmp_path / "other.txt").write_text("beside it")
    assert [item.id for item in read([tmp_path])] == ["x", "news.v2:2", "z", "other"]
    assert count([tmp_path]) == 4


def test_a_saved_data_set_of_splits(tmp_path, datasets):
    splits = {"train": {"text": ["a", "b"]}, "test": {"text": ["c"]}, "other": {"body": ["d"], "n": [1]}}
    made = datasets.DatasetDict({name: datasets.Dataset.from_dict(rows) for name, rows in splits.items()})
    made.save_to_disk(tmp_path / "news")
    *good, bad = read([tmp_path / "news"])
    assert [(item.id, item.text) for item in good if isinstance(item, Document)] == [
        ("news/train:1", "a"),
        ("news/train:2", "b"),
        ("news/test:1", "c"),
    ]
    assert isinstance(bad, Unread)
    assert bad.error == (
        f"{tmp_path}/news:other row 1 has no 'text' (keys: body, n); name the column with reading.columns.text."
    )
    assert count([tmp_path / "news"]) == 4


def test_a_damaged_data_set_fails(tmp_path, datasets):
    datasets.Dataset.from_dict({"text": ["a"]}).save_to_disk(tmp_path / "news")
    for part in (tmp_path / "news").glob("*.arrow"):
        part.write_bytes(b"broken")
    (item,) = read([tmp_path / "news"])
    assert isinstance(item, Unread)
    assert item.error is not None
    assert item.error.startswith(f"Cannot read the data set {tmp_path}/news: ")
    assert count([tmp_path / "news"]) == 1


@pytest.fixture
def hub(monkeypatch, datasets) -> list[tuple[str, str | None]]:
    """A hub that has one data set, given out as the library does: as a stream."""
    asked: list[tuple[str, str | None]] = []

    def load(name: str, *, split: str | None, streaming: bool) -> Any:
        asked.append((name, split))
        assert streaming
        made = datasets.Dataset.from_dict({"text": [f"text {n}" for n in range(600)]}).to_iterable_dataset()
        return made if split else datasets.IterableDatasetDict({"train": made, "test": made.take(1)})

    monkeypatch.setattr(datasets, "load_dataset", load)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    return asked


@pytest.mark.parametrize(
    ("given", "asked", "first", "number"),
    [
        ("owner/news", ("owner/news", None), "news/train:1", 601),
        ("hf://owner/news", ("owner/news", None), "news/train:1", 601),
        ("hf://owner/news:train", ("owner/news", "train"), "news/train:1", 600),
        ("owner/news:train", ("owner/news", "train"), "news/train:1", 600),
    ],
)
def test_a_data_set_of_the_hub(hub, given, asked, first, number):
    items = list(read([given]))
    assert hub == [asked]
    assert len(items) == number
    assert items[0] == Document(text="text 0", id=first)
    assert count([given]) is None


def test_a_stream_that_breaks_off(monkeypatch, hub, datasets):
    def rows() -> Any:
        yield {"text": "a"}
        raise ConnectionError("gone")

    monkeypatch.setattr(datasets, "load_dataset", lambda *a, **k: datasets.IterableDataset.from_generator(rows))
    items = list(read(["hf://owner/news:train"]))
    assert isinstance(items[-1], Unread)
    assert items[-1].error is not None
    assert "ConnectionError: gone" in items[-1].error
    assert items[0] == Document(text="a", id="news/train:1")


def test_a_hub_that_cannot_be_reached(monkeypatch, datasets):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", "http://127.0.0.1:9")
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(AnnotateError) as caught:
        read(["owner/news"])
    assert str(caught.value) == (
        "Cannot read owner/news: there is no such path, and as a data set of the hub it cannot be opened "
        "(ConnectionRefusedError: [Errno 111] Connection refused); check the name and the network."
    )


@pytest.mark.parametrize("given", ["here/news", "a/b/c", "owner/news.txt/", "./owner/news", "/owner/news", "owner"])
def test_what_is_no_name_of_the_hub(tmp_path, monkeypatch, hub, given):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AnnotateError, match="No such file or directory"):
        read([given])
    assert hub == []
