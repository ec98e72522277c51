"""Turning logits into probabilities, length band by length band, and thresholds with their operating points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.errors import AnnotateError

Floats = npt.NDArray[np.float64]


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A threshold on the probability of "machine-made" and what it does to texts of this length (calibration data)."""

    threshold: float
    fpr: float
    """Share of human texts that reach it."""
    tpr: float
    """Share of machine-made texts that reach it, each kind counted the same."""


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calibration of one length band: ``softmax(coefficients · logits · sqrt(words / 100) + intercepts)``.

    The mean logit of a text of n words varies with the square root of 1/n around its class's mean, so within a band the
    evidence is scaled by the square root of the length; the coefficients take care of what remains between bands.
    """

    low: int
    """Words, included."""
    high: int | None
    """Words, not included; None for no upper bound."""
    coefficients: list[list[float]]
    """Classes × logits."""
    intercepts: list[float]
    """One per class."""
    points: dict[str, Point]
    """Nominal false-positive rate, as ``"0.05"`` → the point chosen for it."""
    sufficient: bool
    """Whether a verdict can be given at all for texts of this length."""

    @property
    def name(self) -> str:
        """The band as a record states it: ``"300-600"``, ``"600+"``."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high}"


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Bands that cover every length from 0 words, in order."""

    bands: Annotated[list[Band], msgspec.Meta(min_length=1)]

    def band(self, words: int) -> Band:
        """Find the band of a text of so many words."""
        for band in self.bands:
            if band.high is None or words < band.high:
                return band
        return self.bands[-1]

    def probabilities(self, logits: Floats, words: int) -> Floats:
        """Probability of each class, summing to 1, for a text with these logits and so many words."""
        band = self.band(words)
        return softmax(evidence(logits, words) @ np.array(band.coefficients).T + np.array(band.intercepts))


def evidence(logits: Floats, words: int | npt.NDArray[np.int64]) -> Floats:
    """Scale mean logits (… × heads) by the square root of the length in hundreds of words."""
    scale = np.sqrt(np.maximum(np.asarray(words, dtype=np.float64), 1.0) / 100.0)
    result: Floats = logits * scale[..., None]
    return result


def softmax(values: Floats) -> Floats:
    """Exponentiate and normalise over the last axis."""
    raised = np.exp(values - values.max(axis=-1, keepdims=True))
    result: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return result


def band_edges(edges: Sequence[int]) -> list[tuple[int, int | None]]:
    """Turn lower edges into ranges: ``[0, 50, 100]`` → (0, 50), (50, 100), (100, None).

    Raises:
        AnnotateError: if they do not start at 0 or do not rise.
    """
    if not edges or edges[0] != 0 or list(edges) != sorted(set(edges)):
        raise AnnotateError(f"Length bands must be rising numbers of words that start at 0, not {list(edges)}.")
    return list(zip(edges, [*edges[1:], None], strict=True))
