"""Passages and words that a causal language model finds too unsurprising or too surprising."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final

import msgspec
import numpy as np

from annotate.detectors.hub_base import HubDetector
from annotate.documents import Document, Flag, Label, Range, Severity
from annotate.errors import AnnotateError
from annotate.models import hub, lines
from annotate.models.hub import HubModel, Task
from annotate.models.passages import article_passages, article_sentences, count_words
from annotate.models.surprisal import Surprisal as Measured
from annotate.models.surprisal import check_pair, surprisal, window_room

_WORDS_NAMED: Final = 5
"""Most surprising words given as evidence."""

Bound = Annotated[float, msgspec.Meta(gt=0.0)]


class Surprisal(HubDetector, frozen=True, kw_only=True):
    """Flags passages and words whose surprisal lies outside of bounds; at least one bound must be set.

    Surprisal is minus the binary logarithm of the probability that a causal language model gives each token after the
    ones before it, in bits; a passage's is the mean over its tokens, a word's the sum over its. With a second model,
    passages are also judged by the ratio of log-perplexity to cross-perplexity of the two ("Binoculars", Hans et al.
    2024, arXiv 2401.12070): ``model`` is the performer, ``second`` the observer.

    A score is no calibrated probability: 0.5 at the bound, towards 1 with the distance from it.
    """

    id: ClassVar[str] = "surprisal@1"
    labels: ClassVar[tuple[Label, ...]] = ("machine-generated", "garbled")
    about: ClassVar[str] = (
        "passages and words outside of your bounds of surprisal, in bits per token of a causal language model of your "
        "choice (transformers); with a second model, the Binoculars ratio"
    )
    needs: ClassVar[tuple[str, ...]] = ("annotate[transformers]", "a causal language model", "at least one bound")
    task: ClassVar[Task] = "causal-lm"

    passage_below: Bound | None = None
    """Passages of fewer bits per token are flagged machine-generated."""
    passage_above: Bound | None = None
    """Passages of more bits per token are flagged garbled."""
    word_above: Bound | None = None
    """Words of more bits are flagged garbled."""
    second: str | None = None
    """The observer: a folder or hub name, with the tokenizer of ``model``."""
    second_revision: str | None = None
    ratio_below: Bound | None = None
    """Passages with a lower ratio are flagged machine-generated."""
    context: Annotated[int, msgspec.Meta(ge=1)] = 128
    """Tokens before it that each token is judged with at least, where the text has so many."""
    minimum_words: Annotated[int, msgspec.Meta(ge=0)] = 50
    """Passages of fewer words are not judged."""
    severity: Severity = "minor"
    """Of all its flags."""

    def __post_init__(self) -> None:
        bounds = (self.passage_below, self.passage_above, self.word_above, self.ratio_below)
        if all(bound is None for bound in bounds):
            raise ValueError("Set at least one of passage_below, passage_above, word_above and ratio_below")
        if (self.second is None) != (self.ratio_below is None):
            raise ValueError("Set second and ratio_below together")
        if self.second is None and self.second_revision is not None:
            raise ValueError("Set second together with second_revision")
        if None not in (self.passage_below, self.passage_above) and self.passage_below >= self.passage_above:  # type: ignore[operator]
            raise ValueError("Expected passage_below to be lower than passage_above")

    def resources(self) -> Mapping[str, str]:
        """Name the models, the libraries that run them, and the line model, which decides what is left out.

        Raises:
            AnnotateError: if an extra or a model is missing, or the two models do not go together.
        """
        found = {**lines.resources()}
        if self.second is not None:
            found |= hub.resources(f"{self._name()}.second", self.task, self.second, self.second_revision)
        return {**found, **super().resources()}

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag for each passage and each word out of bounds."""
        model, second = self._open(), self._open_second()
        key = f"hub surprisal {self.model}|{model.digest}|{self.second}|{second and second.digest}|"
        key += f"{self.max_length}|{self.context}"
        measured = document.once(key, lambda d: surprisal(model, second, d.text, self.max_length, self.context))
        words, bits = _word_bits(document, measured)
        yield from self._flag_passages(document, measured, words, bits)
        if self.word_above is None:
            return
        for word, value in zip(words, bits, strict=True):
            if value > self.word_above:
                score = _above(value, self.word_above)
                yield self._flag(document, word, "garbled", score, "surprising-word", bits=round(value, 2))

    def _flag_passages(
        self, document: Document, measured: Measured, words: list[Range], bits: list[float]
    ) -> Iterable[Flag]:
        for passage in article_passages(document):
            mean = measured.mean(passage.start, passage.end)
            if mean is None or count_words(document, passage) < self.minimum_words:
                continue
            ratio = measured.ratio(passage.start, passage.end)
            inside = [(word, value) for word, value in zip(words, bits, strict=True) if _within(word, passage)]
            evidence: dict[str, Any] = {"bits_per_token": round(mean, 3), "words": _most_surprising(document, inside)}
            if ratio is not None:
                evidence["ratio"] = round(ratio, 4)
            unsurprising = {
                "low-perplexity-ratio": _below(ratio, self.ratio_below),
                "unsurprising-wording": _below(mean, self.passage_below),
            }
            reason = max(unsurprising, key=lambda name: unsurprising[name])
            if unsurprising[reason] > 0:
                yield self._flag(document, passage, "machine-generated", unsurprising[reason], reason, **evidence)
            if self.passage_above is not None and mean > self.passage_above:
                score = _above(mean, self.passage_above)
                yield self._flag(document, passage, "garbled", score, "surprising-wording", **evidence)

    def _flag(self, document: Document, part: Range, label: Label, score: float, reason: str, **evidence: Any) -> Flag:
        return self.flag(document, part.start, part.end, label, self.severity, score, reason, **evidence)

    def _open_second(self) -> HubModel | None:
        return None if self.second is None else hub.open_model(self.task, self.second, self.second_revision)

    def _check(self, model: HubModel) -> None:
        second = self._open_second()
        if second is not None:
            check_pair(model, second)
        room = window_room(model, second, self.max_length)
        if self.context >= room:
            raise AnnotateError(
                f"Configuration key detectors.surprisal.context ({self.context}) must be below the {room} tokens of "
                f"text in a window of model {self.model!r}; lower it or raise max_length."
            )


def _below(value: float | None, bound: float | None) -> float:
    """Score a value for lying below a bound: 0 if it does not."""
    return 0.0 if value is None or bound is None or value >= bound else 1.0 - 0.5 * max(value, 0.0) / bound


def _above(value: float, bound: float) -> float:
    """Score a value for lying above a bound."""
    return 1.0 - 0.5 * bound / value


def _within(part: Range, whole: Range) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def _word_bits(document: Document, measured: Measured) -> tuple[list[Range], list[float]]:
    """Give the words of the article and the bits of each; page furniture is left out."""
    words: list[Range] = []
    sentences = iter(article_sentences(document))
    sentence = next(sentences, None)
    for word in document.layout.words:
        while sentence is not None and sentence.end <= word.start:
            sentence = next(sentences, None)
        if sentence is not None and _within(word, sentence):
            words.append(word)
    starts = np.array([word.start for word in words], dtype=np.int64)
    ends = np.array([word.end for word in words], dtype=np.int64)
    return words, measured.total(starts, ends).tolist()


def _most_surprising(document: Document, words: list[tuple[Range, float]]) -> list[dict[str, Any]]:
    most = sorted(words, key=lambda item: (-round(item[1], 6), item[0].start))[:_WORDS_NAMED]
    return [
        {"text": word.of(document.text), "start": word.start, "end": word.end, "bits": round(bits, 2)}
        for word, bits in most
    ]
