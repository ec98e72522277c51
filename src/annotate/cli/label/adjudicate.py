"""``annotate label adjudicate``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from annotate.cli.common import echo_json, read_texts
from annotate.errors import AnnotateError
from annotate.labeling.adjudication.settle import LEAST_AGREEMENT, METHODS, Adjudication, Method
from annotate.labeling.agreement.gather import LABELING_SPLITS
from annotate.labeling.labels import Split
from annotate.writing.columns import columns


@click.command("adjudicate")
@click.argument("labels", type=click.Path(path_type=Path))
@click.argument("inputs", nargs=-1, metavar="[INPUT]...")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="SETTLED.jsonl")
@click.option("--auto", "method", type=click.Choice(METHODS), default="majority", show_default=True)
@click.option(
    "--least-agreement",
    type=click.FloatRange(0, 1),
    default=LEAST_AGREEMENT,
    show_default=True,
    help="Documents whose annotators agree less are disputed; 0 disputes none.",
)
@click.option(
    "--disputed",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the disputed documents as a Label Studio import.",
)
@click.option(
    "--decided",
    type=click.Path(path_type=Path),
    metavar="LABELS2",
    help="Labels pulled from the project of disputed documents: they settle those.",
)
@click.option("--gold", type=click.Path(path_type=Path), metavar="GOLD.jsonl", help="Also for `annotate evaluate`.")
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Also write how each answer and span was settled: votes and, by Dawid-Skene, probabilities.",
)
@click.option("--keep-single", is_flag=True, help="Take documents that one annotator did alone as they stand.")
@click.option(
    "--split",
    "splits",
    multiple=True,
    type=click.Choice(get_args(Split)),
    default=LABELING_SPLITS,
    show_default=True,
    help="Documents to take, by why they were given out.",
)
@click.option(
    "--scores",
    type=click.Path(path_type=Path),
    help="The scores that were labeled, for the texts of disputed documents.",
)
@click.option("-c", "--config", type=click.Path(path_type=Path), help="The configuration that INPUTs were scored with.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(
    labels: Path,
    inputs: tuple[str, ...],
    output: Path,
    method: Method,
    least_agreement: float,
    disputed: Path | None,
    decided: Path | None,
    gold: Path | None,
    decisions: Path | None,
    keep_single: bool,
    splits: tuple[Split, ...],
    scores: Path | None,
    config: Path | None,
    form: str,
) -> None:
    """Settle what the annotators in LABELS disagree on: by rule where they agree enough, by a person elsewhere.

    Documents on which they do not agree enough can be written as a Label Studio import with each annotator's marks in
    a tab. What adjudicators make of them comes back with --decided. Texts come from LABELS if it was pulled
    --with-text, else from --scores and the INPUTs that were scored.
    """
    from annotate.config import load_config
    from annotate.labeling.adjudication import adjudicate
    from annotate.labeling.adjudication.gold import write_decisions, write_gold
    from annotate.labeling.labels import read_labels, write_labels

    for path in (output, gold, decisions):
        if path is not None and path.exists() and any(path.samefile(p) for p in (labels, decided) if p is not None):
            raise AnnotateError(f"The output {path} is also an input; give another output.")
    done = adjudicate(
        read_labels(labels),
        method,
        least_agreement=least_agreement,
        decided=read_labels(decided) if decided is not None else (),
        keep_single=keep_single,
        splits=splits,
    )
    if disputed is not None and done.disputed:
        from annotate.labeling.adjudication.disputed import find_texts, write_disputed

        documents = read_texts(inputs, load_config(config))
        write_disputed(disputed, done.disputed, find_texts(done.disputed, scores, documents))
    notes = []
    if gold is not None:
        written = write_gold(gold, done.settled)
        notes.append(f"{gold}: {written.documents:,} documents, {written.without_origin:,} with their origin open")
        if written.without_severity:
            notes.append(f"{gold}: {written.without_severity:,} spans without a severity stand as minor")
    if decisions is not None:
        write_decisions(decisions, done.decisions)
    write_labels(output, done.settled)
    if form == "json":
        echo_json(_summary(done))
    else:
        click.echo(_table(done, disputed), nl=False)
    for note in notes:
        click.echo(f"{note}.", err=True)


def _summary(done: Adjudication) -> dict[str, object]:
    return {
        "settled": len(done.settled),
        "by_rule": done.by_rule,
        "by_person": done.by_person,
        "single": done.single,
        "single_kept": done.single_kept,
        "disputed": [dispute.agreement for dispute in done.disputed],
        "causes": done.causes,
        "annotators": done.annotators,
    }


def _table(done: Adjudication, folder: Path | None) -> str:
    single = "taken as they stand" if done.single_kept else "left out"
    where = f", written to {folder}" if folder is not None and done.disputed else ""
    lines = [
        f"Documents settled: {len(done.settled):,} (by rule {done.by_rule:,}, by a person {done.by_person:,}).",
        f"Disputed: {len(done.disputed):,}{where}.",
        f"By one annotator alone: {done.single:,}, {single}.",
    ]
    if done.causes:
        lines.append("Causes: " + ", ".join(f"{cause} {number:,}" for cause, number in done.causes.items()) + ".")
    if done.annotators:
        lines += ["", "Annotators against what was settled (which they had a part in)"]
        rows: list[tuple[str, ...]] = [("annotator", "docs", "origin", "precision", "recall", "score off by")]
        rows += [
            (a.annotator, f"{a.documents:,}", *map(_number, (a.origin, a.precision, a.recall, a.score_difference)))
            for a in done.annotators
        ]
        lines.append(columns(rows))
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
