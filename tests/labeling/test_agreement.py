"""Agreement: the worked examples of the literature, hand-worked spans, and data on which there is none to state."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.cli import main
from annotate.documents import LABELS
from annotate.evaluation.figures import Resampling
from annotate.labeling.agreement import AgreementReport, agreement
from annotate.labeling.agreement.alpha import (
    interval_alpha,
    interval_row,
    nominal_alpha,
    nominal_row,
    ordinal_alpha,
    ordinal_row,
)
from annotate.labeling.agreement.report import ArmAgreement
from annotate.labeling.labels import Labeled, Span, write_labels

Unit = Sequence[int]
"""The values that annotators gave one unit; missing ones are left out."""


def nominal(units: Sequence[Unit], values: int) -> float:
    return float(nominal_alpha(sum(nominal_row(np.bincount(u, minlength=values)) for u in units)[None])[0])


def ordinal(units: Sequence[Unit], values: int) -> float:
    return float(ordinal_alpha(sum(ordinal_row(np.bincount(u, minlength=values)) for u in units)[None])[0])


def interval(units: Sequence[Sequence[float]]) -> float:
    return float(interval_alpha(sum(interval_row(u) for u in units)[None])[0])


def by_unit(*coders: str) -> list[list[int]]:
    """Units from one line of values per coder; ``.`` is a missing one."""
    return [[int(v, 36) for v in unit if v != "."] for unit in zip(*(c.split() for c in coders), strict=True)]


KRIPPENDORFF_2011 = by_unit(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""Krippendorff 2011, section C: four observers, twelve units, missing values."""

FLEISS_1971 = [
    *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
    *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
]
"""Ten subjects, fourteen raters, five categories, with a kappa of .210."""


class TestAlphaOfTheLiterature:
    def test_missing_values_and_three_scales(self) -> None:
        assert nominal(KRIPPENDORFF_2011, 6) == pytest.approx(0.743, abs=5e-4)
        assert ordinal(KRIPPENDORFF_2011, 6) == pytest.approx(0.815, abs=5e-4)
        assert interval(KRIPPENDORFF_2011) == pytest.approx(0.849, abs=5e-4)

    def test_two_observers_binary(self) -> None:  # Krippendorff 2011, section A
        assert nominal(by_unit("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 2) == pytest.approx(0.095, abs=5e-4)

    def test_two_observers_nominal(self) -> None:  # Krippendorff 2011, section B
        units = by_unit("a a b b d c c c e d d a", "b a b b b c c c e d d d")
        assert nominal(units, 36) == pytest.approx(0.692, abs=5e-4)

    def test_nears_the_kappa_of_fleiss_as_values_grow_many(self) -> None:
        # Alpha corrects for a finite number n of values: 1 - alpha = (1 - kappa) (n - 1) / n.
        for copies, bound in ((1, 0.006), (100, 0.0001)):
            n = 140 * copies
            found = float(nominal_alpha(sum(nominal_row(row) for row in FLEISS_1971 * copies)[None])[0])
            assert 1 - found == pytest.approx((1 - 0.2099307) * (n - 1) / n, abs=1e-6)
            assert found == pytest.approx(0.2099307, abs=bound)


class TestAlphaAgainstLibraries:
    units = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=4), min_size=2, max_size=8).filter(
        lambda units: len({v for u in units if len(u) > 1 for v in u}) > 1
    )

    @settings(max_examples=15, deadline=None)
    @given(units)
    def test_nltk(self, units: list[list[int]]) -> None:
        from nltk.metrics.agreement import AnnotationTask

        given_values = np.bincount([v for u in units if len(u) > 1 for v in u], minlength=6).astype(float)
        middle = given_values.cumsum() - given_values / 2
        data = [(f"coder {c}", f"unit {u}", v) for u, values in enumerate(units) for c, v in enumerate(values)]
        for ours, distance in (
            (nominal(units, 6), lambda a, b: float(a != b)),
            (ordinal(units, 6), lambda a, b: (middle[a] - middle[b]) ** 2),
            (interval(units), lambda a, b: float(a - b) ** 2),
        ):
            assert ours == pytest.approx(AnnotationTask(data, distance).alpha(), abs=1e-9)

    def test_crowd_kit(self) -> None:
        pandas = pytest.importorskip("pandas")
        metrics = pytest.importorskip("crowdkit.metrics.data")
        rows = [(u, c, v) for u, values in enumerate(KRIPPENDORFF_2011) for c, v in enumerate(values)]
        frame = pandas.DataFrame(rows, columns=["task", "worker", "label"])
        assert metrics.alpha_krippendorff(frame) == pytest.approx(nominal(KRIPPENDORFF_2011, 6))
        squares = metrics.alpha_krippendorff(frame, lambda a, b: float(a - b) ** 2)
        assert squares == pytest.approx(interval(KRIPPENDORFF_2011))


class Run(NamedTuple):
    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    with pytest.raises(SystemExit) as exit_:
        main(["label", "agree", *map(str, arguments)])
    return Run(exit_.value.code, *capsys.readouterr())  # type: ignore[arg-type]


def span(start: int, end: int, label: str) -> Span:
    return Span(start, end, "x" * (end - start), label, "minor")  # type: ignore[arg-type]


def entry(doc_id: str, annotator: str, *spans: tuple[int, int, str], characters: int = 100, **said: Any) -> Labeled:
    marks = [span(*s) for s in spans]
    known = {"sha256": f"sha of {doc_id}", **said}
    return Labeled(doc_id=doc_id, annotator=annotator, characters=characters, spans=marks, **known)


def measured(*entries: Labeled, **options: Any) -> AgreementReport:
    return agreement(entries, resampling=Resampling(50), **options)


def only(*entries: Labeled) -> ArmAgreement:
    report = measured(*entries)
    assert [arm.split for arm in report.arms] == ["main"]
    return report.arms[0]


ANN = entry("d", "ann", (0, 10, "grammar"), (20, 30, "spelling"), (50, 60, "garbled"))
BOB = entry("d", "bob", (0, 10, "grammar"), (25, 35, "spelling"), (50, 60, "spam"))


class TestSpans:
    def test_worked_by_hand(self) -> None:
        whole = only(ANN, BOB).all
        found = {
            s.label: [getattr(s, way).value for way in ("exact", "partial", "overlap", "characters")]
            for s in (*whole.labels, whole.same_label, whole.any_label)
        }
        assert found == {
            "garbled": [0, 0, 0, 0],
            "spam": [0, 0, 0, 0],
            "grammar": [1, 1, 1, 1],
            "spelling": [0, 0.5, 1, 0.5],
            "same label": [round(1 / 3, 4), 0.5, round(2 / 3, 4), 0.5],
            "any label": [round(2 / 3, 4), round(5 / 6, 4), 1, round(5 / 6, 4)],
        }
        assert whole.same_label.spans == whole.any_label.spans == 6

    def test_three_annotators_are_three_pairs(self) -> None:
        arm = only(entry("d", "ann", (0, 10, "grammar")), entry("d", "bob", (0, 10, "grammar")), entry("d", "cho"))
        # Of the three pairs one agrees: 2 × 1 of 2 + 1 + 1 spans.
        assert arm.all.same_label.exact.value == 0.5
        assert [(p.annotators, p.same_label.exact.value) for p in arm.pairs] == [
            (["ann", "bob"], 1.0),
            (["ann", "cho"], 0.0),
            (["bob", "cho"], 0.0),
        ]
        assert (arm.all.marked.both, arm.all.marked.one, arm.all.marked.neither) == (1, 2, 0)

    @settings(max_examples=25, deadline=None)
    @given(st.integers(0, 2**32))
    def test_alpha_of_characters_equals_alpha_of_every_single_character(self, seed: int) -> None:
        from nltk.metrics.agreement import AnnotationTask

        chance = random.Random(seed)
        entries = []
        for doc_id in ("d", "e"):
            for annotator in ["ann", "bob", "cho"][: chance.choice((2, 3))]:
                starts = [chance.randrange(20) for _ in range(chance.randrange(1, 4))]
                spans = sorted({(s, s + chance.randrange(1, 10), chance.choice(LABELS[:3])) for s in starts})
                entries.append(entry(doc_id, annotator, *spans, characters=30))
        whole = only(*entries).all
        for row in (whole.same_label, whole.any_label, *whole.labels):
            data = []
            for e in entries:
                for at in range(e.characters):
                    here = frozenset(s.label for s in e.spans if s.start <= at < s.end)
                    value: Any = {"same label": here, "any label": bool(here)}.get(row.label, row.label in here)
                    data.append((e.annotator, (e.doc_id, at), value))
            expected = AnnotationTask(data, lambda a, b: float(a != b)).alpha()
            assert row.alpha.value == pytest.approx(expected, abs=1e-4)


class TestUndefined:
    def test_one_annotator_only(self) -> None:
        arm = only(entry("d", "ann", (0, 5, "spam"), origin="human"), entry("e", "ann"))
        assert (arm.single, arm.all.documents, arm.pairs, arm.disputed) == (2, 0, [], [])
        for found in (arm.all.origin, arm.all.same_label.exact, arm.all.any_label.alpha):
            assert (found.value, found.undefined) == (None, "there is only one annotator")

    def test_disjoint_documents(self) -> None:
        arm = only(entry("d", "ann", origin="human"), entry("e", "bob", origin="human"))
        assert arm.all.origin.undefined == "no document was done by two annotators"
        assert arm.pairs[0].origin.undefined == "they share no document"

    def test_unanimous_answers_are_no_alpha_of_one(self) -> None:
        said = {"origin": "human", "reliability": 3, "score": 33.3}
        whole = only(*(entry(d, a, **said) for d in "def" for a in ("ann", "bob"))).all
        assert [whole.origin.value, whole.reliability.value, whole.score.value] == [None, None, None]
        assert whole.origin.undefined == "every answer is human, so chance alone would agree as well"
        assert whole.score.undefined == "every answer is 33.3, so chance alone would agree as well"

    def test_no_answers(self) -> None:
        assert only(entry("d", "ann", score=10), entry("d", "bob")).all.score.undefined == "no document has two answers"

    def test_no_spans_at_all(self) -> None:
        whole = only(entry("d", "ann"), entry("d", "bob")).all
        assert whole.labels == []
        assert whole.same_label.exact.undefined == "nobody marked anything"
        assert whole.any_label.alpha.undefined == "all characters are marked alike, so chance alone would agree as well"
        assert (whole.marked.both, whole.marked.one, whole.marked.neither) == (0, 0, 1)

    def test_unanimous_spans_agree_fully(self) -> None:
        whole = only(entry("d", "ann", (0, 5, "spam")), entry("d", "bob", (0, 5, "spam"))).all
        assert (whole.same_label.exact.value, whole.same_label.alpha.value) == (1.0, 1.0)

    def test_one_marks_nothing(self) -> None:
        whole = only(entry("d", "ann", (0, 50, "spam")), entry("d", "bob")).all
        assert whole.same_label.characters.value == 0
        assert whole.same_label.alpha.value is not None and whole.same_label.alpha.value < 0  # worse than chance

    def test_empty_document(self) -> None:
        whole = only(*(entry("d", a, characters=0, origin=o) for a, o in (("ann", "human"), ("bob", "garbled")))).all
        assert whole.any_label.alpha.value is None
        assert whole.origin.value == 0.0

    def test_nothing(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write_labels(tmp_path / "labels.jsonl", [])
        result = run(capsys, tmp_path / "labels.jsonl")
        assert (result.code, result.out.splitlines()[0]) == (0, "No labels to compare.")


class TestWhatCounts:
    def test_skipped_checks_and_settled_entries_are_left_out(self) -> None:
        report = measured(
            entry("d", "ann", origin="human"),
            entry("d", "bob", origin="garbled"),
            entry("d", "cho", cancelled=True),
            entry("d", "adjudicated", origin="human"),
            entry("c", "ann", split="check"),
            entry("g", "ann", split="gold"),
        )
        assert (report.cancelled, report.adjudicated, report.other_splits) == (1, 1, {"check": 1, "gold": 1})
        assert report.arms[0].annotators == {"ann": 1, "bob": 1}

    def test_another_text_of_the_same_id_is_another_document(self) -> None:
        report = measured(entry("d", "ann"), entry("d", "bob", sha256="of a changed text"))
        assert (report.changed, report.arms[0].single, report.arms[0].all.documents) == (["d"], 2, 0)

    def test_blind_and_main_apart(self) -> None:
        arms = measured(
            *(entry("d", a, (0, 5, "spam")) for a in ("ann", "bob")),
            *(entry("d", a, split="blind") for a in ("cho", "dee")),
        ).arms
        assert [(arm.split, list(arm.annotators), arm.all.documents) for arm in arms] == [
            ("main", ["ann", "bob"], 1),
            ("blind", ["cho", "dee"], 1),
        ]

    def test_lengths_that_differ_are_refused(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write_labels(tmp_path / "l.jsonl", [entry("d", "ann"), entry("d", "bob", characters=99)])
        result = run(capsys, tmp_path / "l.jsonl")
        assert result.code == 2
        assert "'d', but with 100 and 99 characters; pull the labels again." in result.err


class TestDisputes:
    def test_most_disputed_first_with_why(self) -> None:
        arm = only(
            *(entry("agreed", a, (0, 5, "spam"), origin="human") for a in ("ann", "bob")),
            *(entry("origin", a, origin=o) for a, o in (("ann", "human"), ("bob", "garbled"))),
            *(entry("score", a, score=s) for a, s in (("ann", 40), ("bob", 60))),
            *(entry("spans", a, (0, n, "spam")) for a, n in (("ann", 4), ("bob", 6))),
        )
        assert [(d.doc_id, d.agreement, d.why) for d in arm.disputed] == [
            ("origin", 0.0, ["origin human (ann), garbled (bob)"]),
            ("score", 0.6, ["score 40 (ann), 60 (bob)"]),
            ("spans", 0.8, ["spans with F1 0.80: 1 (ann), 1 (bob)"]),
        ]

    @pytest.mark.parametrize(
        ("origins", "expected"),
        [("hh", 1), ("hg", 0), ("hhg", 1 / 3), ("hhgg", 0), ("hhhg", 0.5), ("hgs", 0)],
    )
    def test_origin_is_the_lead_of_the_first_answer(self, origins: str, expected: float) -> None:
        names = {"h": "human", "g": "garbled", "s": "insufficient-text"}
        arm = only(*(entry("d", f"a{n}", origin=names[o]) for n, o in enumerate(origins)))
        assert [d.agreement for d in arm.disputed] == ([] if expected == 1 else [round(expected, 4)])


def many(seed: int) -> list[Labeled]:
    chance = random.Random(seed)
    entries = []
    for number in range(30):
        origin = chance.choice(["human", "garbled"])
        for annotator in ("ann", "bob", "cho"):
            start = chance.choice((10, 10, 20))
            said = origin if chance.random() < 0.8 else "human"
            entries.append(entry(f"d{number}", annotator, (start, start + 10, "grammar"), origin=said))
    return entries


class TestCommand:
    def test_intervals_hold_the_value_and_repeat(self) -> None:
        one, again = measured(*many(1)), measured(*many(1))
        other = agreement(many(1), resampling=Resampling(50, seed=1))
        assert msgspec.json.encode(one) == msgspec.json.encode(again) != msgspec.json.encode(other)
        whole = one.arms[0].all
        for found in (whole.origin, whole.same_label.exact, whole.same_label.alpha):
            assert found.interval is not None and found.value is not None
            assert found.interval[0] < found.value < found.interval[1]

    def test_json_and_units(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write_labels(tmp_path / "l.jsonl", many(2))
        units = tmp_path / "units.csv"
        result = run(capsys, tmp_path / "l.jsonl", "--format", "json", "--units", units)
        assert result.code == 0, result.err
        arm = json.loads(result.out)["arms"][0]
        assert list(arm) == ["split", "annotators", "single", "all", "pairs", "disputed"]
        assert list(arm["all"]["origin"]) == ["value", "interval", "undefined"]
        # The units alone give the figure again.
        rows = list(csv.DictReader(units.open(encoding="utf-8")))
        origins: dict[str, list[int]] = {}
        for row in rows:
            if row["question"] == "origin" and int(row["annotators"]) > 1:
                origins.setdefault(row["doc_id"], []).append(("human", "garbled").index(row["value"]))
        assert arm["all"]["origin"]["value"] == round(nominal(list(origins.values()), 2), 4)
        assert sum(row["question"] == "spans" and row["value"] == "grammar" for row in rows) == 90

    def test_table(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        write_labels(tmp_path / "l.jsonl", [ANN, BOB])
        result = run(capsys, tmp_path / "l.jsonl")
        lines = [" ".join(line.split()) for line in result.out.splitlines()]
        assert "spelling 1 2 0.00 0.50 1.00 0.50 0.45" in lines
        assert "origin (nominal) – no document has two answers" in lines
        assert "d 0.50 spans with F1 0.50: 3 (ann), 3 (bob)" in lines
