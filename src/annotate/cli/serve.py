"""``annotate serve``: a Label Studio ML backend."""

from __future__ import annotations

import importlib.util
import logging
import os
from pathlib import Path
from typing import Final, Literal

import click
import msgspec

from annotate.config import load_config
from annotate.documents import SEVERITIES, Severity
from annotate.errors import AnnotateError

_VARIABLE: Final = "ANNOTATE_SERVE_AUTH"


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9090, show_default=True, help="Port; 0 takes one that is free."
)
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Configuration (YAML) instead of the defaults.")
@click.option("--tier", type=click.Choice(["auto", "linear", "encoder"]), help="Models that answer, as in score.")
@click.option(
    "--min-score", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Show only flags this likely."
)
@click.option(
    "--min-severity",
    type=click.Choice(SEVERITIES),
    default=SEVERITIES[0],
    show_default=True,
    help="Show only flags this severe.",
)
@click.option(
    "--max-tasks", type=click.IntRange(1), default=50, show_default=True, help="Tasks that one request may have."
)
@click.option(
    "--max-bytes", type=click.IntRange(1), default=10_000_000, show_default=True, help="Bytes that it may have."
)
@click.option(
    "--auth-file",
    type=click.Path(path_type=Path),
    help=f"File with NAME:PASSWORD that Label Studio must give; or in the environment, {_VARIABLE}.",
)
def command(
    host: str,
    port: int,
    config: Path | None,
    tier: Literal["auto", "linear", "encoder"] | None,
    min_score: float,
    min_severity: Severity,
    max_tasks: int,
    max_bytes: int,
    auth_file: Path | None,
) -> None:
    """Run a Label Studio ML backend: live pre-marks for single tasks.

    The predictions are those of `annotate score --alone`, byte for byte what `annotate label push` stores. Connect it
    in Label Studio under Settings, Model. For many tasks, push.
    """
    if importlib.util.find_spec("starlette") is None or importlib.util.find_spec("uvicorn") is None:
        raise AnnotateError("The ML backend needs Starlette and uvicorn: pip install 'annotate[serve]'.")
    from annotate.serve.app import LOG, make_app
    from annotate.serve.predictions import Predictor
    from annotate.serve.server import is_loopback, listen, run

    settings = load_config(config)
    if tier is not None:
        settings = msgspec.structs.replace(settings, tier=tier)
    credentials = _credentials(auth_file)
    with listen(host, port) as opened:
        predictor = Predictor(settings, minimum_score=min_score, minimum_severity=min_severity)
        app = make_app(predictor, max_tasks=max_tasks, max_bytes=max_bytes, credentials=credentials)
        if not is_loopback(host):
            what = "sends name, password and texts unencrypted" if credentials else "has no authentication"
            click.echo(f"Warning: {host} can be reached from other machines, and this server {what}.", err=True)
        address = f"[{host}]" if ":" in host else host
        click.echo(
            f"Serving {predictor.model_version} on http://{address}:{opened.getsockname()[1]}; Ctrl+C stops.", err=True
        )
        logging.basicConfig(format="%(asctime)s %(message)s")
        LOG.setLevel(logging.INFO)
        run(app, opened)
    click.echo("Stopped.", err=True)


def _credentials(file: Path | None) -> tuple[str, str] | None:
    """Name and password from the file or the environment; never from the command line, which others can list."""
    where = _VARIABLE if file is None else str(file)
    try:
        given = os.environ.get(_VARIABLE) if file is None else file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a text"
        raise AnnotateError(f"Cannot read {file}: {why}; check the path.") from error
    if given is None:
        return None
    name, colon, password = given.partition(":")
    if not (name and colon and password and given.isascii() and given.isprintable()):
        raise AnnotateError(f"{where} must hold NAME:PASSWORD on one line, in ASCII.")
    return name, password
