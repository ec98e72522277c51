"""The evidence that a record carries; its types are those of :mod:`annotate.documents.evidence`."""

from __future__ import annotations

from annotate.documents import Record
from annotate.documents.evidence import COPIES, AttributionCounts, ClaimCounts, Copied, Evidence, QuotationCounts

__all__ = ["COPIES", "AttributionCounts", "ClaimCounts", "Copied", "Evidence", "QuotationCounts", "evidence_of"]


def evidence_of(record: Record) -> Evidence | None:
    """Give the evidence a record carries, if it does."""
    return record.evidence or None
