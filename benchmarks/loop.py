"""Whether the loop pays: what labels of simulated annotators do to precision and calibration on held-apart documents.

Documents of ``../shared/data/dev`` whose truth is known are scored once. Some are the pool to label from, the others
are held apart. Documents are chosen by the rules of ``annotate label select``, labeled by simulated annotators who err
at stated rates, and learned from as ``annotate learn`` does; then the held-apart documents are judged by the truth.

    python benchmarks/loop.py
    python benchmarks/loop.py --half choose   # the half that settings were tried on

The truth, and what it does not say:

- people's news (ABC, AllSides), two in five with damage done on purpose (``surface_recall.py``): any origin flag is
  wrong, and so is any surface flag that touches no damage, though people misspell too; furniture is left out.
- news documents by machines and their human translations, one version of each: origin only.
- news by generating and paraphrasing models: origin only; garbled ones: all of the text is garbled.
- web pages with every line judged: boilerplate, and spam where the line advertises or calls to follow.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import math
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pyarrow.parquet as pq

from annotate.config import Config, CorroborationConfig
from annotate.documents import ORIGINS, Document, Flag, Label, Record
from annotate.evaluation.spans import overlaps_any
from annotate.labeling.labels import Labeled, Shown, Span, write_labels
from annotate.labeling.selection import By, select
from annotate.learning.fitting import Options, fit
from annotate.learning.judgements import judge
from annotate.learning.learned import Learned
from annotate.scorer import Scorer
from annotate.writing import jsonl
from surface_recall import KINDS as DAMAGES

MISS = 0.10
"""Chance that an annotator rejects a flag that is right."""
FALSE_CONFIRM = 0.05
"""Chance that an annotator confirms a flag that is wrong."""
OVERLOOK = 0.30
"""Chance that an annotator overlooks what no flag points at."""
WRONG_ORIGIN = 0.15
"""Chance that an annotator names another origin than the true one."""
JITTER = 3
"""Code points by which either end of a confirmed passage moves, at most; half of them are left as they are."""
ANNOTATORS = 3
OVERLAP = 0.2
"""Share of documents that all three label; the others have one annotator each."""

SIZES = (50, 100, 200, 400)
RULES: tuple[By, ...] = ("random", "uncertainty", "mixed")
PRECISION = 0.8
"""Wanted share of flags that annotators confirm. They confirm nine in ten of the right ones, so 0.9 is out of reach;
0.8 of theirs is 0.88 of the truth."""
LIKELY = 0.5
HELD_APART = 0.4
DAMAGES_EACH = 3
_ORIGIN: tuple[Label, ...] = ("machine-translated", "machine-paraphrased", "machine-generated")
_SURFACE: tuple[Label, ...] = ("spelling", "punctuation", "truncated")
"""Wrong characters and repeated sentences that nobody put there are real more often than not."""
_FURNITURE: tuple[Label, ...] = ("boilerplate", "spam")
_ADVERTISING = ("ad_promo", "newsletter_subscribe", "social_follow")
_MACHINE: dict[str, Label] = {
    "mt": "machine-translated",
    "llm_generated": "machine-generated",
    "machine_paraphrase": "machine-paraphrased",
    "spun": "machine-paraphrased",
    "llm_paraphrase": "machine-paraphrased",
}


class Gold(msgspec.Struct, frozen=True):
    """A passage that is wrong indeed."""

    start: int
    end: int
    label: Label


class Case(msgspec.Struct, frozen=True):
    """A document with its scores and the truth about it."""

    record: Record
    characters: int
    group: str
    gold: list[Gold]
    origin: str | None
    known: tuple[Label, ...]
    """Labels whose truth is known; flags of others are left out."""
    apart: bool


def half(group: str) -> str:
    return "report" if hashlib.sha256(f"half {group}".encode()).digest()[0] % 2 else "choose"


def rows(data: Path, name: str) -> list[dict]:
    return pq.read_table(data / "dev" / f"{name}.parquet").to_pylist()


def thinned(cases: list, count: int, seed: str) -> list:
    pick = random.Random(seed)
    return cases if len(cases) <= count else [cases[i] for i in sorted(pick.sample(range(len(cases)), count))]


def news(data: Path, wanted: str) -> Iterator[tuple[Document, str, list[Gold], str, tuple[Label, ...]]]:
    """People's news; two in five with damage."""
    found = [r for r in rows(data, "human_news") if r["testset"] != "gum" and half(str(r["id"])) == wanted]
    for row in thinned(found, 1000, "news"):
        text, gold = "\n".join(row["lines"]), []
        pick = random.Random(str(row["id"]))
        if pick.random() < 0.4:
            for kind in pick.sample(sorted(DAMAGES), DAMAGES_EACH):
                damage, detector = DAMAGES[kind]
                done = damage(text, pick)
                if done is None:
                    continue
                text, gold = done[0], moved(gold, text, done[0])
                gold += [Gold(done[1], done[2], label) for label in detector.labels]
        yield Document(text, id=row["id"]), str(row["id"]), gold, "human", (*_ORIGIN, *_SURFACE, "garbled")


def moved(gold: Sequence[Gold], before: str, after: str) -> list[Gold]:
    """Move what was marked in a text to where it is after one change; what the change touches goes."""
    same = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    tail = 0
    while tail < min(len(before), len(after)) - same and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    shift = len(after) - len(before)
    kept = [g for g in gold if g.end <= same]
    return kept + [Gold(g.start + shift, g.end + shift, g.label) for g in gold if g.start >= len(before) - tail]


def translated(data: Path, wanted: str) -> Iterator[tuple[Document, str, list[Gold], str, tuple[Label, ...]]]:
    """One version of each news document of 60 words or more, as often a machine's as a translator's."""
    versions: dict[str, list[dict]] = defaultdict(list)
    for row in rows(data, "mt_docs"):
        if row["domain"] == "news" and row["n_words"] >= 60 and row["group"] and half(str(row["group"])) == wanted:
            versions[str(row["group"])].append(row)
    for group, members in thinned(sorted(versions.items()), 250, "translated"):
        pick = random.Random(group)
        kinds = sorted({row["kind"] for row in members})
        row = pick.choice([r for r in members if r["kind"] == pick.choice(kinds)] or members)
        yield whole("\n".join(row["lines"]), str(row["id"]), group, row["kind"], _ORIGIN)


def made(data: Path, wanted: str) -> Iterator[tuple[Document, str, list[Gold], str, tuple[Label, ...]]]:
    """News that models wrote, reworded or garbled."""
    found = []
    for row in rows(data, "docs_by_kind"):
        group = str(row["pair_id"] or row["id"])
        if row["domain"] == "news" and row["kind"] in (*_MACHINE, "garbled") and half(group) == wanted:
            found.append((group, row))
    for kind, count in (("llm_generated", 120), ("machine_paraphrase", 60), ("spun", 40), ("garbled", 60)):
        for group, row in thinned([f for f in found if f[1]["kind"] == kind], count, kind):
            known = ("garbled",) if kind == "garbled" else _ORIGIN
            yield whole(row["text"], str(row["id"]), group, kind, known)


def whole(text: str, name: str, group: str, kind: str, known: tuple[Label, ...]) -> tuple:
    label = "garbled" if kind == "garbled" else _MACHINE.get(kind)
    gold = [Gold(0, len(text), label)] if label is not None else []
    return Document(text, id=name), group, gold, None if kind == "garbled" else label or "human", known


def pages(data: Path, wanted: str) -> Iterator[tuple[Document, str, list[Gold], None, tuple[Label, ...]]]:
    """Web pages: the lines inside the article or up to twelve after it."""
    lines: dict[str, list[dict]] = defaultdict(list)
    for row in rows(data, "boilerplate_lines"):
        if row["zone"] == "inside" or (row["zone"] == "after" and (row["dist"] or 99) <= 12):
            lines[f"{row['source_repo']} {row['doc_id']}"].append(row)
    for name, members in lines.items():
        if half(name) != wanted or sum(row["label"] == "content" for row in members) < 3:
            continue
        text, gold = "", []
        for row in members:
            line = row["text"].replace("\n", " ")
            if row["label"] == "boilerplate" and line.strip():
                gold.append(Gold(len(text), len(text) + len(line), "boilerplate"))
                if row["kind"] in _ADVERTISING:
                    gold.append(Gold(len(text), len(text) + len(line), "spam"))
            text += line + "\n"
        yield Document(text, id=name), name, gold, None, _FURNITURE


def cases(data: Path, wanted: str, cache: Path) -> list[Case]:
    """Score the documents of one half, or read them back where the same scorer has scored them before."""
    scorer = Scorer(Config(corroboration=CorroborationConfig(enabled=False)))
    makers = (half, thinned, news, moved, translated, made, whole, pages, cases)
    said = scorer.signature.long + "".join(map(inspect.getsource, makers))
    digest = hashlib.sha256(said.encode()).hexdigest()[:12]
    path = cache / f"loop-{wanted}-{digest}.jsonl"
    decoder = msgspec.json.Decoder(Case)
    if path.exists():
        return [decoder.decode(line) for line in path.read_bytes().splitlines()]
    found = []
    for part in (news, translated, made, pages):
        for document, group, gold, origin, known in part(data, wanted):
            record = scorer(document)
            if record.status != "ok":
                continue
            flags = [flag for flag in record.flags if flag.label in known]
            record = msgspec.structs.replace(record, flags=flags, passages=[])
            apart = hashlib.sha256(f"apart {group}".encode()).digest()[0] < 256 * HELD_APART
            found.append(Case(record, len(document.text), group, gold, origin, known, apart))
    cache.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(msgspec.json.encode(case) + b"\n" for case in found))
    return found


def right(flag: Flag, gold: Sequence[Gold]) -> bool:
    return overlaps_any(flag, [g for g in gold if g.label == flag.label])


def annotated(case: Case, annotator: str, probability: float, seed: int) -> Labeled:
    """Label a document as a simulated annotator."""
    pick = random.Random(f"{seed} {annotator} {case.record.id}")
    spans = []

    def mark(on: Flag | Gold, name: str | None, exact: bool) -> None:
        start, end = on.start, on.end
        if not exact:
            start = min(max(0, start + pick.randint(-JITTER, JITTER)), end - 1)
            end = max(start + 1, min(case.characters, end + pick.randint(-JITTER, JITTER)))
        severity = on.severity if isinstance(on, Flag) else None
        spans.append(Span(start, end, "x" * (end - start), on.label, severity, id=name))

    flags = case.record.flags
    for number, flag in enumerate(flags):
        if pick.random() >= MISS if right(flag, case.gold) else pick.random() < FALSE_CONFIRM:
            mark(flag, str(number), pick.random() < 0.5)
    for gold in case.gold:
        if not overlaps_any(gold, [f for f in flags if f.label == gold.label]) and pick.random() >= OVERLOOK:
            mark(gold, None, False)
    origin = case.origin
    if origin is not None and pick.random() < WRONG_ORIGIN:
        origin = pick.choice([name for name in ORIGINS if name != origin])
    return Labeled(
        case.record.id,
        case.record.sha256 or "",
        annotator,
        case.characters,
        spans,
        origin,
        shown=[Shown(str(n), f.start, f.end, f.label, f.severity, f.score) for n, f in enumerate(flags)],
        signature=case.record.signature,
        selection_probability=probability,
        story=case.group,
    )


def labels_of(pool: Sequence[Case], rule: By, size: int, seed: int) -> list[Labeled]:
    """Choose documents and have them labeled."""
    by_id = {case.record.id: case for case in pool}
    pick = random.Random(f"{seed} {size} {rule}")
    labels = []
    for document in select([case.record for case in pool], size, by=rule, seed=seed, blind_share=0.0).documents:
        names = [f"annotator {n}" for n in range(ANNOTATORS)]
        who = names if pick.random() < OVERLAP else [pick.choice(names)]
        labels += [annotated(by_id[document.id], name, document.probability, seed) for name in who]
    return labels


def flag_count(labels: Sequence[Labeled]) -> int:
    """Count the flags that at least one annotator judged."""
    return sum(len(entry.shown or ()) for entry in {entry.doc_id: entry for entry in labels}.values())


def learned(pool: Sequence[Case], labels: Sequence[Labeled], options: Options) -> Learned:
    fits = fit(judge(labels, [case.record for case in pool]), options)
    return Learned("benchmark", "benchmark", len(labels), fits.applied, fits.verdict)


class Figures(msgspec.Struct, frozen=True):
    """What holds on held-apart documents, by the truth."""

    flags: float
    """Those with a score of 0.5 or more: likelier right than wrong, if scores hold what they promise."""
    precision: float
    recall: float
    true_brier: float
    """Of the scores of all flags, dropped ones included, against the truth; the next two against what annotators
    would confirm, which is what a score promises."""
    brier: float
    ece: float
    kept: float
    """Flags left by the thresholds for the wanted precision, whatever their score."""
    kept_precision: float
    kept_recall: float
    machine_brier: float
    """Of the probability that a document is machine-made."""
    machine_ece: float


def judged(apart: Sequence[Case], found: Learned | None, only: Label | None = None) -> Figures:
    """Judge held-apart documents, or only their flags of one label."""
    scores, outcomes, machine, is_machine = [], [], [], []
    likely, kept = Counter(), Counter()
    for case in apart:
        every, stays = ([f for f in flags if only in (None, f.label)] for flags in rescored(case, found))
        gold = [g for g in case.gold if only in (None, g.label)]
        scores += [f.score for f in every]
        outcomes += [right(f, gold) for f in every]
        count(likely, [f for f in every if f.score >= LIKELY], gold)
        count(kept, stays, gold)
        verdict = case.record.verdict
        if case.origin is not None and verdict is not None:
            machine.append(1 - (verdict if found is None else found.judge(verdict)).scores["human"])
            is_machine.append(case.origin != "human")
    return Figures(
        *rates(likely),
        brier(scores, outcomes),
        brier(scores, [1 - MISS if outcome else FALSE_CONFIRM for outcome in outcomes]),
        gap(scores, [1 - MISS if outcome else FALSE_CONFIRM for outcome in outcomes]),
        *rates(kept),
        brier(machine, is_machine),
        gap(machine, is_machine),
    )


def count(into: Counter, flags: Sequence[Flag], gold: Sequence[Gold]) -> None:
    into["flags"] += len(flags)
    into["right"] += sum(right(f, gold) for f in flags)
    into["gold"] += len(gold)
    into["found"] += sum(overlaps_any(g, [f for f in flags if f.label == g.label]) for g in gold)


def rates(of: Counter) -> tuple[float, float, float]:
    precision = of["right"] / of["flags"] if of["flags"] else float("nan")
    return of["flags"], precision, of["found"] / of["gold"] if of["gold"] else float("nan")


def rescored(case: Case, found: Learned | None) -> tuple[list[Flag], list[Flag]]:
    """Give a document's flags with their new scores, and those that are at or above their thresholds."""
    flags = case.record.flags
    if found is None:
        return flags, flags
    everything = {name: msgspec.structs.replace(fit, threshold=0.0) for name, fit in found.labels.items()}
    every = msgspec.structs.replace(found, labels=everything).flags(flags, case.characters)
    return every, found.flags(flags, case.characters)


def brier(scores: Sequence[float], chances: Sequence[float]) -> float:
    """Mean squared error that is to be expected where each outcome is 1 with its chance."""
    p, q = np.array(scores), np.array(chances, dtype=float)
    return float(np.mean(q * (1 - p) ** 2 + (1 - q) * p**2)) if scores else float("nan")


def gap(scores: Sequence[float], chances: Sequence[float], bins: int = 10) -> float:
    """Give the expected calibration error, in bins of equal count."""
    p, q = np.array(scores), np.array(chances, dtype=float)
    order = np.argsort(p, kind="stable")
    return sum(abs(float((p[part] - q[part]).sum())) for part in np.array_split(order, bins)) / len(p)


def shown(values: Sequence[float], digits: int = 3) -> str:
    defined = [value for value in values if not math.isnan(value)]
    if not defined:
        return "–"
    spread = f" ± {statistics.stdev(defined):.{digits}f}" if len(defined) > 1 else ""
    return f"{statistics.fmean(defined):.{digits}f}{spread}"


def line(name: str, labels: str, flags: str, results: Sequence[Figures]) -> str:
    columns = [
        shown([getattr(r, f) for r in results], 0 if f in ("flags", "kept") else 3) for f in Figures.__struct_fields__
    ]
    return f"| {name} | {labels} | {flags} | {' | '.join(columns)} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--half", choices=("choose", "report"), default="report")
    parser.add_argument("--cache", type=Path, default=Path("out"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--precision", type=float, default=PRECISION)
    parser.add_argument(
        "--write", type=Path, help="write the most labels, drawn at random, and the scores to a folder, and stop"
    )
    options = parser.parse_args()
    begin = time.perf_counter()
    every = cases(options.data, options.half, options.cache)
    apart, pool = [c for c in every if c.apart], [c for c in every if not c.apart]
    print(f"{options.half}: pool {len(pool)} documents, held apart {len(apart)} ({time.perf_counter() - begin:.0f} s)")
    print("held apart, origins:", dict(Counter(c.origin for c in apart)), file=sys.stderr)
    if options.write is not None:
        options.write.mkdir(parents=True, exist_ok=True)
        write_labels(options.write / "labels.jsonl", labels_of(pool, "random", options.sizes[-1], 0))
        (options.write / "scores.jsonl").write_bytes(b"".join(jsonl.encode(case.record) for case in every))
        return 0
    truth = [right(flag, case.gold) for case in apart for flag in case.record.flags]
    chances = [1 - MISS if outcome else FALSE_CONFIRM for outcome in truth]
    same = statistics.fmean(chances)
    print(f"Brier score of {same:.3f} for every flag: {brier([same] * len(chances), chances):.3f}; ", end="")
    print(f"of one who knows the truth and how annotators err: {brier(chances, chances):.3f}\n")
    wanted = Options(options.precision)
    print(
        "| rule | documents | their flags | flags ≥ 0.5 | precision | recall | Brier, truth | Brier | ECE "
        f"| flags, thresholds for {options.precision:g} | precision | recall | machine-made: Brier | ECE |"
    )
    print("|---|" + "---:|" * 13)
    print(line("none", "0", "0", [judged(apart, None)]))
    last: list[Learned] = []
    for rule in RULES:
        for size in options.sizes:
            labels = [labels_of(pool, rule, size, seed) for seed in range(options.seeds)]
            found = [learned(pool, these, wanted) for these in labels]
            last = found if rule == "random" else last
            flags = f"{statistics.fmean(flag_count(these) for these in labels):.0f}"
            print(line(rule, str(size), flags, [judged(apart, one) for one in found]), flush=True)
    print(f"\nBy label, {options.sizes[-1]} documents at random:")
    print("| label | flags ≥ 0.5 | precision | recall | Brier | ECE | flags, thresholds | precision |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for label in sorted({f.label for c in apart for f in c.record.flags}):
        before, after = judged(apart, None, label), [judged(apart, one, label) for one in last]
        cells = []
        for field in ("flags", "precision", "recall", "brier", "ece", "kept", "kept_precision"):
            digits = 0 if field in ("flags", "kept") else 3
            then, now = getattr(before, field), [getattr(result, field) for result in after]
            cells.append(f"{shown([then], digits)} → {shown(now, digits)}")
        print(f"| {label} | {' | '.join(cells)} |")
    print(f"\n{time.perf_counter() - begin:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
