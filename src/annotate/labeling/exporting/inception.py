"""INCEpTION's import: UIMA CAS XMI (XML 1.0), one file a document, and the type system that makes its layer.

A UIMA type right below ``uima.tcas.Annotation`` with simple features becomes a span layer that may overlap and is
anchored to characters (INCEpTION's ``TypeSystemAnalysis``). Offsets are UTF-16 code units, as Java counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import msgspec

from annotate.documents import LABELS, SEVERITIES
from annotate.errors import AnnotateError
from annotate.labeling.checks import shown
from annotate.labeling.exporting.items import Item, Mark, ReadBack, sha256
from annotate.labeling.exporting.tables import document_row
from annotate.labeling.exporting.utf16 import Utf16

FILES: Final = re.compile(r"TypeSystem\.xml|documents\.jsonl|\d{5,}-[\w.-]*\.xmi")
"""Names of the files written."""

LAYER: Final = "webanno.custom.Issue"
FEATURES: Final = {
    "label": ("uima.cas.String", f"One of: {', '.join(LABELS)}"),
    "severity": ("uima.cas.String", f"One of: {', '.join(SEVERITIES)}"),
    "score": ("uima.cas.Float", "Probability that a human would confirm it"),
    "why": ("uima.cas.String", "What found it, and by what evidence"),
    "comment": ("uima.cas.String", "The labeler's"),
    "flag": ("uima.cas.String", "Id of the flag; empty for what a labeler marked"),
}
"""Name of a feature of the layer → its type and what it holds."""

_TYPE_SYSTEM: Final = "TypeSystem.xml"
_INDEX: Final = "documents.jsonl"
_XMI: Final = "{http://www.omg.org/XMI}"
_CUSTOM: Final = "{http:///webanno/custom.ecore}"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
# What XML 1.0 has no way to write; the checks before have refused NUL and surrogates.
_NOT_XML: Final = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class _Indexed(msgspec.Struct, frozen=True):
    file: str
    doc_id: str


def write(items: Iterable[Item], folder: Path, *, blind: bool) -> list[str]:
    """Write ``TypeSystem.xml``, an XMI file for each document, and ``documents.jsonl``, which tells them apart.

    Returns:
        The names of the XMI files' index.

    Raises:
        AnnotateError: if a text holds a character that XML 1.0 cannot carry.
    """
    (folder / _TYPE_SYSTEM).write_text(_type_system(), encoding="utf-8")
    encoder = msgspec.json.Encoder()
    with (folder / _INDEX).open("wb") as index:
        for number, item in enumerate(items, 1):
            found = _NOT_XML.search(item.text)
            if found:
                raise AnnotateError(
                    f"Document {shown(item.record.id)} holds U+{ord(found.group()):04X} at code point "
                    f"{found.start()}, which XML cannot carry; leave the document out, or export --to jsonl."
                )
            name = f"{number:05d}-{_UNSAFE.sub('-', item.record.id)[:80]}.xmi"
            row = document_row(item, blind=blind)
            (folder / name).write_text(_xmi(item, row.pop("flags", [])), encoding="utf-8", newline="")
            del row["text"]
            index.write(encoder.encode({"file": name, **row}) + b"\n")
    return [_INDEX]


def read_back(folder: Path) -> Iterator[ReadBack]:
    """Yield what each XMI file says, offsets in code points again."""
    with (folder / _INDEX).open("rb") as index:
        for line in index:
            entry = msgspec.json.decode(line, type=_Indexed)
            root = ElementTree.parse(folder / entry.file).getroot()  # noqa: S314 - our own file
            text = next(e.get("sofaString", "") for e in root if e.tag.endswith("}Sofa"))
            place = Utf16(text)
            marks: list[Mark] = []
            for found in root.iter(f"{_CUSTOM}Issue"):
                start, end = (place.code_points(int(found.get(edge, "-1"))) for edge in ("begin", "end"))
                said = found.get("label", ""), found.get("severity", ""), float(found.get("score", "nan"))
                marks.append((start, end, text[start:end], *said))
            yield entry.doc_id, sha256(text), marks


def _xmi(item: Item, flags: list[dict]) -> str:  # type: ignore[type-arg]  # plain JSON
    place = Utf16(item.text)
    end = place.units(len(item.text))
    issues = []
    for number, flag in enumerate(flags, 3):
        features = {"label": flag["label"], "severity": flag["severity"], "score": repr(flag["score"])}
        features |= {"why": _NOT_XML.sub("\ufffd", flag["why"]), "flag": flag["id"]}
        said = " ".join(f"{name}={quoteattr(value)}" for name, value in features.items())
        begin, stop = place.units(flag["start"]), place.units(flag["end"])
        issues.append(f'  <custom:Issue xmi:id="{number}" sofa="1" begin="{begin}" end="{stop}" {said}/>')
    members = " ".join(str(number) for number in range(2, len(issues) + 3))
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" '
            'xmlns:tcas="http:///uima/tcas.ecore" xmlns:custom="http:///webanno/custom.ecore" xmi:version="2.0">',
            '  <cas:NULL xmi:id="0"/>',
            f'  <tcas:DocumentAnnotation xmi:id="2" sofa="1" begin="0" end="{end}" language="en"/>',
            *issues,
            '  <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" '
            f"sofaString={quoteattr(item.text)}/>",
            f'  <cas:View sofa="1" members="{members}"/>',
            "</xmi:XMI>",
            "",
        ]
    )


def _type_system() -> str:
    features = [
        f"        <featureDescription><name>{name}</name><description>{about}</description>"
        f"<rangeTypeName>{kind}</rangeTypeName></featureDescription>"
        for name, (kind, about) in FEATURES.items()
    ]
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">',
            "  <types>",
            "    <typeDescription>",
            f"      <name>{LAYER}</name>",
            "      <description>A passage with a problem</description>",
            "      <supertypeName>uima.tcas.Annotation</supertypeName>",
            "      <features>",
            *features,
            "      </features>",
            "    </typeDescription>",
            "  </types>",
            "</typeSystemDescription>",
            "",
        ]
    )
