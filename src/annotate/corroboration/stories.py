"""Which documents tell the same event."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import blake2b
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.corroboration.fingerprints import PERMUTATIONS, TERMS, Fingerprint

Item = tuple[str, date | None, Fingerprint]
"""A document's key (its SHA-256, say), when it was published, and its fingerprint."""

Ints = npt.NDArray[np.int64]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What makes two documents tell one event. The defaults were chosen on one half of the labelled events."""

    window: int = 3
    """Days that two documents may lie apart to be compared at all."""
    span: int = 5
    """Days between the first and the last document of a story."""
    dated: float = 0.2
    """Least similarity of topic, the cosine of tf·idf in [0, 1], where both documents have a date."""
    undated: float = 0.28
    """The same where one has none."""
    duplicate: float = 0.5
    """Least resemblance (Jaccard) of near-duplicates within the window."""
    duplicate_ever: float = 0.8
    """The same whatever lies between them."""


_DEFAULT: Final = Options()
_ROWS: Final = 4
"""MinHash values in a band: 16 bands find 64 % of the pairs with resemblance .5, and all but 1 in 10,000 at .8."""
_HEAVY: Final = 12
"""Heaviest terms by which a document is looked up."""
_FORWARD: Final = 128
"""Documents looked at for each of them: the next ones by date."""
_COMPARED: Final = 64
"""Documents compared with, those that share most of the heaviest terms; at least two."""
_FEW: Final = 8
"""A text with fewer terms than this has no topic: only copies of it are found."""
_CHUNK: Final = 1 << 16


def group(items: Iterable[Item], options: Options = _DEFAULT) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each story's id and the keys of its documents, both in ascending order; see :func:`assign`."""
    keys: list[str] = []

    def noting() -> Iterator[Item]:
        for item in items:
            keys.append(item[0])
            yield item

    stories: defaultdict[str, list[str]] = defaultdict(list)
    for key, story in zip(keys, assign(noting(), options), strict=True):
        stories[story].append(key)
    for story in sorted(stories):
        yield story, tuple(sorted(stories[story]))


def assign(items: Iterable[Item], options: Options = _DEFAULT) -> list[str]:
    """Give the id of each document's story, in the order of the items.

    Near-duplicates come together first (MinHash, banded). Of each set of them one document then looks up, by its
    heaviest terms, those of the days after it, and stories grow from the most similar pairs down, as long as the
    *average* similarity between what is joined stays over the threshold: a chain of documents each like the next does
    not become one story. A document like no other is a story by itself.

    An id is a digest of the story's smallest key. It depends neither on the order of the items nor on documents about
    other things: how much a term tells comes from the shipped word list, not from the corpus. Time is about linear in
    the number of documents; memory is about 1.7 kB a document, keys of 64 characters included: 2 GB for a million.
    """
    corpus = _Corpus(items)
    if not corpus.keys:
        return []
    parent = np.arange(len(corpus.keys), dtype=np.int64)
    for a, b in _near_duplicates(corpus, options):
        _join(parent, a, b)
    roots = np.array([_find(parent, i) for i in range(len(parent))], dtype=np.int64)
    alone = _representatives(corpus, roots)
    for a, b in _grow(corpus, *_similar(corpus, alone, options), options):
        _join(parent, a, b)
    ids: dict[int, str] = {}
    found = [""] * len(parent)
    for place, position in enumerate(corpus.order):
        root = _find(parent, place)
        # Roots are the smallest of their set, and places ascend with the keys.
        if root not in ids:
            ids[root] = blake2b(corpus.keys[position].encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        found[position] = ids[root]
    return found


class _Corpus:
    """The fingerprints as arrays, one row a document, by ascending key whatever the order they came in."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.keys: list[str] = []
        days: list[int] = []
        short = bytearray()
        minhash, terms, weights = bytearray(), bytearray(), bytearray()
        for key, published, taken in items:
            self.keys.append(key)
            days.append(published.toordinal() if published else 0)
            short.append(not taken.minhash)
            # Rows are filled up with the largest term, without weight, so that terms stay ascending.
            minhash += taken.minhash.ljust(2 * PERMUTATIONS, b"\0")
            terms += taken.terms.ljust(4 * TERMS, b"\xff")
            weights += taken.weights.ljust(TERMS, b"\0")
        count = len(self.keys)
        self.order = sorted(range(count), key=lambda i: (self.keys[i], days[i]))
        self.days = np.array(days, dtype=np.int64)[self.order]
        """Ordinals; 0 where there is no date."""
        self.short = np.frombuffer(short, dtype=np.bool_)[self.order]
        self.minhash = np.frombuffer(minhash, dtype="<u2").reshape(count, PERMUTATIONS)[self.order]
        self.terms = np.frombuffer(terms, dtype="<u4").reshape(count, TERMS)[self.order]
        self.weights = np.frombuffer(weights, dtype=np.uint8).reshape(count, TERMS)[self.order]
        squares = np.einsum("ij,ij->i", self.weights, self.weights, dtype=np.int64)
        self.norms = np.sqrt(np.maximum(squares, 1).astype(np.float64))

    def apart(self, a: Ints, b: Ints, window: int) -> npt.NDArray[np.bool_]:
        """Tell of pairs of rows whether more than ``window`` days lie between them."""
        both = (self.days[a] > 0) & (self.days[b] > 0)
        far: npt.NDArray[np.bool_] = both & (np.abs(self.days[a] - self.days[b]) > window)
        return far

    def similarity(self, row: int, others: Ints) -> npt.NDArray[np.float64]:
        """Cosines of one row's topic with those of others, in whole numbers, so that no order of adding moves them."""
        terms = self.terms[row]
        theirs = self.terms[others]
        at = np.minimum(np.searchsorted(terms, theirs), TERMS - 1)
        products = np.where(terms[at] == theirs, self.weights[row].astype(np.int64)[at] * self.weights[others], 0)
        cosines: npt.NDArray[np.float64] = products.sum(axis=1) / (self.norms[row] * self.norms[others])
        return cosines


def _near_duplicates(corpus: _Corpus, options: Options) -> Iterator[tuple[int, int]]:
    """Pairs of near-duplicates: rows that agree in a band, each held against the next three and the first."""
    rows = np.flatnonzero(~corpus.short)
    bands = np.ascontiguousarray(corpus.minhash[rows]).view("<u8")
    for band in range(PERMUTATIONS // _ROWS):
        values = bands[:, band]
        order = np.argsort(values, kind="stable")
        values, members = values[order], rows[order]
        firsts = np.maximum.accumulate(np.where(np.r_[True, values[1:] != values[:-1]], np.arange(len(values)), 0))
        for step in (1, 2, 3, 0):
            later = np.arange(step, len(values))
            earlier = later - step if step else firsts
            same = (values[later] == values[earlier]) & (later != earlier)
            yield from _alike(corpus, members[earlier[same]], members[later[same]], options)


def _alike(corpus: _Corpus, a: Ints, b: Ints, options: Options) -> Iterator[tuple[int, int]]:
    for start in range(0, len(a), _CHUNK):
        left, right = a[start : start + _CHUNK], b[start : start + _CHUNK]
        alike = (corpus.minhash[left] == corpus.minhash[right]).mean(axis=1)
        needed = np.where(corpus.apart(left, right, options.window), options.duplicate_ever, options.duplicate)
        kept = alike >= needed
        yield from zip(left[kept].tolist(), right[kept].tolist(), strict=True)


def _representatives(corpus: _Corpus, roots: Ints) -> Ints:
    """Of each set of near-duplicates the earliest, in order of date and key; those without a topic are left out."""
    days = np.where(corpus.days > 0, corpus.days, np.iinfo(np.int64).max)
    order = np.lexsort((np.arange(len(roots)), days, roots))
    first = order[np.r_[True, roots[order][1:] != roots[order][:-1]]]
    first = first[np.count_nonzero(corpus.weights[first], axis=1) >= _FEW]
    by_date: Ints = first[np.lexsort((first, corpus.days[first]))]
    return by_date


def _similar(
    corpus: _Corpus, rows: Ints, options: Options
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Pairs of rows (ascending by date) of similar topic, and how similar they are."""
    count = len(rows)
    heavy = min(_HEAVY, TERMS)
    top = np.argsort(-corpus.weights[rows].astype(np.int16), axis=1, kind="stable")[:, :heavy]
    terms = np.take_along_axis(corpus.terms[rows], top, axis=1)
    # One list of (term, place) in ascending order is the index: places ascend with the date, so what follows an entry
    # in it are the later documents with that term.
    entries = (terms.astype(np.uint64) << np.uint64(32)) | np.arange(count, dtype=np.uint64)[:, None]
    index = np.sort(entries, axis=None)
    days = corpus.days[rows]
    until = np.where(days > 0, np.searchsorted(days, days + options.window, side="right"), count).astype(np.uint64)
    places = (index & np.uint64(0xFFFFFFFF)).astype(np.int32)
    first, second, values = array("q"), array("q"), array("d")
    for place in range(count):
        begins = np.searchsorted(index, entries[place], side="right")
        ends = np.searchsorted(index, (terms[place].astype(np.uint64) << np.uint64(32)) | until[place], side="left")
        ends = np.minimum(ends, begins + _FORWARD)
        others, shared = np.unique(
            np.concatenate([places[b:e] for b, e in zip(begins.tolist(), ends.tolist(), strict=True)]),
            return_counts=True,
        )
        others, shared = others[shared >= 2], shared[shared >= 2]
        if len(others) > _COMPARED:
            others = others[np.argsort(-shared, kind="stable")[:_COMPARED]]
        if not len(others):
            continue
        similar = corpus.similarity(int(rows[place]), rows[others])
        least = options.dated if days[place] > 0 else options.undated
        kept = similar >= least
        first.extend([int(rows[place])] * int(kept.sum()))
        second.extend(rows[others[kept]].tolist())
        values.extend(similar[kept].tolist())
    return (
        np.frombuffer(first, dtype=np.int64),
        np.frombuffer(second, dtype=np.int64),
        np.frombuffer(values, dtype=np.float64),
    )


def _grow(
    corpus: _Corpus, a: Ints, b: Ints, similar: npt.NDArray[np.float64], options: Options
) -> Iterator[tuple[int, int]]:
    """Join clusters from the most similar pair down where their average similarity allows it; yield what is joined.

    The average over all pairs of two clusters is the product of their sums of unit vectors over the product of their
    sizes, so it needs no pair. What no chain of pairs connects is joined one after the other, so that memory holds the
    vectors of few documents.
    """
    connected = np.arange(len(corpus.keys), dtype=np.int64)
    for edge in range(len(a)):
        _join(connected, int(a[edge]), int(b[edge]))
    parts = np.fromiter((_find(connected, int(left)) for left in a), dtype=np.int64, count=len(a))
    order = np.lexsort((b, a, -similar, parts))
    clusters: dict[int, _Cluster] = {}
    part = -1

    def cluster(row: int) -> _Cluster:
        if row not in clusters:
            clusters[row] = _Cluster(corpus, row)
        return clusters[row]

    for edge in order:
        if parts[edge] != part:
            part = int(parts[edge])
            clusters.clear()
        left, right = int(a[edge]), int(b[edge])
        one, other = cluster(left), cluster(right)
        if one is other:
            continue
        least = options.dated if one.dated and other.dated else options.undated
        if one.span(other) > options.span or one.product(other) < least * one.size * other.size:
            continue
        if len(one.members) < len(other.members):
            one, other = other, one
        one.absorb(other)
        clusters.update(dict.fromkeys(other.members, one))
        yield left, right


class _Cluster:
    """Documents joined so far: the sum of their unit vectors."""

    __slots__ = ("dated", "days", "members", "size", "vector")

    def __init__(self, corpus: _Corpus, row: int) -> None:
        unit = corpus.weights[row] / corpus.norms[row]
        used = corpus.weights[row] > 0
        self.vector: dict[int, float] = dict(zip(corpus.terms[row][used].tolist(), unit[used].tolist(), strict=True))
        self.members = [row]
        self.size = 1
        self.dated = bool(corpus.days[row] > 0)
        self.days = (int(corpus.days[row]),) * 2 if self.dated else ()

    def span(self, other: _Cluster) -> int:
        days = self.days + other.days
        return max(days) - min(days) if days else 0

    def product(self, other: _Cluster) -> float:
        small, large = sorted((self.vector, other.vector), key=len)
        return sum(weight * large.get(term, 0.0) for term, weight in small.items())

    def absorb(self, other: _Cluster) -> None:
        for term, weight in other.vector.items():
            self.vector[term] = self.vector.get(term, 0.0) + weight
        self.members += other.members
        self.size += other.size
        self.dated = self.dated and other.dated
        days = self.days + other.days
        self.days = (min(days), max(days)) if days else ()


def _find(parent: Ints, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = int(parent[i])
    return i


def _join(parent: Ints, a: int, b: int) -> None:
    """Join two sets; the smaller root stays root."""
    a, b = _find(parent, a), _find(parent, b)
    if a != b:
        parent[max(a, b)] = min(a, b)
