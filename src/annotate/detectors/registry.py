"""Which detectors are installed, and how a configuration turns into detectors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Final

import msgspec

from annotate.config import check_keys
from annotate.detectors.base import Detector
from annotate.errors import AnnotateError

GROUP: Final = "annotate.detectors"
_ID: Final = re.compile(r"[a-z][a-z0-9_]*@[1-9][0-9]*")


@cache
def installed() -> dict[str, type[Detector]]:
    """Every installed detector by name, sorted by name, so that flags come in the same order everywhere.

    Raises:
        AnnotateError: if an entry point cannot be loaded, is no detector, or takes a name already taken.
    """
    found: dict[str, type[Detector]] = {}
    origin: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        if origin.get(point.name) == point.value:
            continue  # the same package found twice on the path
        try:
            cls = point.load()
        except Exception as error:
            raise AnnotateError(
                f"Detector {point.name!r} ({point.value}) cannot be loaded: {error}; repair or uninstall its package."
            ) from error
        if not (isinstance(cls, type) and issubclass(cls, Detector)):
            raise AnnotateError(
                f"Entry point {point.value!r} in {GROUP!r} is not a Detector class; see annotate.detectors."
            )
        if not _ID.fullmatch(cls.id) or cls.id.split("@")[0] != point.name:
            raise AnnotateError(
                f"Detector {point.value!r} has the id {cls.id!r} but is registered as {point.name!r}; "
                f"the id must be '{point.name}@' and a version number."
            )
        if point.name in found:
            raise AnnotateError(
                f"Two packages register a detector {point.name!r}: {origin[point.name]} and {point.value}; "
                "uninstall one."
            )
        found[point.name] = cls
        origin[point.name] = point.value
    return found


def build(options: Mapping[str, Any]) -> tuple[Detector, ...]:
    """Make every installed detector with its options; ``false`` for a name leaves that detector out.

    Args:
        options: detector name → mapping of its options, or ``true`` / ``false``.

    Raises:
        AnnotateError: for an unknown detector, an unknown option or a value of the wrong type.
    """
    classes = installed()
    check_keys(options, classes, "detectors")
    built: list[Detector] = []
    for name, cls in classes.items():
        chosen = options.get(name, True)
        if chosen is False:
            continue
        values = {} if chosen in (True, None) else chosen
        if not isinstance(values, Mapping):
            raise AnnotateError(
                f"Configuration key detectors.{name} must be true, false or a mapping of options, not {chosen!r}."
            )
        check_keys(values, cls.__struct_fields__, f"detectors.{name}")
        try:
            built.append(msgspec.convert(dict(values), cls))
        except msgspec.ValidationError as error:
            raise AnnotateError(f"Configuration key detectors.{name}: {error}.") from error
    return tuple(built)
