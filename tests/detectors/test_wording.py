from __future__ import annotations

import numpy as np
import pytest

from annotate.detectors.wording import Wording
from annotate.documents import Document, Range
from annotate.models import words
from annotate.models.heads import TOKEN_HEADS
from annotate.models.words import WordHead, mark_words

TEXT = "The crew restored the ship. 🚀 They was late, and the ferry were closed again."
WHOLE = [Range(0, len(TEXT))]


class Fixed:
    """Says of some words that a head is sure of them."""

    def __init__(self, sure: dict[str, str]) -> None:
        self.sure = sure

    def range_means(self, ranges: list[Range], heads: slice) -> np.ndarray:
        found = np.full((len(ranges), len(TOKEN_HEADS)), -4.0)
        for i, r in enumerate(ranges):
            for word, head in self.sure.items():
                if r.of(TEXT) == word:
                    found[i, TOKEN_HEADS.index(head)] = 4.0
        return found


@pytest.mark.parametrize(
    ("sure", "within", "expected"),
    [
        ({}, WHOLE, []),
        ({"restored": "mistranslation"}, WHOLE, [("restored", "mistranslation")]),
        # Neighbours under one head are one run; a mark, a sentence's end or another head parts them.
        ({"They": "grammar", "was": "grammar"}, WHOLE, [("They was", "grammar")]),
        ({"late": "grammar", "and": "grammar"}, WHOLE, [("late", "grammar"), ("and", "grammar")]),
        ({"ship": "grammar", "They": "grammar"}, WHOLE, [("ship", "grammar"), ("They", "grammar")]),
        (
            {"the": "grammar", "ferry": "terminology"},
            [Range(30, len(TEXT))],
            [("the", "grammar"), ("ferry", "terminology")],
        ),
        # Only inside the passages asked about.
        ({"restored": "mistranslation", "ferry": "terminology"}, [Range(0, 27)], [("restored", "mistranslation")]),
        ({"restored": "mistranslation"}, [], []),
    ],
)
def test_which_words_are_marked(
    monkeypatch: pytest.MonkeyPatch, sure: dict[str, str], within: list[Range], expected: list[tuple[str, str]]
) -> None:
    heads = {name: WordHead([1.0, 0.0], 0.0, 0.5) for name in ("mistranslation", "grammar", "terminology")}
    monkeypatch.setattr(words, "load_word_heads", lambda: heads)
    monkeypatch.setattr(words.encoder, "encode", lambda document: Fixed(sure))
    found = mark_words(Document(TEXT), within)
    assert [(TEXT[w.start : w.end], w.head) for w in found] == expected
    assert all(0.5 <= w.score <= 1.0 for w in found)


def test_a_head_without_a_threshold_flags_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "load_word_heads", lambda: {"grammar": WordHead([1.0, 0.0], 0.0, None)})
    monkeypatch.setattr(words.encoder, "encode", lambda document: Fixed({"was": "grammar"}))
    assert mark_words(Document(TEXT), WHOLE) == []


def test_the_linear_tier_flags_no_words() -> None:
    assert list(Wording(tier="linear").detect(Document(TEXT * 20))) == []
