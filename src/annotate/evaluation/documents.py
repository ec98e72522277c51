"""Verdicts held against the origin that is known: confusion, accuracy, error rates and calibration by length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from annotate.documents import ORIGINS, Verdict
from annotate.evaluation.calibration import Calibration, calibration
from annotate.evaluation.figures import Figure, Resampling, rate

VERDICTS: Final = (*ORIGINS, "garbled", "insufficient-text")
"""What a verdict can say, in the order tables use."""

LENGTH_BANDS: Final = ((0, 50), (50, 100), (100, 200), (200, 300), (300, 600), (600, None))
"""Words, the upper bound not included; finer than operating points where news is short."""


class BandResult(msgspec.Struct, frozen=True):
    """The verdicts on documents of one length."""

    band: str
    """Words, ``"100-200"``, the upper bound not included; ``"all"`` for all documents together."""
    documents: int
    answered: int
    """Verdicts that name an origin; ``garbled`` and ``insufficient-text`` do not."""
    accuracy: Figure
    """Share of the answered ones that name the right origin."""
    fpr: Figure
    """Share of human documents, answered or not, that are called machine-made in any way."""
    tpr: Figure
    """Share of machine-made documents, answered or not, that are called machine-made in any way."""
    calibration: Calibration
    """The verdict's score against whether it is right, over the answered ones."""


class Verdicts(msgspec.Struct, frozen=True):
    """All verdicts on documents whose origin is known."""

    confusion: dict[str, dict[str, int]]
    """True origin → verdict → documents."""
    bands: list[BandResult]
    """Bands that have documents, shortest first, then ``"all"``."""


def judge(pairs: Sequence[tuple[str, Verdict]], resampling: Resampling) -> Verdicts:
    """Hold verdicts against true origins.

    Args:
        pairs: true origin (one of ``ORIGINS``) and verdict of each document.
        resampling: how intervals are made.
    """
    confusion = {origin: dict.fromkeys(VERDICTS, 0) for origin in ORIGINS}
    bands: dict[str, list[tuple[str, Verdict]]] = {band_name(low, high): [] for low, high in LENGTH_BANDS}
    for origin, verdict in pairs:
        confusion[origin][verdict.label] += 1
        bands[length_band(verdict.words)].append((origin, verdict))
    results = [_band(name, members, resampling) for name, members in bands.items() if members]
    return Verdicts(confusion, [*results, _band("all", pairs, resampling)])


def length_band(words: int) -> str:
    """Name the band that a number of words, 0 or more, falls into."""
    return next(band_name(low, high) for low, high in LENGTH_BANDS if words >= low and (high is None or words < high))


def band_name(low: int, high: int | None) -> str:
    """Name a band: ``100-200``, or ``600+`` for the last."""
    return f"{low}+" if high is None else f"{low}-{high}"


def _band(name: str, pairs: Sequence[tuple[str, Verdict]], resampling: Resampling) -> BandResult:
    answered = [verdict.label in ORIGINS for _, verdict in pairs]
    right = [origin == verdict.label for origin, verdict in pairs]
    called = [verdict.label in ORIGINS and verdict.label != "human" for _, verdict in pairs]
    human = [origin == "human" for origin, _ in pairs]
    return BandResult(
        band=name,
        documents=len(pairs),
        answered=sum(answered),
        accuracy=rate(right, answered, resampling),
        fpr=rate([c and h for c, h in zip(called, human, strict=True)], human, resampling),
        tpr=rate([c and not h for c, h in zip(called, human, strict=True)], [not h for h in human], resampling),
        calibration=calibration(
            [verdict.score for (_, verdict), a in zip(pairs, answered, strict=True) if a],
            [r for r, a in zip(right, answered, strict=True) if a],
        ),
    )
