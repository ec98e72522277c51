"""Records with evidence, made by hand."""

from __future__ import annotations

import msgspec

from annotate.documents import Record
from annotate.documents.evidence import AttributionCounts, ClaimCounts, Evidence, QuotationCounts
from annotate.documents.record import Flag, Verdict


def flag(label, start=0, end=4, **more):
    return Flag(start, end, "x" * (end - start), label, "major", 0.8, "d@1", "r", **more)


def record(id_="a", source="example.org", *, verdict="human", score=0.9, flags=(), **evidence):
    """``evidence`` is that of :class:`Evidence`, its parts as dictionaries; without any, the record has none."""
    if "claims" in evidence:
        evidence["claims"] = ClaimCounts(**evidence["claims"])
    if "quotations" in evidence:
        evidence["quotations"] = QuotationCounts(**evidence["quotations"])
    if "attributions" in evidence:
        evidence["attributions"] = AttributionCounts(**evidence["attributions"])
    return Record(
        id=id_,
        source=source,
        status="ok",
        signature="annotate|test",
        sha256=None,
        verdict=Verdict(verdict, score, 200, {"human": score}),
        flags=list(flags),
        evidence=Evidence(**evidence) if evidence else msgspec.UNSET,
    )


def claims(confirmed=0, contradicted=0, consistent=0, uncorroborated=0, disputed=0):
    return {
        "checkable": confirmed + contradicted + consistent + uncorroborated + disputed,
        "confirmed": confirmed,
        "contradicted": contradicted,
        "consistent": consistent,
        "uncorroborated": uncorroborated,
    }
