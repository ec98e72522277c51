from __future__ import annotations

import hashlib
import json

import pytest

from annotate.documents import ORIGINS, Flag, Record, Verdict
from annotate.errors import AnnotateError
from annotate.evaluation import GoldDocument, GoldFlag, evaluate, read_gold
from annotate.evaluation.figures import Resampling
from annotate.evaluation.table import render

TEXT = "x" * 200
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
FEW = Resampling(resamples=60)


def gold(id_, *flags, origin="human"):
    return GoldDocument(id_, SHA, [GoldFlag(s, e, label, severity) for s, e, label, severity in flags], origin)


def record(id_, *flags, label="human", words=100, status="ok", sha256=SHA):
    verdict = Verdict(label, 0.9, words, dict.fromkeys(ORIGINS, 0.25)) if status == "ok" else None
    made = [Flag(s, e, TEXT[s:e], name, severity, score, "d@1", "r") for s, e, name, severity, score in flags]
    return Record(id=id_, source=None, status=status, signature="sig", sha256=sha256, verdict=verdict, flags=made)


def labels(report):
    return {result.label: result for result in report.labels}


def test_by_hand():
    report = evaluate(
        [
            gold("a", (0, 10, "spelling", "minor"), (20, 30, "spam", "major")),
            gold("b", (0, 10, "spelling", "minor")),
            gold("c"),
        ],
        [
            record("a", (0, 10, "spelling", "minor", 0.9), (22, 40, "boilerplate", "major", 0.6)),
            record("b", (5, 15, "spelling", "minor", 0.7), (50, 60, "spelling", "minor", 0.4)),
            record("c"),
        ],
        resampling=FEW,
    )
    assert [result.label for result in report.labels] == ["boilerplate", "spam", "spelling"]
    spelling = labels(report)["spelling"]
    assert (spelling.documents, spelling.gold, spelling.predicted) == (2, 2, 3)
    assert spelling.exact.precision.value == pytest.approx(1 / 3, abs=1e-4)
    assert spelling.exact.recall.value == 0.5
    assert spelling.exact.f1.value == 0.4
    assert spelling.overlap.precision.value == pytest.approx(2 / 3, abs=1e-4)
    assert spelling.overlap.recall.value == 1.0
    assert spelling.overlap.f1.value == 0.8
    assert spelling.partial.precision.value == 0.5  # (1 + 0.5) / 3
    assert spelling.partial.recall.value == 0.75  # (1 + 0.5) / 2
    assert spelling.partial.f1.value == 0.6
    # A flag with the wrong label is no match.
    assert labels(report)["spam"].overlap.recall.value == 0.0
    assert labels(report)["boilerplate"].overlap.precision.value == 0.0
    assert (report.total.gold, report.total.predicted) == (3, 4)
    assert report.total.overlap.precision.value == 0.5
    assert report.total.overlap.recall.value == pytest.approx(2 / 3, abs=1e-4)
    # 300 words, one false major flag and one false minor one.
    assert report.words == 300
    assert {f.severity: (f.count, f.per_1000_words.value) for f in report.false_flags} == {
        "neutral": (0, 0.0),
        "minor": (1, pytest.approx(3.3333)),
        "major": (1, pytest.approx(3.3333)),
        "critical": (0, 0.0),
        "major or worse": (1, pytest.approx(3.3333)),
    }


def test_undefined_is_neither_nought_nor_one():
    report = evaluate(
        [gold("a", (0, 10, "spam", "minor")), gold("b")],
        [record("a"), record("b", (0, 5, "garbled", "major", 0.5))],
        resampling=FEW,
    )
    spam, garbled = labels(report)["spam"], labels(report)["garbled"]
    for agreement in (spam.exact, spam.overlap, spam.partial):
        assert agreement.precision.value is None
        assert agreement.recall.value == 0.0
        assert agreement.f1.value is None
        assert agreement.precision.interval is None
    for agreement in (garbled.exact, garbled.overlap, garbled.partial):
        assert agreement.precision.value == 0.0
        assert agreement.recall.value is None
        assert agreement.f1.value is None
    assert spam.calibration.ece is None


def test_all_wrong_is_nought():
    report = evaluate(
        [gold("a", (0, 9, "spam", "minor"))], [record("a", (20, 30, "spam", "minor", 0.5))], resampling=FEW
    )
    assert report.total.overlap.f1.value == 0.0


def test_gold_against_itself_is_perfect():
    flags = [
        (0, 10, "spelling", "minor"),
        (5, 40, "garbled", "major"),
        (5, 40, "garbled", "major"),
        (8, 9, "spam", "minor"),
    ]
    documents = [gold(str(i), *flags[: i % 5]) for i in range(12)]
    records = [record(d.id, *[(f.start, f.end, f.label, f.severity, 1.0) for f in d.flags]) for d in documents]
    report = evaluate(documents, records, resampling=FEW)
    for result in (*report.labels, report.total):
        for agreement in (result.exact, result.overlap, result.partial):
            assert (agreement.precision.value, agreement.recall.value, agreement.f1.value) == (1.0, 1.0, 1.0)
        assert result.calibration.ece == 0.0
    # Nothing went wrong, so resampling cannot say how much could.
    assert report.total.partial.f1.interval is None
    assert all(false.count == 0 for false in report.false_flags)
    assert report.verdicts.bands[-1].accuracy.value == 1.0


def test_the_order_of_the_files_does_not_matter():
    documents = [gold(str(i), (i, i + 5, "spelling", "minor")) for i in range(9)]
    records = [record(str(i), (2 * i, 2 * i + 4, "spelling", "minor", i / 10), words=60 * i) for i in range(9)]
    assert evaluate(documents[::-1], records[3:] + records[:3], resampling=FEW) == evaluate(
        documents, records, resampling=FEW
    )


def test_min_severity_leaves_out_milder_flags_on_both_sides():
    documents = [gold("a", (0, 9, "spam", "minor"), (20, 30, "garbled", "major"))]
    records = [
        record("a", (0, 9, "spam", "minor", 0.5), (20, 30, "garbled", "major", 0.5), (50, 60, "spam", "neutral", 0.2))
    ]
    report = evaluate(documents, records, min_severity="major", resampling=FEW)
    assert [result.label for result in report.labels] == ["garbled"]
    assert (report.total.gold, report.total.predicted) == (1, 1)
    assert [false.severity for false in report.false_flags] == ["major", "critical", "major or worse"]


def test_documents_on_one_side_only_are_named_and_left_out():
    report = evaluate(
        [gold("a"), gold("gone", (0, 3, "spam", "minor"))],
        [record("a"), record("extra", (0, 3, "spam", "minor", 0.5))],
        resampling=FEW,
    )
    assert report.documents.compared == 1
    assert report.documents.only_gold == ["gone"]
    assert report.documents.only_scores == ["extra"]
    assert report.labels == []


def test_a_document_that_was_not_read_counts_as_one_without_flags():
    report = evaluate(
        [gold("a", (0, 3, "spam", "minor")), gold("b")],
        [record("a", status="failed", sha256=None), record("b")],
        resampling=FEW,
    )
    assert report.documents.unread == {"a": "failed"}
    assert report.total.overlap.recall.value == 0.0
    assert report.verdicts.bands[-1].documents == 1


def test_an_unknown_origin_says_nothing_about_verdicts():
    report = evaluate([gold("a", origin=None), gold("b")], [record("a"), record("b")], resampling=FEW)
    assert report.verdicts.bands[-1].documents == 1


@pytest.mark.parametrize(
    ("documents", "records", "message"),
    [
        ([gold("a")], [record("a", sha256="0" * 64)], "record of 'a' is of another text than its gold"),
        ([gold("a")], [record("b")], "no id in common"),
        ([gold("a")], [record("a"), record("a")], "Two records have the id 'a'"),
    ],
)
def test_refused(documents, records, message):
    with pytest.raises(AnnotateError, match=message):
        evaluate(documents, records, resampling=FEW)


ROW = {
    "id": "a",
    "sha256": SHA,
    "flags": [{"start": 0, "end": 3, "label": "spam", "severity": "minor", "note": "kept by nobody"}],
}


def test_read_gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(ROW) + "\n\n" + json.dumps({**ROW, "id": "b", "origin": "machine-generated"}) + "\n")
    first, second = read_gold(path)
    assert first == GoldDocument("a", SHA, [GoldFlag(0, 3, "spam", "minor")])
    assert second.origin == "machine-generated"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{"], "line 1 is no gold"),
        ([json.dumps(ROW), json.dumps(ROW)], "line 2: the id 'a' comes a second time"),
        ([json.dumps({**ROW, "origin": "martian"})], "the origin 'martian' is unknown; use one of human,"),
        ([json.dumps({"id": "a", "sha256": SHA})], "missing required field `flags`"),
        ([json.dumps({**ROW, "flags": [{**ROW["flags"][0], "label": "typo"}]})], "Invalid enum value 'typo'"),
        ([json.dumps({**ROW, "flags": [{**ROW["flags"][0], "end": 0}]})], r"\[0, 0\) is no range"),
        ([json.dumps({**ROW, "flags": [{**ROW["flags"][0], "start": -1}]})], r"\[-1, 3\) is no range"),
    ],
)
def test_bad_gold(tmp_path, lines, message):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(lines))
    with pytest.raises(AnnotateError, match=message):
        read_gold(path)


def test_gold_that_is_not_there(tmp_path):
    with pytest.raises(AnnotateError, match=r"Cannot read the gold .*: No such file or directory; check the path\."):
        read_gold(tmp_path / "none.jsonl")


def test_table_without_known_origins():
    report = evaluate([gold("a", origin=None)], [record("a", (0, 3, "spam", "minor", 0.5))], resampling=FEW)
    assert "Verdicts: not judged, for the gold gives no origin." in render(report)
    assert "accuracy" not in render(report)


def test_table_says_what_is_undefined_and_left_out():
    report = evaluate(
        [gold("a", (0, 10, "spam", "minor")), gold("b"), gold("lost")],
        [record("a"), record("b", label="machine-translated"), record("new")],
        resampling=FEW,
    )
    text = render(report)
    assert "Gold without a record, left out: lost." in text
    assert "Records without gold, left out: new." in text
    spam = next(line for line in text.splitlines() if line.strip().startswith("spam"))
    assert spam.split()[:10] == ["spam", "1", "1", "0", "–", "0.00", "–", "–", "0.00", "–"]
    assert text.endswith("\n")
    assert all(line == line.rstrip() for line in text.splitlines())
