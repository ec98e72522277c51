"""What corroboration found about one document: counts, origins and the ranges behind them."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Copied = Literal["original", "copy-with-different-portions", "wholesale-duplicate", "quotes-extensively"]
"""Article originality as in the W3C Credibility Signals draft (26 November 2019)."""

COPIES: Final = ("copy-with-different-portions", "wholesale-duplicate")
"""Values of :data:`Copied` of a document that has no origin of its own."""

Standing = Literal["confirmed", "consistent", "contradicted", "disputed"]
"""What the other documents of a story make of a claim; see :class:`ClaimCounts`."""

Ranges = list[tuple[int, int]]


class ClaimCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Claims of one document with a value (date, number, place, owner, type) that another document could have."""

    checkable: int = 0
    """All of them, those that no other document speaks of included."""
    confirmed: int = 0
    """Another independent origin has the same value, and none a conflicting one."""
    consistent: int = 0
    """Compatible with the rest of the story (bound, update, scope, or the same value from the same origin), or what
    most origins have where another contradicts it."""
    contradicted: int = 0
    """More independent origins have a conflicting value than have this one."""
    uncorroborated: int = 0
    """Found nowhere else: the normal state of a claim."""

    @property
    def compared(self) -> int:
        """Claims that another document speaks of."""
        return self.confirmed + self.consistent + self.contradicted + self.disputed

    @property
    def disputed(self) -> int:
        """Claims in conflict with as many origins as have them: what the four other counts leave of ``checkable``."""
        return max(0, self.checkable - self.confirmed - self.consistent - self.contradicted - self.uncorroborated)


class QuotationCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """Direct quotations of one document that another document has too."""

    checked: int = 0
    verbatim: int = 0
    """Word for word the consensus form, or a marked excerpt or edit of it."""
    equivalent: int = 0
    altered_wording: int = 0
    """Other words inside the quotation marks, the meaning kept."""
    altered_meaning: int = 0

    @property
    def faithful(self) -> int:
        """Verbatim and equivalent ones."""
        return self.verbatim + self.equivalent


class AttributionCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom one document names as having said what it says."""

    named: int = 0
    anonymous: int = 0
    wire_services: list[str] = []
    """Names of the agencies cited."""


class ComparedClaim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value of one document that another document speaks of too."""

    start: int
    end: int
    """``[start, end)`` of the text."""
    kind: str
    """``date``, ``weekday``, ``number``, ``person``, ``place``, ``owner``."""
    standing: Standing
    relation: Literal["same", "conflict", "update", "bound", "scope"]
    origins: int
    """Independent origins with this value, this document's own included."""
    elsewhere: dict[str, list[str]] = {}
    """The value in the words of the other documents → their ids."""
    explanations: list[str] = []
    """What may explain a difference: ``time-zone``, ``rounding``, ``later-report`` …"""
    chain: list[str] = []
    """The hands it passed through by this document's own words, the first to have it first; empty where the document
    says it as its own."""


class SharedText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another document with which one shares text."""

    document: str
    """Id of the other."""
    originality: Copied
    share: float
    """Share of this document's words that stand in passages both have, in [0, 1]."""
    direction: Literal["from", "to"] | None
    """Whether this one has it from the other or the other way round; None where nothing tells."""
    basis: Literal["credit", "published", "completeness"] | None = None
    """What tells: a credit, an earlier day, or that the one is a mere part of the other."""


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that was found by holding one document against the others of its story."""

    story: str | None = None
    documents: int = 1
    """In the story, this one included."""
    origins: int = 1
    """Independent origins of the story: at most ``documents``."""
    origin: int = 1
    """Which of them this document has its text from, counted from 1: the same number for copies of one text and for
    documents that credit one agency."""
    claims: ClaimCounts = ClaimCounts()
    compared: list[ComparedClaim] = []
    """The claims that another document speaks of, in order of place."""
    quotations: QuotationCounts = QuotationCounts()
    copied: Copied | None = None
    """None: not known, or nothing to compare with."""
    copies: list[SharedText] = []
    credit: str | None = None
    """The outlet that it says its whole text is from."""
    credited: bool | None = None
    """Whether a copy names where it comes from; None where it is no copy or cannot be told."""
    attributions: AttributionCounts = AttributionCounts()
    is_translation: Literal["declared", "suspected"] | None = None
    spans: dict[str, Ranges] = {}
    """Signal (a key of :data:`annotate.sources.ratings.SIGNALS`) to the ranges ``[start, end)`` of the text behind it;
    where a signal is missing, the flags of its label are taken."""

    @property
    def share(self) -> float:
        """What this document counts for, in (0, 1]: one if it has an origin of its own, else a part.

        The copies of one origin are at most ``documents - origins + 1``, and exactly as many where the story has one
        origin with copies, so that all of them together never count for more than one.
        """
        return 1.0 / max(1, self.documents - self.origins + 1) if self.copied in COPIES else 1.0
