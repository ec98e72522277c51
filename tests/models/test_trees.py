from __future__ import annotations

import numpy as np
import pytest

from annotate.models.trees import FIELDS, depth_of, read_trees

# Tree 1: column 0 at most 1? leaf +2 : (column 1 at most 0? leaf -1 : leaf +5). Tree 2: a single leaf of +0.5.
ARRAYS = {
    "tree_feature": np.array([0, 0, 1, 0, 0, 0]),
    "tree_threshold": np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    "tree_left": np.array([1, 1, 3, 3, 4, 5]),
    "tree_right": np.array([2, 1, 4, 3, 4, 5]),
    "tree_value": np.array([0.0, 2.0, 0.0, -1.0, 5.0, 0.5]),
    "tree_roots": np.array([0, 5]),
}


def test_rows_go_down_to_their_leaves() -> None:
    trees = read_trees(ARRAYS)
    values = np.array([[1.0, 9.0], [1.5, 0.0], [1.5, 0.1]])
    assert trees.depth == 2
    assert trees.logits(values, -3.0).tolist() == [-0.5, -3.5, 2.5]


def test_a_row_does_not_depend_on_the_others() -> None:
    trees = read_trees(ARRAYS)
    values = np.random.default_rng(0).normal(1.0, 1.0, (1203, 2))
    together = trees.logits(values, 0.1)
    assert together.tolist() == [float(trees.logits(row[None], 0.1)[0]) for row in values]


def test_no_rows_and_no_trees() -> None:
    assert read_trees(ARRAYS).logits(np.zeros((0, 2)), 0.0).tolist() == []
    empty = read_trees({name: values[:0] for name, values in ARRAYS.items()})
    assert empty.depth == 0
    assert empty.logits(np.zeros((2, 2)), 0.25).tolist() == [0.25, 0.25]


def test_arrays_come_back() -> None:
    trees = read_trees(ARRAYS)
    again = read_trees(trees.arrays())
    for name in FIELDS:
        assert np.array_equal(getattr(again, name), getattr(trees, name))
    with pytest.raises(KeyError):
        read_trees({})


def test_depth_counts_steps() -> None:
    leaf = np.array([0], dtype=np.int32)
    assert depth_of(leaf, leaf, leaf) == 0
