"""What counts as confirmed, by whom, and for how much."""

import msgspec
import pytest
from made import flag, labeled, record

from annotate.documents import Record
from annotate.errors import AnnotateError
from annotate.labeling.labels import Labeled
from annotate.learning.judgements import judge

A, B = flag(0, 0.8), flag(100, 0.6)
MADE = record("a", [A, B])


def rights(entries: list[Labeled], of: Record = MADE) -> list[tuple[float, float]]:
    return [(f.right, f.weight) for f in judge(entries, [of]).flags]


def test_left_moved_relabeled_and_deleted() -> None:
    moved = msgspec.structs.replace(A, start=3, end=9)
    relabeled = msgspec.structs.replace(A, label="grammar")
    assert rights([labeled(MADE, [A])]) == [(1.0, 1.0), (0.0, 1.0)]
    assert rights([labeled(MADE, [moved])]) == [(1.0, 1.0), (0.0, 1.0)]
    assert rights([labeled(MADE, [relabeled])]) == [(0.0, 1.0), (0.0, 1.0)]


def test_the_majority_decides_and_who_settled_it_before_all() -> None:
    three = [labeled(MADE, marks, annotator=name) for name, marks in (("p", [A]), ("q", [A, B]), ("r", [B, A]))]
    assert rights(three) == [(1.0, 1.0), (1.0, 1.0)]
    assert rights(three[:2]) == [(1.0, 1.0), (0.5, 1.0)]
    settled = labeled(MADE, [B], annotator="adjudicated", shown=None)
    assert rights([*three, settled]) == [(0.0, 1.0), (1.0, 1.0)]


def test_flags_that_nobody_saw_are_not_judged() -> None:
    hidden = labeled(MADE, [A, B], shown=labeled(MADE).shown[:1])
    assert rights([hidden]) == [(1.0, 1.0), (0.5, 0.0)]


def test_skipped_documents_and_checks_do_not_count() -> None:
    found = judge([labeled(MADE, cancelled=True), labeled(MADE, annotator="q", split="check")], [MADE])
    assert (found.documents, found.flags) == (0, [])


def test_a_blind_arm_tells_what_was_missed() -> None:
    missed = flag(500, 0.5)
    blind = labeled(MADE, [A], [missed], annotator="q", split="blind", shown=None)
    found = judge([labeled(MADE, [A, B]), blind], [MADE])
    assert [(f.right, f.weight) for f in found.flags] == [(1.0, 1.0), (1.0, 1.0)]
    assert [(m.by, m.weight) for m in found.marked] == [((0,), 1.0), ((), 1.0)]
    alone = judge([blind], [MADE])
    assert [(f.right, f.weight) for f in alone.flags] == [(1.0, 1.0), (0.0, 1.0)]


def test_documents_count_by_the_inverse_of_their_chance() -> None:
    other = record("b", [A])
    entries = [labeled(MADE, selection_probability=1.0), labeled(other, selection_probability=0.25)]
    assert [f.weight for f in judge(entries, [MADE, other]).flags] == [1.0, 1.0, 4.0]
    rare = [labeled(MADE, selection_probability=1.0), labeled(other, selection_probability=0.001)]
    assert [f.weight for f in judge(rare, [MADE, other]).flags] == [1.0, 1.0, 10.0]
    # One chance is not known: nothing is weighted.
    assert [f.weight for f in judge([entries[1], labeled(MADE)], [MADE, other]).flags] == [1.0, 1.0, 1.0]


def test_documents_of_one_story_are_one_group() -> None:
    other = record("b", [A])
    together = [labeled(MADE, story="s"), labeled(other, story="s")]
    assert {f.group for f in judge(together, [MADE, other]).flags} == {0}
    assert {f.group for f in judge([labeled(MADE), labeled(other)], [MADE, other]).flags} == {0, 1}


def test_origins_by_majority() -> None:
    said = ["human", "machine-translated", "machine-translated"]
    found = judge([labeled(MADE, annotator=str(n), origin=name) for n, name in enumerate(said)], [MADE])
    assert [(v.origin, v.band) for v in found.verdicts] == [("machine-translated", "100-200")]
    tied = judge([labeled(MADE, annotator=name, origin=name) for name in said[:2]], [MADE])
    assert tied.verdicts == []


def test_where_several_annotators_are_one_of_them_is_not_enough() -> None:
    other = record("b", [A])
    alone = [labeled(other, annotator="p", origin="human")]
    assert [v.origin for v in judge(alone, [MADE, other]).verdicts] == ["human"]
    two = [labeled(MADE, annotator=name, origin="machine-generated") for name in ("p", "q")]
    assert [v.origin for v in judge([*alone, *two], [MADE, other]).verdicts] == ["machine-generated"]


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(AnnotateError, match="'a' is of another text than its labels"):
        judge([labeled(MADE)], [msgspec.structs.replace(MADE, sha256="0" * 64)])
    other = record("b", [A])
    with pytest.raises(AnnotateError, match="two signatures"):
        judge([labeled(MADE), labeled(other)], [MADE, msgspec.structs.replace(other, signature="annotate|other")])
    assert judge([labeled(other)], [MADE]).missing == ["b"]
