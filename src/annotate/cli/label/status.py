"""``annotate label status``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotate.cli.common import echo_json
from annotate.cli.label.connection import connect, connection_options

if TYPE_CHECKING:
    from annotate.labeling.project_status import ProjectStatus


@click.command("status")
@click.option("--project", required=True, metavar="NAME|ID", help="Title or id of the project.")
@connection_options
@click.option(
    "--key", type=click.Path(path_type=Path), metavar="FILE", help="DIR/key.jsonl of the export: counts failed checks."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(
    project: str, url: str | None, token_file: Path | None, timeout: float, key: Path | None, form: str
) -> None:
    """How far a project is: documents done and left, skipped, drafts, and what each annotator has done."""
    from annotate.labeling.attention import read_key
    from annotate.labeling.project_status import project_status
    from annotate.labeling.snapshot import fetch

    hidden = read_key(key) if key is not None else []
    with connect(url, token_file, timeout) as server, tempfile.TemporaryDirectory() as folder:
        found = server.get_project(project)
        export = Path(folder) / "export.json"
        fetch(server, found.id, export)
        overlaps = {task.id: task.overlap for task in server.tasks(found.id)}
        status = project_status(export, overlaps, title=found.title, project=found.id, key=hidden)
    if form == "json":
        echo_json(status)
    else:
        click.echo(_table(status))


def _table(status: ProjectStatus) -> str:
    lines = [
        f"{status.title} ({status.project})",
        f"{status.documents:>9,} documents",
        f"{status.done:>9,} done",
        f"{status.begun:>9,} begun",
        f"{status.untouched:>9,} untouched",
        f"{status.labelings_left:>9,} labelings left",
        f"{status.skipped:>9,} skipped",
        f"{status.drafts:>9,} drafts not submitted",
    ]
    lines += [f"{number:>9,} × {problem}" for problem, number in status.problems.items() if problem != "draft-only"]
    if status.annotators:
        checked = any(a.checks_passed is not None for a in status.annotators.values())
        width = max(9, *(len(name) for name in status.annotators))
        head = f"{'annotator':<{width}}  labeled  skipped  drafts   marks  median s"
        lines += ["", head + ("  checks failed" if checked else "")]
        for name, one in status.annotators.items():
            seconds = "–" if one.median_seconds is None else f"{one.median_seconds:,.0f}"
            counts = f"{one.labeled:>7,}  {one.skipped:>7,}  {one.drafts:>6,}  {one.marks:>6,}"
            row = f"{name:<{width}}  {counts}  {seconds:>8}"
            if one.checks_failed is not None and one.checks_passed is not None:
                failed = len(one.checks_failed)
                row += (
                    f"  {failed} of {failed + one.checks_passed}" + ": " * bool(failed) + ", ".join(one.checks_failed)
                )
            lines.append(row)
    return "\n".join(lines)
