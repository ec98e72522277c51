"""Trains the line model and measures it. Run as ``annotate train configs/train/lines.yaml``.

What is learnt from: labelled lines of web pages (``boilerplate_lines``; those inside the article and the first few
behind it, which is what scraped text holds), and human news, whose lines are taken for the article's unless a pattern
of :mod:`annotate.models.line_rules` says otherwise. What is measured on: ``dev``, halved by the hash of the document;
thresholds come from the choosing half and from other news of ``train``, figures from the reporting half.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import Document, Range
from annotate.errors import AnnotateError
from annotate.models.features import FamilySpec, grams, stable_hash, tokenize
from annotate.models.linear import Floats, LinearModel, ModelMeta, quantise
from annotate.models.lines import (
    MODEL,
    OUTPUTS,
    SHAPE,
    ContextStep,
    Lines,
    find_with,
    in_context,
    look_at,
    openings,
    probabilities,
)
from annotate.training.card import table, write_card
from annotate.training.data import digest_files, read_rows

Bools = npt.NDArray[np.bool_]

_SPAM_KINDS: Final = frozenset({"social_follow", "newsletter_subscribe", "ad_promo"})
_COLUMNS: Final = ("doc_id", "source_repo", "line_no", "text", "label", "kind", "zone", "dist")
_FOLDS: Final = 3
_LENGTHS: Final = ((1, 2), (3, 4), (5, 8), (9, 15), (16, 30), (31, 10_000))


@dataclass(slots=True)
class Page:
    """One document of lines with their labels."""

    key: str
    source: str
    text: str
    lines: Lines
    furniture: Bools
    spam: Bools
    kinds: list[str]
    weight: float = 1.0


def train(config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Train the line model, write ``lines.npz`` into the folder ``out`` and the figures to ``config["report"]``.

    Args:
        config: the keys of ``configs/train/lines.yaml``.
        out: folder that receives the weights.

    Returns:
        The figures that were written.

    Raises:
        AnnotateError: if data is missing or holds no lines of both kinds.
    """
    data = Path(config["data"])
    files = [
        data / part / name for part in ("train", "dev") for name in ("boilerplate_lines.parquet", "human_news.parquet")
    ]
    pages = read_pages(files[0], config["after"])
    news = read_news(files[1], config["news_documents"] + config["choose_documents"], config["seed"])
    choosing_news = news[config["news_documents"] :]
    learning = pages + news[: config["news_documents"]]
    for page in news:
        page.weight = config["news_weight"]
    families = tuple(msgspec.convert(family, FamilySpec) for family in config["families"])
    far = read_far_lines(files[0], config["after"], config["seed"])
    if not any(page.furniture.any() for page in pages) or all(page.furniture.all() for page in pages):
        raise AnnotateError(f"{files[0]} needs lines labelled content and lines labelled boilerplate; check the file.")
    model, held_out = _first_step(learning, far, families, config, digest_files(files[:2]))
    step2 = _second_step(learning, held_out, config)

    dev = read_pages(files[2], config["after"])
    choose = [page for page in dev if stable_hash("half:" + page.key) & 1]
    report = [page for page in dev if not stable_hash("half:" + page.key) & 1]
    step2.threshold["boilerplate"] = _quiet_threshold(model, step2, choosing_news, config["news_flags_per_1000_words"])
    best = _best_threshold(model, step2, choose)
    model = LinearModel(
        msgspec.structs.replace(model.meta, extra={"step2": msgspec.to_builtins(step2), "max_f1_threshold": best}),
        model.weights,
        model.scales,
        model.bias,
        model.digest,
    )
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / f"{MODEL}.npz")

    figures = {
        "data": {
            "train_documents": len(pages),
            "train_lines": int(sum(len(page.furniture) for page in pages)),
            "train_furniture": int(sum(page.furniture.sum() for page in pages)),
            "news_documents": config["news_documents"],
            "choose_documents": len(choose),
            "report_documents": len(report),
        },
        "thresholds": {"product": step2.threshold, "max_f1": best},
        "lines": _figures(model, step2, report, best, config),
        "weights_bytes": (out / f"{MODEL}.npz").stat().st_size,
    }
    Path(config["report"]).parent.mkdir(parents=True, exist_ok=True)
    Path(config["report"]).write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    write_card(Path(config["report"]).with_suffix(".md"), card(figures))
    return figures


def card(figures: Mapping[str, Any]) -> dict[str, list[str]]:
    """Turn the figures into the tables of the model card."""
    ways = {name: way for name, way in figures["lines"].items() if name != "calibration"}
    both = {name: ways[name] for name in ("model at max F1", "product")}

    def parts(of: str) -> list[list[object]]:
        keys = ("lines", "furniture", "f1", "precision", "recall")
        return [[name, part, *(row[k] for k in keys)] for name, way in both.items() for part, row in way[of].items()]

    header = ("", "", "lines", "furniture", "F1", "P", "R")
    kinds = [
        [kind, row["lines"], *(way["recall_by_kind"][kind]["recall"] for way in ways.values())]
        for kind, row in ways["product"]["recall_by_kind"].items()
    ]
    calibration = [[c["from"], c["lines"], c["mean_score"], c["furniture"]] for c in figures["lines"]["calibration"]]
    return {
        "Furniture lines": table(
            ("", "F1", "95 %", "P", "R"),
            [[name, way["f1"], way["interval"], way["precision"], way["recall"]] for name, way in ways.items()],
        ),
        "By words in the line": table(header, parts("by_words")),
        "By source": table(header, parts("by_source")),
        "Recall by kind": table(("kind", "lines", *ways), kinds),
        "Calibration of the model": table(("score from", "lines", "mean score", "share furniture"), calibration),
    }


def read_pages(path: Path, after: int) -> list[Page]:
    """Read labelled web pages: the lines inside the article and the first ``after`` behind it, mixed lines left out."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in read_rows(path, _COLUMNS):
        if row["label"] != "mixed" and row["text"].split() and _near(row, after):
            grouped.setdefault(row["doc_id"], []).append(row)
    pages = []
    for key in sorted(grouped):
        rows = sorted(grouped[key], key=lambda row: row["line_no"])
        if len(rows) < 2:
            continue
        text, ranges = _join(row["text"] for row in rows)
        lines = look_at(text, ranges)
        furniture = np.array([row["label"] == "boilerplate" for row in rows])
        spam = furniture & np.array([_is_call(row["kind"], lines, i) for i, row in enumerate(rows)])
        kinds = [str(row["kind"] or "content") for row in rows]
        pages.append(Page(key, rows[0]["source_repo"], text, lines, furniture, spam, kinds))
    return pages


def _near(row: Mapping[str, Any], after: int) -> bool:
    return bool(row["zone"] == "inside" or (row["zone"] == "after" and row["dist"] <= after))


def _is_call(kind: str | None, lines: Lines, i: int) -> bool:
    """Decide by the rules first: the data's kinds were found by key words ("Share on Twitter" is ``social_follow``)."""
    hit = lines.hits[i]
    if hit:
        return hit.rule.label == "spam"
    return kind in _SPAM_KINDS


def read_news(path: Path, count: int, seed: int) -> list[Page]:
    """Draw documents of human news; a line is furniture where a rule with a prior of at least .85 finds its wording."""
    rows = [row for row in read_rows(path, ("id", "lines", "testset", "domain")) if len(row["lines"]) >= 3]
    rows.sort(key=lambda row: stable_hash(f"{seed}:{row['id']}"))
    pages = []
    for row in rows[:count]:
        text, ranges = _join(line for line in row["lines"] if line.split())
        lines = look_at(text, ranges)
        sure = [hit if hit and hit.rule.prior >= 0.85 else None for hit in lines.hits]
        furniture = np.array([hit is not None for hit in sure])
        spam = np.array([hit is not None and hit.rule.label == "spam" for hit in sure])
        kinds = [hit.rule.reason if hit else "content" for hit in sure]
        pages.append(Page(row["id"], row["testset"], text, lines, furniture, spam, kinds))
    return pages


def read_far_lines(path: Path, after: int, seed: int) -> tuple[list[str], Bools]:
    """Lines far from the article: distinct ones, and whether each is a call."""
    found: dict[str, bool] = {}
    for row in read_rows(path, _COLUMNS):
        text = " ".join(row["text"].split())
        if text and row["label"] == "boilerplate" and row["zone"] in ("before", "after") and not _near(row, after):
            found.setdefault(text, row["kind"] in _SPAM_KINDS)
    chosen = sorted(found, key=lambda text: stable_hash(f"{seed}:{text}"))
    return chosen, np.array([found[text] for text in chosen])


def _join(texts: Iterable[str]) -> tuple[str, tuple[Range, ...]]:
    units = [" ".join(text.split()) for text in texts]
    ranges = []
    at = 0
    for unit in units:
        ranges.append(Range(at, at + len(unit)))
        at += len(unit) + 1
    return "\n".join(units), tuple(ranges)


def _matrix(text: str, ranges: Sequence[Range], families: Sequence[FamilySpec]) -> Any:
    """N-grams of each range as a sparse matrix; the square root of their number is the norm, family by family."""
    import scipy.sparse as sp

    tokens = tokenize(text, openings(ranges))
    parts = []
    for spec in families:
        these = grams(tokens, spec)
        counts = np.maximum(np.bincount(these.units, minlength=len(ranges)), 1)
        values = 1.0 / np.sqrt(counts[these.units])
        parts.append(sp.csr_matrix((values, (these.units, these.buckets)), shape=(len(ranges), 2**spec.bits)))
    return sp.hstack(parts, format="csr")


def _first_step(
    pages: Sequence[Page],
    far: tuple[list[str], Bools],
    families: tuple[FamilySpec, ...],
    config: Mapping[str, Any],
    digest: str,
) -> tuple[LinearModel, Floats]:
    """Fit the n-gram weights, and the logits of every training line by a model that has not seen its document."""
    import scipy.sparse as sp
    from sklearn.linear_model import LogisticRegression

    near = sp.vstack([_matrix(page.text, page.lines.ranges, families) for page in pages], format="csr")
    text, ranges = _join(far[0])
    x = sp.vstack([near, _matrix(text, ranges, families)], format="csr") if ranges else near
    weights = np.concatenate(
        [*(np.full(len(p.furniture), p.weight) for p in pages), np.full(len(ranges), config["far_weight"])]
    )
    labels = [
        np.concatenate([*(page.furniture for page in pages), np.ones(len(ranges), dtype=bool)]),
        np.concatenate([*(page.spam for page in pages), far[1].astype(bool)]),
    ]
    folds = np.concatenate(
        [
            *(np.full(len(p.furniture), stable_hash("fold:" + p.key) % _FOLDS) for p in pages),
            np.full(len(ranges), _FOLDS),
        ]
    )
    rows = near.shape[0]
    held_out = np.zeros((rows, len(OUTPUTS)))
    tables = [np.zeros((2**spec.bits, len(OUTPUTS))) for spec in families]
    bias = np.zeros((len(families), len(OUTPUTS)))

    def fit(keep: Bools, label: Bools) -> Any:
        return LogisticRegression(C=config["c"], solver="liblinear", random_state=config["seed"]).fit(
            x[keep], label[keep], sample_weight=weights[keep]
        )

    for o, label in enumerate(labels):
        for fold in range(_FOLDS):
            these = np.flatnonzero(folds[:rows] == fold)
            held_out[these, o] = fit(folds != fold, label).decision_function(x[these])
        whole = fit(np.ones(len(folds), dtype=bool), label)
        at = 0
        for f, spec in enumerate(families):
            # A model averages its families' logits, so each family's share is multiplied by their number.
            tables[f][:, o] = whole.coef_[0, at : at + 2**spec.bits] * len(families)
            bias[f, o] = float(whole.intercept_[0])
            at += 2**spec.bits
    meta = ModelMeta(name=MODEL, outputs=OUTPUTS, families=families, power=0.5, data_digest=digest)
    return quantise(meta, list(tables), bias), held_out


def _second_step(pages: Sequence[Page], held_out: Floats, config: Mapping[str, Any]) -> ContextStep:
    from sklearn.linear_model import LogisticRegression

    parts = []
    at = 0
    for page in pages:
        count = len(page.furniture)
        parts.append(in_context(page.lines, held_out[at : at + count]))
        at += count
    x = np.concatenate(parts)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    weights = np.concatenate([np.full(len(page.furniture), page.weight) for page in pages])
    step2 = ContextStep({}, {}, {"boilerplate": 0.9, "spam": 0.5})
    for output in OUTPUTS:
        label = np.concatenate([page.furniture if output == "boilerplate" else page.spam for page in pages])
        fitted = LogisticRegression(C=config["c_context"], max_iter=3000).fit(
            (x - mean) / spread, label, sample_weight=weights
        )
        coefficients = fitted.coef_[0] / spread
        step2.weights[output] = [round(float(w), 6) for w in coefficients]
        step2.bias[output] = round(float(fitted.intercept_[0] - (coefficients * mean).sum()), 6)
    return step2


def score_page(model: LinearModel, step2: ContextStep, page: Page) -> tuple[Floats, Floats]:
    """Probabilities (furniture, spam) of a page's lines."""
    logits = model.logits(tokenize(page.text, openings(page.lines.ranges)))
    return probabilities(step2, in_context(page.lines, logits))


def _quiet_threshold(model: LinearModel, step2: ContextStep, news: Sequence[Page], allowed: float) -> float:
    """Give the least probability at which the model alone flags at most ``allowed`` lines per 1,000 words of news."""
    words = sum(len(page.text.split()) for page in news)
    step2.threshold["boilerplate"] = 0.5
    scores = [f.score for page in news for f in find_with(Document(page.text), model, step2) if f.by_model]
    scores.sort(reverse=True)
    position = int(allowed * words / 1000)
    return round(scores[position], 4) if position < len(scores) else 0.5


def _best_threshold(model: LinearModel, step2: ContextStep, pages: Sequence[Page]) -> float:
    truth = np.concatenate([page.furniture for page in pages])
    scores = np.concatenate([score_page(model, step2, page)[0] for page in pages])
    grid = np.linspace(0.05, 0.95, 91)
    return round(float(grid[int(np.argmax([_f1(truth, scores >= t)[0] for t in grid]))]), 2)


def _f1(truth: Bools, said: Bools) -> tuple[float, float, float]:
    both = float((truth & said).sum())
    precision = both / max(1.0, float(said.sum()))
    recall = both / max(1.0, float(truth.sum()))
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall


def _interval(pages: Sequence[tuple[Bools, Bools]], config: Mapping[str, Any]) -> list[float]:
    """95 % bootstrap interval of F1 over documents (percentiles)."""
    random = np.random.default_rng(config["seed"])
    parts = np.array([[(t & s).sum(), s.sum(), t.sum()] for t, s in pages], dtype=np.float64)
    values = []
    for _ in range(config["bootstrap"]):
        both, said, truth = parts[random.integers(0, len(parts), len(parts))].sum(axis=0)
        values.append(2 * both / max(1.0, said + truth))
    return [round(float(v), 3) for v in np.quantile(values, [0.025, 0.975])]


def _figures(
    model: LinearModel, step2: ContextStep, pages: Sequence[Page], best: float, config: Mapping[str, Any]
) -> dict[str, Any]:
    scored = [score_page(model, step2, page)[0] for page in pages]
    product = [product_flags(model, step2, page) for page in pages]
    answers: dict[str, list[Bools]] = {
        "trivial: at most 8 words, no final punctuation": [
            page.lines.shape[:, SHAPE.index("short_open")] > 0 for page in pages
        ],
        "rules alone": [np.array([hit is not None for hit in page.lines.hits]) for page in pages],
        "model at max F1": [scores >= best for scores in scored],
        "product": product,
    }
    names = list(answers)
    truth = np.concatenate([page.furniture for page in pages])
    lengths = np.concatenate([[len(r.of(page.text).split()) for r in page.lines.ranges] for page in pages])
    sources = np.concatenate([[page.source] * len(page.furniture) for page in pages])
    kinds = np.concatenate([page.kinds for page in pages])
    table: dict[str, Any] = {}
    for name in names:
        said = np.concatenate(answers[name])
        f1, precision, recall = _f1(truth, said)
        row: dict[str, Any] = {
            "f1": round(f1, 3),
            "interval": _interval([(p.furniture, a) for p, a in zip(pages, answers[name], strict=True)], config),
            "precision": round(precision, 3),
            "recall": round(recall, 3),
        }

        def part(keep: Bools, said: Bools = said) -> dict[str, float]:
            f, p, r = _f1(truth[keep], said[keep])
            return {
                "lines": int(keep.sum()),
                "furniture": int(truth[keep].sum()),
                "f1": round(f, 3),
                "precision": round(p, 3),
                "recall": round(r, 3),
            }

        row["by_words"] = {f"{low}-{high}": part((lengths >= low) & (lengths <= high)) for low, high in _LENGTHS}
        row["by_source"] = {str(s): part(sources == s) for s in sorted(set(sources.tolist()))}
        row["recall_by_kind"] = {
            str(k): {"lines": int((kinds == k).sum()), "recall": round(float(said[truth & (kinds == k)].mean()), 3)}
            for k in sorted(set(kinds[truth].tolist()))
        }
        table[name] = row
    everything = np.concatenate(scored)
    table["calibration"] = [
        {
            "from": round(low, 1),
            "lines": int(keep.sum()),
            "mean_score": round(float(everything[keep].mean()), 3),
            "furniture": round(float(truth[keep].mean()), 3),
        }
        for low in np.arange(0, 1, 0.1)
        if (keep := (everything >= low) & (everything < low + 0.1)).any()
    ]
    return table


def product_flags(model: LinearModel, step2: ContextStep, page: Page) -> Bools:
    """Which lines the detectors flag for more than half of their length."""
    marked = np.zeros(len(page.text) + 1, dtype=bool)
    for finding in find_with(Document(page.text), model, step2):
        marked[finding.start : finding.end] = True
    total = np.concatenate([[0], np.cumsum(marked)])
    return np.array([total[r.end] - total[r.start] > 0.5 * len(r) for r in page.lines.ranges])
