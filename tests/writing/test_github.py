"""Annotations for GitHub Actions, as the runner parses them."""

from __future__ import annotations

import re

import pytest

from annotate.config import ReadingConfig
from annotate.documents import SEVERITY_WEIGHTS, Document, Record, Verdict, make_flag
from annotate.reading import read
from annotate.reading.places import Places
from annotate.writing.github import GitHub

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::([^\r\n]*)\n")


def parsed(text):
    """What the runner makes of a line (ActionCommand of actions/runner): unescaped properties and message."""
    kind, properties, message = COMMAND.fullmatch(text).groups()

    def plain(value, codes):
        for character in codes:
            value = value.replace(f"%{ord(character):02X}", character)
        return value

    given = dict(part.split("=", 1) for part in properties.split(","))
    return kind, {name: plain(value, "\r\n:,%") for name, value in given.items()}, plain(message, "\r\n%")


def flag(text, words, severity="minor", score=0.5, **known):
    start = text.index(words)
    known = {"label": "spelling", "detector": "t@1", "reason": "a-reason"} | known
    return make_flag(text, start, start + len(words), severity=severity, score=score, **known)


def annotated(path, *flags_of, label="human"):
    """Write the annotations of the files below a folder, whose documents have the flags."""
    made = GitHub(SEVERITY_WEIGHTS, Places([path], ReadingConfig()))
    for document, make in zip(read([path]), flags_of, strict=True):
        verdict = Verdict(label, 0.9, 120, {"human": 0.1, "machine-translated": 0.9})
        flags = make(document.text)
        assert made.row(Record(document.id, None, "ok", "s", document.sha256, verdict, flags)) == ""
    return made, [parsed(line) for line in made.end().splitlines(keepends=True)]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


PLAIN = b"First line.\r\n\r\n\xf0\x9f\x9a\x80 An teh word.\r\nThe last\nline of all"


@pytest.mark.parametrize(
    ("name", "content", "words", "place"),
    [
        ("a.txt", PLAIN, "teh", {"line": "3", "endLine": "3", "col": "6", "endColumn": "9"}),
        ("a.txt", PLAIN, "First", {"line": "1", "endLine": "1", "col": "1", "endColumn": "6"}),
        ("a.txt", PLAIN, "all", {"line": "5", "endLine": "5", "col": "9", "endColumn": "12"}),
        ("a.txt", PLAIN, "last\nline", {"line": "4", "endLine": "5"}),
        ("a.txt", PLAIN, "word.\r\n", {"line": "3", "endLine": "3", "col": "10", "endColumn": "17"}),
        ("a.txt", b"\xef\xbb\xbfAn teh", "teh", {"line": "1", "endLine": "1", "col": "4", "endColumn": "7"}),
        ("a.txt", "An teh café".encode("utf-16"), "teh", {"line": "1", "endLine": "1", "col": "4", "endColumn": "7"}),
        ("a.txt", b"one\x0btwo\xe2\x80\xa8teh\n", "teh", {"line": "1", "endLine": "1", "col": "9", "endColumn": "12"}),
        ("a.md", b"# Title\n\nAn teh", "teh", {"line": "3", "endLine": "3", "col": "4", "endColumn": "7"}),
        (
            "a.md",
            b"---\ntitle: T\nsource: S\n---\n\nAn teh",
            "teh",
            {"line": "6", "endLine": "6", "col": "4", "endColumn": "7"},
        ),
        ("a.md", b"---\nno mapping\n---\nAn teh", "teh", {"line": "4", "endLine": "4", "col": "4", "endColumn": "7"}),
        ("a.html", b"<p>An teh word.</p>", "teh", {}),
    ],
)
def test_a_flag_is_at_its_line_and_column(here, name, content, words, place):
    (here / "texts").mkdir()
    (here / "texts" / name).write_bytes(content)
    _, [(kind, properties, message)] = annotated("texts", lambda text: [flag(text, words)])
    assert kind == "notice"
    assert properties == {"file": f"texts/{name}", **place, "title": "spelling (minor, 0.50)"}
    assert message == f"“{' '.join(words.split())}” a-reason"


def test_a_file_named_by_its_whole_path_is_given_below_the_current_folder(here):
    (here / "a.txt").write_text("An teh")
    _, [(_, properties, _)] = annotated(here / "a.txt", lambda text: [flag(text, "teh")])
    assert properties["file"] == "a.txt"
    places = Places([here / "a.txt"], ReadingConfig(), str(here.parent))
    assert places.file("a") == f"{here.name}/a.txt"
    assert Places([here / "a.txt"], ReadingConfig(), str(here / "b")).file("a") == (here / "a.txt").as_posix()


def test_compressed_files_have_no_lines(here):
    import gzip

    (here / "a.txt.gz").write_bytes(gzip.compress(b"An teh"))
    _, [(_, properties, _)] = annotated("a.txt.gz", lambda text: [flag(text, "teh")])
    assert properties == {"file": "a.txt.gz", "title": "spelling (minor, 0.50)"}


def test_a_row_has_no_file_and_is_named(here):
    (here / "news.jsonl").write_text('{"id": "a,1", "text": "An teh"}\n')
    _, [(_, properties, _)] = annotated("news.jsonl", lambda text: [flag(text, "teh")])
    assert properties == {"title": "a,1: spelling (minor, 0.50)"}


def test_a_file_that_has_changed_since_has_no_lines(here):
    (here / "a.txt").write_text("An teh")
    made = GitHub(SEVERITY_WEIGHTS, Places(["a.txt"], ReadingConfig()))
    made.row(Record("a", None, "ok", "s", Document("An teh").sha256, None, [flag("An teh", "teh")]))
    (here / "a.txt").write_text("The teh")
    assert parsed(made.end())[1] == {"file": "a.txt", "title": "spelling (minor, 0.50)"}


def test_severity_gives_the_kind_and_a_verdict_is_about_the_whole_file(here):
    (here / "a.txt").write_text("one two three four")
    _, found = annotated(
        "a.txt",
        lambda t: [
            flag(t, "one", "neutral", 1.0),
            flag(t, "two", "minor", 0.2),
            flag(t, "three", "major", 0.3),
            flag(t, "four", "critical", 0.1),
        ],
        label="machine-translated",
    )
    assert [(kind, properties["title"], "line" in properties) for kind, properties, _ in found] == [
        ("error", "spelling (critical, 0.10)", True),
        ("warning", "machine-translated (0.90)", False),
        ("warning", "spelling (major, 0.30)", True),
        ("notice", "spelling (minor, 0.20)", True),
        ("notice", "spelling (neutral, 1.00)", True),
    ]
    assert found[1][2] == "machine-translated, probability 0.90, on 120 words."


def test_a_failed_document_is_an_error(here):
    (here / "a.txt").write_text("x")
    made = GitHub(SEVERITY_WEIGHTS, Places(["a.txt"], ReadingConfig()))
    made.row(Record("a", None, "failed", "s", None, error="It broke: 100 %.\nSee there."))
    made.row(Record("b", None, "skipped", "s", None, reason="empty"))
    assert made.end() == "::error file=a.txt,title=not scored::It broke: 100 %25.%0ASee there.\n"


def test_nothing_in_a_document_ends_a_command_or_acts(here):
    evil = "a,b:c%0A::error::\x1b[31m"
    (here / "x,y:z%.txt").write_text(evil)
    made, found = annotated("x,y:z%.txt", lambda t: [flag(t, t, detector=evil, reason="r\r\n::error::gone")])
    (line,) = made.end().splitlines()
    assert "\x1b" not in line
    assert line.startswith("::notice file=x%2Cy%3Az%25.txt,line=1,")
    assert found[0][1]["file"] == "x,y:z%.txt"
    assert found[0][2] == "“a,b:c%0A::error::␛[31m” r\r\n::error::gone"


def test_of_each_kind_the_ten_worst_are_written_and_the_others_counted(here):
    words = [f"w{n:02}" for n in range(25)]
    (here / "a.txt").write_text(" ".join(words))
    made, found = annotated(
        "a.txt", lambda t: [flag(t, w, "major" if n % 5 == 0 else "minor", n / 100) for n, w in enumerate(words)]
    )
    said = [(kind, message[1:4]) for kind, _, message in found]
    assert said[:5] == [("warning", w) for w in ("w20", "w15", "w10", "w05", "w00")]
    assert said[5:] == [("notice", w) for w in ("w24", "w23", "w22", "w21", "w19", "w18", "w17", "w16", "w14", "w13")]
    assert made.left_out == {"notice": 10}
