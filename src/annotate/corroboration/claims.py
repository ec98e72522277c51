"""Values of a story's documents: which are confirmed by another origin, and which contradict the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from annotate.corroboration.conflicts import Member, Relation, relate
from annotate.corroboration.detectors import CLAIM_CONFLICT
from annotate.corroboration.values import DocumentValues
from annotate.documents import Document, Flag, make_flag
from annotate.documents.evidence import Standing
from annotate.sources.admiralty import claim_information

FLAGGED: Final = 0.3
"""Probability of a real conflict from which one is flagged."""
_MAJOR: Final = 0.5
_UNDECIDED: Final = 0.5
"""Factor on the score where as many origins have the one value as the other: one of the two is wrong."""

Place = tuple[int, int]
_ORDER: Final = ("contradicted", "disputed", "confirmed", "consistent")
"""Of two things found about one value, the earlier one counts."""


class Conflict(msgspec.Struct, frozen=True):
    """A value of one document that others contradict."""

    relation: Relation
    member: Member
    agreeing: int
    """Independent origins with this value, the document's own included."""
    conflicting: int
    """Independent origins with another one."""
    decided: bool
    """Whether more origins have the same other value than have this one."""


class Compared(msgspec.Struct, frozen=True):
    """A value of one document that others speak of."""

    relation: Relation
    member: Member
    standing: Standing
    agreeing: int
    """Independent origins with this value, the document's own included."""


class Claims(msgspec.Struct, frozen=True):
    """What the other documents of a story say about one document's values."""

    checkable: int
    """Values that another document could have."""
    compared: list[Compared]
    """Values that another document speaks of, in order of place, each once."""
    conflicts: list[Conflict]
    """Conflicts that this document is on the suspect side of."""

    def count(self, standing: Standing) -> int:
        """Count the values of one standing."""
        return sum(found.standing == standing for found in self.compared)

    def spans(self, standing: Standing) -> list[Place]:
        """Give the ranges of the values of one standing, in order."""
        return [(c.member.start, c.member.end) for c in self.compared if c.standing == standing]


OriginsOf: TypeAlias = Callable[[Sequence[tuple[int, int, int]]], Sequence[int]]


def claims(values: Sequence[DocumentValues], origins_of: OriginsOf) -> list[Claims]:
    """Hold the values of a story's documents against each other.

    Args:
        values: of each document; the keys must be different.
        origins_of: numbers the independent origins of what documents say at (document, start, end).
    """
    number = {found.key: i for i, found in enumerate(values)}
    compared: list[dict[Place, Compared]] = [{} for _ in values]
    conflicts: list[dict[Place, Conflict]] = [{} for _ in values]

    def note(relation: Relation, member: Member, standing: Standing, agreeing: int) -> None:
        mine = compared[number[member.document]]
        place = (member.start, member.end)
        if place not in mine or _ORDER.index(standing) < _ORDER.index(mine[place].standing):
            mine[place] = Compared(relation, member, standing, agreeing)

    for relation in relate(values):
        if relation.relation == "conflict" and relation.score < FLAGGED:
            continue
        origins: defaultdict[str, set[int]] = defaultdict(set)
        places = [(number[m.document], m.start, m.end) for m in relation.members]
        meant = _meant(relation)
        for member, origin in zip(relation.members, origins_of(places), strict=True):
            origins[meant[member.norm]].add(origin)
        everyone = {origin for found in origins.values() for origin in found}
        if relation.relation != "conflict":
            for member in relation.members:
                confirmed = relation.relation == "same" and len(everyone) > 1
                behind = len(origins[meant[member.norm]])
                note(relation, member, "confirmed" if confirmed else "consistent", behind)
            continue
        most = max(len(found) for found in origins.values())
        clear = sum(len(found) == most for found in origins.values()) == 1
        for member in relation.members:
            behind = len(origins[meant[member.norm]])
            if clear and behind == most:
                note(relation, member, "consistent", behind)
                continue
            decided = clear and behind < most
            note(relation, member, "contradicted" if decided else "disputed", behind)
            mine = conflicts[number[member.document]]
            against = len(everyone - origins[meant[member.norm]])
            mine.setdefault((member.start, member.end), Conflict(relation, member, behind, against, decided))
    return [
        Claims(len(found.values), [mine[place] for place in sorted(mine)], [theirs[place] for place in sorted(theirs)])
        for found, mine, theirs in zip(values, compared, conflicts, strict=True)
    ]


def _meant(relation: Relation) -> dict[str, str]:
    """Say for each value which one it means: "the station" is the longer name of a place that ends so."""
    norms = sorted({m.norm for m in relation.members}, key=lambda n: (-len(n), n))
    if relation.kind != "place":
        return {n: n for n in norms}
    return {n: next(longer for longer in norms if longer == n or longer.endswith(" " + n)) for n in norms}


def flags(document: Document, found: Claims, id_of: dict[str, str], texts: dict[str, Document]) -> list[Flag]:
    """Flag the conflicting values of one document.

    Args:
        document: the document.
        found: its claims; see :func:`claims`.
        id_of: key of a document to its id.
        texts: key of a document to the document.
    """
    made: list[Flag] = []
    for conflict in found.conflicts:
        relation, member, decided = conflict.relation, conflict.member, conflict.decided
        meant = _meant(relation)
        others = [m for m in relation.members if meant[m.norm] != meant[member.norm]]
        counts: dict[str, int] = {}
        for other in others:
            counts[other.text] = counts.get(other.text, 0) + 1
        evidence: dict[str, Any] = {
            "kind": relation.kind,
            "attribute": relation.attribute,
            "here": member.text,
            "value": member.norm,
            "elsewhere": counts,
            "explanations": list(relation.explanations) or None,
            "passages": [_passage(other, id_of, texts) for other in others[:_SHOWN]],
            "documents": sorted({id_of[m.document] for m in others}),
            "information": claim_information(conflict.agreeing, conflict.conflicting),
        }
        made.append(
            make_flag(
                document.text,
                member.start,
                member.end,
                label="conflicting-claim",
                severity="major" if decided and relation.score >= _MAJOR else "minor",
                score=relation.score * (1.0 if decided else _UNDECIDED),
                detector=CLAIM_CONFLICT,
                reason=f"{relation.kind}-conflict" if decided else f"{relation.kind}s-differ",
                evidence={key: value for key, value in evidence.items() if value is not None},
            )
        )
    return made


_SHOWN: Final = 3
"""Other documents whose passage is shown with a flag."""


def _passage(member: Member, id_of: dict[str, str], texts: dict[str, Document]) -> dict[str, str]:
    """Give the sentence in which another document says otherwise."""
    document = texts[member.document]
    sentence = next(
        (s.of(document.text) for s in document.layout.sentences if s.start <= member.start < s.end), member.text
    )
    return {"document": id_of[member.document], "text": " ".join(sentence.split())}
