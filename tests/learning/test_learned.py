"""What learned weights do to flags and verdicts."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import SIGNATURE, flag

from annotate.documents import OperatingPoint, Verdict
from annotate.errors import AnnotateError
from annotate.learning.learned import (
    EDGE,
    Curve,
    LabelFit,
    Learned,
    VerdictFit,
    encode_learned,
    features,
    read_learned,
)

SCORES = st.floats(0, 1)


def learned(**known: object) -> Learned:
    return Learned(basis=SIGNATURE, signature=SIGNATURE, documents=1, **known)


@given(SCORES)
def test_the_curve_that_changes_nothing(score: float) -> None:
    assert Curve()(score) == score
    inner = min(max(score, EDGE), 1 - EDGE)
    assert Curve(shift=1e-12)(score) == pytest.approx(inner)


@given(SCORES, SCORES, st.floats(0, 5), st.floats(0, 5), st.floats(-10, 10))
def test_a_curve_never_falls(a: float, b: float, low: float, high: float, shift: float) -> None:
    curve = Curve(low, high, shift)
    assert 0 <= curve(min(a, b)) <= curve(max(a, b)) + 1e-12 <= 1 + 1e-12


def test_flags_get_new_scores_and_fall_below_thresholds() -> None:
    fits = {"spelling": LabelFit(Curve(1, 1, -1), {"other@1": Curve(1, 1, 1)}, threshold=0.3)}
    given_flags = [
        flag(0, 0.5),
        flag(10, 0.4),  # 1 / (1 + e · 1.5) = 0.197
        flag(20, 0.5, detector="other@1"),
        flag(30, 0.1, label="garbled"),  # nothing was learned about it
    ]
    kept = learned(labels=fits).flags(given_flags, 100)
    # ln (0.5 / 0.5) − 1 gives 0.2689, below the threshold too.
    assert [(f.start, f.score) for f in kept] == [(20, 0.7311), (30, 0.1)]


def test_a_head_does_not_touch_flags_from_comparison() -> None:
    fits = {"spelling": LabelFit(Curve(1, 1, 2), head={"low": 1, "high": 1, "shift": 0, "reason:odd": -2})}
    assert [f.score for f in learned(labels=fits).flags([flag(0, 0.5)], 100)] == [0.1192]
    assert [f.score for f in learned(labels=fits).flags([flag(0, 0.5)])] == [0.8808]


def test_features_count_flags_near_by() -> None:
    found = features([flag(0, 0.5), flag(150, 0.5, label="garbled"), flag(1000, 0.5)], 2000)
    assert [(f["near"], f["alike"], f["place"]) for f in found] == [
        (0.2, 0.05, 0.0),
        (0.2, 0.0, 0.075),
        (0.0, 0.05, 0.5),
    ]


def test_a_verdict_keeps_its_side_of_the_line() -> None:
    fit = VerdictFit({"100-200": 1.0}, 1.0, {"machine-generated": 3.0})
    scores = {"human": 0.4, "machine-translated": 0.4, "machine-paraphrased": 0.1, "machine-generated": 0.1}
    point = OperatingPoint("100-200", 0.05, 0.4)
    changed = learned(verdict=fit).judge(Verdict("machine-translated", 0.4, 150, scores, point))
    assert (changed.label, changed.score) == ("machine-generated", 0.6906)
    assert sum(changed.scores.values()) == pytest.approx(1, abs=2e-4)
    assert changed.operating_point == point
    human = learned(verdict=fit).judge(Verdict("human", 0.4, 150, scores, point))
    assert (human.label, human.score) == ("human", changed.scores["human"])
    garbled = learned(verdict=fit).judge(Verdict("garbled", 0.55, 150, scores))
    assert (garbled.label, garbled.score) == ("garbled", 0.55)


def test_written_and_read_again(tmp_path: Path) -> None:
    whole = learned(labels={"spam": LabelFit(Curve(0.5, 1.0, 0.25), threshold=0.5)}, verdict=VerdictFit({}, 1.0, {}))
    path = tmp_path / "learned.json"
    path.write_bytes(encode_learned(whole))
    assert read_learned(path) == whole
    assert read_learned(path).digest == whole.digest != learned().digest


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"{", "is nothing that annotate learn wrote"),
        (b'{"basis": "a", "signature": "b", "documents": 1, "labels": {"spam": {"threshold": 2}}}', "annotate learn"),
        (msgspec.json.encode(learned(version=2)), "of version 2"),
    ],
)
def test_what_is_no_file_of_weights_is_refused(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "learned.json"
    path.write_bytes(content)
    with pytest.raises(AnnotateError, match=part):
        read_learned(path)
