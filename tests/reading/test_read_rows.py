"""JSON Lines, JSON and CSV: one item for every row, whatever is wrong with some of them."""

from __future__ import annotations

import codecs
import gzip
import json
from pathlib import Path

import pytest

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.errors import AnnotateError
from annotate.reading import read

try:
    from compression import zstd
except ImportError:
    from backports import zstd


def items_of(folder: Path, data: bytes | str, name: str = "news.jsonl", **options: object) -> list[Document | Unread]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read([path], ReadingConfig(**options)))


def error_of(item: Document | Unread) -> str:
    assert isinstance(item, Unread)
    assert item.status == "failed"
    assert item.error is not None
    assert "\n" not in item.error
    assert item.error.endswith(".")
    return item.error


def test_all_fields(tmp_path):
    row = {
        "text": "Words.",
        "id": "a/1",
        "source": "gazette.example",
        "url": "https://gazette.example/1",
        "title": "T",
        "published": "2023-02-03",
        "lang": "en",
        "source_text": "Wörter.",
        "other": [1],
    }
    assert items_of(tmp_path, json.dumps(row)) == [
        Document(
            text="Words.",
            id="a/1",
            source="gazette.example",
            url="https://gazette.example/1",
            title="T",
            published="2023-02-03",
            lang="en",
            source_text="Wörter.",
        )
    ]


def test_a_broken_line_costs_only_itself(tmp_path):
    lines = [f'{{"text": "line {n}"}}' for n in range(1, 11)]
    lines[6] = '{"text": "line 7"'
    items = items_of(tmp_path, "\n".join(lines))
    assert [item.id for item in items] == [f"news:{n}" for n in range(1, 11)]
    assert [isinstance(item, Document) for item in items] == [n != 7 for n in range(1, 11)]
    assert error_of(items[6]) == (
        f"{tmp_path}/news.jsonl line 7 is not valid JSON: Expecting ',' delimiter at column 18."
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("5", "is the number 5, not an object with a 'text' field."),
        ('["text"]', "is a list, not an object with a 'text' field."),
        ("null", "is null, not an object with a 'text' field."),
        ("true", "is true or false, not an object with a 'text' field."),
        ('"text"', "is a string, not an object with a 'text' field."),
        ("{}", "has no 'text' (keys: none); name the column with reading.columns.text."),
        ('{"id": 1, "body": "x"}', "has no 'text' (keys: body, id); name the column with reading.columns.text."),
        ('{"Text": "x"}', "has no 'text' (keys: Text); did you mean 'Text'? Then set reading.columns.text."),
        ('{"text": null}', "has no value for 'text' (keys: text)."),
        ('{"text": 5}', "has the number 5 as 'text', not a string."),
        ('{"text": ["a", "b"]}', "has a list as 'text', not a string."),
        ('{"text": {"en": "a"}}', "has an object as 'text', not a string."),
        ('{"text": "a", "id": NaN}', "has the number nan as 'id'; an id must be a string or an integer."),
        ('{"text": "a", "id": 1.5}', "has the number 1.5 as 'id'; an id must be a string or an integer."),
        ('{"text": "a", "id": true}', "has true or false as 'id'; an id must be a string or an integer."),
        ('{"text": "a", "id": ["b"]}', "has a list as 'id'; an id must be a string or an integer."),
        ('{"text": "a", "source": ["b"]}', "has a list as 'source', not a string."),
        ('{"text": "a", "source_text": 5}', "has the number 5 as 'source_text', not a string."),
        ('{"text": "a", "source_text": ["b"]}', "has a list as 'source_text', not a string."),
        ("[" * 100_000, "is nested too deeply."),
        ('{"text": "tab\there"}', "is not valid JSON: Invalid control character at at column 14."),
        ("{'text': 'x'}", "is not valid JSON: Expecting property name enclosed in double quotes at column 2."),
        ('{"text": "a"} {"text": "b"}', "is not valid JSON: Extra data at column 15."),
        ("nothing", "is not valid JSON: Expecting value at column 1."),
        ('{"text": "a", "id": ' + "9" * 5000 + "}", "is not usable JSON:"),
    ],
)
def test_bad_rows_say_what_and_where(tmp_path, line, message):
    before, bad, after = items_of(tmp_path, f'{{"text": "before"}}\n{line}\n{{"text": "after"}}\n')
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert error_of(bad).startswith(f"{tmp_path}/news.jsonl line 2 {message}")


@pytest.mark.parametrize(
    ("given", "id"),
    [('"x"', "x"), ("7", "7"), ("-7", "-7"), (str(2**70), str(2**70)), ('""', "news:1"), ("null", "news:1")],
)
def test_ids(tmp_path, given, id):
    (item,) = items_of(tmp_path, f'{{"text": "a", "id": {given}}}')
    assert item == Document(text="a", id=id)


@pytest.mark.parametrize(("given", "read_as"), [("2023", "2023"), ("null", None), ('""', None), ("NaN", None)])
def test_optional_fields(tmp_path, given, read_as):
    (item,) = items_of(tmp_path, f'{{"text": "a", "published": {given}}}')
    assert item == Document(text="a", id="news:1", published=read_as)


@pytest.mark.parametrize(
    ("given", "read_as"),
    [('"Ja."', "Ja."), ("null", None), ('""', None), ('" \\n"', None), ("NaN", None), ('" a\\u0000\\n"', " a\ufffd\n")],
)
def test_source_texts(tmp_path, given, read_as):
    (item,) = items_of(tmp_path, f'{{"text": "a", "original": {given}}}', columns={"source_text": "original"})
    assert item == Document(text="a", id="news:1", source_text=read_as)


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv"])
def test_a_long_source_text_fails_with_its_length(tmp_path, name):
    data = {
        "news.jsonl": f'{{"text": "a", "source_text": "{"x" * 51}"}}',
        "news.csv": f"text,source_text\na,{'x' * 51}\n",
    }
    (bad,) = items_of(tmp_path, data[name], name, max_characters=50)
    assert "has a 'source_text' that has 51 characters, more than reading.max_characters (50)" in error_of(bad)


def test_columns(tmp_path):
    columns = {"text": "body", "id": "key", "published": "date"}
    (item,) = items_of(tmp_path, '{"body": "a", "text": "b", "key": 3, "date": "x"}', columns=columns)
    assert item == Document(text="a", id="3", published="x")
    (item,) = items_of(tmp_path, '{"text": "b"}', columns={"text": "body"})
    assert "has no 'body' (keys: text)" in error_of(item)


def test_columns_of_fields_that_are_none(tmp_path):
    with pytest.raises(AnnotateError) as caught:
        items_of(tmp_path, '{"text": "a"}', columns={"titel": "headline"})
    assert str(caught.value) == "Unknown configuration key 'reading.columns.titel'; did you mean 'title'?"


@pytest.mark.parametrize(
    ("line", "text", "note"),
    [
        (r'{"text": "a\ud800b"}', "a\ufffdb", "read as U+FFFD: 1 lone surrogate character"),
        (r'{"text": "\udc00\ud800\u0000"}', "\ufffd" * 3, "read as U+FFFD: 1 NUL and 2 lone surrogate characters"),
        (r'{"text": "\ud83d\ude80"}', "\U0001f680", None),
        (r'{"text": "\u0000 x"}', "\ufffd x", "read as U+FFFD: 1 NUL character"),
        (r'{"text": "\ufeffx"}', "\ufeffx", None),
    ],
)
def test_unstorable_characters_are_replaced_one_for_one(tmp_path, line, text, note):
    (item,) = items_of(tmp_path, line)
    assert item == Document(text=text, id="news:1", notes=(note,) if note else ())


def test_unstorable_characters_in_other_fields(tmp_path):
    (item,) = items_of(tmp_path, r'{"text": "a", "id": "\ud800", "title": "\u0000"}')
    assert item == Document(text="a", id="\ufffd", title="\ufffd")


@pytest.mark.parametrize("data", [b"", b"\n\r\n  \n", codecs.BOM_UTF8])
@pytest.mark.parametrize("name", ["news.jsonl", "news.json", "news.csv", "news.tsv", "news.jsonl.gz"])
def test_files_without_rows_are_one_empty_item(tmp_path, data, name):
    packed = gzip.compress(data) if name.endswith(".gz") else data
    assert items_of(tmp_path, packed, name) == [Unread(id="news", status="skipped", reason="empty")]


@pytest.mark.parametrize(("name", "data"), [("news.json", b"[ ]"), ("news.csv", b"id,text\n")])
def test_no_rows_but_a_frame(tmp_path, name, data):
    assert items_of(tmp_path, data, name) == [Unread(id="news", status="skipped", reason="empty")]


@pytest.mark.parametrize("name", ["news.jsonl", "news.json", "news.csv"])
def test_binaries_under_a_wrong_name(tmp_path, name):
    data = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    assert items_of(tmp_path, data, name) == [Unread(id="news", status="skipped", reason="not-text")]


def test_blank_texts_are_skipped(tmp_path):
    items = items_of(tmp_path, '{"text": ""}\n{"text": " \\n", "id": "b", "source": "s"}')
    assert items == [
        Unread(id="news:1", status="skipped", reason="empty"),
        Unread(id="b", status="skipped", reason="empty", source="s"),
    ]


def test_duplicate_ids_fail_and_name_both_places(tmp_path):
    items = items_of(tmp_path, '{"text": "a", "id": "x"}\n{"text": "b", "id": "y"}\n{"text": "c", "id": "x"}\n')
    assert [item.id for item in items] == ["x", "y", "x"]
    assert error_of(items[2]) == (
        f"{tmp_path}/news.jsonl line 3 has the id 'x', which {tmp_path}/news.jsonl line 1 already has; "
        "give every document its own."
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"], ids=lambda name: str(name)
)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("news.jsonl", '{"text": "é1"}\n{"text": "“2”"}\n'),
        ("news.json", '[{"text": "é1"},\n{"text": "“2”"}]'),
        ("news.csv", "text\né1\n“2”\n"),
    ],
)
def test_unicode_forms(tmp_path, encoding, name, text):
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    items = items_of(tmp_path, mark + text.encode(encoding), name)
    assert [item.text for item in items if isinstance(item, Document)] == ["é1", "“2”"]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("news.jsonl", ['{"text": "caf\xe9 one"}', '{"text": "plain two"}', '{"text": "\x93three\x94"}']),
        ("news.csv", ["text", "caf\xe9 one", "plain two", "\x93three\x94"]),
        ("news.json", ['[{"text": "caf\xe9 one"},', '{"text": "plain two"},', '{"text": "\x93three\x94"}]']),
    ],
)
def test_other_encodings_are_noted(tmp_path, name, rows):
    items = items_of(tmp_path, "\n".join(rows).encode("latin-1"), name)
    assert all(isinstance(item, Document) for item in items)
    assert [item.text for item in items] == ["café one", "plain two", "“three”"]
    note = ("read as windows-1252 (guessed)",)
    assert [item.notes for item in items] == [note, note if name == "news.json" else (), note]


@pytest.mark.parametrize(("pack", "ending"), [(gzip.compress, "gz"), (zstd.compress, "zst")])
@pytest.mark.parametrize("name", ["news.jsonl", "news.csv", "news.json"])
def test_what_can_be_read_of_a_cut_archive_is_read(tmp_path, pack, ending, name):
    # Random-looking texts do not shrink much, so that the cut falls inside a row.
    texts = [f"{n} " + "".join(chr(97 + (n * 7919 + k * k * 31) % 26) for k in range(900)) for n in range(1000)]
    if name == "news.json":
        data = json.dumps([{"text": text} for text in texts])
    elif name == "news.csv":
        data = "text\n" + "\n".join(texts)
    else:
        data = "\n".join(json.dumps({"text": text}) for text in texts)
    packed = pack(data.encode())
    items = items_of(tmp_path, packed[: len(packed) * 2 // 3], f"{name}.{ending}")
    *whole, last = items
    assert 300 < len(whole) < 1000
    assert [item.text for item in whole if isinstance(item, Document)] == texts[: len(whole)]
    assert "is cut off" in error_of(last)
    assert last.id == "news"


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv", "news.json"])
def test_a_long_text_fails_with_its_length(tmp_path, name):
    long, fine = "x" * 5001, "y" * 5000
    data = {
        "news.jsonl": f'{{"text": "{long}"}}\n{{"text": "{fine}"}}',
        "news.csv": f"text\n{long}\n{fine}",
        "news.json": f'[{{"text": "{long}"}}, {{"text": "{fine}"}}]',
    }[name]
    bad, good = items_of(tmp_path, data, name, max_characters=5000)
    assert "has 5,001 characters, more than reading.max_characters (5,000); raise that or split the text." in error_of(
        bad
    )
    assert isinstance(good, Document)


@pytest.mark.parametrize("name", ["news.jsonl", "news.csv"])
def test_a_line_too_long_to_hold_fails_and_reading_goes_on(tmp_path, name):
    limit = 12 * 10 + (1 << 20)
    data = {
        "news.jsonl": '{"text": "a"}\n{"text": "' + "x" * limit + '"}\n{"text": "b"}\n',
        "news.csv": "text\na\n" + "x" * limit + "\nb\n",
    }[name]
    first, bad, last = items_of(tmp_path, data, name, max_characters=10)
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert "reading.max_characters (10)" in error_of(bad)


def test_a_quoted_field_too_long_to_hold(tmp_path):
    lines = "y" * 1000 + "\n"
    items = items_of(tmp_path, 'text\nfirst\n"' + lines * 1100, "news.csv", max_characters=10)
    assert isinstance(items[0], Document)
    assert "close an open quotation mark" in error_of(items[1])
    assert items[1].id == "news:3"


# JSON


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        ('[{"text": "a"}, {"text": "b"}]', ["a", "b"]),
        (' \n[\n{"text":\n"a"}\n,\n{"text": "b"}\n]\n ', ["a", "b"]),
        ('{"text": "a"}', ["a"]),
        ('{\n  "text": "a"\n}\n', ["a"]),
        ('{"text": "a"}\n{"text": "b"}\n', ["a", "b"]),
        ('{\n"text": "a"}\n{"text": "b"\n}', ["a", "b"]),
    ],
)
def test_json_shapes(tmp_path, data, texts):
    items = items_of(tmp_path, data, "news.json")
    assert [item.text for item in items if isinstance(item, Document)] == texts
    assert [item.id for item in items] == [f"news:{n + 1}" for n in range(len(texts))]


@pytest.mark.parametrize(
    ("data", "whole", "message"),
    [
        ('[{"text": "a"}, {"text" "b"}]', 1, "line 1 column 25 is not valid JSON: Expecting ':' delimiter"),
        ('[{"text": "a"},\n {"text": "b"', 1, "line 2 column 14 is not valid JSON: Expecting ',' delimiter"),
        ('[{"text": "a"}', 1, "line 1 column 15 is not valid JSON: the array is cut off"),
        ('[{"text": "a"}\n{"text": "b"}]', 1, "line 2 column 1 is not valid JSON: expected ',' or ']'"),
        ('[{"text": "a"}] x', 1, "line 1 column 17 is not valid JSON: there is more after the end of the array"),
        ('[{"text": "a"}, ]', 1, "line 1 column 17 is not valid JSON: Expecting value"),
        ("[" * 100_000, 0, "line 1 column 2 is not valid JSON: nested too deeply"),
        ("words", 0, "line 1 column 1 is not valid JSON: Expecting value"),
    ],
)
def test_broken_json_says_where_it_stops(tmp_path, data, whole, message):
    *good, bad = items_of(tmp_path, data, "news.json")
    assert len(good) == whole
    assert error_of(bad) == f"{tmp_path}/news.json {message}; nothing after it can be read."


def test_json_items_larger_than_a_read(tmp_path):
    texts = ["é" * n for n in (1, 300_000, 5, 700_000, 262_144)]
    items = items_of(tmp_path, json.dumps([{"text": t} for t in texts], ensure_ascii=False), "news.json")
    assert [item.text for item in items if isinstance(item, Document)] == texts


def test_json_lines_under_the_name_json_keep_going(tmp_path):
    items = items_of(tmp_path, '{"text": "a"}\n{"text": }\n{"text": "c"}\n', "news.json")
    assert [isinstance(item, Document) for item in items] == [True, False, True]


# CSV


@pytest.mark.parametrize(
    ("name", "data", "texts"),
    [
        ("n.csv", "text\na\nb\n", ["a", "b"]),
        ("n.csv", "text\r\na\r\n\r\nb", ["a", "b"]),
        ("n.csv", "text\ra\rb\r", ["a", "b"]),
        ("n.csv", 'id,text\n1,"two\r\nlines, ""quoted"" "\n', ['two\r\nlines, "quoted" ']),
        ("n.csv", 'id,text\n1,"a lone\rreturn and \u2028 separator"\n', ["a lone\rreturn and \u2028 separator"]),
        ("n.csv", "id;text\n1;one, two\n", ["one, two"]),
        ("n.csv", "id\ttext\n1\tone, two\n", ["one, two"]),
        ("n.csv", "text,note;text\na,b\n", ["a"]),
        ("n.tsv", "id\ttext\n1\tone, two; three\n", ["one, two; three"]),
        ("n.csv", "text,id,\na,1,\n", ["a"]),
        ("n.csv", "text\na,,\n", ["a"]),
        ("n.csv", '"text"\n" a "\n', [" a "]),
        ("n.csv", 'text,source_text\na,"x\ny"\n', ["a"]),
    ],
)
def test_csv(tmp_path, name, data, texts):
    items = items_of(tmp_path, data, name)
    assert [item.text for item in items if isinstance(item, Document)] == texts
    assert len(items) == len(texts)


def test_bad_csv_rows_cost_only_themselves(tmp_path):
    lines = ["id,text", "1,fine", '2,"never closed', "3,fine", '4,"closed"badly', "5", "6,a,b", ",no id", '7,"a"', "8,"]
    items = items_of(tmp_path, "\n".join(lines), "n.csv")
    assert [(item.id, type(item).__name__) for item in items] == [
        ("1", "Document"),
        ("n:3", "Unread"),
        ("3", "Document"),
        ("n:5", "Unread"),
        ("n:6", "Unread"),
        ("n:7", "Unread"),
        ("n:8", "Document"),
        ("7", "Document"),
        ("8", "Unread"),
    ]
    assert "n.csv line 3 is not well-formed:" in error_of(items[1])
    assert error_of(items[4]).endswith("n.csv line 6 has 1 field, but the header has 2.")
    assert error_of(items[5]).endswith("n.csv line 7 has 3 fields, but the header has 2.")
    assert items[8] == Unread(id="8", status="skipped", reason="empty")


def test_a_column_named_twice(tmp_path):
    (item,) = items_of(tmp_path, "text,id,text\na,1,b\n", "n.csv")
    assert error_of(item).endswith("n.csv line 1 names the column 'text' twice; rename one of them.")


def test_a_header_without_text_names_its_columns(tmp_path):
    (item,) = items_of(tmp_path, "id,texts\n1,a\n", "n.csv")
    assert error_of(item).endswith(
        "has no 'text' (keys: id, texts); did you mean 'texts'? Then set reading.columns.text."
    )


def test_a_file_of_quotation_marks_ends(tmp_path):
    items = items_of(tmp_path, "text\n" + 'a","""\n' * 30_000, "n.csv", max_characters=1000)
    assert 20 < len(items) <= 30_000
    assert all(isinstance(item, Unread) for item in items)
    assert any(" are lost with it" in (item.error or "") for item in items if isinstance(item, Unread))
