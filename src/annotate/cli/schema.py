"""``annotate schema``: print a JSON Schema."""

from __future__ import annotations

import click

from annotate.schemas import NAMES, schema_text


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
def command(name: str) -> None:
    """Print the JSON Schema (draft 2020-12) of one document of INPUT or of one RECORD."""
    click.echo(schema_text(name), nl=False)
