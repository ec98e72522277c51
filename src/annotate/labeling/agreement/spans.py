"""How far the annotators of one document agree on spans, as numbers that can be added up over documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby
from operator import itemgetter
from typing import Final, NamedTuple

from annotate.evaluation.spans import match
from annotate.labeling.agreement.gather import Annotated

ANY_LABEL: Final = "any label"
SAME_LABEL: Final = "same label"


class Range(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


class PairCounts(NamedTuple):
    """What F1 is made of, added up over the pairs of annotators of a document. F1 = 2 × agreed / total."""

    exact: float = 0
    """Spans of both annotators with both ends equal."""
    partial: float = 0
    """The same, and half a point for each further pair with a code point in common (MUC-5, SemEval-2013 task 9)."""
    overlap: float = 0
    """Pairs of spans with a code point in common, each span used once."""
    spans: float = 0
    """Spans of both together."""
    agreed_characters: float = 0
    """Code points that both marked."""
    characters: float = 0
    """Code points that the one marked and those that the other marked."""

    def plus(self, other: PairCounts) -> PairCounts:
        """Add field by field."""
        return PairCounts(*(a + b for a, b in zip(self, other, strict=True)))


class CharacterCounts(NamedTuple):
    """What alpha over characters is made of where a character is marked or not."""

    disagreement: float = 0
    """Observed disagreement, as in :func:`annotate.labeling.agreement.alpha.nominal_row`."""
    marked: float = 0
    """Characters marked, once for each annotator."""


class SpanCounts(NamedTuple):
    """Everything about the spans of one document, by label, by :data:`SAME_LABEL` and by :data:`ANY_LABEL`."""

    pairs: dict[str, PairCounts]
    characters: dict[str, CharacterCounts]
    """By label and by :data:`ANY_LABEL`."""
    sets: Counter[frozenset[str]]
    """Characters, once for each annotator, by the set of labels on them; labels may overlap. The empty set is left
    out: it is what remains."""
    sets_disagreement: float
    """Observed disagreement where two characters are the same if they carry the same set of labels."""


def count_spans(document: Annotated) -> SpanCounts:
    """Count one document that at least two annotators did."""
    pairs = _count_pairs(document)
    characters: dict[str, CharacterCounts] = {}
    sets: Counter[frozenset[str]] = Counter()
    sets_disagreement = 0.0
    size = len(document)
    for length, labels in _segments(document):
        voters = Counter(label for marked in labels for label in marked)
        voters[ANY_LABEL] = sum(1 for marked in labels if marked)
        for label, votes in voters.items():
            before = characters.get(label, CharacterCounts())
            apart = 2 * length * votes * (size - votes) / (size - 1)
            characters[label] = CharacterCounts(before.disagreement + apart, before.marked + length * votes)
            both, either = length * votes * (votes - 1) / 2, length * votes * (size - 1)
            counted = PairCounts(agreed_characters=both, characters=either)
            for row in _rows(label):
                pairs[row] = pairs.get(row, PairCounts()).plus(counted)
        same = Counter(labels)
        sets_disagreement += length * (size**2 - sum(n * n for n in same.values())) / (size - 1)
        for marked, votes in same.items():
            if marked:
                sets[marked] += length * votes
    return SpanCounts(pairs, characters, sets, sets_disagreement)


def _count_pairs(document: Annotated) -> dict[str, PairCounts]:
    by_label: list[dict[str, list[Range]]] = []
    for entry in document:
        ranges: dict[str, set[Range]] = {}
        for span in entry.spans:
            for row in (span.label, ANY_LABEL):
                ranges.setdefault(row, set()).add(Range(span.start, span.end))
        by_label.append({row: sorted(found) for row, found in ranges.items()})
    counts: dict[str, PairCounts] = {}
    for one, other in combinations(by_label, 2):
        for row in sorted(one.keys() | other.keys()):
            counted = _compare(one.get(row, ()), other.get(row, ()))
            for into in _rows(row):
                counts[into] = counts.get(into, PairCounts()).plus(counted)
    return counts


def _rows(label: str) -> tuple[str, ...]:
    """Name the rows that a count for one label adds to."""
    return (label,) if label == ANY_LABEL else (label, SAME_LABEL)


def _compare(one: Sequence[Range], other: Sequence[Range]) -> PairCounts:
    best = match(one, other, "partial")
    exact = sum(1 for a, b in best if one[a] == other[b])
    return PairCounts(
        exact=exact,
        partial=exact + (len(best) - exact) / 2,
        overlap=len(match(one, other, "overlap")),
        spans=len(one) + len(other),
    )


def _segments(document: Annotated) -> Iterator[tuple[int, list[frozenset[str]]]]:
    """Cut a text where a mark begins or ends: length and labels by annotator of each piece that is marked at all."""
    edges = sorted(
        (place, annotator, label, step)
        for annotator, entry in enumerate(document)
        for label, start, end in {(s.label, s.start, s.end) for s in entry.spans}
        for place, step in ((start, 1), (end, -1))
    )
    active: list[Counter[str]] = [Counter() for _ in document]
    labels: list[frozenset[str]] = [frozenset() for _ in document]
    previous = 0
    for place, changes in groupby(edges, key=itemgetter(0)):
        if any(labels):
            yield place - previous, list(labels)
        for _, annotator, label, step in changes:
            active[annotator][label] += step
            labels[annotator] = frozenset(name for name, open_ones in active[annotator].items() if open_ones)
        previous = place
