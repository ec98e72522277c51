"""Everything a labeling server does not check: offsets, slices, labels, scores, characters.

Label Studio stores a region of an unknown label, a score of 1.5, an end before its start or a wrong copy of the words
without a complaint and shows nonsense later. So nothing is written here that has not passed these checks. Every
refusal is one sentence that names the document, the flag and the value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from annotate.documents import LABELS, SEVERITIES
from annotate.errors import AnnotateError
from annotate.labeling.configuration import Configuration, Control

_REMEDY: Final = "score the document again, or repair the record"
# PostgreSQL refuses NUL, UTF-8 refuses lone surrogates.
_UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


def check_flag(flag: Any, text: str, where: str) -> None:
    """Check one flag, as plain data, against the text it is on.

    Args:
        flag: the flag as decoded from JSON.
        text: the document's text.
        where: names the document and the flag, e.g. ``scores.jsonl, line 3, document '004', flag 2``.

    Raises:
        AnnotateError: for the first thing wrong.
    """
    if not isinstance(flag, Mapping):
        raise _refusal(where, f"must be an object, not {shown(flag)}")
    words = flag.get("text")
    place = f"{where} {shown(words)} [{shown(flag.get('start'))}, {shown(flag.get('end'))})"
    check_range(flag.get("start"), flag.get("end"), words, text, place)
    if flag.get("label") not in LABELS:
        raise _refusal(place, f"has the label {shown(flag.get('label'))}, which is not in the label list")
    if flag.get("severity") not in SEVERITIES:
        raise _refusal(place, f"has the severity {shown(flag.get('severity'))}, not one of {', '.join(SEVERITIES)}")
    check_probability(flag.get("score"), place, "score")


def check_range(start: Any, end: Any, words: Any, text: str, where: str) -> None:
    """Check that ``[start, end)`` is a non-empty range of code points inside the text and holds ``words``.

    Raises:
        AnnotateError: if not.
    """
    for name, value in (("start", start), ("end", end)):
        if not isinstance(value, int) or isinstance(value, bool):
            raise _refusal(where, f"has the {name} {shown(value)}, which is not a whole number of code points")
    if start < 0:
        raise _refusal(where, f"has the start {start}, before the text begins")
    if start >= end:
        raise _refusal(where, f"has the start {start} at or after its end {end}")
    if end > len(text):
        raise _refusal(where, f"has the end {end}, beyond the text's {len(text)} code points")
    if text[start:end] != words:
        raise _refusal(where, f"says {shown(words)} where the text has {shown(text[start:end])}")


def check_probability(value: Any, where: str, name: str) -> None:
    """Check that a value is a finite number from 0 to 1.

    Raises:
        AnnotateError: if not.
    """
    check_number(value, 0, 1, where, name)


def check_number(value: Any, low: float, high: float, where: str, name: str) -> None:
    """Check that a value is a finite number from ``low`` to ``high``.

    Raises:
        AnnotateError: if not.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not low <= value <= high:
        raise _refusal(where, f"has the {name} {shown(value)}, which is not a number from {low:g} to {high:g}")


def check_characters(value: Any, where: str) -> None:
    """Check that no string anywhere in ``value`` holds what a server cannot store, and that every number is finite.

    Raises:
        AnnotateError: if one does.
    """
    if isinstance(value, str):
        found = None if value.isascii() and "\0" not in value else _UNSTORABLE.search(value)
        if found:
            what = "a NUL character" if found.group() == "\0" else f"the lone surrogate U+{ord(found.group()):04X}"
            raise _refusal(where, f"holds {what} at code point {found.start()}, which no server can store")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _refusal(where, f"holds the number {value}, which JSON cannot carry")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            check_characters(key, where)
            check_characters(item, where)
    elif isinstance(value, (list, tuple)):
        for item in value:
            check_characters(item, where)


def check_task(task: Any, configuration: Configuration, where: str) -> None:
    """Check a whole task, as plain data, against the labeling configuration it is meant for.

    Raises:
        AnnotateError: for the first thing wrong.
    """
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping):
        raise _refusal(where, "is not a task with data")
    where = f"{where}, document {shown(data.get('doc_id'))}"
    check_characters(task, where)
    for field in sorted(configuration.fields):
        if field not in data:
            raise _refusal(where, f"has no {field!r}, which the labeling configuration shows")
    for name in ("text", "title", "doc_id", "sha256"):
        if not isinstance(data.get(name), str) or not data[name]:
            raise _refusal(where, f"has the {name} {shown(data.get(name))}, which must be a text that is not empty")
    for number, prediction in enumerate(task.get("predictions", []), 1):
        here = f"{where}, prediction {number}"
        check_probability(prediction.get("score"), here, "score")
        if not isinstance(prediction.get("model_version"), str) or not prediction["model_version"]:
            raise _refusal(here, f"has the model version {shown(prediction.get('model_version'))}")
        _check_results(prediction.get("result", []), configuration, data, here)


def _check_results(results: Iterable[Any], configuration: Configuration, data: Mapping[str, Any], where: str) -> None:
    seen: set[tuple[Any, Any]] = set()
    regions: dict[Any, tuple[Any, Any]] = {}
    for result in results:
        place = f"{where}, result {shown(result.get('id'))} of {shown(result.get('from_name'))}"
        control = configuration.controls.get(result.get("from_name"))
        if control is None or control.type != result.get("type") or control.to_name != result.get("to_name"):
            raise _refusal(place, f"of type {shown(result.get('type'))} fits no control of the labeling configuration")
        key = (result.get("id"), result["from_name"])
        if not isinstance(key[0], str) or not key[0] or key in seen:
            raise _refusal(place, "has an id that is missing or used twice")
        seen.add(key)
        value = result.get("value")
        if not isinstance(value, Mapping):
            raise _refusal(place, f"has the value {shown(value)}")
        if control.per_region:
            text = data[configuration.objects[control.to_name]]
            check_range(value.get("start"), value.get("end"), value.get("text"), text, place)
            span = (value["start"], value["end"])
            if regions.setdefault(key[0], span) != span:
                raise _refusal(place, f"lies at {span}, but the region of that id at {regions[key[0]]}")
        _check_value(value, control, place)
        if "score" in result:
            check_probability(result["score"], place, "score")


def _check_value(value: Mapping[str, Any], control: Control, where: str) -> None:
    if control.type in ("labels", "choices"):
        chosen = value.get(control.type)
        if not isinstance(chosen, list) or len(chosen) != 1 or chosen[0] not in control.values:
            raise _refusal(where, f"has the {control.type} {shown(chosen)}, not exactly one on offer")
    elif control.type in ("rating", "number"):
        check_number(value.get(control.type), control.minimum, control.maximum, where, control.type)


def shown(value: Any) -> str:
    """Give a value as it stands in a message: on one line, whatever it holds, and not too long."""
    said = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return said if len(said) <= 60 else said[:40] + " … " + said[-15:]


def _refusal(where: str, what: str) -> AnnotateError:
    return AnnotateError(f"{where} {what}; {_REMEDY}.")
