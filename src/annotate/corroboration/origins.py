"""How many separate origins a claim or quotation has, and what a document has taken from others without saying so."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from annotate.corroboration.copies import Copying, whole_credits
from annotate.corroboration.credits import Credit, chain, find_credits
from annotate.corroboration.outlets import AGENCIES, mentions, outlet_named
from annotate.documents.document import Document

Basis = Literal["said-to", "credited", "same-text", "same-utterance", "own"]
"""Why a document counts to an origin: the words were said to that outlet, it credits it, its text is copied, it has the
words of an utterance that was given to that outlet alone; or it has no other origin."""


class Member(msgspec.Struct, frozen=True):
    """A document that carries a claim or quotation."""

    key: str
    publisher: str | None = None
    """Canonical name of the outlet that published it."""
    said_to: str | None = None
    """Canonical name of the outlet that the quotation was given to."""
    credited: str | None = None
    """The outlet that the document has it from by its own words."""
    quotation: bool = False


class Origin(msgspec.Struct, frozen=True):
    """One origin and the documents that have it from there."""

    name: str | None
    """The outlet; None where it has no name: documents that copy each other, a document of an unknown publisher."""
    members: tuple[str, ...]
    """Keys, ascending."""
    bases: tuple[Basis, ...]
    """For each member."""


def member(
    document: Document, key: str, start: int, end: int, *, said_to: str | None = None, quotation: bool
) -> Member:
    """Say what is known of where a document has a claim from.

    Args:
        document: the document.
        key: what to call it by.
        start: of the sentence or quotation.
        end: of it.
        said_to: whom a quotation was given to, as the document writes it; what has no name ("the news agency") is
            taken as not said.
        quotation: whether it is a quotation.
    """
    own = publisher(document)
    sentences = document.layout.sentences
    first = max(0, bisect_right(sentences, start, key=lambda r: r.start) - 1)
    last = max(first, bisect_right(sentences, end - 1, key=lambda r: r.start) - 1)
    around = (sentences[first].start, sentences[last].end) if sentences else (start, end)
    named = {c.outlet for c in find_credits(document) if c.outlet}
    through = [a.name for a in chain(document, *around) if a.kind == "outlet" and a.name in named and a.name != own]
    given = outlet_named(re.sub(r"^[Tt]he\s", "", said_to)) if said_to else None
    # Who has the claim first is the origin; whoever reports that is on the way to it.
    credited = next(iter(through), None) or next(iter(sorted(whole_credits(document))), None)
    return Member(key, own, given, credited, quotation)


def count_origins(members: Iterable[Member], copies: Iterable[tuple[str, str]] = ()) -> list[Origin]:
    """Group the documents that carry one claim or quotation by where they have it from: each group is one origin.

    Documents are one origin if they credit the same outlet (or are that outlet's own), if the quotation was given
    to the same outlet, or if their texts are copies. Where a quotation was given to one outlet alone, those who have
    its words and name no other origin have it from there. Any other document without a credit is its own origin.

    Args:
        members: the documents.
        copies: pairs of keys of documents of which one has its text, or this passage, from the other or both from one.

    Returns:
        Origins in order of their smallest member.
    """
    by_key = {m.key: m for m in sorted(members, key=lambda m: m.key)}
    parent = {key: key for key in by_key}
    basis: dict[str, Basis] = dict.fromkeys(by_key, "own")

    def find(key: str) -> str:
        while parent[key] != key:
            key = parent[key]
        return key

    def join(a: str, b: str) -> bool:
        a, b = sorted((find(a), find(b)))
        parent[b] = a
        return a != b

    named: dict[str, list[str]] = {}
    for key, m in by_key.items():
        outlet = m.said_to or m.credited
        if outlet is not None:
            basis[key] = "said-to" if m.said_to else "credited"
            named.setdefault(outlet, []).append(key)
    for key, m in by_key.items():
        if basis[key] == "own" and m.publisher in named:
            named[m.publisher].append(key)
    for keys in named.values():
        for key in keys[1:]:
            join(keys[0], key)
    for a, b in sorted((min(p), max(p)) for p in copies):
        if a in by_key and b in by_key:
            joined = join(a, b)
            for key in (a, b):
                if joined and basis[key] == "own" and by_key[key].publisher not in named:
                    basis[key] = "same-text"
    given = sorted({m.said_to for m in by_key.values() if m.said_to})
    if len(given) == 1 and len(named) == 1:
        for key, m in by_key.items():
            apart = m.quotation and basis[key] == "own" and m.publisher not in named
            # An agency has reporters of its own: it may have been told the same.
            if apart and m.publisher not in AGENCIES:
                join(named[given[0]][0], key)
                basis[key] = "same-utterance"
    groups: dict[str, list[str]] = {}
    for key in by_key:
        groups.setdefault(find(key), []).append(key)
    return [
        Origin(_name([by_key[key] for key in keys]), tuple(keys), tuple(basis[key] for key in keys))
        for _, keys in sorted(groups.items())
    ]


def _name(members: Sequence[Member]) -> str | None:
    outlets = [m.said_to or m.credited for m in members if m.said_to or m.credited]
    if outlets:
        return min(outlets, key=lambda o: (-outlets.count(o), str(o)))
    publishers = {m.publisher for m in members}
    return publishers.pop() if len(publishers) == 1 else None


Reason = Literal["shared-passage", "leftover-byline", "leftover-handle"]


class Taken(msgspec.Struct, frozen=True, order=True):
    """What looks taken from elsewhere without a credit."""

    start: int
    end: int
    reason: Reason
    score: float
    """In (0, 1]: how surely; higher is surer."""
    document: str | None
    """Id of the other document; None where nothing but the leftover tells."""
    outlet: str | None
    """Whose it is, if that is known."""
    elsewhere: str | None
    """The words of the other document, on one line; None for a leftover."""
    containment: float
    """Share of this document's words that are in the other; 0 without one."""


_TAKEN_WORDS: Final = 20
"""Words outside quotations that a passage must share: what is shorter may be a set phrase or a common source's."""
_SURE: Final = {"credit": 0.75, "published": 0.65, "completeness": 0.45}
"""By what tells who has it from whom. A byline may have been lost when the text was taken from its page, and days of
publication are often those of the last change: nothing of this is proof."""
_LEFTOVER: Final = {"outlet": 0.75, "elsewhere": 0.65, "quoted": 0.5}
"""An account of another outlet; one that another source's document names too; a bare name in quotation marks."""


def uncredited_copy(document: Document, others: Sequence[tuple[Document, Copying]]) -> tuple[Taken, ...]:
    """Find what a document has taken from others without a credit.

    Passages count only where something tells that this document has them from the other one (an earlier date, a credit
    the other carries), where no credit names that document's outlet or agency, and where the two have different
    publishers. A call to follow an account counts if the account is another outlet's, if another source's document of
    the story makes the same call, or if it is a mere name in quotation marks; an author's own account does not.

    Args:
        document: the document.
        others: the others of its story, each with ``compare_copies(document, other)``.
    """
    found: list[Taken] = []
    mine = whole_credits(document)
    for other, copying in others:
        if copying.direction != "a-from-b" or copying.basis is None or _same_publisher(document, other):
            continue
        theirs = whole_credits(other) | ({publisher(other)} - {None})
        if mine or _names(document, other, theirs):
            continue
        sure = _SURE[copying.basis] * (0.7 + 0.3 * min(1.0, copying.unquoted_a / 0.5))
        found += [
            Taken(
                p.start_a,
                p.end_a,
                "shared-passage",
                round(sure, 4),
                other.id,
                next(iter(sorted(str(t) for t in theirs)), None),
                " ".join(other.text[p.start_b : p.end_b].split()),
                copying.containment_a,
            )
            for p in copying.passages
            if p.words * (1 - p.quoted) >= _TAKEN_WORDS
        ]
    found += _leftovers(document, [other for other, _ in others])
    return _without_overlaps(found)


def _names(document: Document, other: Document, outlets: Iterable[str | None]) -> bool:
    """Whether a document names one of the outlets, or the other's web site, anywhere: that may be the credit."""
    if not {m.outlet for m in mentions(document)}.isdisjoint(outlets):
        return True
    site = _squash(_SITE.sub("", (other.source or "").lower()).split(".")[0])
    return len(site) >= _LONG_ENOUGH and site in _squash(document.text)


_SITE: Final = re.compile(r"^(?:https?://)?(?:www\d?\.)?")
_LONG_ENOUGH: Final = 4


def _same_publisher(a: Document, b: Document) -> bool:
    return a.source is not None and b.source is not None and publisher(a) == publisher(b)


def publisher(document: Document) -> str | None:
    """Give the canonical name of the outlet that published a document, or its source as it is."""
    return (outlet_named(document.source) or document.source) if document.source else None


def _leftovers(document: Document, others: Sequence[Document]) -> list[Taken]:
    handles = [c for c in find_credits(document) if c.role == "handle"]
    found: list[Taken] = []
    for handle in handles:
        if _is_own(document, handle):
            continue
        elsewhere = next((o for o in others if not _same_publisher(document, o) and _calls(o, handle)), None)
        if handle.outlet is not None:
            kind = "outlet"
        elif elsewhere is not None and document.source and elsewhere.source:
            kind = "elsewhere"
        elif document.text[handle.start - 1 : handle.start] in ('"', "“", "'", "‘"):
            kind = "quoted"
        else:
            continue
        sentences = document.layout.sentences
        sentence = sentences[max(0, bisect_right(sentences, handle.start, key=lambda r: r.start) - 1)]
        found.append(
            Taken(
                sentence.start,
                sentence.end,
                "leftover-byline" if " " in handle.text else "leftover-handle",
                _LEFTOVER[kind],
                elsewhere.id if elsewhere else None,
                handle.outlet,
                None,
                0.0,
            )
        )
    return found


def _squash(name: str) -> str:
    return re.sub(r"\W|_", "", name).lower()


def _is_own(document: Document, handle: Credit) -> bool:
    """Whether an account is the publisher's or, by a byline, the author's."""
    name = _squash(handle.text)
    if document.source is None:
        # Without a publisher an outlet's account may be its own.
        return handle.outlet is not None
    if handle.outlet is not None:
        return handle.outlet == outlet_named(document.source)
    source = _squash(document.source.removeprefix("www.").split(".")[0])
    if len(source) >= 3 and source in name:
        return True
    opening = document.text[:_OPENING]
    return any(_squash(m[1]) == name for m in _BY.finditer(opening))


_OPENING: Final = 600
_BY: Final = re.compile(r"\b[Bb]y\s([A-Z][\w’'-]{1,20}(?:\s[A-Z][\w.’'-]{0,20}){1,2})")


def _calls(document: Document, handle: Credit) -> bool:
    name = _squash(handle.text)
    return any(c.role == "handle" and _squash(c.text) == name for c in find_credits(document))


def _without_overlaps(found: list[Taken]) -> tuple[Taken, ...]:
    """Keep the surest of those that overlap."""
    kept: list[Taken] = []
    for taken in sorted(found, key=lambda t: (-t.score, t.start - t.end, t.start, t.document or "")):
        at = bisect_right(kept, taken.start, key=lambda k: k.start)
        if (at == 0 or kept[at - 1].end <= taken.start) and (at == len(kept) or taken.end <= kept[at].start):
            kept.insert(at, taken)
    return tuple(kept)
