"""Writes tables of figures into a model card, between two markers; the rest of the card stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from annotate.errors import AnnotateError

BEGIN: Final = "<!-- figures: written by annotate train, do not edit -->"
END: Final = "<!-- end of figures -->"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lay out a Markdown table; floats with three decimals."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines.extend("| " + " | ".join(_cell(value) for value in row) + " |" for row in rows)
    return lines


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return "–".join(_cell(part) for part in value)
    return str(value)


def write_card(path: Path, sections: dict[str, list[str]]) -> None:
    """Write sections (heading → lines) between the markers of an existing card; a missing card is left alone.

    Raises:
        AnnotateError: if the card lacks one of the markers.
    """
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise AnnotateError(
            f"{path} needs the lines {BEGIN!r} and {END!r} once each; put them where the figures belong."
        )
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    body = "\n\n".join("\n".join([f"### {heading}", "", *lines]) for heading, lines in sections.items())
    path.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")
