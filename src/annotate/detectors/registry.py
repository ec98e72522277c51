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


def required(cls: type[Detector]) -> tuple[str, ...]:
    """Name the options of a detector that have no default."""
    return tuple(field.name for field in msgspec.structs.fields(cls) if field.required)


def build(options: Mapping[str, Any], *, tier: str = "linear") -> tuple[Detector, ...]:
    """Make every installed detector with its options; ``false`` for a name leaves that detector out.

    A detector with an option that has no default is left out unless ``options`` names it.

    Args:
        options: detector name → mapping of its options, or ``true`` / ``false``.
        tier: for every detector that has an option of this name and is not given one.

    Raises:
        AnnotateError: for an unknown detector, an unknown option, a value of the wrong type, or an option that has no
            default and is not given.
    """
    classes = installed()
    check_keys(options, classes, "detectors")
    built: list[Detector] = []
    for name, cls in classes.items():
        needed = required(cls)
        chosen = options.get(name, not needed)
        if chosen is False:
            continue
        values = {} if chosen in (True, None) else chosen
        if not isinstance(values, Mapping):
            raise AnnotateError(
                f"Configuration key detectors.{name} must be true, false or a mapping of options, not {chosen!r}."
            )
        check_keys(values, cls.__struct_fields__, f"detectors.{name}")
        missing = [option for option in needed if option not in values]
        if missing:
            needs = f", which needs {', '.join(cls.needs)}" if cls.needs else ""
            raise AnnotateError(
                f"Configuration key detectors.{name} must set {' and '.join(missing)}; give "
                f"{'it a value' if len(missing) == 1 else 'them values'}, or leave out the detector{needs}."
            )
        try:
            shared = {"tier": tier} if "tier" in cls.__struct_fields__ else {}
            built.append(msgspec.convert({**shared, **values}, cls))
        except msgspec.ValidationError as error:
            raise AnnotateError(f"Configuration key detectors.{name}: {error}.") from error
    return tuple(built)
