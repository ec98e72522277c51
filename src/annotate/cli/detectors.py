"""``annotate detectors``: what is installed, with versions, and what each needs."""

from __future__ import annotations

import json
import shutil
import textwrap
from importlib.metadata import entry_points
from typing import Any

import click
import msgspec

from annotate.documents import LABELS


@click.command("detectors")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array instead of a table.")
def command(as_json: bool) -> None:
    """List the installed detectors: version, labels, options with their defaults, needs, and where they come from.

    Options without a default must be set for a detector to run.
    """
    rows = described()
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    width = max(shutil.get_terminal_size().columns, 40)
    for row in rows:
        click.echo(f"{row['id']}  {'any label' if len(row['labels']) == len(LABELS) else ', '.join(row['labels'])}")
        options = ", ".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in row["options"].items()
        )
        needs = f"Needs {', '.join(row['needs'])}." if row["needs"] else ""
        off = f"Off unless the configuration sets {' and '.join(row['required'])}." if row["required"] else ""
        about = row["about"][:1].upper() + row["about"][1:].rstrip(".") + "."
        for line in (about, f"Options: {options}" if options else "", off, needs, f"From {row['package']}."):
            for part in textwrap.wrap(line, width - 4, break_on_hyphens=False, break_long_words=False):
                click.echo(f"    {part}")


def described() -> list[dict[str, Any]]:
    """Each detector as plain data: those that compare the documents of a story, then the installed ones, by name.

    Raises:
        AnnotateError: if one cannot be loaded; see :func:`annotate.detectors.installed`.
    """
    from annotate import __version__
    from annotate.corroboration.detectors import DETECTORS
    from annotate.detectors import installed
    from annotate.detectors.registry import GROUP, required

    packages = {point.name: _package(point.dist) for point in entry_points(group=GROUP)}
    comparing = [
        {
            "id": name,
            "labels": [label],
            "about": about,
            "options": {},
            "required": [],
            "needs": ["other documents of the same story"],
            "package": f"annotate {__version__}",
        }
        for name, (label, about) in sorted(DETECTORS.items())
    ]
    return comparing + [
        {
            "id": cls.id,
            "labels": list(cls.labels),
            "about": cls.about,
            "options": {
                field.name: msgspec.to_builtins(
                    field.default_factory() if callable(field.default_factory) else field.default
                )
                for field in msgspec.structs.fields(cls)
                if not field.required
            },
            "required": list(required(cls)),
            "needs": list(cls.needs),
            "package": packages[name],
        }
        for name, cls in installed().items()
    ]


def _package(distribution: Any) -> str:
    return f"{distribution.name} {distribution.version}" if distribution is not None else "an unnamed package"
