"""How much of its text a document shares with another, where, and who has it from whom."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.corroboration.credits import find_credits
from annotate.corroboration.fingerprints import U64, shingles, word_hash
from annotate.corroboration.outlets import AGENCIES, outlet_named
from annotate.corroboration.published import published_day
from annotate.documents.document import Document
from annotate.documents.quotations import quotations

Originality = Literal["original", "copy-with-different-portions", "wholesale-duplicate", "quotes-extensively"]
"""Article originality as in the W3C Credibility Signals draft (26 November 2019)."""
Direction = Literal["a-from-b", "b-from-a"]
Basis = Literal["credit", "published", "completeness"]

_RUN: Final = 8
"""Words in a row that must agree for a shared run to be noticed."""
_GAP: Final = 4
"""Changed words within a passage, on either side, that do not end it."""
_PASSAGE: Final = 12
"""Words that a passage must share: shorter runs are titles, names of bodies, set phrases."""
_PLACES: Final = 8
"""Places of one run that are looked at: a phrase repeated more often is furniture."""
_QUOTED: Final = 4
"""A quotation of fewer words is a title or a phrase."""
_WHOLESALE: Final = 0.8
_COPY: Final = 0.43
"""Share of the words of either document that make a copy, of both that make a duplicate; chosen on one half of the
labelled pairs."""
_QUOTES: Final = 0.15
"""Share of the words of either document that are shared quotations, from which on it quotes extensively."""
_OWN_WORDS: Final = 0.2
"""Share of the words of either document that are shared outside quotations, from which on it does more than quote."""
_EXCERPT: Final = 0.9
_LONGER: Final = 1.5
"""A text that holds this share of another, and is longer by this factor, has more than its excerpt."""

Flags = npt.NDArray[np.bool_]


class Passage(msgspec.Struct, frozen=True, order=True, gc=False):
    """A run of words that two documents share, from the first shared word to the last on both sides."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int
    words: int
    """Words that agree."""
    identical: bool
    """False where up to four words in a row were changed, left out or put in."""
    quoted: float
    """Share of the agreeing words that stand in a quotation in either document, in [0, 1]."""


class Copying(msgspec.Struct, frozen=True):
    """Two documents held against each other."""

    containment_a: float
    """Share of the words of ``a`` that stand in shared passages, in [0, 1]."""
    containment_b: float
    unquoted_a: float
    """The same outside quotations, as a share of all words: what two reporters at one press conference do not share."""
    unquoted_b: float
    originality: Originality
    """Of the one that has it from the other, where there is a direction; of the pair otherwise."""
    direction: Direction | None
    """Who has it from whom; None where nothing is copied or nothing tells."""
    basis: Basis | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Wording:
    """The words of a document, hashed: what is compared."""

    hashes: U64
    runs: U64
    """Hashes of every eight words."""
    starts: list[int]
    ends: list[int]
    quoted: Flags


def _wording(document: Document) -> _Wording:
    return document.once("wording", _hash)


def _hash(document: Document) -> _Wording:
    text, words = document.text, document.layout.words
    hashes = np.fromiter((word_hash(text[r.start : r.end]) for r in words), dtype=np.uint64, count=len(words))
    starts = [r.start for r in words]
    quoted = np.zeros(len(words), dtype=np.bool_)
    for quotation in quotations(document):
        first, last = bisect_right(starts, quotation.start), bisect_right(starts, quotation.end - 1)
        if last - first >= _QUOTED:
            quoted[first:last] = True
    return _Wording(hashes, shingles(hashes, _RUN), starts, [r.end for r in words], quoted)


Run = tuple[int, int, int]
"""Equal words: the first in ``a``, the first in ``b``, how many."""


def compare_copies(a: Document, b: Document) -> Copying:
    """Find the passages two documents share, and who has them from whom. About linear in their length.

    Words are compared without case and punctuation, so that a copy with other quotation marks is the same text.
    ``compare_copies(b, a)`` says the same with the sides exchanged.
    """
    if (b.text, b.id) < (a.text, a.id):
        return exchange(compare_copies(b, a))
    one, other = _wording(a), _wording(b)
    grouped = _group(_align(one, other))
    in_a, in_b = np.zeros(len(one.starts), dtype=np.bool_), np.zeros(len(other.starts), dtype=np.bool_)
    for runs in grouped:
        for i, j, length in runs:
            in_a[i : i + length] = True
            in_b[j : j + length] = True
    passages = tuple(_passage(one, other, runs) for runs in grouped)
    whole = _share(in_a), _share(in_b)
    unquoted = _share(in_a, one.quoted), _share(in_b, other.quoted)
    originality = _originality(*whole, *unquoted)
    direction, basis = _direction(a, b, *whole) if originality != "original" else (None, None)
    return Copying(*whole, *unquoted, originality, direction, basis, passages)


def run_hashes(document: Document) -> list[int]:
    """Hash every six words of a document: two that share a passage share some."""
    found: list[int] = _wording(document).runs.tolist()
    return found


def exchange(found: Copying) -> Copying:
    """Say the same with the sides exchanged."""
    turned: dict[Direction | None, Direction | None] = {"a-from-b": "b-from-a", "b-from-a": "a-from-b", None: None}
    return Copying(
        found.containment_b,
        found.containment_a,
        found.unquoted_b,
        found.unquoted_a,
        found.originality,
        turned[found.direction],
        found.basis,
        tuple(
            sorted(
                Passage(p.start_b, p.end_b, p.start_a, p.end_a, p.words, p.identical, p.quoted) for p in found.passages
            )
        ),
    )


def _align(a: _Wording, b: _Wording) -> list[Run]:
    """Find runs of equal words, eight or more, in ascending order in ``a``; no word of either side is in two.

    Of several places in ``b`` the one that goes on from the run before is taken, else the first that is free.
    """
    runs_a, runs_b = a.runs.tolist(), b.runs.tolist()
    places: dict[int, list[int]] = {}
    for place in np.flatnonzero(np.isin(b.runs, a.runs)).tolist():
        places.setdefault(runs_b[place], []).append(place)
    found: list[Run] = []
    used = bytearray(len(b.starts) + 1)
    i = j = length = 0
    for at in np.flatnonzero(np.isin(a.runs, b.runs)).tolist():
        onward = j + at - i
        goes_on = length and at + _RUN == i + length + 1 and onward < len(runs_b) and runs_a[at] == runs_b[onward]
        if goes_on and not used[onward + _RUN - 1]:
            used[onward + _RUN - 1] = 1
            length += 1
            continue
        if length and at < i + length:
            continue
        free = next((p for p in places[runs_a[at]][:_PLACES] if not any(used[p : p + _RUN])), None)
        if free is None:
            continue
        if length:
            found.append((i, j, length))
        i, j, length = at, free, _RUN
        used[j : j + length] = b"\1" * length
    if length:
        found.append((i, j, length))
    return found


def _group(runs: list[Run]) -> list[list[Run]]:
    """Put runs together that only a few changed words part, and leave out what is too short for a passage."""
    grouped: list[list[Run]] = []
    for run in runs:
        if grouped:
            i, j, length = grouped[-1][-1]
            if run[0] - i - length <= _GAP and 0 <= run[1] - j - length <= _GAP:
                grouped[-1].append(run)
                continue
        grouped.append([run])
    return [part for part in grouped if sum(length for _, _, length in part) >= _PASSAGE]


def _passage(a: _Wording, b: _Wording, runs: list[Run]) -> Passage:
    (first_a, first_b, _), (last_a, last_b, length) = runs[0], runs[-1]
    words = sum(run[2] for run in runs)
    quoted = sum(int((a.quoted[i : i + n] | b.quoted[j : j + n]).sum()) for i, j, n in runs)
    return Passage(
        a.starts[first_a],
        a.ends[last_a + length - 1],
        b.starts[first_b],
        b.ends[last_b + length - 1],
        words,
        len(runs) == 1,
        round(quoted / words, 4),
    )


def _share(shared: Flags, quoted: Flags | None = None) -> float:
    if not len(shared):
        return 0.0
    return round(float((shared if quoted is None else shared & ~quoted).mean()), 4)


def _originality(in_a: float, in_b: float, unquoted_a: float, unquoted_b: float) -> Originality:
    if min(in_a, in_b) >= _WHOLESALE:
        return "wholesale-duplicate"
    if max(in_a - unquoted_a, in_b - unquoted_b) >= _QUOTES and max(unquoted_a, unquoted_b) < _OWN_WORDS:
        return "quotes-extensively"
    return "copy-with-different-portions" if max(in_a, in_b) >= _COPY else "original"


def _direction(a: Document, b: Document, in_a: float, in_b: float) -> tuple[Direction | None, Basis | None]:
    """Say who has it from whom: a credit is proof, an earlier day is a strong sign, being a mere part a weak one.

    Two documents that credit the same agency have it from there, neither from the other.
    """
    credited = credits_document(a, b), credits_document(b, a)
    if credited[0] != credited[1]:
        return ("a-from-b" if credited[0] else "b-from-a"), "credit"
    mine, theirs = whole_credits(a), whole_credits(b)
    if mine & theirs:
        return None, None
    if bool(mine) != bool(theirs):
        return ("b-from-a" if mine else "a-from-b"), "credit"
    when_a, when_b = published_day(a.published), published_day(b.published)
    if when_a and when_b and when_a != when_b:
        return ("b-from-a" if when_a < when_b else "a-from-b"), "published"
    if in_a >= _EXCERPT and len(b.layout.words) >= _LONGER * len(a.layout.words):
        return "a-from-b", "completeness"
    if in_b >= _EXCERPT and len(a.layout.words) >= _LONGER * len(b.layout.words):
        return "b-from-a", "completeness"
    return None, None


def credits_document(document: Document, other: Document) -> bool:
    """Tell whether a document credits the outlet that published another, as where its text or a claim comes from."""
    outlet = outlet_named(other.source) if other.source else None
    return outlet is not None and outlet in credited_outlets(document)


def credited_outlets(document: Document) -> frozenset[str]:
    """Give the outlets, other than its own, that a document names as where its text or a claim comes from."""
    own = outlet_named(document.source) if document.source else None
    return frozenset(
        c.outlet
        for c in find_credits(document)
        if c.outlet and c.outlet != own and c.role not in ("image-credit", "handle")
    )


def whole_credits(document: Document) -> frozenset[str]:
    """Give the agencies that a document, or who published it, says its whole text is from."""
    own = outlet_named(document.source) if document.source else None
    named = {c.outlet for c in find_credits(document) if c.agency and c.whole and c.outlet}
    return frozenset(named | ({own} if own in AGENCIES else set()))
