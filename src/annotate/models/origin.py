"""Who made a text: people, a translating machine, a paraphrasing one or a generating one.

Two tiers answer. The linear model gives every sentence three logits, each a machine's kind against people; a passage's
and a document's logits are averages over the n-grams of their sentences. Where that leaves the answer open, the encoder
adds three logits of its own, averages over its pieces. Calibration by length, one for each tier, turns three or six
logits into probabilities.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import ORIGINS, Document, OperatingPoint, Range, Verdict
from annotate.documents.translated import translated_quotations
from annotate.errors import AnnotateError
from annotate.models import encoder
from annotate.models.archive import WEIGHTS_FOLDER
from annotate.models.calibration import Band, Calibration, Floats
from annotate.models.features import Tokens, tokenize
from annotate.models.heads import PASSAGE_SLICE, Tier
from annotate.models.linear import LinearModel, Sums, load_model

MODEL: Final = "origin"
HEADS: Final = ORIGINS[1:]
"""What the three outputs of the model speak for, each against human."""

PASSAGE_WORDS: Final = 100
"""A passage is closed by the sentence that brings it to so many words; training windows are cut the same way."""

PHRASE_WORDS: Final = 4
"""Words of the longest phrase named as evidence: those of the longest n-gram."""

CONTEXT: Final = 0.25
"""What the passages before and after count for a passage's score, itself counting 1. Tried on the choosing half of
``dev``: 0, 0.25, 0.5 and 0.75. A quarter finds half as many passages again at the same false-positive rate; more adds
little and blurs where in the text the flag is."""


class PassagePoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Probability of "machine-made" above which a passage is flagged, and what that does (choosing half of ``dev``)."""

    threshold: float
    fpr: float
    """Share of passages of human news flagged."""
    tpr: float
    """Share of machine-made passages flagged."""


class OriginFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the weights' file says besides the weights."""

    calibration: Calibration
    passages: dict[str, PassagePoint]
    """Severity (``minor``, ``major``) → its point."""
    shortest_passage: int
    """Words below which a passage is not flagged."""


class EncoderFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the encoder's file says about origin."""

    facts: OriginFacts
    """Calibration of six logits: the linear model's three, then the encoder's."""
    linear: str
    """Digest of the linear model that it was fitted beside."""
    asked_from: list[float]
    """Per length band: the linear tier's probability of "machine-made" from which the encoder is asked. Below it, the
    encoder would call hardly any document machine-made (choosing half of ``dev``)."""

    def asks(self, machine: float, words: int) -> bool:
        """Whether the encoder can change the answer for a document of so many words and this linear probability."""
        bands = self.facts.calibration.bands
        band = self.facts.calibration.band(words)
        return band.sufficient and machine >= self.asked_from[bands.index(band)]


class Normaliser(Protocol):
    """Turns sums over n-grams and pieces into logits."""

    def normalise(self, sums: Floats, counts: Floats) -> Floats: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class JointModel:
    """The linear model and the encoder side by side.

    Its sums have one family more than the linear model's, the encoder's, and twice the heads: the linear model's three
    and the encoder's three. The mean over families then is what each of the two says by itself.
    """

    linear: LinearModel

    def join(self, parts: Sums, sums: Floats, counts: Floats) -> Sums:
        """Set the encoder's sums (sentences × heads) and piece counts (sentences) beside the linear model's."""
        units, families, heads = parts.sums.shape
        joint = np.zeros((units, families + 1, 2 * heads))
        joint[:, :families, :heads] = parts.sums
        joint[:, families, heads:] = sums
        return Sums(joint, np.column_stack([parts.counts, counts]))

    def normalise(self, sums: Floats, counts: Floats) -> Floats:
        """Turn joint sums (… × families × heads) into logits of the same shape; see :class:`JointModel`."""
        families, heads = self.linear.bias.shape
        found = np.zeros_like(sums)
        found[..., :families, :heads] = self.linear.normalise(sums[..., :families, :heads], counts[..., :families])
        found[..., :families, :heads] *= (families + 1) / families
        own = sums[..., families, heads:] / np.maximum(counts[..., families], 1.0)[..., None]
        found[..., families, heads:] = own * (families + 1)
        return found


@dataclass(frozen=True, slots=True)
class OriginModel:
    """The shipped linear model with its calibration."""

    linear: LinearModel
    facts: OriginFacts

    @property
    def digest(self) -> str:
        """Digest of the weights' file, for the signature."""
        return self.linear.digest


def head_logits(model: Normaliser, sums: Floats, counts: Floats) -> Floats:
    """Turn sums (… × families × heads) and counts (… × families) into head logits (… × heads)."""
    result: Floats = model.normalise(sums, counts).mean(axis=-2)
    return result


@lru_cache(maxsize=2)
def load_encoder_facts() -> EncoderFacts:
    """Read what the encoder's file says about origin, once per process.

    Raises:
        AnnotateError: if the encoder is missing or damaged.
    """
    return encoder.read_facts("origin", EncoderFacts)


@lru_cache(maxsize=4)
def load_origin(folder: Path = WEIGHTS_FOLDER) -> OriginModel:
    """Read the origin model, once per process.

    Raises:
        AnnotateError: if its file is missing or damaged.
    """
    linear = load_model(MODEL, folder)
    try:
        facts = msgspec.convert(linear.meta.extra, OriginFacts)
    except msgspec.ValidationError as error:
        raise AnnotateError(
            f"The model {folder / MODEL}.npz is damaged ({error}); install annotate again or train the model with "
            "`annotate train`."
        ) from error
    if linear.meta.outputs != HEADS:
        raise AnnotateError(
            f"The model {folder / MODEL}.npz answers {linear.meta.outputs}, not {HEADS}; train it again."
        )
    return OriginModel(linear, facts)


@dataclass(frozen=True, slots=True)
class OriginPassage:
    """A run of whole sentences with its scores."""

    start: int
    end: int
    words: int
    scores: dict[str, float]
    """Probability of each of the four origins, calibrated for this length; sums to 1. The passages before and after
    count in part."""
    first: int
    """Its first sentence, an index into :attr:`OriginScores.sentences`."""
    last: int
    """One past its last sentence."""

    @property
    def machine(self) -> float:
        """Probability that no person made it."""
        return 1.0 - self.scores["human"]

    @property
    def likeliest(self) -> str:
        """The likeliest of the three machine origins."""
        return likeliest_machine(self.scores)


@dataclass(frozen=True, slots=True)
class OriginScores:
    """Everything the origin model says about one document."""

    words: int
    """Words it rests on: those of the sentences used."""
    scores: dict[str, float]
    """Probability of each of the four origins; sums to 1. With no words at all, the prior."""
    band: Band
    """The length band, with the thresholds and operating points measured for it."""
    sentences: tuple[Range, ...]
    """The sentences used."""
    logits: npt.NDArray[np.float64]
    """Sentences × heads: the mean weight of each sentence's n-grams."""
    passages: tuple[OriginPassage, ...]
    """Runs of whole sentences of about 100 words that cover every sentence used, in order, without overlap."""
    tier: Literal["linear", "encoder"]
    """Which tier's calibration the scores are from."""
    facts: OriginFacts
    """That calibration, with the points at which passages are flagged."""

    @property
    def sufficient(self) -> bool:
        """Whether the document is long enough for a verdict."""
        return self.band.sufficient


def likeliest_machine(scores: dict[str, float]) -> str:
    """Name the likeliest of the three machine origins; the first in the order of the labels if two are equal."""
    return max(HEADS, key=lambda label: scores[label])


def score_origin(document: Document, exclude: Sequence[Range] = (), tier: Tier = "linear") -> OriginScores:
    """Score a document's origin, once per document, exclusion and tier.

    Args:
        document: any document; the model knows English only.
        exclude: ranges that do not count (page furniture): a sentence of which at least half lies in them is left out,
            and so is one with a quotation that the text itself says was translated.
        tier: which tier answers. With ``auto`` the encoder is asked about documents long enough for a verdict that the
            linear tier does not call clearly human.

    Raises:
        AnnotateError: if the weights are missing or damaged.
    """
    ranges = tuple(sorted({(r.start, r.end) for r in exclude}))
    key = f"origin {tier}" if not ranges else f"origin {tier} without {ranges}"
    return document.once(key, lambda d: _score(d, ranges, tier, load_origin()))


def verdict(scores: OriginScores, fpr: float) -> Verdict:
    """Judge a document: machine-made if the probability of that reaches its band's threshold for ``fpr``.

    ``human`` below the threshold, the likeliest machine origin from it on, ``insufficient-text`` below the length at
    which the operating point, stated all the same, is noise. The score is the probability of the label; for
    ``insufficient-text``, that of the likeliest origin.

    Raises:
        AnnotateError: if there is no threshold for this false-positive rate.
    """
    rounded = {label: round(value, 4) for label, value in scores.scores.items()}
    point = scores.band.points.get(f"{fpr:g}")
    if point is None:
        known = ", ".join(scores.band.points)
        raise AnnotateError(f"There is no threshold for verdict.fpr {fpr:g}; the shipped model has {known}.")
    operating = OperatingPoint(scores.band.name, round(point.fpr, 4), round(point.tpr, 4))
    if not scores.sufficient:
        return Verdict("insufficient-text", max(rounded.values()), scores.words, rounded, operating)
    label = likeliest_machine(scores.scores) if 1.0 - scores.scores["human"] >= point.threshold else "human"
    return Verdict(label, rounded[label], scores.words, rounded, operating)


def resources(tier: Tier = "linear") -> dict[str, str]:
    """Digests of the weights that a tier can use, for signatures."""
    found = {"models/origin": load_origin().digest}
    return found if tier == "linear" else {**found, **encoder.resources()}


def drivers(
    document: Document, scores: OriginScores, passage: OriginPassage, label: str, count: int = 8
) -> list[dict[str, Any]]:
    """Name the phrases of a passage that speak most for ``label`` against human.

    A word's weight is its share of all n-grams it is in; the weights of all words and marks of the passage add up to
    its own logit for ``label`` less the bias. Where the encoder answered, a weight is the word's share of the passage's
    log-odds of ``label`` against human: of all six logits, each counting as in the calibration. A phrase is a run of up
    to :data:`PHRASE_WORDS` words whose weights exceed the passage's mean most for its length; phrases do not overlap,
    and each wording is named once.

    Returns:
        Up to ``count`` mappings ``text``, ``start``, ``end``, ``weight`` (the sum of its words'), the strongest first.
    """
    tokens = tokenize(document.text, scores.sentences[passage.first : passage.last])
    weights = _token_weights(document, scores, passage, tokens, label)
    total = np.concatenate([[0.0], np.cumsum(weights - weights.mean())]) if len(weights) else np.zeros(1)
    whole = np.array([any(c.isalnum() for c in form.text) for form in tokens.forms], dtype=bool)
    found: list[tuple[float, int, int]] = []
    for size in range(1, PHRASE_WORDS + 1):
        for first in range(len(weights) - size + 1):
            last = first + size
            if tokens.units[first] == tokens.units[last - 1] and whole[first:last].all():
                found.append((float(total[last] - total[first]) / size**0.5, first, last))
    found.sort(key=lambda item: (-round(item[0], 9), item[1], item[2]))
    used = np.zeros(len(weights), dtype=bool)
    said: set[str] = set()
    phrases: list[dict[str, Any]] = []
    for strength, first, last in found:
        wording = " ".join(form.text for form in tokens.forms[first:last])
        if len(phrases) == count or strength <= 0:
            break
        if used[first:last].any() or wording in said:
            continue
        used[first:last] = True
        said.add(wording)
        start, end = int(tokens.starts[first]), int(tokens.ends[last - 1])
        weight = round(float(weights[first:last].sum()), 4)
        phrases.append({"text": document.text[start:end], "start": start, "end": end, "weight": weight})
    return phrases


def _token_weights(
    document: Document, scores: OriginScores, passage: OriginPassage, tokens: Tokens, label: str
) -> Floats:
    linear = load_origin().linear
    if scores.tier == "linear":
        return linear.token_weights(tokens, label)
    band = scores.facts.calibration.band(passage.words)
    coefficients = np.array(band.coefficients)
    speaks = coefficients[ORIGINS.index(label)] - coefficients[0]
    total = np.zeros(len(tokens.forms))
    for head, coefficient in zip(HEADS, speaks[: len(HEADS)].tolist(), strict=True):
        total += coefficient * linear.token_weights(tokens, head)
    encoding = encoder.encode(document)
    pieces = encoding.pieces
    evidence = encoding.evidence[:, PASSAGE_SLICE] @ speaks[len(HEADS) :]
    where = np.searchsorted(tokens.starts, pieces.starts)
    inside = (where < len(tokens.starts)) & (pieces.starts >= passage.start) & (pieces.starts < passage.end)
    inside[inside] = tokens.starts[where[inside]] == pieces.starts[inside]
    if inside.any():
        own = np.bincount(where[inside], weights=evidence[inside], minlength=len(total)) / inside.sum()
        total += own
    return total


def _score(document: Document, exclude: tuple[tuple[int, int], ...], tier: Tier, model: OriginModel) -> OriginScores:
    sentences = tuple(_own(document, _kept(document.layout.sentences, exclude)))
    tokens = tokenize(document.text, sentences)
    parts = model.linear.sums(tokens)
    words = int(tokens.words.sum())
    bounds = passage_bounds(tokens)
    by_linear = _judge(model.linear, parts, model.facts, sentences, tokens.words, bounds)
    if tier == "linear":
        return by_linear
    if tier == "auto" and not load_encoder_facts().asks(1.0 - by_linear.scores["human"], words):
        return by_linear
    beside = load_encoder_facts()
    if beside.linear != model.digest:
        raise AnnotateError(
            f"The encoder was calibrated beside the origin model {beside.linear}, not {model.digest}; train it again "
            "with `annotate train configs/train/encoder.yaml`, or score with --tier linear."
        )
    joint = JointModel(model.linear)
    encoding = encoder.encode(document)
    place = {sentence: i for i, sentence in enumerate(encoding.sentences)}
    rows = np.array([place[sentence] for sentence in sentences], dtype=np.int64)
    sums, counts = encoding.sentence_sums(PASSAGE_SLICE)
    parts = joint.join(parts, sums[rows], counts[rows])
    return _judge(joint, parts, beside.facts, sentences, tokens.words, bounds)


def _judge(
    model: LinearModel | JointModel,
    parts: Sums,
    facts: OriginFacts,
    sentences: tuple[Range, ...],
    sizes: npt.NDArray[np.int32],
    bounds: Sequence[tuple[int, int]],
) -> OriginScores:
    calibration = facts.calibration
    words = int(sizes.sum())
    whole = head_logits(model, parts.sums.sum(axis=0), parts.counts.sum(axis=0))
    passages: list[OriginPassage] = []
    for (first, last), logits, weight in zip(bounds, *passage_logits(parts, sizes, bounds, model), strict=True):
        size = int(sizes[first:last].sum())
        scores = _named(calibration.probabilities(logits, int(weight)))
        passages.append(OriginPassage(sentences[first].start, sentences[last - 1].end, size, scores, first, last))
    return OriginScores(
        words=words,
        scores=_named(calibration.probabilities(whole, words)),
        band=calibration.band(words),
        sentences=sentences,
        logits=head_logits(model, parts.sums, parts.counts),
        passages=tuple(passages),
        tier="linear" if isinstance(model, LinearModel) else "encoder",
        facts=facts,
    )


def passage_bounds(tokens: Tokens) -> list[tuple[int, int]]:
    """Cut units into consecutive runs ``[first, last)`` of about :data:`PASSAGE_WORDS` words.

    A rest of less than half of that joins the run before it, so that only a document shorter than a passage gives a
    short one.
    """
    bounds: list[tuple[int, int]] = []
    first = size = 0
    for unit, words in enumerate(tokens.words.tolist()):
        size += words
        if size >= PASSAGE_WORDS:
            bounds.append((first, unit + 1))
            first, size = unit + 1, 0
    if first < tokens.unit_count:
        if bounds and size < PASSAGE_WORDS / 2:
            bounds[-1] = (bounds[-1][0], tokens.unit_count)
        else:
            bounds.append((first, tokens.unit_count))
    return bounds


def passage_logits(
    parts: Sums, words: npt.NDArray[np.int32], bounds: Sequence[tuple[int, int]], model: Normaliser
) -> tuple[Floats, Floats]:
    """Compute the head logits of passages, their neighbours counting :data:`CONTEXT`.

    Args:
        parts: sums and counts of the sentences.
        words: words of the sentences.
        bounds: the passages, as from :func:`passage_bounds`.
        model: the model that the sums are from.

    Returns:
        Logits (passages × heads), and the number of words that each rests on, neighbours counted in part.
    """
    sums = with_context(np.array([parts.sums[first:last].sum(axis=0) for first, last in bounds]))
    counts = with_context(np.array([parts.counts[first:last].sum(axis=0) for first, last in bounds]))
    weight = with_context(np.array([words[first:last].sum() for first, last in bounds], dtype=np.float64))
    return head_logits(model, sums, counts) if bounds else np.zeros((0, parts.sums.shape[-1])), weight


def with_context(values: Floats) -> Floats:
    """Add a share of the rows before and after to every row."""
    found = values.copy()
    found[1:] += CONTEXT * values[:-1]
    found[:-1] += CONTEXT * values[1:]
    return found


def _named(values: Floats) -> dict[str, float]:
    return dict(zip(ORIGINS, values.tolist(), strict=True))


def _own(document: Document, sentences: Iterable[Range]) -> Iterable[Range]:
    """Leave out sentences with a quotation that the text says was translated: how that came about says nothing here."""
    foreign = [t.quotation for t in translated_quotations(document) if t.cue.kind in ("machine", "stated")]
    for sentence in sentences:
        following = bisect_right(foreign, sentence.start, key=lambda quotation: quotation.end)
        if following == len(foreign) or foreign[following].start >= sentence.end:
            yield sentence


def _kept(sentences: Iterable[Range], exclude: tuple[tuple[int, int], ...]) -> Iterable[Range]:
    """Leave out sentences of which at least half is excluded. Both are in order, so one pass is enough."""
    merged: list[list[int]] = []
    for start, end in exclude:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    at = 0
    for sentence in sentences:
        while at < len(merged) and merged[at][1] <= sentence.start:
            at += 1
        covered = 0
        ahead = at
        while ahead < len(merged) and merged[ahead][0] < sentence.end:
            covered += min(merged[ahead][1], sentence.end) - max(merged[ahead][0], sentence.start)
            ahead += 1
        if 2 * covered < sentence.end - sentence.start:
            yield sentence
