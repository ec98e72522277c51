"""Before and after, by numbers that can be checked by hand."""

import numpy as np

from annotate.evaluation.figures import Resampling
from annotate.learning.judgements import Marked
from annotate.learning.report import compare


def test_before_and_after() -> None:
    right = np.array([1.0, 0.0, 1.0, 0.0])
    marked = [
        (Marked(0, "spelling", (0,), 1.0), True, True),
        (Marked(1, "spelling", (2,), 1.0), True, False),
        (Marked(2, "spelling", (), 2.0), False, False),  # a document without any flag, which counts double
    ]
    brier, error, precision, recall = compare(
        np.array([0.9, 0.9, 0.5, 0.5]),
        np.array([1.0, 0.0, 0.5, 0.5]),
        [True, False, True, True],
        right,
        np.array([1.0, 1.0, 1.0, 3.0]),
        np.array([0, 0, 1, 1]),
        marked,
        Resampling(50),
    )
    # (0.01 + 0.81 + 4 · 0.25) / 6 and 4 · 0.25 / 6
    assert (brier.before.value, brier.after.value, brier.difference.value) == (0.3033, 0.1667, -0.1367)
    # One bin, for there are few: |(0.9 + 0.9 + 0.5 + 1.5) − 2| / 6 and |(1 + 0 + 0.5 + 1.5) − 2| / 6
    assert (error.before.value, error.after.value) == (0.3, 0.1667)
    assert (precision.before.value, precision.after.value) == (round(2 / 6, 4), 0.4)
    assert (recall.before.value, recall.after.value) == (0.5, 0.25)
