"""The options that name a Label Studio server: the same for push, status and pull."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from annotate.labeling.client import Server

_Command = TypeVar("_Command", bound=Callable[..., Any])

_CONNECTION: Final = (
    click.option("--url", metavar="URL", help="Address of the server.  [default: $LABEL_STUDIO_URL]"),
    click.option(
        "--token-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="File that holds the token.  [default: the token in $LABEL_STUDIO_API_KEY]",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(0, min_open=True),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait for an answer.",
    ),
)


def connection_options(command: _Command) -> _Command:
    """Give a command the options that name a server."""
    for option in reversed(_CONNECTION):
        command = option(command)
    return command


def connect(url: str | None, token_file: Path | None, timeout: float) -> Server:
    """Connect as the options of :func:`connection_options` say."""
    from annotate.labeling.client import Server, find_token, find_url

    return Server(find_url(url), find_token(token_file), timeout=timeout)
