"""One story: its documents held against each other, and what each of their records gains by it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final, Literal

import msgspec

from annotate.corroboration import claims, quoted
from annotate.corroboration.claims import Claims, Compared
from annotate.corroboration.copies import Copying, compare_copies, credits_document, exchange, run_hashes, whole_credits
from annotate.corroboration.credits import chain, find_credits
from annotate.corroboration.detectors import TERM_CONFLICT, UNCREDITED_COPY
from annotate.corroboration.entities import TypeConflict, outlying_types, type_words
from annotate.corroboration.origins import Member, Taken, count_origins, member, publisher, uncredited_copy
from annotate.corroboration.published import published_day
from annotate.corroboration.quoted import Quoted
from annotate.corroboration.utterances import Utterance, find_utterances
from annotate.corroboration.values import DocumentValues, document_values
from annotate.documents import Document, Flag, make_flag
from annotate.documents.evidence import (
    COPIES,
    AttributionCounts,
    ClaimCounts,
    ComparedClaim,
    Copied,
    Evidence,
    QuotationCounts,
    SharedText,
)
from annotate.documents.translated import declares_translation

MOST: Final = 300
"""Quotations, values and words for types of one document that are compared, the first ones: three times what a long
report has, so that no text, however odd, holds up a run."""
_ALL_PAIRS: Final = 24
"""Documents of a story of which every two are compared; in a larger one those that share runs of words."""
_SAMPLE: Final = 8
"""One in so many runs of words is looked up in a large story."""
_SHARED_RUNS: Final = 2
_ANONYMOUS: Final = re.compile(
    r"(?:^|\s)(?:officials?|sources?|witness(?:es)?|experts?|critics|observers|analysts|insiders?|aides?|spokes(?:man|woman|person)"
    r"|diplomats?|people|persons?|residents?|authorities)$",
    re.IGNORECASE,
)


class Finding(msgspec.Struct, frozen=True):
    """What one document's record gains."""

    evidence: Evidence
    flags: list[Flag] = []


class _Origins:
    """Tells which of some documents have what they say from one origin."""

    def __init__(self, documents: Sequence[Document], copies: Sequence[tuple[int, int]]) -> None:
        self._documents = documents
        self._copies = [(_key(a), _key(b)) for a, b in copies]

    def of_documents(self) -> list[int]:
        """Give each whole document the number of its origin."""
        found = [Member(_key(i), publisher(d), credited=_credit(d)) for i, d in enumerate(self._documents)]
        return self._number(found)

    def of_places(self, places: Sequence[tuple[int, int, int]]) -> list[int]:
        """Give what documents say at (document, start, end) the numbers of their origins."""
        return self._number([member(self._documents[d], _key(d), s, e, quotation=False) for d, s, e in places])

    def of_quotations(self, items: Sequence[tuple[int, Utterance]]) -> list[int]:
        """Give one utterance in several documents the numbers of its origins."""
        return self._number(
            [member(self._documents[d], _key(d), u.start, u.end, said_to=u.origin, quotation=True) for d, u in items]
        )

    def _number(self, members: Sequence[Member]) -> list[int]:
        groups = count_origins(members, self._copies)
        number = {key: n for n, group in enumerate(groups) for key in group.members}
        return [number[m.key] for m in members]


def _credit(document: Document) -> str | None:
    return next(iter(sorted(whole_credits(document))), None)


def _key(number: int) -> str:
    return f"{number:06}"


def hold(story: str, documents: Sequence[Document]) -> list[Finding]:
    """Hold the documents of one story against each other.

    Args:
        story: its id.
        documents: at least one, in any order; their ids need not differ.

    Returns:
        What each document's record gains, in the order of the documents.
    """
    order = sorted(
        range(len(documents)), key=lambda i: (documents[i].id, documents[i].sha256, documents[i].source or "")
    )
    found = _hold(story, [documents[i] for i in order])
    place = {i: n for n, i in enumerate(order)}
    return [found[place[i]] for i in range(len(documents))]


def _hold(story: str, documents: Sequence[Document]) -> list[Finding]:
    pairs = _copies(documents)
    copied = [pair for pair, copying in pairs.items() if copying.originality in COPIES]
    origins = _Origins(documents, copied)
    whole = origins.of_documents()
    ids = [d.id for d in documents]
    utterances = [find_utterances(d)[:MOST] for d in documents]
    quotations = quoted.quoted(utterances, origins.of_quotations)
    values = [_first(document_values(d, _key(i), published_day(d.published))) for i, d in enumerate(documents)]
    checked = claims.claims(values, origins.of_places)
    types = outlying_types(
        [(_key(i), type_words(d)[:MOST]) for i, d in enumerate(documents)], {_key(i): n for i, n in enumerate(whole)}
    )
    by_key = {_key(i): d for i, d in enumerate(documents)}
    id_of = {key: d.id for key, d in by_key.items()}
    others: list[list[tuple[Document, Copying]]] = [[] for _ in documents]
    for (a, b), copying in pairs.items():
        others[a].append((documents[b], copying))
        others[b].append((documents[a], exchange(copying)))
    found: list[Finding] = []
    for i, document in enumerate(documents):
        taken = uncredited_copy(document, others[i])
        flags = [
            *quoted.flags(document, quotations[i], ids),
            *claims.flags(document, checked[i], id_of, by_key),
            *(_type_flag(document, t, id_of) for t in types if t.document == _key(i)),
            *(_copy_flag(document, t) for t in taken),
        ]
        evidence = Evidence(
            story=story,
            documents=len(documents),
            origins=len(set(whole)),
            origin=whole[i] + 1,
            claims=_claim_counts(checked[i]),
            compared=[_compared(document, c, id_of) for c in checked[i].compared],
            quotations=_quotation_counts(quotations[i]),
            copies=[_shared_text(other, copying) for other, copying in others[i] if copying.originality != "original"],
            copied=_originality(others[i]),
            credit=_credit(document),
            credited=_credited(document, others[i], taken),
            attributions=_attributions(document, utterances[i]),
            is_translation="declared" if declares_translation(document) else None,
            spans=_spans(checked[i], quotations[i]),
        )
        found.append(Finding(evidence, flags))
    return found


def _first(found: DocumentValues) -> DocumentValues:
    return msgspec.structs.replace(found, values=found.values[:MOST])


def _copies(documents: Sequence[Document]) -> dict[tuple[int, int], Copying]:
    """Compare every two documents that may share text; those that share nothing are left out."""
    if len(documents) <= _ALL_PAIRS:
        candidates = list(combinations(range(len(documents)), 2))
    else:
        postings: defaultdict[int, list[int]] = defaultdict(list)
        for i, document in enumerate(documents):
            for run in sorted({r for r in run_hashes(document) if r % _SAMPLE == 0}):
                postings[run].append(i)
        shared: defaultdict[tuple[int, int], int] = defaultdict(int)
        for members in postings.values():
            # What more share is furniture, or a copy of what the first of them has.
            for pair in combinations(members[:_ALL_PAIRS], 2):
                shared[pair] += 1
        candidates = sorted(pair for pair, count in shared.items() if count >= _SHARED_RUNS)
    compared = {(a, b): compare_copies(documents[a], documents[b]) for a, b in candidates}
    return {pair: copying for pair, copying in compared.items() if copying.passages}


def _claim_counts(found: Claims) -> ClaimCounts:
    return ClaimCounts(
        checkable=found.checkable,
        confirmed=found.count("confirmed"),
        consistent=found.count("consistent"),
        contradicted=found.count("contradicted"),
        uncorroborated=found.checkable - len(found.compared),
    )


_FAITHFUL: Final = ("verbatim", "excerpt", "marked-edit")


def _compared(document: Document, found: Compared, id_of: dict[str, str]) -> ComparedClaim:
    member = found.member
    sentence = next((s for s in document.layout.sentences if s.start <= member.start < s.end), None)
    hands = chain(document, sentence.start, sentence.end) if sentence is not None else ()
    elsewhere: defaultdict[str, set[str]] = defaultdict(set)
    for other in found.relation.members:
        if other.document != member.document:
            elsewhere[other.text].add(id_of[other.document])
    return ComparedClaim(
        start=member.start,
        end=member.end,
        kind=found.relation.kind,
        standing=found.standing,
        relation=found.relation.relation,
        origins=found.agreeing,
        elsewhere={text: sorted(ids) for text, ids in sorted(elsewhere.items())},
        explanations=list(found.relation.explanations),
        chain=[hand.name for hand in hands],
    )


def _shared_text(other: Document, copying: Copying) -> SharedText:
    return SharedText(
        document=other.id,
        originality=copying.originality,
        share=round(copying.containment_a, 3),
        direction=_DIRECTIONS[copying.direction],
        basis=copying.basis,
    )


_DIRECTIONS: Final[dict[str | None, Literal["from", "to"] | None]] = {"a-from-b": "from", "b-from-a": "to", None: None}


def _quotation_counts(found: Sequence[Quoted]) -> QuotationCounts:
    """Count what others quote too. Where nothing tells which wording is the altered one, nobody altered it."""
    verdicts = [q.verification for q in found if q.decided]
    return QuotationCounts(
        checked=len(found),
        verbatim=sum(v in _FAITHFUL for v in verdicts),
        equivalent=verdicts.count("equivalent"),
        altered_wording=verdicts.count("altered-wording"),
        altered_meaning=verdicts.count("altered-meaning"),
    )


def _originality(others: Sequence[tuple[Document, Copying]]) -> Copied | None:
    """Give the strongest copying that is not known to go the other way; None where there is nothing to compare with."""
    known = {c.originality for _, c in others if c.direction != "b-from-a"}
    return next((originality for originality in _COPYING if originality in known), None)


_COPYING: Final[tuple[Copied, ...]] = (
    "wholesale-duplicate",
    "copy-with-different-portions",
    "quotes-extensively",
    "original",
)
"""From all of it to none."""


def _credited(document: Document, others: Sequence[tuple[Document, Copying]], taken: Sequence[Taken]) -> bool | None:
    if any(t.reason == "shared-passage" for t in taken):
        return False
    sources = [other for other, c in others if c.direction == "a-from-b" and c.originality in COPIES]
    if not sources:
        return None
    return bool(whole_credits(document)) or any(credits_document(document, other) for other in sources) or None


def _attributions(document: Document, utterances: Sequence[Utterance]) -> AttributionCounts:
    speakers = {u.full or u.speaker for u in utterances if u.speaker}
    anonymous = {s for s in speakers if s and _ANONYMOUS.search(s) and not re.search(r"[a-z] [A-Z]", s)}
    agencies = {c.outlet for c in find_credits(document) if c.agency and c.outlet and c.role != "image-credit"}
    return AttributionCounts(
        named=len(speakers) - len(anonymous), anonymous=len(anonymous), wire_services=sorted(agencies)
    )


def _spans(found: Claims, quotations: Sequence[Quoted]) -> dict[str, list[tuple[int, int]]]:
    spans = {
        "confirmed-claims": found.spans("confirmed"),
        "contradicted-claims": found.spans("contradicted"),
        "faithful-quotations": [
            (q.utterance.start, q.utterance.end) for q in quotations if q.verification in (*_FAITHFUL, "equivalent")
        ],
    }
    return {name: places for name, places in spans.items() if places}


def _type_flag(document: Document, found: TypeConflict, id_of: dict[str, str]) -> Flag:
    evidence: dict[str, Any] = {
        "entity": found.entity,
        "here": found.here,
        "elsewhere": dict(found.elsewhere),
        "examples": [{"document": id_of[m.document], "text": m.text} for m in found.examples],
        "documents": [id_of[key] for key in found.documents],
    }
    return make_flag(
        document.text,
        found.start,
        found.end,
        label="terminology",
        severity="major",
        score=found.score,
        detector=TERM_CONFLICT,
        reason="type-conflict",
        evidence=evidence,
    )


def _copy_flag(document: Document, found: Taken) -> Flag:
    evidence: dict[str, Any] = {
        "document": found.document,
        "outlet": found.outlet,
        "containment": found.containment or None,
        "elsewhere": found.elsewhere,
    }
    return make_flag(
        document.text,
        found.start,
        found.end,
        label="uncredited-copy",
        severity="major" if found.reason == "shared-passage" else "minor",
        score=found.score,
        detector=UNCREDITED_COPY,
        reason=found.reason,
        evidence={key: value for key, value in evidence.items() if value is not None},
    )
