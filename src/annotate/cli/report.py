"""``annotate report``: one page to look at."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotate.cli.common import read_texts
from annotate.errors import AnnotateError


@click.command("report")
@click.argument("scores", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default="report.html",
    show_default=True,
    metavar="FILE",
    help="The page.",
)
@click.option("-c", "--config", type=click.Path(path_type=Path), help="The configuration that INPUTs were scored with.")
@click.option(
    "--gold", type=click.Path(path_type=Path), metavar="GOLD", help="Gold, to show how far the scores can be believed."
)
def command(scores: Path, inputs: tuple[str, ...], output: Path, config: Path | None, gold: Path | None) -> None:
    """Make one page of the records of SCORES: documents with their flags, stories side by side, sources.

    The page is a single file that opens from disk and needs no network. The texts come from SCORES if it was made with
    --with-text, else from the INPUTs that were scored.
    """
    from tqdm import tqdm

    from annotate.config import load_config
    from annotate.evaluation import evaluate, read_gold
    from annotate.report import write_report
    from annotate.writing import read_records

    for given in (scores, *map(Path, inputs)):
        if output.exists() and given.exists() and output.samefile(given):
            raise AnnotateError(f"The output {output} is also an input; give another output.")
    settings = load_config(config)
    calibrations = []
    if gold is not None:
        measured = evaluate(read_gold(gold), read_records(scores))
        calibrations = [(result.label, result.calibration) for result in (measured.total, *measured.labels)]
    documents = read_texts(inputs, settings)
    # A bar on a terminal, nothing elsewhere.
    with tqdm(unit=" documents", file=sys.stderr, leave=False, disable=None, dynamic_ncols=True) as bar:
        done = write_report(
            scores,
            documents,
            output,
            weights=settings.severity_weights,
            calibrations=calibrations,
            progress=bar.update,
        )
    click.echo(
        f"Wrote {output} ({done.size / 1e6:.1f} MB): {_number(done.documents, 'document')}, "
        f"{_number(done.flags, 'flag')}, {_number(done.stories, 'story', 'stories')}. Open it in a browser.",
        err=True,
    )


def _number(number: int, what: str, plural: str | None = None) -> str:
    return f"{number:,} {what if number == 1 else plural or what + 's'}"
