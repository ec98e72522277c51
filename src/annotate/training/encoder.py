"""Trains the encoder, exports it to int8 ONNX, calibrates it on one half of ``dev`` and measures it on the other.

Run as ``annotate train configs/train/encoder.yaml``. An interrupted run goes on from its last checkpoint.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import yaml

from annotate.errors import AnnotateError
from annotate.models.calibration import Calibration
from annotate.models.encoder import FACTS, load_encoder
from annotate.models.features import stable_hash
from annotate.models.origin import (
    EncoderFacts,
    JointModel,
    OriginFacts,
    OriginModel,
    load_encoder_facts,
    load_origin,
)
from annotate.training import encoder_labels, origin_model
from annotate.training.data import digest_files, read_kinds, read_translations
from annotate.training.encoder_dev import cached_sums, draw_dev, score_both
from annotate.training.encoder_figures import measure, write
from annotate.training.origin_model import Scored, gather, prefixes, probabilities

LOG: Final = logging.getLogger(__name__)

TRAINING_FILES: Final = (
    "mt_docs",
    "human_news",
    "docs_by_kind",
    "boilerplate_lines",
    "mqm_en",
    "qe_segs_en",
    "phrase_replaced",
)


class Trunk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which pre-trained weights the trunk starts from."""

    package: str
    sha256: str
    layers: int
    frozen: int


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of ``configs/train/encoder.yaml``, where each is explained."""

    data: str
    figures: str
    work: str
    trunk: Trunk
    counts: dict[str, int]
    window_words: int = 100
    pair_words: tuple[int, ...] = (100,)
    machines_per_person: int = 2
    modern_from: int = 2018
    old_weight: float = 0.25
    old_generator_weight: float = 0.3
    rare_paraphrase_weight: float = 3.0
    line_distance: int = 12
    roughen: float = 0.15
    without: frozenset[str] = frozenset()
    pieces_per_step: int = 4300
    most_steps: int = 1_000_000
    learning_rate: float = 4e-4
    head_rate: float = 1e-3
    warmup: float = 0.06
    ranking: float = 1.0
    across: float = 0.0
    cross_entropy: float = 0.3
    sentence: float = 0.5
    token: float = 2.0
    checkpoint_minutes: float = 8.0
    seed: int = 11
    before: dict[str, Any] = {}
    origin: str = "configs/train/origin.yaml"
    garbled: str = "configs/train/garbled.yaml"
    lines: str = "configs/train/lines.yaml"
    dev_texts: dict[str, int] = {}
    dev_sentences: dict[str, int] = {}
    lost: float = 0.02


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Check a training configuration.

    Raises:
        AnnotateError: for a missing or unknown key, or a value of the wrong type.
    """
    try:
        return msgspec.convert(dict(config), Settings)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"The training configuration of the encoder is wrong: {error}.") from error


def read_recipe(path: Path, **changes: Any) -> Settings:
    """Read ``configs/train/encoder.yaml`` or one like it, with some keys changed.

    Raises:
        AnnotateError: as :func:`read_settings`.
    """
    recipe = yaml.safe_load(path.read_text(encoding="utf-8"))
    recipe.pop("model")
    return read_settings(recipe | changes)


def train(config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Train, export and calibrate the encoder; write its folder into ``out``, figures into ``config["figures"]``.

    A training that has finished with the same settings and data is not done again.

    Returns:
        The figures, measured with the written graph on the reporting half of ``dev``.

    Raises:
        AnnotateError: if torch or transformers is missing, or a key or a file is wrong.
    """
    for name in ("torch", "transformers", "onnx"):
        if find_spec(name) is None:
            raise AnnotateError(
                f"Training the encoder needs {name}: install it with `pip install 'annotate[train,transformers]'`."
            )
    settings = read_settings(config)
    folder = out / "encoder"
    _make_graph(settings, folder)
    facts, figures = calibrate(settings, folder, out)
    (folder / FACTS).write_bytes(msgspec.json.format(msgspec.json.encode(facts, order="sorted"), indent=1) + b"\n")
    load_encoder.cache_clear()
    load_encoder_facts.cache_clear()
    figures["data_digest"] = facts["data_digest"]
    figures["settings"] = msgspec.to_builtins(settings) | {"data": "", "figures": "", "work": ""}
    write(figures, Path(settings.figures))
    return figures


def _make_graph(settings: Settings, folder: Path) -> None:
    from annotate.training.encoder_export import write_encoder
    from annotate.training.encoder_fit import fit, package_folder, read_vocabulary

    write_encoder(fit(settings), read_vocabulary(package_folder(settings.trunk)), folder)


def stage_before(settings: Settings) -> Settings:
    """Make the settings of the stage that this one goes on from: the same but for the keys of ``before``.

    Raises:
        AnnotateError: for an unknown key in ``before``, or a value of the wrong type.
    """
    same: dict[str, Any] = msgspec.to_builtins(settings)
    return read_settings(same | {"before": {}, "work": str(Path(settings.work) / "before")} | settings.before)


def made_of(settings: Settings) -> str:
    """Name the recipe and the data that weights are made of, by their digests."""
    # What does not change the weights is left out.
    recipe = msgspec.structs.replace(
        settings,
        data="",
        figures="",
        work="",
        origin="",
        garbled="",
        lines="",
        dev_texts={},
        dev_sentences={},
        lost=0.0,
        checkpoint_minutes=0.0,
    )
    return f"{_data_digest(settings)} {stable_hash(msgspec.json.encode(recipe, order='sorted').decode()):x}"


def _data_digest(settings: Settings) -> str:
    folder = Path(settings.data) / "train"
    return digest_files(folder / f"{name}.parquet" for name in TRAINING_FILES)


def calibrate(settings: Settings, folder: Path, out: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Calibrate the graph in ``folder`` on the choosing half of ``dev`` and measure it on the reporting half.

    Returns:
        What ``encoder.json`` beside the graph says, and the figures.
    """
    data = Path(settings.data)
    origin_settings = origin_model.read_recipe(Path(settings.origin))
    samples = draw_dev(data, settings.dev_texts)
    sums = cached_sums(samples, folder, Path(settings.work) / "dev_sums.npz")
    floor = load_origin(out)
    by_linear, by_both = score_both(samples, floor.linear, sums)
    chosen = [i for i, s in enumerate(by_both) if s.sample.half == "choose"]
    report = [i for i, s in enumerate(by_both) if s.sample.half == "report"]
    joint = JointModel(floor.linear)
    choose = [by_both[i] for i in chosen]
    calibration = origin_model.calibrate(choose, joint, origin_settings)
    origin_facts = OriginFacts(
        calibration=calibration,
        passages=origin_model.passage_points(choose, joint, calibration, origin_settings),
        shortest_passage=origin_settings.window_words // 2,
    )
    asked_from = asking_points(
        [by_linear[i] for i in chosen], choose, floor, calibration, origin_settings, settings.lost
    )
    shipped = EncoderFacts(facts=origin_facts, linear=floor.digest, asked_from=asked_from)
    facts: dict[str, Any] = {"data_digest": _data_digest(settings), "origin": msgspec.to_builtins(shipped)}
    trained = trained_names(data, settings)
    figures = measure(
        [by_linear[i] for i in report],
        [by_both[i] for i in report],
        floor.linear,
        floor.facts,
        shipped,
        origin_settings,
        trained,
    )
    LOG.info("origin measured")
    counts = settings.dev_sentences
    facts["garbled"], figures["garbled"] = encoder_labels.garbled(
        folder, data, Path(settings.garbled), counts["human"], counts["damaged"]
    )
    LOG.info("garbled sentences measured")
    figures["furniture"] = encoder_labels.furniture(folder, data, Path(settings.lines))
    LOG.info("lines measured")
    figures["words"] = encoder_labels.words(folder, data)
    LOG.info("words measured")
    figures["label_reliability"] = [
        row for part in ("garbled", "furniture", "words") for row in figures[part].pop("reliability")
    ]
    return facts, figures


def asking_points(
    by_linear: Sequence[Scored],
    by_both: Sequence[Scored],
    floor: OriginModel,
    calibration: Calibration,
    settings: origin_model.Settings,
    lost: float,
) -> list[float]:
    """Find, for each length band, the linear probability of "machine-made" from which the encoder is asked.

    Of the machine-made texts that both tiers together would call so, at most ``lost`` lie below it.
    """
    found: list[float] = []
    joint = JointModel(floor.linear)
    for band, (low, high) in zip(calibration.bands, [(b.low, b.high) for b in calibration.bands], strict=True):
        both = gather(prefixes(by_both, max(low, 10), high, joint), settings)
        linear = gather(prefixes(by_linear, max(low, 10), high, floor.linear), settings)
        machine = 1.0 - probabilities(both, calibration)[:, 0]
        before = 1.0 - probabilities(linear, floor.facts.calibration)[:, 0]
        called = (both.classes > 0) & (machine >= band.points["0.05"].threshold)
        order = np.argsort(before[called])
        share = np.cumsum(both.weights[called][order]) / both.weights[called].sum()
        found.append(round(float(before[called][order][int(np.searchsorted(share, lost))]), 5))
    return found


def trained_names(data: Path, settings: Settings) -> set[str]:
    """Names of systems, generators and source languages that training used."""
    translations = read_translations(data / "train" / "mt_docs.parquet")
    kinds = read_kinds(data / "train" / "docs_by_kind.parquet")
    names = {s.system for s in translations if s.kind == "mt"} | {s.lang for s in translations if s.kind == "mt"}
    return (names | {s.system for s in kinds if s.label != "human"}) - settings.without
