"""Calibrates and measures the encoder's answers about sentences, lines and words, beside the linear tier's.

Where the linear tier answers too (garbled sentences, page furniture), what ships is a logistic regression over its
log-odds and the encoder's, fitted on the choosing half of ``dev``. Words are the encoder's alone.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml
from sklearn.linear_model import LogisticRegression

from annotate.documents import Range, lay_out
from annotate.models import garbled as garbled_model
from annotate.models import lines as lines_model
from annotate.models.encoder import load_encoder, log_odds
from annotate.models.features import stable_hash
from annotate.models.heads import SENTENCE_HEADS, SENTENCE_SLICE, TOKEN_HEADS, TOKEN_SLICE
from annotate.training import garbled as garbled_training
from annotate.training import lines as lines_training
from annotate.training import reliability
from annotate.training.encoder_data import read_mqm
from annotate.training.linear import auc, group_bootstrap, threshold_at

LOG: Final = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


SENTENCE_BANDS: Final = ((1, 10), (11, 20), (21, 35), (36, 10**6))
"""Words of a sentence or segment."""
LINE_BANDS: Final = ((1, 3), (4, 8), (9, 20), (21, 10**6))
"""Words of a line."""


def logistic(values: Floats) -> Floats:
    """Turn log-odds into probabilities."""
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0)))
    return result


def reporting(key: str) -> bool:
    """Tell whether a group belongs to the half of ``dev`` that is reported on."""
    return not _half(key)


def _half(key: str) -> bool:
    return bool(stable_hash("half:" + key) & 1)


def _spread(function: Callable[..., Any], items: Sequence[Any], folder: Path) -> list[Any]:
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(function, items, [folder] * len(items), chunksize=32))


def _fit(columns: Floats, truth: Bools, weights: Floats) -> tuple[list[float], float]:
    """Fit a logistic regression; its coefficients and intercept, rounded as they are stored."""
    model = LogisticRegression(C=10.0, max_iter=300).fit(columns, truth, sample_weight=weights)
    return [round(float(c), 5) for c in model.coef_[0]], round(float(model.intercept_[0]), 5)


# ---------------------------------------------------------------------------------------------- garbled sentences


def _sentence_head(text: str, folder: Path) -> float:
    encoding = load_encoder(folder).encode(text, (Range(0, len(text)),))
    return (
        float(encoding.evidence[:, SENTENCE_SLICE][:, SENTENCE_HEADS.index("garbled")].mean())
        if len(encoding.evidence)
        else 0.0
    )


def score_sentences(
    folder: Path, data: Path, config: Mapping[str, Any], human: int, damaged: int
) -> tuple[list[garbled_training.Sentence], Floats]:
    """Draw sentences of ``dev`` and score them; sentences, and sentences × (trees' log-odds, encoder's evidence).

    Args:
        folder: of the encoder.
        data: folder of the data.
        config: the keys of ``configs/train/garbled.yaml``.
        human: people's sentences used.
        damaged: sentences of each kind of damage used.
    """
    sentences = garbled_training._sentences(data, "dev", config, human, damaged)
    model = garbled_model.load_garbled()
    linear = log_odds(garbled_model.probabilities(model, garbled_training._measure_all(model, sentences)))
    own = np.array(_spread(_sentence_head, [s.text for s in sentences], folder))
    return sentences, np.column_stack([linear, own])


def garbled(folder: Path, data: Path, recipe: Path, human: int, damaged: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Join tree model and encoder on garbled sentences.

    Args:
        folder: of the encoder.
        data: folder of the data.
        recipe: ``configs/train/garbled.yaml``, which says what sentences are made.
        human: people's sentences of ``dev`` used.
        damaged: sentences of each kind of damage used.

    Returns:
        What ships, and the figures on the reporting half.
    """
    config = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    sentences, both = score_sentences(folder, data, config, human, damaged)
    linear, own = both.T
    truth = np.array([s.garbled for s in sentences])
    kinds = np.array([s.kind for s in sentences])
    people = kinds == "human"
    news = people & np.array([s.source in config["news"] for s in sentences])
    choose = np.array([_half(s.group) for s in sentences])
    prior = float(config["prior"])
    weights = np.where(truth, prior / max(truth[choose].mean(), 1e-9), (1 - prior) / max((~truth[choose]).mean(), 1e-9))
    coefficients, intercept = _fit(both[choose], truth[choose], weights[choose])
    scores = logistic(both @ np.array(coefficients) + intercept)
    flag = threshold_at(scores[choose & news], config["false_positives"])
    major = max(0.9, threshold_at(scores[choose & news], config["false_positives"] / 5))
    flagged = choose & truth & (scores >= flag)
    # Of what both together flag, nearly everything has at least this probability from the trees alone.
    asked_from = float(np.quantile(logistic(linear[flagged]), 0.03))
    ships = {
        "coefficients": coefficients,
        "intercept": intercept,
        "threshold": round(flag, 5),
        "major": round(major, 5),
        "asked_from": round(asked_from, 6),
    }
    figures: list[dict[str, Any]] = []
    points = {
        name: threshold_at(values[choose & people], 0.01)
        for name, values in (("linear", linear), ("encoder", own), ("both", scores))
    }
    values = {"linear": linear, "encoder": own, "both": scores}
    groups = np.array([s.group for s in sentences])
    report = ~choose
    for kind in [*sorted(set(kinds[truth].tolist())), "all damage", "human", "ungrammatical"]:
        mask = report & (kinds == kind)
        if kind == "all damage":
            mask = report & truth & np.array([s.source == "damaged" for s in sentences])
        if not mask.any():
            continue
        row: dict[str, Any] = {"kind": kind, "sentences": int(mask.sum())}
        for name, found in values.items():
            said = (found[mask] >= points[name]).astype(np.float64)
            row[f"{name} at 1 %"] = _with_interval(said, groups[mask])
        row["flagged by both"] = round(float((scores[mask] >= flag).mean()), 4)
        figures.append(row)
    lengths = np.array([len(s.text.split()) for s in sentences])
    calibrated = reliability.by_length(
        "garbled", scores[report], truth[report], weights[report], lengths[report], SENTENCE_BANDS
    )
    return ships, {"rows": figures, "reliability": calibrated, "thresholds": ships}


def _with_interval(values: Floats, groups: npt.NDArray[np.str_]) -> list[float]:
    low, high = group_bootstrap(groups, lambda w: float(np.average(values, weights=w)) if w.sum() else 0.0)
    return [round(float(values.mean()), 3), round(low, 3), round(high, 3)]


# ---------------------------------------------------------------------------------------------- lines of pages


def _line_heads(text: str, folder: Path) -> npt.NDArray[np.float64]:
    layout = lay_out(text)
    lines = [Range(start, start + len(line)) for start, line in _lines(text)]
    return load_encoder(folder).encode(text, layout.sentences).range_means(lines, SENTENCE_SLICE)


def _lines(text: str) -> list[tuple[int, str]]:
    found = []
    at = 0
    for line in text.split("\n"):
        found.append((at, line))
        at += len(line) + 1
    return found


def furniture(folder: Path, data: Path, recipe: Path) -> dict[str, Any]:
    """Join line model and encoder on page furniture, and measure F1 on the reporting half. It does not ship."""
    config = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    pages = lines_training.read_pages(data / "dev" / "boilerplate_lines.parquet", config["after"])
    model, step2 = lines_model.load_lines()
    own = _spread(_line_heads, [page.text for page in pages], folder)
    shipped = [lines_training.score_page(model, step2, page) for page in pages]
    linear = [log_odds(found[0]) for found in shipped]
    choose = np.array([_half(page.key) for page in pages])
    truth = [page.furniture for page in pages]

    def columns(i: int) -> Floats:
        mine = own[i][:, SENTENCE_HEADS.index("boilerplate")]
        before = np.concatenate([[0.0], mine[:-1]])
        after = np.concatenate([mine[1:], [0.0]])
        return np.column_stack([linear[i], mine, before, after])

    every = [columns(i) for i in range(len(pages))]
    chosen = np.flatnonzero(choose).tolist()
    coefficients, intercept = _fit(
        np.concatenate([every[i] for i in chosen]),
        np.concatenate([truth[i] for i in chosen]),
        np.ones(sum(len(truth[i]) for i in chosen)),
    )
    joint = [logistic(columns @ np.array(coefficients) + intercept) for columns in every]
    answers = {"linear": [logistic(x) for x in linear], "encoder": [logistic(e[:, 1]) for e in every], "both": joint}
    report = np.flatnonzero(~choose).tolist()
    rows: list[dict[str, Any]] = []
    best: dict[str, float] = {}
    for name, scores in answers.items():
        grid = np.linspace(0.05, 0.95, 91)
        all_truth = np.concatenate([truth[i] for i in chosen])
        all_scores = np.concatenate([scores[i] for i in chosen])
        best[name] = float(grid[int(np.argmax([lines_training._f1(all_truth, all_scores >= t)[0] for t in grid]))])
        said = [scores[i] >= best[name] for i in report]
        f1, precision, recall = lines_training._f1(np.concatenate([truth[i] for i in report]), np.concatenate(said))
        interval = lines_training._interval([(truth[i], s) for i, s in zip(report, said, strict=True)], config)
        rows.append(
            {
                "score": name,
                "lines": int(sum(len(truth[i]) for i in report)),
                "f1": [round(f1, 3), *interval],
                "precision": round(precision, 3),
                "recall": round(recall, 3),
                "threshold": round(best[name], 2),
            }
        )
    lengths = np.concatenate([[len(r.of(pages[i].text).split()) for r in pages[i].lines.ranges] for i in report])
    calibrated: list[dict[str, Any]] = []
    for output, name in enumerate(lines_model.OUTPUTS):
        # What ships is the line model, so that its calibration is shown; the joint model's furniture beside it.
        held = np.concatenate([(pages[i].furniture if output == 0 else pages[i].spam) for i in report])
        stated = np.concatenate([shipped[i][output] for i in report])
        calibrated += reliability.by_length(f"{name} line", stated, held, np.ones(len(held)), lengths, LINE_BANDS)
    every_truth = np.concatenate([truth[i] for i in report])
    every_score = np.concatenate([joint[i] for i in report])
    ones = np.ones(len(every_truth))
    calibrated += reliability.by_length(
        "boilerplate line with encoder", every_score, every_truth, ones, lengths, LINE_BANDS
    )
    return {"rows": rows, "reliability": calibrated}


# ---------------------------------------------------------------------------------------------- words


@dataclass(frozen=True, slots=True)
class Segment:
    """One translated segment: its words, and for each head which of them raters marked."""

    text: str
    key: str
    source: str
    words: tuple[Range, ...]
    marked: npt.NDArray[np.bool_]
    """Words × token heads."""


def read_segments(path: Path) -> list[Segment]:
    """Read MQM segments; a word is marked under a head if any rater of the segment marked a part of it so."""
    found = []
    for (source, doc, _), segments in read_mqm(path).items():
        for segment in segments:
            words = tuple(Range(m.start(), m.end()) for m in re.finditer(r"\S+", segment.text))
            marked = np.zeros((len(words), len(TOKEN_HEADS)), dtype=bool)
            for start, end, heads in segment.spans:
                hit = [w.start < end and w.end > start for w in words]
                for head in heads:
                    marked[hit, TOKEN_HEADS.index(head)] = True
            if words:
                found.append(Segment(segment.text, f"{source}:{doc}", source, words, marked))
    return found


def _word_heads(segment: Segment, folder: Path) -> Floats:
    text = segment.text
    encoding = load_encoder(folder).encode(text, (Range(0, len(text)),))
    return encoding.range_means(segment.words, TOKEN_SLICE)


def score_words(folder: Path, data: Path) -> tuple[list[Segment], Floats]:
    """Read MQM's segments of ``dev`` and give each word the evidence of the token heads (words × heads)."""
    segments = read_segments(data / "dev" / "mqm_en.parquet")
    return segments, np.concatenate(_spread(_word_heads, segments, folder))


def words(folder: Path, data: Path) -> dict[str, Any]:
    """Calibrate the token heads on MQM's words and measure them on the reporting half. None of them is shipped.

    The floor is what a word's length, case and place say.
    """
    segments, own = score_words(folder, data)
    marked = np.concatenate([s.marked for s in segments])
    floor = np.concatenate([_plain(s) for s in segments])
    where = np.repeat(np.arange(len(segments)), [len(s.words) for s in segments])
    choose = np.array([_half(s.key) for s in segments])[where]
    sources = np.array([s.source for s in segments])[where]
    groups = np.array([s.key for s in segments])[where]
    points: dict[str, float | None] = {}
    calibrated: list[dict[str, Any]] = []
    lengths = np.array([len(s.words) for s in segments])[where]
    rows: list[dict[str, Any]] = []
    for h, head in enumerate(TOKEN_HEADS):
        if head in ("post-edited", "replaced") or not marked[:, h].any():
            continue
        truth = marked[:, h]
        columns = np.column_stack([own[:, h], own[:, TOKEN_HEADS.index("any-error")]])
        coefficients, intercept = _fit(columns[choose], truth[choose], np.ones(int(choose.sum())))
        scores = logistic(columns @ np.array(coefficients) + intercept)
        trivial, shift = _fit(floor[choose], truth[choose], np.ones(int(choose.sum())))
        plain = logistic(floor @ np.array(trivial) + shift)
        points[head] = _precise_threshold(scores[choose], truth[choose])
        for name in ("all", *sorted(set(sources.tolist()))):
            part = np.ones(len(truth), dtype=bool) if name == "all" else sources == name
            if truth[part & ~choose].sum() < 30 or truth[part & choose].sum() < 10:
                continue
            row: dict[str, Any] = {"head": head, "set": name, "words": int((part & ~choose).sum())}
            row["prevalence"] = round(float(truth[part & ~choose].mean()), 4)
            for label, values in (("mcc", scores), ("floor mcc", plain)):
                best = _best_mcc(values[part & choose], truth[part & choose])
                said, real, key = values[part & ~choose] >= best, truth[part & ~choose], groups[part & ~choose]
                low, high = group_bootstrap(key, partial(_mcc, said, real))
                row[label] = [round(x, 3) for x in (_mcc(said, real, np.ones(len(real))), low, high)]
            row["auc"] = round(auc(scores[part & ~choose], truth[part & ~choose]), 3)
            top = np.argsort(-scores[part & ~choose], kind="stable")[: max(1, int(0.005 * (part & ~choose).sum()))]
            row["precision of the top 0.5 %"] = round(float(truth[part & ~choose][top].mean()), 3)
            rows.append(row)
        report = np.ones(int((~choose).sum()))
        calibrated += reliability.by_length(
            f"{head} word", scores[~choose], truth[~choose], report, lengths[~choose], SENTENCE_BANDS
        )
    return {"rows": rows, "reliability": calibrated, "thresholds": points}


PRECISE: Final = 0.4
"""Share of flagged words that raters must have marked for a head to flag anything (choosing half)."""


def _precise_threshold(scores: Floats, truth: Bools) -> float | None:
    """Find the lowest probability from which :data:`PRECISE` of the words are marked; None with fewer than 50."""
    order = np.argsort(-scores, kind="stable")
    precision = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= PRECISE)
    if not len(enough) or enough[-1] < 50:
        return None
    return round(float(scores[order][enough[-1]]), 4)


def _plain(segment: Segment) -> Floats:
    """Measure what a word shows by itself: letters, a capital, digits, place in the segment, its first and last."""
    found = []
    for i, w in enumerate(segment.words):
        word = w.of(segment.text)
        place = i / max(1, len(segment.words) - 1)
        found.append([len(word), word[:1].isupper(), any(c.isdigit() for c in word), place, i == 0, len(segment.words)])
    return np.array(found, dtype=np.float64)


def _mcc(said: Bools, truth: Bools, weights: Floats) -> float:
    """Matthews correlation of two weighted yes-or-no answers; 0 where one of them never changes."""
    tp, fp = float(weights[said & truth].sum()), float(weights[said & ~truth].sum())
    fn, tn = float(weights[~said & truth].sum()), float(weights[~said & ~truth].sum())
    below = ((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)) ** 0.5
    return (tp * tn - fp * fn) / below if below else 0.0


def _best_mcc(scores: Floats, truth: Bools) -> float:
    grid = np.unique(np.quantile(scores, np.concatenate([np.linspace(0.3, 0.95, 40), np.linspace(0.955, 0.999, 30)])))
    ones = np.ones(len(truth))
    return float(grid[int(np.argmax([_mcc(scores >= t, truth, ones) for t in grid]))])
