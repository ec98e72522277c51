"""What a classifier's classes mean in our labels."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from annotate.documents import LABELS, Label, Severity
from annotate.errors import AnnotateError

_NO_SLUG: Final = re.compile(r"[^a-z0-9]+")


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The label that a class of a model stands for."""

    label: Label
    severity: Severity = "minor"


def targets(model: str, classes: Sequence[str], chosen: Mapping[str, Target | None]) -> dict[str, Target]:
    """Say what each class of a model is flagged as; a class that is not in the result is not flagged.

    Args:
        model: its name, for messages.
        classes: names of its classes.
        chosen: class → target, or None for a class not to be flagged. If empty, the classes named like one of our
            labels stand for it, with severity ``minor``.

    Raises:
        AnnotateError: if ``chosen`` names a class the model does not have, or no class would be flagged.
    """
    for name in chosen:
        if name not in classes:
            near = difflib.get_close_matches(name, classes, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"its classes: {', '.join(classes)}."
            raise AnnotateError(f"The model {model!r} has no class {name!r}; {hint}")
    if chosen:
        found = {name: target for name, target in chosen.items() if target is not None}
    else:
        known = {str(label): label for label in LABELS}
        found = {name: Target(known[slug(name)]) for name in classes if slug(name) in known}
    if not found:
        raise AnnotateError(
            f"No class of model {model!r} is given one of our labels; say with the option 'classes' what its classes "
            f"({', '.join(classes)}) are to be flagged as."
        )
    return found


def slug(name: str) -> str:
    """Spell a class as a reason is spelt: ``Machine_Translated`` → ``machine-translated``."""
    return _NO_SLUG.sub("-", name.lower()).strip("-") or "class"
