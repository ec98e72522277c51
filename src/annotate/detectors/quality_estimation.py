"""Segments that a quality estimation model finds badly translated, given the text they were translated from."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Final, Literal

from annotate.detectors.hub_base import HubDetector
from annotate.documents import Document, Flag, Label, Layout, Range, Severity, lay_out
from annotate.errors import AnnotateError
from annotate.models.hub import HubModel, Task
from annotate.models.passages import without_blanks

_MORE_PARTS: Final = 1.25
"""Where parts do not fit, so many times more are tried."""
_FEWEST: Final = 16
"""Tokens of a pair that a window must have room for: a character can take several."""

Unit = Literal["sentence", "paragraph", "window"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A part of a translation and the part of its source text that it renders."""

    target: Range
    source: Range
    unit: Unit
    """``window``: the two correspond by their place in the texts only."""


class QualityEstimation(HubDetector, frozen=True, kw_only=True):
    """Flags segments whose estimated quality is below a threshold, in documents that carry their source text.

    The estimator is a regression model over the pair (translation, source text) as in COMETKiwi (Rei et al. 2022);
    higher means better. Paragraphs are paired if both texts have equally many, and their sentences if those are equally
    many too; otherwise the whole texts are. What is too long for the model is cut into windows paired by their place.

    A flag's score is 1 less the quality, in [0, 1]; it is no calibrated probability.
    """

    id: ClassVar[str] = "quality_estimation@1"
    labels: ClassVar[tuple[Label, ...]] = ("mistranslation",)
    about: ClassVar[str] = (
        "badly translated segments of documents that carry their source_text, by a quality estimation model of your "
        "choice (transformers)"
    )
    needs: ClassVar[tuple[str, ...]] = (
        "annotate[transformers]",
        "a regression model over pairs of texts",
        "documents with a source_text",
    )
    task: ClassVar[Task] = "sequence-classification"

    minor_below: float
    """Quality below which a segment is flagged, on the model's own scale."""
    major_below: float | None = None
    """Quality below which a flag is ``major``; none is if left out."""

    def __post_init__(self) -> None:
        if self.major_below is not None and self.major_below > self.minor_below:
            raise ValueError("Expected major_below to be at most minor_below")

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag per segment below the threshold; none for a document without a source text."""
        source = document.source_text
        if source is None or source.isspace():
            return
        model = self._open()
        key = f"hub quality {self.model}|{model.digest}|{self.max_length}"
        for pair, quality in document.once(key, lambda d: estimate(model, d, self.max_length)):
            if quality >= self.minor_below:
                continue
            severity: Severity = "major" if self.major_below is not None and quality < self.major_below else "minor"
            yield self.flag(
                document,
                pair.target.start,
                pair.target.end,
                "mistranslation",
                severity,
                min(max(1.0 - quality, 0.0), 1.0),
                "low-estimated-quality",
                quality=round(quality, 4),
                source=pair.source.of(source),
                unit=pair.unit,
            )

    def _check(self, model: HubModel) -> None:
        if len(model.classes) != 1:
            raise AnnotateError(
                f"The model {model.name!r} has {len(model.classes)} outputs, but an estimate of quality is one number; "
                "use it with sequence_classifier, or name a regression model."
            )
        _pair_room(model, self.max_length)


def estimate(model: HubModel, document: Document, max_length: int) -> list[tuple[Pair, float]]:
    """Estimate the quality of every part of a translation, with the part of the source text it renders.

    Args:
        model: a regression model over pairs.
        document: one with a source text.
        max_length: tokens of a window, special ones included.
    """
    source = document.source_text or ""
    return [
        (
            pair,
            float(model.logits(model.inputs(model.encode(pair.target.of(document.text), pair.source.of(source))))[0]),
        )
        for pair in pairs(model, document.text, document.layout, source, lay_out(source), max_length)
    ]


def pairs(
    model: HubModel, text: str, layout: Layout, source: str, source_layout: Layout, max_length: int
) -> list[Pair]:
    """Pair the parts of a translation and its source text so that each pair fits into a window, leaving nothing out."""
    if not layout.lines or not source_layout.lines:
        return []
    room = _pair_room(model, max_length)

    def fit(pair: Pair) -> list[Pair]:
        sentences = _inside(layout.sentences, pair.target), _inside(source_layout.sentences, pair.source)
        if pair.unit == "paragraph" and len(sentences[0]) == len(sentences[1]) > 1:
            matched = [Pair(t, s, "sentence") for t, s in zip(*sentences, strict=True)]
            return [part for one in matched for part in fit(one)]
        if _fits(model, text, pair, source, room):
            return [pair]
        return _windows(model, text, pair, source, sentences, room)

    if len(layout.paragraphs) == len(source_layout.paragraphs):
        whole = [Pair(t, s, "paragraph") for t, s in zip(layout.paragraphs, source_layout.paragraphs, strict=True)]
    else:
        whole = [Pair(_around(layout.lines), _around(source_layout.lines), "window")]
    found = [part for pair in whole for part in fit(pair)]
    trimmed = [Pair(without_blanks(text, part.target), part.source, part.unit) for part in found]
    return [part for part in trimmed if part.target]


def _windows(
    model: HubModel, text: str, pair: Pair, source: str, sentences: tuple[Sequence[Range], Sequence[Range]], room: int
) -> list[Pair]:
    """Cut a pair that is too long into parts by their place: between sentences, or inside where those are too long.

    Raises:
        ValueError: if even single tokens are too long.
    """
    tokens = _tokens(model, text, pair.target), _tokens(model, source, pair.source)
    fewest = max(2, ceil((len(tokens[0]) + len(tokens[1])) / room))
    # Tokens that stand for nothing in the text cannot be cut at.
    visible = [[token for token in side if token] for side in tokens]
    for (targets, sources), most in ((sentences, min(map(len, sentences))), (visible, max(map(len, visible)))):
        parts = fewest
        while parts <= most:
            cuts = _cut(targets, parts), _cut(sources, parts)
            cut = [Pair(t, s, "window") for t, s in zip(*cuts, strict=True)]
            whole = targets is visible[0] or all(len(set(side)) == parts for side in cuts)
            if whole and all(_fits(model, text, part, source, room) for part in cut):
                return cut
            parts = ceil(parts * _MORE_PARTS)
    raise ValueError(f"no part of the text fits into the {room} tokens of a window; raise max_length")


def _cut(pieces: Sequence[Range], parts: int) -> list[Range]:
    """Cut pieces into runs, of about equal length in code points, that cover them all; each has at least one piece.

    Where a part has none, a neighbour's piece stands for it too: the other text must be held against something.
    """
    start, length = pieces[0].start, pieces[-1].end - pieces[0].start
    shares = [((piece.start + piece.end) / 2 - start) / length for piece in pieces]
    runs: list[Range] = []
    for part in range(parts):
        first = min(bisect_left(shares, part / parts), len(pieces) - 1)
        last = max(bisect_left(shares, (part + 1) / parts), first + 1)
        runs.append(Range(pieces[first].start, pieces[last - 1].end))
    return runs


def _fits(model: HubModel, text: str, pair: Pair, source: str, room: int) -> bool:
    return len(_tokens(model, text, pair.target)) + len(_tokens(model, source, pair.source)) <= room


def _tokens(model: HubModel, text: str, part: Range) -> list[Range]:
    """Give the tokens of a part of a text, special ones left out."""
    encoded = model.encode(part.of(text), add_special_tokens=False, return_offsets_mapping=True)
    return [Range(part.start + start, part.start + end) for start, end in encoded["offset_mapping"]]


def _inside(parts: Sequence[Range], whole: Range) -> Sequence[Range]:
    first = bisect_left(parts, whole.start, key=lambda part: part.start)
    return parts[first : bisect_left(parts, whole.end, key=lambda part: part.start)]


def _around(parts: Sequence[Range]) -> Range:
    return Range(parts[0].start, parts[-1].end)


def _pair_room(model: HubModel, max_length: int) -> int:
    """Tokens of both texts together that fit into a window beside the special ones.

    Raises:
        AnnotateError: if there are too few for any pair.
    """
    length, special = model.length(max_length), int(model.tokenizer.num_special_tokens_to_add(pair=True))
    if length - special < _FEWEST:
        raise AnnotateError(
            f"A window of {length} tokens of model {model.name!r} is too short for a pair of texts; raise max_length "
            f"to at least {special + _FEWEST}, or name another model."
        )
    return length - special
