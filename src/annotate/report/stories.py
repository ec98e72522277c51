"""Stories as the page shows them: who says what differently, and who has their text from whom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from annotate.corroboration.copies import Copying, compare_copies, whole_credits
from annotate.corroboration.origins import Member, count_origins, publisher
from annotate.documents import Document, Flag, Record
from annotate.documents.evidence import COPIES
from annotate.report.entries import Plain, compare, passages_elsewhere


class Stories:
    """Gathers stories of two documents or more from a stream of records.

    Texts are held only of stories that have fewer origins than documents, and only until their last document has come.
    """

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
        story = self._found.setdefault(evidence.story, _Story(len(self._found), evidence.documents, evidence.origins))
        story.add(number, record, document)
        return story.number

    def finish(self) -> Iterator[Plain]:
        """Yield the stories in the order of their first documents."""
        for story in self._found.values():
            yield story.finish()


class _Story:
    def __init__(self, number: int, documents: int, origins: int) -> None:
        self.number = number
        self._documents = documents
        self._origins = origins
        self._members: list[int] = []
        self._copied: dict[int, str | None] = {}
        self._held: dict[int, Document] | None = {} if origins < documents else None
        self._quotations: dict[Any, Plain] = {}
        self._claims: list[Plain] = []
        self._terms: list[Plain] = []
        self._taken: list[Plain] = []
        self._graph: Plain = {}

    def add(self, number: int, record: Record, document: Document) -> None:
        self._members.append(number)
        self._copied[number] = record.evidence.copied if record.evidence else None
        for index, flag in enumerate(record.flags):
            self._add_flag(number, index, flag, record, document)
        if self._held is not None:
            self._held[number] = document
            if len(self._held) == self._documents:
                self._draw(self._held)
                self._held = None

    def _add_flag(self, number: int, index: int, flag: Flag, record: Record, document: Document) -> None:
        evidence = flag.evidence
        said: Plain = {"document": number, "flag": index, "reason": flag.reason, "score": flag.score}
        if flag.label == "altered-quote":
            compared = compare(flag)
            if compared is not None:
                # Where nothing tells which wording is the altered one, both documents have the flag: shown once.
                sides = frozenset(((record.id, evidence["here"]), (compared["other"], evidence["elsewhere"])))
                pair = {**said, **compared, "speaker": evidence.get("speaker"), "severity": flag.severity}
                self._quotations.setdefault(sides, pair)
        elif flag.label == "conflicting-claim":
            self._claims.append(
                {
                    **said,
                    "kind": evidence.get("kind"),
                    "severity": flag.severity,
                    "here": _sentence(document, flag),
                    "value": evidence.get("here", flag.text),
                    "elsewhere": evidence.get("elsewhere", {}),
                    "explanations": evidence.get("explanations", []),
                    "passages": passages_elsewhere(flag),
                }
            )
        elif flag.reason == "type-conflict":
            self._terms.append(
                {
                    **said,
                    "entity": evidence.get("entity"),
                    "severity": flag.severity,
                    "here": _sentence(document, flag),
                    "value": evidence.get("here", flag.text),
                    "elsewhere": evidence.get("elsewhere", {}),
                    "passages": passages_elsewhere(flag),
                }
            )
        elif flag.label == "uncredited-copy":
            outlet = {"outlet": evidence.get("outlet"), "share": evidence.get("containment")}
            self._taken.append({**said, **outlet, "from": evidence.get("document"), "text": flag.text})

    def _draw(self, held: dict[int, Document]) -> None:
        """Find who has their text from whom, and which documents have one origin."""
        copies: list[Plain] = []
        for a, b in combinations(held, 2):
            if self._copied[a] in COPIES or self._copied[b] in COPIES:
                copying = compare_copies(held[a], held[b])
                if copying.originality in COPIES:
                    copies.append(_edge(a, b, copying))
        members = [
            Member(f"{n:09}", publisher(d), credited=next(iter(sorted(whole_credits(d))), None))
            for n, d in held.items()
        ]
        origins = count_origins(members, [(f"{c['from']:09}", f"{c['to']:09}") for c in copies])
        self._graph = {
            "copies": copies,
            "groups": [{"name": o.name, "members": [int(key) for key in o.members]} for o in origins],
        }

    def finish(self) -> Plain:
        if self._held:
            # Some of its documents are not among these records; what is there is still worth drawing.
            self._draw(self._held)
            self._held = None
        return {
            "documents": self._members,
            "of": self._documents,
            "origins": self._origins,
            "quotations": list(self._quotations.values()),
            "claims": self._claims,
            "terms": self._terms,
            "taken": self._taken,
            **self._graph,
        }


def _edge(a: int, b: int, copying: Copying) -> Plain:
    """Draw an arrow from a text to its copy; without a direction where nothing tells which is which."""
    backward = copying.direction == "a-from-b"
    share = copying.containment_a if backward else copying.containment_b
    return {
        "from": b if backward else a,
        "to": a if backward else b,
        "directed": copying.direction is not None,
        "basis": copying.basis,
        "share": round(share if copying.direction else max(copying.containment_a, copying.containment_b), 2),
        "whole": copying.originality == "wholesale-duplicate",
    }


def _sentence(document: Document, flag: Flag) -> tuple[str, str, str]:
    """Give the sentence a flag begins in, cut into what stands before the flag, the flagged words and what follows."""
    sentences = document.layout.sentences
    found = next((s for s in sentences if s.start <= flag.start < s.end), None)
    begin, end = (found.start, max(found.end, flag.end)) if found else (flag.start, flag.end)
    text = document.text
    before, after = text[begin : flag.start], text[flag.end : end]
    return " ".join(before.split()), " ".join(flag.text.split()), " ".join(after.split())
