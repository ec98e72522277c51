"""Hashed n-grams of three families, computed per unit (sentence or line) so that a unit's contribution is additive.

Everything is made from tokens whose *format* has been unified first: quotation marks are dropped, dashes, ellipses,
apostrophes, digits, case and spacing are written one way. What is left is wording. Three families see it:

``words``     lower-cased words and punctuation; ``masked`` is the same with names replaced by their shape
``skeleton``  function words as they are, every other word reduced to its last two letters, names and digits masked
``chars``     characters of the lower-cased words, one blank between tokens

An n-gram never crosses a unit's end. Only numpy is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Final, Literal, NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

Kind = Literal["words", "masked", "skeleton", "chars"]

Ints = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]


class FamilySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One family of n-grams: of what, how long, and into how many buckets."""

    kind: Kind
    low: Annotated[int, msgspec.Meta(ge=1, le=8)]
    """Shortest n-gram, in tokens (characters for ``chars``)."""
    high: Annotated[int, msgspec.Meta(ge=1, le=8)]
    """Longest n-gram."""
    bits: Annotated[int, msgspec.Meta(ge=4, le=24)]
    """There are ``2 ** bits`` buckets."""


class Span(Protocol):
    """Anything with a ``start`` and an ``end``, such as :class:`annotate.documents.Range`."""

    @property
    def start(self) -> int: ...  # noqa: D102

    @property
    def end(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some units of a text, in order.

    ``forms[i]`` is what was made of ``text[starts[i]:ends[i]]``; ``units[i]`` is the index of the unit it stands in.
    ``starts``, ``ends`` and ``units`` have the length of ``forms``. ``words[u]`` counts the words (not punctuation)
    of unit ``u``; its length is the number of units, empty ones included.
    """

    forms: list[Form]
    starts: Ints
    ends: Ints
    units: Ints
    words: Ints

    @property
    def unit_count(self) -> int:
        """How many units there are, empty ones included."""
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of some tokens, one row each: four arrays of one length.

    ``buckets`` are in ``[0, 2 ** bits)``; ``units`` say where the n-gram stands; ``first`` and ``last`` are
    the indexes of its first and last token (inclusive).
    """

    buckets: Ints
    units: Ints
    first: Ints
    last: Ints


class Form(NamedTuple):
    """What one token looks like to each family: its lower-cased text and three 64-bit hashes.

    A clitic is part of the word before it, so ``is_word`` is false for it.
    """

    text: str
    word: int
    masked: int
    skeleton: int
    is_word: bool


# Clitics stand alone whether or not a tokeniser has split them already ("don't", "do n't"); runs of dots, dashes and
# accents are one token. Quotation marks, accents used as quotes and primes are matched to be dropped.
_TOKEN: Final = re.compile(
    r"[A-Za-z]{1,7}?(?=n['’`]t\b)|n['’`]t\b|['’`](?:s|re|ve|ll|d|m|S|RE|VE|LL|D|M)\b"
    r"|\d+(?:[.,]\d+)*|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f])*"
    r"|[.…]+|[\-‐‑‒–—―−]+|[\"“”„‟«»‹›'’‘‚‛`´′″]+|[^\w\s]|_+"
)
_DROPPED: Final = frozenset("\"“”„‟«»‹›'’‘‚‛`´′″")
_DASHES: Final = frozenset("-‐‑‒–—―−")
_DIGIT: Final = re.compile(r"\d+")

FUNCTION_WORDS: Final = frozenset(
    """
    a an the this that these those some any no every each either neither all both half such what which whose
    another other others own same several few fewer many more most much less least enough none one ones two
    three first second last next i me my mine myself you your yours yourself yourselves he him his himself she
    her hers herself it its itself we us our ours ourselves they them their theirs themselves who whom whoever
    whatever whichever something anything nothing everything someone anyone everyone nobody somebody anybody
    everybody about above across after against along alongside amid among amongst around as at before behind
    below beneath beside besides between beyond by concerning considering despite down during except following
    for from in including inside into like near of off on onto opposite out outside over past per regarding
    since than through throughout till to toward towards under underneath unlike until up upon via versus with
    within without according due because owing thanks instead and or but nor so yet if unless although though
    whereas while whilst whether once when whenever where wherever why how however therefore thus hence moreover
    furthermore nevertheless nonetheless meanwhile otherwise rather besides also too be am is are was were been
    being do does did done doing have has had having will would shall should can could may might must ought need
    dare used cannot not n't 's 're 've 'll 'd 'm there here then now again ever never always often sometimes
    usually already still just only even almost nearly quite very really perhaps maybe indeed later earlier soon
    recently currently today yesterday tomorrow ago away back together apart said says say told tell added
    according asked called known made make makes making get got go goes going went come came take took taken
    give gave given become became well far long as
    """.split()  # noqa: SIM905  # a list would take a page
)
"""Words kept whole by the skeleton: closed classes, and the few verbs and adverbs that hold news sentences together."""

_CACHE_LIMIT: Final = 200_000
_cache: dict[str, Form] = {}


def stable_hash(text: str) -> int:
    """64 bits of BLAKE2b of a string, the same in every process and on every platform."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _form(raw: str) -> Form | None:
    """Unify the format of a raw token; None for one that is dropped."""
    first = raw[0]
    if first in _DROPPED and not (len(raw) > 1 and raw[1].isalpha()):
        return None
    if first in _DASHES:
        text = word = masked = skeleton = "-"
        return Form(text, stable_hash(word), stable_hash(masked), stable_hash(skeleton), False)
    if first in ".…":
        text = "." if raw == "." else "..."
        return Form(text, stable_hash(text), stable_hash(text), stable_hash(text), False)
    if first.isdigit():
        # A date or a sum is topic; how many digits and which separators is form.
        text = _DIGIT.sub(lambda m: "0" * min(4, len(m.group())), raw)
        number = stable_hash(text)
        return Form(text, number, number, number, True)
    if not (first.isalpha() or len(raw) > 1):
        text = unicodedata.normalize("NFKC", raw)
        mark = stable_hash(text)
        return Form(text, mark, mark, mark, False)
    plain = unicodedata.normalize("NFC", raw).replace("’", "'").replace("`", "'")
    lower = plain.lower()
    whole = stable_hash(lower)
    if lower in FUNCTION_WORDS:
        return Form(lower, whole, whole, whole, "'" not in lower)
    if plain[0].isupper():
        shape = stable_hash("\x00XX" if len(plain) > 1 and plain.isupper() else "\x00Xx")
        return Form(lower, whole, shape, shape, True)
    return Form(lower, whole, whole, stable_hash("\x00~" + lower[-2:]), True)


def tokenize(text: str, units: Iterable[Span]) -> Tokens:
    """Find the tokens of each unit of a text and unify their format. Linear in the length of the units.

    Args:
        text: the whole text; offsets are code points of it.
        units: ranges with ``start`` and ``end`` (sentences, lines, …), in order.
    """
    forms: list[Form] = []
    starts: list[int] = []
    ends: list[int] = []
    sizes: list[int] = []
    words: list[int] = []
    cache = _cache
    if len(cache) > _CACHE_LIMIT:
        cache.clear()
    for unit in units:
        before = len(forms)
        count = 0
        for match in _TOKEN.finditer(text, unit.start, unit.end):
            raw = match.group()
            form = cache.get(raw)
            if form is None:
                form = _form(raw)
                if form is None:
                    continue
                if len(raw) <= 40:
                    cache[raw] = form
            forms.append(form)
            starts.append(match.start())
            ends.append(match.end())
            count += form.is_word
        sizes.append(len(forms) - before)
        words.append(count)
    return Tokens(
        forms,
        np.array(starts, dtype=np.int32),
        np.array(ends, dtype=np.int32),
        np.repeat(np.arange(len(sizes), dtype=np.int32), np.array(sizes, dtype=np.int64)),
        np.array(words, dtype=np.int32),
    )


def grams(tokens: Tokens, spec: FamilySpec) -> Grams:
    """Every n-gram of one family, with its bucket and where it stands. Ordered by length, then by position."""
    if spec.kind == "chars":
        symbols, units, owners = _characters(tokens)
    else:
        column = {"words": 1, "masked": 2, "skeleton": 3}[spec.kind]
        symbols = np.fromiter((form[column] for form in tokens.forms), dtype=np.uint64, count=len(tokens.forms))
        units = tokens.units
        owners = np.arange(len(units), dtype=np.int32)
    return _ngrams(symbols, units, owners, spec)


def _characters(tokens: Tokens) -> tuple[Hashes, Ints, Ints]:
    """Characters of all tokens with a blank before each and one after each unit; unit and token of each character."""
    count = len(tokens.forms)
    if not count:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    pieces = [" " + form.text for form in tokens.forms]
    ends_unit = np.flatnonzero(np.diff(tokens.units, append=-1))
    for index in ends_unit.tolist():
        pieces[index] += " "
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=count)
    symbols = np.frombuffer("".join(pieces).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owners = np.repeat(np.arange(count, dtype=np.int32), lengths)
    return symbols + np.uint64(1), tokens.units[owners], owners


_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)


def _ngrams(symbols: Hashes, units: Ints, owners: Ints, spec: FamilySpec) -> Grams:
    """Roll hashes over a sequence of symbols: h(n) = (h(n-1) + symbol) · odd constant, then mixed (modulo 2**64)."""
    size = len(symbols)
    shift = np.uint64(64 - spec.bits)
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    rolled: Hashes = np.zeros(size, dtype=np.uint64)
    for n in range(1, spec.high + 1):
        count = size - n + 1
        if count <= 0:
            break
        rolled = (rolled[:count] + symbols[n - 1 :]) * _STEP
        if n < spec.low:
            continue
        mixed = (rolled ^ (rolled >> _HALF)) * _MIX
        buckets = ((mixed ^ (mixed >> _HALF)) * _STEP >> shift).astype(np.int32)
        whole = units[:count] == units[n - 1 :]
        if not whole.all():
            parts.append((buckets[whole], units[:count][whole], owners[:count][whole], owners[n - 1 :][whole]))
        else:
            parts.append((buckets, units[:count], owners[:count], owners[n - 1 :]))
    if not parts:
        empty = np.zeros(0, dtype=np.int32)
        return Grams(empty, empty, empty, empty)
    return Grams(*(np.concatenate([part[i] for part in parts]) for i in range(4)))


def unit_sums(values: npt.NDArray[np.generic], units: Ints, count: int) -> npt.NDArray[np.float64]:
    """Sum a column of values within each of ``count`` units. Exact for whole numbers, whatever the order."""
    sums: npt.NDArray[np.float64] = np.bincount(units, weights=values, minlength=count).astype(np.float64, copy=False)
    return sums


def spans_of(tokens: Tokens, grams_: Grams, rows: Sequence[int]) -> list[tuple[int, int]]:
    """Offsets ``[start, end)`` in the text of the n-grams in some rows."""
    return [(int(tokens.starts[grams_.first[row]]), int(tokens.ends[grams_.last[row]])) for row in rows]
