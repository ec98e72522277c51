"""``annotate label pull``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from annotate.cli.label.connection import connect, connection_options
from annotate.errors import AnnotateError


@click.command("pull")
@click.option("--project", metavar="NAME|ID", help="Title or id of the project; its blind arm is fetched along.")
@click.option(
    "--from",
    "exports",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="EXPORT.json",
    help="JSON export of Label Studio to read instead of a server. May be given several times.",
)
@connection_options
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="LABELS.jsonl")
@click.option(
    "--raw",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to keep what the server exports.  [default: LABELS.raw.json]",
)
@click.option("--problems", type=click.Path(path_type=Path), metavar="FILE", help="[default: LABELS.problems.csv]")
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="DIR/key.jsonl of the export: tells attention checks and gold from the rest.",
)
@click.option("--with-text", is_flag=True, help="Put the text into each line.")
@click.option("--emails", is_flag=True, help="Name annotators by e-mail address instead of number.")
def command(
    project: str | None,
    exports: tuple[Path, ...],
    url: str | None,
    token_file: Path | None,
    timeout: float,
    output: Path,
    raw: Path | None,
    problems: Path | None,
    key: Path | None,
    with_text: bool,
    emails: bool,
) -> int:
    """Fetch the labels of a project: one line per document and annotator, checked against the texts.

    What cannot be used, or needs a look, goes into a table of problems. Exit code 1 if something that an annotator did
    had to be left out.
    """
    from annotate.labeling.attention import read_key
    from annotate.labeling.pull import LOST, PROBLEMS, pull

    if (project is None) == (not exports):
        raise AnnotateError("Give either --project, to ask a server, or --from, to read an export.")
    hidden = read_key(key) if key is not None else []
    raw = raw or output.with_name(f"{output.stem}.raw.json")
    problems = problems or output.with_name(f"{output.stem}.problems.csv")
    blind = raw.with_name(f"{raw.stem}.blind{raw.suffix}")
    written = [output, problems, *((raw, blind) if project is not None else exports)]
    if len({os.path.realpath(path) for path in written}) < len(written):
        raise AnnotateError("Two of the files to read or write are the same; give each a name of its own.")
    sources = list(exports)
    if project is not None:
        sources = _fetch(project, raw, blind, url, token_file, timeout, emails=emails)
    done = pull(sources, output, problems, key=hidden, with_text=with_text, emails=emails)
    click.echo(
        f"{output}: {_number(done.entries, 'labeling')} of {_number(done.documents, 'document')} by "
        f"{_number(done.annotators, 'annotator')}."
    )
    for problem, number in done.problems.items():
        click.echo(f"{number:>9,} {problem}{' (left out)' * (problem in LOST)}: {PROBLEMS[problem]}", err=True)
    if done.problems:
        click.echo(f"Each stands in {problems}.", err=True)
    return int(done.lost > 0)


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _fetch(
    project: str, raw: Path, blind: Path, url: str | None, token_file: Path | None, timeout: float, *, emails: bool
) -> list[Path]:
    from annotate.labeling.folder import BLIND
    from annotate.labeling.snapshot import fetch

    with connect(url, token_file, timeout) as server:
        found = server.get_project(project)
        fetch(server, found.id, raw, emails=emails)
        arm = server.find_project(f"{found.title} ({BLIND})")
        if arm is None:
            return [raw]
        fetch(server, arm.id, blind, emails=emails)
        return [raw, blind]
