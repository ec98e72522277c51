"""Finding the terms of many termbases in a text: one pass over its words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from annotate.documents import Document, Range
from annotate.errors import AnnotateError
from annotate.termbases.inflection import inflections
from annotate.termbases.model import Entry, Termbase, load_termbase

_HYPHENS: Final = re.compile(r"[-‐‑]")


_NUMBER: Final = frozenset("0123456789")
"""Stands for every number in digits: a word is looked at as its first digit there."""


_LONGEST_HEADLINE: Final = 200


class _Step(msgspec.Struct, frozen=True):
    forms: frozenset[str] | None
    """None: any word."""
    optional: bool


_Pattern = tuple[_Step, ...]


class Match(msgspec.Struct, frozen=True):
    """A term found where its conditions hold."""

    entry: Entry
    start: int
    end: int
    context: tuple[str, ...]
    """The words, as they stand in the text, that made the conditions hold."""


class _Compiled(msgspec.Struct, frozen=True):
    entry: Entry
    pattern: _Pattern
    when: tuple[tuple[str, tuple[_Pattern, ...]], ...]
    unless: tuple[tuple[str, tuple[_Pattern, ...]], ...]


def compile_term(term: str) -> _Pattern:
    """Turn the notation of :class:`~annotate.termbases.model.Entry` into steps.

    Raises:
        ValueError: if the term is empty, or starts with a word that may be missing or is any word: such a term
            could not be looked up.
    """
    steps = []
    for token in term.lower().replace("’", "'").split():
        optional = token.endswith("?")
        body = token[:-1] if optional else token
        if body == "_":
            steps.append(_Step(None, optional))
            continue
        if body == "<n>":
            steps.append(_Step(_NUMBER, optional))
            continue
        forms: set[str] = set()
        for choice in body.split("|"):
            if not choice or choice == "+":
                raise ValueError(f"term {term!r} has an empty word")
            forms.update(inflections(choice[:-1]) if choice.endswith("+") else (choice,))
        steps.append(_Step(frozenset(forms), optional))
    if not steps or steps[0].optional or steps[0].forms is None:
        raise ValueError(f"term {term!r} must begin with a word or number that is always there")
    return tuple(steps)


class Matcher:
    """Looks up the terms of all entries in one pass; time grows with the text, hardly with the entries.

    Args:
        entries: of any number of termbases, in an order that stays the same.

    Raises:
        ValueError: for a term in wrong notation.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_first: dict[str, dict[str | None, list[_Compiled]]] = {}
        """First word → second word, None where any may follow → terms. Many terms begin with "in the"."""
        for entry in entries:
            when, unless = _compile_conditions(entry.when), _compile_conditions(entry.unless)
            for term in entry.terms:
                pattern = compile_term(term)
                compiled = _Compiled(entry, pattern, when, unless)
                if pattern[0].forms is _NUMBER:
                    raise ValueError(f"term {term!r} must begin with a word")
                seconds = _second_words(pattern)
                for first in sorted(pattern[0].forms or ()):
                    for second in seconds:
                        self._by_first.setdefault(first, {}).setdefault(second, []).append(compiled)

    def find(self, document: Document) -> list[Match]:
        """Give the terms that stand in a document where their conditions hold, by place.

        Of terms that overlap, the longer one is given, then the earlier one.
        """
        text = _Words(document)
        found: list[Match] = []
        followers = [*text.parts[1:], ""]
        for i, word in enumerate(text.parts):
            by_second = self._by_first.get(word)
            if by_second is None:
                continue
            for compiled in (*by_second.get(followers[i], ()), *by_second.get(None, ())):
                end = text.match(compiled.pattern, i)
                if end is None or text.splits_compound(i, end) or (not compiled.entry.names and text.is_name(i, end)):
                    continue
                context = _conditions_hold(compiled, text, i, end)
                if context is not None:
                    start = text.ranges[i].start
                    found.append(Match(compiled.entry, start, text.ranges[end - 1].end, context))
        return _without_overlaps(found)


def _second_words(pattern: _Pattern) -> list[str | None]:
    """List what the word after the first can be; [None] where it can be anything or nothing."""
    words: set[str] = set()
    for step in pattern[1:]:
        if step.forms is None or step.forms is _NUMBER:
            return [None]
        words |= step.forms
        if not step.optional:
            return [*sorted(words)]
    return [None]


def _compile_conditions(condition: object) -> tuple[tuple[str, tuple[_Pattern, ...]], ...]:
    return tuple(
        (place, tuple(compile_term(word) for word in words))
        for place in ("document", "near", "before", "after")
        if (words := getattr(condition, place))
    )


class _Words:
    """The words of a document, lower case, hyphened ones in parts, with an index from word to places."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        self.parts: list[str] = []
        self.ranges: list[Range] = []
        self._breaks = document.layout.hard_wrapped
        self._initial = {s.start for s in document.layout.sentences}
        self._places: dict[str, list[int]] | None = None
        self._anywhere: dict[int, tuple[int, int] | None] = {}
        for word in document.layout.words:
            whole = self.text[word.start : word.end]
            if "-" in whole or "‐" in whole or "‑" in whole:
                position = word.start
                for part in _HYPHENS.split(whole):
                    if part:
                        self._add(part, position)
                    position += len(part) + 1
            else:
                self._add(whole, word.start)

    def _add(self, part: str, start: int) -> None:
        self.parts.append(part.lower().replace("’", "'"))
        self.ranges.append(Range(start, start + len(part)))

    @property
    def places(self) -> dict[str, list[int]]:
        if self._places is None:
            self._places = {}
            for i, part in enumerate(self.parts):
                self._places.setdefault(part, []).append(i)
        return self._places

    def match(self, pattern: _Pattern, start: int, step: int = 0) -> int | None:
        """Index after the last word of a match that starts at word ``start``; the longest one."""
        if step == len(pattern):
            return start
        here = pattern[step]
        fits = (
            start < len(self.parts)
            and (
                here.forms is None
                or (self.parts[start][0] if here.forms is _NUMBER else self.parts[start]) in here.forms
            )
            and (step == 0 or self._joined(start))
        )
        if fits and (end := self.match(pattern, start + 1, step + 1)) is not None:
            return end
        return self.match(pattern, start, step + 1) if here.optional else None

    def _joined(self, i: int) -> bool:
        """Whether only blanks or a hyphen stand between word ``i`` and the one before it."""
        gap = self.text[self.ranges[i - 1].end : self.ranges[i].start]
        if gap.isspace():
            return self._breaks or not ("\n" in gap or "\r" in gap)
        return len(gap) == 1 and bool(_HYPHENS.match(gap))

    def splits_compound(self, start: int, end: int) -> bool:
        """Whether the words are part of a longer hyphened word, as in "re-election fight"."""
        before, after = self.ranges[start].start - 1, self.ranges[end - 1].end
        if before > 0 and _HYPHENS.match(self.text, before) and self.text[before - 1].isalnum():
            return True
        return bool(_HYPHENS.match(self.text, after)) and self.text[after + 1 : after + 2].isalnum()

    def is_name(self, start: int, end: int) -> bool:
        """Whether the words are a proper name: all of them capitalised in running text."""
        if not all(self.text[self.ranges[i].start].isupper() for i in range(start, end)):
            return False
        # One capital at the start of a sentence or a quotation says nothing, nor do capitals in a headline.
        return not (self._begins_sentence(start) if end - start == 1 else self._in_headline(start))

    def _begins_sentence(self, i: int) -> bool:
        begin = self.ranges[i].start
        before = self.text[max(0, begin - 3) : begin].rstrip("\"'“‘«„([ ")
        return begin in self._initial or before == "" or before[-1] in ".!?:\n\r" or self._in_headline(i)

    def _in_headline(self, i: int) -> bool:
        """Whether most long words of the line are capitalised, so that capitals say nothing."""
        start = self.ranges[i].start
        low = max(0, start - _LONGEST_HEADLINE)
        begin = max(low, self.text.rfind("\n", low, start) + 1)
        stop = self.text.find("\n", start, begin + _LONGEST_HEADLINE)
        stop = stop if stop >= 0 else len(self.text)
        if begin == low > 0 or stop - begin > _LONGEST_HEADLINE:
            return False
        line = self.text[begin:stop]
        long_words = [w for w in line.split() if len(w) > 3 and w[0].isalpha()]
        return len(long_words) >= 3 and sum(w[0].isupper() for w in long_words) > 0.7 * len(long_words)

    def search(self, pattern: _Pattern, low: int, high: int) -> tuple[int, int] | None:
        """First match that lies between the words ``low`` and ``high``."""
        if pattern[0].forms is _NUMBER:
            ends = ((i, self.match(pattern, i)) for i in range(low, high))
            return next(((i, end) for i, end in ends if end is not None and end <= high), None)
        first: tuple[int, int] | None = None
        for form in sorted(pattern[0].forms or ()):
            places = self.places.get(form, [])
            for k in range(bisect_left(places, low), len(places)):
                i = places[k]
                if i >= high or (first is not None and i >= first[0]):
                    break
                end = self.match(pattern, i)
                if end is not None and end <= high:
                    first = (i, end)
                    break
        return first

    def search_outside(self, pattern: _Pattern, start: int, end: int) -> tuple[int, int] | None:
        """First match anywhere but between the words ``start`` and ``end``."""
        if id(pattern) not in self._anywhere:
            self._anywhere[id(pattern)] = self.search(pattern, 0, len(self.parts))
        hit = self._anywhere[id(pattern)]
        if hit is None or hit[1] <= start or hit[0] >= end:
            return hit
        return self.search(pattern, end, len(self.parts))

    def slice(self, start: int, end: int) -> str:
        return self.text[self.ranges[start].start : self.ranges[end - 1].end]


def _conditions_hold(compiled: _Compiled, text: _Words, start: int, end: int) -> tuple[str, ...] | None:
    """Give the context words found, or None where a condition fails."""
    for place, patterns in compiled.unless:
        if next(_found(compiled.entry, place, patterns, text, start, end), None) is not None:
            return None
    context: list[str] = []
    for place, patterns in compiled.when:
        words = list(dict.fromkeys(_found(compiled.entry, place, patterns, text, start, end)))
        if not words:
            return None
        context.extend(words[:3])
    return tuple(dict.fromkeys(context))


def _found(
    entry: Entry, place: str, patterns: tuple[_Pattern, ...], text: _Words, start: int, end: int
) -> Iterator[str]:
    for pattern in patterns:
        match place:
            case "document":
                hit = text.search_outside(pattern, start, end)
            case "near":
                hit = text.search(pattern, max(0, start - entry.window), start) or text.search(
                    pattern, end, min(len(text.parts), end + entry.window)
                )
            case "after":
                stop = text.match(pattern, end) if end < len(text.parts) else None
                hit = (end, stop) if stop is not None else None
            case _:
                hit = next(
                    (
                        (start - n, start)
                        for n in range(1, min(len(pattern), start) + 1)
                        if text.match(pattern, start - n) == start
                    ),
                    None,
                )
        if hit is not None:
            yield text.slice(*hit)


def _without_overlaps(found: list[Match]) -> list[Match]:
    kept: list[Match] = []
    last = -1
    for match in sorted(found, key=lambda m: (m.start, -m.end, -m.entry.score)):
        if match.start >= last:
            kept.append(match)
            last = match.end
        elif match.end - match.start > kept[-1].end - kept[-1].start:
            kept[-1] = match
            last = match.end
    return kept


def load_checked(path: str | Path) -> Termbase:
    """Read a termbase and make sure that its terms and contexts can be searched for.

    Raises:
        AnnotateError: as :func:`load_termbase`, or naming the file whose notation is wrong.
    """
    termbase = load_termbase(path)
    try:
        Matcher(termbase.entries)
    except ValueError as error:
        raise AnnotateError(f"Termbase {path}: {error}.") from error
    return termbase
