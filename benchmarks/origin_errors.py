"""Lists the worst mistakes of the origin verdict on the reporting half of dev, to be read by hand.

    python benchmarks/origin_errors.py --count 10

For every origin: people's texts that are called so with the highest probability (false positives), and texts of that
origin with the lowest (false negatives), among texts of 100 words or more. ``--words`` prints as much of each text; the
texts are the data's, so what is printed does not go into the repository.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from annotate.documents import ORIGINS
from annotate.models.encoder import FOLDER
from annotate.models.origin import JointModel, load_encoder_facts, load_origin
from annotate.training.encoder import read_recipe
from annotate.training.encoder_dev import cached_sums, draw_dev, score_both
from annotate.training.origin_model import Scored, gather, prefix, probabilities
from annotate.training.origin_model import read_recipe as read_origin_recipe


def main() -> None:
    """Print the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path("configs/train/encoder.yaml"))
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--words", type=int, default=60)
    arguments = parser.parse_args()
    settings = read_recipe(arguments.config)
    samples = draw_dev(Path(settings.data), settings.dev_texts)
    sums = cached_sums(samples, FOLDER, Path(settings.work) / "dev_sums.npz")
    model = load_origin()
    _, both = score_both(samples, model.linear, sums)
    texts = [s for s in both if s.sample.half == "report" and s.words.sum() >= 100]
    joint = JointModel(model.linear)
    pieces = gather((prefix(s, len(s.words), joint) for s in texts), read_origin_recipe(Path(settings.origin)))
    chances = probabilities(pieces, load_encoder_facts().facts.calibration)
    people = pieces.classes == 0
    for c, label in enumerate(ORIGINS[1:], 1):
        rows = np.flatnonzero(people)
        show(f"{label}: false positives", rows[np.argsort(-chances[rows, c])], texts, chances, arguments)
        rows = np.flatnonzero(pieces.classes == c)
        show(f"{label}: false negatives", rows[np.argsort(chances[rows, c])], texts, chances, arguments)


def show(title: str, rows: np.ndarray, texts: list[Scored], chances: np.ndarray, arguments: argparse.Namespace) -> None:
    """Print one list; of one group only the worst text, so that ten mistakes are ten stories."""
    print(f"\n## {title}")
    seen: set[str] = set()
    for i in rows.tolist():
        sample = texts[i].sample
        if sample.group in seen:
            continue
        seen.add(sample.group)
        shown = " ".join(sample.text.split()[: arguments.words])
        stated = " ".join(f"{p:.2f}" for p in chances[i])
        print(f"- {sample.group} · {sample.system} · {sample.kind} · {sample.source} · {sample.domain} · {sample.lang}")
        print(f"  {int(texts[i].words.sum())} words, probabilities {stated}\n  {shown}")
        if len(seen) == arguments.count:
            return


if __name__ == "__main__":
    main()
