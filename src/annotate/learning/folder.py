"""The folder that learning fills: a configuration to score with, the weights it names, a report, a list of sources."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from annotate.errors import AnnotateError
from annotate.learning.learn import Outcome
from annotate.learning.learned import encode_learned
from annotate.sources.priors import encode_prior

CONFIG: Final = "config.yaml"
WEIGHTS: Final = "learned.json"
REPORT: Final = "report.json"
SOURCES: Final = "sources.prior.json"


def write_folder(folder: Path, outcome: Outcome, base: Path | None) -> list[Path]:
    """Write what was learned; an earlier result in the folder is replaced.

    Args:
        folder: made if it is not there.
        outcome: what was learned.
        base: the configuration that the scores were made with; None for the defaults.

    Returns:
        The files: ``config.yaml`` (the configuration of ``base`` with the key ``learned``), ``learned.json``,
        ``report.json`` and, where sources were rated, ``sources.prior.json``.

    Raises:
        AnnotateError: if one cannot be written, or would replace ``base``.
    """
    settings: dict[str, Any] = {}
    if base is not None:
        if (folder / CONFIG).exists() and base.samefile(folder / CONFIG):
            raise AnnotateError(f"{base} would be overwritten; give another folder for what is learned.")
        settings = yaml.safe_load(base.read_text(encoding="utf-8")) or {}
    settings["learned"] = WEIGHTS
    config = yaml.safe_dump(settings, sort_keys=False, allow_unicode=True, width=100).encode()
    files = {
        WEIGHTS: encode_learned(outcome.learned),
        REPORT: msgspec.json.format(msgspec.json.encode(outcome.report), indent=1) + b"\n",
        CONFIG: b"# annotate score -c this file; leave it out and the scores are as before.\n" + config,
    }
    if outcome.sources is not None:
        files[SOURCES] = encode_prior(outcome.sources)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if outcome.sources is None:
            (folder / SOURCES).unlink(missing_ok=True)
        for name, content in files.items():
            partial = folder / f".{name}.{os.getpid()}.partial"
            partial.write_bytes(content)
            partial.replace(folder / name)
    except OSError as error:
        raise AnnotateError(
            f"Cannot write {folder}: {error.strerror or error}; check the folder and its permissions."
        ) from error
    return [folder / name for name in files]
