"""Leave-one-out: the encoder trained without a source language, or a maker of translations or of reworded texts.

Trainings of one small size, on one task alone, so that many fit into an hour; what tells is the difference to that
which left nothing out, judged on just what the other left out. Nothing of it ships.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import numpy as np

from annotate.errors import AnnotateError
from annotate.models.encoder import FACTS, load_encoder
from annotate.models.features import stable_hash
from annotate.training.data import Sample, read_kinds
from annotate.training.encoder import read_recipe, stage_before
from annotate.training.encoder_data import Sampler, Unit, kind_units, translation_units
from annotate.training.encoder_dev import encoder_sums
from annotate.training.linear import auc, group_bootstrap, tpr_at
from annotate.training.origin_figures import SHORTEST
from annotate.training.origin_model import read_dev

LOG: Final = logging.getLogger(__name__)


class LeftOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one training does without."""

    task: Literal["translation", "rewording"]
    without: tuple[str, ...]
    """Source languages or systems of translations; families of the models that reword."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of ``configs/train/encoder_left_out.yaml``, where each is explained."""

    data: str
    report: str
    encoder: str
    work: str
    units: int
    left_out: dict[str, LeftOut]
    texts: int = 120
    bootstrap: int = 500


def train(config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Train with each thing left out and with all, judge, write ``config["report"]``; ``out`` is not written to.

    A training that has finished is not done again.

    Raises:
        AnnotateError: if a key or a file is wrong.
    """
    try:
        settings = msgspec.convert(dict(config), Settings)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"The configuration of the leave-one-out trainings is wrong: {error}.") from error
    dev = [s for s in read_dev(Path(settings.data)) if len(s.text.split()) >= SHORTEST]
    rows: list[dict[str, Any]] = []
    for name, left_out in settings.left_out.items():
        everything = _trained(settings, f"nothing-{left_out.task}", LeftOut(left_out.task, ()))
        folder = _trained(settings, name, left_out)
        machines, people = _texts(dev, left_out, settings.texts)
        column = ("translation", "rewording").index(left_out.task)
        for trained, where in (("with it", everything), ("without it", folder)):
            load_encoder.cache_clear()
            sums = encoder_sums([*machines, *people], where)
            scores = np.array([values[:, column].sum() / max(counts.sum(), 1.0) for values, counts in sums])
            truth = np.arange(len(scores)) < len(machines)
            groups = np.array([s.group for s in (*machines, *people)])
            low, high = group_bootstrap(groups, partial(auc, scores, truth), rounds=settings.bootstrap)
            rows.append(
                {
                    "left out": name,
                    "task": left_out.task,
                    "trained": trained,
                    "machine": len(machines),
                    "human": len(people),
                    "auc": [round(auc(scores, truth), 3), round(low, 3), round(high, 3)],
                    "tpr": round(tpr_at(scores, truth, 0.05), 3),
                }
            )
            LOG.info("%s", rows[-1])
    figures = {"rows": rows, "units": settings.units}
    Path(settings.report).write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return figures


def _trained(settings: Settings, name: str, left_out: LeftOut) -> Path:
    """Train without some things, or find that it was done; the folder of the exported encoder."""
    from annotate.training.encoder_export import write_encoder
    from annotate.training.encoder_fit import fit, package_folder, read_vocabulary

    work = Path(settings.work) / name
    base = stage_before(read_recipe(Path(settings.encoder), data=settings.data))
    base = msgspec.structs.replace(base, work=str(work), without=base.without | set(left_out.without))
    folder = work / "encoder"
    if not (folder / FACTS).exists():

        def build(sampler: Sampler) -> list[Unit]:
            train = Path(settings.data) / "train"
            if left_out.task == "rewording":
                texts = [s for s in read_kinds(train / "docs_by_kind.parquet") if s.label in _REWORDING]
                return kind_units(texts, sampler, settings.units)
            found = translation_units(train / "mt_docs.parquet", sampler)
            sampler.random.shuffle(found)
            return found[: settings.units]

        write_encoder(fit(base, build), read_vocabulary(package_folder(base.trunk)), folder)
    return folder


_REWORDING: Final = ("human", "machine-paraphrased")


def _texts(dev: Sequence[Sample], left_out: LeftOut, count: int) -> tuple[list[Sample], list[Sample]]:
    """Draw texts of what was left out, and people's.

    For translations: people's translations from the same languages. For rewordings: human news, the floor of which is
    easy, as the collections differ, but the same for both trainings.
    """
    ranked = sorted(dev, key=lambda s: stable_hash(f"left out\x00{s.group}\x00{s.system}"))
    if left_out.task == "rewording":
        machines = [s for s in ranked if s.label == "machine-paraphrased" and s.lang in left_out.without]
        people = [s for s in ranked if s.kind == "human_original" and s.domain == "news"]
    else:
        machines = [s for s in ranked if s.kind == "mt" and {s.lang, s.system} & set(left_out.without)]
        languages = {s.lang for s in machines}
        people = [s for s in ranked if s.kind == "human_translation" and s.lang in languages]
    if not machines or not people:
        raise AnnotateError(f"dev has no texts by a machine and by people to judge {', '.join(left_out.without)} on.")
    return machines[:count], people[:count]
