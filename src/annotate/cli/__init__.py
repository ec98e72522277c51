"""The ``annotate`` command: parses, calls the library, prints. Each verb has a file of its own."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, Final

import click

from annotate import __version__
from annotate.errors import AnnotateError

_COMMANDS: Final = {
    "score": ("annotate.cli.score", "Flag, score and judge documents."),
    "show": ("annotate.cli.show", "Show one document with its flags marked and explained."),
    "sources": ("annotate.cli.sources", "Rate the sources of scored documents, with the evidence."),
    "label": ("annotate.cli.label", "Hand scored documents to human labelers."),
    "evaluate": ("annotate.cli.evaluate", "Compare records with gold: precision, recall, calibration."),
    "train": ("annotate.cli.train", "Train a shipped model again from data."),
    "terms": ("annotate.cli.terms", "Check a termbase or import one from TBX."),
    "detectors": ("annotate.cli.detectors", "List the installed detectors and what each needs."),
    "schema": ("annotate.cli.schema", "Print the JSON Schema of the input or of a record."),
}
"""Verb → module whose ``command`` is the click command, and its one-line help. Loaded only when called."""


class _LazyGroup(click.Group):
    """Imports a command's module only when it is used, so that every start is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx=error.ctx) from error
            raise


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
