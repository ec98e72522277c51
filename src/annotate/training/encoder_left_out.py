"""Leave-one-out: the encoder trained without a source language or a maker, judged on just that.

Trainings of one small size, on translations alone, so that many fit into an hour; what tells is the difference to that
which left nothing out. Nothing of it ships.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from annotate.errors import AnnotateError
from annotate.models.encoder import FACTS, load_encoder
from annotate.models.features import stable_hash
from annotate.training.data import Sample
from annotate.training.encoder import read_recipe, stage_before
from annotate.training.encoder_data import Sampler, Unit, translation_units
from annotate.training.encoder_dev import encoder_sums
from annotate.training.linear import auc, group_bootstrap, tpr_at
from annotate.training.origin_figures import SHORTEST
from annotate.training.origin_model import read_dev

LOG: Final = logging.getLogger(__name__)


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of ``configs/train/encoder_left_out.yaml``, where each is explained."""

    data: str
    report: str
    encoder: str
    work: str
    units: int
    left_out: dict[str, tuple[str, ...]]
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
    dev = [s for s in read_dev(Path(settings.data)) if len(s.text.split()) >= SHORTEST and s.kind != "human_original"]
    rows: list[dict[str, Any]] = []
    everything = _trained(settings, "nothing", ())
    for name, without in settings.left_out.items():
        folder = _trained(settings, name, without)
        machines, people = _texts(dev, without, settings.texts)
        for trained, where in (("with it", everything), ("without it", folder)):
            load_encoder.cache_clear()
            sums = encoder_sums([*machines, *people], where)
            scores = np.array([values[:, 0].sum() / max(counts.sum(), 1.0) for values, counts in sums])
            truth = np.arange(len(scores)) < len(machines)
            groups = np.array([s.group for s in (*machines, *people)])
            low, high = group_bootstrap(groups, partial(auc, scores, truth), rounds=settings.bootstrap)
            rows.append(
                {
                    "left out": name,
                    "trained": trained,
                    "machine": len(machines),
                    "human translations": len(people),
                    "auc": [round(auc(scores, truth), 3), round(low, 3), round(high, 3)],
                    "tpr": round(tpr_at(scores, truth, 0.05), 3),
                }
            )
            LOG.info("%s", rows[-1])
    figures = {"rows": rows, "units": settings.units}
    Path(settings.report).write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return figures


def _trained(settings: Settings, name: str, without: Sequence[str]) -> Path:
    """Train without some things, or find that it was done; the folder of the exported encoder."""
    from annotate.training.encoder_export import write_encoder
    from annotate.training.encoder_fit import fit, package_folder, read_vocabulary

    work = Path(settings.work) / name
    base = stage_before(read_recipe(Path(settings.encoder), data=settings.data))
    base = msgspec.structs.replace(base, work=str(work), without=base.without | set(without))
    folder = work / "encoder"
    if not (folder / FACTS).exists():

        def build(sampler: Sampler) -> list[Unit]:
            found = translation_units(Path(settings.data) / "train" / "mt_docs.parquet", sampler)
            sampler.random.shuffle(found)
            return found[: settings.units]

        write_encoder(fit(base, build), read_vocabulary(package_folder(base.trunk)), folder)
    return folder


def _texts(dev: Sequence[Sample], without: Sequence[str], count: int) -> tuple[list[Sample], list[Sample]]:
    """Machines' and people's translations that were left out: of that language, or all people's for a maker."""
    ranked = sorted(dev, key=lambda s: stable_hash(f"left out\x00{s.group}\x00{s.system}"))
    machines = [s for s in ranked if s.kind == "mt" and (s.lang in without or s.system in without)]
    languages = {s.lang for s in machines}
    people = [s for s in ranked if s.kind == "human_translation" and s.lang in languages]
    if not machines or not people:
        raise AnnotateError(f"dev has no translations by a machine and by people to judge {', '.join(without)} on.")
    return machines[:count], people[:count]
