"""How surprising each token of a text is to a causal language model, in bits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import log
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from annotate.errors import AnnotateError
from annotate.models.hub import HubModel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_POSITIONS: Final = 64
"""Positions whose distributions over the vocabulary are worked on at a time: large vocabularies take memory."""
_SAME: Final = ("normalizer", "pre_tokenizer", "model")
"""Parts of a tokenizer that decide the tokens of a text."""


@dataclass(frozen=True, slots=True)
class Surprisal:
    """What a model expected of a text; one row per token, in the order of the text."""

    places: Ints
    """Code point that each token ends with, which says what part of the text it counts for."""
    bits: Floats
    """Minus the binary logarithm of the token's probability; NaN where nothing came before it."""
    cross: Floats | None
    """Bits that the model expects to need, by the second model's expectations: the cross-entropy of the two
    distributions at this place; None without a second model."""

    def mean(self, start: int, end: int) -> float | None:
        """Give the mean bits per token of ``[start, end)``; None if it has none."""
        rows = self._rows(start, end)
        return float(self.bits[rows].mean()) if len(rows) else None

    def ratio(self, start: int, end: int) -> float | None:
        """Divide log-perplexity by cross-perplexity over ``[start, end)`` (Hans et al. 2024); None without a token."""
        rows = self._rows(start, end)
        if self.cross is None or not len(rows):
            return None
        expected = float(self.cross[rows].mean())
        return float(self.bits[rows].mean()) / expected if expected > 0 else None

    def total(self, starts: Ints, ends: Ints) -> Floats:
        """Give the bits of each of many parts (words), sorted and disjoint: the sum over its tokens."""
        if not len(starts):
            return np.zeros(0)
        known = np.flatnonzero(~np.isnan(self.bits))
        places = self.places[known]
        part = np.searchsorted(starts, places, side="right") - 1
        inside = (part >= 0) & (places < ends[part])
        return np.bincount(part[inside], weights=self.bits[known][inside], minlength=len(starts)).astype(np.float64)

    def _rows(self, start: int, end: int) -> Ints:
        rows: Ints = np.flatnonzero((self.places >= start) & (self.places < end) & ~np.isnan(self.bits))
        return rows


def surprisal(model: HubModel, second: HubModel | None, text: str, max_length: int, context: int) -> Surprisal:
    """Measure a text of any length, in windows of which each begins with tokens already measured.

    Args:
        model: whose surprisal is measured; the performer, where there is a second one.
        second: the observer, with the same tokenizer.
        text: the text.
        max_length: tokens of a window, the one that marks the beginning included.
        context: tokens before it that every token is measured with, where the text has so many.
    """
    encoded = model.encode(text, add_special_tokens=False, return_offsets_mapping=True)
    ids: list[int] = encoded["input_ids"]
    ends = np.array([end for _, end in encoded["offset_mapping"]], dtype=np.int64)
    bits = np.full(len(ids), np.nan)
    cross = np.full(len(ids), np.nan) if second is not None else None
    begin = beginning(model)
    for first, new, last in windows(len(ids), window_room(model, second, max_length), context):
        inputs = {"input_ids": [*begin, *ids[first:last]]}
        logits = model.logits(inputs)
        observed = second.logits(inputs) if second is not None else None
        # What is said at a place is about the next one.
        shift = len(begin) - 1 - first
        for at in range(max(new, -shift), last, _POSITIONS):
            until = min(at + _POSITIONS, last)
            rows = slice(at + shift, until + shift)
            mine = logits[rows].log_softmax(dim=-1)
            bits[at:until] = -mine[range(until - at), ids[at:until]].double().numpy() / log(2)
            if cross is not None and observed is not None:
                theirs = observed[rows].softmax(dim=-1)
                # A token that both rule out is minus infinity times nothing.
                products = (theirs * mine).masked_fill(theirs == 0, 0.0)
                cross[at:until] = -products.double().sum(dim=-1).numpy() / log(2)
    return Surprisal(np.maximum.accumulate(np.maximum(ends - 1, 0)), bits, cross)


def windows(tokens: int, room: int, context: int) -> Iterator[tuple[int, int, int]]:
    """Cover so many tokens with windows ``(first, new, last)``: ``[first, last)`` is read, ``[new, last)`` measured.

    The measured parts follow each other without gap or overlap. Every window but a sole one is full, and
    ``new - first`` is at least ``context`` in all but the first.
    """
    new = 0
    while new < tokens:
        first = max(0, min(new - context, tokens - room))
        last = min(first + room, tokens)
        yield first, new, last
        new = last


def beginning(model: HubModel) -> list[int]:
    """Give the token that stands before a text: the one for the beginning, or else for the end; none without either."""
    tokenizer = model.tokenizer
    token = tokenizer.bos_token_id if tokenizer.bos_token_id is not None else tokenizer.eos_token_id
    return [] if token is None else [int(token)]


def window_room(model: HubModel, second: HubModel | None, max_length: int) -> int:
    """Tokens of the text that fit into a window of both models."""
    length = min(m.length(max_length) for m in (model, second) if m is not None)
    return length - len(beginning(model))


def check_pair(model: HubModel, second: HubModel) -> None:
    """Check that two models cut a text into the same tokens and know equally many.

    Raises:
        AnnotateError: if they do not.
    """
    ours, theirs = _tokenization(model), _tokenization(second)
    sizes = [m.config.get_text_config().vocab_size for m in (model, second)]
    what = "tokenizers differ" if ours != theirs else f"vocabularies differ in size ({sizes[0]:,} and {sizes[1]:,})"
    if ours != theirs or sizes[0] != sizes[1]:
        raise AnnotateError(
            f"The models {model.name!r} and {second.name!r} cannot be compared, their {what}; name two models of one "
            "family, e.g. a base model and its instruction-tuned version."
        )


def _tokenization(model: HubModel) -> dict[str, Any]:
    whole = json.loads(model.tokenizer.backend_tokenizer.to_str())
    return {part: whole.get(part) for part in _SAME}
