"""``annotate label select``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from annotate.labeling.selection import By, Selection

_SHARE = click.FloatRange(0, 1)


@click.command("select")
@click.argument("scores", type=click.Path(path_type=Path))
@click.option("-n", "number", type=click.IntRange(1), required=True, help="Documents to choose.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE", help="JSON lines.")
@click.option(
    "--by",
    type=click.Choice(["uncertainty", "score", "random", "mixed"]),
    default="mixed",
    show_default=True,
    help="Least certain; likeliest to be bad; by lot; or some of each.",
)
@click.option(
    "--random-share", type=_SHARE, help="Of `--by mixed`, chosen by lot for unbiased estimates.  [default: 0.2]"
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--exclude",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Labels, or an earlier selection: documents not to choose. May be given several times.",
)
@click.option(
    "--blind-share", type=_SHARE, default=0.1, show_default=True, help="To label without seeing what was flagged."
)
@click.option(
    "--overlap-share", type=_SHARE, default=0.2, show_default=True, help="To be labeled by several annotators."
)
@click.option("--overlap", type=click.IntRange(2), default=2, show_default=True, help="How many annotators these get.")
def command(
    scores: Path,
    number: int,
    output: Path,
    by: By,
    random_share: float | None,
    seed: int,
    exclude: tuple[Path, ...],
    blind_share: float,
    overlap_share: float,
    overlap: int,
) -> None:
    """Choose documents of SCORES to label: FILE gets a line for each, with its chance of being chosen.

    Documents of one story stand together and are all in the main arm or all in the blind one. The same scores, options
    and seed give the same choice.
    """
    from annotate.labeling.selection import read_excluded, select, write_selection
    from annotate.writing import read_records
    from annotate.writing.output import check_apart

    if random_share is not None and by != "mixed":
        raise click.UsageError("--random-share goes with --by mixed.")
    check_apart(output, [str(path) for path in (scores, *exclude)])
    chosen = select(
        read_records(scores),
        number,
        by=by,
        random_share=0.2 if random_share is None else random_share,
        seed=seed,
        exclude=read_excluded(exclude),
        blind_share=blind_share,
        overlap_share=overlap_share,
        overlap=overlap,
    )
    write_selection(output, chosen.documents)
    click.echo(_summary(output, chosen, round(number * blind_share)), err=True)


def _summary(output: Path, chosen: Selection, blind_wanted: int) -> str:
    documents = chosen.documents
    stories = len({d.story for d in documents if d.story is not None})
    blind = sum(d.split == "blind" for d in documents)
    several = sum(d.overlap > 1 for d in documents)
    left = f" ({chosen.excluded:,} labeled already left out)" if chosen.excluded else ""
    lines = [f"{output}: {len(documents):,} of {chosen.pool:,} documents{left}; stories: {stories:,}."]
    lines += [f"  {stratum}: {count:,}" for stratum, count in chosen.count().items()]
    wanted = f" ({blind_wanted:,} wanted; stories are kept whole)" if blind != blind_wanted else ""
    lines.append(f"  {blind:,} to label blind{wanted}; {several:,} for several annotators.")
    drawn = next((d.probability for d in documents if d.stratum == "random"), None)
    if drawn is None:
        lines.append("  None by lot: labels of these say nothing about the rest; --by mixed or random would.")
    else:
        lines.append(f"  Each drawn by lot stands for {1 / drawn:,.1f} documents (probability {drawn:.4g}).")
    return "\n".join(lines)
