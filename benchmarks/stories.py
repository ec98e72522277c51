"""How well documents are grouped into stories, and what it costs.

    python benchmarks/stories.py                               # quality on labelled events
    python benchmarks/stories.py --cost 1000 10000 100000      # time and memory on made-up corpora

Quality: all documents of ``event_clusters`` (154 events, by hand) and ``event_clusters_auto`` (687, unverified) are
mixed and grouped together. Thresholds were chosen on the events whose id hashes to an even number; the others are
reported. The floor is single link over the cosine of TF-IDF, its threshold chosen on the same half.

Cost: documents of about 300 words, words drawn by how often they occur; every story has its own names and rare words
and one to forty documents, a sixth of them near-copies. ``--per-day`` documents are published a day.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import resource
import time
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from annotate.corroboration.fingerprints import fingerprint
from annotate.corroboration.stories import Item, Options, assign
from annotate.documents import Document
from annotate.documents.layout import Layout, Range
from annotate.lexicon import lexicon
from annotate.models.features import stable_hash


class Labelled(NamedTuple):
    """A document of a known event."""

    collection: str
    event: str
    published: date | None
    document: Document


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reliability"))
    parser.add_argument("--cost", type=int, nargs="*", metavar="DOCUMENTS", default=None)
    parser.add_argument("--per-day", type=int, default=300)
    arguments = parser.parse_args()
    if arguments.cost is None:
        quality(arguments.data)
    else:
        cost(arguments.cost, arguments.per_day)


def quality(folder: Path) -> None:
    """Group the labelled documents and print precision, recall and F1 by pairs and by B-cubed."""
    labelled = list(read(folder))
    print(f"{'half':8} {'documents':10} {'method':42} {'n':>5}   pairs P    R    F1     B3 P    R    F1")
    for half in (0, 1):
        rows = [row for row in labelled if stable_hash(row.event) % 2 == half]
        name = ("choosing", "reported")[half]
        found = assign((row.document.id, row.published, fingerprint(row.document)) for row in rows)
        bare = assign((row.document.id, None, fingerprint(row.document)) for row in rows)
        if half == 0:
            floors = {within: choose_floor(rows, within) for within in (None, Options().window)}
        methods: list[tuple[str, Sequence[Hashable]]] = [
            ("stories.assign", found),
            ("stories.assign, no dates given", bare),
        ]
        methods += [
            (f"floor: TF-IDF single link {t:.2f}, {'any day' if w is None else f'{w} days'}", link(cosines(rows, w), t))
            for w, t in floors.items()
        ]
        for method, groups in methods:
            for part in ("all", "by hand", "auto"):
                chosen = [
                    i for i, r in enumerate(rows) if part == "all" or (r.collection == "auto") == (part == "auto")
                ]
                scores = score([rows[i].event for i in chosen], [groups[i] for i in chosen])
                print(f"{name:8} {part:10} {method:42} {len(chosen):5}   " + " ".join(f"{s:6.3f}" for s in scores))


def read(folder: Path) -> Iterator[Labelled]:
    """Yield the labelled documents, without the ones that are an example of the product's description."""
    import pyarrow.parquet as pq

    for name in ("event_clusters", "event_clusters_auto"):
        for event in pq.read_table(folder / f"{name}.parquet").to_pylist():
            collection = event.get("collection", "auto")
            if collection == "seed":
                continue
            for d in event["docs"]:
                day = date.fromisoformat(d["date"][:10]) if d["date"] else None
                yield Labelled(collection, event["event"], day, Document(d["text"], id=d["id"], title=d["title"]))


def score(gold: Sequence[Hashable], found: Sequence[Hashable]) -> tuple[float, ...]:
    """Precision, recall and F1 over pairs of documents, then B-cubed (Bagga & Baldwin 1998)."""
    by_gold, by_found, both = Counter(gold), Counter(found), Counter(zip(gold, found, strict=True))

    def pairs(counts: Counter[Any]) -> float:
        return sum(n * (n - 1) / 2 for n in counts.values()) or 1.0

    def f1(p: float, r: float) -> float:
        return 2 * p * r / (p + r) if p + r else 0.0

    joint = sum(n * (n - 1) / 2 for n in both.values())
    p, r = joint / pairs(by_found), joint / pairs(by_gold)
    bp = sum(n * n / by_found[f] for (_, f), n in both.items()) / len(gold)
    br = sum(n * n / by_gold[g] for (g, _), n in both.items()) / len(gold)
    return p, r, f1(p, r), bp, br, f1(bp, br)


def link(similar: npt.NDArray[np.float64], threshold: float) -> list[int]:
    """Group by single link where the similarity reaches a threshold."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    labels: list[int] = connected_components(csr_matrix(similar >= threshold), directed=False)[1].tolist()
    return labels


def cosines(rows: Sequence[Labelled], window: int | None) -> npt.NDArray[np.float64]:
    """Cosines of TF-IDF; 0 between documents that lie more days apart than the window, if both have a date."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit_transform([r.document.text for r in rows])
    similar: npt.NDArray[np.float64] = (vectors @ vectors.T).toarray()
    if window is not None:
        days = np.array([r.published.toordinal() if r.published else -1 for r in rows])
        apart = np.abs(days[:, None] - days[None, :]) > window
        similar[apart & (days[:, None] > 0) & (days[None, :] > 0)] = 0.0
    return similar


def choose_floor(rows: Sequence[Labelled], window: int | None) -> float:
    """Choose the floor's threshold by F1 over pairs."""
    gold = [row.event for row in rows]
    similar = cosines(rows, window)
    return max((score(gold, link(similar, t))[2], -t, t) for t in (0.2, 0.24, 0.28, 0.32, 0.36, 0.4, 0.45, 0.5))[2]


def cost(sizes: Sequence[int], per_day: int) -> None:
    """Print time per document and memory, each size in a process of its own."""
    print("documents  fingerprint ms  grouping ms  peak MB above start  bytes a document  stories of two or more")
    for size in sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            row = pool.apply(_measure, (size, per_day))
        print("{:9,}  {:14.3f}  {:11.3f}  {:19.0f}  {:16.0f}  {:22,}".format(size, *row), flush=True)


def _measure(size: int, per_day: int) -> tuple[float, float, float, float, int]:
    making = spent = 0.0

    def items() -> Iterator[Item]:
        nonlocal making, spent
        texts = made_up(size, per_day)
        while True:
            begun = time.process_time()
            made = next(texts, None)
            if made is None:
                return
            key, day, document = made
            ready = time.process_time()
            taken = fingerprint(document)
            making += ready - begun
            spent += time.process_time() - ready
            yield key, day, taken

    for _, _, document in made_up(10, per_day):
        fingerprint(document)  # loads the word list
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    groups = assign(items())
    grouping = time.process_time() - begun - making - spent
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    several = sum(1 for n in Counter(groups).values() if n > 1)
    return spent / size * 1000, grouping / size * 1000, peak, peak * 2**20 / size, several


def made_up(size: int, per_day: int, seed: int = 1) -> Iterator[tuple[str, date, Document]]:
    """Yield key, date and document made of the shipped word list's words, the same ones for a seed.

    Only words are laid out, since nothing else is asked for and scoring has the rest anyway.
    """
    generator = np.random.default_rng(seed)
    known = lexicon()
    words = np.array(sorted(w for w in known._words if w.isalpha()))
    counts = np.array([known.count(str(w)) for w in words], dtype=np.float64)
    common = np.cumsum(counts**1.3)
    common /= common[-1]
    rare = words[counts <= 200]
    made = 0
    while made < size:
        names = ["".join(generator.choice(list("aeioubdgklmnrst"), 7)).title() for _ in range(6)]
        topic = np.array([*generator.choice(rare, 30), *names, *names, *names])
        day = date(2020, 1, 1) + timedelta(days=made // per_day)
        earlier: list[npt.NDArray[np.str_]] = []
        for _ in range(min(size - made, 1 + int(generator.zipf(1.8)) % 40)):
            if earlier and generator.random() < 1 / 6:
                text = earlier[int(generator.integers(len(earlier)))].copy()
                text[generator.integers(0, len(text), 10)] = generator.choice(topic, 10)
            else:
                text = words[np.searchsorted(common, generator.random(300))]
                text[generator.integers(0, len(text), 60)] = generator.choice(topic, 60)
            earlier.append(text)
            made += 1
            document = Document(" ".join(text.tolist()))
            document.once("layout", _words_only)
            yield f"{made:09}", day + timedelta(days=int(generator.integers(2))), document


def _words_only(document: Document) -> Layout:
    words = tuple(Range(m.start(), m.end()) for m in re.finditer(r"\S+", document.text))
    return Layout((), (), (), words, hard_wrapped=False)


if __name__ == "__main__":
    main()
