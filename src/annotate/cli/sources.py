"""``annotate sources``: rate the sources of scored documents; import outside lists."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import click

from annotate.errors import AnnotateError

_DAY = click.DateTime(["%Y-%m-%d"])


class _RateByDefault(click.Group):
    """Takes what is no subcommand for SCORES: ``annotate sources SCORES`` rates."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["rate", *args]
        return super().parse_args(ctx, args)


@click.group("sources", cls=_RateByDefault, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Rate the sources of scored documents, with intervals and the evidence behind them.

    `annotate sources SCORES` is short for `annotate sources rate SCORES`.
    """


@command.command("rate")
@click.argument("scores", type=click.Path(path_type=Path))
@click.option(
    "--prior",
    "priors",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="List of outside ratings that `annotate sources import` made. May be given several times.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "misp", "claimreview", "credweb"]),
    default="table",
    show_default=True,
    help="JSON and CSV hold sources; MISP sources and documents; ClaimReview claims; credweb documents.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT", help="File instead of standard output.")
@click.option("--date", "day", type=_DAY, help="Day to put on MISP, ClaimReview and credweb.  [default: none]")
def rate_command(scores: Path, priors: tuple[Path, ...], form: str, output: Path | None, day: datetime | None) -> None:
    """Rate the sources of SCORES, which `annotate score` wrote.

    Sources whose intervals overlap are not ordered: each gets the places it may have. F means that a source cannot be
    judged.
    """
    from annotate.sources.export import EXPORTERS
    from annotate.sources.priors import read_prior
    from annotate.sources.ratings import Ratings
    from annotate.sources.table import render
    from annotate.writing import read_records

    ratings = Ratings([read_prior(path) for path in priors])
    for record in read_records(scores):
        ratings.add(record)
    rated = ratings.finish()
    if form == "table":
        pieces: Iterable[str] = [render(rated)]
    else:
        pieces = EXPORTERS[form](rated, read_records(scores), day.date() if day is not None else None)
    _write(pieces, output, [scores, *priors])
    if ratings.unnamed:
        those = "document without a source is" if ratings.unnamed == 1 else "documents without a source are"
        click.echo(f"{ratings.unnamed:,} {those} left out of the ratings.", err=True)


@command.command("import")
@click.argument("list_file", metavar="LIST.csv", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Of the list, as it is to be shown.")
@click.option(
    "--as-of", required=True, type=_DAY, help="Day the list was taken: about one rating in six moves in four years."
)
@click.option("--licence", "--license", required=True, help="Licence of the list, as it is to be shown.")
@click.option("--domain-column", required=True, help="Column with domains or addresses.")
@click.option("--score-column", required=True, help="Column with scores or labels.")
@click.option("--worst", type=float, default=0.0, show_default=True, help="Score that means the worst.")
@click.option("--best", type=float, default=1.0, show_default=True, help="Score that means the best.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="LABEL=VALUE",
    help="Value from 0, worst, to 1, best, of a label in the score column. Once for each label.",
)
@click.option(
    "--weight",
    type=click.FloatRange(0, 1000, min_open=True),
    default=10.0,
    show_default=True,
    help="Checked claims that the list counts for.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="[default: LIST.prior.json]")
def import_command(
    list_file: Path,
    name: str,
    as_of: datetime,
    licence: str,
    domain_column: str,
    score_column: str,
    worst: float,
    best: float,
    labels: tuple[str, ...],
    weight: float,
    output: Path | None,
) -> None:
    """Make a dated list of outside ratings from LIST.csv, for `annotate sources SCORES --prior FILE`."""
    from annotate.sources.priors import encode_prior, read_list

    day: date = as_of.date()
    imported = read_list(
        list_file,
        name=name,
        as_of=day,
        licence=licence,
        domain_column=domain_column,
        score_column=score_column,
        worst=worst,
        best=best,
        labels=dict(_label(given) for given in labels),
        weight=weight,
    )
    output = output if output is not None else list_file.with_name(f"{list_file.stem}.prior.json")
    _write([encode_prior(imported.prior).decode()], output, [list_file])
    said = f"{output}: {len(imported.prior.domains):,} domains rated by {name} as of {day}"
    if imported.unrated:
        said += f"; {imported.unrated:,} rows without a domain or a score left out"
    if imported.ambiguous:
        shown = ", ".join(imported.ambiguous[:3]) + ("…" if len(imported.ambiguous) > 3 else "")
        said += f"; {len(imported.ambiguous):,} domains with different scores left out ({shown})"
    click.echo(said + ".", err=True)


def _label(given: str) -> tuple[str, float]:
    label, equals, value = given.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not equals or not label or not 0.0 <= number <= 1.0:
        raise AnnotateError(f"--label {given} is not LABEL=VALUE with a value from 0 to 1, as in --label mixed=0.5.")
    return label, number


def _write(pieces: Iterable[str], output: Path | None, inputs: list[Path]) -> None:
    """Write to a file, whole or not at all, or to standard output."""
    if output is None:
        for piece in pieces:
            sys.stdout.write(piece)
        return
    for given in inputs:
        if output.exists() and given.exists() and output.samefile(given):
            raise AnnotateError(f"The output {output} is also an input; give another output.")
    partial = output.with_name(f".{output.name}.{os.getpid()}.partial")
    try:
        try:
            with partial.open("w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise AnnotateError(
            f"Cannot write {output}: {error.strerror}; check the folder and its permissions."
        ) from error
