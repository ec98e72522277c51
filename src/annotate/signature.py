"""What exactly produced a score, in one line: the long form says it all, the short form is a digest of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import msgspec

from annotate import __version__
from annotate.config import Config
from annotate.corroboration.detectors import DETECTORS
from annotate.detectors.base import Detector

SCHEMA_VERSION: Final = 1
"""Version of the record; raised when a field changes its meaning or goes away."""

_LIBRARIES: Final = ("ftfy", "onnxruntime", "py3langid", "rapidfuzz", "sentencex", "trafilatura")
"""Dependencies whose own version can move an offset, a flag or a score."""


class Signature(msgspec.Struct, frozen=True):
    """Two records with the same signature were made by the same code, models and settings (after sacreBLEU)."""

    long: str
    """Every setting and resource: ``annotate|v:…|schema:…|fpr:…|det:…|res:…|lib:…|cfg:…``."""
    short: str
    """``annotate|v:…|schema:…|sig:…`` with the first 12 hexadecimal digits of the long form's SHA-256."""


def sign(config: Config, detectors: Iterable[Detector], models: Mapping[str, str]) -> Signature:
    """Make the signature of a configuration, the detectors built from it, and the models the verdict rests on.

    ``models`` is name → digest, like :meth:`Detector.resources`: the verdict needs them whichever detectors are on.
    """
    built = list(detectors)
    head = f"annotate|v:{__version__}|schema:{SCHEMA_VERSION}"
    comparing = sorted(DETECTORS) if config.corroboration.enabled else []
    ids = "+".join([*(type(d).id for d in built), *comparing])
    resources = _resources(built, models)
    options = {type(d).id: msgspec.to_builtins(d) for d in built}
    settings = {**msgspec.to_builtins(config), "detectors": options}
    del settings["learned"]  # where the file lies changes nothing; what it says is among the resources
    long = (
        f"{head}|fpr:{config.verdict.fpr:g}|det:{ids}|res:{_join(resources)}|lib:{_join(_library_versions())}"
        f"|cfg:{digest(msgspec.json.encode(settings, order='sorted'))}"
    )
    return Signature(long=long, short=f"{head}|sig:{digest(long.encode())}")


def basis(config: Config, detectors: Iterable[Detector], models: Mapping[str, str]) -> str:
    """Digest of what decides flags and their scores: detectors with their options, models, word lists, verdict, tier.

    What was learned from scores holds as long as this stays. The versions of libraries are not in it: what they move
    is less than what labels can tell.
    """
    built = list(detectors)
    options = {type(d).id: msgspec.to_builtins(d) for d in built}
    parts = (_resources(built, models), options, config.verdict, config.tier)
    return digest(msgspec.json.encode(parts, order="sorted"))


def _resources(detectors: Iterable[Detector], models: Mapping[str, str]) -> dict[str, str]:
    found = dict(models)
    for detector in detectors:
        found.update(detector.resources())
    return found


def digest(data: bytes) -> str:
    """First 12 hexadecimal digits of the SHA-256 of ``data``."""
    return hashlib.sha256(data).hexdigest()[:12]


def _join(parts: Mapping[str, str]) -> str:
    return "+".join(f"{name}@{parts[name]}" for name in sorted(parts))


def _library_versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found
