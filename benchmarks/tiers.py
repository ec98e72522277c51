"""Holds the two tiers against each other on the reporting half of dev: does asking the encoder pay?

    python benchmarks/tiers.py

Texts of 100 words or more, weighed with the prior of the origin recipe; machine-made against people's. Its
answers are taken from the training's working folder, where ``annotate train configs/train/encoder.yaml`` leaves them,
or else made again (about ten minutes).
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from annotate.documents import ORIGINS
from annotate.models.calibration import evidence
from annotate.models.encoder import FOLDER
from annotate.models.origin import JointModel, load_encoder_facts, load_origin
from annotate.training.encoder import read_recipe
from annotate.training.encoder_dev import cached_sums, draw_dev, score_both
from annotate.training.linear import auc, group_bootstrap, tpr_at
from annotate.training.origin_model import gather, prefix, probabilities
from annotate.training.origin_model import read_recipe as read_origin_recipe


def weighted_auc(scores: np.ndarray, truth: np.ndarray, base: np.ndarray, drawn: np.ndarray) -> float:
    """AUC with each text's own weight times how often it was drawn."""
    return auc(scores, truth, base * drawn)


def pair_accuracy(scores: np.ndarray, machine: np.ndarray, groups: Sequence[str]) -> tuple[float, int]:
    """How often a machine's version of a text scores above a person's version of the same text; over how many texts."""
    versions: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for score, made, group in zip(scores.tolist(), machine.tolist(), groups, strict=True):
        versions[group][made].append(score)
    rates = [
        float(np.mean([(m > p) + 0.5 * (m == p) for m in machines for p in people]))
        for people, machines in versions.values()
        if people and machines
    ]
    return float(np.mean(rates)), len(rates)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path("configs/train/encoder.yaml"))
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    settings = read_recipe(arguments.config)
    samples = draw_dev(Path(settings.data), settings.dev_texts)
    Path(settings.work).mkdir(parents=True, exist_ok=True)
    sums = cached_sums(samples, FOLDER, Path(settings.work) / "dev_sums.npz")
    model = load_origin()
    by_linear, by_both = score_both(samples, model.linear, sums)
    keep = [i for i, s in enumerate(by_both) if s.sample.half == "report" and s.words.sum() >= 100]
    origin_settings = read_origin_recipe(Path(settings.origin))
    joint = JointModel(model.linear)
    tiers = {
        "linear": (by_linear, model.linear, model.facts.calibration),
        "both": (by_both, joint, load_encoder_facts().facts.calibration),
    }
    print("| machine-made of | tier | texts | AUC | found at 5 % | at 1 % |\n|---|---|---|---|---|---|")
    for label in ("any kind", *ORIGINS[1:]):
        for name, (scored, logits_of, calibration) in tiers.items():
            pieces = gather((prefix(scored[i], len(scored[i].words), logits_of) for i in keep), origin_settings)
            machine = 1.0 - probabilities(pieces, calibration)[:, 0]
            chosen = np.array([label in ("any kind", s.label) or s.label == "human" for s in pieces.samples])
            scores, truth, weights = machine[chosen], pieces.classes[chosen] > 0, pieces.weights[chosen]
            groups = np.array([s.group for s in pieces.samples])[chosen]
            low, high = group_bootstrap(groups, partial(weighted_auc, scores, truth, weights), rounds=arguments.rounds)
            found = [tpr_at(scores, truth, rate, weights) for rate in (0.05, 0.01)]
            area = f"{auc(scores, truth, weights):.3f} ({low:.3f}–{high:.3f})"
            print(f"| {label} | {name} | {len(scores)} | {area} | {found[0]:.3f} | {found[1]:.3f} |")
    print("\nTranslations by machines and by people, the translation head alone:\n")
    print("| score | AUC, all texts against all | right within one text | texts |\n|---|---|---|---|")
    pieces = gather((prefix(by_both[i], len(by_both[i].words), joint) for i in keep), origin_settings)
    chosen = np.array([s.kind in ("mt", "human_translation") for s in pieces.samples])
    logits = evidence(pieces.logits, pieces.words)[chosen]
    machine = np.array([s.kind == "mt" for s in pieces.samples])[chosen]
    groups = [s.group for s in pieces.samples if s.kind in ("mt", "human_translation")]
    for name, column in (("linear", 0), ("encoder", len(ORIGINS) - 1)):
        right, texts = pair_accuracy(logits[:, column], machine, groups)
        print(f"| {name} | {auc(logits[:, column], machine):.3f} | {right:.3f} | {texts} |")


if __name__ == "__main__":
    main()
