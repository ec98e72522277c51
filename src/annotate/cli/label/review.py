"""``annotate label review``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotate.cli.common import echo_report

if TYPE_CHECKING:
    from annotate.evaluation.figures import Figure
    from annotate.labeling.review import Arms, Editor, Review, Tally


@click.command("review")
@click.argument("labels", type=click.Path(path_type=Path))
@click.option(
    "--key", type=click.Path(path_type=Path), help="key.jsonl of the export: attention checks and gold items."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--resamples", type=click.IntRange(1), default=1000, show_default=True, help="Resamples for intervals.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the resampling.")
def command(labels: Path, key: Path | None, form: str, resamples: int, seed: int) -> None:
    """Say what annotators in LABELS, which `annotate label pull` wrote, made of the flags they were shown.

    Kept, changed, deleted and added by label, by score and by signature of the scorer; how much each annotator edits;
    with a blind arm, how far seeing flags sways annotators; with --key, who passed the attention checks.
    """
    from annotate.evaluation.figures import Resampling
    from annotate.labeling.attention import read_key
    from annotate.labeling.labels import read_labels
    from annotate.labeling.review import review

    found = review(read_labels(labels), read_key(key) if key is not None else (), Resampling(resamples, seed))
    echo_report(found, _render, as_json=form == "json")


def _render(found: Review) -> str:
    blocks = [
        f"{found.documents:,} documents, {found.entries:,} times labeled.",
        _tallies("By label", found.labels),
        _tallies("By score", found.scores),
        _tallies("By signature", found.signatures),
        _editors(found.annotators),
        *([] if found.arms is None else [_arms(found.arms)]),
        f"Brackets: 95 % intervals from {found.resampling.resamples:,} resamples of the documents (seed "
        f"{found.resampling.seed}). –: undefined, or an interval that cannot be given. Confirmed: kept or changed, "
        "with the same label.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _tallies(title: str, tallies: Sequence[Tally]) -> str:
    from annotate.writing.columns import columns

    if not tallies:
        return ""
    rows = [["", "shown", "kept", "changed", "relabeled", "deleted", "added", "mean score", "confirmed"]]
    for t in tallies:
        counts = (t.shown, t.kept, t.changed, t.relabeled, t.deleted, t.added)
        promised = "–" if t.promised is None else f"{t.promised:.2f}"
        rows.append([t.name, *(f"{count:,}" for count in counts), promised, _figure(t.confirmed)])
    return f"{title}\n{columns(rows, left=(0, 8))}"


def _editors(editors: Sequence[Editor]) -> str:
    from annotate.writing.columns import columns

    rows = [["", "documents", "shown", "edited", "added per 1,000 characters", "median seconds", "checks"]]
    for e in editors:
        checks = "–"
        if e.passed is not None and e.failed is not None:
            wrong = "; ".join(f"{name}: {why}" for name, why in e.failed.items())
            checks = f"{e.passed} of {e.passed + len(e.failed)} passed" + (f" ({wrong})" if wrong else "")
        seconds = "–" if e.seconds is None else f"{e.seconds:g}"
        rows.append(
            [e.annotator, str(e.documents), f"{e.shown:,}", _figure(e.edited), _figure(e.added), seconds, checks]
        )
    return f"By annotator\n{columns(rows, left=(0, 3, 4, 6))}"


def _arms(arms: Arms) -> str:
    from annotate.writing.columns import columns

    rows = [["marks per 1,000 characters", "pre-marked", "blind", "difference"]]
    rows += [[r.name, _figure(r.main), _figure(r.blind), _figure(r.difference)] for r in arms.rates]
    return (
        f"Pre-marked ({arms.main} documents) against blind ({arms.blind} documents)\n"
        f"{columns(rows, left=(0, 1, 2, 3))}\n"
        f"  Character F1: {_figure(arms.across)} between the arms ({arms.both} documents in both), "
        f"{_figure(arms.within_main)} between annotators with pre-marks, {_figure(arms.within_blind)} without."
    )


def _figure(figure: Figure) -> str:
    if figure.value is None:
        return "–"
    interval = "" if figure.interval is None else f" [{figure.interval[0]:.2f}, {figure.interval[1]:.2f}]"
    return f"{figure.value:.2f}{interval}"
