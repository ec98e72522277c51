"""The detectors that need more than one document, by their versioned ids."""

from __future__ import annotations

from typing import Final

from annotate.documents import Label

ALTERED_QUOTE: Final = "altered_quote@1"
CLAIM_CONFLICT: Final = "claim_conflict@1"
TERM_CONFLICT: Final = "term_conflict@1"
UNCREDITED_COPY: Final = "uncredited_copy@1"

DETECTORS: Final[dict[str, tuple[Label, str]]] = {
    ALTERED_QUOTE: (
        "altered-quote",
        "direct quotations whose words differ, unmarked, from the same one elsewhere",
    ),
    CLAIM_CONFLICT: ("conflicting-claim", "dates, figures, people, places and owners that other documents contradict"),
    TERM_CONFLICT: ("terminology", "a type of thing that one document alone gives to what the others call otherwise"),
    UNCREDITED_COPY: (
        "uncredited-copy",
        "text of another document or outlet, or a leftover of its byline, uncredited",
    ),
}
"""The label that each gives, and what it flags."""
