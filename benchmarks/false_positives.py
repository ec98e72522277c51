"""Flags per 1,000 words on clean human text, per detector, label, severity and reason.

People wrote these texts, so a flag is a false positive unless the text is damaged indeed: read the samples.

    python benchmarks/false_positives.py --part dev
    python benchmarks/false_positives.py --part train --detectors spelling,truncated --limit 1000 --show 20
"""

from __future__ import annotations

import argparse
import collections
import random
import sys
import time
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from annotate.config import load_config
from annotate.detectors import Detector, build
from annotate.documents import Document, Flag
from annotate.errors import AnnotateError

KINDS = ("human", "human_original", "human_translation")


def documents(data: Path, part: str, name: str, limit: int | None, seed: int) -> Iterator[tuple[str, Document]]:
    """Human documents of one file as (testset, document): whole documents, a seeded sample if limited."""
    path = data / part / f"{name}.parquet"
    table = pq.read_table(path)
    columns = table.column_names
    wanted = [i for i, kind in enumerate(table.column("kind").to_pylist()) if kind in KINDS]
    if limit is not None and limit < len(wanted):
        wanted = sorted(random.Random(seed).sample(wanted, limit))
    for row in table.take(wanted).to_pylist():
        text = row["text"] if "text" in columns else "\n".join(row["lines"])
        yield str(row.get("testset") or row.get("source_repo") or ""), Document(text=text, id=str(row["id"]))


def named_detectors(names: str | None, config: str | None) -> tuple[Detector, ...]:
    """Make the detectors of a configuration, or only those named (the others need not even load)."""
    options = load_config(config).detectors
    if names is None:
        return build(options)
    points = {point.name: point for point in entry_points(group="annotate.detectors")}
    chosen = []
    for name in names.split(","):
        if name not in points:
            raise AnnotateError(f"No detector {name!r} is installed; installed: {', '.join(sorted(points))}.")
        values = options.get(name)
        chosen.append(msgspec.convert(values if isinstance(values, dict) else {}, points[name].load()))
    return tuple(chosen)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--file", default="human_news", help="file of --data/--part; only its human rows are read")
    parser.add_argument("--testset", help="only this testset (source)")
    parser.add_argument("--limit", type=int, help="documents, drawn at random with --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--detectors", help="names, comma separated; default all of the configuration")
    parser.add_argument("--config", help="configuration file")
    parser.add_argument("--show", type=int, default=0, help="print so many sampled flags per detector and reason")
    parser.add_argument("--only", help="print and sample only this reason, label or severity")
    options = parser.parse_args(arguments)

    detectors = named_detectors(options.detectors, options.config)
    words = count = 0
    seconds: collections.Counter[str] = collections.Counter()
    flagged: collections.Counter[tuple[str, ...]] = collections.Counter()
    by_testset: collections.Counter[str] = collections.Counter()
    words_of: collections.Counter[str] = collections.Counter()
    hit_documents: collections.Counter[str] = collections.Counter()
    samples: dict[tuple[str, ...], list[tuple[str, Document, Flag]]] = collections.defaultdict(list)
    for testset, document in documents(options.data, options.part, options.file, options.limit, options.seed):
        if options.testset is not None and testset != options.testset:
            continue
        start = time.perf_counter()
        size = len(document.layout.words)
        seconds["layout"] += time.perf_counter() - start
        words += size
        count += 1
        words_of[testset] += size
        for detector in detectors:
            start = time.perf_counter()
            flags = list(detector.detect(document))
            seconds[detector.id] += time.perf_counter() - start
            hit_documents[detector.id] += bool(flags)
            for flag in flags:
                if options.only and options.only not in (flag.reason, flag.label, flag.severity):
                    continue
                key = (flag.detector, flag.label, flag.severity, flag.reason)
                flagged[key] += 1
                by_testset[testset] += flag.severity in ("major", "critical")
                if options.show:
                    samples[key].append((testset, document, flag))
    if not words:
        raise AnnotateError(
            f"No human documents in {options.data}/{options.part}/{options.file}; check --data and --testset."
        )

    print(f"{options.part}/{options.file}: {count} documents, {words} words")
    print(f"{'detector':22} {'label':20} {'severity':9} {'reason':32} {'flags':>7} {'per 1,000 words':>16}")
    for key in sorted(flagged):
        detector, label, severity, reason = key
        print(
            f"{detector:22} {label:20} {severity:9} {reason:32} {flagged[key]:7d} {1000 * flagged[key] / words:16.4f}"
        )
    for severities in (("minor",), ("major", "critical")):
        total = sum(n for key, n in flagged.items() if key[2] in severities)
        print(f"{'all':22} {'':20} {'+'.join(severities):42} {total:7d} {1000 * total / words:16.4f}")
    print("major and critical per 1,000 words, by source:")
    for testset in sorted(words_of):
        rate = 1000 * by_testset[testset] / max(1, words_of[testset])
        print(f"  {testset or '(none)':40} {words_of[testset]:9d} words {by_testset[testset]:6d} {rate:8.4f}")
    print("time and documents with a flag:")
    for name in sorted(seconds):
        print(f"  {name:22} {1000 * seconds[name] / count:8.3f} ms/document {hit_documents[name]:6d} documents")
    pick = random.Random(options.seed)
    for key in sorted(samples):
        print("\n## " + " ".join(key))
        hits = samples[key]
        for testset, document, flag in pick.sample(hits, min(options.show, len(hits))):
            before = document.text[max(0, flag.start - 60) : flag.start]
            after = document.text[flag.end : flag.end + 60]
            middle = flag.text if len(flag.text) <= 200 else flag.text[:120] + " … " + flag.text[-60:]
            line = f"{before}[[{middle}]]{after}".replace("\n", "⏎")
            print(f"- {document.id} {testset} {flag.score:.2f}: {line}  {flag.evidence or ''}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AnnotateError as problem:
        sys.exit(str(problem))
