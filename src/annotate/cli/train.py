"""``annotate train``: train a shipped model again from data."""

from __future__ import annotations

import importlib
import logging
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import msgspec
import yaml

import annotate.training
from annotate.config import check_keys
from annotate.errors import AnnotateError
from annotate.models.archive import WEIGHTS_FOLDER


@click.command("train")
@click.argument("config", type=click.Path(path_type=Path))
@click.option(
    "--data", type=click.Path(path_type=Path), help="Folder of the training data, instead of the one CONFIG names."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write the model to. Default: where the installed package reads it.",
)
def command(config: Path, data: Path | None, out: Path | None) -> None:
    """Train the model that CONFIG (YAML, see configs/train/) describes, and print its figures as JSON."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = read_settings(config)
    name = settings.pop("model")
    if data is not None:
        settings["data"] = str(data)
    folder = Path(str(settings.get("data", "")))
    if not folder.is_dir():
        raise AnnotateError(f"The folder of training data {folder} does not exist; name it with --data or in {config}.")
    module = _load(name)
    figures = module.train(settings, out if out is not None else getattr(module, "OUT", WEIGHTS_FOLDER))
    click.echo(msgspec.json.format(msgspec.json.encode(figures, order="sorted"), indent=2))


def trainers() -> list[str]:
    """Name every module of :mod:`annotate.training` that can train a model, sorted."""
    names = [module.name for module in pkgutil.iter_modules(annotate.training.__path__)]
    return sorted(name for name in names if hasattr(_load(name), "train"))


def _load(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"annotate.training.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("annotate"):
            raise
        raise AnnotateError(
            f"Training needs {error.name}: install it with `pip install 'annotate[train,transformers]'`."
        ) from error


def read_settings(path: Path) -> dict[str, Any]:
    """Read a training configuration and check that its ``model`` can be trained.

    Raises:
        AnnotateError: if it cannot be read, is no mapping, or names no model or an unknown one.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AnnotateError(
            f"Cannot read the training configuration {path}: {error.strerror}; check the path."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AnnotateError(
            f"The training configuration {path} is not valid YAML: {' '.join(str(error).split())}."
        ) from error
    if not isinstance(found, Mapping) or not isinstance(found.get("model"), str):
        raise AnnotateError(
            f"The training configuration {path} must be a mapping with a key 'model', as in configs/train/."
        )
    check_keys([found["model"]], trainers(), "model")
    return dict(found)
