"""``annotate show``: marks, wrapping, explanations, and nothing that acts on the terminal."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sysconfig
import termios
import unicodedata
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.cli.show import command
from annotate.documents import LABELS, SEVERITIES, Document, Evidence, OperatingPoint, Record, Verdict, make_flag
from annotate.documents.evidence import ComparedClaim
from annotate.errors import AnnotateError
from annotate.writing.describe import describe_evidence, describe_verdict
from annotate.writing.marked import columns, render, visible

SCORES = {"human": 0.05, "machine-translated": 0.91, "machine-paraphrased": 0.03, "machine-generated": 0.01}
VERDICT = Verdict("machine-translated", 0.91, 412, SCORES, OperatingPoint("300-600", 0.05, 0.55))
COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")
SGR = re.compile(r"\x1b\[[0-9;]*m")


def record_of(text, *flags, identity="d1", verdict=VERDICT, **known):
    sha256 = Document(text).sha256
    ordered = sorted(flags, key=lambda f: (f.start, f.end))
    return Record(identity, None, "ok", "annotate|v:0|schema:1|sig:000000000000", sha256, verdict, ordered, **known)


def flag_of(text, words, label="spelling", severity="minor", score=0.5, at=None, **evidence):
    start = text.index(words) if at is None else at
    known = {"detector": "test@1", "reason": "a-reason", "evidence": evidence}
    return make_flag(text, start, start + len(words), label=label, severity=severity, score=score, **known)


def body(shown):
    """The marked text: between the first two blank lines."""
    return shown.split("\n\n")[1]


def marked(text, *flags, **options):
    return body(render(record_of(text, *flags), text, **options))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("An teh word.", ["teh"], "An ⟦teh⟧¹ word."),
        ("one two three", ["one", "three"], "⟦one⟧¹ two ⟦three⟧²"),
        ("one two three", ["two three"], "one ⟦two three⟧¹"),
        ("one two three", ["one two", "two three"], "¹⟦one ²⟦two⟧¹ three⟧²"),
        ("one two three", ["one two three", "two"], "¹⟦one ²⟦two⟧² three⟧¹"),
        ("one two three", ["one two", "one"], "²⟦¹⟦one⟧¹ two⟧² three"),
        ("ab", ["a", "b"], "⟦a⟧¹⟦b⟧²"),
        ("one\r\ntwo\u2028three", ["one\r\ntwo"], "⟦one\ntwo⟧¹\nthree"),
        ("🚀🚀 cafe\u0301 x", ["cafe\u0301"], "🚀🚀 ⟦cafe\u0301⟧¹ x"),
        ("nothing", [], "nothing"),
    ],
)
def test_flags_are_bracketed_and_numbered(text, words, expected):
    assert marked(text, *(flag_of(text, w) for w in words)) == expected


def test_two_flags_on_the_same_words_are_both_marked():
    text = "An teh word."
    assert marked(text, flag_of(text, "teh"), flag_of(text, "teh", "grammar")) == "An ¹⟦²⟦teh⟧²⟧¹ word."


def test_colour_follows_family_and_severity_and_the_shortest_flag_wins():
    text = "one two three four five six"
    passage = flag_of(text, "one two three", "garbled")
    shown = marked(text, passage, flag_of(text, "two", "spelling", "critical"), colour=True)
    assert shown == "\x1b[33mone \x1b[0m\x1b[31m\x1b[1m\x1b[4mtwo²\x1b[0m\x1b[33m three¹\x1b[0m four five six"


def test_a_flag_on_most_of_the_text_is_bracketed_even_in_colour():
    text = "one two three"
    shown = marked(text, flag_of(text, text, "garbled"), flag_of(text, "two"), colour=True)
    assert shown == "\x1b[33m¹⟦\x1b[0mone \x1b[31mtwo²\x1b[0m three\x1b[33m⟧¹\x1b[0m"


def test_on_a_wide_terminal_the_explanations_stand_beside_the_text():
    text = "Das teh word.\n\n" + "and so on " * 21 + "\n" + "teh end"
    flags = (flag_of(text, "Das"), flag_of(text, "teh"), flag_of(text, "teh", at=text.rindex("teh")))
    for colour in (False, True):
        shown = render(record_of(text, *flags), text, width=160, colour=colour)
        lines = [line.split(" │") for line in SGR.sub("", shown).splitlines()[5:]]
        assert [(left.rstrip(), right.strip()) for left, right in lines] == [
            ("⟦Das⟧¹ ⟦teh⟧² word." if not colour else "Das¹ teh² word.", "1. spelling · minor · 0.50 · test@1"),
            ("", "“Das” [0, 3)"),
            ("and so on " * 9 + "and so on", "a-reason"),
            ("and so on " * 9 + "and so on", "2. spelling · minor · 0.50 · test@1"),
            ("and so on", "“teh” [4, 7)"),
            ("⟦teh⟧³ end" if not colour else "teh³ end", "a-reason"),
            ("", "3. spelling · minor · 0.50 · test@1"),
            ("", "“teh” [226, 229)"),
            ("", "a-reason"),
        ]
        assert {columns(left) for left, _ in lines} == {100}


def test_lines_of_text_never_get_longer_than_can_be_read():
    text = "and so on " * 40
    assert max(len(line) for line in render(record_of(text), text, width=159).splitlines()) == 99


def test_a_verdict_of_human_against_the_likeliest_origin_says_so():
    scores = {"human": 0.4, "machine-translated": 0.58, "machine-paraphrased": 0.01, "machine-generated": 0.01}
    assert describe_verdict(Verdict("human", 0.4, 186, scores)) == (
        "human, probability 0.40, on 186 words. Machine-translated is likelier (0.58), yet below the threshold."
    )


def test_every_flag_is_explained_below():
    text = "Das teh word."
    flags = (
        flag_of(text, "Das", "untranslated", "major", 0.83, given=["Das"], language="de"),
        flag_of(text, "teh", weights=[["teh", -0.25]], meant=None),
    )
    assert render(record_of(text, *flags), text).split("\n\n", 2)[2] == (
        "1. untranslated · major · 0.83 · test@1\n"
        "   “Das” [0, 3)\n"
        "   a-reason: in language 'de'; given 'Das'\n"
        "2. spelling · minor · 0.50 · test@1\n"
        "   “teh” [4, 7)\n"
        "   a-reason: weights 'teh' (-0.25); meant none\n"
    )


def test_the_verdict_is_put_in_words():
    assert describe_verdict(VERDICT) == (
        "machine-translated, probability 0.91, on 412 words. At this threshold and length (300-600 words), "
        "5 % of human documents are called machine-made and 55 % of machine-made ones are found."
    )
    short = Verdict("insufficient-text", 0.4, 12, SCORES)
    assert describe_verdict(short) == "insufficient-text: too short to call an origin, with 12 words."
    stated = msgspec.structs.replace(short, operating_point=OperatingPoint("0-50", 0.05, 0.355))
    assert describe_verdict(stated) == (
        "insufficient-text: too short to call an origin, with 12 words. A verdict at this length (0-50 words) would "
        "find 35.5 % of machine-made documents while calling 5 % of human ones machine-made."
    )


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({"here": "space shuttle", "elsewhere": {"capsule": 2}}, "here 'space shuttle'; elsewhere 'capsule' (2 times)"),
        ({"source_word": "x", "share": 0.123456, "known": False}, "source word 'x'; share 0.1235; known no"),
        ({"ranges": [[1, 2], [3, 4]], "none": [], "nothing": {}}, "ranges [1, 2), [3, 4); none none; nothing none"),
        ({}, ""),
    ],
)
def test_evidence_is_put_in_words(evidence, expected):
    assert describe_evidence(evidence) == expected


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\x1b", "␛"),
        ("\x00", "␀"),
        ("\x07", "␇"),
        ("\x7f", "␡"),
        ("\x9b", "<U+009B>"),
        ("\u202e", "<U+202E>"),
        ("\u2066", "<U+2066>"),
        ("\u200b", "<U+200B>"),
        ("\ufeff", "<U+FEFF>"),
        ("\ud800", "<U+D800>"),
        ("é", "é"),
        ("\xa0", "\xa0"),
        ("\u200d", "\u200d"),
    ],
)
def test_characters_that_act_are_shown_instead(character, shown):
    assert visible(f"a{character}b") == f"a{shown}b"


@pytest.mark.parametrize("colour", [True, False])
def test_nothing_in_a_document_or_record_reaches_the_terminal_as_a_command(colour):
    evil = "\x1b]0;owned\x07\x9b2J\u202eabc"
    flag = msgspec.structs.replace(flag_of(evil, evil, given=[evil]), detector=evil, reason=evil)
    found = ComparedClaim(0, len(evil), "date", "consistent", "update", 1, {evil: [evil]}, [evil], [evil])
    evidence = Evidence(story="s", documents=2, compared=[found], credit=evil)
    record = record_of(evil, flag, identity=evil, notes=[evil], evidence=evidence)
    shown = SGR.sub("", render(record, evil, colour=colour, title=evil))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "␛]0;owned␇<U+009B>2J<U+202E>abc" in shown


TEXTS = st.text(
    st.sampled_from("abc  \n\r\t🚀中é\u0301\u2028\x1b-'") | st.characters(exclude_categories=["Cs"]), min_size=1
)


MARKS = re.compile("[⟦⟧⁰¹²³⁴⁵⁶⁷⁸⁹]")


@settings(max_examples=200, deadline=None)
@given(text=TEXTS.filter(lambda t: not MARKS.search(t)), width=st.integers(20, 50), data=st.data())
def test_wrapping_loses_nothing_and_keeps_to_the_width(text, width, data):
    pairs = data.draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), max_size=5))
    flags = [
        flag_of(text, text[a:b], data.draw(st.sampled_from(LABELS)), data.draw(st.sampled_from(SEVERITIES)), at=a)
        for a, b in pairs
        if a < b
    ]
    record = record_of(text, *flags)
    plain = render(record, text, width=width)
    assert all(columns(line) <= width for line in plain.split("\n"))
    without_flags = render(record_of(text), text, width=width).removesuffix("\nNo flags.\n")
    head = len(without_flags) - len(without_flags.split("\n\n", 1)[1])
    assert without_flags[:head] == plain[:head]
    for shown in (plain, SGR.sub("", render(record, text, width=width, colour=True))):
        assert squeezed(MARKS.sub("", shown[head:])).startswith(squeezed(shown_as(text)))
    assert squeezed(without_flags[head:]) == squeezed(shown_as(text))


def shown_as(text):
    lines = re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text)
    return " ".join(visible(line.replace("\t", " ")) for line in lines)


def squeezed(text):
    return "".join(text.split())


def test_wide_and_combining_characters_are_measured():
    assert [columns(c) for c in ("a", "中", "🚀", "e\u0301", "❤\ufe0f", "🇩🇪")] == [1, 2, 2, 1, 2, 2]
    # A terminal that cannot join these draws them one beside the other.
    assert columns("👩\u200d🚀") == 4
    assert unicodedata.east_asian_width("中") == "W"


def test_a_long_line_without_blanks_is_quick():
    text = "x" * 200_000
    assert len(render(record_of(text), text).splitlines()) > 2_500


# The command


@pytest.fixture
def documents(tmp_path):
    path = tmp_path / "docs.jsonl"
    lines = [{"id": f"d{i}", "text": f"Number {i} has teh fault."} for i in range(25)]
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return path


@pytest.fixture
def scores(tmp_path):
    def write(*records):
        path = tmp_path / "scores.jsonl"
        path.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in records))
        return path

    return write


def run(*arguments, **known):
    return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False, **known)


def test_a_document_is_found_by_id_and_shown_from_its_record(documents, scores):
    text = "Number 3 has teh fault."
    flags = (flag_of(text, "teh", score=0.9), flag_of(text, "has", "grammar", score=0.2))
    result = run(
        documents, "d3", "--scores", scores(record_of("x", identity="d2"), record_of(text, *flags, identity="d3"))
    )
    assert result.exit_code == 0
    assert "Number 3 ⟦has⟧¹ ⟦teh⟧² fault." in result.output
    result = run(documents, "d3", "--scores", scores(record_of(text, *flags, identity="d3")), "--min-score", "0.5")
    assert "Number 3 has ⟦teh⟧¹ fault." in result.stdout
    assert result.stderr == "Flags below --min-score 0.5, not shown: 1.\n"


@pytest.mark.parametrize(
    ("environment", "options", "coloured"),
    [
        ({}, [], False),
        ({}, ["--color"], True),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "1"}, ["--no-color"], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, [], True),
        ({"NO_COLOR": "1"}, ["--color"], True),
    ],
)
def test_colour_is_off_in_a_pipe_and_on_where_forced(documents, scores, environment, options, coloured):
    text = "Number 3 has teh fault."
    path = scores(record_of(text, flag_of(text, "teh"), identity="d3"))
    unset = {"NO_COLOR": None, "FORCE_COLOR": None}
    shown = run(documents, "d3", "--scores", path, *options, env=unset | environment).output
    assert ("Number 3 has \x1b[31mteh¹\x1b[0m fault." if coloured else "Number 3 has ⟦teh⟧¹ fault.") in shown
    assert ("\x1b" in shown) == coloured


@pytest.mark.parametrize(("name", "value", "coloured"), [("TERM", "xterm", True), ("TERM", "dumb", False)])
def test_a_terminal_gets_colours_and_its_width(documents, scores, tmp_path, name, value, coloured):
    text = "Number 3 has teh fault."
    path = scores(record_of(text, flag_of(text, "teh"), identity="d3"))
    terminal, end = os.openpty()
    termios.tcsetwinsize(end, (24, 40))
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    subprocess.run(
        [COMMAND, "show", documents, "d3", "--scores", path],
        stdin=end,
        stdout=end,
        stderr=end,
        timeout=60,
        env=kept | {name: value},
    )
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal says that its other end is closed
        while chunk := os.read(terminal, 65_536):
            shown += chunk
    os.close(terminal)
    lines = SGR.sub("", shown.decode()).splitlines()
    assert (b"\x1b[31mteh" in shown) == coloured
    assert lines[1] == "machine-translated, probability 0.91, on"
    assert max(map(len, lines)) <= 40


def test_without_an_id_the_ids_are_listed(documents):
    listed = ", ".join(f"d{i}" for i in range(20))
    with pytest.raises(AnnotateError, match=re.escape(f"holds several documents; name one: {listed}, ….")):
        run(documents)


def test_an_unknown_id_is_refused(documents):
    with pytest.raises(AnnotateError, match="holds no document 'd99'; it has d0, d1, "):
        run(documents, "d99")


def test_a_record_of_another_text_is_refused(documents, scores):
    with pytest.raises(AnnotateError, match="of another text"):
        run(documents, "d3", "--scores", scores(record_of("Other.", identity="d3")))


def test_a_flag_that_does_not_fit_is_refused(documents, scores):
    text = "Number 3 has teh fault."
    flag = msgspec.structs.replace(flag_of(text, "teh"), text="the")
    with pytest.raises(AnnotateError, match="flag 1 'the'"):
        run(documents, "d3", "--scores", scores(record_of(text, flag, identity="d3")))


def test_a_missing_record_is_refused(documents, scores):
    with pytest.raises(AnnotateError, match="has no record of 'd3'"):
        run(documents, "d3", "--scores", scores(record_of("x", identity="d2")))


def test_a_record_without_verdict_says_why(tmp_path, scores):
    (tmp_path / "d.txt").write_text("Kurz.")
    record = Record("d", None, "skipped", "s", Document("Kurz.").sha256, reason="not-english")
    result = run(tmp_path / "d.txt", "--scores", scores(record))
    assert result.output.startswith("d\nskipped: not-english\n\nKurz.\n")


def test_a_file_is_scored_on_the_fly(tmp_path):
    (tmp_path / "d.txt").write_text(
        "The minister said the new bridge would open in spring, after two years of repairs.\n" * 3
    )
    result = run(tmp_path / "d.txt")
    assert result.exit_code == 0
    assert "The minister said" in result.output
    assert "machine-generated 0." in result.output


def test_a_document_is_held_against_the_others_of_its_story(tmp_path):
    words = "We asked about their capacity to carry two more on the tender, but that is not our first choice"
    opening = "The survey ship Kestrel lost power off the coast of Verland, the harbour board of Verland said."
    for name, said in (("a", words), ("b", words), ("c", words.replace("capacity", "ability"))):
        closing = f"spokeswoman Ines Halloran of the board told Reuters. The Kestrel {name} is anchored."
        (tmp_path / f"{name}.txt").write_text(f'{opening}\n\n"{said}," {closing}\n')
    shown = CliRunner().invoke(command, [str(tmp_path), "c"], catch_exceptions=False).output
    assert "One of 3 documents of a story, from" in shown
    assert "altered-quote · major" in shown
    flat = " ".join(shown.split())
    assert "a: “We asked about their [capacity] to carry" in flat
    assert "c: “We asked about their [ability] to carry" in flat
    assert "Beside the other documents of its story: - " in flat
    by_itself = tmp_path / "alone.yaml"
    by_itself.write_text("corroboration: {enabled: false}\n")
    alone = CliRunner().invoke(command, [str(tmp_path / "c.txt"), "-c", str(by_itself)], catch_exceptions=False).output
    assert "altered-quote" not in alone
