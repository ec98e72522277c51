"""How far two sets of ranges of one text agree: exactly, by overlap, or with credit for the part that overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol, get_args

Matching = Literal["exact", "overlap", "partial"]
"""``exact``: both ends are equal. ``overlap``: at least one code point in common. ``partial``: by overlap, and each
match counts only for the share of the range that is covered."""

MATCHINGS: tuple[Matching, ...] = get_args(Matching)


class Span(Protocol):
    """Anything with a ``start`` and an ``end``: flags, gold flags, ranges."""

    @property
    def start(self) -> int:
        """First code point."""

    @property
    def end(self) -> int:
        """One past the last code point."""


class Counts(NamedTuple):
    """What precision and recall are made of. Adding up documents or labels field by field gives micro-averages."""

    correct: float
    """Predicted ranges that are right; with partial credit, the sum of their shares that are right."""
    predicted: int
    found: float
    """Gold ranges that were found; with partial credit, the sum of their shares that were found."""
    gold: int


def count(gold: Sequence[Span], predicted: Sequence[Span], matching: Matching) -> Counts:
    """Match the ranges of one label in one document, each at most once, and count.

    Partial credit follows "match with partial overlap and partial credit" (Perrella, Morales Agostinho and Zaragoza
    2026, arXiv 2603.19921), which they find robust when micro-averaged. Here a match adds ``overlap / length of the
    predicted range`` to ``correct`` and ``overlap / length of the gold range`` to ``found``.
    """
    pairs = match(gold, predicted, matching)
    if matching != "partial":
        return Counts(float(len(pairs)), len(predicted), float(len(pairs)), len(gold))
    correct = found = 0.0
    for g, p in pairs:
        common = _common(gold[g], predicted[p])
        correct += common / (predicted[p].end - predicted[p].start)
        found += common / (gold[g].end - gold[g].start)
    return Counts(correct, len(predicted), found, len(gold))


def match(gold: Sequence[Span], predicted: Sequence[Span], matching: Matching) -> list[tuple[int, int]]:
    """Pair gold with predicted ranges one to one; pairs of indices in order of the gold.

    ``exact`` and ``overlap`` find as many pairs as there can be. ``partial`` takes the best pairs first, by Dice
    coefficient (twice the common part over both lengths), ties in order of place: identical ranges always
    find each other.
    """
    candidates = _touching(gold, predicted)
    if matching == "exact":
        candidates = [(g, p) for g, p in candidates if _dice(gold[g], predicted[p]) == 1.0]
    if matching != "partial":
        return _most_pairs(candidates)
    candidates.sort(key=lambda pair: (-_dice(gold[pair[0]], predicted[pair[1]]), pair))
    taken_gold: set[int] = set()
    taken_predicted: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for g, p in candidates:
        if g not in taken_gold and p not in taken_predicted:
            taken_gold.add(g)
            taken_predicted.add(p)
            pairs.append((g, p))
    return sorted(pairs)


def overlaps_any(span: Span, others: Sequence[Span]) -> bool:
    """Whether a range has a code point in common with one of the others."""
    return any(_common(span, other) > 0 for other in others)


def _common(a: Span, b: Span) -> int:
    return max(0, min(a.end, b.end) - max(a.start, b.start))


def _dice(a: Span, b: Span) -> float:
    return 2 * _common(a, b) / (a.end - a.start + b.end - b.start)


def _touching(gold: Sequence[Span], predicted: Sequence[Span]) -> list[tuple[int, int]]:
    """Pairs with a code point in common, by a sweep over both in order of start."""
    by_start = sorted(range(len(predicted)), key=lambda p: (predicted[p].start, predicted[p].end))
    pairs: list[tuple[int, int]] = []
    open_ones: list[int] = []
    position = 0
    for g in sorted(range(len(gold)), key=lambda g: (gold[g].start, gold[g].end)):
        open_ones = [p for p in open_ones if predicted[p].end > gold[g].start]
        while position < len(by_start) and predicted[by_start[position]].start < gold[g].end:
            if predicted[by_start[position]].end > gold[g].start:
                open_ones.append(by_start[position])
            position += 1
        pairs.extend((g, p) for p in open_ones if _common(gold[g], predicted[p]) > 0)
    return sorted(pairs)


def _most_pairs(candidates: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Largest one-to-one choice of pairs: augmenting paths, searched breadth first."""
    reachable: dict[int, list[int]] = {}
    for g, p in candidates:
        reachable.setdefault(g, []).append(p)
    holder: dict[int, int] = {}  # predicted range → the gold range it is paired with
    partner: dict[int, int] = {}  # and the other way round
    for start in reachable:
        came_from: dict[int, int] = {}
        queue = [start]
        free: int | None = None
        for g in queue:
            for p in reachable[g]:
                if p in came_from:
                    continue
                came_from[p] = g
                if p not in holder:
                    free = p
                    break
                queue.append(holder[p])
            if free is not None:
                break
        while free is not None:
            g = came_from[free]
            before = partner.get(g)
            holder[free], partner[g] = g, free
            free = before
    return sorted((g, p) for p, g in holder.items())
