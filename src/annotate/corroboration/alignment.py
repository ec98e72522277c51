"""Quotations held against each other: which are of one utterance, and what was changed.

Two quotations are compared word by word in a *form* of each word from which everything is taken that an editor may
change without changing what was said: case, quotation marks, contractions, the writing of numbers and dates, British
and American spelling. What still differs is an edit; its kind says what it does to the meaning.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import msgspec
from msgspec.structs import replace
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from annotate.corroboration.speech import (
    FILLERS,
    FUNCTION_WORDS,
    MODALS,
    NEGATIONS,
    OPPOSITES,
    SENTENCE_OPENERS,
)
from annotate.corroboration.wording import MONTHS, NUMBERS, STRAIGHT, Word, Wording, read, stem
from annotate.lexicon import lexicon
from annotate.lexicon.lexicon import word_tuple

Verification = Literal[
    "verbatim", "excerpt", "marked-edit", "equivalent", "altered-wording", "altered-meaning", "different-utterance"
]
Kind = Literal[
    "punctuation",
    "case",
    "contraction",
    "spelling",
    "typo",
    "number-format",
    "filler",
    "marked-omission",
    "marked-insertion",
    "function-word",
    "inflection",
    "content-substitution",
    "content-insertion",
    "content-deletion",
    "modality",
    "negation",
    "antonym",
    "number",
    "name",
]
Cause = Literal["paraphrase", "re-translation", "transcription", "typo", "garble"]

NEUTRAL: Final[frozenset[str]] = frozenset(
    {"punctuation", "case", "contraction", "spelling", "typo", "number-format", "filler"}
)
MARKED: Final[frozenset[str]] = frozenset({"marked-omission", "marked-insertion"})
TURNING: Final[frozenset[str]] = frozenset({"modality", "negation", "antonym", "number", "name"})

SAME: Final = 0.5
"""From this score on two quotations are held to be of one utterance."""

ALTERED: Final = 0.8
"""From this score on a difference in wording is called an alteration. Among pairs that share little but a formula ("it
is going to be very difficult to"), 3 in 10 of those of two utterances reach ``SAME``, 1 in 9 reach this: 62 pairs of
quote_pairs (train) judged by one reader, which the score was also fitted on, so that both shares flatter it."""


class Edit(msgspec.Struct, frozen=True, gc=False):
    """One difference; ``there`` is the other quotation's wording."""

    op: Literal["sub", "ins", "del"]
    """As seen from the other quotation: ``ins`` stands only here, ``del`` only there."""
    here: str
    there: str
    here_start: int
    """Range in the text compared; empty, where something would have to stand, for ``del``."""
    here_end: int
    kind: Kind


class Comparison(msgspec.Struct, frozen=True):
    """What one quotation did with the words of another."""

    verification: Verification
    edits: tuple[Edit, ...] = ()
    cause: Cause | None = None
    """Most likely cause of the edits; None where there are none or nothing speaks for one."""
    score: float = 1.0
    """Confidence in the verification, in [0, 1]: the link score times a weight set by hand, not calibrated."""


# --- alignment ------------------------------------------------------------------------------------------------------


class _Gap(msgspec.Struct, frozen=True, gc=False):
    """Words of both sides that do not match, as ranges of word indices; one may be empty."""

    a: int
    a_end: int
    b: int
    b_end: int


class _Aligned(msgspec.Struct, frozen=True):
    """The stretch in which two quotations run parallel."""

    a: Wording
    b: Wording
    blocks: tuple[tuple[int, int, int], ...]
    """(index in a, index in b, words) of the equal runs, in order."""
    gaps: tuple[_Gap, ...]
    """Between the runs; and at an end where both quotations end differently by a few words."""


_END: Final = 3
"""Words by which two quotations may end differently and the difference still count as an edit. Longer ones are other
sentences: where one of two excerpts stops is no statement about the other."""


def _weight(form: str) -> float:
    return 0.35 if form in FUNCTION_WORDS or len(form) == 1 else 1.0


def _weigh(forms: Sequence[str]) -> float:
    return sum(map(_weight, forms))


@lru_cache(maxsize=8192)
def _align(one: str, other: str) -> _Aligned:
    a, b = read(one), read(other)
    found = SequenceMatcher(None, a.forms, b.forms, autojunk=False).get_matching_blocks()[:-1]
    blocks = _parallel(a, b, [(m.a, m.b, m.size) for m in found])
    gaps = [_Gap(p[0] + p[2], q[0], p[1] + p[2], q[1]) for p, q in pairwise(blocks)]
    if blocks:
        first, last = blocks[0], blocks[-1]
        ends = [
            (_Gap(0, first[0], 0, first[1]), 0),
            (_Gap(last[0] + last[2], len(a.words), last[1] + last[2], len(b.words)), len(gaps) + 1),
        ]
        for gap, place in ends:
            left, right = gap.a_end - gap.a, gap.b_end - gap.b
            if 0 < left <= _END and 0 < right <= _END:
                gaps.insert(place, gap)
        if gaps:
            _take_equal_ends(a, b, blocks, gaps)
    return _Aligned(a, b, tuple(blocks), tuple(gaps))


def _take_equal_ends(a: Wording, b: Wording, blocks: list[tuple[int, int, int]], gaps: list[_Gap]) -> None:
    """Make blocks of the words with which both quotations begin, or end, alike beyond the parallel stretch."""
    first, last = gaps[0], gaps[-1]
    if (first.a, first.b) == (0, 0) and a.forms[0] == b.forms[0]:
        n = 1 + (min(first.a_end, first.b_end) > 1 and a.forms[1] == b.forms[1])
        if n < max(first.a_end, first.b_end):
            blocks.insert(0, (0, 0, n))
            gaps[0] = _Gap(n, first.a_end, n, first.b_end)
    ends = len(a.forms), len(b.forms)
    if (last.a_end, last.b_end) == ends and len(gaps) > 1 and a.forms[-1] == b.forms[-1]:
        blocks.append((ends[0] - 1, ends[1] - 1, 1))
        gaps[-1] = _Gap(last.a, ends[0] - 1, last.b, ends[1] - 1)


def _parallel(a: Wording, b: Wording, blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Take the run of blocks that pays for the gaps between them, and drop chance matches of function words in it."""
    best, best_sum, start, total = (0, 0), 0.0, 0, 0.0
    for i, block in enumerate(blocks):
        if i:
            before = blocks[i - 1]
            total -= _cost(a, b, _Gap(before[0] + before[2], block[0], before[1] + before[2], block[1]))
        if total <= 0.0:
            start, total = i, 0.0
        total += _weigh(a.forms[block[0] : block[0] + block[2]])
        if total > best_sum:
            best, best_sum = (start, i + 1), total
    run = blocks[best[0] : best[1]]
    kept: list[tuple[int, int, int]] = []
    for i, block in enumerate(run):
        if 0 < i < len(run) - 1 and block[2] <= 2:
            before, after = kept[-1], run[i + 1]
            around = min(
                min(block[0] - before[0] - before[2], block[1] - before[1] - before[2]),
                min(after[0] - block[0] - block[2], after[1] - block[1] - block[2]),
            )
            if around > 1 and _weigh(a.forms[block[0] : block[0] + block[2]]) < 0.8:
                continue
        kept.append(block)
    return kept


def _cost(a: Wording, b: Wording, gap: _Gap) -> float:
    left, right = gap.a_end - gap.a, gap.b_end - gap.b
    longer = abs(left - right)
    if _omitted(a, gap.a, gap.a_end) or _omitted(b, gap.b, gap.b_end):
        longer = min(longer, 2)
    return 0.6 * min(left, right) + 0.25 * min(longer, 40)


def _omitted(quote: Wording, start: int, end: int) -> bool:
    return any(i in quote.omissions for i in range(start, end + 1))


# --- are they of one utterance? -------------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def _rarity(key: str) -> float:
    """How much a word says about which utterance it is from, from its document frequency; about 0.1 to 1."""
    known = lexicon()
    count = known.any_case(key)
    return math.log((known.documents + 1) / (count + 1)) / math.log(known.documents + 1)


def features(one: str, other: str) -> tuple[float, ...]:
    """Measure what :func:`same_utterance` weighs, symmetrically; ``FEATURES`` has the names."""
    if other < one:
        one, other = other, one
    x = _align(one, other)
    a, b = x.a, x.b
    if not a.words or not b.words:
        return (0.0,) * len(FEATURES)
    short, long = sorted((len(a.words), len(b.words)))
    matched = sum(block[2] for block in x.blocks)
    weight = sum(_weigh(a.forms[i : i + n]) for i, _, n in x.blocks)
    runs = [sum(_rarity(f) for f in a.forms[i : i + n] if f not in FUNCTION_WORDS) for i, _, n in x.blocks]
    rare, rare_run = sum(runs), max(runs, default=0.0)
    shorter = min(_weigh(a.forms), _weigh(b.forms))
    longest = max((block[2] for block in x.blocks), default=0)
    dense, dangling = 0.0, float(short)
    if x.blocks:
        (a0, b0, _), (a1, b1, n) = x.blocks[0], x.blocks[-1]
        dense = matched / max(1, min(a1 + n - a0, b1 + n - b0))
        dangling = min(a0, b0) + min(len(a.words) - a1 - n, len(b.words) - b1 - n)
    shared = set(a.keys) & set(b.keys)
    common = sum(map(_rarity, sorted(shared)))
    sides = sorted((sum(map(_rarity, a.keys)), sum(map(_rarity, b.keys))))
    left, right = sorted((" ".join(a.forms), " ".join(b.forms)), key=len)
    coverage, rarity, loose = weight / max(shorter, 0.35), math.log1p(rare), math.log1p(dangling)
    return (
        matched / short,
        coverage,
        math.log1p(matched),
        rarity,
        math.log1p(longest),
        dense,
        dangling / short,
        loose,
        common / max(sides[0], 0.1),
        common / max(sides[1], 0.1),
        math.log1p(common),
        fuzz.partial_ratio(left[:_NEEDLE], right) / 100,
        fuzz.token_set_ratio(left, right) / 100,
        fuzz.ratio(left, right) / 100,
        math.log1p(short),
        short / long,
        coverage * rarity,
        coverage * loose,
        rarity * loose,
        math.log1p(min(len(_names(a) - set(b.forms)), len(_names(b) - set(a.forms)))),
        math.log1p(min(len(_figures(a) - set(b.forms)), len(_figures(b) - set(a.forms)))),
        math.log1p(rare_run),
    )


_NEEDLE: Final = 300
"""Code points of the shorter quotation that are looked for in the longer: the search is quadratic and worse."""


def _names(quote: Wording) -> set[str]:
    return {w.form for i, w in enumerate(quote.words) if i and w.capital and w.form not in FUNCTION_WORDS}


def _figures(quote: Wording) -> set[str]:
    return {f for f in quote.forms if f[0].isdigit()}


FEATURES: Final = (
    "words matched / shorter",
    "weight matched / shorter",
    "words matched",
    "rare words matched",
    "longest run",
    "density",
    "dangling / shorter",
    "dangling",
    "shared stems / shorter",
    "shared stems / longer",
    "shared stems",
    "partial ratio",
    "token set ratio",
    "ratio",
    "length",
    "length ratio",
    "weight matched / shorter * rare words matched",
    "weight matched / shorter * dangling",
    "rare words matched * dangling",
    "other names",
    "other figures",
    "rare words of one run",
)

_INTERCEPT: Final = -13.3445
_COEFFICIENTS: Final[tuple[float, ...]] = tuple(
    float(c)
    for c in word_tuple(
        "0.1630 -0.9186 2.8904 3.4719 -2.3111 1.1111 3.3586 -0.7048 3.6826 -0.0873 -0.5314 "
        "6.8153 5.2209 0.9818 -0.3034 3.1463 -1.0688 -3.7595 0.6014 -1.1329 -2.7586 -1.4521"
    )
)
"""Logistic regression, fitted by ``benchmarks/quotations.py --fit``."""


def same_utterance(a: str, b: str) -> float:
    """Score in [0, 1] how likely two quotations are of one utterance, be it in part or re-translated.

    A logistic score, not calibrated: it was fitted on a mixture of pairs that no corpus has. Symmetric; 0 where either
    has no words. Only the first 400 words of each are looked at.
    """
    values = features(a, b)
    if not any(values):
        return 0.0
    total = _INTERCEPT + sum(c * v for c, v in zip(_COEFFICIENTS, values, strict=True))
    return round(1.0 / (1.0 + math.exp(-total)), 4) if total > -30.0 else 0.0


def link(utterances: Sequence[tuple[Hashable, str]]) -> list[tuple[int, int, float]]:
    """Find the pairs of quotations, from different documents, that are of one utterance.

    Args:
        utterances: key of the document and words quoted, of each.

    Returns:
        (index, index, score) with the lower index first, in order, for each pair with a score of at least ``SAME``.

    Only pairs that share two rare words or a run of four are compared, and with each quotation at most 40: the cost
    grows with the number of quotations, not with that of pairs. Quotations word for word the same are compared once.
    """
    quotes = [read(text) for _, text in utterances]
    same: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, quote in enumerate(quotes):
        if quote.words:
            same[quote.forms].append(i)
    heads = [members[0] for members in same.values()]
    postings: dict[Hashable, list[int]] = defaultdict(list)
    for i in heads:
        for key in _index_keys(quotes[i]):
            postings[key].append(i)
    pairs: list[tuple[int, int, float]] = []
    for i in heads:
        for j in _candidates(i, quotes, postings):
            score = same_utterance(utterances[i][1], utterances[j][1])
            if score >= SAME:
                pairs += [(p, q, score) for p in same[quotes[i].forms] for q in same[quotes[j].forms]]
    for members in same.values():
        score = same_utterance(utterances[members[0]][1], utterances[members[0]][1])
        if score >= SAME:
            pairs += [(p, q, score) for n, p in enumerate(members) for q in members[n + 1 :]]
    return sorted((min(p, q), max(p, q), s) for p, q, s in pairs if utterances[p][0] != utterances[q][0])


_POSTINGS: Final = 60
"""A word that more quotations have than this says nothing about which belong together."""
_CANDIDATES: Final = 40
_SHARED: Final = 6
"""Two rare words (up to 4 each) or a run of four words (8): a third of the time that one rare word takes, for
1 in 40 of the re-translations lost (quote_translation_variants, choosing half)."""


def _index_keys(quote: Wording) -> list[Hashable]:
    runs = [quote.forms[i : i + 4] for i in range(len(quote.forms) - 3)]
    return sorted({run for run in runs if _weigh(run) > 2.0}) + list(quote.keys)


def _candidates(i: int, quotes: Sequence[Wording], postings: dict[Hashable, list[int]]) -> list[int]:
    """Give the later quotations that share most with this one."""
    shared: Counter[int] = Counter()
    for key in _index_keys(quotes[i]):
        found = postings[key]
        if len(found) <= _POSTINGS:
            weight = 8 if isinstance(key, tuple) else round(4 * _rarity(str(key)))
            for j in found:
                if j > i:
                    shared[j] += weight
    ranked = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    return [j for j, weight in ranked[:_CANDIDATES] if weight >= _SHARED]


# --- what was changed -----------------------------------------------------------------------------------------------


def compare(here: str, there: str) -> Comparison:
    """Say what ``here`` did with the words of ``there``, which is taken as the reference.

    An end at which one quotation goes on is no edit: that is an excerpt. Where the quotations end differently by at
    most three words each, it is one.
    """
    score = same_utterance(here, there)
    x = _align(here, there)
    if score < SAME or not x.blocks:
        return Comparison("different-utterance", score=round(1.0 - score, 4))
    edits = tuple(sorted(_edits(x), key=lambda e: (e.here_start, e.here_end)))
    kinds = {e.kind for e in edits}
    whole = not _overhangs(x)
    if score < ALTERED and kinds - NEUTRAL - MARKED:
        return Comparison("different-utterance", score=round(1.0 - score, 4))
    verification: Verification
    if kinds & TURNING:
        verification = "altered-meaning"
    elif kinds - NEUTRAL - MARKED:
        verification = "altered-wording"
    elif kinds & MARKED:
        verification = "marked-edit"
    elif not whole:
        verification = "excerpt"
    else:
        verification = "equivalent" if kinds else "verbatim"
    return Comparison(verification, edits, _cause(x, edits), round(score * _TRUST[verification], 4))


_TRUST: Final[dict[str, float]] = {
    # How far a verdict is trusted where the link holds. Set by hand, not measured: an order of the verdicts, no shares.
    "verbatim": 1.0,
    "excerpt": 0.97,
    "equivalent": 0.95,
    "marked-edit": 0.9,
    "altered-wording": 0.9,
    "altered-meaning": 0.7,
}


def consensus(quotes: Sequence[tuple[Hashable, str]]) -> int:
    """Give the index of the reference form: the wording that most independent origins have; of equals the longest.

    Args:
        quotes: key of the origin and words quoted, of each quotation of one utterance.

    An origin agrees with a wording that its own one equals or is an excerpt of, format aside. Of equally long ones the
    first is taken.

    Raises:
        ValueError: if there are none.
    """
    if not quotes:
        raise ValueError("no quotations to find the consensus of")
    forms_of = [read(text).forms for _, text in quotes]
    padded = [" " + " ".join(forms) + " " for forms in forms_of]
    agreeing = [len({origin for (origin, _), p in zip(quotes, padded, strict=True) if p in whole}) for whole in padded]
    return max(range(len(quotes)), key=lambda i: (agreeing[i], len(forms_of[i]), -i))


def _overhangs(x: _Aligned) -> bool:
    """Whether one quotation goes on, by a word or more, where the other has nothing."""
    ends = {(g.a, g.b) for g in x.gaps} | {(g.a_end, g.b_end) for g in x.gaps}
    first, last = x.blocks[0], x.blocks[-1]
    end = (last[0] + last[2], last[1] + last[2])
    starts_open = first[:2] != (0, 0) and (0, 0) not in ends
    return starts_open or (end != (len(x.a.words), len(x.b.words)) and (len(x.a.words), len(x.b.words)) not in ends)


def _edits(x: _Aligned) -> list[Edit]:
    edits = [edit for gap in x.gaps for edit in _gap_edits(x, gap)]
    negations = [e for e in edits if e.kind == "negation"]
    if {e.op for e in negations} == {"ins", "del"} and len(negations) == 2:
        # Only its place is another: "would not have", "would have not".
        edits = [replace(e, kind="function-word") if e.kind == "negation" else e for e in edits]
    for i, j, n in x.blocks:
        edits += _format_edits(x, i, j, n)
    return edits


def _format_edits(x: _Aligned, i: int, j: int, n: int) -> list[Edit]:
    """Give what differs in the writing of equal words: contraction, number, spelling, case."""
    edits: list[Edit] = []
    k = 0
    while k < n:
        # A token may make several forms: compare whole tokens.
        a_from, b_from, k0 = x.a.words[i + k], x.b.words[j + k], k
        while k + 1 < n and (
            x.a.words[i + k + 1].start < x.a.words[i + k].end or x.b.words[j + k + 1].start < x.b.words[j + k].end
        ):
            k += 1
        if _splits(x.a, i + k0, i + k + 1) or _splits(x.b, j + k0, j + k + 1):
            k += 1  # the other part of a contraction is an edit already
            continue
        left = x.a.text[a_from.start : x.a.words[i + k].end]
        right = x.b.text[b_from.start : x.b.words[j + k].end]
        kind = _format_kind(left, right, several=k > k0, opening=i + k0 == 0 or j + k0 == 0)
        if kind is not None:
            edits.append(Edit("sub", left, right, a_from.start, x.a.words[i + k].end, kind))
        k += 1
    return edits


def _splits(quote: Wording, first: int, last: int) -> bool:
    """Whether a range of words begins or ends within a token that makes several."""
    words = quote.words
    return (first > 0 and words[first - 1].end > words[first].start) or (
        last < len(words) and words[last].start < words[last - 1].end
    )


def _format_kind(left: str, right: str, *, several: bool, opening: bool) -> Kind | None:
    one, other = left.translate(STRAIGHT), right.translate(STRAIGHT)
    if one == other or (one.lower() == other.lower() and opening):
        return None
    if any(c in one + other for c in "[]"):
        return "marked-insertion"
    if one.lower() == other.lower():
        return "case"
    if any(map(str.isdigit, one + other)) or one.lower() in NUMBERS or "%" in (one + other):
        return "number-format"
    return "contraction" if several or "'" in one + other else "spelling"


def _gap_edits(x: _Aligned, gap: _Gap) -> list[Edit]:
    a, b = x.a, x.b
    left, right = list(range(gap.a, gap.a_end)), list(range(gap.b, gap.b_end))
    # What stands in brackets is marked whether or not something stands in its place.
    marked = any(a.words[i].marked for i in left) or any(b.words[j].marked for j in right)
    if marked:
        bare_left = [i for i in left if not a.words[i].marked]
        bare_right = [j for j in right if not b.words[j].marked]
        if not bare_left or not bare_right or [a.forms[i] for i in bare_left] == [b.forms[j] for j in bare_right]:
            return [_edit(x, gap, "marked-insertion")]
    if (_omitted(a, gap.a, gap.a_end) and len(left) <= len(right) + 2) or (
        _omitted(b, gap.b, gap.b_end) and len(right) <= len(left) + 2
    ):
        return [_edit(x, gap, "marked-omission")]
    return [_edit(x, gap, _kind(x, gap))]


def _edit(x: _Aligned, gap: _Gap, kind: Kind) -> Edit:
    start, end = _span(x.a, gap.a, gap.a_end)
    there_start, there_end = _span(x.b, gap.b, gap.b_end)
    op: Literal["sub", "ins", "del"] = "del" if start == end else "ins" if there_start == there_end else "sub"
    return Edit(op, x.a.text[start:end], x.b.text[there_start:there_end], start, end, kind)


def _span(quote: Wording, first: int, last: int) -> tuple[int, int]:
    if first < last:
        return quote.words[first].start, max(w.end for w in quote.words[first:last])
    place = quote.words[first].start if first < len(quote.words) else len(quote.text)
    return place, place


def _kind(x: _Aligned, gap: _Gap) -> Kind:
    left, right = x.a.forms[gap.a : gap.a_end], x.b.forms[gap.b : gap.b_end]
    if "".join(left).replace(".", "") == "".join(right).replace(".", ""):
        return "spelling"
    if not (left and right) and _is_filler(x, gap):
        return "filler"
    plain_left, plain_right = _without_fillers(left), _without_fillers(right)
    if plain_left == plain_right:
        return "filler"
    if len(left) == len(right) == 1:
        return _word_kind(x, gap)
    figures = _figures_of(left), _figures_of(right)
    if figures[0] and figures[1] and len(left) <= 3 and len(right) <= 3 and not figures[0] & figures[1]:
        return "number"
    if _negates(left, right):
        return "negation"
    if all(f in FUNCTION_WORDS for f in (*left, *right)):
        return "function-word"
    if left and right:
        return "content-substitution"
    return "content-insertion" if left else "content-deletion"


def _figures_of(forms: Sequence[str]) -> set[str]:
    return {f for f in forms if f[0].isdigit()}


_DO: Final = frozenset({"do", "does", "did", "is", "are", "was", "were", "will", "would", "have", "has", "had"})


def _negates(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether one side is the other with a negation, and nothing else of weight."""
    sides = sorted((left, right), key=lambda forms: sum(f in NEGATIONS for f in forms))
    positive, negative = sides
    count = sum(f in NEGATIONS for f in negative)
    if count != 1 or any(f in NEGATIONS for f in positive):
        return False
    rest = [f for f in negative if f not in NEGATIONS and f not in _DO]
    return rest == [f for f in positive if f not in _DO]


def _is_filler(x: _Aligned, gap: _Gap) -> bool:
    """Whether what stands on one side only is what transcripts leave out, or a word said twice."""
    quote, start, end = (x.a, gap.a, gap.a_end) if gap.a < gap.a_end else (x.b, gap.b, gap.b_end)
    forms = quote.forms[start:end]
    if forms in (quote.forms[start - len(forms) : start], quote.forms[end : end + len(forms)]):
        return True
    if " ".join(forms) in FILLERS - SENTENCE_OPENERS:
        return True
    return all(f in SENTENCE_OPENERS for f in forms) and (
        start == 0 or quote.text[quote.words[start - 1].end : quote.words[start].start].strip()[:1] in tuple(".?!")
    )


def _without_fillers(forms: Sequence[str]) -> list[str]:
    text = f" {' '.join(forms)} "
    for filler in ("you know", "i mean", "uh", "um", "er", "ah"):
        text = text.replace(f" {filler} ", " ")
    return text.split()


def _word_kind(x: _Aligned, gap: _Gap) -> Kind:
    """Say what one word in the place of another is."""
    mine, yours = x.a.words[gap.a], x.b.words[gap.b]
    one, other = mine.form, yours.form
    if one[0].isdigit() and other[0].isdigit():
        return "number"
    if {one, other} in ({"is", "has"}, {"would", "had"}) and ("'" in _surface(x.a, mine) + _surface(x.b, yours)):
        return "contraction"
    if frozenset((one, other)) in OPPOSITES:
        return "antonym"
    if one in MODALS and other in MODALS:
        return "modality" if abs(MODALS[one] - MODALS[other]) > 1 else "function-word"
    if one in NEGATIONS or other in NEGATIONS:
        return "negation" if {one, other} & {"now", "a", "the", "any", "some", "all"} else "function-word"
    names = mine.capital and yours.capital and gap.a > 0 and gap.b > 0
    known = lexicon()
    if one.removesuffix("'s") == other.removesuffix("'s"):
        return "inflection"
    if names and one in _DAYS and other in _DAYS:
        return "name"
    distance = Levenshtein.distance(one, other)
    if min(len(one), len(other)) >= 4 and distance <= (1 if min(len(one), len(other)) < 6 else 2):
        if stem(one) == stem(other) and not names:
            return "inflection"
        if names and one[0] == other[0]:
            return "spelling"
        rarer, usual = sorted((known.any_case(one), known.any_case(other)))
        if rarer <= _SLIP * usual:
            return "typo"
    if one in FUNCTION_WORDS and other in FUNCTION_WORDS:
        return "function-word"
    if names and _are_other_names(one, other):
        return "name"
    if _negated(one, other) or _negated(other, one):
        return "antonym"
    if len(one) > 3 and len(other) > 3 and (stem(one) == stem(other) or one.startswith(other) or other.startswith(one)):
        return "inflection"
    return "content-substitution"


def _surface(quote: Wording, word: Word) -> str:
    return quote.text[word.start : word.end].translate(STRAIGHT)


_DAYS: Final = frozenset(MONTHS.values()) | set(
    word_tuple("may monday tuesday wednesday thursday friday saturday sunday")
)
_SLIP: Final = 0.01
"""Share of the documents of the usual form below which the rarer of two like forms is a slip, not another word."""
_DEMONYM: Final = re.compile(r"(?:an|ans|ish|ese|i|is|ist|ists|ite|ites|ic|ism)$")


def _are_other_names(one: str, other: str) -> bool:
    """Whether two capitalised words name different things: a slip in spelling, a longer form or a people's name do not.

    A word that also occurs in lower case is no certain name.
    """
    one, other = one.removesuffix("'s"), other.removesuffix("'s")
    if one[0] == other[0] or min(len(one), len(other)) < 4 or "." in one + other:
        return False
    return not any(lexicon().count(w) >= 3 or _DEMONYM.search(w) for w in (one, other))


def _negated(one: str, other: str) -> bool:
    return any(other == prefix + one for prefix in ("un", "in", "im", "il", "ir", "dis", "non")) and len(one) > 3


def _cause(x: _Aligned, edits: Sequence[Edit]) -> Cause | None:
    kinds = Counter(e.kind for e in edits if e.kind not in MARKED and e.kind not in ("case", "punctuation"))
    if not kinds:
        return None
    if set(kinds) <= {"typo", "spelling", "number-format"}:
        return "typo" if "typo" in kinds else None
    first, last = x.blocks[0], x.blocks[-1]
    core = max(last[0] + last[2] - first[0], last[1] + last[2] - first[1])
    matched = sum(n for _, _, n in x.blocks) / core
    content = sum(n for kind, n in kinds.items() if kind in ("content-substitution", "antonym", "name", "modality"))
    if matched < 0.6 and len(x.gaps) >= 3:
        return "re-translation"
    # Editors and listeners drop, add and exchange small words; who rewrites puts synonyms word for word.
    if content >= 2 and matched >= 0.6:
        return "paraphrase"
    if set(kinds) <= {"filler", "contraction", "function-word", "inflection", "spelling", "typo", "number-format"}:
        return "transcription"
    return None
