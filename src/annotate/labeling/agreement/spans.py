"""How far the annotators of one document agree on spans, as numbers that can be added up over documents."""

from __future__ import annotations

from collections import Counter, defaultdict
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


_EXACT, _PARTIAL, _OVERLAP, _SPANS, _AGREED, _CHARACTERS = range(len(PairCounts._fields))


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
    disagreement: defaultdict[str, float] = defaultdict(float)
    characters: defaultdict[str, float] = defaultdict(float)
    sets: Counter[frozenset[str]] = Counter()
    sets_disagreement = 0.0
    size = len(document)
    for length, labels in _segments(document):
        voters = Counter(label for marked in labels for label in marked)
        voters[ANY_LABEL] = sum(1 for marked in labels if marked)
        for label, votes in voters.items():
            disagreement[label] += 2 * length * votes * (size - votes) / (size - 1)
            characters[label] += length * votes
            pairs[label][_AGREED] += length * votes * (votes - 1) / 2
        same = Counter(labels)
        sets_disagreement += length * (size**2 - sum(n * n for n in same.values())) / (size - 1)
        for marked, votes in same.items():
            if marked:
                sets[marked] += length * votes
    same_label = [0.0] * len(PairCounts._fields)
    for label, counted in pairs.items():
        # Every annotator is in size - 1 pairs.
        counted[_CHARACTERS] = characters[label] * (size - 1)
        if label != ANY_LABEL:
            same_label = [a + b for a, b in zip(same_label, counted, strict=True)]
    if pairs:
        pairs[SAME_LABEL] = same_label
    return SpanCounts(
        pairs={label: PairCounts(*counted) for label, counted in pairs.items()},
        characters={label: CharacterCounts(disagreement[label], characters[label]) for label in characters},
        sets=sets,
        sets_disagreement=sets_disagreement,
    )


def _count_pairs(document: Annotated) -> dict[str, list[float]]:
    """Fields of :class:`PairCounts` by label, without the characters."""
    by_annotator: list[dict[str, list[Range]]] = []
    for entry in document:
        ranges: dict[str, set[Range]] = {}
        for span in entry.spans:
            for label in (span.label, ANY_LABEL):
                ranges.setdefault(label, set()).add(Range(span.start, span.end))
        by_annotator.append({label: sorted(found) for label, found in ranges.items()})
    labels = sorted({label for ranges in by_annotator for label in ranges})
    counts = {label: [0.0] * len(PairCounts._fields) for label in labels}
    for one, other in combinations(by_annotator, 2):
        for label in labels:
            _compare(one.get(label, ()), other.get(label, ()), counts[label])
    return counts


def _compare(one: Sequence[Range], other: Sequence[Range], into: list[float]) -> None:
    into[_SPANS] += len(one) + len(other)
    if not one or not other:
        return
    best = match(one, other, "partial")
    if not best:
        return
    exact = sum(1 for a, b in best if one[a] == other[b])
    into[_EXACT] += exact
    into[_PARTIAL] += exact + (len(best) - exact) / 2
    into[_OVERLAP] += len(match(one, other, "overlap"))


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
