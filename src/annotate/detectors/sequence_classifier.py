"""Sentences, passages or whole documents judged by a sequence classifier of the user's choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.config import Probability
from annotate.detectors.hub_base import HubDetector
from annotate.documents import LABELS, Document, Flag, Label, Range
from annotate.errors import AnnotateError
from annotate.models import lines
from annotate.models.hub import HubModel, Task
from annotate.models.hub_classes import Target, slug, targets
from annotate.models.passages import article_passages, article_sentences, count_words

Floats = npt.NDArray[np.float64]

Unit = Literal["sentence", "passage", "document"]


class SequenceClassifier(HubDetector, frozen=True, kw_only=True):
    """Flags what a sequence classifier says of each sentence, passage or document.

    A unit longer than a window is read in several, and its probabilities are their means, weighted by tokens. The
    probabilities of classes that stand for one label are added up, unless the classifier answers each class on its own
    (``multi_label_classification``): then the highest counts. A flag's score is that probability.
    """

    id: ClassVar[str] = "sequence_classifier@1"
    labels: ClassVar[tuple[Label, ...]] = LABELS
    about: ClassVar[str] = (
        "sentences, passages or documents that a sequence classifier of your choice picks (transformers), in your "
        "mapping to labels"
    )
    needs: ClassVar[tuple[str, ...]] = ("annotate[transformers]", "a sequence classification model")
    task: ClassVar[Task] = "sequence-classification"

    classes: dict[str, Target | None] = msgspec.field(default_factory=dict)
    """Class of the model → label and severity; null: not flagged. Classes left out are not flagged either. If empty,
    the classes named like our labels are flagged with severity ``minor``."""
    unit: Unit = "passage"
    """``passage``: about 100 words of whole sentences. Sentences and passages leave page furniture out, a document is
    the text as it stands."""
    threshold: Probability = 0.5
    """Units with a lower probability are not flagged."""
    minimum_words: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Units of fewer words are not judged."""

    def resources(self) -> Mapping[str, str]:
        """Name the model, the libraries that run it, and the line model, which decides what is left out."""
        return {**lines.resources(), **super().resources()}

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give one flag for each unit and label."""
        model = self._open()
        wanted = targets(model.name, model.classes, self.classes)
        key = f"hub classes {self.model}|{model.digest}|{self.max_length}|{self.unit}|{self.minimum_words}"
        for unit, probabilities in document.once(key, lambda d: self._judge(d, model)):
            named = dict(zip(model.classes, probabilities.tolist(), strict=True))
            for label in dict.fromkeys(target.label for target in wanted.values()):
                classes = [name for name, target in wanted.items() if target.label == label]
                likeliest = max(classes, key=lambda name: named[name])
                together = named[likeliest] if is_multi_label(model) else sum(named[name] for name in classes)
                score = min(together, 1.0)
                if score < self.threshold:
                    continue
                scores = {name: round(value, 4) for name, value in named.items()}
                yield self.flag(
                    document,
                    unit.start,
                    unit.end,
                    label,
                    wanted[likeliest].severity,
                    score,
                    slug(likeliest),
                    **{"class": likeliest, "scores": scores, "unit": self.unit},
                )

    def _judge(self, document: Document, model: HubModel) -> list[tuple[Range, Floats]]:
        found: list[tuple[Range, Floats]] = []
        for unit in self._units(document):
            if count_words(document, unit) >= self.minimum_words:
                probabilities = classify(model, unit.of(document.text), self.max_length)
                if probabilities is not None:
                    found.append((unit, probabilities))
        return found

    def _units(self, document: Document) -> tuple[Range, ...]:
        if self.unit == "sentence":
            return article_sentences(document)
        if self.unit == "passage":
            return article_passages(document)
        everything = document.layout.lines
        return (Range(everything[0].start, everything[-1].end),) if everything else ()

    def _check(self, model: HubModel) -> None:
        one_number = len(model.classes) == 1 and not is_multi_label(model)
        if one_number or model.config.problem_type == "regression":
            raise AnnotateError(
                f"The model {model.name!r} gives a number, not classes; use it with quality_estimation, or name a "
                "classifier."
            )
        targets(model.name, model.classes, self.classes)
        model.room(self.max_length)


def is_multi_label(model: HubModel) -> bool:
    """Whether a classifier answers for each class on its own, so that its probabilities do not add up to 1."""
    return bool(model.config.problem_type == "multi_label_classification")


def classify(model: HubModel, text: str, max_length: int) -> Floats | None:
    """Give the probability of each class of a text of any length, in [0, 1]; None if it has no tokens.

    Args:
        model: a sequence classifier.
        text: what to classify; read in windows side by side if it is longer than one.
        max_length: tokens of a window, special ones included.
    """
    import torch

    encoded = model.encode(
        text,
        truncation=True,
        max_length=model.length(max_length),
        return_overflowing_tokens=True,
        return_special_tokens_mask=True,
    )
    total: Floats = np.zeros(len(model.classes))
    tokens = 0
    for window, special in enumerate(encoded["special_tokens_mask"]):
        weight = special.count(0)
        if not weight:
            continue
        logits = model.logits(model.inputs(encoded, window))
        probabilities = torch.sigmoid(logits) if is_multi_label(model) else torch.softmax(logits, dim=-1)
        total += weight * probabilities.numpy().astype(np.float64)
        tokens += weight
    return total / tokens if tokens else None
