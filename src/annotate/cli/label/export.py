"""``annotate label export``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotate.config import load_config
from annotate.documents import SEVERITIES, Severity


@click.command("export")
@click.argument("scores", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder to write to."
)
@click.option(
    "--to",
    "target",
    type=click.Choice(["labelstudio"]),
    default="labelstudio",
    show_default=True,
    help="Labeling tool.",
)
@click.option("-c", "--config", type=click.Path(path_type=Path), help="The configuration that INPUTs were scored with.")
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="Show labelers only flags this likely.",
)
@click.option(
    "--min-severity",
    type=click.Choice(SEVERITIES),
    default=SEVERITIES[0],
    show_default=True,
    help="Show labelers only flags this severe.",
)
@click.option("--blind", is_flag=True, help="Leave out predictions, verdicts and evidence.")
def command(
    scores: Path,
    inputs: tuple[str, ...],
    output: Path,
    target: str,
    config: Path | None,
    min_score: float,
    min_severity: Severity,
    blind: bool,
) -> None:
    """Write the records of SCORES as a Label Studio import: DIR/tasks.json, config.xml, guidelines.html.

    The texts come from SCORES if it was made with --with-text, else from the INPUTs that were scored. Nothing is sent
    anywhere; every offset, label and score is checked before anything is written.
    """
    from annotate.labeling import export
    from annotate.reading import read

    documents = read(inputs, load_config(config).reading, sys.stdin.buffer) if inputs else ()
    done = export(scores, documents, output, minimum_score=min_score, minimum_severity=min_severity, blind=blind)
    files = done.files[0] if len(done.files) == 1 else f"{done.files[0]} … {done.files[-1]}"
    what = "without predictions" if blind else f"with {_number(done.flags, 'flag')}"
    if done.flags_below:
        what += f" ({done.flags_below} below the minimum left out)"
    click.echo(
        f"Wrote {_number(done.tasks, 'task')} {what} to {output / files}, config.xml, guidelines.html.", err=True
    )
    for status, number in done.without_task.items():
        click.echo(f"{_number(number, f'{status} document')}: no task.", err=True)


def _number(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
