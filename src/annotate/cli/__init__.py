"""The ``annotate`` command: parses, calls the library, prints. Each verb has a file of its own."""

from __future__ import annotations

import os
import sys
from typing import Any, Final

import click

from annotate import __version__
from annotate.cli.lazy import LazyGroup
from annotate.errors import AnnotateError

_COMMANDS: Final = {
    "score": ("annotate.cli.score", "Flag, score and judge documents."),
    "show": ("annotate.cli.show", "Show one document with its flags marked and explained."),
    "sources": ("annotate.cli.sources", "Rate the sources of scored documents, with the evidence."),
    "report": ("annotate.cli.report", "Make one page to look at: documents, flags, stories, sources."),
    "label": ("annotate.cli.label", "Hand documents to human labelers, fetch and measure what they say."),
    "learn": ("annotate.cli.learn", "Calibrate and refit on labels; says what got better."),
    "serve": ("annotate.cli.serve", "Run a Label Studio ML backend: live pre-marks."),
    "evaluate": ("annotate.cli.evaluate", "Compare records with gold: precision, recall, calibration."),
    "train": ("annotate.cli.train", "Train a shipped model again from data."),
    "terms": ("annotate.cli.terms", "Check a termbase or import one from TBX."),
    "detectors": ("annotate.cli.detectors", "List the installed detectors and what each needs."),
    "schema": ("annotate.cli.schema", "Print the JSON Schema of the input or of a record."),
}
"""Verb → module whose ``command`` is the click command, and its one-line help. Loaded only when called."""


@click.group(cls=LazyGroup, modules=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="annotate")
def cli() -> None:
    """Source-reliability and translation-quality annotator for English news."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line and exit: 0 fine, 1 some documents failed, 2 wrong usage or a run that could not go on."""
    try:
        code = cli.main(args=arguments, prog_name="annotate", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Interrupted; run the same command again to go on where it stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except AnnotateError as error:
        click.echo(f"annotate: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output went away (``| head``): nothing is wrong, and the interpreter must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
