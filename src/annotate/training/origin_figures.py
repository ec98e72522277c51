"""Measures the origin model on the reporting half of ``dev`` and writes the tables of its model card."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from annotate.documents import ORIGINS
from annotate.models.calibration import evidence
from annotate.models.features import tokenize
from annotate.models.linear import LinearModel
from annotate.models.origin import HEADS, OriginFacts
from annotate.training.data import Sample, Window, whole_sentences
from annotate.training.linear import (
    auc,
    count_grams,
    expected_calibration_error,
    fit_mean_model,
    group_bootstrap,
    mean_logits,
    tpr_at,
)
from annotate.training.origin_model import (
    Pieces,
    Scored,
    Settings,
    gather,
    head_of,
    human_part,
    passages_of,
    prefix,
    probabilities,
    system_family,
)

LOG: Final = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
FPR: Final = 0.05
"""The false-positive rate of every "TPR" in the figures, and the default of ``verdict.fpr``."""
SHORTEST: Final = 100
"""Words of the shortest texts in the figures that are not broken down by length."""
FEWEST: Final = 20
"""A row with fewer texts on a side is left out: its interval would be as wide as the scale."""
REFIT: Final = "masked"
"""The family refitted with some makers left out: the best one alone."""


def measure(
    items: Sequence[Window],
    counts: Sequence[Any],
    report: Sequence[Scored],
    model: LinearModel,
    facts: OriginFacts,
    settings: Settings,
) -> dict[str, Any]:
    """Measure everything the model card states, on whole texts of the reporting half of ``dev``.

    Args:
        items: the training windows.
        counts: their n-grams, one matrix per family.
        report: the texts to report on.
        model: the trained model.
        facts: its calibration.
        settings: of the training run.
    """
    texts = [s for s in report if len(s.words)]
    pieces = gather((prefix(s, len(s.words), model) for s in texts), settings)
    chances = probabilities(pieces, facts.calibration)
    per_family = np.array([model.normalise(s.sums.sum(axis=0), s.counts.sum(axis=0)) for s in texts])
    heads = {str(spec.kind): per_family[:, f] for f, spec in enumerate(model.meta.families)}
    heads["average"] = per_family.mean(axis=1)
    bench = Bench(texts, pieces, chances, heads, settings.bootstrap)
    trained_on = {w.sample.system for w in items if w.sample.kind == "mt"}
    figures: dict[str, Any] = {"about": _about(items, bench, model, settings)}
    for name, table in (
        ("translation", bench.translation),
        ("systems", lambda: bench.systems(trained_on)),
        ("kinds", bench.kinds),
        ("verdicts", lambda: bench.verdicts(facts)),
        ("false_alarms", lambda: bench.false_alarms(facts)),
        ("reliability", lambda: bench.reliability(facts)),
        ("operating_points", lambda: operating_points(facts)),
        ("passages", lambda: _passages(texts, model, facts, settings)),
        ("left_out", lambda: _left_out(items, counts, bench, settings)),
        ("format", lambda: _format_only(items, bench, settings)),
    ):
        figures[name] = table()
        LOG.info("measured %s", name)
        if name in ("translation", "false_alarms", "passages"):
            LOG.info("\n%s", "\n".join(markdown_table(figures[name])))
    return figures


class Bench:
    """The reported texts with their scores and the masks that tables are cut by.

    Args:
        texts: the texts.
        pieces: each of them whole.
        chances: texts × origins: calibrated probabilities.
        heads: name of a score → texts × heads: mean logits. The last one is the one tables are made of.
        rounds: of the bootstrap.
    """

    def __init__(
        self, texts: Sequence[Scored], pieces: Pieces, chances: Floats, heads: dict[str, Floats], rounds: int
    ) -> None:
        self.texts = texts
        self.pieces = pieces
        self.chances = chances
        self.machine = 1.0 - chances[:, 0]
        self.rounds = rounds
        self.samples = pieces.samples
        self.words = pieces.words
        self.long = pieces.words >= SHORTEST
        self.groups = np.array([s.group for s in self.samples])
        self.label = np.array([s.label for s in self.samples])
        self.kind = np.array([s.kind for s in self.samples])
        self.system = np.array([s.system for s in self.samples])
        self.family = np.array([system_family(s.system) if s.kind == "mt" else s.lang for s in self.samples])
        self.source = np.array([s.source for s in self.samples])
        self.part = np.array([human_part(s) if s.label == "human" else "" for s in self.samples])
        self.in_news = np.array([s.domain.startswith("news") for s in self.samples])
        self.mt = self.kind == "mt"
        self.scores = {name: evidence(values, self.words) for name, values in heads.items()}
        self.main = list(heads)[-1]
        self.heads = self.scores[self.main]
        self.by_length: tuple[str, ...] = (self.main,)
        """Scores that are broken down by length."""
        originals = self.part == "original"
        news = (self.part == "news") & self.in_news
        self.negatives = {
            "English originals": originals | news,
            "English originals, WMT22 only": originals,
            "English originals, human_news only": news,
            "human translations": self.part == "translation",
        }

    def row(self, scores: Floats, positive: Bools, negative: Bools, **what: Any) -> dict[str, Any] | None:
        """AUC and TPR of one contrast with their intervals; None with too few texts."""
        if positive.sum() < FEWEST or negative.sum() < FEWEST:
            return None
        chosen = positive | negative
        values, truth, groups = scores[chosen], positive[chosen], self.groups[chosen]

        def interval(statistic: Callable[[Floats, Bools, Floats], float]) -> list[float]:
            ones = np.ones(len(values))
            low, high = group_bootstrap(groups, lambda w: statistic(values, truth, w), rounds=self.rounds)
            return [round(x, 3) for x in (statistic(values, truth, ones), low, high)]

        return {
            **what,
            "machine": int(positive.sum()),
            "human": int(negative.sum()),
            "auc": interval(auc),
            "tpr": interval(lambda s, t, w: tpr_at(s, t, FPR, w)),
        }

    def translation(self) -> list[dict[str, Any]]:
        """Machine translation against people's texts: by score, then by length."""
        rows: list[dict[str, Any] | None] = []
        mt_head = HEADS.index("machine-translated")
        scores: dict[str, Floats] = {name: values[:, mt_head] for name, values in self.scores.items()}
        scores["verdict"] = self.machine
        for against, negative in self.negatives.items():
            for name, values in scores.items():
                rows.append(
                    self.row(
                        values, self.mt & self.long, negative & self.long, against=against, score=name, band="100+"
                    )
                )
        for against in ("English originals", "human translations"):
            for low, high in ((50, 100), (100, 200), (200, 300), (300, 600), (600, 1_000_000)):
                band = (self.words >= low) & (self.words < high)
                name = f"{low}-{high}" if high < 1_000_000 else f"{low}+"
                rows += [
                    self.row(
                        scores[score],
                        self.mt & band,
                        self.negatives[against] & band,
                        against=against,
                        score=score,
                        band=name,
                    )
                    for score in self.by_length
                ]
        return [row for row in rows if row]

    def systems(self, trained_on: set[str]) -> list[dict[str, Any]]:
        """Judge translation systems by name, by maker, and by whether the name occurs in training.

        Texts of 100 words or more, all of a later year than any in training, against people's.
        """
        names_seen = np.array(["in training" if name in trained_on else "not in training" for name in self.system])
        rows: list[dict[str, Any] | None] = []
        scores = self.heads[:, HEADS.index("machine-translated")]
        for column, names in (("training", names_seen), ("family", self.family), ("system", self.system)):
            for name in np.unique(names[self.mt]).tolist():
                chosen = self.mt & self.long & (names == name)
                for against in ("English originals", "human translations"):
                    negative = self.negatives[against] & self.long
                    seen = bool(names_seen[chosen][0] == "in training") if column == "system" and chosen.any() else ""
                    rows.append(
                        self.row(scores, chosen, negative, by=column, name=name, in_training=seen, against=against)
                    )
        return [row for row in rows if row]

    def kinds(self) -> list[dict[str, Any]]:
        """Paraphrased and generated texts against the people's texts of the same collections, 100 words or more."""
        rows: list[dict[str, Any] | None] = []
        people = (self.part == "kinds") & self.long
        for label in ("machine-paraphrased", "machine-generated"):
            made = (self.label == label) & self.long
            scores = self.heads[:, HEADS.index(label)]
            cuts = [("all", "", made)]
            cuts += [("kind", k, made & (self.kind == k)) for k in np.unique(self.kind[made]).tolist()]
            cuts += [("maker", k, made & (self.family == k)) for k in np.unique(self.family[made]).tolist()]
            cuts += [("generator", k, made & (self.system == k)) for k in np.unique(self.system[made]).tolist()]
            rows += [self.row(scores, mask, people, label=label, by=by, name=name) for by, name, mask in cuts]
        return [row for row in rows if row]

    def called(self, facts: OriginFacts) -> tuple[npt.NDArray[np.str_], Bools]:
        """Verdict's label of each text at the default operating point, and whether the text is long enough for one."""
        bands = [facts.calibration.band(int(n)) for n in self.words]
        thresholds = np.array([band.points[f"{FPR:g}"].threshold for band in bands])
        likeliest = np.array(HEADS)[self.chances[:, 1:].argmax(axis=1)]
        return np.where(self.machine >= thresholds, likeliest, "human"), np.array([band.sufficient for band in bands])

    def verdicts(self, facts: OriginFacts) -> list[dict[str, Any]]:
        """Count what texts of each kind are called at the default operating point."""
        called, enough = self.called(facts)
        rows: list[dict[str, Any]] = []
        truth = {"human news": (self.part == "news") & self.in_news}
        truth |= {f"human, {k}": (self.part == k) for k in ("original", "translation", "kinds")}
        truth |= {k: self.kind == k for k in np.unique(self.kind[self.label != "human"]).tolist()}
        for name, mask in truth.items():
            chosen = called[mask & enough]
            if len(chosen) >= FEWEST:
                shares = {label: round(float((chosen == label).mean()), 3) for label in ORIGINS}
                rows.append({"truth": name, "texts": len(chosen), **shares})
        return rows

    def false_alarms(self, facts: OriginFacts) -> list[dict[str, Any]]:
        """Share of people's texts called machine-made at the default operating point: all news, then by source."""
        called, enough = self.called(facts)
        people = (self.label == "human") & enough
        news = people & (self.part == "news")
        cuts = [("human_news, news", news & self.in_news), ("human_news, other", news & ~self.in_news)]
        cuts += [(f"human_news, {k}", news & (self.system == k)) for k in np.unique(self.system[news]).tolist()]
        cuts += [(f"mt_docs, {k}", people & (self.part == k)) for k in ("original", "translation")]
        kinds = people & (self.part == "kinds")
        cuts += [(f"docs_by_kind, {k}", kinds & (self.source == k)) for k in np.unique(self.source[kinds]).tolist()]
        rows: list[dict[str, Any]] = []
        for name, mask in cuts:
            if mask.sum() < FEWEST:
                continue
            wrong = (called[mask] != "human").astype(np.float64)
            low, high = group_bootstrap(self.groups[mask], partial(_share, wrong), rounds=self.rounds)
            called_so = [round(x, 3) for x in (float(wrong.mean()), low, high)]
            rows.append({"source": name, "texts": int(mask.sum()), "called": called_so})
        return rows

    def reliability(self, facts: OriginFacts) -> list[dict[str, Any]]:
        """Measure the calibration error of each probability, by length band, with the prior the model assumes."""
        rows: list[dict[str, Any]] = []
        for band in facts.calibration.bands:
            mask = (self.words >= band.low) & (self.words < (band.high or 10**9))
            present = {int(c) for c in self.pieces.classes[mask]}
            if mask.sum() < 5 * FEWEST or len(present) < len(ORIGINS):
                continue
            weights = np.zeros(int(mask.sum()))
            classes = self.pieces.classes[mask]
            base = self.pieces.weights[mask]
            for c in present:
                # The prior holds in every band, whatever lengths the collections happen to have.
                here = classes == c
                prior = self.pieces.weights[self.pieces.classes == c].sum()
                weights[here] = prior * base[here] / base[here].sum()
            row: dict[str, Any] = {"band": band.name, "texts": int(mask.sum())}
            row["machine-made"] = round(expected_calibration_error(self.machine[mask], classes > 0, weights), 3)
            for c, label in enumerate(ORIGINS):
                row[label] = round(expected_calibration_error(self.chances[mask, c], classes == c, weights), 3)
            rows.append(row)
        return rows


def _share(found: Floats, weights: Floats) -> float:
    return float(np.average(found, weights=weights))


def _about(items: Sequence[Window], bench: Bench, model: LinearModel, settings: Settings) -> dict[str, Any]:
    return {
        "data_digest": model.meta.data_digest,
        "training_windows": {
            label: {"machine": int(head.target.sum()), "human": int((~head.target).sum())}
            for label in HEADS
            for head in [head_of(items, label, settings)]
        },
        "reported_texts": {
            label: {"all": int(mask.sum()), "100+": int((mask & bench.long).sum())}
            for label in ORIGINS
            for mask in [bench.label == label]
        },
        "fpr": FPR,
        "bootstrap": settings.bootstrap,
        "settings": msgspec.to_builtins(settings) | {"data": "", "figures": ""},
    }


def operating_points(facts: OriginFacts) -> list[dict[str, Any]]:
    """List the thresholds of each length band and what they find (choosing half)."""
    return [
        {"band": band.name, "sufficient": band.sufficient}
        | {f"tpr at {key}": round(point.tpr, 3) for key, point in band.points.items()}
        | {f"threshold at {key}": round(point.threshold, 4) for key, point in band.points.items()}
        for band in facts.calibration.bands
    ]


def _passages(
    texts: Sequence[Scored], model: LinearModel, facts: OriginFacts, settings: Settings
) -> list[dict[str, Any]]:
    """How many passages are flagged, by whose text; passages per 1,000 words for people's."""
    pieces = gather(passages_of(texts, model, settings), settings)
    machine = 1.0 - probabilities(pieces, facts.calibration)[:, 0]
    names = np.array([_kind_of_text(s) for s in pieces.samples])
    rows: list[dict[str, Any]] = []
    for name in np.unique(names).tolist():
        mask = names == name
        row: dict[str, Any] = {"text": name, "passages": int(mask.sum())}
        for severity, point in facts.passages.items():
            flagged = machine[mask] >= point.threshold
            row[f"{severity} or more, share"] = round(float(flagged.mean()), 4)
            rate = 1000 * flagged.sum() / pieces.words[mask].sum()
            row[f"{severity} or more, per 1,000 words"] = round(float(rate), 3)
        rows.append(row)
    return rows


def _kind_of_text(sample: Sample) -> str:
    if sample.label != "human":
        return sample.kind
    part = human_part(sample)
    return (
        f"human, {part}" if part != "news" or sample.domain.startswith("news") else "human, human_news other than news"
    )


def _left_out(items: Sequence[Window], counts: Sequence[Any], bench: Bench, settings: Settings) -> list[dict[str, Any]]:
    """Refit one family without the windows of one maker and judge that maker's texts; beside it, the shipped one."""
    family = next((f for f, spec in enumerate(settings.families) if spec.kind == REFIT), None)
    if family is None:
        return []
    people = {
        "machine-translated": bench.negatives["human translations"],
        "machine-paraphrased": bench.part == "kinds",
        "machine-generated": bench.part == "kinds",
    }
    rows: list[dict[str, Any] | None] = []
    for label, negative in people.items():
        positive = (bench.label == label) & bench.long
        chosen: npt.NDArray[np.intp] = np.flatnonzero(positive | (negative & bench.long))
        (tested,) = count_grams(
            [bench.texts[i].sample for i in chosen.tolist()],
            lambda sample: tokenize(sample.text, whole_sentences(sample.text)),
            [settings.families[family]],
        )
        head = head_of(items, label, settings)
        makers = np.array([_maker(items[i].sample) for i in head.rows])
        shipped = bench.scores[REFIT][:, HEADS.index(label)]
        for maker in np.unique(makers[head.target]).tolist():
            test = positive & (bench.family == maker)
            left = head.target & (makers == maker)
            if test.sum() < FEWEST or left.sum() < 5 * FEWEST:
                continue
            fitted = fit_mean_model(
                counts[family][head.rows[~left]], head.target[~left], head.weights[~left], settings.strength
            )
            scores = np.zeros(len(bench.words))
            scores[chosen] = evidence(mean_logits(tested, *fitted)[:, None], bench.words[chosen])[:, 0]
            for name, values in (("with it", shipped), ("without it", scores)):
                rows.append(bench.row(values, test, negative & bench.long, label=label, maker=maker, trained=name))
        LOG.info("left out makers of %s", label)
    return [row for row in rows if row]


def _maker(sample: Sample) -> str:
    return system_family(sample.system) if sample.kind == "mt" else sample.lang


_MARKS: Final = ('"', "“”„«»", "'", "‘’", "-", "–—", "...", "…", "  ", "\n", "\xa0", "(", "[", ";", ":", "!", "?")
_UPPER: Final = re.compile(r"[A-Z]")


def format_features(text: str) -> list[float]:
    """Measure nothing but format: marks, blanks, breaks and capitals per 100 characters, and an unfinished end."""
    size = max(len(text), 1) / 100
    found = [(text.count(m) if len(set(m)) == 1 else sum(map(text.count, m))) / size for m in _MARKS]
    return [*found, len(_UPPER.findall(text)) / size, float(text.rstrip()[-1:].isalnum())]


def _format_only(items: Sequence[Window], bench: Bench, settings: Settings) -> list[dict[str, Any]]:
    """Judge by format alone: as the texts stand, and as the model sees them once their format is unified."""

    def raw(sample: Sample, sentences: Sequence[Any]) -> list[float]:
        return format_features(sample.text[sentences[0].start : sentences[-1].end])

    def seen(sample: Sample, sentences: Sequence[Any]) -> list[float]:
        return format_features(" ".join(form.text for form in tokenize(sample.text, sentences).forms))

    people = {
        "machine-translated": bench.negatives["human translations"],
        "machine-paraphrased": bench.part == "kinds",
        "machine-generated": bench.part == "kinds",
    }
    rows: list[dict[str, Any] | None] = []
    for name, features in (("as it stands", raw), ("as the model sees it", seen)):
        x = np.array([features(w.sample, w.sentences) for w in items])
        tested = np.array([features(t.sample, whole_sentences(t.sample.text)) for t in bench.texts])
        for label, negative in people.items():
            head = head_of(items, label, settings)
            scaler = StandardScaler().fit(x[head.rows])
            fitted = LogisticRegression(max_iter=300).fit(scaler.transform(x[head.rows]), head.target, head.weights)
            scores = np.asarray(fitted.decision_function(scaler.transform(tested)), dtype=np.float64)
            positive = (bench.label == label) & bench.long
            rows.append(bench.row(scores, positive, negative & bench.long, label=label, format=name))
    return [row for row in rows if row]


BEGIN: Final = "<!-- figures: written by annotate train, do not edit -->"
END: Final = "<!-- end of figures -->"
_TITLES: Final = {
    "translation": "Machine translation against people's texts",
    "systems": "By translation system (the texts are of a later year for all), 100 words or more",
    "left_out": "Makers left out of training (words with names masked, alone), 100 words or more",
    "kinds": "Paraphrased and generated against people's texts of the same collections, 100 words or more",
    "verdicts": "Verdicts at the default operating point",
    "false_alarms": "People's texts called machine-made at the default operating point",
    "operating_points": "Operating points by length (choosing half)",
    "reliability": "Expected calibration error",
    "passages": "Flagged passages",
    "format": "Format alone",
}


def write_card(figures: dict[str, Any], folder: Path) -> None:
    """Write ``origin.json`` and the tables between the markers of ``origin.md``; the rest of the card stays."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "origin.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(figures, order="sorted"), indent=1) + b"\n"
    )
    parts = [BEGIN]
    for name, title in _TITLES.items():
        rows = figures[name]
        if rows:
            parts += ["", f"### {title}", "", *markdown_table(rows)]
    section = "\n".join([*parts, "", END])
    card = folder / "origin.md"
    text = card.read_text(encoding="utf-8") if card.exists() else f"# The origin model\n\n{BEGIN}\n{END}\n"
    if BEGIN not in text or END not in text:
        text += f"\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    card.write_text(before + section + after, encoding="utf-8")


def markdown_table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Lay rows out as a Markdown table; a list is a figure with its interval."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column, "")) for column in columns) + " |" for row in rows]
    return lines


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return f"{value[0]:.3f} ({value[1]:.3f}–{value[2]:.3f})"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
