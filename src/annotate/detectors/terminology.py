"""Wrong terms from termbases: calques and false friends, with the foreign words that explain them."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import ClassVar, Final

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Severity
from annotate.documents.quotations import inside_quotation
from annotate.signature import digest
from annotate.termbases import Entry, Match, Matcher, builtin_paths, load_checked

_COMPANY: Final = 0.8
"""Each further entry that the same language explains leaves this share of the doubt, three of them at most: calques
of one language come together, an English writer's slips do not."""
_MOST_COMPANY: Final = 3
_QUOTED: Final[dict[Severity, Severity]] = {"critical": "major", "major": "minor"}
"""Inside a quotation the words may be the speaker's own."""


class Terminology(Detector, frozen=True, kw_only=True):
    """Looks up termbases; a term is flagged only where its entry's context conditions hold."""

    id: ClassVar[str] = "terminology@1"
    labels: ClassVar[tuple[Label, ...]] = ("terminology",)
    about: ClassVar[str] = "wrong terms from termbases: calques and false friends, with the source language behind them"

    termbases: tuple[str, ...] = ()
    """Paths of further termbases (YAML); made from TBX by ``annotate terms import``."""
    builtin: bool = True
    """Whether the shipped termbases are used as well."""

    def detect(self, document: Document) -> Iterable[Flag]:
        """Flag each term found, with what English says, the languages that explain it and the words that decided."""
        matches = _matcher(self._paths()).find(document)
        if not matches:
            return
        explained = _entries_by_language(matches)
        for match in matches:
            yield self._flag(document, match, explained)

    def resources(self) -> Mapping[str, str]:
        """Digest of each termbase file.

        Raises:
            AnnotateError: if one cannot be read or holds a mistake.
        """
        paths = self._paths()
        _matcher(paths)
        found: dict[str, str] = {}
        for path in paths:
            name = f"termbase:{Path(path).stem}"
            # A user's termbase may be called like a shipped one; neither may hide the other's digest.
            data = found.get(name, "").encode() + Path(path).read_bytes()
            found[name] = digest(data)
        return found

    def _paths(self) -> tuple[str, ...]:
        return (*(map(str, builtin_paths()) if self.builtin else ()), *self.termbases)

    def _flag(self, document: Document, match: Match, explained: Mapping[str, int]) -> Flag:
        entry = match.entry
        # The language that explains most of the document's odd terms; of equals, the entry's first.
        languages = sorted(entry.sources, key=lambda code: -explained[code])
        evidence: dict[str, object] = {"expected": list(entry.expected), "domain": entry.domain}
        score = entry.score
        if languages:
            best = languages[0]
            evidence |= {"source_language": best, "foreign": list(entry.sources[best])}
            if len(languages) > 1:
                evidence["explained_by"] = {code: list(entry.sources[code]) for code in languages}
            company = min(explained[best] - 1, _MOST_COMPANY)
            if company:
                evidence["others_of_this_language"] = explained[best] - 1
                score = 1.0 - (1.0 - score) * _COMPANY**company
        if match.context:
            evidence["context"] = list(match.context)
        severity = entry.severity
        if inside_quotation(document, match.start, match.end):
            severity = _QUOTED.get(severity, severity)
            evidence["quoted"] = True
        return self.flag(document, match.start, match.end, "terminology", severity, score, entry.reason, **evidence)


def _entries_by_language(matches: Iterable[Match]) -> Mapping[str, int]:
    """Language → how many different entries found in the document it explains."""
    distinct: dict[int, Entry] = {id(m.entry): m.entry for m in matches}
    return collections.Counter(code for entry in distinct.values() for code in entry.sources)


@cache
def _matcher(paths: tuple[str, ...]) -> Matcher:
    return Matcher([entry for path in paths for entry in load_checked(path).entries])
