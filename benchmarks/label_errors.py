"""Lists the worst mistakes about sentences, lines and words on the reporting half of dev, to be read by hand.

    python benchmarks/label_errors.py --count 10

For the labels ``garbled`` (trees and encoder together), ``boilerplate`` and ``spam`` (the line model) and the encoder's
heads for words: what is called so with the highest probability and is not, and what is and gets the lowest. One a
group, so that ten mistakes are ten stories. ``--words`` prints as much of each text; the texts are the data's, so what
is printed does not go into the repository.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from annotate.models import garbled as garbled_model
from annotate.models import lines as lines_model
from annotate.models.encoder import FOLDER
from annotate.models.heads import TOKEN_HEADS
from annotate.training import lines as lines_training
from annotate.training.encoder import read_recipe
from annotate.training.encoder_labels import reporting, score_sentences, score_words


@dataclass(frozen=True, slots=True)
class Item:
    """What was judged, what is true, and what the model says."""

    group: str
    about: str
    text: str
    truth: bool
    score: float


def main() -> None:
    """Print the lists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path("configs/train/encoder.yaml"))
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--words", type=int, default=40)
    parser.add_argument("--head", default="any-error", choices=TOKEN_HEADS, help="head for words")
    arguments = parser.parse_args()
    settings = read_recipe(arguments.config)
    data = Path(settings.data)
    show("garbled", sentences(data, Path(settings.garbled), settings.dev_sentences), arguments)
    for output, label in enumerate(lines_model.OUTPUTS):
        show(label, lines(data, Path(settings.lines), output), arguments)
    show(f"word: {arguments.head}", words(data, arguments.head), arguments)


def sentences(data: Path, recipe: Path, counts: dict[str, int]) -> list[Item]:
    """Judge sentences by what ships: trees and encoder together."""
    config = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    found, values = score_sentences(FOLDER, data, config, counts["human"], counts["damaged"])
    scores = garbled_model.load_joint().probability(values)
    return [
        Item(s.group, f"{s.kind} · {s.source}", s.text, s.garbled, float(score))
        for s, score in zip(found, scores, strict=True)
        if reporting(s.group)
    ]


def lines(data: Path, recipe: Path, output: int) -> list[Item]:
    """Judge the lines of pages by the line model."""
    config = yaml.safe_load(recipe.read_text(encoding="utf-8"))
    model, step2 = lines_model.load_lines()
    found: list[Item] = []
    for page in lines_training.read_pages(data / "dev" / "boilerplate_lines.parquet", config["after"]):
        if reporting(page.key):
            scores = lines_training.score_page(model, step2, page)[output]
            truth = page.spam if output else page.furniture
            for r, kind, held, score in zip(page.lines.ranges, page.kinds, truth, scores, strict=True):
                about = f"{page.source} · {kind or 'content'}"
                found.append(Item(page.key, about, r.of(page.text), bool(held), float(score)))
    return found


def words(data: Path, head: str) -> list[Item]:
    """Judge the words of translated segments by one token head of the encoder."""
    segments, evidence = score_words(FOLDER, data)
    column = TOKEN_HEADS.index(head)
    scores = iter(evidence[:, column].tolist())
    found: list[Item] = []
    for s in segments:
        for i, (word, held) in enumerate(zip(s.words, s.marked[:, column], strict=True)):
            score = next(scores)
            if reporting(s.key):
                around = s.text[max(0, word.start - 80) : word.end + 80]
                found.append(Item(s.key, f"word {i + 1}: {word.of(s.text)!r}", around, bool(held), score))
    return found


def show(label: str, items: Sequence[Item], arguments: argparse.Namespace) -> None:
    """Print the worst mistakes of one label; of one group only the worst."""
    for title, wrong, sign in (("false positives", False, -1.0), ("false negatives", True, 1.0)):
        print(f"\n## {label}: {title}")
        seen: set[str] = set()
        for item in sorted((i for i in items if i.truth is wrong), key=lambda i: sign * i.score):
            if item.group in seen or len(seen) == arguments.count:
                continue
            seen.add(item.group)
            print(f"- {item.group} · {item.about} · {item.score:.3f}")
            print("  " + " ".join(item.text.split()[: arguments.words]))


if __name__ == "__main__":
    main()
