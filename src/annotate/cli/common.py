"""What several commands do alike: read the texts that were scored, and print a report for people or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from annotate.config import Config
    from annotate.documents import Document, Unread

T = TypeVar("T")


def read_texts(inputs: tuple[str, ...], config: Config) -> Iterable[Document | Unread]:
    """Read the inputs that scores were made from; without inputs there are none, and standard input is left alone."""
    from annotate.reading import read

    return read(inputs, config.reading, sys.stdin.buffer) if inputs else ()


def echo_json(report: object) -> None:
    """Print a report as indented JSON."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(report)).decode())


def echo_report(report: T, render: Callable[[T], str], *, as_json: bool) -> None:
    """Print a report as JSON, or as ``render`` puts it, which ends in a newline of its own."""
    if as_json:
        echo_json(report)
    else:
        click.echo(render(report), nl=False)
