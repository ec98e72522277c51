"""``annotate evaluate``: records against gold."""

from __future__ import annotations

import click

from annotate.cli.common import echo_report
from annotate.documents import SEVERITIES, Severity


@click.command("evaluate")
@click.argument("gold", type=click.Path())
@click.argument("scores", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--min-severity",
    type=click.Choice(SEVERITIES),
    default="neutral",
    show_default=True,
    help="Leave out flags below this severity, in gold and in records.",
)
@click.option("--resamples", type=click.IntRange(1), default=1000, show_default=True, help="Resamples for intervals.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the resampling.")
def command(gold: str, scores: str, as_json: bool, min_severity: Severity, resamples: int, seed: int) -> None:
    """Compare records with gold: precision, recall and calibration by label, verdicts by length.

    GOLD is JSON lines with "id", "sha256", "flags" (each with "start", "end", "label", "severity") and, where it is
    known, "origin". SCORES is what `annotate score` wrote. They are joined by id; a record of a text that is not its
    gold's is refused. Where nothing can be divided, a figure is undefined: – in the tables, null in the JSON.
    """
    from annotate.evaluation import evaluate, read_gold
    from annotate.evaluation.figures import Resampling
    from annotate.evaluation.table import render
    from annotate.writing import read_records

    report = evaluate(
        read_gold(gold),
        read_records(scores),
        min_severity=min_severity,
        resampling=Resampling(resamples, seed),
    )
    echo_report(report, render, as_json=as_json)
