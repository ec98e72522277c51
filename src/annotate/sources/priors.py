"""Outside lists of ratings: only as named, dated priors, each in a small file of its own.

No list ships with the package. A list is what somebody else thought of a source on some day; a rating that uses it says
so in a line of its own, with name, date and licence.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from annotate.errors import AnnotateError

WEIGHT: Final = 10.0
"""Trials one list counts for. Two lists of ratings of the same outlets agree with a Spearman correlation of .59 to .77,
and one rating in six moves within four years: about the information of ten checked claims."""

_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*://|^//", re.IGNORECASE)
_DOMAIN: Final = re.compile(r"(?=.{4,253}\Z)([\w-]{1,63}\.)+[a-z][a-z0-9-]{1,62}", re.IGNORECASE)
_PREFIXES: Final = ("www.", "m.", "amp.", "mobile.")
_HOSTS: Final = frozenset(
    {
        *("blogspot.com", "blogger.com", "wordpress.com", "typepad.com", "tumblr.com", "livejournal.com"),
        *("substack.com", "medium.com", "ghost.io", "beehiiv.com", "weebly.com", "wixsite.com", "squarespace.com"),
        *("github.io", "netlify.app", "pages.dev", "vercel.app"),
    }
)
"""Sites whose subdomains belong to others: what a list says of the platform is not said of its blogs."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a list says of one domain."""

    value: Annotated[float, msgspec.Meta(ge=0, le=1)]
    """On a scale from 0, worst, to 1, best."""
    given: str
    """As it stands in the list."""


class PriorList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of ratings by domain. Its file is this as JSON."""

    name: str
    as_of: date
    """The day it was taken from where it is published."""
    licence: str
    weight: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    """Trials it counts for, where it is the only list that knows a source."""
    domains: dict[str, Entry]
    format: Literal["annotate-prior-1"] = "annotate-prior-1"


class PriorUse(msgspec.Struct, frozen=True):
    """What one list says of one source."""

    name: str
    as_of: date
    licence: str
    domain: str
    """The entry that was used: the source's own domain or one it is part of."""
    given: str
    value: float
    trials: float


class Imported(msgspec.Struct, frozen=True):
    """A list with what was left out of it."""

    prior: PriorList
    unrated: int
    """Rows without a domain or a score."""
    ambiguous: list[str]
    """Domains with different scores on several rows, left out; sorted."""


def source_key(source: str) -> str:
    """Give the name under which documents of one source are gathered: its domain, or the name as it is.

    ``https://www.Example.org/news`` and ``m.example.org`` are both ``example.org``.
    """
    name = " ".join(source.split())
    bare = _SCHEME.sub("", name).split("/")[0].split("?")[0].rpartition("@")[2].partition(":")[0].rstrip(".").lower()
    if not _DOMAIN.fullmatch(bare):
        return name
    for prefix in _PREFIXES:
        if bare.startswith(prefix) and bare.count(".") >= 2:
            bare = bare[len(prefix) :]
            break
    return bare


def look_up(source: str, priors: Sequence[PriorList]) -> list[PriorUse]:
    """Find what lists say of a source.

    An entry counts for its domain and for those below it (``news.example.org`` for ``example.org``), the nearest first;
    an entry for a platform of blogs does not count for the blogs. Lists are not independent of each other: of k that
    know a source, each counts for a k-th of its weight.
    """
    key = source_key(source)
    found: list[tuple[PriorList, str]] = []
    for prior in priors:
        domain = key
        while domain not in prior.domains and "." in domain:
            domain = domain.partition(".")[2]
            if domain in _HOSTS:
                break
        if domain in prior.domains and (domain == key or domain not in _HOSTS):
            found.append((prior, domain))
    return [
        PriorUse(
            prior.name,
            prior.as_of,
            prior.licence,
            domain,
            prior.domains[domain].given,
            prior.domains[domain].value,
            round(prior.weight / len(found), 4),
        )
        for prior, domain in found
    ]


def read_list(
    path: Path,
    *,
    name: str,
    as_of: date,
    licence: str,
    domain_column: str,
    score_column: str,
    worst: float = 0.0,
    best: float = 1.0,
    labels: Mapping[str, float] | None = None,
    weight: float = WEIGHT,
) -> Imported:
    """Read a list of ratings from CSV with a header.

    Args:
        path: of the CSV file, in UTF-8.
        name: of the list.
        as_of: the day the list was taken.
        licence: it is under.
        domain_column: column with domains or addresses.
        score_column: column with scores or labels.
        worst: score that means the worst; may be above ``best``.
        best: score that means the best.
        labels: value in [0, 1] of each label, where the column has labels; they are matched without regard to case.
        weight: trials the list counts for.

    Raises:
        AnnotateError: if it cannot be read, lacks a column or has a score that is none, or no domain is left.
    """
    if not math.isfinite(worst) or not math.isfinite(best) or worst == best:
        raise AnnotateError(f"The worst score ({worst:g}) and the best ({best:g}) must be two different numbers.")
    values = {label.strip().casefold(): value for label, value in (labels or {}).items()}
    entries: dict[str, Entry] = {}
    ambiguous: set[str] = set()
    unrated = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            columns = rows.fieldnames or ()
            for column in (domain_column, score_column):
                if column not in columns:
                    has = ", ".join(map(repr, columns)) or "none"
                    raise AnnotateError(f"{path} has no column {column!r}; it has {has}.")
            for row in rows:
                domain, given = source_key(row[domain_column] or ""), (row[score_column] or "").strip()
                if not domain or not given:
                    unrated += 1
                    continue
                value = _value(given, values, worst, best, f"{path}, line {rows.line_num}")
                if entries.setdefault(domain, Entry(value, given)).value != value:
                    ambiguous.add(domain)
    except OSError as error:
        raise AnnotateError(f"Cannot read {path}: {error.strerror}; check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise AnnotateError(f"{path} is not CSV in UTF-8 ({error}); save it as such.") from error
    domains = {domain: entry for domain, entry in sorted(entries.items()) if domain not in ambiguous}
    if not domains:
        raise AnnotateError(f"{path} rates no domain in its columns {domain_column!r} and {score_column!r}.")
    return Imported(PriorList(name, as_of, licence, weight, domains), unrated, sorted(ambiguous))


def _value(given: str, labels: Mapping[str, float], worst: float, best: float, where: str) -> float:
    if labels:
        value = labels.get(given.casefold())
        if value is None:
            raise AnnotateError(f"{where}: the label {given!r} has no value; give it one with --label {given!r}=VALUE.")
        return value
    try:
        score = float(given)
    except ValueError:
        raise AnnotateError(
            f"{where}: {given!r} is not a number; if the column has labels, give each a value with --label LABEL=VALUE."
        ) from None
    value = (score - worst) / (best - worst)
    if not 0.0 <= value <= 1.0:
        raise AnnotateError(
            f"{where}: the score {given} is not between the worst ({worst:g}) and the best ({best:g}); "
            "say what the scale is with --worst and --best."
        )
    return round(value, 6)


def encode_prior(prior: PriorList) -> bytes:
    """Write a list as the JSON of its file; the same list gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(prior), indent=1) + b"\n"


def read_prior(path: Path) -> PriorList:
    """Read a file that :func:`encode_prior` made.

    Raises:
        AnnotateError: if it cannot be read or is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=PriorList)
    except OSError as error:
        raise AnnotateError(f"Cannot read {path}: {error.strerror}; check the path.") from error
    except msgspec.MsgspecError as error:
        raise AnnotateError(
            f"{path} is not a list of ratings ({error}); make one from CSV with `annotate sources import`."
        ) from error
