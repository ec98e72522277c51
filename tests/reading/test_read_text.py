"""Plain text and Markdown: kept exactly, encodings found, nothing vanishes."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pytest

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.reading import read

try:
    from compression import zstd
except ImportError:
    from backports import zstd


def read_bytes(folder: Path, data: bytes, name: str = "story_1.txt", **options: object) -> Document | Unread:
    path = folder / name
    path.write_bytes(data)
    (item,) = read([path], ReadingConfig(**options))
    return item


@pytest.mark.parametrize(
    "text",
    [
        "One line",
        "  blanks around \t\n\n",
        "dos\r\nlines\r\nand a lone\rreturn",
        "separator\u2028next\u2029third\x85fourth\x0bfifth\x0csixth",
        "no\u00a0break and zero\u200bwidth and soft\u00adhyphen",
        "astral \U0001f680 and \U00010400",
        "combining e\u0301 stays two code points, é one",
        "a mark inside \ufeff stays",
        "replaced before \ufffd already",
        "right to left \u200fעברית",
        "escape \x1b[1mbold\x1b[0m",
    ],
)
@pytest.mark.parametrize("pack", [lambda b: b, gzip.compress, zstd.compress], ids=["plain", "gz", "zst"])
def test_the_text_is_kept_as_it_is(tmp_path, text, pack):
    ending = {gzip.compress: ".gz", zstd.compress: ".zst"}.get(pack, "")
    item = read_bytes(tmp_path, pack(text.encode()), f"story_1.txt{ending}")
    assert item == Document(text=text, id="story")


@pytest.mark.parametrize(
    ("data", "text", "notes"),
    [
        (codecs.BOM_UTF8 + b"marked", "marked", ()),
        (codecs.BOM_UTF8 * 2 + b"twice", "\ufefftwice", ()),
        (codecs.BOM_UTF16_LE + "wide é \U0001f680".encode("utf-16-le"), "wide é \U0001f680", ()),
        (codecs.BOM_UTF16_BE + "wide é".encode("utf-16-be"), "wide é", ()),
        (codecs.BOM_UTF32_LE + "wider é".encode("utf-32-le"), "wider é", ()),
        (codecs.BOM_UTF32_BE + "wider é".encode("utf-32-be"), "wider é", ()),
        ("no mark here".encode("utf-16-le"), "no mark here", ("read as utf-16-le (guessed)",)),
        ("no mark: é\r\n".encode("utf-16-be"), "no mark: é\r\n", ("read as utf-16-be (guessed)",)),
        ("It’s “quoted” – £5, café".encode("cp1252"), "It’s “quoted” – £5, café", ("read as windows-1252 (guessed)",)),
        ("Ö".encode("cp1252"), "Ö", ("read as windows-1252 (guessed)",)),
        (
            "Сегодня в городе прошла пресс-конференция, на которой обсуждали погоду.".encode("cp1251"),
            "Сегодня в городе прошла пресс-конференция, на которой обсуждали погоду.",
            ("read as cp1251 (guessed)",),
        ),
        (
            "naïve café déjà vu “quoted” – ".encode() + b"cut \xe2\x80",
            "naïve café déjà vu “quoted” – cut \ufffd",
            ("some bytes are not valid utf-8 and were read as U+FFFD",),
        ),
        (b"undefined \x81 in windows-1252", "undefined \ufffd in windows-1252", None),
        (b"one \0 two \0 three", "one \ufffd two \ufffd three", ("read as U+FFFD: 2 NUL characters",)),
        (b"a\0b", "a\ufffdb", ("read as U+FFFD: 1 NUL character",)),
    ],
)
def test_encodings(tmp_path, data, text, notes):
    item = read_bytes(tmp_path, data)
    assert isinstance(item, Document)
    assert item.text == text
    if notes is not None:
        assert item.notes == notes


def test_the_guess_looks_where_the_other_bytes_are(tmp_path):
    text = "plain words " * 20_000 + "café " + "plain words " * 20_000
    item = read_bytes(tmp_path, text.encode("cp1252"))
    assert isinstance(item, Document)
    assert item.text == text


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\xff\xd8\xff\xe0\0\x10JFIF",
        b"%PDF-1.7\nsome words",
        b"PK\x03\x04\x14\0",
        gzip.compress(b"text under a wrong name", mtime=0),
        zstd.compress(b"text under a wrong name"),
        b"\x7fELF\x02\x01\x01" + bytes(9),
        b"SQLite format 3\0",
        b"PAR1\x15\x04",
        b"GIF89a\x10\x00\x10\x00\x80",
        b"RIFF\x24\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypmp42",
        b"MZ\x90\x00\x03\x00\x00\x00\x04",
        bytes(range(256)) * 40,
        bytes(5000),
        b"member" + bytes(251) + b"ustar\x0000",
    ],
    ids=[
        "png",
        "jpeg",
        "pdf",
        "zip",
        "gzip",
        "zstd",
        "elf",
        "sqlite",
        "parquet",
        "gif",
        "webp",
        "mp4",
        "exe",
        "all bytes",
        "zeros",
        "tar",
    ],
)
def test_what_is_not_text_is_skipped(tmp_path, data):
    assert read_bytes(tmp_path, data) == Unread(id="story", status="skipped", reason="not-text")


@pytest.mark.parametrize(
    "start",
    ["MZ", "PK", "II*", "GIF89a", "ID3", "RIFF", "PAR1", "ARROW1", "The ftyp", "wOF2", "BZh", "7z", "Rar!", "fLaC"],
)
def test_text_that_begins_like_something_else_is_text(tmp_path, start):
    text = f"{start} is how this begins, and it goes on for much longer than any header of a file would. " * 20
    assert read_bytes(tmp_path, text.encode()) == Document(text=text, id="story")


@pytest.mark.parametrize("data", [b"", b" \r\n\t", codecs.BOM_UTF8, "\u00a0\u2028".encode()])
@pytest.mark.parametrize("name", ["story_1.txt", "story_1.md", "story_1.html", "story_1"])
def test_empty(tmp_path, data, name):
    assert read_bytes(tmp_path, data, name) == Unread(id="story", status="skipped", reason="empty")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize(("length", "fits"), [(100, True), (101, False), (99_999, False)])
def test_the_limit_counts_characters(tmp_path, encoding, length, fits):
    item = read_bytes(tmp_path, ("é" * length).encode(encoding), max_characters=100)
    if fits:
        assert isinstance(item, Document)
        assert item.text == "é" * length
    else:
        assert isinstance(item, Unread)
        assert item.status == "failed"
        assert item.error == (
            f"{tmp_path}/story_1.txt has {length:,} characters, more than reading.max_characters (100); "
            "raise that or split the text."
        )


def test_a_mark_does_not_count_against_the_limit(tmp_path):
    item = read_bytes(tmp_path, codecs.BOM_UTF32_LE + ("\U0001f680" * 10).encode("utf-32-le"), max_characters=10)
    assert isinstance(item, Document)
    assert len(item.text) == 10


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt.gz", gzip.compress(b"many words " * 50, mtime=0)[:-12], "is cut off"),
        ("a.txt.zst", zstd.compress(bytes(range(256)) * 9)[:-9], "is cut off"),
        ("a.txt.gz", b"no gzip at all", "is damaged or not gz-compressed"),
        ("a.txt.zst", b"no zstd at all", "is damaged or not zst-compressed"),
    ],
)
def test_damaged_archives_fail(tmp_path, name, data, message):
    item = read_bytes(tmp_path, data, name)
    assert isinstance(item, Unread)
    assert item.status == "failed"
    assert item.error is not None
    assert item.error.startswith(f"{tmp_path}/{name} {message}")


@pytest.mark.parametrize(
    ("text", "body", "title", "published"),
    [
        ("# Head\n\ntext *with* [link](x)\n", None, None, None),
        ("---\ntitle: A ferry\ndate: 2023-02-03\n---\n# Head\r\ntext", "# Head\r\ntext", "A ferry", "2023-02-03"),
        ("---\r\ntitle: 'A: b'\r\n...\r\n\r\ntext", "\r\ntext", "A: b", None),
        ("---\npublished: May 2\ndate: later\nextra: [1, 2]\n---\ntext", "text", None, "May 2"),
        ("---\ntitle: [a, list]\n---\ntext", "text", None, None),
        ("---\nonly a rule above and below\n---\ntext", None, None, None),
        ("---\ntitle: 'open\n---\ntext", None, None, None),
        ("---\ntitle: no end\ntext", None, None, None),
        (" ---\ntitle: indented\n---\ntext", None, None, None),
        ("text\n---\ntitle: later\n---\n", None, None, None),
        ("---\n" + "x\n" * 40_000 + "---\ntext", None, None, None),
    ],
)
def test_markdown(tmp_path, text, body, title, published):
    item = read_bytes(tmp_path, text.encode(), "note_1.md")
    assert item == Document(text=text if body is None else body, id="note", title=title, published=published)


def test_front_matter_alone_is_empty(tmp_path):
    assert read_bytes(tmp_path, b"---\ntitle: x\n---\n", "n.md") == Unread(id="n", status="skipped", reason="empty")
