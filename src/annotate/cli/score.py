"""``annotate score``: documents in, records out."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import TYPE_CHECKING, Literal

import click
import msgspec

if TYPE_CHECKING:
    from annotate.config import Config
    from annotate.writing.github import GitHub
    from annotate.writing.table import Table


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="File ending in .jsonl or .parquet, or - for JSONL on standard output. Without it, a table is printed.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "github"]),
    help="What to print: a table and what to look at first, or annotations for GitHub Actions; with -o FILE, "
    "besides it.  [default: table without -o, else nothing]",
)
@click.option("-c", "--config", "config_path", type=click.Path(), help="Configuration (YAML) instead of the defaults.")
@click.option(
    "--tier",
    type=click.Choice(["auto", "linear", "encoder"]),
    help="Models that answer: the fast linear ones alone, the encoder on every document, or (auto) the encoder where "
    "it can change the answer.  [default: the configuration's]",
)
@click.option("--story-key", metavar="FIELD", help="Field of the input that says which event a document is about.")
@click.option("--alone", is_flag=True, help="Score each document by itself, without holding it against the others.")
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: one per processor, at most 4]")
@click.option("--batch-size", type=click.IntRange(1), default=64, show_default=True, help="Documents per hand-over.")
@click.option("--with-text", is_flag=True, help="Put each text into its record.")
@click.option("--restart", is_flag=True, help="Begin anew even if an interrupted run could go on.")
@click.option("--dry-run", is_flag=True, help="Print configuration, signature and estimated cost; write nothing.")
@click.option("-q", "--quiet", is_flag=True, help="No progress and no summary; failures are still named.")
def command(
    inputs: tuple[str, ...],
    output: str | None,
    form: Literal["table", "github"] | None,
    config_path: str | None,
    tier: Literal["auto", "linear", "encoder"] | None,
    story_key: str | None,
    alone: bool,
    workers: int | None,
    batch_size: int,
    with_text: bool,
    restart: bool,
    dry_run: bool,
    quiet: bool,
) -> int:
    """Flag, score and judge documents.

    INPUT is a file (text, Markdown, HTML, JSONL, CSV, Parquet; also .gz and .zst of these), a folder of such files,
    a `datasets` dataset on disk or by its hub name, or - for standard input. One record is written for each document,
    in input order. Documents about one event are held against each other, which is why nothing reaches standard output
    before all have been read (--alone: at once). A run that was interrupted goes on where it stopped when the same
    command is given again.

    Exit codes: 0 fine, 1 some documents failed, 2 wrong usage or a run that could not go on.
    """
    from annotate.cli.progress import Progress, describe_summary, report_failures
    from annotate.config import load_config
    from annotate.run import default_workers, score_to
    from annotate.writing import read_records
    from annotate.writing.github import SHOWN, GitHub
    from annotate.writing.output import StreamOutput
    from annotate.writing.table import Table

    config = load_config(config_path)
    if tier is not None:
        config = msgspec.structs.replace(config, tier=tier)
    if alone:
        apart = msgspec.structs.replace(config.corroboration, enabled=False)
        config = msgspec.structs.replace(config, corroboration=apart)
    if story_key is not None:
        columns = {**config.reading.columns, "story": story_key}
        config = msgspec.structs.replace(config, reading=msgspec.structs.replace(config.reading, columns=columns))
    workers = workers or default_workers()
    stdin = sys.stdin.buffer
    if dry_run:
        from annotate.cli.dry_run import describe

        click.echo(describe(inputs, config, workers, stdin), nl=False)
        return 0
    if output == "-" and form is not None:
        raise click.UsageError("--format prints to standard output, which -o - takes for the records; leave one out.")
    printed = _form(form or ("table" if output is None else None), inputs, config)
    to_stream = output is None or output == "-"
    held = config.corroboration.enabled
    target = StreamOutput(sys.stdout.buffer, form=printed, held=held) if to_stream else str(output)
    # Rows that appear on the terminal are progress enough, and a bar would tear them.
    with Progress(inputs, shown=not quiet and not (to_stream and sys.stdout.isatty())) as progress:
        summary = score_to(
            inputs,
            target,
            config,
            workers=workers,
            batch_size=batch_size,
            with_text=with_text,
            restart=restart,
            stdin=stdin,
            progress=progress,
        )
    if printed is not None and not to_stream:
        for record in read_records(str(output)):
            click.echo(printed.row(record), nl=False)
        click.echo(printed.end(), nl=False)
    report_failures(summary)
    if isinstance(printed, GitHub):
        for kind, number in printed.left_out.items():
            click.echo(
                f"not shown: {number:,} more {kind}s: GitHub shows {SHOWN} of a kind for a step; -o FILE has all.",
                err=True,
            )
    if not quiet:
        width = shutil.get_terminal_size().columns if sys.stderr.isatty() else None
        click.echo(describe_summary(summary, width), err=True)
        if output != "-":
            worst = printed.priorities.first if isinstance(printed, Table) else None
            click.echo(_next_commands(output, inputs, config_path, with_text, worst), err=True)
    return 1 if summary.statuses["failed"] else 0


def _form(name: str | None, inputs: tuple[str, ...], config: Config) -> Table | GitHub | None:
    if name == "table":
        from annotate.writing.table import Table

        return Table(config.severity_weights, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)
    if name == "github":
        from annotate.reading.places import Places
        from annotate.writing.github import GitHub

        # Paths are taken as below the checkout, whatever folder the step runs in.
        root = os.environ.get("GITHUB_WORKSPACE") or os.curdir
        return GitHub(config.severity_weights, Places(inputs, config.reading, root))
    return None


def _next_commands(
    output: str | None, inputs: tuple[str, ...], config: str | None, with_text: bool, worst: str | None
) -> str:
    """Say where the records are and how to go on: look at one document, or at all of them, or hand them to labelers."""
    settings = ["-c", config] if config is not None else []
    one = len(inputs) == 1 and inputs[0] != "-"
    if output is None:
        lines = [["annotate", "score", *inputs, *settings, "-o", "scores.jsonl"]]
        if one and worst is not None:
            lines.insert(0, ["annotate", "show", inputs[0], worst, *settings])
        return _listed("next:", lines)
    if "-" in inputs and not with_text:
        said = "score again with --with-text to show or label these: the texts came from standard input"
        return f"results:  {output}\nnext:     {said}"
    texts = [] if with_text else [*inputs, *settings]
    lines = [
        ["annotate", "report", output, *texts, "-o", "report.html"],
        ["annotate", "label", "export", output, *texts, "-o", "labelstudio"],
    ]
    if one:
        lines.insert(0, ["annotate", "show", inputs[0], worst or "ID", "--scores", output, *settings])
    return f"results:  {output}\n{_listed('next:', lines)}"


def _listed(head: str, commands: list[list[str]]) -> str:
    return f"{head:<10}" + f"\n{'':<10}".join(shlex.join(command) for command in commands)
