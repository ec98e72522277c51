"""Fits the origin model: three heads against human, and their calibration by length.

A head is one logistic regression per family of n-grams over windows of about 100 words, cut the same way on both sides.
For translations the windows are drawn per group, that is among versions of one text, so that topic and geography tell
nothing; for paraphrases and generated texts each collection's people and machines get the same weight.
"""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
import yaml

from annotate.documents import ORIGINS
from annotate.errors import AnnotateError
from annotate.models.calibration import Band, Calibration, Point, band_edges, evidence, softmax
from annotate.models.features import FamilySpec, Tokens, stable_hash, tokenize
from annotate.models.linear import LinearModel, ModelMeta, Sums, quantise
from annotate.models.origin import (
    HEADS,
    MODEL,
    Normaliser,
    PassagePoint,
    head_logits,
    passage_bounds,
    passage_logits,
)
from annotate.training.data import (
    Sample,
    Window,
    draw,
    read_kinds,
    read_translations,
    whole_sentences,
    windows,
)
from annotate.training.linear import fit_mean_model, fit_softmax, threshold_at

LOG: Final = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
FPRS: Final = (0.01, 0.02, 0.05, 0.1)
"""The false-positive rates that the configuration's ``verdict.fpr`` can ask for."""
FILES: Final = ("mt_docs.parquet", "human_news.parquet", "docs_by_kind.parquet")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of ``configs/train/origin.yaml``, where each is explained."""

    data: str
    figures: str
    families: tuple[FamilySpec, ...]
    bands: tuple[int, ...]
    minimum_words: int
    passage_fpr: dict[str, float]
    prior: dict[str, float]
    human_mix: dict[str, float]
    window_words: int = 100
    machine_per_human: int = 3
    windows_per_group: int = 12
    windows_per_text: int = 2
    modern_from: int = 2018
    old_weight: float = 0.4
    old_generator_weight: float = 0.3
    rare_paraphrase_weight: float = 3.0
    news_share: float = 0.15
    other_share: float = 0.1
    strength: float = 3.0
    bootstrap: int = 300


@dataclass(frozen=True, slots=True)
class Head:
    """Training windows of one head: which rows, which of them are machine-made, and what each counts."""

    rows: npt.NDArray[np.int64]
    target: npt.NDArray[np.bool_]
    weights: Floats


@dataclass(frozen=True, slots=True)
class Scored:
    """Texts with the sums of their sentences, from which any prefix or passage can be scored."""

    sample: Sample
    sums: Floats
    """Sentences × families × heads."""
    counts: Floats
    """Sentences × families."""
    words: npt.NDArray[np.int32]
    bounds: list[tuple[int, int]]
    """Passages, as at scoring time."""


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Check a training configuration.

    Raises:
        AnnotateError: for a missing or unknown key, or a value of the wrong type.
    """
    try:
        settings = msgspec.convert(dict(config), Settings)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"The training configuration of the origin model is wrong: {error}.") from error
    if set(settings.prior) != set(ORIGINS) or set(settings.human_mix) != set(HUMAN_PARTS):
        raise AnnotateError(f"prior needs the keys {', '.join(ORIGINS)}; human_mix needs {', '.join(HUMAN_PARTS)}.")
    band_edges(settings.bands)
    return settings


def read_recipe(path: Path) -> Settings:
    """Read ``configs/train/origin.yaml`` or one like it.

    Raises:
        AnnotateError: as :func:`read_settings`.
    """
    recipe = yaml.safe_load(path.read_text(encoding="utf-8"))
    recipe.pop("model")
    return read_settings(recipe)


def window_tokens(window: Window) -> Tokens:
    """Tokens of a window's sentences."""
    return tokenize(window.sample.text, window.sentences)


HUMAN_PARTS: Final = ("news", "original", "kinds", "translation")


def human_part(sample: Sample) -> str:
    """Name the part of ``human_mix`` that a human text belongs to."""
    if sample.kind == "human":
        return "kinds"
    if sample.kind == "human_translation":
        return "translation"
    return "original" if sample.source.startswith(("newstest", "generaltest")) else "news"


_SYSTEM_FAMILIES: Final = (
    ("google", re.compile(r"^(moz-)?google$")),
    ("microsoft", re.compile(r"^(moz-microsoft|MS-Translator)$")),
    ("open", re.compile(r"^(moz-(nllb|opusmt|argos|bergamot.*)|MADLAD.*)$")),
    ("llm", re.compile(r"gpt|davinci|^ALMA", re.IGNORECASE)),
    ("online", re.compile(r"^(online-.*|deepl|tencent|lan-bridge)$", re.IGNORECASE)),
)


def system_family(system: str) -> str:
    """Say who stands behind a translation system: a maker, chat models, unnamed online services, or a submission."""
    for name, pattern in _SYSTEM_FAMILIES:
        if pattern.search(system):
            return name
    return "submission"


def draw_windows(
    translations: Sequence[Sample], news: Sequence[Sample], kinds: Sequence[Sample], settings: Settings
) -> list[Window]:
    """Draw the training windows: per group for translations, a few per text for the rest. The same ones every time."""
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in translations:
        groups[sample.group].append(sample)
    drawn: list[Window] = []
    for group in sorted(groups):
        people = [w for s in groups[group] if s.label == "human" for w in windows(s, settings.window_words)]
        people = draw(people, settings.windows_per_group, "human")
        drawn += people
        wanted = settings.machine_per_human * len(people)
        machines = sorted(
            (s for s in groups[group] if s.label != "human"), key=lambda s: stable_hash(f"{s.group}\x00{s.system}")
        )[: max(wanted, 1)]
        if wanted and machines:
            # As many systems as possible, each with few windows, so that no system's habits stand for all.
            each = -(-wanted // len(machines))
            found = [w for s in machines for w in draw(windows(s, settings.window_words), each, "mt")]
            drawn += draw(found, wanted, "mt of group")
    for sample in (*news, *kinds):
        drawn += draw(windows(sample, settings.window_words), settings.windows_per_text, "text")
    return drawn


def head_of(items: Sequence[Window], label: str, settings: Settings) -> Head:
    """Choose and weigh the windows of one head: one machine origin against human texts."""
    keep = np.array([i for i, w in enumerate(items) if w.sample.label in (label, "human")], dtype=np.int64)
    target = np.array([items[i].sample.label == label for i in keep])
    if target.all() or not target.any():
        raise AnnotateError(f"The training data needs windows of human and of {label} texts; check --data.")
    weights = np.array(
        [_machine_weight(items[i].sample, settings) if t else 1.0 for i, t in zip(keep, target, strict=True)]
    )
    parts = np.array([human_part(items[i].sample) if not t else "" for i, t in zip(keep, target, strict=True)])
    is_news = parts == "news"
    own_parts = ("original", "translation") if label == "machine-translated" else ("kinds",)
    is_own = np.isin(parts, own_parts)
    is_other = ~target & ~is_news & ~is_own
    if label != "machine-translated":
        _balance_sources(np.array([items[i].sample.source for i in keep]), target, is_own, weights)
    total = weights[target].sum()
    shares = [(is_news, settings.news_share), (is_other, settings.other_share)]
    rest = 1.0 - sum(share for mask, share in shares if mask.any())
    for mask, share in (*shares, (is_own, rest)):
        if mask.any():
            weights[mask] *= share * total / weights[mask].sum()
    return Head(keep, target, weights)


def _machine_weight(sample: Sample, settings: Settings) -> float:
    if sample.kind == "mt":
        return 1.0 if sample.year >= settings.modern_from or sample.system.startswith("moz-") else settings.old_weight
    if sample.label == "machine-paraphrased":
        return 1.0 if sample.kind == "llm_paraphrase" else settings.rare_paraphrase_weight
    return settings.old_generator_weight if sample.lang == "pre2021_lm" else 1.0


def _balance_sources(
    sources: npt.NDArray[np.str_], target: npt.NDArray[np.bool_], own: npt.NDArray[np.bool_], weights: Floats
) -> None:
    """Give the people of each collection the weight of its machines, so that the collection tells nothing."""
    for source in np.unique(sources):
        here = sources == source
        machines, people = here & target, here & own
        if machines.any() and people.any():
            weights[people] *= weights[machines].sum() / weights[people].sum()
        elif machines.any():
            # No people to hold against: half the weight.
            weights[machines] *= 0.5


def fit_model(items: Sequence[Window], counts: Sequence[Any], settings: Settings, data_digest: str) -> LinearModel:
    """Fit every head on every family and round the weights to int8."""
    tables = [np.zeros((2**spec.bits, len(HEADS))) for spec in settings.families]
    bias = np.zeros((len(settings.families), len(HEADS)))
    for h, label in enumerate(HEADS):
        head = head_of(items, label, settings)
        LOG.info("%s: %d windows, %d machine-made", label, len(head.rows), head.target.sum())
        for f, matrix in enumerate(counts):
            tables[f][:, h], bias[f, h] = fit_mean_model(
                matrix[head.rows], head.target, head.weights, settings.strength
            )
    meta = ModelMeta(MODEL, HEADS, settings.families, power=1.0, data_digest=data_digest)
    return quantise(meta, tables, bias)


def read_dev(folder: Path) -> list[Sample]:
    """Read the texts of ``dev`` that have at least 50 words and no mere exchange of turns."""
    samples = [
        *read_translations(folder / "dev" / FILES[0]),
        *read_translations(folder / "dev" / FILES[1]),
        *read_kinds(folder / "dev" / FILES[2]),
    ]
    return [s for s in samples if s.domain != "conversation" and len(s.text.split()) >= 50]


def score_sample(sample: Sample, model: LinearModel) -> Scored:
    """Sum the weights of each sentence of a text."""
    tokens = tokenize(sample.text, whole_sentences(sample.text))
    parts = model.sums(tokens)
    return Scored(sample, parts.sums, parts.counts, tokens.words, passage_bounds(tokens))


def standardise(model: LinearModel, scored: Sequence[Scored]) -> tuple[LinearModel, list[Scored]]:
    """Scale each family so that its logits of whole texts spread the same; then their average is one of equals.

    The spread is that of the choosing half; all sums are scaled with it.
    """
    logits = [model.normalise(s.sums.sum(axis=0), s.counts.sum(axis=0)) for s in scored if s.sample.half == "choose"]
    spread = np.maximum(np.std(logits, axis=0), 1e-9)
    scaled = LinearModel(model.meta, model.weights, model.scales / spread, model.bias / spread, model.digest)
    return scaled, [Scored(s.sample, s.sums / spread, s.counts, s.words, s.bounds) for s in scored]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of texts: whole texts, prefixes or passages. All arrays have one length."""

    logits: Floats
    """Pieces × logits."""
    words: npt.NDArray[np.int64]
    classes: npt.NDArray[np.int64]
    """Index into ``ORIGINS``."""
    weights: Floats
    """Prior of the class, shared among its pieces."""
    samples: list[Sample]


Piece = tuple[Sample, Floats, float]
"""Where a piece is from, its head logits, and its words (neighbours of a passage counted in part)."""


def gather(found: Iterable[Piece], settings: Settings) -> Pieces:
    """Weigh pieces by the prior of their class and, among people's texts, by ``human_mix``."""
    chosen = list(found)
    samples = [sample for sample, _, _ in chosen]
    logits = np.array([logits for _, logits, _ in chosen])
    logits = logits.reshape(len(chosen), logits.shape[-1] if chosen else len(HEADS))
    words = np.array([int(words) for _, _, words in chosen], dtype=np.int64)
    classes = np.array([ORIGINS.index(s.label) for s in samples], dtype=np.int64)
    parts = np.array([human_part(s) if s.label == "human" else s.label for s in samples])
    weights = np.array([_machine_weight(s, settings) if s.label != "human" else 1.0 for s in samples])
    for part in np.unique(parts):
        mask = parts == part
        share = settings.prior["human"] * settings.human_mix[part] if part in HUMAN_PARTS else settings.prior[part]
        weights[mask] *= share / weights[mask].sum()
    return Pieces(logits, words, classes, weights, samples)


def prefix(scored: Scored, last: int, model: Normaliser) -> Piece:
    """Score the first ``last`` sentences of a text."""
    logits = head_logits(model, scored.sums[:last].sum(axis=0), scored.counts[:last].sum(axis=0))
    return scored.sample, logits, float(scored.words[:last].sum())


def prefixes(choose: Sequence[Scored], low: int, high: int | None, model: Normaliser) -> Iterable[Piece]:
    """Cut each text that is long enough to a prefix whose length lies in a band, drawn by the hash of its text.

    Texts of any length can so calibrate every band up to their own; whole texts of a band alone would be too few.
    """
    for scored in choose:
        total = np.cumsum(scored.words)
        if not len(total) or total[-1] < low:
            continue
        top = high if high is not None else int(total[-1]) + 1
        key = f"{low}\x00{scored.sample.group}\x00{scored.sample.system}"
        wanted = low + stable_hash(key) % max(min(top, int(total[-1]) + 1) - low, 1)
        fitting = np.flatnonzero((total >= low) & (total < top))
        if len(fitting):
            yield prefix(scored, int(fitting[np.argmin(np.abs(total[fitting] - wanted))]) + 1, model)


FEWEST_GROUPS: Final = 30
"""A band in which some origin has fewer groups than this keeps the calibration and the thresholds of the band before;
what those do to its texts is measured all the same."""


def calibrate(choose: Sequence[Scored], model: Normaliser, settings: Settings) -> Calibration:
    """Fit probabilities and thresholds for every length band on prefixes of the choosing half."""
    bands: list[Band] = []
    for low, high in band_edges(settings.bands):
        pieces = gather(prefixes(choose, max(low, 10), high, model), settings)
        groups = [len({s.group for s in pieces.samples if s.label == label}) for label in ORIGINS]
        if min(groups) < (1 if bands else FEWEST_GROUPS):
            label = ORIGINS[groups.index(min(groups))]
            raise AnnotateError(
                f"The data has too few {label} texts of {low} words or more to calibrate; widen the bands."
            )
        scaled = evidence(pieces.logits, pieces.words)
        if min(groups) >= FEWEST_GROUPS:
            fitted, shift = fit_softmax(scaled, pieces.classes, pieces.weights)
            coefficients, intercepts = np.round(fitted, 5).tolist(), np.round(shift, 5).tolist()
        machine = 1.0 - softmax(scaled @ np.array(coefficients).T + np.array(intercepts))[:, 0]
        people = pieces.classes == 0
        points: dict[str, Point] = {}
        for fpr in FPRS:
            if min(groups) >= FEWEST_GROUPS:
                threshold = threshold_at(machine[people], fpr, pieces.weights[people])
            else:
                threshold = bands[-1].points[f"{fpr:g}"].threshold
            points[f"{fpr:g}"] = _point(machine, pieces, threshold)
        bands.append(Band(low, high, coefficients, intercepts, points, sufficient=low >= settings.minimum_words))
        LOG.info("band %s: %d texts, %s groups", bands[-1].name, len(pieces.words), groups)
    return Calibration(bands)


def _point(machine: Floats, pieces: Pieces, threshold: float) -> Point:
    """Measure what a threshold does: FPR over people's texts, TPR as the mean over the three kinds of machine."""
    found = machine >= threshold
    rates: list[float] = []
    for c in range(len(ORIGINS)):
        here = pieces.classes == c
        rates.append(float(np.average(found[here], weights=pieces.weights[here])))
    return Point(threshold=threshold, fpr=rates[0], tpr=float(np.mean(rates[1:])))


def passages_of(part: Sequence[Scored], model: Normaliser, settings: Settings) -> Iterable[Piece]:
    """Score every passage long enough to be flagged, in texts long enough for a verdict, as at scoring time."""
    for scored in part:
        if scored.words.sum() < settings.minimum_words:
            continue
        logits, weight = passage_logits(Sums(scored.sums, scored.counts), scored.words, scored.bounds, model)
        for i, (first, last) in enumerate(scored.bounds):
            if scored.words[first:last].sum() >= settings.window_words // 2:
                yield scored.sample, logits[i], float(weight[i])


def probabilities(pieces: Pieces, calibration: Calibration) -> Floats:
    """Calibrated probability of each origin for each piece."""
    found = np.array(
        [
            calibration.probabilities(logits, int(words))
            for logits, words in zip(pieces.logits, pieces.words, strict=True)
        ]
    )
    return found.reshape(-1, len(ORIGINS))


def passage_points(
    choose: Sequence[Scored], model: Normaliser, calibration: Calibration, settings: Settings
) -> dict[str, PassagePoint]:
    """Choose the thresholds above which a passage is flagged, so that human *news* gets hardly any flag."""
    pieces = gather(passages_of(choose, model, settings), settings)
    machine = 1.0 - probabilities(pieces, calibration)[:, 0]
    news = np.array(
        [s.label == "human" and human_part(s) == "news" and s.domain.startswith("news") for s in pieces.samples]
    )
    if not news.any():
        raise AnnotateError("The data has no human news of 50 words or more to set the passages' thresholds on.")
    points: dict[str, PassagePoint] = {}
    for severity, fpr in settings.passage_fpr.items():
        threshold = threshold_at(machine[news], fpr)
        found = machine >= threshold
        made = pieces.classes > 0
        points[severity] = PassagePoint(
            threshold, float(found[news].mean()), float(np.average(found[made], weights=pieces.weights[made]))
        )
    return points
