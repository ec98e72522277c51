"""Words one edit away from another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from annotate.lexicon.lexicon import Lexicon

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def neighbours(word: str, words: Lexicon, minimum: int) -> list[tuple[str, int, str]]:
    """Give (term, documents, edit) for terms of the list one edit from a lower-case word, the most frequent first.

    An edit is a letter left out, put in, changed, or two neighbours swapped (Damerau 1964: these four make up more
    than 80 % of misspellings); ``doubled`` is a letter twice for once or once for twice. The first letter is held
    fixed: it is seldom wrong (Yannakoudakis & Fawthrop 1983).

    Args:
        word: lower-case letters.
        words: the list.
        minimum: documents in which a term must occur in lower case.
    """
    found: dict[str, tuple[int, str]] = {}
    for term, edit in _edits(word):
        n = words.count(term)
        if n >= minimum and term != word and term not in found:
            found[term] = (n, edit)
    return sorted(((term, n, edit) for term, (n, edit) in found.items()), key=lambda item: (-item[1], item[0]))


def _edits(word: str) -> Iterator[tuple[str, str]]:
    for i in range(1, len(word)):
        head, tail = word[:i], word[i:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:], "swapped"
        yield head + tail[1:], "doubled" if tail[0] in (head[-1], tail[1:2]) else "added"
        for letter in _LETTERS:
            yield head + letter + tail, "doubled" if letter in (head[-1], tail[0]) else "left-out"
            yield head + letter + tail[1:], "changed"
    for letter in _LETTERS:
        yield word + letter, "left-out"
