"""Trains the garble model and measures it. Run as ``annotate train configs/train/garbled.yaml``.

Counts come from human texts of ``train`` and from fluent texts of language models (what is ordinary, not who wrote
it); the model of word order from sentences of the same texts and what disorder makes of them; the trees over the
measures from human documents kept out of the counts and from garbled sentences: bad scans, character noise, a model's
nonsense, translations with a pasted phrase, stuck decoders (all from the data), and human sentences damaged on purpose
(:mod:`annotate.training.damage`). Learners' and linguists' ungrammatical sentences, and machine translations, count as
*not* garbled: bad is not senseless. What is measured on: ``dev``, halved by the hash of the document; thresholds from
the choosing half, figures from the reporting half.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import Range, lay_out
from annotate.errors import AnnotateError
from annotate.models.features import FamilySpec, stable_hash, tokenize
from annotate.models.garbled import (
    MEASURES,
    MODEL,
    ORDERS,
    WORD_ORDER,
    Codes,
    GarbledMeta,
    GarbledModel,
    Hashes,
    Table,
    backward_hashes,
    characters,
    columns,
    encode_counts,
    measure,
    probabilities,
)
from annotate.models.linear import Floats, LinearModel, ModelMeta, quantise
from annotate.models.trees import FIELDS, Trees, read_trees
from annotate.training.card import table, write_card
from annotate.training.damage import DAMAGES
from annotate.training.data import digest_files, read_rows

_LEFT_OUT: Final = frozenset({"linguistics", "learner", "news_historic"})
_FLUENT: Final = frozenset({"human", "human_translation", "llm_generated", "llm_paraphrase"})
_NOT_GARBLED: Final = frozenset({"grammatical_error", "grammar_borderline"})
_LENGTHS: Final = ((6, 10), (11, 20), (21, 35), (36, 1000))
_CHUNK: Final = 400
_LONGEST: Final = 60
"""Words; longer sentences teach little about order and cost much."""
# More of these is never better; left free, the trees learn the quirks of the damage made on purpose.
_WORSE_WHEN_HIGH: Final = frozenset(
    {
        "unknown_lower",
        "unknown_lower_worst_6",
        "unknown_count",
        "doubled",
        "doubled_count",
        "repeated_2",
        "most_repeated_3",
    }
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with what is known about it."""

    text: str
    kind: str
    """``human``, or what is wrong with it."""
    source: str
    group: str
    """Sentences of one group never stand on both sides of a split."""
    garbled: bool


def train(config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Train the garble model, write ``garbled.npz`` into the folder ``out`` and the figures to ``config["report"]``.

    Args:
        config: the keys of ``configs/train/garbled.yaml``.
        out: folder that receives the weights.

    Returns:
        The figures that were written.

    Raises:
        AnnotateError: if data is missing or there are no garbled or no human sentences in it.
    """
    data = Path(config["data"])
    cells, tables = _count(_counted(data, config), config)
    digest = digest_files([data / "train" / "human_news.parquet", data / "train" / "mt_docs.parquet"])
    empty = GarbledMeta(tables, 0.0, 1.0, 1.0, config["fewest_words"], digest)
    order = _fit_order(_counted(data, config), config, digest)
    out.mkdir(parents=True, exist_ok=True)
    order.save(out / f"{WORD_ORDER}.npz")
    model = GarbledModel(empty, cells, order, _NO_TREES, "unsaved")

    learning = _sentences(data, "train", config, config["sentences"], config["damaged"])
    testing = _sentences(data, "dev", config, config["test_sentences"], config["test_damaged"])
    if len({s.garbled for s in learning}) < 2:
        raise AnnotateError(f"{data} holds no garbled or no human sentences to learn from; check the files.")
    trees, bias = _fit(_measure_all(model, learning), learning, config)

    choosing = [s for s in testing if stable_hash("half:" + s.group) & 1]
    reporting = [s for s in testing if not stable_hash("half:" + s.group) & 1]
    draft = GarbledModel(msgspec.structs.replace(empty, bias=bias), cells, order, trees, "unsaved")
    choose_scores = probabilities(draft, _measure_all(draft, choosing))
    human = np.array([s.kind == "human" for s in choosing])
    news = human & np.array([s.source in config["news"] for s in choosing])
    flag = _quantile(choose_scores[news], config["false_positives"])
    one_percent = _quantile(choose_scores[human], 0.01)
    major = max(0.9, _quantile(choose_scores[news], config["false_positives"] / 5))
    final = GarbledModel(
        msgspec.structs.replace(draft.meta, threshold=flag, major=major), cells, order, trees, "unsaved"
    )
    final.save(out / f"{MODEL}.npz")

    figures = {
        "data": {
            "learning": dict(sorted(Counter(s.kind for s in learning).items())),
            "choosing": dict(sorted(Counter(s.kind for s in choosing).items())),
            "reporting": dict(sorted(Counter(s.kind for s in reporting).items())),
            "words_counted": tables[0].total,
        },
        "thresholds": {"flag": flag, "major": major, "fpr_1_percent": one_percent},
        "weights_bytes": sum((out / f"{name}.npz").stat().st_size for name in (MODEL, WORD_ORDER)),
        "reporting": _figures(final, reporting, choosing, one_percent, config),
    }
    Path(config["report"]).parent.mkdir(parents=True, exist_ok=True)
    Path(config["report"]).write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    write_card(Path(config["report"]).with_suffix(".md"), card(figures))
    return figures


def card(figures: Mapping[str, Any]) -> dict[str, list[str]]:
    """Turn the figures into the tables of the model card."""
    header = ("", "sentences", "at 1 % FPR", "95 %", "flagged", "major", "floor at 1 % FPR")

    def rows(part: Mapping[str, Mapping[str, Any]]) -> list[list[object]]:
        names = ("sentences", "at_1_percent", "interval", "flagged", "major", "trivial_at_1_percent")
        return [[name, *(shares[key] for key in names)] for name, shares in part.items()]

    kinds = figures["reporting"]["by_kind"]
    sound = {k: v for k, v in kinds.items() if k in ("human", "machine-translation", "ungrammatical")}
    real = {k: v for k, v in kinds.items() if k not in sound and k not in DAMAGES}
    made = {k: v for k, v in kinds.items() if k in DAMAGES}
    return {
        "Thresholds": [", ".join(f"{k} {v:.3f}" for k, v in sorted(figures["thresholds"].items()))],
        "Garbled by others: share found": table(header, rows(real)),
        "Damaged on purpose: share found": table(header, rows(made)),
        "Not garbled: share wrongly found": table(header, rows(sound)),
        "People's sentences by source: share wrongly found": table(
            header, rows(figures["reporting"]["human_by_source"])
        ),
        "People's sentences by words: share wrongly found": table(header, rows(figures["reporting"]["human_by_words"])),
        "All garbled sentences by words: share found": table(header, rows(figures["reporting"]["garbled_by_words"])),
        "Garbled by others, by words: share found": table(header, rows(figures["reporting"]["garbled_real_by_words"])),
    }


def _kept_out(key: str, config: Mapping[str, Any]) -> bool:
    return bool(stable_hash(f"out:{config['seed']}:{key}") % 1000 < 1000 * config["held_out"])


def _counted(data: Path, config: Mapping[str, Any]) -> Iterator[str]:
    """Texts to count: all human ones of ``train`` but the documents kept out, and fluent ones by models."""
    for name in ("human_news", "mt_docs"):
        for row in read_rows(data / "train" / f"{name}.parquet", ("id", "kind", "lines", "group")):
            if row["kind"] != "mt" and not _kept_out(row["group"] or row["id"], config):
                yield "\n".join(row["lines"])
    for row in read_rows(data / "train" / "docs_by_kind.parquet", ("kind", "domain", "text", "family")):
        if row["kind"] in _FLUENT and row["domain"] not in _LEFT_OUT and not _kept_out(row["family"], config):
            yield row["text"]


def _count(texts: Iterable[str], config: Mapping[str, Any]) -> tuple[dict[tuple[str, int], Codes], tuple[Table, ...]]:
    """Count the n-grams of texts and pack the counts of those seen often enough into tables."""
    found: dict[tuple[str, int], list[Hashes]] = {(kind, n): [] for kind, orders in ORDERS.items() for n in orders}
    forms: Counter[str] = Counter()
    total = 0
    for chunk in _chunks(texts, _CHUNK):
        text = "\n".join(chunk)
        tokens = tokenize(text, lay_out(text).sentences)
        total += len(tokens.forms)
        forms.update(form.text for form in tokens.forms if form.text[0].isalpha())
        units = tokens.units.astype(np.int64)
        for kind, column in zip(("words", "skeleton"), columns(tokens), strict=True):
            for n, (hashes, within) in enumerate(backward_hashes(column, units, max(ORDERS[kind])), start=1):
                found[kind, n].append(hashes[within])
    cells: dict[tuple[str, int], Codes] = {}
    tables: list[Table] = []
    for (kind, n), parts in found.items():
        bits = config["bits"][kind][n - ORDERS[kind][0]]
        minimum = config["minimum"][kind][n - ORDERS[kind][0]]
        if kind == "chars":
            keys, counts = _count_characters(forms, n)
        else:
            keys, counts = np.unique(np.concatenate(parts), return_counts=True)
        parts.clear()
        cells[kind, n] = _pack(keys, counts, minimum, bits)
        tables.append(Table(kind, n, bits, total))
    return cells, tuple(tables)


def _fit_order(texts: Iterable[str], config: Mapping[str, Any], digest: str) -> LinearModel:
    """Fit the linear model that tells sentences from the same sentences in disorder, each shown both ways."""
    from annotate.training.linear import count_grams, fit_mean_model

    settings = config["order"]
    sentences = {s for text in texts for s in _split(text) if config["fewest_words"] <= len(s.split()) <= _LONGEST}
    chosen = sorted(sentences, key=lambda s: stable_hash(f"order:{config['seed']}:{s}"))[: settings["sentences"]]
    random = Random(f"{config['seed']}:order")  # noqa: S311 - no cryptography
    pool = [s.split() for s in chosen]
    shown: list[tuple[str, bool]] = []
    for i, (sentence, words) in enumerate(zip(chosen, pool, strict=True)):
        damaged = DAMAGES[settings["damages"][i % len(settings["damages"])]](words, random, pool)
        shown.append((sentence, False))
        if damaged != sentence:
            shown.append((damaged, True))
    families = tuple(msgspec.convert(settings["families"], list[FamilySpec]))
    counts = count_grams(shown, lambda s: tokenize(s[0], [Range(0, len(s[0]))]), families)
    target = np.array([disordered for _, disordered in shown])
    fitted = [fit_mean_model(part, target, np.ones(len(target)), settings["strength"]) for part in counts]
    meta = ModelMeta(WORD_ORDER, ("disordered",), families, data_digest=digest)
    return quantise(meta, [weights[:, None] for weights, _ in fitted], np.array([[bias] for _, bias in fitted]))


def _count_characters(forms: Counter[str], n: int) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Character n-grams of words seen three times or more, each word counted by the root of its frequency."""
    words = sorted(form for form, count in forms.items() if count >= 3)
    symbols, owners = characters(words)
    hashes, within = backward_hashes(symbols, owners, n)[-1]
    weights = np.sqrt(np.array([forms[word] for word in words], dtype=np.float64))[owners]
    keys, inverse = np.unique(hashes[within], return_inverse=True)
    return keys, np.rint(np.bincount(inverse, weights=weights[within])).astype(np.int64)


def _pack(keys: Hashes, counts: npt.NDArray[np.int64], minimum: int, bits: int) -> Codes:
    table = np.zeros(2**bits, dtype=np.uint8)
    enough = counts >= minimum
    where = (keys[enough] >> np.uint64(64 - bits)).astype(np.int64)
    np.maximum.at(table, where, encode_counts(counts[enough]))
    return table


def _chunks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    chunk: list[str] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _sentences(data: Path, part: str, config: Mapping[str, Any], human: int, damaged: int) -> list[Sentence]:
    """Sentences of one part of the data: human ones, garbled ones of each kind, and bad ones that are not garbled."""
    people = list(_human(data, part, config))
    people.sort(key=lambda s: stable_hash(f"{config['seed']}:{s.group}:{s.text}"))
    found = people[:human]
    # What is damaged is not also shown whole.
    spare = people[human:] or people
    pool = [s.text.split() for s in spare]
    for d, (kind, damage) in enumerate(sorted(DAMAGES.items())):
        # A string seed goes through SHA-512, not through hash(): the same in every process.
        random = Random(f"{config['seed']}:{part}:{kind}")  # noqa: S311 - no cryptography
        count = min(damaged, len(spare) // len(DAMAGES))
        for sentence, words in zip(spare[d * count : (d + 1) * count], pool[d * count : (d + 1) * count], strict=True):
            text = damage(words, random, pool)
            if text != sentence.text:
                found.append(Sentence(text, kind, "damaged", sentence.group, True))
    real: dict[str, list[Sentence]] = {}
    for sentence in _real(data, part):
        real.setdefault(sentence.kind, []).append(sentence)
    for kind in sorted(real):
        ranked = sorted(real[kind], key=lambda s: stable_hash(f"{config['seed']}:{s.group}:{s.text}"))
        found.extend(ranked[:damaged])
    return [s for s in found if len(s.text.split()) >= config["fewest_words"] and len(s.text) <= 1500]


def _human(data: Path, part: str, config: Mapping[str, Any]) -> Iterator[Sentence]:
    """People's sentences; of ``train`` only those of documents kept out of the counts."""
    for name in ("human_news", "mt_docs"):
        for row in read_rows(data / part / f"{name}.parquet", ("id", "kind", "lines", "group", "testset")):
            key = row["group"] or row["id"]
            if row["kind"] != "mt" and (part == "dev" or _kept_out(key, config)):
                for text in _split("\n".join(row["lines"])):
                    yield Sentence(text, "human", row["testset"], key, False)
    if part == "train":
        for row in read_rows(data / part / "docs_by_kind.parquet", ("kind", "domain", "text", "family")):
            if row["kind"] == "human" and row["domain"] not in _LEFT_OUT and _kept_out(row["family"], config):
                for text in _split(row["text"]):
                    yield Sentence(text, "human", row["domain"], row["family"], False)


def _real(data: Path, part: str) -> Iterator[Sentence]:
    """Sentences garbled by somebody else, and bad ones that are not garbled."""
    rows = list(
        read_rows(
            data / part / "docs_by_kind.parquet",
            ("id", "kind", "operation", "generator", "source_repo", "text", "pair_id", "family"),
        )
    )
    originals = {row["id"]: row["text"] for row in rows if row["kind"] in ("human", "llm_generated", "llm_paraphrase")}
    for row in rows:
        if row["kind"] in _NOT_GARBLED:
            for text in _split(row["text"]):
                yield Sentence(text, "ungrammatical", row["source_repo"], row["family"], False)
        elif row["kind"] != "garbled":
            continue
        elif row["operation"] == "title_prompt":
            for text in _split(row["text"])[1:]:
                yield Sentence(text, "nonsense", row["source_repo"], row["family"], True)
        elif row["pair_id"] in originals:
            kind = "scan" if row["operation"] == "ocr" else "character-noise"
            known = set(originals[row["pair_id"]].split())
            for text in _split(row["text"]):
                words = text.split()
                wrong = sum(word not in known for word in words) / len(words)
                # A wrong letter here and there is a matter of spelling, not of sense.
                if wrong >= 0.25:
                    yield Sentence(
                        text, f"{kind}-{'half' if wrong >= 0.5 else 'quarter'}", row["source_repo"], row["family"], True
                    )
    for row in read_rows(data / part / "hallucinations_de_en.parquet", ("id", "mt", "labels")):
        if "repetitions" in row["labels"] and len(row["mt"].split()) >= 6:
            yield Sentence(row["mt"], "repetitions", "hallucinations", row["id"], True)
    yield from _translations(data, part)
    pasted = data / "train" / "phrase_replaced.parquet"
    for row in read_rows(pasted, ("id", "text", "mt", "lang_pair")):
        # There is no dev part of it: one third, by the hash of the sentence it was made from, stands in.
        if (stable_hash("pasted:" + row["mt"]) % 3 == 0) == (part == "dev"):
            yield Sentence(row["text"], "pasted-phrase", row["lang_pair"], row["mt"], True)


def _translations(data: Path, part: str) -> Iterator[Sentence]:
    for row in read_rows(data / part / "mt_docs.parquet", ("id", "kind", "year", "lines", "group", "system")):
        if row["kind"] == "mt" and row["year"] >= 2018 and stable_hash("mt:" + row["id"]) % 20 == 0:
            for text in _split("\n".join(row["lines"]))[:5]:
                yield Sentence(text, "machine-translation", row["system"], row["group"] or row["id"], False)


def _split(text: str) -> list[str]:
    return [r.of(text) for r in lay_out(text).sentences]


def _measure_all(model: GarbledModel, sentences: Sequence[Sentence]) -> Floats:
    parts = []
    for at in range(0, len(sentences), 2000):
        texts = [s.text for s in sentences[at : at + 2000]]
        ranges, start = [], 0
        for text in texts:
            ranges.append(Range(start, start + len(text)))
            start += len(text) + 1
        parts.append(measure(model, "\n".join(texts), ranges).values)
    return np.concatenate(parts) if parts else np.zeros((0, len(MEASURES)))


def _fit(x: Floats, sentences: Sequence[Sentence], config: Mapping[str, Any]) -> tuple[Trees, float]:
    """Grow the trees; weights make the garbled a share of ``prior``, each kind of damage alike."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    y = np.array([s.garbled for s in sentences])
    sizes = Counter(s.kind for s in sentences if s.garbled)
    w = np.array([1.0 / sizes[s.kind] if s.garbled else 1.0 for s in sentences])
    w[y] *= config["prior"] / (1 - config["prior"]) * w[~y].sum() / w[y].sum()
    directions = [int(name in _WORSE_WHEN_HIGH) for name in MEASURES]
    fitted = HistGradientBoostingClassifier(
        **config["trees"], early_stopping=False, monotonic_cst=directions, random_state=config["seed"]
    )
    fitted.fit(x, y, sample_weight=w * len(w) / w.sum())
    return _plain(fitted)


def _plain(fitted: Any) -> tuple[Trees, float]:
    """Take the trees out of a fitted scikit-learn classifier (its private ``_predictors``: there is no other way)."""
    columns: dict[str, list[Any]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    roots = []
    at = 0
    for (predictor,) in fitted._predictors:
        nodes = predictor.nodes
        own = np.arange(at, at + len(nodes))
        leaf = nodes["is_leaf"].astype(bool)
        columns["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
        columns["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
        columns["left"].append(np.where(leaf, own, at + nodes["left"].astype(np.int64)))
        columns["right"].append(np.where(leaf, own, at + nodes["right"].astype(np.int64)))
        columns["value"].append(np.where(leaf, nodes["value"], 0.0))
        roots.append(at)
        at += len(nodes)
    arrays = {f"tree_{name}": np.concatenate(parts) for name, parts in columns.items()}
    return read_trees({**arrays, "tree_roots": np.array(roots)}), float(np.ravel(fitted._baseline_prediction)[0])


_NO_TREES: Final = read_trees({f"tree_{name}": np.zeros(0) for name in FIELDS})


def _quantile(scores: Floats, share: float) -> float:
    """Give the score that at most ``share`` of ``scores`` reach, rounded up."""
    ordered = np.sort(scores)[::-1]
    return float(np.ceil(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e5) / 1e5 + 1e-5)


def _trivial(sentences: Sequence[Sentence], model: GarbledModel) -> Floats:
    """Score by the floor: share of words in lower case that the counted texts do not have."""
    return _measure_all(model, sentences)[:, MEASURES.index("unknown_lower")]


def _figures(
    model: GarbledModel,
    sentences: Sequence[Sentence],
    choosing: Sequence[Sentence],
    one_percent: float,
    config: Mapping[str, Any],
) -> dict[str, Any]:
    scores = probabilities(model, _measure_all(model, sentences))
    trivial = _trivial(sentences, model)
    floor = _quantile(_trivial([s for s in choosing if s.kind == "human"], model), 0.01)
    kinds = np.array([s.kind for s in sentences])
    sources = np.array([s.source for s in sentences])
    lengths = np.array([len(s.text.split()) for s in sentences])
    garbled = np.array([s.garbled for s in sentences])
    groups = np.array([s.group for s in sentences])

    def shares(keep: npt.NDArray[np.bool_]) -> dict[str, Any]:
        return {
            "sentences": int(keep.sum()),
            "at_1_percent": round(float((scores[keep] >= one_percent).mean()), 4),
            "interval": _interval(scores[keep] >= one_percent, groups[keep], config),
            "flagged": round(float((scores[keep] >= model.meta.threshold).mean()), 4),
            "major": round(float((scores[keep] >= model.meta.major).mean()), 4),
            "trivial_at_1_percent": round(float((trivial[keep] >= floor).mean()), 4),
        }

    def bands(keep: npt.NDArray[np.bool_]) -> dict[str, Any]:
        parts = {f"{a}-{b}": keep & (lengths >= a) & (lengths <= b) for a, b in _LENGTHS}
        return {name: shares(part) for name, part in parts.items() if part.any()}

    return {
        "by_kind": {str(k): shares(kinds == k) for k in sorted(set(kinds.tolist()))},
        "human_by_source": {
            str(s): shares((kinds == "human") & (sources == s)) for s in sorted(set(sources[kinds == "human"].tolist()))
        },
        "human_by_words": bands(kinds == "human"),
        "garbled_by_words": bands(garbled),
        "garbled_real_by_words": bands(garbled & (sources != "damaged")),
    }


def _interval(flagged: npt.NDArray[np.bool_], groups: npt.NDArray[Any], config: Mapping[str, Any]) -> list[float]:
    """95 % bootstrap interval of a share over groups (percentiles)."""
    random = np.random.default_rng(config["seed"])
    _, index = np.unique(groups, return_inverse=True)
    sizes = np.bincount(index).astype(np.float64)
    hits = np.bincount(index, weights=flagged.astype(np.float64))
    values = []
    for _ in range(config["bootstrap"]):
        drawn = random.integers(0, len(sizes), len(sizes))
        values.append(hits[drawn].sum() / sizes[drawn].sum())
    return [round(float(v), 4) for v in np.quantile(values, [0.025, 0.975])]
