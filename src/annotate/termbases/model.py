"""Termbase entries and their YAML form."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

import msgspec
import yaml

from annotate.config import Probability, config_folder
from annotate.documents import Severity
from annotate.errors import AnnotateError

Reason = Literal["calque", "false-friend", "unidiomatic", "foreign-name", "tortured-phrase"]
"""``calque``: foreign words rendered one by one. ``false-friend``: a look-alike with another sense. ``unidiomatic``: a
turn of phrase English does not use. ``foreign-name``: a name as another language spells it. ``tortured-phrase``: a set
term reworded synonym by synonym (Cabanac et al. 2021)."""

# ISO 639-1, so that a mistyped code is found when the file is read and not by a flag that never comes.
_ISO_639_1: Final = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
    et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
    kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
    nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
    tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES: Final = frozenset(_ISO_639_1.split())


# The C parser is ten times as fast, and every start of the scorer reads the built-in termbases.
class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads ``no`` (Norwegian) and ``on`` as the words they are; only ``true`` and ``false`` are truth values."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words around a term, in the same notation as terms. Each list holds if any of its words is found."""

    document: tuple[str, ...] = ()
    """Anywhere in the document."""
    near: tuple[str, ...] = ()
    """At most the entry's ``window`` of words away, on either side."""
    before: tuple[str, ...] = ()
    """Directly before the term."""
    after: tuple[str, ...] = ()
    """Directly after the term."""

    def __bool__(self) -> bool:
        return bool(self.document or self.near or self.before or self.after)


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One wrong term.

    Notation of terms and context words, word by word: ``word`` as it stands, ``word+`` with its inflections,
    ``a|b`` one or the other, ``word?`` may be missing, ``_`` any word, ``<n>`` a number in digits. Case is ignored,
    but a term all of whose words are capitalised in running text is a proper name and left alone (see ``names``). A
    term of several words is also found with hyphens between them.
    """

    terms: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """The ways it appears in English."""
    expected: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """What English says, best first."""
    sources: dict[str, tuple[str, ...]] = {}
    """Language (ISO 639-1) → the words of it that explain the term, best explanation first."""
    domain: str = "general"
    names: bool = False
    """Whether the term is itself a name, to be found with capitals."""
    when: Condition = Condition()
    """Every list given must hold for the term to be wrong."""
    unless: Condition = Condition()
    """None of the lists may hold."""
    window: Annotated[int, msgspec.Meta(ge=1, le=200)] = 12
    """How many words away ``near`` reaches."""
    severity: Severity = "minor"
    score: Probability = 0.6
    """Probability that an editor would confirm a match, before other evidence in the document."""
    reason: Reason = "calque"


class Termbase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file of entries with its provenance."""

    name: str
    about: str = ""
    origin: str
    """Where the entries come from."""
    license: str
    """SPDX identifier, or the words of the licence."""
    entries: tuple[Entry, ...]


def builtin_paths() -> tuple[Path, ...]:
    """List the termbases that ship with the package, sorted by name."""
    return tuple(sorted((config_folder() / "termbases").glob("*.yaml"), key=lambda p: p.name))


def load_termbase(path: str | Path) -> Termbase:
    """Read a termbase from YAML.

    Raises:
        AnnotateError: if it cannot be read, is no YAML, or has an unknown key or language or a value that does not
            fit, each with the entry it stands in and the nearest valid name.
    """
    try:
        content = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise AnnotateError(f"Cannot read the termbase {path}: {error.strerror}; check the path.") from error
    except UnicodeDecodeError as error:
        raise AnnotateError(f"The termbase {path} is not UTF-8 text; save it as UTF-8.") from error
    return parse_termbase(content, str(path))


def parse_termbase(content: str, origin: str) -> Termbase:
    """Turn YAML text into a :class:`Termbase`; ``origin`` names the file in messages.

    Raises:
        AnnotateError: as :func:`load_termbase`.
    """
    try:
        data = yaml.load(content, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise AnnotateError(f"The termbase {origin} is not valid YAML: {' '.join(str(error).split())}.") from error
    where = f"Termbase {origin}"
    if not isinstance(data, Mapping):
        raise AnnotateError(f"{where} must be a mapping with name, origin, license and entries.")
    _check(data, Termbase, where)
    entries = data.get("entries")
    if not isinstance(entries, list):
        raise AnnotateError(f"{where} needs a list of entries under the key 'entries'.")
    parsed = tuple(_parse_entry(entry, f"{where}, entry {number}") for number, entry in enumerate(entries, 1))
    try:
        empty = msgspec.convert({**data, "entries": ()}, Termbase)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"{where}: {error}.") from error
    return msgspec.structs.replace(empty, entries=parsed)


def _parse_entry(entry: Any, where: str) -> Entry:
    if not isinstance(entry, Mapping):
        raise AnnotateError(f"{where} must be a mapping with at least terms and expected, not {entry!r}.")
    if isinstance(terms := entry.get("terms"), list) and terms:
        where = f"{where} ({terms[0]})"
    _check(entry, Entry, where)
    for key in ("when", "unless"):
        if isinstance(condition := entry.get(key), Mapping):
            _check(condition, Condition, f"{where}, {key}")
    if isinstance(sources := entry.get("sources"), Mapping):
        for language in sources:
            if language not in LANGUAGES:
                raise AnnotateError(
                    f"{where}: {language!r} is not a language code of ISO 639-1{_nearest(language, LANGUAGES)}"
                )
    try:
        return msgspec.convert(entry, Entry)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"{where}: {error}.") from error


def _check(given: Mapping[Any, Any], kind: type[msgspec.Struct], where: str) -> None:
    valid = kind.__struct_fields__
    for key in given:
        if key not in valid:
            raise AnnotateError(f"{where}: unknown key {key!r}{_nearest(key, valid)}")


def _nearest(name: Any, valid: Iterable[str]) -> str:
    names = sorted(valid)
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; valid: {', '.join(names)}." if len(names) < 20 else "."
