from __future__ import annotations

import pytest

from annotate.documents import ORIGINS, Verdict
from annotate.evaluation.documents import judge, length_band
from annotate.evaluation.figures import Resampling


def verdict(label, words=150, score=0.8):
    return Verdict(label=label, score=score, words=words, scores=dict.fromkeys(ORIGINS, 0.25))


@pytest.mark.parametrize(
    ("words", "band"),
    [(0, "0-50"), (49, "0-50"), (50, "50-100"), (299, "200-300"), (300, "300-600"), (600, "600+"), (9999, "600+")],
)
def test_length_band(words, band):
    assert length_band(words) == band


def test_by_hand():
    result = judge(
        [
            ("human", verdict("human")),
            ("human", verdict("machine-translated")),
            ("human", verdict("insufficient-text", words=20)),
            ("machine-translated", verdict("machine-translated")),
            ("machine-translated", verdict("machine-generated")),
            ("machine-generated", verdict("human")),
            ("machine-paraphrased", verdict("garbled")),
        ],
        Resampling(resamples=50),
    )
    assert result.confusion["human"] == {
        "human": 1,
        "machine-translated": 1,
        "machine-paraphrased": 0,
        "machine-generated": 0,
        "garbled": 0,
        "insufficient-text": 1,
    }
    assert sum(sum(row.values()) for row in result.confusion.values()) == 7
    short, middle, everything = result.bands
    assert (short.band, short.documents, short.answered) == ("0-50", 1, 0)
    assert short.accuracy.value is None
    assert short.tpr.value is None
    assert short.fpr.value == 0.0
    assert short.calibration.ece is None
    assert (middle.band, middle.documents, middle.answered) == ("100-200", 6, 5)
    assert (everything.band, everything.documents, everything.answered) == ("all", 7, 5)
    assert everything.accuracy.value == 0.4  # two of the five answers
    assert everything.fpr.value == pytest.approx(1 / 3, abs=1e-4)  # one of three human documents
    assert everything.tpr.value == 0.5  # two of four; which machine does not matter here
    assert everything.calibration.ece == pytest.approx(0.4)  # 0.8 promised, 0.4 kept


def test_no_origin_known():
    result = judge([], Resampling(resamples=10))
    assert [band.band for band in result.bands] == ["all"]
    assert result.bands[0].accuracy.value is None
