"""``annotate score --dry-run``: what would be done, with what, and roughly how long it would take."""

from __future__ import annotations

import copy
import itertools
import time
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import msgspec
import yaml

from annotate.cli.progress import duration
from annotate.config import Config
from annotate.documents import Document
from annotate.reading import count, read
from annotate.scorer import Scorer
from annotate.writing import jsonl

SAMPLE: Final = 32
"""Documents scored to measure the cost, at most."""
SAMPLE_SECONDS: Final = 5.0
"""After so long the sample is large enough."""


def describe(inputs: Sequence[str], config: Config, workers: int, stdin: BinaryIO | None = None) -> str:
    """Describe a run without doing it: configuration with every default, signature, size and an estimate of the cost.

    Raises:
        AnnotateError: as the run itself would before its first document.
    """
    scorer = Scorer(config)
    documents = count(inputs)
    milliseconds, sampled = _measure(scorer, inputs, stdin)
    lines = [yaml.safe_dump(resolved(scorer), sort_keys=False, allow_unicode=True, width=100).rstrip(), ""]
    lines.append(f"# signature: {scorer.signature.short}")
    lines.append(f"# {scorer.signature.long}")
    lines.append(f"# documents: {'not known before reading' if documents is None else f'{documents:,}'}")
    if not sampled:
        lines.append("# cost:      nothing to score among the first documents")
    else:
        cost = f"# cost:      {milliseconds:.1f} ms a document (first {sampled} scored in one process)"
        if documents is not None:
            cost += (
                f"; about {duration(documents * milliseconds / 1000 / workers)} with {workers} workers, plus the start"
            )
        lines.append(cost)
    return "\n".join(lines) + "\n"


def resolved(scorer: Scorer) -> dict[str, Any]:
    """Spell out a scorer's configuration: every key, and every option of every detector that runs."""
    settings: dict[str, Any] = msgspec.to_builtins(scorer.config)
    used = {type(detector).id.split("@")[0]: msgspec.to_builtins(detector) for detector in scorer.detectors}
    left_out = {name: False for name, chosen in settings["detectors"].items() if chosen is False}
    settings["detectors"] = {name: options or True for name, options in {**used, **left_out}.items()}
    return settings


def _measure(scorer: Scorer, inputs: Sequence[str], stdin: BinaryIO | None) -> tuple[float, int]:
    """Milliseconds a document, reading and writing included, over the first few; and how many those were."""
    items = read(inputs, scorer.config.reading, stdin)
    for first in items:
        jsonl.encode(scorer(first))  # the first one also loads the models
        if isinstance(first, Document):
            break
    else:
        return 0.0, 0
    begin = time.perf_counter()
    sampled = 0
    for item in itertools.chain([copy.copy(first)], items):
        jsonl.encode(scorer(item))
        sampled += 1
        if sampled >= SAMPLE or time.perf_counter() - begin > SAMPLE_SECONDS:
            break
    return (time.perf_counter() - begin) / sampled * 1000, sampled
