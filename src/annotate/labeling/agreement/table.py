"""A report on agreement as plain aligned text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from annotate.labeling.agreement.report import Agreement, AgreementReport, ArmAgreement, Coefficient, SpanAgreement
from annotate.labeling.labels import Split
from annotate.writing.columns import columns

UNDEFINED: Final = "–"
_ARMS: Final[dict[Split, str]] = {
    "main": "With pre-marks (main)",
    "blind": "Without pre-marks (blind)",
    "check": "Attention checks",
    "gold": "Gold items",
}


def render(report: AgreementReport, top: int) -> str:
    """Lay a report out as tables for a terminal, with a last newline.

    Args:
        report: what to show.
        top: how many disputed documents to name.
    """
    blocks = [block for arm in report.arms for block in _arm(arm, top)] or ["No labels to compare."]
    if left_out := _left_out(report):
        blocks.append(left_out)
    blocks.append(
        f"Brackets: 95 % intervals from {report.resampling.resamples:,} resamples of the documents "
        f"(seed {report.resampling.seed}). {UNDEFINED}: undefined, or an interval that cannot be given."
    )
    return "\n\n".join(blocks) + "\n"


def _arm(arm: ArmAgreement, top: int) -> list[str]:
    whole = arm.all
    people = ", ".join(f"{name} {number:,}" for name, number in arm.annotators.items())
    blocks = [
        f"{_ARMS[arm.split]}. Documents by two annotators or more: {whole.documents:,}; by one alone: {arm.single:,}.\n"
        f"Documents by annotator: {people}.\n"
        f"Pairs of annotators on a document: {_marked(whole)}.",
        _answers(whole),
        _spans(whole),
    ]
    if len(arm.pairs) > 1:
        blocks.append(_pairs(arm.pairs))
    if arm.disputed:
        blocks.append(_disputed(arm, top))
    return blocks


def _marked(agreement: Agreement) -> str:
    marked = agreement.marked
    return f"both marked something {marked.both:,}, one did {marked.one:,}, neither did {marked.neither:,}"


def _answers(whole: Agreement) -> str:
    rows = [["question", "alpha", ""]]
    for question, scale in (("origin", "nominal"), ("reliability", "ordinal"), ("score", "interval")):
        coefficient = getattr(whole, question)
        rows.append([f"{question} ({scale})", _coefficient(coefficient), coefficient.undefined or ""])
    return "Documents: Krippendorff's alpha\n" + columns(rows, left=(0, 1, 2))


def _spans(whole: Agreement) -> str:
    rows = [["label", "docs", "spans", "exact F1", "partial", "overlap", "characters", "alpha of characters", ""]]
    rows += [_span_row(spans) for spans in (*whole.labels, whole.same_label, whole.any_label)]
    return "Spans: F1 of pairs of annotators; Krippendorff's alpha over characters\n" + columns(
        rows, left=(0, 3, 4, 5, 6, 7, 8)
    )


def _span_row(spans: SpanAgreement) -> list[str]:
    return [
        spans.label,
        str(spans.documents),
        str(spans.spans),
        _number(spans.exact.value),
        _number(spans.partial.value),
        _number(spans.overlap.value),
        _coefficient(spans.characters),
        _coefficient(spans.alpha),
        spans.characters.undefined or spans.alpha.undefined or "",
    ]


def _pairs(pairs: Iterable[Agreement]) -> str:
    rows = [["annotators", "docs", "origin", "reliability", "score", "exact F1", "partial", "characters", "any label"]]
    for pair in pairs:
        values = [
            pair.origin,
            pair.reliability,
            pair.score,
            pair.same_label.exact,
            pair.same_label.partial,
            pair.same_label.characters,
            pair.any_label.characters,
        ]
        rows.append([" · ".join(pair.annotators), str(pair.documents), *(_number(value.value) for value in values)])
    return "Pairs of annotators: alpha of documents, F1 of spans\n" + columns(rows)


def _disputed(arm: ArmAgreement, top: int) -> str:
    rows = [["document", "agreement", "why"]]
    rows += [[d.doc_id, f"{d.agreement:z.2f}", "; ".join(d.why)] for d in arm.disputed[:top]]
    most = f", the first {top:,}" if len(arm.disputed) > top else ""
    return f"Documents without full agreement: {len(arm.disputed):,}; most disputed first{most}\n" + columns(
        rows, left=(0, 2)
    )


def _left_out(report: AgreementReport) -> str:
    said = []
    if report.cancelled:
        said.append(f"{report.cancelled:,} skipped by the annotator")
    if report.adjudicated:
        said.append(f"{report.adjudicated:,} that settle a document")
    said += [f"{number:,} of split {split}" for split, number in report.other_splits.items()]
    lines = [f"Entries left out: {', '.join(said)}."] if said else []
    if report.changed:
        more = f" and {len(report.changed) - 10:,} more" if len(report.changed) > 10 else ""
        lines.append(f"Labeled on more than one text, each counted apart: {', '.join(report.changed[:10])}{more}.")
    return "\n".join(lines)


def _coefficient(coefficient: Coefficient) -> str:
    if coefficient.interval is None:
        return _number(coefficient.value)
    return f"{_number(coefficient.value)} [{_number(coefficient.interval[0])}, {_number(coefficient.interval[1])}]"


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:z.2f}"
