"""``annotate label export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotate.cli.common import read_texts
from annotate.config import load_config
from annotate.documents import SEVERITIES, Severity

if TYPE_CHECKING:
    from annotate.labeling import Exported
    from annotate.labeling.exporting.exporter import Target


def _checks(ctx: click.Context, param: click.Parameter, given: str) -> float:
    """How many: ``12``, or a share of the documents: ``5%``."""
    share = given.endswith("%")
    try:
        number = float(given.removesuffix("%"))
    except ValueError:
        number = -1.0
    if not (0 <= number < 100 if share else number >= 0 and number == int(number)):
        raise click.BadParameter(f"{given!r} is neither a whole number nor a share like 5%.")
    return number / 100 if share else number


@click.command("export")
@click.argument("scores", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Folder to write to."
)
@click.option(
    "--to",
    "target",
    type=click.Choice(["labelstudio", "doccano", "inception", "jsonl", "csv"]),
    default="labelstudio",
    show_default=True,
    help="Labeling tool, or plain files.",
)
@click.option("-c", "--config", type=click.Path(path_type=Path), help="The configuration that INPUTs were scored with.")
@click.option(
    "--selection",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `annotate label select` chose: only these; its blind ones go to DIR/blind.",
)
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
@click.option(
    "--checks",
    callback=_checks,
    default="0",
    metavar="N|SHARE%",
    help="Copies with a planted fault that an attentive reader marks; silent.",
)
@click.option(
    "--loud-checks",
    callback=_checks,
    default="0",
    metavar="N|SHARE%",
    help="The same; their title says what they are.",
)
@click.option(
    "--gold",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Gold of scored documents, to go among the tasks. What is a check or gold stands only in DIR/key.jsonl.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of checks and their places.")
def command(
    scores: Path,
    inputs: tuple[str, ...],
    output: Path,
    target: Target,
    config: Path | None,
    selection: Path | None,
    min_score: float,
    min_severity: Severity,
    blind: bool,
    checks: float,
    loud_checks: float,
    gold: Path | None,
    seed: int,
) -> None:
    """Write the records of SCORES as an import for a labeling tool, with guidelines.html.

    For Label Studio: DIR/tasks.json and config.xml. The texts come from SCORES if it was made with --with-text, else
    from the INPUTs that were scored. Nothing is sent anywhere; every offset, label and score is checked, and the files
    are read back, before anything appears.
    """
    from annotate.labeling import export

    documents = read_texts(inputs, load_config(config))
    done = export(
        scores,
        documents,
        output,
        to=target,
        selection=selection,
        minimum_score=min_score,
        minimum_severity=min_severity,
        blind=blind,
        checks=checks,
        loud_checks=loud_checks,
        gold=gold,
        seed=seed,
    )
    for line in _summary(done, output, target, blind=blind):
        click.echo(line, err=True)


def _summary(done: Exported, output: Path, target: Target, *, blind: bool) -> list[str]:
    main = [name for name in done.files if not name.startswith("blind/")]
    files = main[0] if len(main) == 1 else f"{main[0]} … {main[-1]}"
    what = "without predictions" if blind else f"with {_number(done.flags, 'flag')}"
    if done.flags_below:
        what += f" ({done.flags_below} below the minimum left out)"
    config = "config.xml, " if target == "labelstudio" else ""
    lines = [f"Wrote {_number(done.tasks, 'task')} {what} to {output / files}, {config}guidelines.html."]
    if done.blind:
        lines.append(
            f"{_number(done.blind, 'task')} without predictions in {output / 'blind'}, for a project of its own."
        )
    if done.checks or done.gold:
        lines.append(
            f"Among them {_number(done.checks, 'attention check')} and {_number(done.gold, 'gold item')}: "
            f"{output / 'key.jsonl'} tells which; keep it from labelers."
        )
    if done.checks < done.checks_wanted:
        lines.append(
            f"{_number(done.checks_wanted - done.checks, 'attention check')} fewer than wanted: too few documents are "
            "long enough and not garbled."
        )
    if target == "labelstudio" and (done.others or done.others_missing):
        gone = f"; for {done.others_missing} it is not among the scores" if done.others_missing else ""
        lines.append(f"{_number(done.others, 'task')} with the other document that disagrees beside the text{gone}.")
    lines += [f"{_number(number, f'{status} document')}: no task." for status, number in done.without_task.items()]
    return lines


def _number(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
