"""Training examples of the encoder: windows of pieces with what is known about their words, sentences and origin.

Windows come in *units* that are trained on together: versions of the same lines by a person and by machines, so that
topic cancels out; a text and its paraphrase; or a single window whose words or lines are labelled.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from annotate.documents import ORIGINS, Range, lay_out
from annotate.models.features import Tokens, tokenize
from annotate.models.heads import SENTENCE_HEADS, TOKEN_HEADS, WINDOW
from annotate.models.wordpiece import WordPiece
from annotate.training.damage import DAMAGES
from annotate.training.data import Sample, Window, draw, read_kinds, read_rows, read_translations, windows

LOG: Final = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

CALLS: Final = frozenset({"social_follow", "newsletter_subscribe", "ad_promo"})
"""Kinds of boilerplate lines that ask the reader for something: the label ``spam``."""

MQM_FAMILIES: Final = {
    "accuracy/mistranslation": "mistranslation",
    "accuracy/addition": "mistranslation",
    "accuracy/untranslated": "mistranslation",
    "locale/name": "mistranslation",
    "fluency/grammar": "grammar",
    "fluency/spelling": "spelling",
    "fluency/punctuation": "punctuation",
    "terminology/inappropriate": "terminology",
    "terminology/wrong term": "terminology",
    "terminology/inconsistent": "terminology",
    "style/awkward": "style",
    "style/non fluent": "style",
}
"""MQM category of the data → head. Omissions have no words to mark; what is not listed counts as ``any-error`` only."""


@dataclass(slots=True)
class Example:
    """One window. All arrays that speak of pieces have the length of ``ids``."""

    ids: Ints
    """``[CLS]``, then the pieces of each sentence with ``[SEP]`` behind them."""
    unit: Ints
    """Sentence (or line) of each piece, -1 for special pieces."""
    origin: int = -1
    """Index into :data:`annotate.documents.ORIGINS`, -1 where it is not learned from."""
    weight: float = 1.0
    heads: tuple[float, ...] = (1.0, 1.0, 1.0)
    """What a person's window counts for each of the three passage heads."""
    sentences: Floats | None = None
    """Sentences × sentence heads in [0, 1]; NaN where unknown."""
    tokens: Floats | None = None
    """Pieces × token heads in [0, 1]: the share of raters who marked it; NaN where unknown."""


@dataclass(slots=True)
class Unit:
    """Examples trained on together. ``paired``: the first is a person's version, the rest are machines'."""

    examples: list[Example]
    paired: bool = False
    task: str = ""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A window of whole sentences as pieces."""

    ids: Ints
    unit: Ints
    starts: Ints
    ends: Ints


def encode(text: str, sentences: Sequence[Range], pieces: WordPiece, *, limit: int = WINDOW) -> Encoded | None:
    """Turn sentences into one window; whole sentences that would pass ``limit`` are left out; None if none fits."""
    return assemble(tokenize(text, sentences), pieces, limit=limit)


def assemble(tokens: Tokens, pieces: WordPiece, *, limit: int = WINDOW) -> Encoded | None:
    """Set ``[CLS]`` before and ``[SEP]`` behind the pieces of each unit, as long as they fit."""
    found = pieces.of_forms(tokens.forms, tokens.starts, tokens.ends, tokens.units, tokens.words)
    sizes = np.bincount(found.units, minlength=found.unit_count)
    ids, unit, starts, ends = [pieces.start], [-1], [0], [0]
    at = 0
    for u, size in enumerate(sizes.tolist()):
        if len(ids) + size + 1 > limit:
            break
        if not size:
            continue
        ids += [*found.ids[at : at + size].tolist(), pieces.break_]
        unit += [u] * size + [-1]
        starts += [*found.starts[at : at + size].tolist(), 0]
        ends += [*found.ends[at : at + size].tolist(), 0]
        at += size
    if len(ids) < 8:
        return None
    return Encoded(*(np.array(x, dtype=np.int32) for x in (ids, unit, starts, ends)))


@dataclass(frozen=True)
class Sampler:
    """What all builders need: how to cut pieces, and how to draw."""

    pieces: WordPiece
    random: Random
    settings: Any

    def roughened(self, tokens: Tokens) -> Tokens:
        """Drop, double and swap a few tokens, in people's and machines' windows alike: cheap damage is no evidence."""
        random = self.random
        if random.random() > self.settings.roughen or len(tokens.forms) < 10:
            return tokens
        order: list[int] = []
        for i in range(len(tokens.forms)):
            what = random.random()
            if what < 0.02:
                continue
            order.append(i)
            if what < 0.03:
                order.append(i)
            elif what < 0.04 and len(order) > 1 and tokens.units[order[-2]] == tokens.units[i]:
                order[-1], order[-2] = order[-2], order[-1]
        keep = np.array(order, dtype=np.int64)
        forms = [tokens.forms[i] for i in order]
        return Tokens(forms, tokens.starts[keep], tokens.ends[keep], tokens.units[keep], tokens.words)

    def origin(self, text: str, sentences: Sequence[Range], label: str, **known: Any) -> Example | None:
        """Make a window whose origin is known."""
        encoded = assemble(self.roughened(tokenize(text, sentences)), self.pieces)
        if encoded is None or len(encoded.ids) < 24:
            return None
        return Example(encoded.ids, encoded.unit, origin=ORIGINS.index(label), **known)


def line_ranges(lines: Sequence[str], words: int) -> list[tuple[int, int]]:
    """Cut lines into runs ``[first, last)`` of about ``words`` words; a rest of less than half of that is left out."""
    found: list[tuple[int, int]] = []
    first = size = 0
    for i, line in enumerate(lines):
        size += len(line.split())
        if size >= words:
            found.append((first, i + 1))
            first, size = i + 1, 0
    if size >= words / 2:
        found.append((first, len(lines)))
    return found


TRANSLATION_COLUMNS: Final = ("year", "lang_pair", "system", "kind", "lines", "group")


def translation_units(path: Path, sampler: Sampler) -> list[Unit]:
    """Pair windows of a human translation with machines' versions of the same lines.

    Groups count the same whatever their number of systems; recent systems are drawn more often (see ``old_weight``).
    """
    settings, random = sampler.settings, sampler.random
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(path, TRANSLATION_COLUMNS):
        named = (row["lang_pair"], f"{row['lang_pair']}:{row['year']}", row["system"])
        if not any(name in settings.without for name in named):
            groups[row["group"]].append(row)
    units: list[Unit] = []
    for name in sorted(groups):
        people = [r for r in groups[name] if r["kind"] == "human_translation"]
        machines = [r for r in groups[name] if r["kind"] == "mt"]
        for person in people:
            same = [m for m in machines if len(m["lines"]) == len(person["lines"])]
            if not same:
                continue
            weights = [
                1.0 if m["year"] >= settings.modern_from or m["system"].startswith("moz-") else settings.old_weight
                for m in same
            ]
            for words in settings.pair_words:
                for first, last in line_ranges(person["lines"], words):
                    chosen = _draw_some(same, weights, settings.machines_per_person, random)
                    texts = ["\n".join(r["lines"][first:last]) for r in (person, *chosen)]
                    made = [
                        sampler.origin(text, lay_out(text).sentences, label, heads=(1.0, 0.1, 0.1))
                        for text, label in zip(texts, ["human", *["machine-translated"] * len(chosen)], strict=True)
                    ]
                    if made[0] is not None and any(made[1:]):
                        units.append(Unit([m for m in made if m is not None], paired=True, task="translation"))
    return units


def _draw_some(
    items: Sequence[dict[str, Any]], weights: Sequence[float], count: int, random: Random
) -> list[dict[str, Any]]:
    """Draw up to ``count`` different items by weight (Efraimidis and Spirakis 2006)."""
    keyed = sorted(((random.random() ** (1.0 / w), i) for i, w in enumerate(weights)), reverse=True)
    return [items[i] for _, i in keyed[:count]]


def news_units(samples: Iterable[Sample], sampler: Sampler, count: int) -> list[Unit]:
    """Draw windows of English originals: negatives of another kind than translations by people."""
    found = [w for s in samples for w in draw(windows(s, sampler.settings.window_words), 3, "encoder")]
    sampler.random.shuffle(found)
    units = []
    for window in found[:count]:
        example = sampler.origin(window.sample.text, window.sentences, "human", heads=(1.0, 0.5, 0.5))
        if example is not None:
            units.append(Unit([example], task="news"))
    return units


def kind_units(samples: Sequence[Sample], sampler: Sampler, count: int) -> list[Unit]:
    """Pair windows of paraphrased and generated texts with people's of the same family, or at least collection."""
    settings, random = sampler.settings, sampler.random
    by_family: dict[str, list[Sample]] = defaultdict(list)
    by_source: dict[str, list[Sample]] = defaultdict(list)
    for s in samples:
        if s.label == "human":
            by_family[s.group].append(s)
            by_source[s.source].append(s)
    machines = [s for s in samples if s.label != "human" and not {s.system, s.lang} & settings.without]
    weights = []
    for s in machines:
        weight = 1.0
        if s.label == "machine-generated":
            weight = settings.old_generator_weight if s.lang == "pre2021_lm" else 1.0
        elif s.kind != "llm_paraphrase":
            weight = settings.rare_paraphrase_weight
        weights.append(weight)
    units: list[Unit] = []
    cut: dict[int, list[Window]] = {}
    while machines and len(units) < count:
        for s in random.choices(machines, weights, k=count - len(units)):
            own = by_family.get(s.group)
            people = own or by_source.get(s.source)
            if not people:
                continue
            pair = []
            for text in (random.choice(people), s):
                found = cut.setdefault(id(text), windows(text, settings.window_words, shortest=0.3))
                window = random.choice(found) if found else None
                heads = (0.1, 1.0, 1.0)
                made = None if window is None else sampler.origin(text.text, window.sentences, text.label, heads=heads)
                pair.append(made)
            if pair[0] is not None and pair[1] is not None:
                units.append(Unit([pair[0], pair[1]], paired=True, task="kinds"))
    return units


def garble_units(samples: Iterable[Sample], sampler: Sampler, count: int) -> list[Unit]:
    """Damage about every third sentence of people's windows; the label is the sentence's."""
    random = sampler.random
    found = [w for s in samples for w in draw(windows(s, sampler.settings.window_words), 2, "garble")]
    random.shuffle(found)
    found = found[:count]
    pool = [r.of(w.sample.text).split() for w in found for r in w.sentences]
    pool = [words for words in pool if len(words) >= 4]
    names = sorted(DAMAGES)
    units = []
    head = SENTENCE_HEADS.index("garbled")
    for window in found:
        texts: list[str] = []
        garbled: list[float] = []
        for r in window.sentences:
            words = r.of(window.sample.text).split()
            damaged = len(words) >= 6 and random.random() < 0.35
            texts.append(DAMAGES[random.choice(names)](words, random, pool) if damaged else " ".join(words))
            garbled.append(float(damaged))
        text = "\n".join(texts)
        ends = np.cumsum([len(t) + 1 for t in texts])
        ranges = [Range(int(e) - len(t) - 1, int(e) - 1) for t, e in zip(texts, ends, strict=True)]
        encoded = encode(text, ranges, sampler.pieces)
        if encoded is None:
            continue
        target = np.full((len(ranges), len(SENTENCE_HEADS)), np.nan, dtype=np.float32)
        target[:, head] = garbled
        units.append(Unit([Example(encoded.ids, encoded.unit, sentences=target)], task="garbled"))
    return units


def line_units(path: Path, sampler: Sampler, count: int) -> list[Unit]:
    """Cut the lines of pages into windows; a window must hold a line inside the article or near its end."""
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(path, ("doc_id", "line_no", "text", "label", "kind", "zone", "dist")):
        pages[row["doc_id"]].append(row)
    units: list[Unit] = []
    for name in sorted(pages):
        rows = sorted(pages[name], key=lambda r: r["line_no"])
        rows = [r for r in rows if r["zone"] == "inside" or (r["dist"] or 0) <= sampler.settings.line_distance]
        for first, last in _line_windows(rows):
            example = _line_example(rows[first:last], sampler.pieces)
            if example is not None:
                units.append(Unit([example], task="lines"))
    sampler.random.shuffle(units)
    return units[:count]


def _line_windows(rows: Sequence[dict[str, Any]], words: int = 90) -> Iterator[tuple[int, int]]:
    """Cut lines into runs of about so many words: short enough that a window seldom loses lines."""
    first = size = 0
    for i, row in enumerate(rows):
        length = len(row["text"].split()) + 1
        if size and size + length > words:
            yield first, i
            first, size = i, 0
        size += length
    if first < len(rows):
        yield first, len(rows)


def _line_example(rows: Sequence[dict[str, Any]], pieces: WordPiece) -> Example | None:
    texts = [row["text"].replace("\n", " ") for row in rows]
    text = "\n".join(texts)
    layout = lay_out(text)
    encoded = encode(text, layout.sentences, pieces)
    if encoded is None:
        return None
    starts = np.cumsum([0, *(len(t) + 1 for t in texts)])
    line = np.where(encoded.unit < 0, -1, np.searchsorted(starts, encoded.starts, side="right") - 1).astype(np.int32)
    target = np.full((len(rows), len(SENTENCE_HEADS)), np.nan, dtype=np.float32)
    for i, row in enumerate(rows):
        if row["label"] in ("content", "boilerplate"):
            target[i, 0] = float(row["label"] == "boilerplate")
            target[i, 1] = float(row["kind"] in CALLS)
    return Example(encoded.ids, line, sentences=target)


def word_units(folder: Path, sampler: Sampler, counts: dict[str, int]) -> list[Unit]:
    """Windows with labelled words: MQM spans, post-edited words, replaced phrases."""
    made: dict[str, Callable[[], list[Unit]]] = {
        "mqm": lambda: _mqm_units(folder / "mqm_en.parquet", sampler),
        "edited": lambda: _span_units(folder / "qe_segs_en.parquet", "mt", "post-edited", sampler),
        "replaced": lambda: _span_units(folder / "phrase_replaced.parquet", "text", "replaced", sampler),
    }
    units: list[Unit] = []
    for name, build in made.items():
        found = build()
        sampler.random.shuffle(found)
        LOG.info("%s: %d windows, %d used", name, len(found), min(len(found), counts[name]))
        units += found[: counts[name]]
    return units


@dataclass(slots=True)
class Marked:
    """A segment and, for each piece range, how many of its raters marked it under which head."""

    text: str
    raters: int
    spans: list[tuple[int, int, tuple[str, ...]]]


def read_mqm(path: Path) -> dict[tuple[str, ...], list[Marked]]:
    """Read segments, all raters of one joined; (source set, document, system) → its segments in order."""
    rows: dict[tuple[str, ...], dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in read_rows(path, ("source_set", "doc_id", "seg_id", "system", "text", "spans")):
        rows[row["source_set"], row["doc_id"], row["system"]][row["seg_id"]].append(row)
    found: dict[tuple[str, ...], list[Marked]] = {}
    for key in sorted(rows):
        segments = []
        for seg in sorted(rows[key], key=lambda s: (len(s), s)):
            same = rows[key][seg]
            spans: list[tuple[int, int, tuple[str, ...]]] = []
            for row in same:
                if row["text"] != same[0]["text"]:
                    continue
                for span in row["spans"]:
                    if span["severity"] in ("minor", "major", "critical"):
                        family = MQM_FAMILIES.get(span["category"])
                        heads = ("any-error",) if family is None else (family, "any-error")
                        if span["category"] != "accuracy/omission":
                            spans.append((span["start"], span["end"], heads))
            segments.append(Marked(same[0]["text"], sum(r["text"] == same[0]["text"] for r in same), spans))
        found[key] = segments
    return found


def _mqm_units(path: Path, sampler: Sampler) -> list[Unit]:
    heads = [*TOKEN_HEADS[:7]]
    units = []
    for segments in read_mqm(path).values():
        for first, last in _line_windows([{"text": s.text} for s in segments]):
            example = marked_example(segments[first:last], heads, sampler.pieces)
            if example is not None:
                units.append(Unit([example], task="words"))
    return units


def _span_units(path: Path, column: str, head: str, sampler: Sampler) -> list[Unit]:
    rows = list(read_rows(path, (column, "spans")))
    sampler.random.shuffle(rows)
    segments = [Marked(r[column], 1, [(s["start"], s["end"], (head,)) for s in r["spans"]]) for r in rows]
    units = []
    for first, last in _line_windows([{"text": s.text} for s in segments]):
        example = marked_example(segments[first:last], [head], sampler.pieces)
        if example is not None:
            units.append(Unit([example], task="words"))
    return units


def marked_example(segments: Sequence[Marked], heads: Sequence[str], pieces: WordPiece) -> Example | None:
    """Set segments into one window; a piece's target is the share of raters who marked any part of it."""
    text = "\n".join(s.text.replace("\n", " ") for s in segments)
    ranges: list[Range] = []
    at = 0
    for s in segments:
        ranges.append(Range(at, at + len(s.text)))
        at += len(s.text) + 1
    encoded = encode(text, ranges, pieces)
    if encoded is None:
        return None
    target = np.full((len(encoded.ids), len(TOKEN_HEADS)), np.nan, dtype=np.float32)
    inside = encoded.unit >= 0
    for head in heads:
        target[inside, TOKEN_HEADS.index(head)] = 0.0
    for s, r in zip(segments, ranges, strict=True):
        for start, end, names in s.spans:
            hit = inside & (encoded.starts < r.start + end) & (encoded.ends > r.start + start)
            for name in names:
                target[hit, TOKEN_HEADS.index(name)] += 1.0 / s.raters
    return Example(encoded.ids, encoded.unit, tokens=np.minimum(target, 1.0))


def build_units(folder: Path, sampler: Sampler) -> list[Unit]:
    """Make every training unit of one pass, in random order."""
    settings = sampler.settings
    units = translation_units(folder / "mt_docs.parquet", sampler)
    sampler.random.shuffle(units)
    units = units[: settings.counts["translation"]]
    LOG.info("translation: %d units", len(units))
    translations = read_translations(folder / "mt_docs.parquet")
    originals = [s for s in translations if s.kind == "human_original"]
    news = read_translations(folder / "human_news.parquet")
    units += news_units([*originals, *originals, *news], sampler, settings.counts["news"])
    units += kind_units(read_kinds(folder / "docs_by_kind.parquet"), sampler, settings.counts["kinds"])
    people = [*news, *(s for s in translations if s.kind == "human_translation")]
    units += garble_units(people, sampler, settings.counts["garbled"])
    units += line_units(folder / "boilerplate_lines.parquet", sampler, settings.counts["lines"])
    units += word_units(folder, sampler, settings.counts)
    sampler.random.shuffle(units)
    return units
