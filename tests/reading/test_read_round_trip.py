"""Properties: any text comes back unchanged from every format, and every row gives one item."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.documents import Document, Unread
from annotate.reading import read

try:
    from compression import zstd
except ImportError:
    from backports import zstd

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

#: Every character but lone surrogates, with those that readers like to change over-represented.
characters = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from("\0\r\n\t \v\f\x85\u2028\u2029\u00a0\u200b\ufeff\ufffd\"',;\\e\u0301\U0001f680"),
)
texts = st.text(characters, min_size=1, max_size=60)


def expected(text: str) -> str:
    return text.replace("\0", "\ufffd")


def write_rows(folder: Path, form: str, rows: list[str]) -> Path:
    path = folder / f"rows.{form}"
    if form == "parquet":
        pq.write_table(pa.table({"text": rows}), path)
        return path
    if form.startswith("csv"):
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerows([["text"], *([row] for row in rows)])
        data = stream.getvalue()
    elif form == "json":
        data = json.dumps([{"text": row} for row in rows])
    else:
        data = "\n".join(json.dumps({"text": row}, ensure_ascii=False) for row in rows)
    path.write_bytes(pack(data.encode(), form))
    return path


def pack(data: bytes, name: str) -> bytes:
    return gzip.compress(data) if name.endswith(".gz") else zstd.compress(data) if name.endswith(".zst") else data


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "jsonl.zst", "json", "csv", "csv.gz", "parquet"])
@ANY
@given(rows=st.lists(texts, min_size=1, max_size=5))
def test_rows_come_back(tmp_path, form, rows):
    items = list(read([write_rows(tmp_path, form, rows)]))
    assert len(items) == len(rows)
    for item, row in zip(items, rows, strict=True):
        if expected(row).isspace():
            assert isinstance(item, Unread)
            assert item.reason == "empty"
        else:
            assert isinstance(item, Document)
            assert item.text == expected(row)
            assert bool(item.notes) == ("\0" in row)
            for position in range(0, len(row), 7):  # offsets still mean what they meant
                assert item.text[position : position + 3] == expected(row[position : position + 3])


@pytest.mark.parametrize("form", ["txt", "md", "txt.gz", "txt.zst", ""])
@ANY
@given(text=texts)
def test_texts_come_back(tmp_path, form, text):
    path = tmp_path / ("text." + form if form else "text")
    path.write_bytes(pack(("x " + text).encode(), form))
    (item,) = read([path])
    if isinstance(item, Unread):  # mostly control characters: not what anyone calls text
        assert item.reason == "not-text"
        assert sum(c < " " or c == "\x7f" for c in text) > 4
    else:
        assert item.text == "x " + expected(text)


row_lines = st.one_of(
    texts.map(lambda text: (json.dumps({"text": "x" + text}), "document")),
    st.sampled_from(["{", "[1, 2]", "5", '{"text": 1}', "null", "}{", '{"title": "a"}', '"', "\\", "\ufffd"]).map(
        lambda line: (line, "failed")
    ),
    st.text(characters.filter(lambda c: c not in "\r\n\0 \t\v\f\x85\x1c\x1d\x1e\x1f"), min_size=1, max_size=20)
    .filter(lambda line: not line.isspace())
    .map(lambda line: ("!" + line, "failed")),
    st.sampled_from(["", " ", "\t"]).map(lambda line: (line, "blank")),
)


@ANY
@given(lines=st.lists(row_lines, min_size=1, max_size=12), end=st.sampled_from(["\n", "\r\n"]))
def test_every_line_gives_one_item(tmp_path, lines, end):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(end.join(line for line, _ in lines).encode())
    wanted = [(number, kind) for number, (_, kind) in enumerate(lines, 1) if kind != "blank"]
    items = list(read([path]))
    if not wanted:
        assert items == [Unread(id="rows", status="skipped", reason="empty")]
        return
    assert [item.id for item in items] == [f"rows:{number}" for number, _ in wanted]
    for item, (number, kind) in zip(items, wanted, strict=True):
        assert isinstance(item, Document) == (kind == "document")
        if isinstance(item, Unread):
            assert item.status == "failed"
            assert item.error is not None
            assert f"rows.jsonl line {number} " in item.error


csv_lines = st.one_of(
    st.text("abc ", min_size=1, max_size=8).filter(str.strip).map(lambda text: (f'k,"{text}"', True)),
    st.sampled_from(['k,"open', "one field", "k,a,b", 'k,"a"b', '"open,again', "k;semicolon"]).map(
        lambda line: (line, False)
    ),
)


@ANY
@given(lines=st.lists(csv_lines, min_size=1, max_size=10))
def test_broken_csv_rows_do_not_swallow_good_ones(tmp_path, lines):
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(["note,text", *(line for line, _ in lines)]))
    items = {item.id: item for item in read([path])}
    for number, (_, good) in enumerate(lines, 2):
        # A mark left open is closed by the next one, after which none of these lines goes on as it must.
        assert isinstance(items[f"rows:{number}"], Document) == good


@ANY
@given(data=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.md", "a.html", "a.jsonl", "a.json", "a.csv"]))
def test_any_bytes_give_items_that_can_be_written(tmp_path, data, name):
    path = tmp_path / name
    path.write_bytes(data)
    items = list(read([path]))
    assert items
    for item in items:
        item.id.encode()
        values: list[Any] = [item.text, item.title, *item.notes] if isinstance(item, Document) else [item.error]
        for value in values:
            if value is not None:
                value.encode()
                assert "\0" not in value
