"""doccano's import for sequence labeling: JSON lines with spans, and its label types.

doccano's page counts UTF-16 code units (its issues 2290 and 2484; seen in its source), so ``label`` holds these. The
same marks stand in ``flags`` in code points, with all that doccano has no place for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from annotate.documents import FAMILIES, LABELS
from annotate.labeling.configuration import FAMILY_COLOURS, LABEL_KEYS
from annotate.labeling.exporting.items import Item, Mark, ReadBack, sha256
from annotate.labeling.exporting.tables import document_row
from annotate.labeling.exporting.utf16 import Utf16

FILES: Final = re.compile(r"doccano\.jsonl|labels\.json")
"""Names of the files written."""

_DOCUMENTS: Final = "doccano.jsonl"
_LABELS: Final = "labels.json"


def write(items: Iterable[Item], folder: Path, *, blind: bool) -> list[str]:
    """Write ``doccano.jsonl`` and ``labels.json``; give the name of the former."""
    # doccano guesses the encoding of a small file: plain ASCII cannot be guessed wrong.
    types = [
        {"text": label, "suffixKey": key, "backgroundColor": FAMILY_COLOURS[FAMILIES[label]], "textColor": "#ffffff"}
        for label, key in zip(LABELS, LABEL_KEYS, strict=True)
    ]
    (folder / _LABELS).write_text(json.dumps(types, indent=1) + "\n", encoding="ascii")
    with (folder / _DOCUMENTS).open("w", encoding="ascii", newline="\n") as file:
        for item in items:
            row = document_row(item, blind=blind)
            place = Utf16(item.text)
            labels = [[place.units(f["start"]), place.units(f["end"]), f["label"]] for f in row.get("flags", [])]
            file.write(json.dumps({"text": row.pop("text"), "label": labels, **row}) + "\n")
    return [_DOCUMENTS]


def read_back(folder: Path) -> Iterator[ReadBack]:
    """Yield what each line says, offsets in code points again."""
    with (folder / _DOCUMENTS).open(encoding="ascii") as file:
        for line in file:
            row: dict[str, Any] = json.loads(line)
            text = row["text"]
            place = Utf16(text)
            marks: list[Mark] = []
            for (begin, stop, label), flag in zip(row["label"], row.get("flags", []), strict=True):
                start, end = place.code_points(begin), place.code_points(stop)
                marks.append((start, end, text[start:end], label, flag["severity"], flag["score"]))
            yield row["doc_id"], sha256(text), marks
