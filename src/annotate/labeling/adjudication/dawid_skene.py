"""What is true, and how far each annotator can be trusted, estimated together (Dawid and Skene 1979)."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from annotate.errors import AnnotateError
from annotate.labeling.adjudication.consensus import Marks, clusters
from annotate.labeling.agreement.gather import Annotated

MINIMUM_ANNOTATORS: Final = 3
"""With two annotators who disagree, nothing in their labels tells who is right: the model has no unique solution."""
MINIMUM_CANDIDATES: Final = 50
"""Labels with fewer marked places share one estimate: a handful cannot tell how far an annotator can be trusted."""
UNMARKED_PLACES: Final = 10
"""With none, annotators who are alike are judged worse than by majority; with ten, no worse, and far better where one
of them is careless (``tests/labeling/test_adjudication.py``)."""

Key: TypeAlias = tuple[str, str]
"""Id of a document and SHA-256 of its text."""

T = TypeVar("T", bound=Hashable)


class Posteriors(msgspec.Struct, frozen=True):
    """Probabilities given everything that every annotator said."""

    origin: dict[Key, dict[str, float]]
    """Document → origin → probability; without documents for which nobody gave an origin."""
    spans: dict[tuple[Key, str], list[float]]
    """Document and label → for each of :func:`clusters`, the probability that it is a real error."""


def estimate(documents: Sequence[Annotated], marks: Sequence[dict[str, Marks]]) -> Posteriors:
    """Run Dawid-Skene for origin, and for each label on whether a place that somebody marked is a real error.

    For each marked place there are :data:`UNMARKED_PLACES`, in the same document, that nobody marked: most of a text is
    that. Without these the model never sees annotators agree on "no".

    Args:
        documents: those that at least two annotators did.
        marks: their spans by label.

    Raises:
        AnnotateError: if there are fewer than three annotators, or crowd-kit is not installed.
    """
    annotators = {entry.annotator for document in documents for entry in document}
    if documents and len(annotators) < MINIMUM_ANNOTATORS:
        raise AnnotateError(
            f"Dawid-Skene needs {MINIMUM_ANNOTATORS} annotators or more who share documents, and there are "
            f"{len(annotators)}; use --auto majority."
        )
    keys = [(document[0].doc_id, document[0].sha256) for document in documents]
    origin = _fit(
        [
            (number, entry.annotator, entry.origin)
            for number, document in enumerate(documents)
            for entry in document
            if entry.origin is not None
        ]
    )
    answers: dict[str, list[tuple[tuple[int, str, int], str, str]]] = defaultdict(list)
    places: defaultdict[str, int] = defaultdict(int)
    for number, (document, by_label) in enumerate(zip(documents, marks, strict=True)):
        for label, marked in by_label.items():
            for place, cluster in enumerate(clusters(marked)):
                places[label] += 1
                for e in document:
                    marked_it = "yes" if e.annotator in cluster else "no"
                    answers[label].append(((number, label, place), e.annotator, marked_it))
                    answers[label] += [
                        ((number, label, -1 - place * UNMARKED_PLACES - other), e.annotator, "no")
                        for other in range(UNMARKED_PLACES)
                    ]
    groups: dict[str, list[tuple[tuple[int, str, int], str, str]]] = defaultdict(list)
    for label in sorted(answers):
        groups[label if places[label] >= MINIMUM_CANDIDATES else ""] += answers[label]
    spans: dict[tuple[Key, str], list[float]] = defaultdict(list)
    for group in groups.values():
        for (number, label, place), probabilities in sorted(_fit(group).items()):
            if place >= 0:
                spans[keys[number], label].append(probabilities["yes"])
    return Posteriors(origin={keys[number]: found for number, found in origin.items()}, spans=dict(spans))


def _fit(answers: Sequence[tuple[T, str, str]]) -> dict[T, dict[str, float]]:
    """Give task → answer → probability."""
    try:
        import pandas
        from crowdkit.aggregation import DawidSkene
    except ImportError as error:
        raise AnnotateError("Dawid-Skene needs crowd-kit; install it: pip install 'annotate[agreement]'.") from error
    if not answers:
        return {}
    tasks = list(dict.fromkeys(task for task, _, _ in answers))
    number = {task: place for place, task in enumerate(tasks)}
    frame = pandas.DataFrame(
        {
            "task": [number[task] for task, _, _ in answers],
            "worker": [worker for _, worker, _ in answers],
            "label": [label for _, _, label in answers],
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # crowd-kit uses what pandas will drop one day
        probabilities: Any = DawidSkene(n_iter=100).fit(frame).probas_
    labels = sorted(probabilities.columns)
    return {
        tasks[place]: {label: round(float(p), 6) for label, p in zip(labels, row, strict=True)}
        for place, row in zip(probabilities.index, probabilities[labels].to_numpy(), strict=True)
    }
