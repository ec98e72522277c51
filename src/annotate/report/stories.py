"""Stories as the page shows them: who says what differently, and who has their text from whom."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from annotate.documents import Document, Flag, Record
from annotate.documents.evidence import COPIES, ComparedClaim, Evidence
from annotate.report.entries import Plain, Taken, Values, Wordings, compare, passages_elsewhere, shaped
from annotate.writing.describe import describe_claim

_NO_CONFLICT: Final = ("update", "bound")
"""Relations of values that differ, and may."""


class Stories:
    """Gathers stories of two documents or more from a stream of records; no text is held."""

    def __init__(self) -> None:
        self._found: dict[str, _Story] = {}

    def add(self, number: int, record: Record, document: Document | None) -> int | None:
        """Take one record.

        Returns:
            The number of its story, counted from 0; None where it is compared with nothing.
        """
        evidence = record.evidence or None
        if document is None or evidence is None or evidence.story is None or evidence.documents < 2:
            return None
        if evidence.story not in self._found:
            self._found[evidence.story] = _Story(len(self._found), evidence.documents, evidence.origins)
        story = self._found[evidence.story]
        story.add(number, record, evidence, document)
        return story.number

    def finish(self) -> Iterator[Plain]:
        """Yield the stories in the order of their first documents."""
        for story in self._found.values():
            yield story.finish()


def typical(titles: Sequence[str]) -> str:
    """Give the title that shares most words with the others (by Jaccard's coefficient); the first of equals.

    >>> typical(["Home", "Dam holds after flood", "Flood: the dam holds"])
    'Dam holds after flood'
    """
    words = [set(re.findall(r"\w+", title.lower())) for title in titles]

    def likeness(number: int) -> float:
        return sum(len(words[number] & other) / (len(words[number] | other) or 1) for other in words)

    return titles[max(range(len(titles)), key=likeness)]


class _Story:
    def __init__(self, number: int, documents: int, origins: int) -> None:
        self.number = number
        self._documents = documents
        self._origins = origins
        self._members: dict[int, str] = {}
        self._groups: dict[int, Plain] = {}
        self._copies: dict[Any, Plain] = {}
        self._quotations: dict[Any, Plain] = {}
        self._claims: dict[Any, Plain] = {}
        self._terms: dict[Any, Plain] = {}
        self._updates: dict[Any, Plain] = {}
        self._taken: list[Plain] = []

    def add(self, number: int, record: Record, evidence: Evidence, document: Document) -> None:
        self._members[number] = record.id
        for index, flag in enumerate(record.flags):
            self._add_flag(number, index, flag, record, document)
        for index, claim in enumerate(evidence.compared):
            if claim.relation in _NO_CONFLICT and claim.standing == "consistent":
                _add_update(self._updates, claim, {"id": record.id, "document": number, "claim": index}, document)
        for shared in evidence.copies:
            # Of a copy the one that has the text from the other tells.
            if shared.originality in COPIES and shared.direction != "to":
                directed = shared.direction is not None
                pair = (record.id, shared.document) if directed else frozenset((record.id, shared.document))
                known = self._copies.get(pair, {"share": 0.0})
                if shared.share > known["share"]:
                    self._copies[pair] = {
                        "from": shared.document,
                        "to": record.id,
                        "directed": directed,
                        "basis": shared.basis,
                        "share": shared.share,
                        "whole": shared.originality == "wholesale-duplicate",
                    }
        group = self._groups.setdefault(evidence.origin, {"origin": evidence.origin, "name": None, "members": []})
        group["name"] = group["name"] or evidence.credit
        group["members"].append(number)

    def _add_flag(self, number: int, index: int, flag: Flag, record: Record, document: Document) -> None:
        here: Plain = {"id": record.id, "document": number, "flag": index}
        values, taken = shaped(flag.evidence, Values), shaped(flag.evidence, Taken)
        if flag.label == "altered-quote":
            self._add_quotation(flag, here)
        elif flag.label == "conflicting-claim" and values:
            _add_conflict(self._claims, values.kind or "claim", values, flag, here, document)
        elif flag.reason == "type-conflict" and values:
            _add_conflict(self._terms, values.entity or "thing", values, flag, here, document)
        elif flag.label == "uncredited-copy" and taken:
            whose = {"outlet": taken.outlet, "from": taken.document, "reason": flag.reason}
            self._taken.append({**here, **whose, "text": flag.text})

    def _add_quotation(self, flag: Flag, here: Plain) -> None:
        """Add to the pair of two wordings, whoever has the one or the other."""
        wordings, compared = shaped(flag.evidence, Wordings), compare(flag)
        if wordings is None or compared is None:
            return
        pair = self._quotations.setdefault(
            frozenset((wordings.here, wordings.elsewhere)),
            {
                **_graded(flag),
                "about": wordings.speaker,
                "edits": compared["edits"],
                "sides": {
                    wordings.here: {"runs": compared["here"], "said": {}},
                    wordings.elsewhere: {"runs": compared["there"], "said": {}},
                },
            },
        )
        pair["sides"][wordings.here]["said"][here["id"]] = here
        pair["sides"][wordings.elsewhere]["said"].setdefault(wordings.document, {"id": wordings.document})

    def finish(self) -> Plain:
        number = {identity: n for n, identity in reversed(self._members.items())}
        known = [c for c in self._copies.values() if c["from"] in number]
        copies = [{**c, "from": number[c["from"]], "to": number[c["to"]]} for c in known]
        return {
            "documents": list(self._members),
            "of": self._documents,
            "origins": self._origins,
            "quotations": [_listed(pair) for pair in self._quotations.values()],
            "claims": [_listed(claim) for claim in self._claims.values()],
            "updates": [_listed(claim) for claim in self._updates.values()],
            "terms": [_listed(term) for term in self._terms.values()],
            "taken": self._taken,
            "copies": _telling(copies),
            "groups": [self._groups[origin] for origin in sorted(self._groups)],
        }


class _Groups:
    """Documents joined by copying."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}

    def _first(self, one: int) -> int:
        while one in self._parent:
            one = self._parent[one]
        return one

    def join(self, one: int, other: int) -> bool:
        """Join the groups of two documents; False if they were one already."""
        a, b = sorted((self._first(one), self._first(other)))
        if a != b:
            self._parent[b] = a
        return a != b


def _add_conflict(
    found: dict[Any, Plain], about: str, evidence: Values, flag: Flag, here: Plain, document: Document
) -> None:
    """Add what a document says to the conflict of two values or more, whoever has the one or the other."""
    value, elsewhere = evidence.here, evidence.elsewhere
    values = {v.lower(): v for v in (value, *elsewhere)}
    conflict = found.setdefault(
        (about, *sorted(values)),
        {
            **_graded(flag),
            "about": about,
            "explanations": evidence.explanations,
            "sides": {low: {"value": v, "times": 0, "said": {}} for low, v in values.items()},
        },
    )
    sides: dict[str, Plain] = conflict["sides"]
    for other, times in elsewhere.items():
        sides[other.lower()]["times"] = max(times, sides[other.lower()]["times"])
    sides[value.lower()]["said"][here["id"]] = {**here, "text": _sentence(document, flag.start, flag.end)}
    others = [low for low in sides if low not in (value.lower(), "")]
    for passage in passages_elsewhere(flag):
        identity, text = passage.document, passage.text
        if any(identity in side["said"] for side in sides.values()):
            continue
        # Which of several other values a passage has, the evidence does not say; the longest that stands in it.
        matches = {low: re.search(rf"(?<!\w){re.escape(low)}(?!\w)", text, re.IGNORECASE) for low in others}
        side = max((low for low, match in matches.items() if match), key=len, default="")
        match = matches.get(side)
        cut = (text[: match.start()].strip(), match.group(), text[match.end() :].strip()) if match else ("", "", text)
        if not side and len(others) == 1:
            side = others[0]
        sides.setdefault(side, {"value": None, "times": 0, "said": {}})["said"][identity] = {
            "id": identity,
            "text": cut,
        }


def _add_update(found: dict[Any, Plain], claim: ComparedClaim, here: Plain, document: Document) -> None:
    """Add a value to the others of one thing that differ without a conflict."""
    value = document.text[claim.start : claim.end]
    values = {v.lower(): v for v in (*claim.elsewhere, value)}
    if len(values) < 2:
        return
    update = found.setdefault(
        (claim.kind, claim.relation, *sorted(values)),
        {
            "about": claim.kind,
            "relation": describe_claim(claim),
            "sides": {low: {"value": v, "times": 0, "said": {}} for low, v in values.items()},
        },
    )
    for other, identities in claim.elsewhere.items():
        for identity in identities:
            # Its own sentence takes this place if it is among the records.
            update["sides"][other.lower()]["said"].setdefault(identity, {"id": identity, "text": ("", other, "")})
    said: dict[str, Plain] = update["sides"][value.lower()]["said"]
    if "document" not in said.get(here["id"], {}):
        said[here["id"]] = {**here, "text": _sentence(document, claim.start, claim.end)}


def _graded(flag: Flag) -> Plain:
    return {"reason": flag.reason, "severity": flag.severity, "score": flag.score}


def _listed(conflict: Plain) -> Plain:
    """Turn the sides and what is said on each from mappings into lists."""
    sides = [{**side, "said": list(side["said"].values())} for side in conflict["sides"].values()]
    return {**conflict, "sides": [side for side in sides if side["said"] or side.get("value")]}


def _telling(found: list[Plain]) -> list[Plain]:
    """Leave out what the rest says: arrows past a copy of a copy, and likeness of documents already joined."""
    after: defaultdict[int, set[int]] = defaultdict(set)
    for copy in found:
        if copy["directed"]:
            after[copy["from"]].add(copy["to"])
    joined = _Groups()
    kept: list[Plain] = []
    for copy in sorted(found, key=lambda c: (not c["directed"], -c["share"])):
        one, other = copy["from"], copy["to"]
        if copy["directed"]:
            told = any(other in after[between] for between in list(after[one]))
            joined.join(one, other)
        else:
            told = not joined.join(one, other)
        if not told:
            kept.append(copy)
    return kept


def _sentence(document: Document, start: int, end: int) -> tuple[str, str, str]:
    """Give the sentence a range begins in, cut into what stands before the range, its words and what follows."""
    sentences = document.layout.sentences
    found = next((s for s in sentences if s.start <= start < s.end), None)
    cuts = (found.start, start, end, max(found.end, end)) if found else (start, start, end, end)
    before, words, after = (" ".join(document.text[a:b].split()) for a, b in pairwise(cuts))
    return before, words, after
