"""``annotate terms``: check termbases and import them from TBX."""

from __future__ import annotations

from pathlib import Path

import click

from annotate.errors import AnnotateError
from annotate.termbases.matching import load_checked
from annotate.termbases.model import LANGUAGES
from annotate.termbases.tbx import import_tbx, to_yaml


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Check a termbase or import one from TBX."""


@command.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Read termbases as scoring would, and say what is in them; the first mistake is named and ends the check."""
    for file in files:
        termbase = load_checked(file)
        languages = sorted({code for entry in termbase.entries for code in entry.sources})
        terms = sum(len(entry.terms) for entry in termbase.entries)
        click.echo(
            f"{file}: {termbase.name}, {len(termbase.entries)} entries, {terms} terms, "
            f"languages {' '.join(languages) or 'none'}, license {termbase.license}"
        )


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="YAML file to write.")
@click.option("--from", "source", required=True, help="Language that explains the wrong terms (ISO 639-1).")
@click.option("--to", "target", default="en", show_default=True, help="Language of the documents (ISO 639-1).")
@click.option("--domain", help="Domain of the concepts that name none.")
def import_(file: Path, output: Path, source: str, target: str, domain: str | None) -> None:
    """Make a termbase from TBX: terms it calls deprecated are wrong, its preferred and admitted ones are expected."""
    for code in (source, target):
        if code not in LANGUAGES:
            raise AnnotateError(f"{code!r} is not a language code of ISO 639-1; give two letters such as 'de'.")
    imported = import_tbx(file, source, target, domain)
    try:
        output.write_text(to_yaml(imported.termbase), encoding="utf-8")
    except OSError as error:
        raise AnnotateError(
            f"Cannot write {output}: {error.strerror}; check the folder and its permissions."
        ) from error
    click.echo(
        f"{output}: {len(imported.termbase.entries)} entries from {imported.concepts} concepts; left out: "
        f"{imported.without_deprecated} without a deprecated {target} term, "
        f"{imported.without_expected} without one to use instead.",
        err=True,
    )
