from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np

from annotate.training.reliability import FEWEST_TRUE, by_length, diagram, draw


def test_a_diagram_states_what_was_said_and_what_was_true() -> None:
    stated = np.array([0.05] * 6 + [0.95] * 8 + [0.5] * 4)
    truth = np.array([False] * 5 + [True] + [True] * 6 + [False] * 2 + [True] * 4)
    # Four items are too few for a point.
    assert diagram(stated, truth, np.ones(18)) == [[0.05, 0.167, 6], [0.95, 0.75, 8]]
    weights = np.where(truth, 1.0, 5.0)
    assert diagram(stated, truth, weights)[0] == [0.05, round(1 / 26, 3), 6]


def test_calibration_is_told_by_length_where_both_classes_are_there() -> None:
    count = 2 * FEWEST_TRUE
    stated = np.tile([0.25, 0.75], count)
    truth = np.tile([False, True], count)
    lengths = np.concatenate([np.full(count, 5), np.full(count, 50)])
    truth[lengths == 50] = True
    rows = by_length("garbled", stated, truth, np.ones(2 * count), lengths, ((1, 10), (11, 10**6)))
    assert [(r["band"], r["items"], r["share"], r["ece"]) for r in rows] == [("1-10", count, 0.5, 0.25)]


def test_the_picture_has_a_diagram_for_each_row(tmp_path: Path) -> None:
    rows = [
        {"label": "garbled", "band": "1-10", "points": [[0.1, 0.2, 30], [0.9, 0.8, 9]]},
        {"label": "garbled", "band": "11+", "points": [[0.5, 0.5, 12]]},
        {"label": "spam line", "band": "1-3", "points": []},
    ]
    draw(rows, tmp_path / "r.svg")
    root = ElementTree.parse(tmp_path / "r.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}rect")) == 3
    titles = [c.findtext(f"{space}title") for c in root.findall(f"{space}circle")]
    assert titles == [
        "stated 0.10, true 0.20, 30 items",
        "stated 0.90, true 0.80, 9 items",
        "stated 0.50, true 0.50, 12 items",
    ]
    draw([], tmp_path / "none.svg")
    ElementTree.parse(tmp_path / "none.svg")
