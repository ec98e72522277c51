"""Measures both tiers on the reporting half of ``dev`` and writes the tables and diagrams of the encoder's card."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import ORIGINS
from annotate.models.calibration import Calibration
from annotate.models.linear import LinearModel
from annotate.models.origin import HEADS, EncoderFacts, JointModel, OriginFacts
from annotate.training import reliability
from annotate.training.card import write_card
from annotate.training.origin_figures import FEWEST, FPR, Bench, markdown_table, operating_points
from annotate.training.origin_model import Pieces, Scored, Settings, gather, passages_of, prefix, probabilities

LOG: Final = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
MT: Final = HEADS.index("machine-translated")


def measure(
    by_linear: Sequence[Scored],
    by_both: Sequence[Scored],
    linear: LinearModel,
    linear_facts: OriginFacts,
    facts: EncoderFacts,
    settings: Settings,
    trained: set[str],
) -> dict[str, Any]:
    """Measure origin on whole texts, each row with the linear floor beside it.

    Args:
        by_linear: the texts of the reporting half, scored by the linear tier.
        by_both: the same, scored by both.
        linear: the linear model.
        linear_facts: its calibration.
        facts: the encoder's.
        settings: of the linear model's training: priors, mixes, bootstrap.
        trained: names of the systems and generators, and the languages, that training used.
    """
    joint = JointModel(linear)
    pieces = gather((prefix(s, len(s.words), joint) for s in by_both), settings)
    floor = gather((prefix(s, len(s.words), linear) for s in by_linear), settings)
    chances = probabilities(pieces, facts.facts.calibration)
    floor_chances = probabilities(floor, linear_facts.calibration)
    scale = np.sqrt(np.maximum(pieces.words, 1) / 100.0)[:, None]
    count = len(HEADS)
    heads = {
        "linear": floor.logits,
        "encoder": pieces.logits[:, count:],
        "both": np.log(np.maximum(chances[:, 1:], 1e-12) / np.maximum(chances[:, :1], 1e-12)) / scale,
    }
    bench = Bench(by_both, pieces, chances, heads, settings.bootstrap)
    bench.by_length = tuple(heads)
    figures: dict[str, Any] = {
        "translation": bench.translation(),
        "unseen": _unseen(bench, trained),
        "kinds": _kinds(bench, trained),
        "verdicts": bench.verdicts(facts.facts),
        "false_alarms": bench.false_alarms(facts.facts),
        "reliability": bench.reliability(facts.facts),
        "floor_reliability": _floor_reliability(bench, floor, floor_chances, linear_facts, settings),
        "operating_points": operating_points(facts.facts),
        "cascade": _cascade(bench, floor_chances, linear_facts, facts),
        "passages": _passages(by_both, joint, facts.facts, settings),
        "diagrams": diagrams(bench, facts.facts.calibration),
    }
    return figures


def _unseen(bench: Bench, trained: set[str]) -> list[dict[str, Any]]:
    """Judge translations by what training has not seen: systems and source languages; 100 words or more."""
    system = np.array(["seen" if name in trained else "unseen" for name in bench.system])
    language = np.array([s.lang for s in bench.samples])
    rows: list[dict[str, Any] | None] = []
    cuts: list[tuple[str, str, Bools]] = [("system", name, system == name) for name in ("seen", "unseen")]
    cuts += [("maker", name, bench.family == name) for name in np.unique(bench.family[bench.mt]).tolist()]
    cuts += [
        ("source language", f"{name} ({'seen' if name in trained else 'unseen'})", language == name)
        for name in np.unique(language[bench.mt]).tolist()
    ]
    for by, name, mask in cuts:
        for against in ("English originals", "human translations"):
            negative = bench.negatives[against] & bench.long
            if by == "source language" and against == "human translations":
                negative = negative & mask
            for score in ("linear", "both"):
                values = bench.scores[score][:, MT]
                rows.append(
                    bench.row(
                        values, bench.mt & bench.long & mask, negative, by=by, name=name, against=against, score=score
                    )
                )
    return [row for row in rows if row]


def _kinds(bench: Bench, trained: set[str]) -> list[dict[str, Any]]:
    """Paraphrased and generated texts, by whether training saw the generator; 100 words or more."""
    seen = np.array([name in trained for name in bench.system])
    news = (bench.part == "news") & bench.in_news & bench.long
    people = (bench.part == "kinds") & bench.long
    rows: list[dict[str, Any] | None] = []
    for label in ("machine-paraphrased", "machine-generated"):
        made = (bench.label == label) & bench.long
        cuts = [("all", made), ("generators seen", made & seen), ("generators unseen", made & ~seen)]
        cuts += [(f"kind {k}", made & (bench.kind == k)) for k in np.unique(bench.kind[made]).tolist()]
        for name, mask in cuts:
            for against, negative in (("human news", news), ("people of the same collections", people)):
                for score in ("linear", "encoder", "both"):
                    values = bench.scores[score][:, HEADS.index(label)]
                    rows.append(bench.row(values, mask, negative, label=label, name=name, against=against, score=score))
    return [row for row in rows if row]


def _floor_reliability(
    bench: Bench, floor: Pieces, chances: Floats, facts: OriginFacts, settings: Settings
) -> list[dict[str, Any]]:
    return Bench(bench.texts, floor, chances, {"linear": floor.logits}, settings.bootstrap).reliability(facts)


def _thresholds(bench: Bench, calibration: Calibration) -> Floats:
    bands = [calibration.band(int(n)) for n in bench.words]
    return np.array([band.points[f"{FPR:g}"].threshold for band in bands])


def _cascade(
    bench: Bench, floor_chances: Floats, linear_facts: OriginFacts, facts: EncoderFacts
) -> list[dict[str, Any]]:
    """Count what each tier calls machine-made, and how many texts ``auto`` sends to the encoder; 100 words or more."""
    floor = 1.0 - floor_chances[:, 0]
    asked = np.array([facts.asks(float(p), int(n)) for p, n in zip(floor, bench.words, strict=True)])
    linear = floor >= _thresholds(bench, linear_facts.calibration)
    encoder = bench.machine >= _thresholds(bench, facts.facts.calibration)
    auto = np.where(asked, encoder, False)
    rows: list[dict[str, Any]] = []
    cuts = {"human news": (bench.part == "news") & bench.in_news, "English originals (WMT22)": bench.part == "original"}
    cuts |= {"human translations": bench.part == "translation", "people of docs_by_kind": bench.part == "kinds"}
    cuts |= {label: bench.label == label for label in HEADS}
    for name, mask in cuts.items():
        chosen = mask & bench.long
        if chosen.sum() < FEWEST:
            continue
        rows.append(
            {
                "texts": name,
                "count": int(chosen.sum()),
                "sent to the encoder": round(float(asked[chosen].mean()), 3),
                "called machine-made: linear": round(float(linear[chosen].mean()), 3),
                "auto": round(float(auto[chosen].mean()), 3),
                "encoder": round(float(encoder[chosen].mean()), 3),
            }
        )
    return rows


def _passages(
    texts: Sequence[Scored], model: JointModel, facts: OriginFacts, settings: Settings
) -> list[dict[str, Any]]:
    pieces = gather(passages_of(texts, model, settings), settings)
    machine = 1.0 - probabilities(pieces, facts.calibration)[:, 0]
    names = np.array([s.kind if s.label != "human" else f"human, {s.kind}" for s in pieces.samples])
    rows: list[dict[str, Any]] = []
    for name in np.unique(names).tolist():
        mask = names == name
        row: dict[str, Any] = {"text": name, "passages": int(mask.sum())}
        for severity, point in facts.passages.items():
            row[f"{severity} or more, share"] = round(float((machine[mask] >= point.threshold).mean()), 4)
        rows.append(row)
    return rows


def diagrams(bench: Bench, calibration: Calibration) -> list[dict[str, Any]]:
    """Make a reliability diagram for each origin and length band, weighted to the prior the model assumes."""
    found: list[dict[str, Any]] = []
    for c, label in enumerate(ORIGINS):
        for band in calibration.bands:
            mask = (bench.words >= band.low) & (bench.words < (band.high or 10**9))
            truth = bench.pieces.classes[mask] == c
            if min(truth.sum(), (~truth).sum()) >= FEWEST:
                points = reliability.diagram(bench.chances[mask, c], truth, bench.pieces.weights[mask])
                found.append({"band": band.name, "label": label, "points": points})
    return found


_TITLES: Final = {
    "translation": "Machine translation against people's texts",
    "unseen": "Translations by unseen system, maker and source language, 100 words or more",
    "kinds": "Paraphrased and generated texts, 100 words or more",
    "cascade": "The cascade: what auto sends to the encoder, and what each tier calls machine-made at 5 %",
    "verdicts": "Verdicts of the encoder tier at the default operating point",
    "false_alarms": "People's texts called machine-made by the encoder tier",
    "operating_points": "Operating points by length (choosing half)",
    "reliability": "Expected calibration error, encoder tier",
    "floor_reliability": "Expected calibration error, linear tier, the same texts",
    "passages": "Flagged passages, encoder tier",
    "garbled": "Garbled sentences: share found at 1 % of people's sentences",
    "furniture": "Page furniture, lines without HTML",
    "words": "Word-level errors (MQM)",
    "label_reliability": "Expected calibration error of sentences, lines and words, by length in words",
}


def write(figures: dict[str, Any], folder: Path) -> None:
    """Write ``encoder.json``, the tables of ``encoder.md`` and the diagrams."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "encoder.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(figures, order="sorted"), indent=1) + b"\n"
    )
    reliability.draw(figures["diagrams"], folder / "encoder-reliability.svg")
    reliability.draw(figures["label_reliability"], folder / "encoder-label-reliability.svg")
    sections: dict[str, list[str]] = {}
    for name, title in _TITLES.items():
        rows = figures.get(name)
        rows = rows["rows"] if isinstance(rows, dict) else rows
        if rows:
            sections[title] = markdown_table([{k: v for k, v in row.items() if k != "points"} for row in rows])
    write_card(folder / "encoder.md", sections)
