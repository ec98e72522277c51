"""One utterance in several documents of a story: which of them kept its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from annotate.corroboration.alignment import Comparison, Verification, compare, consensus, link
from annotate.corroboration.detectors import ALTERED_QUOTE
from annotate.corroboration.utterances import Utterance
from annotate.documents import Document, Flag, Severity, make_flag

LINKED: Final = 0.85
"""Score from which two quotations are held against each other. Below it they may be two utterances about one thing."""
_FEWEST_WORDS: Final = 4
_SEVERITY: Final[dict[Verification, Severity]] = {"altered-wording": "major", "altered-meaning": "critical"}
_UNDECIDED: Final = 0.5
"""Factor on the score where as much speaks for the one wording as for the other: one of the two was altered."""


class Quoted(msgspec.Struct, frozen=True):
    """A quotation of one document as another document, or most others, have it too."""

    document: int
    utterance: Utterance
    verification: Verification
    reference: int | None
    """Index of the document with the wording that most origins have; None where it is this one's own."""
    there: Utterance | None
    comparison: Comparison | None
    decided: bool
    """Whether more speaks for the reference than for this wording."""
    documents: tuple[int, ...]
    """Every document that has the utterance."""
    origins: int
    """Independent origins of the utterance."""


Item: TypeAlias = tuple[int, Utterance]


OriginsOf: TypeAlias = Callable[[Sequence[Item]], Sequence[int]]


def quoted(documents: Sequence[Sequence[Utterance]], origins_of: OriginsOf) -> list[list[Quoted]]:
    """Hold the direct quotations of a story against each other.

    Args:
        documents: the utterances of each document.
        origins_of: numbers the independent origins of one utterance in several documents.

    Returns:
        For each document, its quotations that another document has too, in the order of the text.
    """
    items: list[Item] = [
        (d, u)
        for d, found in enumerate(documents)
        for u in found
        if u.kind != "indirect" and len(u.text.split()) >= _FEWEST_WORDS
    ]
    result: list[list[Quoted]] = [[] for _ in documents]
    for members in _clusters(items):
        for found in _judge([items[i] for i in members], origins_of):
            result[found.document].append(found)
    return [sorted(found, key=lambda q: q.utterance.start) for found in result]


def _clusters(items: Sequence[Item]) -> list[list[int]]:
    """Gather quotations of one utterance: the surest links first, never two quotations of one document."""
    links = sorted(link([(d, u.text) for d, u in items]), key=lambda found: (-found[2], found[0], found[1]))
    cluster = {i: {i} for i in range(len(items))}
    for i, j, score in links:
        if score < LINKED:
            break
        one, other = cluster[i], cluster[j]
        if one is other or {items[k][0] for k in one} & {items[k][0] for k in other}:
            continue
        one |= other
        cluster.update(dict.fromkeys(other, one))
    unique = {min(members): members for members in cluster.values() if len(members) > 1}
    return [sorted(unique[first]) for first in sorted(unique)]


def _judge(members: Sequence[Item], origins_of: OriginsOf) -> list[Quoted]:
    origins = origins_of(members)
    count = len(set(origins))
    # Within one origin documents are all there is to count.
    keys = origins if count > 1 else [d for d, _ in members]
    at = consensus([(key, u.text) for key, (_, u) in zip(keys, members, strict=True)])
    document, reference = members[at]
    verdicts = [compare(u.text, reference.text) if i != at else None for i, (_, u) in enumerate(members)]
    same = [m for m, v in zip(members, verdicts, strict=True) if v is None or v.verification != "different-utterance"]
    if len(same) < len(members):
        return _judge(same, origins_of) if len(same) > 1 else []
    supporting = {key for key, v in zip(keys, verdicts, strict=True) if v is None or v.verification not in _SEVERITY}
    opposing: defaultdict[tuple[tuple[str, str], ...], set[int]] = defaultdict(set)
    for key, v in zip(keys, verdicts, strict=True):
        if v is not None and v.verification in _SEVERITY:
            opposing[_change(v)].add(key)
    found: list[Quoted] = []
    every = tuple(d for d, _ in members)
    for (d, u), verdict in zip(members, verdicts, strict=True):
        if verdict is None:
            found.append(Quoted(d, u, "verbatim", None, None, None, True, every, count))
        else:
            altered = verdict.verification in _SEVERITY
            decided = not altered or len(supporting) > len(opposing[_change(verdict)])
            found.append(Quoted(d, u, verdict.verification, document, reference, verdict, decided, every, count))
    return _both_sides(found, members[at])


def _both_sides(found: list[Quoted], reference: Item) -> list[Quoted]:
    """Where nothing tells which wording is the altered one, the reference is as suspect as the other."""
    undecided = next((q for q in found if q.verification in _SEVERITY and not q.decided), None)
    if undecided is None or undecided.comparison is None:
        return found
    turned = compare(reference[1].text, undecided.utterance.text)
    return [
        msgspec.structs.replace(
            q,
            verification=turned.verification,
            reference=undecided.document,
            there=undecided.utterance,
            comparison=turned,
            decided=False,
        )
        if q.comparison is None and turned.verification in _SEVERITY
        else q
        for q in found
    ]


def _change(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    return tuple((e.here.lower(), e.there.lower()) for e in comparison.edits if e.kind != "punctuation")


def flags(document: Document, found: Sequence[Quoted], ids: Sequence[str]) -> list[Flag]:
    """Flag the altered quotations of one document.

    Args:
        document: the document.
        found: its quotations; see :func:`quoted`.
        ids: the ids of all documents of the story.
    """
    made: list[Flag] = []
    for q in found:
        if q.verification not in _SEVERITY or q.comparison is None or q.reference is None or q.there is None:
            continue
        speaker = q.utterance.full or q.utterance.speaker or q.there.full or q.there.speaker
        evidence: dict[str, Any] = {
            "verification": q.verification,
            "speaker": speaker,
            "here": q.utterance.text,
            "elsewhere": q.there.text,
            "document": ids[q.reference],
            "edits": [{"here": e.here, "elsewhere": e.there, "kind": e.kind} for e in q.comparison.edits],
            "cause": q.comparison.cause,
            "documents": [ids[d] for d in q.documents],
            "origins": q.origins,
        }
        made.append(
            make_flag(
                document.text,
                q.utterance.start,
                q.utterance.end,
                label="altered-quote",
                severity=_SEVERITY[q.verification] if q.decided else "minor",
                score=q.comparison.score * (1.0 if q.decided else _UNDECIDED),
                detector=ALTERED_QUOTE,
                reason=q.verification if q.decided else "wordings-differ",
                evidence={key: value for key, value in evidence.items() if value is not None},
            )
        )
    return made
