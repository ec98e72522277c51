"""The garble model: sentences whose words are there and whose sense is gone.

What tells is how ordinary the sequences of a sentence are. Tables of hashed n-gram counts from fluent text (words,
function-word skeletons, characters inside words) say how often each stretch was seen; a sentence's measures are taken
from those counts (backed-off log probabilities as in Brants et al. 2007, "stupid backoff"; pointwise mutual
information of neighbours) and from a linear model that tells sentences from the same words in disorder; boosted trees
turn them into the probability that the sentence is garbled. Where that leaves a sentence open, the encoder is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import Document, Range
from annotate.language import english_share, identify
from annotate.models import encoder
from annotate.models.archive import WEIGHTS_FOLDER, read_archive
from annotate.models.features import FUNCTION_WORDS, Form, Tokens, grams, tokenize
from annotate.models.heads import SENTENCE_HEADS, SENTENCE_SLICE, Tier
from annotate.models.linear import Floats, LinearModel, load_model
from annotate.models.lines import furniture_ranges
from annotate.models.trees import FIELDS, Trees, read_trees

MODEL: Final = "garbled"
WORD_ORDER: Final = "word_order"
"""The linear model of words in disorder."""
Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]

BACKOFF: Final = 0.4
"""Weight of the shorter n-gram when the longer was never seen (Brants et al. 2007)."""

_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)
_START: Final = np.uint64(0x51ED270B1F2D4C1D)
"""Stands before a sentence's first token."""

ORDERS: Final = {"words": (1, 2, 3), "skeleton": (1, 2, 3, 4), "chars": (3, 4)}
"""Lengths of n-grams counted, per kind."""


class Table(msgspec.Struct, frozen=True):
    """Where the counts of one kind and length are: ``2 ** bits`` cells."""

    kind: str
    order: int
    bits: int
    total: int
    """Tokens counted."""


class GarbledMeta(msgspec.Struct, frozen=True):
    """What is known about the model besides its tables; stored as JSON inside its file."""

    tables: tuple[Table, ...]
    bias: float
    """Logit before the first tree."""
    threshold: float
    """Probability from which a sentence is flagged."""
    major: float
    """Probability from which the flag is major."""
    fewest_words: int
    """Shorter sentences are not judged."""
    data_digest: str = ""


@dataclass(frozen=True, slots=True)
class GarbledModel:
    """Tables of counts, the model of word order, and the trees over the measures."""

    meta: GarbledMeta
    cells: dict[tuple[str, int], Codes]
    order: LinearModel
    trees: Trees
    digest: str

    def save(self, path: Path) -> None:
        """Write the model to a file; the same model gives the same bytes."""
        arrays: dict[str, Any] = {f"{kind}_{order}": cells for (kind, order), cells in sorted(self.cells.items())}
        arrays.update(self.trees.arrays())
        arrays["meta"] = np.frombuffer(msgspec.json.encode(self.meta, order="sorted"), dtype=np.uint8)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)


@lru_cache(maxsize=2)
def load_garbled(folder: Path = WEIGHTS_FOLDER) -> GarbledModel:
    """Read the model; once per process.

    Raises:
        AnnotateError: if the file is missing or is not a model.
    """

    def parse(arrays: Mapping[str, npt.NDArray[Any]]) -> tuple[GarbledMeta, dict[tuple[str, int], Codes], Trees]:
        meta = msgspec.json.decode(arrays["meta"].tobytes(), type=GarbledMeta)
        cells = {(t.kind, t.order): arrays[f"{t.kind}_{t.order}"] for t in meta.tables}
        return meta, cells, read_trees({f"tree_{name}": arrays[f"tree_{name}"] for name in FIELDS})

    (meta, cells, trees), digest = read_archive(folder / f"{MODEL}.npz", parse)
    return GarbledModel(meta, cells, load_model(WORD_ORDER, folder), trees, digest)


def mixed(rolled: Hashes) -> Hashes:
    """Spread the hash of an n-gram over all 64 bits."""
    once = (rolled ^ (rolled >> _HALF)) * _MIX
    result: Hashes = (once ^ (once >> _HALF)) * _STEP
    return result


def backward_hashes(symbols: Hashes, units: Ints, longest: int) -> list[tuple[Hashes, npt.NDArray[np.bool_]]]:
    """For n = 1 … ``longest``: the hash of the n-gram that ends at each symbol, and whether it lies within the unit.

    The n-gram that would begin one symbol before its unit has a start mark there, so that sentence openings count.
    """
    size = len(symbols)
    position = _position_in_unit(units)
    found = []
    for n in range(1, longest + 1):
        rolled: Hashes = np.zeros(size, dtype=np.uint64)
        for back in range(n - 1, -1, -1):
            shifted: Hashes = np.full(size, _START, dtype=np.uint64)
            if back == 0:
                shifted = symbols
            elif back < size:
                shifted[back:] = symbols[:-back]
                shifted[position < back] = _START
            rolled = (rolled + shifted) * _STEP
        found.append((mixed(rolled + np.uint64(n)), position >= n - 2 if n > 1 else np.ones(size, dtype=bool)))
    return found


def _position_in_unit(units: Ints) -> Ints:
    size = len(units)
    if not size:
        return np.zeros(0, dtype=np.int64)
    opens = np.flatnonzero(np.diff(units, prepend=units[0] - 1))
    starts = np.zeros(size, dtype=np.int64)
    starts[opens] = opens
    result: Ints = np.arange(size, dtype=np.int64) - np.maximum.accumulate(starts)
    return result


def columns(tokens: Tokens) -> tuple[Hashes, Hashes]:
    """Hash of each token as a word and as part of the skeleton."""
    count = len(tokens.forms)
    words = np.fromiter((form.word for form in tokens.forms), dtype=np.uint64, count=count)
    skeleton = np.fromiter((form.skeleton for form in tokens.forms), dtype=np.uint64, count=count)
    return words, skeleton


def characters(forms: list[str]) -> tuple[Hashes, Ints]:
    """Characters of words with a blank before and after each, and the index of the word each belongs to."""
    pieces = [f" {form} " for form in forms]
    if not pieces:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    lengths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    symbols = np.frombuffer("".join(pieces).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    return symbols + np.uint64(1), np.repeat(np.arange(len(pieces), dtype=np.int64), lengths)


def encode_counts(counts: Ints) -> Codes:
    """Encode counts: 0 for unseen, otherwise 1 + twice the binary logarithm, rounded."""
    codes = 1 + np.rint(2 * np.log2(np.maximum(counts, 1))).astype(np.int64)
    return np.where(counts > 0, np.minimum(codes, 255), 0).astype(np.uint8)


_DECODED: Final = np.concatenate([[0.0], 2.0 ** (np.arange(255) / 2.0)])


MEASURES: Final = (
    "log_words", "word_mean", "word_unseen_2", "word_unseen_3", "word_known_unseen_2", "word_pmi", "word_pmi_worst",
    "skeleton_mean", "skeleton_worst_3", "skeleton_worst_6", "skeleton_unseen_2", "skeleton_unseen_3",
    "skeleton_unseen_4", "skeleton_pmi", "unknown_lower", "unknown_lower_worst_6", "unknown_capital", "rare_lower",
    "chars_worst", "chars_mean", "marks",
    "odd_marks", "single_letters", "doubled", "repeated_2", "function_words", "capitals", "numbers", "longest_unseen",
    "unknown_count", "doubled_count", "most_repeated_3", "skeleton_worst_10", "word_worst_4",
    "order_skeleton", "order_words", "order_worst_5", "order_worst_10",
)  # fmt: skip
"""What is measured of each sentence; see :func:`measure`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The sentences of a text with their measures, and per token how surprising it is where it stands."""

    tokens: Tokens
    values: Floats
    """Sentences × :data:`MEASURES`."""
    surprise: Floats
    """Per token: negative log probability given what stands before it, skeleton and words averaged."""


def counts_of(model: GarbledModel, kind: str, order: int, hashes: Hashes) -> Floats:
    """About how often each n-gram was seen in the texts counted."""
    cells = model.cells[kind, order]
    bits = len(cells).bit_length() - 1
    result: Floats = _DECODED[cells[(hashes >> np.uint64(64 - bits)).astype(np.int64)]]
    return result


def measure(model: GarbledModel, text: str, sentences: tuple[Range, ...] | list[Range]) -> Measured:
    """Measure each sentence of a text. Linear in its length."""
    tokens = tokenize(text, sentences)
    count = tokens.unit_count
    size = len(tokens.forms)
    values = np.zeros((count, len(MEASURES)))
    if not size:
        return Measured(tokens, values, np.zeros(0))
    units = tokens.units.astype(np.int64)
    words, skeleton = columns(tokens)
    forms = [form.text for form in tokens.forms]
    facts = _facts(tokens.forms)
    is_word, letters, function, short, odd = ((facts >> bit) & 1 == 1 for bit in range(5))
    upper = np.fromiter([text[start].isupper() for start in tokens.starts.tolist()], dtype=bool, count=size)

    w = backward_hashes(words, units, 3)
    s = backward_hashes(skeleton, units, 4)
    w_counts = [counts_of(model, "words", n + 1, hashes) for n, (hashes, _) in enumerate(w)]
    s_counts = [counts_of(model, "skeleton", n + 1, hashes) for n, (hashes, _) in enumerate(s)]
    total = {(t.kind, t.order): float(max(1, t.total)) for t in model.meta.tables}
    position = _position_in_unit(units)
    w_log, w_one = _backed_off(w_counts[:2], position, total["words", 1])
    s_log, s_one = _backed_off(s_counts, position, total["skeleton", 1])
    pmi = np.where(w_counts[1] > 0, w_log - w_one, np.log(BACKOFF))
    s_pmi = s_log - s_one
    inner = position > 0
    known = w_counts[0] > 0
    known_before = np.concatenate([[True], known[:-1]]) | ~inner
    unseen2 = (w_counts[1] == 0) & inner
    unseen3 = (w_counts[2] == 0) & inner
    lower = letters & ~upper
    unknown = lower & ~known
    rare = lower & (w_counts[0] < 8)
    char_log = _character_log(model, forms, lower & (w_counts[0] < 8), total["chars", 3])
    same = np.concatenate([[False], words[1:] == words[:-1]]) & inner & letters
    repeated = _seen_before(w[1][0], units) & inner & is_word
    often = np.where(position >= 2, _times_seen(w[2][0], units), 1.0)
    worst = _worst_mean

    n = np.maximum(np.bincount(units, minlength=count), 1).astype(np.float64)
    n_inner = np.maximum(n - 1, 1)

    def share(of: npt.NDArray[Any], by: Floats = n) -> Floats:
        return np.bincount(units, weights=of.astype(np.float64), minlength=count) / by

    n_low = np.maximum(share(lower, np.ones(count)), 1.0)
    table = {
        "log_words": np.log(n),
        "word_mean": share(np.maximum(w_log, -20.0)),
        "word_unseen_2": share(unseen2, n_inner),
        "word_unseen_3": share(unseen3, n_inner),
        "word_known_unseen_2": share(unseen2 & known & known_before, n_inner),
        "word_pmi": share(np.where(inner, pmi, 0.0), n_inner),
        "word_pmi_worst": worst(pmi, units, position, count, 5),
        "skeleton_mean": share(s_log),
        "skeleton_worst_3": worst(s_log, units, position, count, 3),
        "skeleton_worst_6": worst(s_log, units, position, count, 6),
        "skeleton_unseen_2": share((s_counts[1] == 0) & inner, n_inner),
        "skeleton_unseen_3": share((s_counts[2] == 0) & inner, n_inner),
        "skeleton_unseen_4": share((s_counts[3] == 0) & inner, n_inner),
        "skeleton_pmi": share(np.where(inner, s_pmi, 0.0), n_inner),
        "unknown_lower": share(unknown, n_low),
        "unknown_lower_worst_6": -worst(-unknown.astype(np.float64), units, position, count, 6),
        "unknown_capital": share(letters & upper & ~known, n),
        "rare_lower": share(rare, n_low),
        "chars_worst": _least(char_log, units, count),
        "chars_mean": share(char_log, n),
        "marks": share(~is_word, n),
        "odd_marks": share(odd, n),
        "single_letters": share(short, n),
        "doubled": share(same, n),
        "repeated_2": share(repeated, n),
        "function_words": share(function, n),
        "capitals": share(letters & upper & inner, n),
        "numbers": share(is_word & ~letters, n),
        "longest_unseen": np.log1p(_longest_run(unseen2, units, count)),
        "unknown_count": share(unknown, np.ones(count)),
        "doubled_count": share(same, np.ones(count)),
        "most_repeated_3": -_least(-often, units, count),
        "skeleton_worst_10": worst(s_log, units, position, count, 10),
        "word_worst_4": worst(w_log, units, position, count, 4),
    }
    table.update(_order(model.order, tokens, units, position))
    for i, name in enumerate(MEASURES):
        values[:, i] = table[name]
    # Rounded, so that the last bits of a sum never decide which way a tree goes.
    values[:] = np.round(values, 6)
    surprise = -(np.maximum(s_log, -12.0) + np.maximum(w_log, -20.0)) / 2
    return Measured(tokens, values, surprise)


def _order(model: LinearModel, tokens: Tokens, units: Ints, position: Ints) -> dict[str, Floats]:
    """Measure disorder: each family's mean weight, and the worst stretches by the n-grams that end in them."""
    count, size = tokens.unit_count, len(tokens.forms)
    blame = np.zeros(size)
    means: dict[str, Floats] = {}
    for f, spec in enumerate(model.meta.families):
        these = grams(tokens, spec)
        weights = model.weights[f][these.buckets, 0]
        # Whole numbers are summed; the scale comes after.
        sums = np.bincount(these.units, weights=weights, minlength=count) * model.scales[f, 0]
        counts = np.bincount(these.units, minlength=count)
        means[f"order_{spec.kind}"] = sums / np.maximum(counts, 1)
        blame += np.bincount(these.last, weights=weights, minlength=size) * model.scales[f, 0]
    return {
        **means,
        "order_worst_5": -_worst_mean(-blame, units, position, count, 5),
        "order_worst_10": -_worst_mean(-blame, units, position, count, 10),
    }


_USUAL: Final = frozenset({*".,?!:;-()'…%$£€/&[]", "..."})


_FACTS_LIMIT: Final = 100_000
_facts_cache: dict[str, int] = {}


def _facts(forms: list[Form]) -> npt.NDArray[np.uint8]:
    """Five bits on each token: word, begins with a letter, function word, single letter, unusual mark."""
    cache = _facts_cache
    if len(cache) > _FACTS_LIMIT:
        cache.clear()
    found: list[int] = []
    for form in forms:
        value = cache.get(form.text)
        if value is None:
            text = form.text
            single = len(text) == 1 and text.isalpha() and text not in "ai"
            bits = (
                form.is_word,
                text[0].isalpha(),
                text in FUNCTION_WORDS,
                single,
                not form.is_word and text not in _USUAL,
            )
            value = sum(bit << place for place, bit in enumerate(bits))
            if len(text) <= 40:
                cache[text] = value
        found.append(value)
    return np.array(found, dtype=np.uint8)


def _backed_off(counts: list[Floats], position: Ints, total: float) -> tuple[Floats, Floats]:
    """Log probability of each token given those before it (longest seen context), and without context.

    The first token of a sentence has no context. An n-gram may begin with the start mark.
    """
    one = np.log(np.maximum(counts[0], 0.5) / total)
    log = one.copy()
    for n in range(1, len(counts)):
        # The context's own count is that of the n-gram that ends one token earlier, in the same sentence.
        context = np.concatenate([[0.0], counts[n - 1][:-1]])
        asked = position >= max(1, n - 1)
        usable = (counts[n] > 0) & (context > 0) & asked
        ratio = np.minimum(counts[n] / np.maximum(context, 1.0), 1.0)
        log = np.where(usable, np.log(np.maximum(ratio, 1e-6)), log + np.where(asked, np.log(BACKOFF), 0.0))
    return log, one


def _character_log(model: GarbledModel, forms: list[str], asked: npt.NDArray[np.bool_], total: float) -> Floats:
    """For the tokens asked about: the least log probability of a character after the three before it; 0 for others."""
    result = np.zeros(len(forms))
    rows = np.flatnonzero(asked)
    if not len(rows):
        return result
    symbols, owners = characters([forms[i] for i in rows.tolist()])
    hashes = backward_hashes(symbols, owners, 4)
    three = counts_of(model, "chars", 3, hashes[2][0])
    four = counts_of(model, "chars", 4, hashes[3][0])
    context = np.concatenate([[0.0], three[:-1]])
    log = np.where(four > 0, np.log(np.minimum(np.maximum(four, 0.5) / np.maximum(context, 1.0), 1.0)), -8.0)
    log = np.where(_position_in_unit(owners) >= 2, np.maximum(log, -8.0), 0.0)
    result[rows] = _least(log, owners, len(rows))
    return result


def _least(values: Floats, units: Ints, count: int) -> Floats:
    result = np.zeros(count)
    np.minimum.at(result, units, values)
    return result


def _worst_mean(values: Floats, units: Ints, position: Ints, count: int, width: int) -> Floats:
    """Give the lowest mean of ``width`` neighbouring values within each unit; the unit's mean where it is shorter."""
    totals = np.concatenate([[0.0], np.cumsum(values)])
    sizes = np.bincount(units, minlength=count)
    mean: Floats = np.bincount(units, weights=values, minlength=count) / np.maximum(sizes, 1)
    ends = np.flatnonzero(position >= width - 1)
    if not len(ends):
        return mean
    window = (totals[ends + 1] - totals[ends + 1 - width]) / width
    least = np.full(count, np.inf)
    np.minimum.at(least, units[ends], window)
    result: Floats = np.where(np.isfinite(least), least, mean)
    return result


def _longest_run(values: npt.NDArray[np.bool_], units: Ints, count: int) -> Floats:
    """Length of the longest run of true values in each unit."""
    index = np.arange(len(values))
    opens = np.concatenate([[True], units[1:] != units[:-1]])
    last_false = np.maximum.accumulate(np.where(~values, index, np.where(opens, index - 1, -1)))
    result = np.zeros(count)
    np.maximum.at(result, units, np.where(values, index - last_false, 0).astype(np.float64))
    return result


def _seen_before(hashes: Hashes, units: Ints) -> npt.NDArray[np.bool_]:
    """Whether the same hash occurred earlier in the same unit."""
    keys = hashes ^ (units.astype(np.uint64) * _STEP)
    _, first = np.unique(keys, return_index=True)
    result = np.ones(len(keys), dtype=bool)
    result[first] = False
    return result


def _times_seen(hashes: Hashes, units: Ints) -> Floats:
    """How often each hash occurs in its unit."""
    keys = hashes ^ (units.astype(np.uint64) * _STEP)
    _, inverse, times = np.unique(keys, return_inverse=True, return_counts=True)
    return times[inverse].astype(np.float64)


def probabilities(model: GarbledModel, values: Floats) -> Floats:
    """Probability that each sentence is garbled, from its measures."""
    logit = np.clip(model.trees.logits(values, model.meta.bias), -30.0, 30.0)
    result: Floats = 1.0 / (1.0 + np.exp(-logit))
    return result


@dataclass(frozen=True, slots=True)
class Judged:
    """The sentences of a document that were judged, with their probabilities and their least likely stretches."""

    sentences: tuple[Range, ...]
    judged: npt.NDArray[np.bool_]
    """Which of them are long enough and in Latin letters; the others score 0."""
    headings: npt.NDArray[np.bool_]
    """Which of them are short and do not end as a sentence does."""
    scores: Floats
    measured: Measured
    threshold: float
    """Probability from which a sentence is flagged."""
    major: float
    """Probability from which the flag is major."""


class GarbledJoint(encoder.Joint, frozen=True):
    """The trees and the encoder together: a logistic regression over their log-odds, with thresholds of its own."""

    threshold: float
    major: float
    asked_from: float
    """Probability by the trees from which a sentence is open, and the encoder is asked about its document."""


def judge(document: Document, tier: Tier = "linear") -> Judged:
    """Judge the sentences that are part of the article and long enough. Computed once per document and tier."""
    return document.once(f"garbled:judged {tier}", lambda d: _judge_by(d, tier))


def _judge_by(document: Document, tier: Tier) -> Judged:
    by_trees = document.once("garbled:judged by trees", _judge)
    if tier == "linear" or not by_trees.judged.any():
        return by_trees
    joint = load_joint()
    if tier == "auto" and not (by_trees.scores >= joint.asked_from).any():
        return by_trees
    encoding = encoder.encode(document)
    place = {sentence: i for i, sentence in enumerate(encoding.sentences)}
    rows = np.array([place[sentence] for sentence in by_trees.sentences], dtype=np.int64)
    sums, counts = encoding.sentence_sums(SENTENCE_SLICE)
    own = sums[rows, SENTENCE_HEADS.index("garbled")] / np.maximum(counts[rows], 1.0)
    found = joint.probability(np.column_stack([encoder.log_odds(by_trees.scores), own]))
    scores = np.where(by_trees.judged, found, 0.0)
    return replace(by_trees, scores=scores, threshold=joint.threshold, major=joint.major)


@lru_cache(maxsize=2)
def load_joint() -> GarbledJoint:
    """Read what the encoder's file says about garbled sentences, once per process."""
    return encoder.read_facts("garbled", GarbledJoint)


def _judge(document: Document) -> Judged:
    model = load_garbled()
    furniture = furniture_ranges(document)
    sentences = []
    at = 0
    for sentence in document.layout.sentences:
        while at < len(furniture) and furniture[at][1] <= sentence.start:
            at += 1
        if at == len(furniture) or furniture[at][0] >= sentence.end:
            sentences.append(sentence)
    measured = measure(model, document.text, sentences)
    enough = measured.tokens.words >= model.meta.fewest_words
    enough &= ~np.array([_has_foreign_words(document.text, s) for s in sentences], dtype=bool)
    scores = np.where(enough, probabilities(model, measured.values), 0.0)
    for i in np.flatnonzero(scores >= model.meta.threshold).tolist():
        if _in_another_language(sentences[i].of(document.text)):
            enough[i], scores[i] = False, 0.0
    headings = np.array([document.text[s.end - 1] not in _FINAL for s in sentences], dtype=bool)
    headings &= measured.tokens.words <= _LONGEST_HEADING
    return Judged(tuple(sentences), enough, headings, scores, measured, model.meta.threshold, model.meta.major)


def _has_foreign_words(text: str, sentence: Range) -> bool:
    """Whether words of a sentence are unknown for another reason: other scripts, mojibake, many foreign names."""
    if _FOREIGN.search(text, sentence.start, sentence.end):
        return True
    # In two steps: one pattern for a whole accented word would be tried anew at each letter of a long plain one.
    accented = sum(1 for word in _WORD.findall(text, sentence.start, sentence.end) if _ACCENT.search(word))
    return accented >= _MANY_NAMES and accented >= _NAMES_SHARE * len(sentence.of(text).split())


def _in_another_language(sentence: str) -> bool:
    """Whether a sentence has no frequent English word and is plainly in another language: it is not garbled."""
    words = [word.strip(".,;:!?\"“”'’()") for word in sentence.lower().split()]
    if english_share(words) > 0:
        return False
    language, probability = identify(sentence)
    return language != "en" and probability >= _OTHER_LANGUAGE


_OTHER_LANGUAGE: Final = 0.95
_FINAL: Final = frozenset(".!?…\"”’')")
_LONGEST_HEADING: Final = 14
"""Words."""
_FOREIGN: Final = re.compile(r"[\u0370-\u1dff\u2c00-\ud7ff\uf900-\ufdff]|[ÂÃ][\u0080-\u00bf]|â€")
"""Letters of other scripts, and mojibake."""
_WORD: Final = re.compile(r"\w+")
_ACCENT: Final = re.compile(r"[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_MANY_NAMES: Final = 2
_NAMES_SHARE: Final = 0.12
"""Words with accented letters, at least so many and such a share, make a sentence one of foreign names."""


def is_garbled(judged: Judged) -> npt.NDArray[np.bool_]:
    """Which of the sentences are at or above the threshold. Headings are telegraphic: theirs is that of major flags."""
    return judged.scores >= np.where(judged.headings, judged.major, judged.threshold)


def garbled_share(document: Document, tier: Tier = "linear") -> float:
    """Share of a document's words, among those in judged sentences, in garbled ones; 0 if none was judged."""
    judged = judge(document, tier)
    words = judged.measured.tokens.words
    counted = float(words[judged.judged].sum())
    return float(words[is_garbled(judged)].sum()) / counted if counted else 0.0


def least_likely(judged: Judged, text: str, index: int, count: int = 3, width: int = 4) -> list[dict[str, Any]]:
    """Give the ``count`` least likely stretches of ``width`` tokens of one sentence, without overlap, worst first.

    Each with its offsets, its text and its mean surprise in nats per token.
    """
    tokens = judged.measured.tokens
    rows = np.flatnonzero(tokens.units == index)
    surprise = judged.measured.surprise[rows]
    width = min(width, len(rows))
    means = [(round(float(surprise[i : i + width].mean()), 3), i) for i in range(len(rows) - width + 1)]
    chosen: list[tuple[float, int]] = []
    for mean, i in sorted(means, key=lambda item: (-item[0], item[1])):
        if all(abs(i - j) >= width for _, j in chosen):
            chosen.append((mean, i))
        if len(chosen) == count:
            break
    found = []
    for mean, i in chosen:
        start, end = int(tokens.starts[rows[i]]), int(tokens.ends[rows[i + width - 1]])
        found.append({"start": start, "end": end, "text": text[start:end], "surprise": mean})
    return found


def what_is_wrong(judged: Judged, index: int) -> str:
    """Name what stands out in a garbled sentence, as a reason."""
    value = dict(zip(MEASURES, judged.measured.values[index].tolist(), strict=True))
    if value["most_repeated_3"] >= 3 or value["repeated_2"] > 0.25 or value["doubled"] > 0.1:
        return "repeated-phrases"
    if value["unknown_lower"] > 0.15 or value["single_letters"] > 0.15:
        return "broken-words"
    return "unlikely-word-sequences"


def resources(tier: Tier = "linear") -> dict[str, str]:
    """Digests of the tables, of the model of word order and of the encoder where it may be asked, for signatures."""
    found = {"models/garbled": load_garbled().digest, "models/word_order": load_garbled().order.digest}
    return found if tier == "linear" else {**found, **encoder.resources()}
