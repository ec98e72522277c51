"""Spans found by a token classifier of the user's choice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.config import Probability
from annotate.detectors.hub_base import HubDetector
from annotate.documents import LABELS, Document, Flag, Label, Range
from annotate.errors import AnnotateError
from annotate.models.hub import HubModel, Task
from annotate.models.hub_classes import Target, slug, targets
from annotate.models.passages import without_blanks

Floats = npt.NDArray[np.float32]

_OUTSIDE: Final = "O"
_TAG: Final = re.compile(r"([BIESLU])-(.+)", re.DOTALL)
"""A tag of the schemes IOB, IOBES and BILOU."""
_BEGINS: Final = frozenset("BSU")
_ENDS: Final = frozenset("ESLU")


@dataclass(frozen=True, slots=True)
class TokenClasses:
    """What a token classifier says of each token of a text that is no special one."""

    places: tuple[Range, ...]
    words: tuple[int | None, ...]
    """Number of the word each token is part of, as the tokenizer counts words; None where it does not."""
    probabilities: Floats
    """Tokens × classes."""


@dataclass(frozen=True, slots=True)
class _Tagged:
    """A token or word with its likeliest tag."""

    place: Range
    prefix: str
    kind: str
    probability: float
    """That it is part of something of this kind, whatever the prefix."""


class TokenClassifier(HubDetector, frozen=True, kw_only=True):
    """Flags the spans that a token classifier finds, e.g. one trained on error spans.

    Tags in IOB, IOBES or BILOU are put together to spans; without such prefixes, neighbouring tokens of one class are.
    Long texts are read in overlapping windows, and each token is judged in the window where it has most context. A
    flag's score is the mean probability of its class over the span's tokens.
    """

    id: ClassVar[str] = "token_classifier@1"
    labels: ClassVar[tuple[Label, ...]] = LABELS
    about: ClassVar[str] = (
        "spans that a token classifier of your choice finds (transformers), in your mapping to labels"
    )
    needs: ClassVar[tuple[str, ...]] = ("annotate[transformers]", "a token classification model")
    task: ClassVar[Task] = "token-classification"

    classes: dict[str, Target | None] = msgspec.field(default_factory=dict)
    """Class of the model, without ``B-`` and the like → label and severity; null: not flagged. Classes left out are not
    flagged either. If empty, the classes named like our labels are flagged with severity ``minor``."""
    threshold: Probability = 0.5
    """Spans with a lower score are not flagged."""
    aggregation: Literal["simple", "first"] = "simple"
    """``simple``: each token as the model says. ``first``: a word's first token speaks for the whole word, as models
    need that were trained on first tokens only."""
    stride: Annotated[int, msgspec.Meta(ge=0)] = 128
    """Tokens that neighbouring windows share."""

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag per span."""
        model = self._open()
        wanted = targets(model.name, kinds(model.classes), self.classes)
        key = f"hub tokens {self.model}|{model.digest}|{self.max_length}|{self.stride}"
        found = document.once(key, lambda d: classify_tokens(model, d.text, self.max_length, self.stride))
        for span in _spans(_tagged(found, model.classes, whole_words=self.aggregation == "first")):
            kind = span[0].kind
            target = wanted.get(kind)
            place = without_blanks(document.text, Range(span[0].place.start, span[-1].place.end))
            probabilities = [tag.probability for tag in span]
            score = min(sum(probabilities) / len(probabilities), 1.0)
            if target is None or score < self.threshold or not place:
                continue
            evidence = {"class": kind, "tokens": len(span), "lowest": round(min(probabilities), 4)}
            yield self.flag(
                document, place.start, place.end, target.label, target.severity, score, slug(kind), **evidence
            )

    def _check(self, model: HubModel) -> None:
        targets(model.name, kinds(model.classes), self.classes)
        room = model.room(self.max_length)
        if self.stride >= room:
            raise AnnotateError(
                f"Configuration key detectors.token_classifier.stride ({self.stride}) must be below the {room} tokens "
                f"of text in a window of model {self.model!r}; lower it or raise max_length."
            )


def kinds(classes: Sequence[str]) -> tuple[str, ...]:
    """Name what a model's tags are about, each once: ``O, B-spelling, I-spelling`` → ``spelling``."""
    named = [kind for _, kind in _tags(classes)]
    return tuple(dict.fromkeys(kind for kind in named if kind))


def classify_tokens(model: HubModel, text: str, max_length: int, stride: int) -> TokenClasses:
    """Classify every token of a text.

    Args:
        model: a token classifier.
        text: of any length.
        max_length: tokens of a window, special ones included.
        stride: tokens that neighbouring windows share.
    """
    import torch

    encoded = model.encode(
        text,
        truncation=True,
        max_length=model.length(max_length),
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
    )
    windows = len(encoded["input_ids"])
    step = model.room(max_length) - stride
    places: dict[int, Range] = {}
    words: dict[int, int | None] = {}
    rows: dict[int, Floats] = {}
    context: dict[int, int] = {}
    for window in range(windows):
        logits = model.logits(model.inputs(encoded, window))
        probabilities: Floats = torch.softmax(logits, dim=-1).numpy()
        of_text = [i for i, special in enumerate(encoded["special_tokens_mask"][window]) if not special]
        numbers = encoded.word_ids(window)
        for nth, i in enumerate(of_text):
            token = window * step + nth
            # Where the text itself begins or ends, nothing is missing.
            before = nth if window else max_length
            after = len(of_text) - 1 - nth if window < windows - 1 else max_length
            if min(before, after) > context.get(token, -1):
                context[token] = min(before, after)
                places[token] = Range(*encoded["offset_mapping"][window][i])
                words[token] = numbers[i]
                rows[token] = probabilities[i]
    order = range(len(rows))
    return TokenClasses(
        tuple(places[i] for i in order),
        tuple(words[i] for i in order),
        np.array([rows[i] for i in order], dtype=np.float32).reshape(len(rows), len(model.classes)),
    )


def _tags(classes: Sequence[str]) -> list[tuple[str, str]]:
    """Split classes into prefix and kind; a class that is no kind of span (``O``) has an empty one."""
    inside = [name for name in classes if name != _OUTSIDE]
    if inside and all(_TAG.fullmatch(name) for name in inside):
        return [("", "") if name == _OUTSIDE else (name[0], name[2:]) for name in classes]
    return [("", "" if name == _OUTSIDE else name) for name in classes]


def _tagged(found: TokenClasses, classes: Sequence[str], *, whole_words: bool) -> list[_Tagged]:
    """Give each token, or each word, its likeliest tag."""
    tags = _tags(classes)
    columns = {kind: [i for i, (_, k) in enumerate(tags) if k == kind] for _, kind in tags}
    tagged: list[_Tagged] = []
    for token, (place, best) in enumerate(zip(found.places, found.probabilities.argmax(axis=1).tolist(), strict=True)):
        word = found.words[token]
        if whole_words and token and word is not None and word == found.words[token - 1]:
            first = tagged[-1]
            tagged[-1] = _Tagged(Range(first.place.start, place.end), first.prefix, first.kind, first.probability)
            continue
        prefix, kind = tags[best]
        tagged.append(_Tagged(place, prefix, kind, float(found.probabilities[token, columns[kind]].sum())))
    return tagged


def _spans(tagged: Iterable[_Tagged]) -> list[list[_Tagged]]:
    """Put neighbouring tags of one kind together, as their prefixes say."""
    spans: list[list[_Tagged]] = []
    kind, closed = "", True
    for tag in tagged:
        if tag.kind and (closed or tag.kind != kind or tag.prefix in _BEGINS):
            spans.append([])
        if tag.kind:
            spans[-1].append(tag)
        kind, closed = tag.kind, not tag.kind or tag.prefix in _ENDS
    return spans
