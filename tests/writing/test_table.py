"""The table of ``annotate score`` without ``-o``, and what it says to look at first."""

from __future__ import annotations

import pytest

from annotate.documents import SEVERITY_WEIGHTS, Document, Record, Verdict, make_flag
from annotate.writing.marked import columns
from annotate.writing.priority import Priorities, reasons
from annotate.writing.table import Table

TEXT = "An teh word, and a gift of the the minister."


def flag(words, label="spelling", severity="minor", score=0.5):
    start = TEXT.index(words)
    end = start + len(words)
    return make_flag(TEXT, start, end, label=label, severity=severity, score=score, detector="t@1", reason="r")


def record(identity, *flags, label="human", score=0.9, **known):
    verdict = Verdict(label, score, 120, {"human": 0.9, "machine-translated": 0.1})
    known = {"source": None, "status": "ok", "verdict": verdict} | known
    return Record(id=identity, signature="s", sha256=Document(TEXT).sha256, flags=list(flags), **known)


def unread(identity, status, **why):
    return Record(id=identity, source=None, status=status, signature="s", sha256=None, **why)


def table(*records, width=None):
    made = Table(SEVERITY_WEIGHTS, width)
    return "".join(made.row(r) for r in records) + made.end()


GIFT = flag("gift", "terminology", "major", 0.8)
TEH = flag("teh", score=0.9)
THE_THE = flag("the the", "duplicated", score=0.6)
NEUTRAL = flag("minister", "quoted-translation", "neutral", 1.0)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (record("a"), []),
        (record("a", TEH, flag("word"), GIFT), [("terminology", 4.0, 1), ("spelling", 1.4, 2)]),
        (record("a", NEUTRAL), [("quoted-translation", 0.0, 1)]),
        (record("a", label="insufficient-text"), []),
        (record("a", TEH, label="garbled", score=0.4), [("garbled", 2.0, 0), ("spelling", 0.9, 1)]),
        # The verdict stands for the flags on passages that say the same, but not for those of another kind.
        (record("a", flag(TEXT, "machine-translated"), label="machine-translated"), [("machine-translated", 4.5, 0)]),
        (record("a", flag(TEXT, "machine-translated", "major")), [("machine-translated", 2.5, 1)]),
        (record("a", flag(TEXT, "garbled"), label="garbled"), [("garbled", 4.5, 0), ("garbled", 0.5, 1)]),
        (unread("a", "skipped", reason="empty"), []),
    ],
)
def test_what_speaks_against_a_document(made, expected):
    assert [(r.label, pytest.approx(r.points), r.flags) for r in reasons(made, SEVERITY_WEIGHTS)] == expected


def test_the_table_and_what_to_look_at_first():
    shown = table(
        record("quiet"),
        record("typos", TEH, THE_THE, flag("word"), flag("An", score=0.2)),
        record("translated", GIFT, NEUTRAL, TEH, THE_THE, label="machine-translated", score=0.95),
        unread("gone", "failed", error="It broke."),
        unread("leer", "skipped", reason="not-english"),
    )
    assert shown == (
        "document                 verdict             score words points  flags\n"
        "quiet                    human                0.90   120      -  -\n"
        "typos                    human                0.90   120    2.2  spelling 3, duplicated\n"
        "translated               machine-translated   0.95   120   10.2  "
        "terminology, spelling, duplicated, quoted-translation\n"
        "gone                     failed                                  It broke.\n"
        "leer                     skipped                                 not-english\n"
        "\n"
        "Look at first (points: severity weight × probability, summed; a verdict counts as one major flag):\n"
        "  1. translated: 10.2 points\n"
        "     machine-translated as a whole, 0.95 · terminology “gift” 0.80 · spelling “teh” 0.90 · lighter:\n"
        "     duplicated, quoted-translation\n"
        "  2. typos: 2.2 points\n"
        "     spelling “teh” 0.90 and 2 more · duplicated “the the” 0.60\n"
    )


@pytest.mark.parametrize(
    ("width", "cell"),
    [
        (80, "terminology, +2"),
        (85, "terminology, +2"),
        (86, "terminology, spelling, +1"),
        (200, "terminology, spelling, duplicated"),
        (None, "terminology, spelling, duplicated"),
        (40, "3 flags"),
    ],
)
def test_flags_fit_into_what_is_left_of_the_line(width, cell):
    line = table(record("a", GIFT, TEH, THE_THE), width=width).splitlines()[1]
    assert line.endswith(f"  {cell}")
    assert width in (None, 40) or columns(line) <= width


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        ("a" * 24, "a" * 24),
        ("x" + "a" * 24, "…" + "a" * 23),
        ("着" * 13, "…" + "着" * 11),
        ("a\x1b[31mb", "a␛[31mb"),
    ],
)
def test_an_id_keeps_its_end_and_its_columns(identity, shown):
    line = table(record(identity)).splitlines()[1]
    name = line[: line.index(" human")].rstrip()
    assert name == shown
    assert columns(line[: line.index("human")]) == 25


def test_of_many_documents_the_five_heaviest_are_named_and_the_others_counted():
    made = Priorities(SEVERITY_WEIGHTS)
    for number in range(1_200):
        made.add(record(f"d{number}", flag("teh", score=number % 10 / 10)))
    heads = [line for line in made.lines(100) if "points" in line]
    assert heads[1:] == [
        *(f"  {place}. d{number}: 0.9 points" for place, number in enumerate(range(9, 59, 10), 1)),
        "  and 1,075 more with points",
    ]
    assert made.first == "d9"


def test_where_nothing_weighs_anything_it_says_so():
    nothing = "Nothing to look at: no flag that weighs anything, no verdict against a document."
    assert table(record("a"), record("b", NEUTRAL)).splitlines()[-1] == nothing
    assert table() == ""
    assert table(unread("a", "skipped", reason="empty")).splitlines()[1:] == [
        "a                        skipped                                 empty"
    ]


def test_sources_are_compared_where_there_are_several():
    one = [record("a", GIFT, source="a.example"), record("b", source="a.example")]
    assert "By source" not in table(*one)
    two = table(*one, record("c", label="machine-translated", source="b.example"), record("d"))
    assert two.splitlines()[-4:] == [
        "By source:",
        "  source     documents  machine-made or garbled  points a document",
        "  b.example          1                        1                4.5",
        "  a.example          2                        0                2.0",
    ]
    many = table(*(record(str(n), TEH, source=f"s{n}.example") for n in range(13)))
    assert many.splitlines()[-1] == "  and 3 more"
