"""``annotate label push``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotate.cli.label.connection import connect, connection_options

if TYPE_CHECKING:
    from annotate.labeling.push import Pushed, Sampling


@click.command("push")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--project", required=True, metavar="NAME|ID", help="Title of the project, made if need be; or its id.")
@connection_options
@click.option(
    "--overlap",
    type=click.IntRange(1),
    help="Annotators that every document is given to.  [default: as the export says for each]",
)
@click.option(
    "--sampling",
    type=click.Choice(["uncertainty", "sequential", "uniform"]),
    default="uncertainty",
    show_default=True,
    help="Hand out documents least confident first, in the order of the export, or at random.",
)
@click.option("--yes", is_flag=True, help="Replace pre-marks and data of another scoring.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; do nothing.")
def command(
    folder: Path,
    project: str,
    url: str | None,
    token_file: Path | None,
    timeout: float,
    overlap: int | None,
    sampling: Sampling,
    yes: bool,
    dry_run: bool,
) -> int:
    """Send DIR, which `annotate label export` wrote, to a Label Studio project.

    Safe to repeat: a document that is there with the same text is not sent again. DIR/blind, where there is one, goes
    to a project of its own, "NAME (blind)". Nothing is deleted. Exit code 1 if something was left undone.
    """
    from annotate.labeling.push import push

    with connect(url, token_file, timeout) as server:
        done = push(
            server,
            folder,
            project,
            overlap=overlap,
            sampling=sampling,
            replace=yes,
            dry_run=dry_run,
            report=lambda said: click.echo(said, err=True),
        )
    for each in done:
        click.echo(_summary(each, dry_run=dry_run))
        if each.problem:
            click.echo(f"annotate: {each.problem}", err=True)
    return int(any(each.problem for each in done))


def _summary(pushed: Pushed, *, dry_run: bool) -> str:
    number = "to be made" if pushed.project is None else f"{pushed.project}{', made' if pushed.created else ''}"
    lines = [f"{pushed.title} ({number}): {pushed.url}"]
    rows = [
        (pushed.new, "to send" if dry_run else "new"),
        (pushed.unchanged, "unchanged"),
        (pushed.replaced, "with pre-marks to replace" if dry_run else "with pre-marks replaced"),
        (pushed.changed, "of the new ones there with an earlier text too, which stays"),
        (pushed.others, "there that this export does not have"),
        (pushed.overlaps, f"for another number of annotators than {pushed.overlap}, {'to set' if dry_run else 'set'}"),
        (len(pushed.faults), "faults on the way"),
    ]
    lines += [f"{count:>9,} {what}" for count, what in rows if count or what in ("new", "to send", "unchanged")]
    if pushed.settings and not pushed.created:
        verb = "to change" if dry_run else "changed"
        lines.append(f"{len(pushed.settings):>9,} settings {verb}: {', '.join(pushed.settings)}")
    return "\n".join(lines)
