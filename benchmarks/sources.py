"""Measures source ratings: what style says of a source, what evidence says, and whether the intervals keep their word.

    python benchmarks/sources.py --data ../shared/data [--scores scores.jsonl] [--part style veracity evidence …]

``--scores`` takes what `annotate score reliability/articles_source.parquet` wrote (all of it or a sample), for the
estimate from flags. Settings were chosen by cross-validation over the sources of ``train``; ``dev`` is only reported.
Needs the extra ``train``. Nothing that is fitted here ships.
"""

from __future__ import annotations

import argparse
import random
import re
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import scipy.sparse as sp
from scipy.stats import spearmanr
from sklearn.cluster import KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

import annotate.sources.ratings as ratings_module
from annotate.documents import LABELS, ORIGINS, Record, lay_out
from annotate.documents.evidence import ClaimCounts, Evidence
from annotate.models.features import FamilySpec, stable_hash, tokenize
from annotate.sources.beta import LEVEL, interval
from annotate.sources.ratings import WITHIN_DOCUMENT, Ratings, rate
from annotate.training.linear import count_grams
from annotate.writing import read_records

Floats = npt.NDArray[np.float64]

LEVELS = {"low": 0, "mixed": 1, "high": 2}
FEWEST = 3
"""Articles below which a source is not judged."""
FOLDS = 5
RIDGE = 0.02
"""Penalty of the ridge regressions on mean vectors; chosen on train among .02 to 2."""
TOPICS = 20


# ---------------------------------------------------------------------------------------------------- style


def style(data: Path, scores: Path | None, cache: Path) -> None:
    rows = pq.read_table(data / "reliability/articles_source.parquet").to_pylist()
    texts = [row["text"] for row in rows]
    train = np.array([row["split"] == "train" for row in rows])
    print(
        f"\n## Style: {len(rows):,} articles; sources of train and dev do not overlap; judged with {FEWEST}+ articles"
    )
    words = TfidfVectorizer(sublinear_tf=True, min_df=3).fit([t for t, k in zip(texts, train, strict=True) if k])
    x_words = words.transform(texts)
    svd = TruncatedSVD(50, random_state=0).fit(x_words[train])
    topics = KMeans(TOPICS, n_init=3, random_state=0).fit(svd.transform(x_words[train])).predict(svd.transform(x_words))
    sources = Sources(rows)
    features = {
        "topic alone (20 clusters)": np.eye(TOPICS)[topics],
        "14 style counts": standardised(np.array([style_counts(t) for t in texts]), train),
        "function words and word endings": tf_idf(skeletons(rows, cache), train),
        "words (TF-IDF)": x_words,
    }
    baseline(rows, x_words, train, topics)
    print(
        "\nridge on a source's mean vector → pc1       train, 5-fold over sources    dev         95 % (sources drawn)"
    )
    predicted: dict[str, Floats] = {}
    for name, x in features.items():
        penalty = 1.0 if "alone" in name or "counts" in name else RIDGE
        predicted[name] = sources.predict(sources.kernel(x), penalty)
        sources.report(name, predicted[name])
    if scores is not None:
        x, known = flag_features(rows, scores)
        kernel = sources.kernel(standardised(x, train & known), known)
        predicted["flags and verdicts"] = sources.predict(kernel, 1.0)
        sources.report("flags and verdicts", predicted["flags and verdicts"], kernel.diagonal() > 0)
    partial(sources, predicted)
    intervals_of_style(sources, predicted["words (TF-IDF)"])


class Sources:
    """The sources of the articles: reference score, split, fold, and the articles of each."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        names = sorted({row["domain"] for row in rows})
        index = {name: i for i, name in enumerate(names)}
        self.of = np.array([index[row["domain"]] for row in rows])
        self.count = np.bincount(self.of)
        self.truth = np.full(len(names), np.nan)
        self.dev = np.zeros(len(names), bool)
        for row in rows:
            if row["lin2023_pc1"] is not None:
                self.truth[index[row["domain"]]] = row["lin2023_pc1"]
            self.dev[index[row["domain"]]] = row["split"] == "dev"
        self.fold = np.array([stable_hash(name) % FOLDS for name in names])
        known = np.isfinite(self.truth)
        self.fitted = np.flatnonzero(known & ~self.dev)
        self.judged_train = np.flatnonzero(known & ~self.dev & (self.count >= FEWEST))
        self.judged_dev = np.flatnonzero(known & self.dev & (self.count >= FEWEST))

    def kernel(self, x: Any, known: npt.NDArray[np.bool_] | None = None) -> Floats:
        """Inner products of the mean vectors of sources."""
        use = np.flatnonzero(known) if known is not None else np.arange(len(self.of))
        gather = sp.csr_matrix((np.ones(len(use)), (self.of[use], use)), shape=(len(self.count), len(self.of)))
        sizes = np.maximum(np.asarray(gather.sum(axis=1)).ravel(), 1)
        means = sp.diags(1 / sizes) @ gather @ (x if sp.issparse(x) else sp.csr_matrix(x))
        result: Floats = (means @ means.T).toarray()
        return result

    def predict(self, kernel: Floats, penalty: float) -> Floats:
        """Predict train sources by cross-validation over sources, dev sources from all of train."""
        result = np.full(len(self.truth), np.nan)
        for fold in range(FOLDS):
            inside = self.fitted[self.fold[self.fitted] != fold]
            result_of = self.fitted[self.fold[self.fitted] == fold]
            result[result_of] = self._ridge(kernel, penalty, inside, result_of)
        result[self.judged_dev] = self._ridge(kernel, penalty, self.fitted, self.judged_dev)
        return result

    def _ridge(self, kernel: Floats, penalty: float, fit: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> Floats:
        weights = np.sqrt(self.count[fit])
        mean = np.average(self.truth[fit], weights=weights)
        solved = np.linalg.solve(kernel[np.ix_(fit, fit)] + np.diag(penalty / weights), self.truth[fit] - mean)
        result: Floats = mean + kernel[np.ix_(at, fit)] @ solved
        return result

    def report(self, name: str, predicted: Floats, known: npt.NDArray[np.bool_] | None = None) -> None:
        """Print the Spearman correlations with the reference."""
        parts = []
        for judged in (self.judged_train, self.judged_dev):
            use = judged if known is None else judged[known[judged]]
            parts.append((correlation(predicted[use], self.truth[use]), len(use), use))
        low, high = resampled(lambda d: correlation(predicted[d], self.truth[d]), parts[1][2])
        print(
            f"  {name:40s} {parts[0][0]:.3f} (n={parts[0][1]})"
            f"                 {parts[1][0]:.3f} (n={parts[1][1]})  [{low:.2f}, {high:.2f}]"
        )


def baseline(rows: list[dict[str, Any]], x: Any, train: npt.NDArray[np.bool_], topics: npt.NDArray[np.int32]) -> None:
    """Report the field's baseline: TF-IDF logistic regression on the level, averaged over a source's articles."""
    levels = np.array([LEVELS.get(row["factual_clean"], -1) for row in rows])
    fit = np.flatnonzero(train & (levels >= 0))
    cells = np.zeros((TOPICS, 3))
    np.add.at(cells, (topics[fit], levels[fit]), 1)
    share = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    balance = np.clip((cells.sum(axis=0) / cells.sum())[levels[fit]] / share[topics[fit], levels[fit]], 0.2, 5)
    print("baseline, TF-IDF logistic regression, dev:  Spearman pc1   macro-F1 (majority)   MAE")
    for name, weights in (("as it is", None), ("levels balanced within each topic", balance)):
        model = LogisticRegression(C=10, max_iter=200).fit(x[fit], levels[fit], sample_weight=weights)
        for of, kept in (("all", ~train), ("ABP only", ~train & np.array([r["collection"] == "abp" for r in rows]))):
            at = np.flatnonzero(kept)
            stated = model.predict_proba(x[at])
            by: dict[str, list[int]] = defaultdict(list)
            for i, row in enumerate(at):
                by[rows[row]["domain"]].append(i)
            judged = [(rows[at[i[0]]], stated[i].mean(axis=0)) for i in by.values() if len(i) >= FEWEST]
            pc1 = [(r["lin2023_pc1"], p @ [0, 1, 2]) for r, p in judged if r["lin2023_pc1"] is not None]
            known = [(LEVELS[r["factual_clean"]], int(p.argmax())) for r, p in judged if r["factual_clean"] in LEVELS]
            true, said = map(list, zip(*known, strict=True))
            majority = f1_score(true, [2] * len(true), average="macro")
            print(
                f"  {name + ', ' + of:44s} {correlation(*map(np.array, zip(*pc1, strict=True))):.3f} (n={len(pc1)})   "
                f"{f1_score(true, said, average='macro'):.3f} ({majority:.3f}), n={len(true)}   "
                f"{np.mean(np.abs(np.subtract(true, said))):.3f}"
            )


def style_counts(text: str) -> list[float]:
    """Fourteen counts per hundred words that need no vocabulary of topics."""
    words = text.split()
    patterns = (
        r"!", r"\?", r"[\"“”]", r"\b[A-Z]{3,}\b", r"\bsaid\b", r"\b(?i:I|we|you|your|our)\b", r"\d",
        r"\b(?i:according to)\b", r"[.!?]\s", r",", r"\b(?i:very|really|totally|always|never|obviously)\b",
        r"\b(?:Reuters|AP|Associated Press|AFP)\b",
    )  # fmt: skip
    rates = [np.log1p(100 * len(re.findall(p, text)) / max(1, len(words))) for p in patterns]
    return [np.log1p(len(words)), float(np.mean([len(w) for w in words] or [0])), *rates]


def skeletons(rows: list[dict[str, Any]], cache: Path) -> sp.csr_matrix:
    """Count n-grams of function words and word endings, which hold little of the topic; kept in a file."""
    if not cache.exists():
        cut = [row["text"][:20_000] for row in rows]
        spec = FamilySpec("skeleton", 1, 3, 17)
        [counts] = count_grams(cut, lambda text: tokenize(text, lay_out(text).sentences), [spec])
        cache.parent.mkdir(parents=True, exist_ok=True)
        sp.save_npz(cache, counts)
    return sp.load_npz(cache)


def tf_idf(counts: sp.csr_matrix, train: npt.NDArray[np.bool_]) -> sp.csr_matrix:
    counts = counts.astype(np.float64)
    counts.data = 1 + np.log(counts.data)
    frequency = np.bincount(counts[train].indices, minlength=counts.shape[1])
    weighted = counts.multiply((np.log((1 + train.sum()) / (1 + frequency)) + 1) * (frequency >= 3)).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sp.diags(1 / np.maximum(norms, 1e-9)) @ weighted


def standardised(x: Floats, train: npt.NDArray[np.bool_]) -> Floats:
    scaled = (x - x[train].mean(axis=0)) / np.maximum(x[train].std(axis=0), 1e-9)
    return np.clip(scaled, -4, 4) / np.sqrt(x.shape[1])


def flag_features(rows: list[dict[str, Any]], scores: Path) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Count flags of each label per thousand words; behind them the probabilities of the origins."""
    index = {row["id"]: i for i, row in enumerate(rows)}
    x = np.zeros((len(rows), len(LABELS) + len(ORIGINS)))
    known = np.zeros(len(rows), bool)
    for record in read_records(scores):
        i = index.get(record.id)
        if i is None or record.verdict is None:
            continue
        known[i] = True
        for flag in record.flags:
            x[i, LABELS.index(flag.label)] += 1000 / max(50, record.verdict.words)
        x[i, len(LABELS) :] = [record.verdict.scores.get(origin, 0.0) for origin in ORIGINS]
    x[:, : len(LABELS)] = np.log1p(x[:, : len(LABELS)])
    return x, known


def partial(sources: Sources, predicted: dict[str, Floats]) -> None:
    """Report what is left of a correlation when what topic alone predicts is taken out of both sides."""
    print("what is left beside topic alone (partial Spearman):")
    topic = predicted["topic alone (20 clusters)"]
    for name, values in predicted.items():
        if values is topic:
            continue
        left = []
        for judged in (sources.judged_train, sources.judged_dev):
            use = judged[np.isfinite(values[judged])]
            ab, at, bt = (
                correlation(p[use], q[use])
                for p, q in ((values, sources.truth), (values, topic), (sources.truth, topic))
            )
            left.append((ab - at * bt) / np.sqrt((1 - at**2) * (1 - bt**2)))
        print(f"  {name:40s} train {left[0]:.3f}   dev {left[1]:.3f}")


def intervals_of_style(sources: Sources, predicted: Floats) -> None:
    """90 % intervals from the cross-validated errors on train, and whether they hold on dev."""
    train, dev = sources.judged_train, sources.judged_dev
    error = np.abs(predicted[train] - sources.truth[train])
    half = float(np.quantile(error, LEVEL, method="higher"))
    held = np.abs(predicted[dev] - sources.truth[dev]) <= half
    base = np.abs(sources.truth[train] - sources.truth[train].mean())
    print(
        f"90 % intervals of the estimate from words: half-width {half:.2f} of pc1 (the mean of train alone: "
        f"{np.quantile(base, LEVEL):.2f}); hold on dev for {held.sum()} of {len(dev)} = {held.mean():.2f}"
    )
    order = np.argsort(predicted[dev], kind="stable")
    thirds = [dev[part] for part in np.array_split(order, 3)]
    print(
        "  stated → true pc1 by thirds of dev: "
        + ", ".join(f"{predicted[t].mean():.2f} → {sources.truth[t].mean():.2f}" for t in thirds)
    )
    apart = [(a, b) for i, a in enumerate(dev) for b in dev[i + 1 :] if abs(predicted[a] - predicted[b]) > 2 * half]
    pairs = len(dev) * (len(dev) - 1) // 2
    print(f"  pairs of dev sources whose intervals do not overlap: {len(apart)} of {pairs}")


# ---------------------------------------------------------------------------------------------------- veracity

_TRUE = ("real", "TRUE", "mostly true")
_FALSE = ("fake", "FALSE", "mostly false", "mixture", "mixture of true and false")


def veracity(data: Path) -> None:
    rows = [
        row
        for row in pq.read_table(data / "reliability/articles_source.parquet").to_pylist()
        if row["article_label"] in (*_TRUE, *_FALSE) and row["collection"] != "fnn20_gossipcop"
    ]
    truth = np.array([row["article_label"] in _FALSE for row in rows])
    unseen = np.array([row["collection"] == "sfu_snopes" for row in rows])
    dev = np.array([row["split"] == "dev" for row in rows])
    print("\n## Is an article true? TF-IDF logistic regression; GossipCop left out (all of it fake, of one topic)")
    judged_on = (("random tenth of train, same collections", None), ("dev sources, same collections", dev & ~unseen))
    tenth = np.array([stable_hash(row["id"]) % 10 == 0 for row in rows])
    for name, at in (*judged_on, ("Snopes-312, collection not seen", unseen)):
        test = ~dev & ~unseen & tenth if at is None else at
        fit = ~dev & ~unseen & ~tenth if at is None else ~dev & ~unseen
        x = TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2), max_features=50_000)
        model = LogisticRegression(C=10, max_iter=200)
        model.fit(x.fit_transform(pick(rows, fit)), truth[fit])
        stated = model.predict_proba(x.transform(pick(rows, test)))[:, 1]
        share = truth[test].mean()
        print(
            f"  {name:42s} n={test.sum():3d}  accuracy {np.mean((stated > 0.5) == truth[test]):.3f} "
            f"(majority {max(share, 1 - share):.3f})  AUC {roc_auc_score(truth[test], stated):.3f} (chance .500)"
        )


def pick(rows: list[dict[str, Any]], mask: npt.NDArray[np.bool_]) -> list[str]:
    return [row["text"] for row, kept in zip(rows, mask, strict=True) if kept]


# ---------------------------------------------------------------------------------------------------- evidence


def evidence(data: Path) -> None:
    pairs = pq.read_table(data / "reliability/quote_pairs.parquet").to_pylist()
    table = pq.read_table(data / "reliability/sources.parquet", columns=["domain", "lin2023_pc1"]).to_pylist()
    pc1 = {row["domain"]: row["lin2023_pc1"] for row in table if row["lin2023_pc1"] is not None}
    print("\n## Evidence: quotations that another outlet has too, by source (labels made by rules)")
    for split in ("train", "dev"):
        documents = quotations(pairs, split)
        by: dict[str, dict[str, list[bool]]] = defaultdict(dict)
        for (domain, document), kept in documents.items():
            by[domain][document] = kept
        every = list(documents.values())
        of_source = [[q for d in documents.values() for q in d] for documents in by.values()]
        print(
            f"  {split}: {sum(map(len, every)):,} quotations, {len(every):,} articles, {len(by)} sources; correlation "
            f"within an article {intraclass(every):.3f} (used: {WITHIN_DOCUMENT}), "
            f"within a source {intraclass(of_source):.3f}"
        )
        rates = [(np.mean(q), pc1[s]) for s, q in zip(by, of_source, strict=True) if s in pc1 and len(q) >= 20]
        kept_rate, true = map(np.array, zip(*rates, strict=True))
        low, high = resampled(lambda d, a=kept_rate, b=true: correlation(a[d], b[d]), np.arange(len(true)))
        print(
            f"    share kept, sources with 20+ quotations, against pc1: Spearman {correlation(kept_rate, true):.3f} "
            f"[{low:.2f}, {high:.2f}] (n={len(true)}); shares from {kept_rate.min():.2f} to {kept_rate.max():.2f}"
        )
        for name, within in (("every quotation counts fully", 0.0), ("discounted within an article", WITHIN_DOCUMENT)):
            held, width, n = halves(by, within)
            print(f"    90 % agreement of two halves of a source, {name}: {held:.3f} (n={n}); width {width:.2f}")


def quotations(pairs: list[dict[str, Any]], split: str) -> dict[tuple[str, str], list[bool]]:
    """(source, article) → for each of its quotations, whether most other outlets have the same words."""
    votes: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for pair in pairs:
        if pair["split"] != split or pair["silver_label"] == "different":
            continue
        if pair["a"]["domain"] != pair["b"]["domain"]:
            for side in ("a", "b"):
                key = (pair[side]["domain"], pair[side]["doc"], pair[side]["quote"])
                votes[key].append(not pair["silver_label"].startswith("altered"))
    result: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for (domain, document, _), kept in sorted(votes.items()):
        result[domain, document].append(sum(kept) * 2 >= len(kept))
    return result


def intraclass(groups: list[list[bool]]) -> float:
    """ANOVA estimate of the intraclass correlation."""
    sizes = np.array([len(g) for g in groups], float)
    means = np.array([np.mean(g) for g in groups])
    total, count = sizes.sum(), len(groups)
    mean = (sizes * means).sum() / total
    between = (sizes * (means - mean) ** 2).sum() / (count - 1)
    inside = (sizes * means * (1 - means)).sum() / (total - count)
    size = (total - (sizes**2).sum() / total) / (count - 1)
    return float((between - inside) / (between + (size - 1) * inside))


def halves(by: dict[str, dict[str, list[bool]]], within: float) -> tuple[float, float, int]:
    """How often the posteriors from two halves of a source's articles agree at 90 %, and how wide they are."""
    agree, widths = [], []
    for documents in by.values():
        sides = [[1.0, 1.0], [1.0, 1.0]]
        for document, kept in documents.items():
            side = sides[stable_hash(document) % 2]
            worth = 1 / (1 + (len(kept) - 1) * within)
            side[0] += worth * sum(kept)
            side[1] += worth * (len(kept) - sum(kept))
        if min(map(sum, sides)) < 12:
            continue
        means = [a / (a + b) for a, b in sides]
        spread = sum(m * (1 - m) / (a + b + 1) for m, (a, b) in zip(means, sides, strict=True))
        agree.append(abs(means[0] - means[1]) <= 1.645 * np.sqrt(spread))
        low, high = interval(*sides[0])
        widths.append(high - low)
    return float(np.mean(agree)), float(np.mean(widths)), len(agree)


# ---------------------------------------------------------------------------------------------------- simulation


def simulation() -> None:
    print(
        "\n## Simulation: 400 sources of known reliability; claims of one article correlated; 90 % intervals, letters"
    )
    print(f"  {'':53s} truth inside   width   letter off by 2+   pairs ordered, wrongly")
    for articles in (5, 20, 80):
        for copies in (1, 8):
            truth, records = simulated(articles, copies)
            for name, within, counted in (
                ("discounted, as shipped", WITHIN_DOCUMENT, records),
                ("floor: every claim counts", 0.0, [as_original(record) for record in records]),
            ):
                ratings_module.WITHIN_DOCUMENT = within
                found = {r.source: r for r in rate(counted) if r.mean is not None}
                inside = [r.interval[0] <= truth[s] <= r.interval[1] for s, r in found.items()]
                width = np.mean([r.interval[1] - r.interval[0] for r in found.values()])
                far = [abs("ABCDE".index(r.letter) - round(4 * (1 - truth[s]))) >= 2 for s, r in found.items()]
                ordered, wrong = pairs_ordered(truth, found)
                print(
                    f"  {articles:2d} articles, {copies} of each in print: {name:26s} "
                    f"{np.mean(inside):.3f} (n={len(found)})"
                    f"  {width:.2f}    {np.mean(far):.3f}              {ordered:.2f}, {wrong:.4f}"
                )
                ratings_module.WITHIN_DOCUMENT = WITHIN_DOCUMENT


def simulated(articles: int, copies: int) -> tuple[dict[str, float], list[Record]]:
    """Draw records. Of each article ``copies`` stand in the collection; its claims share a Beta-distributed rate."""
    draw = random.Random(articles * 100 + copies)
    truth, records = {}, []
    spread = 1 / WITHIN_DOCUMENT - 1
    for number in range(400):
        source = f"s{number:03d}.example"
        true = truth[source] = draw.betavariate(6, 2)
        for article in range(articles):
            rate_here = draw.betavariate(true * spread, (1 - true) * spread)
            held = [draw.random() < rate_here for _ in range(draw.randint(1, 6))]
            counts = ClaimCounts(len(held) + 6, sum(held), 0, len(held) - sum(held), 6)
            for copy in range(copies):
                kind = "original" if copies == 1 else "wholesale-duplicate"
                found = Evidence("s", documents=copies + 2, origins=3, claims=counts, copied=kind)
                records.append(Record(f"{number}-{article}-{copy}", source, "ok", "s", None, evidence=found))
    return truth, records


def as_original(record: Record) -> Record:
    """Forget that a document is a copy."""
    assert isinstance(record.evidence, Evidence)
    return msgspec.structs.replace(record, evidence=msgspec.structs.replace(record.evidence, copied="original"))


def pairs_ordered(truth: dict[str, float], found: dict[str, Any]) -> tuple[float, float]:
    """Share of pairs whose intervals do not overlap, and the share of those in the wrong order."""
    names = sorted(found)[:150]
    ordered = wrong = total = 0
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            total += 1
            low, high = (a, b) if found[a].interval[1] < found[b].interval[0] else (b, a)
            if found[low].interval[1] < found[high].interval[0]:
                ordered += 1
                wrong += truth[low] > truth[high]
    return ordered / total, wrong / max(1, ordered)


# ---------------------------------------------------------------------------------------------------- cost


def cost() -> None:
    print("\n## Cost: 1,000 sources")
    for count in (1_000, 10_000, 100_000):
        begin = time.process_time()
        rate(stream(count))
        seconds = time.process_time() - begin
        tracemalloc.start()
        ratings = Ratings()
        for record in stream(count):
            ratings.add(record)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(f"  {count:7,} records: {1e6 * seconds / count:6.1f} µs a record, {peak / 1e6:.1f} MB at most")


def stream(count: int) -> Iterator[Record]:
    found = Evidence("s", documents=4, origins=3, claims=ClaimCounts(9, 2, 1, 1, 5))
    for i in range(count):
        yield Record(str(i), f"s{i % 1000}.example", "ok", "s", None, evidence=found)


# ---------------------------------------------------------------------------------------------------- common


def correlation(a: Floats, b: Floats) -> float:
    return float(spearmanr(a, b).statistic)


def resampled(statistic: Callable[[Any], float], items: npt.NDArray[np.int64]) -> tuple[float, float]:
    """95 % percentile bootstrap over sources."""
    generator = np.random.default_rng(0)
    found = [statistic(generator.choice(items, len(items))) for _ in range(1000)]
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("out/sources_skeletons.npz"))
    names = ("style", "veracity", "evidence", "simulation", "cost")
    parser.add_argument("--part", nargs="+", choices=names, default=names)
    arguments = parser.parse_args()
    parts = {
        "style": lambda: style(arguments.data, arguments.scores, arguments.cache),
        "veracity": lambda: veracity(arguments.data),
        "evidence": lambda: evidence(arguments.data),
        "simulation": simulation,
        "cost": cost,
    }
    for part in arguments.part:
        parts[part]()


if __name__ == "__main__":
    main()
