"""Documents for benchmarks: sentences of this project's own corpus, recombined with a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from annotate.documents import lay_out

CORPUS = Path(__file__).parents[1] / "corpus"


def sentences() -> list[str]:
    """Every sentence of the corpus with at least five words, in order of file and place."""
    found: list[str] = []
    for path in sorted(CORPUS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        found.extend(s.of(text) for s in lay_out(text).sentences if len(s.of(text).split()) >= 5)
    return found


def documents(count: int, words: int = 400, seed: int = 0) -> Iterator[dict[str, str]]:
    """Yield rows with id and text: a heading, then paragraphs of two to four sentences (of one in short documents).

    Args:
        count: of documents.
        words: in a document on average, about; half to one and a half times as many.
        seed: the same one gives the same documents.
    """
    pool = sentences()
    for number in range(count):
        rng = random.Random(f"{seed}-{number}")
        wanted = rng.randint(words // 2, words * 3 // 2)
        there = 0
        paragraphs = [rng.choice(pool).rstrip(".")]
        while there < wanted:
            paragraph = " ".join(rng.sample(pool, rng.randint(2, 4) if words >= 100 else 1))
            there += len(paragraph.split())
            paragraphs.append(paragraph)
        yield {"id": f"s{number:07}", "source": "synthetic.example", "text": "\n\n".join(paragraphs) + "\n"}


def write(path: Path, count: int, words: int = 400, seed: int = 0) -> Path:
    """Write so many documents as JSONL."""
    with path.open("w", encoding="utf-8") as file:
        for row in documents(count, words, seed):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path
