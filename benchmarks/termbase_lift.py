"""How often the termbases fire on machine translations, human translations and originals, and per entry.

A term that explains a translation should be commoner in translations than in originals: the lift is the ratio of
flags per 1,000 words, with the originals' rate raised by half a flag so that it is never a division by zero.

    python benchmarks/termbase_lift.py --part train --limit 20000 --entries
    python benchmarks/termbase_lift.py --part dev
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
from pathlib import Path

import pyarrow.parquet as pq

from annotate.detectors.terminology import Terminology
from annotate.documents import Document

KINDS = ("mt", "human_translation", "human_original")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--limit", type=int, default=10_000, help="documents of each kind, drawn at random with --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--entries", action="store_true", help="print the counts of each term as well")
    parser.add_argument("--show", type=int, default=0, help="print so many sampled flags of each kind")
    options = parser.parse_args(arguments)

    table = pq.read_table(options.data / options.part / "mt_docs.parquet", columns=["kind", "lang_pair", "lines"])
    kinds = table.column("kind").to_pylist()
    pick = random.Random(options.seed)
    detector = Terminology()
    words: collections.Counter[str] = collections.Counter()
    documents: collections.Counter[str] = collections.Counter()
    hit: collections.Counter[str] = collections.Counter()
    flagged: collections.Counter[str] = collections.Counter()
    explained: collections.Counter[tuple[str, bool]] = collections.Counter()
    by_term: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    samples: dict[str, list[str]] = collections.defaultdict(list)
    for kind in KINDS:
        rows = [i for i, k in enumerate(kinds) if k == kind]
        if len(rows) > options.limit:
            rows = sorted(pick.sample(rows, options.limit))
        for row in table.take(rows).to_pylist():
            document = Document("\n".join(row["lines"]))
            words[kind] += len(document.layout.words)
            documents[kind] += 1
            flags = list(detector.detect(document))
            hit[kind] += bool(flags)
            flagged[kind] += len(flags)
            for flag in flags:
                by_term[flag.text.lower()][kind] += 1
                samples[kind].append(
                    f"{row['lang_pair']}: …{document.text[max(0, flag.start - 50) : flag.start]}[[{flag.text}]]"
                    f"{document.text[flag.end : flag.end + 40]}… {flag.evidence.get('source_language')} {flag.score}"
                )
                if kind != "human_original" and flag.evidence.get("source_language"):
                    source = row["lang_pair"].split("-")[0]
                    languages = flag.evidence.get("explained_by", [flag.evidence["source_language"]])
                    explained[kind, source in languages] += 1
    print(f"{options.part}/mt_docs, {options.limit} documents of each kind at most")
    print(f"{'kind':20} {'documents':>9} {'words':>9} {'flags':>6} {'per 1,000 words':>15} {'documents with one':>18}")
    for kind in KINDS:
        rate = 1000 * flagged[kind] / max(1, words[kind])
        share = 100 * hit[kind] / max(1, documents[kind])
        print(f"{kind:20} {documents[kind]:9d} {words[kind]:9d} {flagged[kind]:6d} {rate:15.4f} {share:17.2f}%")
    base = (flagged["human_original"] + 0.5) / max(1, words["human_original"])
    for kind in KINDS[:2]:
        lift = flagged[kind] / max(1, words[kind]) / base
        right, wrong = explained[kind, True], explained[kind, False]
        share = right / max(1, right + wrong)
        print(f"{kind}: lift over originals {lift:.1f}; the real source language is among those named in {share:.0%}")
    if options.entries:
        print(f"{'term':50} " + " ".join(f"{kind:>18}" for kind in KINDS))
        for term, counts in sorted(by_term.items(), key=lambda item: (-sum(item[1].values()), item[0])):
            print(f"{term:50} " + " ".join(f"{counts[kind]:18d}" for kind in KINDS))
    for kind in KINDS:
        for line in pick.sample(samples[kind], min(options.show, len(samples[kind]))):
            print(f"- {kind} {line}".replace("\n", "⏎"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
