"""Linear models over hashed n-grams: int8 weights in one ``.npz`` file of package data, read once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.models.archive import WEIGHTS_FOLDER, read_archive
from annotate.models.features import FamilySpec, Grams, Tokens, grams, unit_sums

Floats = npt.NDArray[np.float64]


class ModelMeta(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known about a model besides its weights; stored as JSON inside its file."""

    name: str
    outputs: tuple[str, ...]
    """What each column of weights speaks for: a positive sum is evidence of it."""
    families: tuple[FamilySpec, ...]
    power: float = 1.0
    """A unit's sum of weights is divided by (number of its n-grams) ** power: 1 is the mean weight, 0.5 what a
    model trained on L2-normalised counts expects."""
    data_digest: str = ""
    """Digest of the training data and configuration."""
    extra: dict[str, Any] = {}
    """What else the model's own module keeps: thresholds, calibration, figures. Plain JSON."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Weights summed within units.

    ``sums[u, f, o]`` is the sum over the n-grams of family ``f`` in unit ``u`` of the weight for output ``o``;
    ``counts[u, f]`` is how many n-grams those are. Additive: the sums of a passage are those of its units.
    """

    sums: Floats
    counts: Floats


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A linear model: per family a table of int8 weights (buckets × outputs) with one scale per output."""

    meta: ModelMeta
    weights: tuple[npt.NDArray[np.int8], ...]
    scales: Floats
    """Families × outputs: a weight is its int8 value times this."""
    bias: Floats
    """Families × outputs; added once per document (or unit) after the sums are normalised."""
    digest: str
    """First 12 hexadecimal digits of the file's SHA-256: what a signature says of it."""

    def sums(self, tokens: Tokens) -> Sums:
        """Sum the weights of each unit's n-grams, family by family."""
        families = self.meta.families
        outputs = len(self.meta.outputs)
        found = np.zeros((tokens.unit_count, len(families), outputs))
        counts = np.zeros((tokens.unit_count, len(families)))
        for f, spec in enumerate(families):
            these = grams(tokens, spec)
            # Whole numbers are summed, so the result does not depend on the order; the scale comes after.
            rows = self.weights[f][these.buckets]
            counts[:, f] = np.bincount(these.units, minlength=tokens.unit_count)
            for o in range(outputs):
                found[:, f, o] = unit_sums(rows[:, o], these.units, tokens.unit_count)
        return Sums(found * self.scales, counts)

    def normalise(self, sums: Floats, counts: Floats) -> Floats:
        """Turn sums (… × families × outputs) into family logits of the same shape; empty units get the bias."""
        return sums / np.maximum(counts, 1.0)[..., None] ** self.meta.power + self.bias

    def logits(self, tokens: Tokens) -> Floats:
        """Logit of each output for each unit (units × outputs): the families' logits averaged."""
        parts = self.sums(tokens)
        result: Floats = self.normalise(parts.sums, parts.counts).mean(axis=1)
        return result

    def contributions(self, tokens: Tokens, output: str) -> list[tuple[Grams, Floats]]:
        """Give the n-grams of each family with the (scaled) weight each adds to the sum of ``output``."""
        o = self.meta.outputs.index(output)
        result: list[tuple[Grams, Floats]] = []
        for f, spec in enumerate(self.meta.families):
            these = grams(tokens, spec)
            result.append((these, self.weights[f][these.buckets, o] * self.scales[f, o]))
        return result

    def token_weights(self, tokens: Tokens, output: str) -> Floats:
        """Spread the logit of ``output`` over tokens: each gets its share of every n-gram it is in, families averaged.

        The sum over all tokens of some units is the logit of those units together, less the bias (for ``power`` 1 and
        0.5 alike), so these are the words that drove a score.
        """
        size = len(tokens.forms)
        total = np.zeros(size)
        for these, weights in self.contributions(tokens, output):
            if not len(weights):
                continue
            share = weights / len(weights) ** self.meta.power / (these.last - these.first + 1)
            # Spread over first..last by a difference array.
            steps = np.bincount(these.first, weights=share, minlength=size + 1)
            steps = steps - np.bincount(these.last + 1, weights=share, minlength=size + 1)
            total += np.cumsum(steps)[:size]
        return total / len(self.meta.families)

    def save(self, path: Path) -> None:
        """Write the model to a file; the same model gives the same bytes."""
        arrays: dict[str, Any] = {f"weights_{f}": table for f, table in enumerate(self.weights)}
        arrays["scales"] = self.scales
        arrays["bias"] = self.bias
        arrays["meta"] = np.frombuffer(msgspec.json.encode(self.meta, order="sorted"), dtype=np.uint8)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)


def quantise(
    meta: ModelMeta, weights: list[npt.NDArray[np.floating[Any]]], bias: npt.NDArray[np.floating[Any]]
) -> LinearModel:
    """Make a model of trained weights (per family: buckets × outputs), rounding them to int8.

    The scale is set so that the 99.99th percentile of the non-zero weights is 127; the few beyond are clipped.
    """
    scales = np.ones((len(weights), len(meta.outputs)))
    tables: list[npt.NDArray[np.int8]] = []
    for f, table in enumerate(weights):
        for o in range(table.shape[1]):
            used = np.abs(table[:, o][table[:, o] != 0])
            scales[f, o] = float(np.quantile(used, 0.9999)) / 127.0 if len(used) else 1.0
        tables.append(np.clip(np.rint(table / scales[f]), -127, 127).astype(np.int8))
    return LinearModel(meta, tuple(tables), scales, np.asarray(bias, dtype=np.float64), "unsaved")


@lru_cache(maxsize=16)
def load_model(name: str, folder: Path = WEIGHTS_FOLDER) -> LinearModel:
    """Read the model ``name`` from ``folder``; once per process.

    Raises:
        AnnotateError: if the file is missing or is not a model.
    """

    def parse(arrays: Mapping[str, npt.NDArray[Any]]) -> LinearModel:
        meta = msgspec.json.decode(arrays["meta"].tobytes(), type=ModelMeta)
        weights = tuple(arrays[f"weights_{f}"] for f in range(len(meta.families)))
        scales, bias = arrays["scales"], arrays["bias"]
        outputs = len(meta.outputs)
        shapes = [(2**spec.bits, outputs) for spec in meta.families]
        if [t.shape for t in weights] != shapes or not scales.shape == bias.shape == (len(shapes), outputs):
            raise ValueError("its tables do not have the sizes it states")
        return LinearModel(meta, weights, scales, bias, "")

    model, digest = read_archive(folder / f"{name}.npz", parse)
    return replace(model, digest=digest)
