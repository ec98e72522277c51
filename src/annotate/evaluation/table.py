"""A report as plain aligned text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from annotate.evaluation.calibration import Calibration
from annotate.evaluation.documents import VERDICTS, Verdicts
from annotate.evaluation.figures import Agreement, Figure
from annotate.evaluation.report import LabelResult, Report
from annotate.writing.columns import columns

UNDEFINED: Final = "–"
_MATCHED: Final = ("exact P", "R", "F1", "overlap P", "R", "F1", "partial P", "R", "F1")


def render(report: Report) -> str:
    """Lay a report out as tables for a terminal, with a last newline."""
    blocks = [
        _documents(report),
        _spans(report),
        _false_flags(report),
        *_verdicts(report.verdicts),
        _reliability("Scores of flags", [(r.label, r.calibration) for r in (*report.labels, report.total)]),
        f"Brackets: 95 % intervals from {report.resampling.resamples:,} resamples of the documents "
        f"(seed {report.resampling.seed}). "
        f"{UNDEFINED}: undefined, or an interval that cannot be given.",
    ]
    return "\n\n".join(blocks) + "\n"


def _documents(report: Report) -> str:
    joined = report.documents
    lines = [
        f"{joined.compared:,} documents compared, {report.words:,} words; signature {', '.join(report.signatures)}."
    ]
    if report.min_severity != "neutral":
        lines.append(f"Flags below {report.min_severity} are left out.")
    if joined.only_gold:
        lines.append(f"Gold without a record, left out: {_names(joined.only_gold)}.")
    if joined.only_scores:
        lines.append(f"Records without gold, left out: {_names(joined.only_scores)}.")
    if joined.unread:
        named = [f"{id_} ({status})" for id_, status in joined.unread.items()]
        lines.append(f"Not read, counted as documents without flags: {_names(named)}.")
    return "\n".join(lines)


def _names(names: Sequence[str], most: int = 10) -> str:
    rest = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _spans(report: Report) -> str:
    rows = [["label", "docs", "gold", "flags", *_MATCHED]]
    rows.extend(_span_row(result) for result in (*report.labels, report.total))
    return "Flags: precision, recall and F1 by exact match, by overlap, and with partial credit\n" + columns(
        rows, left=(0, 10, 11, 12)
    )


def _span_row(result: LabelResult) -> list[str]:
    def short(agreement: Agreement) -> list[str]:
        return [_number(figure.value) for figure in (agreement.precision, agreement.recall, agreement.f1)]

    partial = [_figure(figure) for figure in (result.partial.precision, result.partial.recall, result.partial.f1)]
    support = [str(result.documents), str(result.gold), str(result.predicted)]
    return [result.label, *support, *short(result.exact), *short(result.overlap), *partial]


def _false_flags(report: Report) -> str:
    rows = [["severity", "flags", "per 1,000 words"]]
    rows.extend([false.severity, str(false.count), _figure(false.per_1000_words)] for false in report.false_flags)
    return "False flags: those that touch no gold flag of their label\n" + columns(rows, left=(0, 2))


def _verdicts(verdicts: Verdicts) -> list[str]:
    if not verdicts.bands[-1].documents:
        return ["Verdicts: not judged, for the gold gives no origin."]
    reliability = _reliability("Scores of verdicts, by words", [(b.band, b.calibration) for b in verdicts.bands])
    return [_confusion(verdicts), _bands(verdicts), reliability]


def _confusion(verdicts: Verdicts) -> str:
    rows = [["origin", *VERDICTS]]
    rows.extend([origin, *(str(row[verdict]) for verdict in VERDICTS)] for origin, row in verdicts.confusion.items())
    return "Verdicts: true origin down, verdict across\n" + columns(rows)


def _bands(verdicts: Verdicts) -> str:
    rows = [["words", "docs", "answered", "accuracy", "called machine-made: human", "machine-made"]]
    rows.extend(
        [b.band, str(b.documents), str(b.answered), _figure(b.accuracy), _figure(b.fpr), _figure(b.tpr)]
        for b in verdicts.bands
    )
    return "Verdicts by length\n" + columns(rows, left=(0, 3, 4, 5))


def _reliability(title: str, results: Iterable[tuple[str, Calibration]]) -> str:
    rows = [["", "count", "ECE", "promised → kept, lowest scores first"]]
    for name, result in results:
        bins = "  ".join(f"{_number(b.promised)}→{_number(b.kept)} ({b.count})" for b in result.bins)
        rows.append([name, str(result.count), _number(result.ece), bins or UNDEFINED])
    return f"{title}: expected calibration error and reliability\n" + columns(rows, left=(0, 3))


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.2f}"


def _figure(figure: Figure) -> str:
    if figure.value is None or figure.interval is None:
        return _number(figure.value)
    return f"{_number(figure.value)} [{_number(figure.interval[0])}, {_number(figure.interval[1])}]"
