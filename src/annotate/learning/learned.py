"""What was learned from labels: a small file of weights, and what it does to flags and verdicts. No library needed."""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec

from annotate.documents import ORIGINS, Flag, Verdict
from annotate.errors import AnnotateError

LEARNED_VERSION: Final = 1
"""Version of the file; raised when a field changes its meaning or goes away."""

EDGE: Final = 0.001
"""Scores are held this far from 0 and 1 before a logarithm is taken: no detector knows better than that."""
NEAR: Final = 200
"""Code points within which another flag counts as near."""
_MOST_NEAR: Final = 5
_MOST_ALIKE: Final = 20
_LONG: Final = 1000
"""A flag of so many code points has the length 1."""

Finite = Annotated[float, msgspec.Meta(ge=-1e6, le=1e6)]
NotNegative = Annotated[float, msgspec.Meta(ge=0, le=1e6)]


class Curve(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Beta calibration (Kull, Silva Filho and Flach 2017): ``logit p' = low · ln p − high · ln(1 − p) + shift``.

    Rises with ``p``. With 1, 1, 0 it changes nothing; ``low`` = ``high`` is Platt scaling of the log-odds.
    """

    low: NotNegative = 1.0
    high: NotNegative = 1.0
    shift: Finite = 0.0

    def __call__(self, score: float) -> float:
        """Calibrate a score in [0, 1]."""
        if (self.low, self.high, self.shift) == (1.0, 1.0, 0.0):
            return score
        inner = min(max(score, EDGE), 1 - EDGE)
        return logistic(self.low * math.log(inner) - self.high * math.log1p(-inner) + self.shift)


class LabelFit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What was learned about the flags of one label."""

    curve: Curve = Curve()
    detectors: dict[str, Curve] = {}
    """Versioned id of a detector → a curve of its own."""
    head: dict[str, Finite] | None = None
    """Feature (:func:`features`) → weight of a logistic regression; takes the place of the curves where it can."""
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """Flags below it are dropped."""

    def score(self, score: float, detector: str, known: Mapping[str, float] | None) -> float:
        """Score a flag anew, to four digits; ``known`` are its features, None where they cannot be known."""
        if self.head is None or known is None:
            return round(self.detectors.get(detector, self.curve)(score), 4)
        return round(logistic(sum(weight * known.get(name, 0.0) for name, weight in self.head.items())), 4)


class VerdictFit(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What was learned about verdicts: ``p' ∝ p ** scale · exp(bias)``, temperature and bias (Guo et al. 2017)."""

    scales: dict[str, NotNegative]
    """Length band → the inverse of its temperature."""
    scale: NotNegative
    """The one of a band that is not named."""
    bias: dict[str, Finite]
    """Origin → what is added to the logarithm of its probability."""

    def scores(self, scores: Mapping[str, float], band: str | None) -> dict[str, float]:
        """Calibrate the probabilities of the origins; they sum to 1."""
        scale = self.scales.get(band or "", self.scale)
        raised = {
            name: math.exp(scale * math.log(max(scores[name], EDGE)) + self.bias.get(name, 0.0)) for name in ORIGINS
        }
        total = sum(raised.values())
        return {name: round(value / total, 4) for name, value in raised.items()}


class Learned(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything that was learned; as JSON it is the file that the configuration names as ``learned``."""

    basis: str
    """Digest of the detectors and models that the scores came from (:func:`annotate.signature.basis`); for others it
    has to be learned anew."""
    signature: str
    """Signature of the records that it was learned on."""
    documents: int
    """Labeled documents that it was learned on."""
    labels: dict[str, LabelFit] = {}
    verdict: VerdictFit | None = None
    version: int = LEARNED_VERSION

    @property
    def digest(self) -> str:
        """First 12 hexadecimal digits of the SHA-256 of what it says, for the signature."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:12]

    def flags(self, flags: Sequence[Flag], characters: int | None = None) -> list[Flag]:
        """Score flags anew and drop those below their label's threshold.

        Args:
            flags: all flags of a document's own detectors, or those that comparison with other documents gave.
            characters: code points of the text. None for flags from comparison: heads know nothing of them.
        """
        found: Sequence[Mapping[str, float] | None] = [None] * len(flags)
        if characters is not None:
            found = features(flags, characters)
        kept: list[Flag] = []
        for flag, known in zip(flags, found, strict=True):
            fit = self.labels.get(flag.label)
            if fit is None:
                kept.append(flag)
            elif (score := fit.score(flag.score, flag.detector, known)) >= fit.threshold:
                kept.append(msgspec.structs.replace(flag, score=score))
        return kept

    def judge(self, verdict: Verdict) -> Verdict:
        """Give a verdict its calibrated scores.

        Where the line to "machine-made" lies has an error rate of its own, measured on other data, and stays; which of
        the machine's kinds it is goes by the new scores.
        """
        if self.verdict is None:
            return verdict
        point = verdict.operating_point
        scores = self.verdict.scores(verdict.scores, None if point is None else point.length_band)
        label, score = verdict.label, verdict.score
        if label == "insufficient-text":
            score = max(scores.values())
        elif label in ORIGINS:
            label = label if label == "human" else max(ORIGINS[1:], key=lambda origin: scores[origin])
            score = scores[label]
        return msgspec.structs.replace(verdict, label=label, score=score, scores=scores)


def logistic(value: float) -> float:
    """Turn log-odds into a probability."""
    return 1.0 / (1.0 + math.exp(-value)) if value >= 0 else math.exp(value) / (1.0 + math.exp(value))


def features(flags: Sequence[Flag], characters: int) -> list[dict[str, float]]:
    """Give what a head may know of each flag, most of it between 0 and 1.

    ``low``, ``high`` and ``shift`` are those of a :class:`Curve`; ``detector:``, ``reason:`` and ``severity:`` are 1
    for what applies; ``length`` is logarithmic; ``place`` is 0 at the beginning of the text and 1 at its end; ``near``
    counts other flags within :data:`NEAR` code points and ``alike`` other flags of the label.

    Args:
        flags: all flags of the document, in any order.
        characters: code points of the text.
    """
    starts = sorted(flag.start for flag in flags)
    labels = Counter(flag.label for flag in flags)
    found: list[dict[str, float]] = []
    for flag in flags:
        score = min(max(flag.score, EDGE), 1 - EDGE)
        near = bisect_left(starts, flag.end + NEAR) - bisect_left(starts, flag.start - NEAR) - 1
        found.append(
            {
                "low": math.log(score),
                "high": -math.log1p(-score),
                "shift": 1.0,
                f"detector:{flag.detector}": 1.0,
                f"reason:{flag.reason}": 1.0,
                f"severity:{flag.severity}": 1.0,
                "length": math.log1p(flag.end - flag.start) / math.log1p(_LONG),
                "place": flag.start / max(1, characters),
                "near": min(near, _MOST_NEAR) / _MOST_NEAR,
                "alike": min(labels[flag.label] - 1, _MOST_ALIKE) / _MOST_ALIKE,
            }
        )
    return found


def read_learned(path: str | Path) -> Learned:
    """Read what ``annotate learn`` wrote.

    Raises:
        AnnotateError: if it cannot be read, is something else or was written by a later version.
    """
    try:
        found = msgspec.json.decode(Path(path).read_bytes(), type=Learned)
    except OSError as error:
        raise AnnotateError(
            f"Cannot read the learned weights {path}: {error.strerror}; check the configuration's key 'learned'."
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise AnnotateError(f"{path} is nothing that annotate learn wrote ({error}); learn again.") from error
    if found.version > LEARNED_VERSION:
        raise AnnotateError(f"{path} is of version {found.version}; this annotate reads up to {LEARNED_VERSION}.")
    return found


def encode_learned(learned: Learned) -> bytes:
    """Write it as the JSON of its file; the same weights give the same bytes."""
    return msgspec.json.format(msgspec.json.encode(learned, order="sorted"), indent=1) + b"\n"
