from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import Flag, OperatingPoint, PassageScores, Record, Reliability, Verdict
from annotate.errors import AnnotateError
from annotate.writing import jsonl, parquet, read_records

text = st.text(st.characters(codec="utf-8"), max_size=20)
share = st.floats(0, 1)
value = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
flag = st.builds(
    Flag,
    st.integers(0, 99),
    st.integers(100, 999),
    text,
    st.sampled_from(["spelling", "garbled"]),
    st.sampled_from(["minor", "major"]),
    share,
    text,
    text,
    st.dictionaries(text, value, max_size=3),
)
record = st.builds(
    Record,
    id=text,
    source=st.none() | text,
    status=st.sampled_from(["ok", "skipped", "failed"]),
    signature=text,
    sha256=st.none() | text,
    verdict=st.none()
    | st.builds(
        Verdict,
        text,
        share,
        st.integers(0, 10**6),
        st.dictionaries(text, share, max_size=4),
        st.none() | st.builds(OperatingPoint, text, share, share),
    ),
    flags=st.lists(flag, max_size=3),
    passages=st.lists(
        st.builds(PassageScores, st.integers(0, 9), st.integers(10, 99), st.dictionaries(text, share, max_size=2)),
        max_size=2,
    ),
    reliability=st.builds(
        Reliability,
        score=st.none() | share,
        interval=st.none() | st.tuples(share, share),
        contributions=st.lists(st.dictionaries(text, value, max_size=2), max_size=2),
    ),
    reason=st.just(msgspec.UNSET) | text,
    error=st.just(msgspec.UNSET) | text,
    notes=st.just(msgspec.UNSET) | st.lists(text, max_size=2),
    text=st.just(msgspec.UNSET) | text,
)


def write(folder: Path, records: list[Record], name: str = "out.parquet") -> Path:
    (folder / "in.jsonl").write_bytes(b"".join(map(jsonl.encode, records)))
    parquet.from_jsonl(folder / "in.jsonl", folder / name, "annotate|long")
    return folder / name


@given(st.lists(record, max_size=5))
@settings(max_examples=60, deadline=None)
def test_records_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, records: list[Record]) -> None:
    path = write(tmp_path_factory.mktemp("parquet"), records)
    assert list(read_records(path)) == records


def test_the_file_says_what_made_it_and_nests_as_the_record_does(tmp_path: Path) -> None:
    path = write(tmp_path, [])
    schema = pq.read_schema(path)
    assert schema.metadata[b"annotate.signature"] == b"annotate|long"
    assert schema.names == list(Record.__struct_fields__)
    element = schema.field("flags").type.value_type
    assert [element.field(i).name for i in range(element.num_fields)] == list(Flag.__struct_fields__)
    assert str(element.field("evidence").type) == "string"


def test_the_same_records_give_the_same_bytes_whatever_the_group(tmp_path: Path) -> None:
    records = [
        Record(id=str(n), source=None, status="skipped", signature="s", sha256=None, reason="empty")
        for n in range(parquet.ROWS + 10)
    ]
    first, second = write(tmp_path, records), write(tmp_path, records, "again.parquet")
    assert first.read_bytes() == second.read_bytes()
    assert pq.ParquetFile(first).metadata.num_row_groups == 2
    assert list(read_records(first)) == records


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"nothing of the kind")
    (tmp_path / "x.jsonl").write_bytes(b'{"id": "1", "text": "An article."}\n')
    with pytest.raises(AnnotateError, match="not a Parquet file of records"):
        list(read_records(tmp_path / "x.parquet"))
    with pytest.raises(AnnotateError, match=r"line 1, is not a record of annotate score"):
        list(read_records(tmp_path / "x.jsonl"))
    with pytest.raises(AnnotateError, match="No such file"):
        list(read_records(tmp_path / "missing.jsonl"))
    with pytest.raises(AnnotateError, match="No such file"):
        list(read_records(tmp_path / "missing.parquet"))
