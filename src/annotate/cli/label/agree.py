"""``annotate label agree``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from annotate.cli.common import echo_report
from annotate.labeling.agreement.gather import LABELING_SPLITS
from annotate.labeling.labels import Split


@click.command("agree")
@click.argument("labels", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--units",
    type=click.Path(path_type=Path),
    metavar="UNITS.csv",
    help="Also write the single answers and spans behind the figures.",
)
@click.option(
    "--split",
    "splits",
    multiple=True,
    type=click.Choice(get_args(Split)),
    default=LABELING_SPLITS,
    show_default=True,
    help="Documents to take, by why they were given out; each split is reported apart.",
)
@click.option("--top", type=click.IntRange(0), default=10, show_default=True, help="Disputed documents in the table.")
@click.option("--resamples", type=click.IntRange(1), default=1000, show_default=True, help="Resamples for intervals.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the resampling.")
def command(
    labels: Path, form: str, units: Path | None, splits: tuple[Split, ...], top: int, resamples: int, seed: int
) -> None:
    """Say how far the annotators in LABELS, which `annotate label pull` wrote, agree.

    Documents: Krippendorff's alpha. Spans: F1 of pairs of annotators, and alpha over characters. Where a figure is
    undefined, the report says why. Skipped documents, attention checks and gold items are left out.
    """
    from annotate.evaluation.figures import Resampling
    from annotate.labeling.agreement.gather import gather
    from annotate.labeling.agreement.report import measure
    from annotate.labeling.agreement.table import render
    from annotate.labeling.agreement.units import write_units
    from annotate.labeling.labels import read_labels

    gathered = gather(read_labels(labels), splits)
    report = measure(gathered, splits=splits, resampling=Resampling(resamples, seed))
    echo_report(report, lambda found: render(found, top), as_json=form == "json")
    if units is not None:
        click.echo(f"Wrote {write_units(units, gathered.documents):,} rows to {units}.", err=True)
