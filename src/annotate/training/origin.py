"""Trains the origin model, calibrates it on one half of ``dev`` and measures it on the other.

Run as ``annotate train configs/train/origin.yaml``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from annotate.models.linear import LinearModel, load_model
from annotate.models.origin import MODEL, OriginFacts, load_origin
from annotate.training.data import digest_files, read_kinds, read_translations
from annotate.training.linear import count_grams
from annotate.training.origin_figures import measure, write_card
from annotate.training.origin_model import (
    FILES,
    calibrate,
    draw_windows,
    fit_model,
    passage_points,
    read_dev,
    read_settings,
    score_sample,
    standardise,
    window_tokens,
)

LOG: Final = logging.getLogger(__name__)


def train(config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Train and calibrate the origin model; write ``origin.npz`` into ``out``, figures into ``config["figures"]``.

    Args:
        config: the keys of ``configs/train/origin.yaml``.
        out: folder that receives the weights.

    Returns:
        The figures, measured with the written weights on the reporting half of ``dev``.

    Raises:
        AnnotateError: if a key or a file is wrong, or the data lacks one of the four origins.
    """
    settings = read_settings(config)
    folder = Path(settings.data)
    translations = read_translations(folder / "train" / FILES[0])
    news = read_translations(folder / "train" / FILES[1])
    kinds = read_kinds(folder / "train" / FILES[2])
    items = draw_windows(translations, news, kinds, settings)
    LOG.info("%d training windows", len(items))
    counts = count_grams(items, window_tokens, settings.families)
    LOG.info("n-grams counted")
    dev = read_dev(folder)
    model = fit_model(
        items, counts, settings, digest_files(folder / part / f for part in ("train", "dev") for f in FILES)
    )
    scored = [score_sample(sample, model) for sample in dev]
    model, scored = standardise(model, scored)
    choose = [s for s in scored if s.sample.half == "choose"]
    report = [s for s in scored if s.sample.half == "report"]
    calibration = calibrate(choose, model, settings)
    facts = OriginFacts(
        calibration=calibration,
        passages=passage_points(choose, model, calibration, settings),
        shortest_passage=settings.window_words // 2,
    )
    meta = msgspec.structs.replace(model.meta, extra=msgspec.to_builtins(facts))
    LinearModel(meta, model.weights, model.scales, model.bias, "").save(out / f"{MODEL}.npz")
    load_model.cache_clear()
    load_origin.cache_clear()
    LOG.info("weights written")
    figures = measure(items, counts, report, model, facts, settings)
    write_card(figures, Path(settings.figures))
    return figures
