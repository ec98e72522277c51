"""JSON Schemas (draft 2020-12) of what goes in and what comes out, shipped as files beside this module.

``record.schema.json`` is made from the record's own types by :mod:`annotate.schemas.generate`; the tests hold the
file to them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

NAMES: Final = ("input", "record")


def schema_text(name: str) -> str:
    """Read the text of a schema file, ``input`` or ``record``, ending in a newline.

    Raises:
        ValueError: for another name.
    """
    if name not in NAMES:
        raise ValueError(f"there is no schema {name!r}; the schemas are {', '.join(NAMES)}")
    return Path(__file__).with_name(f"{name}.schema.json").read_text(encoding="utf-8")


def load_schema(name: str) -> dict[str, Any]:
    """Load a schema, ``input`` or ``record``, as Python data ready for any JSON Schema validator.

    Raises:
        ValueError: for another name.
    """
    schema: dict[str, Any] = json.loads(schema_text(name))
    return schema
