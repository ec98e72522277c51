"""The public comparison: human or machine translation of German news, from the English alone.

The protocol of van der Werff, van Noord and Toral (2022): train on the WMT years 2008 to 2017, choose on 2018; whole
documents and single sentences. (Their test year, 2019, is not in the data.) Nothing of it ships.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import Range, lay_out
from annotate.errors import AnnotateError
from annotate.models.encoder import Encoder
from annotate.models.features import FamilySpec, tokenize
from annotate.models.heads import PASSAGE_SLICE
from annotate.training.data import Sample, read_rows, windows
from annotate.training.encoder import read_recipe, stage_before
from annotate.training.encoder_data import Sampler, Unit
from annotate.training.linear import auc, count_grams, fit_mean_model, group_bootstrap, mean_logits, tpr_at

LOG: Final = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of ``configs/train/ht_vs_mt.yaml``, where each is explained."""

    data: str
    report: str
    encoder: str
    work: str
    systems: tuple[str, ...]
    machine_families: tuple[FamilySpec, ...]
    passes: int = 2
    strength: float = 3.0
    bootstrap: int = 1000


def train(config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Train encoder and linear floor on 2008 to 2017, judge both on 2018, write ``config["report"]``.

    ``out`` is not written to.

    Raises:
        AnnotateError: if a key or a file is wrong.
    """
    from annotate.training.encoder_export import write_encoder
    from annotate.training.encoder_fit import fit, package_folder, read_vocabulary

    try:
        settings = msgspec.convert(dict(config), Settings)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"The configuration of the comparison is wrong: {error}.") from error
    base = stage_before(read_recipe(Path(settings.encoder), data=settings.data))
    base = msgspec.structs.replace(base, work=settings.work, most_steps=1_000_000)
    data = Path(settings.data)
    learning = read(data / "train" / "ht_vs_mt_docs.parquet")
    judged = read(data / "dev" / "ht_vs_mt_docs.parquet")
    model = fit(base, lambda sampler: units(learning, settings, sampler))
    folder = Path(settings.work) / "encoder"
    write_encoder(model, read_vocabulary(package_folder(base.trunk)), folder)
    encoder = Encoder(folder)
    floor = _Floor(learning, settings)
    figures: dict[str, Any] = {"trained_on": list(settings.systems), "rows": []}
    for unit in ("document", "sentence"):
        texts = judged if unit == "document" else [s for d in judged for s in _sentences(d)]
        scores = {"encoder": _encoder_scores(encoder, texts), "linear": floor.scores(texts)}
        scores["both"] = _joined(scores["encoder"], scores["linear"])
        for system in ("deepl", "google"):
            keep = np.array([s.system in (system, "human") for s in texts])
            truth = np.array([s.label != "human" for s in texts])[keep]
            groups = np.array([s.group for s in texts])[keep]
            for name, values in scores.items():
                figures["rows"].append(
                    {"unit": unit, "judged on": system, "score": name, "texts": int(keep.sum())}
                    | _row(values[keep], truth, groups, settings.bootstrap)
                )
        LOG.info("judged by %s", unit)
    Path(settings.report).write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return figures


def read(path: Path) -> list[Sample]:
    """Read the translations from German: people's, DeepL's and Google's."""
    found = []
    for row in read_rows(path, ("year", "system", "kind", "direction", "doc", "text")):
        if row["direction"] == "org_de" or row["kind"] == "human_translation":
            label = "human" if row["kind"] == "human_translation" else "machine-translated"
            group = f"{row['year']}:{row['doc']}"
            found.append(
                Sample(row["text"], label, row["kind"], group, "wmt", row["system"], "news", row["year"], "de-en")
            )
    return found


def units(samples: Sequence[Sample], settings: Settings, sampler: Sampler) -> list[Unit]:
    """Pair windows of a person's version with a machine's of the same document at the same place."""
    people = {s.group: windows(s, 100) for s in samples if s.label == "human"}
    found: list[Unit] = []
    for _ in range(settings.passes):
        for s in samples:
            if s.system not in settings.systems:
                continue
            for mine, theirs in zip(people.get(s.group, []), windows(s, 100), strict=False):
                pair = [sampler.origin(w.sample.text, w.sentences, w.sample.label) for w in (mine, theirs)]
                if pair[0] is not None and pair[1] is not None:
                    found.append(Unit([pair[0], pair[1]], paired=True, task="translation"))
    sampler.random.shuffle(found)
    return found


def _sentences(sample: Sample) -> list[Sample]:
    return [
        dataclasses.replace(sample, text=r.of(sample.text))
        for r in lay_out(sample.text).sentences
        if len(r.of(sample.text).split()) >= 3
    ]


def _encoder_scores(encoder: Encoder, texts: Sequence[Sample]) -> Floats:
    return np.array(
        [
            float(encoder.encode(s.text, lay_out(s.text).sentences).evidence[:, PASSAGE_SLICE][:, 0].mean())
            for s in texts
        ]
    )


class _Floor:
    """The linear tier's recipe on the same documents."""

    def __init__(self, learning: Sequence[Sample], settings: Settings) -> None:
        items = [w for s in learning if s.system in ("human", *settings.systems) for w in windows(s, 100)]
        truth = np.array([w.sample.label != "human" for w in items])
        self.families = settings.machine_families
        counts = count_grams(items, lambda w: tokenize(w.sample.text, w.sentences), self.families)
        weights = np.where(truth, 1.0 / truth.sum(), 1.0 / (~truth).sum())
        self.models = [fit_mean_model(matrix, truth, weights, settings.strength) for matrix in counts]

    def scores(self, texts: Sequence[Sample]) -> Floats:
        """Mean of the families' logits."""
        counts = count_grams(texts, lambda s: tokenize(s.text, [Range(0, len(s.text))]), self.families)
        found = [mean_logits(matrix, *model) for matrix, model in zip(counts, self.models, strict=True)]
        result: Floats = np.mean(found, axis=0)
        return result


def _joined(first: Floats, second: Floats) -> Floats:
    result: Floats = first / first.std() + second / second.std()
    return result


def _row(scores: Floats, truth: npt.NDArray[np.bool_], groups: npt.NDArray[np.str_], rounds: int) -> dict[str, Any]:
    """Accuracy at the threshold that splits the texts as their classes do, AUC, TPR at 5 % false positives."""
    threshold = float(np.quantile(scores, 1 - truth.mean()))
    right = ((scores > threshold) == truth).astype(np.float64)
    low, high = group_bootstrap(groups, lambda w: float(np.average(right, weights=w)), rounds=rounds)
    return {
        "accuracy": [round(float(right.mean()), 3), round(low, 3), round(high, 3)],
        "auc": round(auc(scores, truth), 3),
        "tpr": round(tpr_at(scores, truth, 0.05), 3),
    }
