"""Import of TBX (ISO 30042:2019 and its 2008 edition): what a terminology calls deprecated becomes a wrong term.

Both editions are read: ``martif`` / ``termEntry`` (TBX-Basic 2008) and ``tbx`` / ``conceptEntry`` (2019), in the styles
DCA (``<termNote type="administrativeStatus">``) and DCT (``<min:administrativeStatus>``), with or without namespaces.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import yaml

from annotate.errors import AnnotateError
from annotate.termbases.model import Entry, Termbase

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_DEPRECATED: Final = ("deprecatedterm", "supersededterm", "notrecommended", "forbidden", "obsolete", "deprecated")
_PREFERRED: Final = ("preferredterm", "preferred")
_ENTITY: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)
_SCORE: Final = 0.7
"""A terminology that calls a term deprecated for its concept is a strong sign, though it knows no context."""


class Imported(msgspec.Struct, frozen=True):
    """A termbase made from TBX, with what was left out."""

    termbase: Termbase
    concepts: int
    """Concepts in the file."""
    without_deprecated: int
    """Concepts left out because no term of the target language is called deprecated there."""
    without_expected: int
    """Concepts left out because the target language has nothing to use instead."""


class _Term(msgspec.Struct, frozen=True):
    text: str
    status: str


def import_tbx(path: str | Path, source: str, target: str = "en", domain: str | None = None) -> Imported:
    """Read a TBX file.

    Each concept that has a deprecated or superseded term in the target language gives one entry: that term is wrong,
    the preferred and admitted ones are expected (preferred first), and the terms of the source language explain it.

    Args:
        path: the TBX file.
        source: language that explains, ISO 639-1; regional variants (``de-AT``) count as it.
        target: language of the documents.
        domain: for concepts without a subject field of their own.

    Raises:
        AnnotateError: if the file cannot be read, is no well-formed XML or no TBX, declares entities, or holds no
            concept with a deprecated term.
    """
    root = _parse(path)
    entries: list[Entry] = []
    concepts = without_deprecated = without_expected = 0
    for concept in _children(root, ("termEntry", "conceptEntry")):
        concepts += 1
        terms = list(_terms(concept, target))
        wrong = tuple(dict.fromkeys(t.text for t in terms if t.status in _DEPRECATED))
        good = [t for t in terms if t.status not in _DEPRECATED and t.text not in wrong]
        good.sort(key=lambda t: t.status not in _PREFERRED)
        expected = tuple(dict.fromkeys(t.text for t in good))
        if not wrong:
            without_deprecated += 1
            continue
        if not expected:
            without_expected += 1
            continue
        foreign = tuple(dict.fromkeys(t.text for t in _terms(concept, source) if t.status not in _DEPRECATED))
        entries.append(
            Entry(
                terms=tuple(map(_as_pattern, wrong)),
                expected=expected,
                sources={source: foreign} if foreign else {},
                domain=_subject(concept) or domain or "general",
                score=_SCORE,
            )
        )
    if not entries:
        raise AnnotateError(
            f"No concept of {path} has a deprecated {target!r} term and one to use instead ({concepts} concepts read); "
            "mark wrong terms with the administrative status 'deprecatedTerm-admn-sts'."
        )
    name = Path(path).stem
    termbase = Termbase(
        name=name,
        about=f"Imported from {Path(path).name}.",
        origin=f"TBX file {Path(path).name}",
        license="that of the TBX file",
        entries=tuple(entries),
    )
    return Imported(termbase, concepts, without_deprecated, without_expected)


def to_yaml(termbase: Termbase) -> str:
    """Write a termbase in the form that :func:`~annotate.termbases.model.load_termbase` reads."""
    entries = []
    for entry in termbase.entries:
        fields = {key: value for key, value in msgspec.to_builtins(entry).items() if value != _DEFAULTS.get(key)}
        entries.append(fields)
    head = {key: getattr(termbase, key) for key in ("name", "about", "origin", "license")}
    return yaml.safe_dump({**head, "entries": entries}, allow_unicode=True, sort_keys=False, width=120)


_DEFAULTS: Final = msgspec.to_builtins(Entry(terms=("x",), expected=("x",)))


def _parse(path: str | Path) -> ET.Element:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise AnnotateError(f"Cannot read the TBX file {path}: {error.strerror}; check the path.") from error
    if _ENTITY.search(data):
        # Entities can expand to gigabytes, and no TBX file needs any.
        raise AnnotateError(
            f"The TBX file {path} declares XML entities, which are not read; replace them by their text."
        )
    try:
        root = ET.fromstring(data)  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise AnnotateError(f"The TBX file {path} is not well-formed XML: {error}.") from error
    if _local(root) not in ("martif", "tbx"):
        raise AnnotateError(f"{path} is not TBX: its root is <{_local(root)}>, expected <martif> or <tbx>.")
    return root


def _local(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""


def _children(element: ET.Element, names: tuple[str, ...]) -> Iterator[ET.Element]:
    return (child for child in element.iter() if _local(child) in names)


def _terms(concept: ET.Element, language: str) -> Iterator[_Term]:
    for section in _children(concept, ("langSet", "langSec")):
        code = section.get(_LANG) or section.get("lang") or ""
        if re.split(r"[-_]", code.lower())[0] != language:
            continue
        for group in _children(section, ("tig", "ntig", "termSec")):
            term = next(_children(group, ("term",)), None)
            text = " ".join("".join(term.itertext()).split()) if term is not None else ""
            if text:
                yield _Term(text, _status(group))


def _status(group: ET.Element) -> str:
    """Give the administrative status in lower case without the suffix of TBX-Basic ("-admn-sts")."""
    for note in group.iter():
        named = _local(note) == "administrativeStatus"
        typed = _local(note) == "termNote" and note.get("type") in ("administrativeStatus", "normativeAuthorization")
        if (named or typed) and note.text:
            return note.text.strip().removesuffix("-admn-sts").replace(" ", "").lower()
    return ""


def _subject(concept: ET.Element) -> str | None:
    for element in concept.iter():
        named = _local(element) == "subjectField"
        typed = _local(element) == "descrip" and element.get("type") == "subjectField"
        if (named or typed) and element.text and element.text.strip():
            return " ".join(element.text.split())
    return None


def _as_pattern(term: str) -> str:
    """Write a term in the notation of termbases, with the plural or inflections of its last word."""
    words = re.sub(r"[|+?<>_,;()\[\]{}]", " ", term).replace("-", " ").lower().split()
    if not words:
        return term
    return " ".join(words) + ("+" if words[-1].isalpha() else "")
