"""``annotate learn``: from labels to a configuration that scores better."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from annotate.cli.common import echo_report
from annotate.errors import AnnotateError

_BETWEEN = click.FloatRange(0, 1, min_open=True, max_open=True)


@click.command("learn")
@click.argument("labels", type=click.Path(path_type=Path))
@click.argument("scores", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for config.yaml, learned.json, report.json and sources.prior.json.",
)
@click.option(
    "-c", "--config", "config_path", type=click.Path(path_type=Path), help="The configuration SCORES was made with."
)
@click.option(
    "--key", type=click.Path(path_type=Path), help="key.jsonl of the export: attention checks and gold items."
)
@click.option(
    "--precision",
    type=_BETWEEN,
    metavar="P",
    help="Drop the flags of a label that keep it below this share of confirmed ones.  [default: drop none]",
)
@click.option(
    "--confidence",
    type=click.FloatRange(0.5, 1, max_open=True),
    default=0.8,
    show_default=True,
    help="Probability with which that precision is to be reached.",
)
@click.option("--no-heads", is_flag=True, help="Change scores by their score alone, never by what else a flag is.")
@click.option("--resamples", type=click.IntRange(1), default=1000, show_default=True, help="Resamples for intervals.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the resampling.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def command(
    labels: Path,
    scores: Path,
    output: Path,
    config_path: Path | None,
    key: Path | None,
    precision: float | None,
    confidence: float,
    no_heads: bool,
    resamples: int,
    seed: int,
    as_json: bool,
) -> None:
    """Calibrate and refit on LABELS (of `annotate label pull`), which are about the records of SCORES.

    Flags get scores that hold what they promise, verdicts likewise; with --precision, flags too often wrong go; where
    more than the score tells right flags from wrong ones, it is used. Each is kept only if it does better on labels it
    was not fitted on; the tables say what got better and what was left alone. `annotate score -c DIR/config.yaml` uses
    the result, with a signature of its own; without it nothing has changed. `annotate sources SCORES --prior
    DIR/sources.prior.json` uses what annotators said of sources.
    """
    from annotate.config import load_config
    from annotate.evaluation.figures import Resampling
    from annotate.labeling.attention import apply_key, read_key
    from annotate.labeling.labels import read_labels
    from annotate.learning.fitting import Options
    from annotate.learning.folder import CONFIG, write_folder
    from annotate.learning.learn import learn
    from annotate.learning.report import render
    from annotate.scorer import Scorer
    from annotate.writing import read_records

    config = load_config(config_path)
    if config.learned is not None:
        raise AnnotateError(
            f"{config_path} scores with what was learned before; score again with the configuration that was learned "
            "on, and give that."
        )
    scorer = Scorer(config)
    alone = msgspec.structs.replace(config, corroboration=msgspec.structs.replace(config.corroboration, enabled=False))
    outcome = learn(
        apply_key(read_key(key) if key is not None else (), read_labels(labels)),
        read_records(scores),
        Options(precision, confidence, not no_heads),
        basis=scorer.basis,
        resampling=Resampling(resamples, seed),
    )
    made_with = outcome.report.signature
    if made_with not in (scorer.signature.short, Scorer(alone).signature.short):
        raise AnnotateError(
            f"{scores} was made with {made_with}, but {config_path or 'the default configuration'} gives "
            f"{scorer.signature.short}; give the configuration that it was made with (what --tier and --story-key of "
            "score set belongs in it too), or score again."
        )
    written = write_folder(output, outcome, config_path)
    report = outcome.report
    echo_report(report, render, as_json=as_json)
    click.echo(f"results:  {', '.join(map(str, written))}\nnext:     annotate score -c {output / CONFIG} …", err=True)
