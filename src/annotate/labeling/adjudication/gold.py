"""Settled documents as gold for ``annotate evaluate``, and the decisions behind them as CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from annotate.documents import ORIGINS, Severity
from annotate.errors import AnnotateError
from annotate.evaluation.gold import GoldDocument, GoldFlag
from annotate.labeling.adjudication.settle import Decision
from annotate.labeling.agreement.units import write_csv
from annotate.labeling.labels import Labeled
from annotate.labeling.lines import write_lines

UNKNOWN_SEVERITY: Final[Severity] = "minor"
"""Severity in gold of a span to which nobody gave one."""


class GoldWritten(msgspec.Struct, frozen=True):
    """What was written."""

    documents: int
    without_severity: int
    """Spans that got :data:`UNKNOWN_SEVERITY`."""
    without_origin: int
    """Documents whose origin is open: none given, a tie, or an answer that names no origin (``garbled``)."""


def write_gold(path: str | Path, settled: Sequence[Labeled]) -> GoldWritten:
    """Write what :func:`annotate.evaluation.gold.read_gold` reads; the file appears whole or not at all.

    Raises:
        AnnotateError: if an id was settled on two texts, for gold has room for one; or the file cannot be written.
    """
    twice = [doc_id for doc_id, number in Counter(e.doc_id for e in settled).items() if number > 1]
    if twice:
        raise AnnotateError(
            f"Document {twice[0]!r} was settled on two texts, and gold can hold one; "
            "leave the labels of the older text out."
        )
    documents = [
        GoldDocument(
            id=entry.doc_id,
            sha256=entry.sha256,
            flags=[GoldFlag(s.start, s.end, s.label, s.severity or UNKNOWN_SEVERITY) for s in entry.spans],
            origin=entry.origin if entry.origin in ORIGINS else None,
        )
        for entry in settled
    ]
    return GoldWritten(
        documents=write_lines(path, documents),
        without_severity=sum(1 for entry in settled for s in entry.spans if s.severity is None),
        without_origin=sum(1 for document in documents if document.origin is None),
    )


def write_decisions(path: str | Path, decisions: Iterable[Decision]) -> None:
    """Write one row per decision, with a header; the file appears whole or not at all.

    Raises:
        AnnotateError: if it cannot be written.
    """
    write_csv(path, Decision.__struct_fields__, (msgspec.structs.astuple(decision) for decision in decisions))
