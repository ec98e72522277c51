"""Adjudication: what is settled and how, what stays disputed, and its way to a person and back."""

from __future__ import annotations

import csv
import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from annotate.cli import main
from annotate.errors import AnnotateError
from annotate.evaluation import read_gold
from annotate.labeling.adjudication import Adjudication, adjudicate
from annotate.labeling.adjudication.consensus import clusters, consensus, middle
from annotate.labeling.adjudication.disputed import find_texts, write_disputed
from annotate.labeling.adjudication.settle import Method
from annotate.labeling.labels import Labeled, Span, read_labels, write_labels
from annotate.labeling.labelstudio import verify

TEXT = "The pupils 🎒 were handed back home on the Monday morning, it was said."


def mark(words: str, label: str = "mistranslation", severity: str | None = "minor", **known: Any) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words), words, label, severity, **known)  # type: ignore[arg-type]


def entry(annotator: str, *spans: Span, doc_id: str = "d", **said: Any) -> Labeled:
    known = {"sha256": hashlib.sha256(TEXT.encode()).hexdigest(), "characters": len(TEXT)} | said
    return Labeled(doc_id=doc_id, annotator=annotator, spans=list(spans), **known)


def settle(*entries: Labeled, method: Method = "majority", least: float = 0.0, **options: Any) -> Adjudication:
    return adjudicate(entries, method, least_agreement=least, **options)


def marks(*by_annotator: Sequence[tuple[int, int]]) -> dict[str, list[Span]]:
    return {
        f"a{number}": [Span(start, end, "x" * (end - start), "spam") for start, end in spans]
        for number, spans in enumerate(by_annotator)
        if spans
    }


class TestConsensus:
    @pytest.mark.parametrize(
        ("spans", "needed", "expected"),
        [
            ([[(0, 10)], [(5, 15)], []], 2, [(5, 10)]),
            ([[(0, 10)], [(5, 15)], []], 1, [(0, 15)]),
            ([[(0, 10)], [(5, 15)], []], 3, []),
            ([[(0, 10)], [(2, 6)], [(4, 12)]], 2, [(2, 10)]),
            # Two errors side by side stay two where those who marked both kept them apart …
            ([[(0, 5), (5, 9)], [(0, 5), (5, 9)]], 2, [(0, 5), (5, 9)]),
            ([[(0, 5), (5, 9)], [(0, 9)]], 2, [(0, 5), (5, 9)]),
            ([[(0, 5)], [(5, 9)]], 1, [(0, 5), (5, 9)]),
            # … and are one where more took them for one.
            ([[(0, 5), (5, 9)], [(0, 9)], [(0, 9)]], 2, [(0, 9)]),
            # Overlapping marks of one annotator count once.
            ([[(0, 8), (4, 9)], []], 2, []),
            ([], 1, []),
        ],
    )
    def test_ranges(self, spans: list[list[tuple[int, int]]], needed: int, expected: list[tuple[int, int]]) -> None:
        assert consensus(marks(*spans), needed) == expected

    def test_clusters_overlap_directly_or_through_others(self) -> None:
        found = clusters(marks([(0, 5), (20, 25)], [(4, 9)], [(8, 12), (12, 14)]))
        assert [sorted((s.start, s.end) for own in c.values() for s in own) for c in found] == [
            [(0, 5), (4, 9), (8, 12)],
            [(12, 14)],
            [(20, 25)],
        ]

    def test_middle_never_loses_a_cluster(self) -> None:
        assert middle(marks([(0, 5)], [(4, 9)], [(8, 12)], [(11, 15)])) == [(4, 5), (8, 9), (11, 12)]


class TestByRule:
    ENTRIES = (
        entry("ann", mark("were handed back home", severity="major", comment="sent back"), origin="human"),
        entry("bob", mark("handed back home on", severity="critical"), mark("it was said", "grammar"), origin="human"),
        entry("cho", mark("handed", severity="minor"), origin="garbled", reliability=2, score=10.0),
    )

    @pytest.mark.parametrize(
        ("method", "expected"),
        [
            ("majority", [("handed back home", "mistranslation", "major")]),
            (
                "union",
                [
                    ("were handed back home on", "mistranslation", "major"),
                    ("it was said", "grammar", "minor"),
                ],
            ),
            ("intersection", [("handed", "mistranslation", "major")]),
        ],
    )
    def test_spans_and_their_median_severity(self, method: Method, expected: list[tuple[str, str, str]]) -> None:
        (settled,) = settle(*self.ENTRIES, method=method).settled
        assert [(s.text, s.label, s.severity) for s in settled.spans] == expected
        assert all(TEXT[s.start : s.end] == s.text for s in settled.spans)
        assert settled.spans[0].comment == "sent back"

    def test_answers(self) -> None:
        (settled,) = settle(*self.ENTRIES).settled
        assert (settled.annotator, settled.origin, settled.reliability, settled.score) == (
            "adjudicated",
            "human",
            2,
            10,
        )

    def test_ties(self) -> None:
        # An even number: the lower level and score, the milder severity; two origins leave it open.
        ann = entry("ann", mark("handed", severity="minor"), origin="human", reliability=2, score=20)
        bob = entry("bob", mark("handed", severity="critical"), origin="garbled", reliability=4, score=80)
        (settled,) = settle(ann, bob).settled
        assert (settled.origin, settled.reliability, settled.score) == (None, 2, 20)
        assert settled.spans[0].severity == "minor"

    def test_annotators_are_held_against_what_was_settled(self) -> None:
        cho = settle(*self.ENTRIES, method="union").annotators[2]
        assert (cho.annotator, cho.documents, cho.origin, cho.precision, cho.recall) == ("cho", 1, 0, 1, 0.5)

    def test_decisions(self) -> None:
        found = [(d.question, d.value, d.votes, d.annotators) for d in settle(*self.ENTRIES).decisions]
        assert found == [
            ("origin", "human", 2, 3),
            ("reliability", "2", 1, 1),
            ("score", "10", 1, 1),
            ("spans", "mistranslation", 3, 3),
        ]


class TestDisputes:
    def test_two_against_one_is_settled_and_one_against_one_is_not(self) -> None:
        two = [entry(a, origin=o, doc_id="two") for a, o in (("ann", "human"), ("bob", "garbled"))]
        three = [
            entry(a, origin=o, doc_id="three") for a, o in (("ann", "human"), ("bob", "garbled"), ("cho", "human"))
        ]
        done = adjudicate([*two, *three], "majority")
        assert [e.doc_id for e in done.settled] == ["three"]
        assert [d.agreement.doc_id for d in done.disputed] == ["two"]

    def test_one_annotator(self) -> None:
        alone = entry("ann", origin="human")
        assert (settle(alone).settled, settle(alone).single) == ([], 1)
        assert [e.annotator for e in settle(alone, keep_single=True).settled] == ["adjudicated"]

    def test_a_person_has_the_last_word(self) -> None:
        ann, bob = entry("ann", origin="human"), entry("bob", origin="human")
        ruling = entry("eva", mark("handed"), origin="machine-translated", cause="guideline-gap")
        taken_from_a_tab = msgspec.structs.replace(mark("handed"), id="bob-1", origin="prediction")
        pulled = msgspec.structs.replace(ruling, spans=[taken_from_a_tab], shown=[], signature="annotator bob")
        done = settle(ann, bob, decided=[pulled])
        assert done.settled == [msgspec.structs.replace(ruling, annotator="adjudicated")]
        assert (done.by_rule, done.by_person, done.causes) == (0, 1, {"guideline-gap": 1})
        assert settle(ann, bob, *done.settled).settled == done.settled

    def test_two_rulings_are_refused(self) -> None:
        with pytest.raises(AnnotateError, match="Both 'eva' and 'ian' settled document 'd'; keep one"):
            settle(entry("ann"), decided=[entry("eva"), entry("ian")])

    def test_checks_are_never_settled(self) -> None:
        assert settle(*(entry(a, split="check") for a in ("ann", "bob"))).settled == []


class TestLabelStudioImport:
    DISPUTED = (
        entry("ann", mark("handed back home", severity="major", comment="sent back"), origin="garbled", score=30),
        entry("bob", mark("🎒", "encoding", None), mark("it was said", "grammar"), origin="human", reliability=4),
    )

    def test_each_annotator_is_a_tab(self, tmp_path: Path) -> None:
        done = adjudicate([msgspec.structs.replace(e, text=TEXT) for e in self.DISPUTED], "majority")
        assert write_disputed(tmp_path / "disputed", done.disputed, find_texts(done.disputed)) == 1
        assert verify(tmp_path / "disputed") == (1, 3)
        (task,) = json.loads((tmp_path / "disputed/tasks.json").read_text(encoding="utf-8"))
        assert [p["model_version"] for p in task["predictions"]] == ["annotator ann", "annotator bob"]
        assert (task["data"]["doc_id"], task["data"]["text"]) == ("d", TEXT)
        assert "origin garbled (ann), human (bob)" in task["data"]["why"]
        first, second = (p["result"] for p in task["predictions"])
        assert [(r["from_name"], r["value"].get("text")) for r in first] == [
            ("label", "handed back home"),
            ("severity", "handed back home"),
            ("origin", None),
            ("score", None),
        ]
        assert first[0]["meta"] == {"text": ["sent back"]}
        assert [r["from_name"] for r in second] == ["label", "label", "severity", "origin", "reliability"]

    def test_the_configuration_asks_for_the_cause_and_is_valid(self, tmp_path: Path) -> None:
        done = adjudicate([msgspec.structs.replace(e, text=TEXT) for e in self.DISPUTED], "majority")
        write_disputed(tmp_path, done.disputed, find_texts(done.disputed))
        config = (tmp_path / "config.xml").read_text(encoding="utf-8")
        sdk = pytest.importorskip("label_studio_sdk.label_interface")
        interface = sdk.LabelInterface(config)
        interface.validate()
        assert interface.get_control("cause").labels == ["annotator-error", "guideline-gap", "ambiguous"]

    def test_texts_from_scores(self, tmp_path: Path, make: Any) -> None:
        done = adjudicate(self.DISPUTED, "majority")
        scores = make.scores(tmp_path / "scores.jsonl", make.record("other", "A text."), make.record("d", TEXT))
        documents = [make.document("other", "A text."), make.document("d", TEXT, title="Pupils handed back")]
        ((_, document),) = find_texts(done.disputed, scores, documents).items()
        assert document.title == "Pupils handed back"

    def test_a_text_that_is_nowhere(self) -> None:
        with pytest.raises(AnnotateError, match=r"texts of 1 disputed documents \(first: 'd'\) are not at hand; give"):
            find_texts(adjudicate(self.DISPUTED, "majority").disputed)


class Simulated(NamedTuple):
    """Annotators by the share of 300 real errors that they mark, and by how many marks they make that are none."""

    finds: tuple[float, ...]
    false_marks: tuple[int, ...]

    def entries(self, seed: int) -> tuple[list[Labeled], set[str]]:
        """One possible error in each document; and the ids of those in which somebody marked one that is one."""
        chance = random.Random(seed)
        people = range(len(self.finds))
        found = [(True, [a for a in people if chance.random() < self.finds[a]]) for _ in range(300)]
        found += [(False, [a]) for a in people for _ in range(self.false_marks[a])]
        entries = [
            entry(f"annotator-{a}", *([mark("handed")] if a in markers else []), doc_id=f"d{number}")
            for number, (_, markers) in enumerate(found)
            for a in people
        ]
        return entries, {f"d{number}" for number, (is_real, markers) in enumerate(found) if is_real and markers}


ONE_CARELESS = Simulated((0.8, 0.7, 0.6, 0.5), (20, 30, 30, 200))
ALL_ALIKE = Simulated((0.6, 0.6, 0.6), (60, 60, 60))
ONE_EXPERT = Simulated((0.95, 0.4, 0.4), (15, 60, 60))


def rightly_judged(entries: list[Labeled], real: set[str], method: Method) -> float:
    marked = {e.doc_id for e in entries if e.spans}
    found = {e.doc_id for e in settle(*entries, method=method).settled if e.spans}
    return sum((d in found) == (d in real) for d in marked) / len(marked)


class TestDawidSkene:
    @pytest.fixture(autouse=True)
    def _needs(self) -> None:
        pytest.importorskip("crowdkit")

    def test_sees_through_a_careless_annotator(self) -> None:
        entries, real = ONE_CARELESS.entries(1)
        assert rightly_judged(entries, real, "dawid-skene") > 0.92
        assert rightly_judged(entries, real, "majority") < 0.80
        assert rightly_judged(entries, real, "intersection") < 0.60
        assert rightly_judged(entries, real, "union") < 0.55

    @pytest.mark.parametrize("simulated", [ALL_ALIKE, ONE_EXPERT])
    def test_is_no_worse_than_a_majority(self, simulated: Simulated) -> None:
        entries, real = simulated.entries(1)
        assert rightly_judged(entries, real, "dawid-skene") >= rightly_judged(entries, real, "majority")

    def test_what_all_marked_is_an_error_and_probabilities_are_told(self) -> None:
        for simulated in (ONE_CARELESS, ALL_ALIKE, ONE_EXPERT):
            entries, _ = simulated.entries(2)
            markers = Counter(e.doc_id for e in entries if e.spans)
            decisions = [d for d in settle(*entries, method="dawid-skene").decisions if d.question == "spans"]
            by_all = [d.probability for d in decisions if d.votes == len(simulated.finds)]
            assert len(by_all) == sum(n == len(simulated.finds) for n in markers.values()) > 20
            assert all(p is not None and p > 0.9 for p in by_all)

    def test_origin(self) -> None:
        # dee says "human" of everything: three who differ from dee are right, and so are two where one is missing.
        chance = random.Random(3)
        entries, true = [], {}
        for number in range(60):
            true[f"d{number}"] = origin = chance.choice(["human", "garbled"])
            for annotator in ("ann", "bob", "dee"):
                said = "human" if annotator == "dee" else origin if chance.random() < 0.95 else "human"
                entries.append(entry(annotator, doc_id=f"d{number}", origin=said))
        done = settle(*entries, method="dawid-skene")
        assert sum(e.origin == true[e.doc_id] for e in done.settled) >= 57
        assert [a.annotator for a in done.annotators if a.origin is not None and a.origin < 0.7] == ["dee"]

    def test_two_annotators_are_refused(self) -> None:
        with pytest.raises(AnnotateError, match="needs 3 annotators or more who share documents, and there are 2; use"):
            settle(entry("ann"), entry("bob"), method="dawid-skene")

    @pytest.mark.parametrize("spans", [(), (mark("handed"),)])
    def test_unanimous(self, spans: tuple[Span, ...]) -> None:
        entries = [entry(a, *spans, doc_id=d, origin="human") for d in ("d", "e") for a in ("ann", "bob", "cho")]
        for settled in settle(*entries, method="dawid-skene").settled:
            assert (settled.origin, [s.text for s in settled.spans]) == ("human", [s.text for s in spans])


class Run(NamedTuple):
    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    with pytest.raises(SystemExit) as exit_:
        main(["label", "adjudicate", *map(str, arguments)])
    return Run(exit_.value.code, *capsys.readouterr())  # type: ignore[arg-type]


class TestCommand:
    def test_whole_way(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        labels, settled, gold = (tmp_path / name for name in ("labels.jsonl", "settled.jsonl", "gold.jsonl"))
        agreed = [
            entry(a, mark("handed", severity=None), doc_id="e", origin="human", text=TEXT) for a in ("ann", "bob")
        ]
        disputed = [msgspec.structs.replace(e, text=TEXT) for e in TestLabelStudioImport.DISPUTED]
        write_labels(labels, [*disputed, *agreed])
        common = (labels, "-o", settled, "--gold", gold)
        first = run(capsys, *common, "--disputed", tmp_path / "disputed", "--decisions", tmp_path / "decisions.csv")
        assert first.code == 0, first.err
        assert first.out.splitlines()[:3] == [
            "Documents settled: 1 (by rule 1, by a person 0).",
            f"Disputed: 1, written to {tmp_path / 'disputed'}.",
            "By one annotator alone: 0, left out.",
        ]
        assert f"{gold}: 1 spans without a severity stand as minor." in first.err
        assert verify(tmp_path / "disputed") == (1, 3)
        rows = list(csv.DictReader((tmp_path / "decisions.csv").open(encoding="utf-8")))
        assert [(row["doc_id"], row["question"]) for row in rows] == [("e", "origin"), ("e", "spans")]
        # What a person makes of the disputed document comes back.
        decided = tmp_path / "decided.jsonl"
        write_labels(decided, [entry("annotator-9", mark("handed back home"), origin="garbled", cause="ambiguous")])
        second = run(capsys, *common, "--decided", decided, "--format", "json")
        summary = json.loads(second.out)
        assert (summary["settled"], summary["by_person"], summary["disputed"]) == (2, 1, [])
        assert [(e.doc_id, e.annotator) for e in read_labels(settled)] == [("d", "adjudicated"), ("e", "adjudicated")]
        found = read_gold(gold)
        assert [(g.id, g.origin, [(TEXT[f.start : f.end], f.severity) for f in g.flags]) for g in found] == [
            ("d", None, [("handed back home", "minor")]),
            ("e", "human", [("handed", "minor")]),
        ]

    def test_one_id_settled_on_two_texts_is_no_gold(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        labels = tmp_path / "labels.jsonl"
        write_labels(labels, [entry(a, sha256=s) for s in ("old", "new") for a in ("ann", "bob")])
        result = run(capsys, labels, "-o", tmp_path / "settled.jsonl", "--gold", tmp_path / "gold.jsonl")
        assert (result.code, list(tmp_path.iterdir())) == (2, [labels])
        assert "Document 'd' was settled on two texts" in result.err

    def test_an_input_is_not_overwritten(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        labels = tmp_path / "labels.jsonl"
        write_labels(labels, [entry("ann")])
        assert run(capsys, labels, "-o", labels).code == 2
        assert len(list(read_labels(labels))) == 1
