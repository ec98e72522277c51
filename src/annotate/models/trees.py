"""Boosted decision trees over a few measures, as plain arrays: scoring needs only numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from annotate.models.linear import Floats

FIELDS: Final = ("feature", "threshold", "left", "right", "value", "roots")
"""The arrays of a model file that make the trees, each with ``tree_`` before its name."""

_ROWS: Final = 500
"""Rows asked at a time, so that memory stays small."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees laid end to end: one row per node. A leaf is a node whose children are itself."""

    feature: npt.NDArray[np.int16]
    """Column that the node asks about."""
    threshold: Floats
    """Rows whose value is at most this go left."""
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: Floats
    """What a leaf adds to the logit; 0 for inner nodes."""
    roots: npt.NDArray[np.int32]
    """The first node of each tree."""
    depth: int
    """Steps from a root to the farthest leaf."""

    def logits(self, values: Floats, bias: float) -> Floats:
        """Logit of each row of ``values`` (rows × measures). A row's result does not depend on the other rows."""
        result = np.full(len(values), bias)
        for begin in range(0, len(values), _ROWS):
            part = values[begin : begin + _ROWS]
            rows = np.arange(len(part))[:, None]
            at = np.broadcast_to(self.roots, (len(part), len(self.roots)))
            for _ in range(self.depth):
                goes_left = part[rows, self.feature[at]] <= self.threshold[at]
                at = np.where(goes_left, self.left[at], self.right[at])
            result[begin : begin + _ROWS] += self.value[at].sum(axis=1)
        return result

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Give the arrays to store, by the names of :data:`FIELDS`."""
        return {f"tree_{name}": getattr(self, name) for name in FIELDS}


def depth_of(left: npt.NDArray[np.int32], right: npt.NDArray[np.int32], roots: npt.NDArray[np.int32]) -> int:
    """Count the steps from the roots to the farthest leaf."""
    level = np.asarray(roots)
    steps = 0
    while len(level := level[left[level] != level]):
        level = np.concatenate([left[level], right[level]])
        steps += 1
    return steps


def read_trees(arrays: dict[str, npt.NDArray[np.generic]]) -> Trees:
    """Make the trees of stored arrays.

    Raises:
        KeyError: if one is missing.
    """
    feature, threshold, left, right, value, roots = (arrays[f"tree_{name}"] for name in FIELDS)
    return Trees(
        feature.astype(np.int16),
        threshold.astype(np.float64),
        left.astype(np.int32),
        right.astype(np.int32),
        value.astype(np.float64),
        roots.astype(np.int32),
        depth_of(left.astype(np.int32), right.astype(np.int32), roots.astype(np.int32)),
    )
