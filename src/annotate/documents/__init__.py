"""The immutable data every other room speaks in: documents, flags, records, and the label list."""

from annotate.documents.document import Document
from annotate.documents.evidence import Evidence
from annotate.documents.labels import (
    FAMILIES,
    ITS_TYPES,
    LABELS,
    ORIGINS,
    SEVERITIES,
    SEVERITY_WEIGHTS,
    Family,
    Label,
    Severity,
    Status,
)
from annotate.documents.layout import Layout, Range, lay_out
from annotate.documents.record import (
    Admiralty,
    Flag,
    OperatingPoint,
    PassageScores,
    Record,
    Reliability,
    Verdict,
    in_order,
    make_flag,
    mqm_penalty,
)
from annotate.documents.unread import Unread

__all__ = [
    "FAMILIES",
    "ITS_TYPES",
    "LABELS",
    "ORIGINS",
    "SEVERITIES",
    "SEVERITY_WEIGHTS",
    "Admiralty",
    "Document",
    "Evidence",
    "Family",
    "Flag",
    "Label",
    "Layout",
    "OperatingPoint",
    "PassageScores",
    "Range",
    "Record",
    "Reliability",
    "Severity",
    "Status",
    "Unread",
    "Verdict",
    "in_order",
    "lay_out",
    "make_flag",
    "mqm_penalty",
]
