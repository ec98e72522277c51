"""One document that writes one name, acronym or designation in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import ClassVar, Final

import msgspec

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label
from annotate.documents.quotations import quotations
from annotate.lexicon import lexicon
from annotate.lexicon.transliteration import transliteration_key

# Two accepted spellings of one name that no rule of transliteration relates; using both in one text is a slip.
_VARIANTS: Final = (
    ("Kyiv", "Kiev"),
    ("Kharkiv", "Kharkov"),
    ("Lviv", "Lvov"),
    ("Odesa", "Odessa"),
    ("Mykolaiv", "Nikolaev", "Nikolayev"),
    ("Zaporizhzhia", "Zaporizhia", "Zaporozhye", "Zaporizhzhya"),
    ("Chernihiv", "Chernigov"),
    ("Luhansk", "Lugansk"),
    ("Chernobyl", "Chornobyl"),
    ("Zelensky", "Zelenskyy", "Zelenskiy", "Zelenski"),
    ("Lukashenko", "Lukashenka"),
    ("Roscosmos", "Roskosmos"),
    ("Hezbollah", "Hizbollah", "Hizbullah", "Hezballah"),
    ("Gaddafi", "Qaddafi", "Gadhafi", "Kadafi", "Khadafy"),
    ("Quran", "Koran"),
    ("Tehran", "Teheran"),
    ("Belarus", "Belorussia", "Byelorussia"),
)
_VARIANT_OF: Final = {form: group[0] for group in _VARIANTS for form in group}

_DESIGNATION: Final = re.compile(r"(?<![\w-])[A-Z][A-Za-z]{0,5}-?\d{1,4}(?![\w-]|[.,:]\d)")

_RARE: Final = 4
"""Documents of the word list's counts below which a name is no common one."""
_SHORTEST: Final = 5
_SHORTEST_FOR_SLIP: Final = 6

# Judged by reading what each rule flags in human_news (train): with the first name alike, 33 of 34 are one name spelt
# twice, a third of them by an accent that an editor may let pass; of lone surnames about nine in ten are; a designation
# in two forms is often a caption against the text.
_SCORES: Final = {
    "name-spelling": 0.85,
    "surname-spelling": 0.7,
    "place-or-organisation": 0.7,
    "acronym-case": 0.6,
    "designation": 0.65,
    "hyphenation": 0.6,
}


class _Word(msgspec.Struct, frozen=True, gc=False):
    """A capitalised word outside quotations, its possessive ending taken off."""

    start: int
    end: int
    form: str
    initial: bool
    """Stands where any word would be capitalised, or in a line of capitals."""
    before: str
    """The word directly before it, if only a blank lies between."""
    after: str


class Inconsistency(Detector, frozen=True, kw_only=True):
    """Compares the names of one document with each other, never with another document's."""

    id: ClassVar[str] = "inconsistency@1"
    labels: ClassVar[tuple[Label, ...]] = ("inconsistency",)
    about: ClassVar[str] = "one name, acronym or designation written in two ways within a document"

    def detect(self, document: Document) -> Iterable[Flag]:
        """Flag each occurrence of the rarer form (of equals, the later one); the evidence has both with counts."""
        words = _capitalised_words(document)
        conflicts = [
            *_places(words),
            *_full_names(words),
            *_surnames(words),
            *_acronyms(words),
            *_designations(document, words),
            *_hyphenation(document, words),
        ]
        flags: dict[tuple[int, int], Flag] = {}
        for rule, first, second in conflicts:
            for flag in self._flags(document, rule, first, second):
                flags.setdefault((flag.start, flag.end), flag)
        return [flags[key] for key in sorted(flags)]

    def _flags(self, document: Document, rule: str, first: list[_Word], second: list[_Word]) -> Iterator[Flag]:
        # The rarer form is the odd one out; of equally frequent ones, the form that comes later.
        usual, odd = sorted((first, second), key=lambda ws: (-len(ws), ws[0].start))
        for word in odd:
            yield self.flag(
                document,
                word.start,
                word.end,
                "inconsistency",
                "minor",
                _SCORES[rule],
                rule,
                form=word.form,
                count=len(odd),
                other=usual[0].form,
                other_count=len(usual),
                other_at=[usual[0].start, usual[0].end],
            )


_Conflict = tuple[str, list[_Word], list[_Word]]


def _capitalised_words(document: Document) -> list[_Word]:
    text = document.text
    ranges = document.layout.words
    starts = {s.start for s in document.layout.sentences}
    quoted = iter(quotations(document))
    quotation = next(quoted, None)
    lines = iter(document.layout.lines)
    line = next(lines, None)
    shouted = False
    line_seen = -1
    found: list[_Word] = []
    for i, r in enumerate(ranges):
        if not text[r.start].isupper():
            continue
        while quotation is not None and quotation.end <= r.start:
            quotation = next(quoted, None)
        if quotation is not None and quotation.start <= r.start:
            continue
        while line is not None and line.end <= r.start:
            line = next(lines, None)
        if line is not None and line.start != line_seen:
            line_seen = line.start
            shouted = _is_shouted(text[line.start : min(line.end, line.start + 400)])
        form, end = _bare(text, r.start, r.end)
        before = _neighbour(text, ranges[i - 1].start, ranges[i - 1].end, r.start) if i else ""
        after = (
            _neighbour(text, ranges[i + 1].start, ranges[i + 1].end, r.end, left=False) if i + 1 < len(ranges) else ""
        )
        initial = shouted or r.start in starts or text[max(0, r.start - 1)] in "\"“‘«'(["
        found.append(_Word(r.start, end, form, initial, before, after))
    return found


def _is_shouted(line: str) -> bool:
    letters = sum(map(str.isalpha, line))
    return letters > 0 and sum(map(str.isupper, line)) > 0.5 * letters


def _bare(text: str, start: int, end: int) -> tuple[str, int]:
    word = text[start:end]
    if word[-2:] in ("'s", "’s") and len(word) > 3:
        return word[:-2], end - 2
    return word, end


def _neighbour(text: str, start: int, end: int, edge: int, *, left: bool = True) -> str:
    gap = text[end:edge] if left else text[edge:start]
    return text[start:end] if gap in (" ", "\u00a0") else ""


def _grouped(words: Iterable[_Word]) -> dict[str, list[_Word]]:
    groups: dict[str, list[_Word]] = {}
    for word in words:
        groups.setdefault(word.form, []).append(word)
    return groups


def _is_name(form: str) -> bool:
    return len(form) >= _SHORTEST and form.isalpha() and form[1:].islower()


def _is_pair(one: str, other: str) -> bool:
    """Whether two forms may be one name: not a plural, a woman's form of a man's name or an ending of its own."""
    if one == other or one.lower() == other.lower():
        return False
    short, long = sorted((one, other), key=len)
    if long.startswith(short) and long[len(short) :] in ("s", "es", "a", "n", "e", "an", "ian", "i", "is", "o"):
        return False
    # Mario / Maria, Ivanovo / Ivanova: the last vowel makes another name; Sergei / Sergey is one.
    return not (one[:-1] == other[:-1] and {one[-1], other[-1]} <= set("aeiou"))


def _places(words: list[_Word]) -> Iterator[_Conflict]:
    groups: dict[str, dict[str, list[_Word]]] = {}
    for word in words:
        if word.form in _VARIANT_OF:
            groups.setdefault(_VARIANT_OF[word.form], {}).setdefault(word.form, []).append(word)
    for forms in groups.values():
        yield from _against_most_frequent("place-or-organisation", list(forms.values()))


def _against_most_frequent(rule: str, forms: list[list[_Word]]) -> Iterator[_Conflict]:
    ranked = sorted(forms, key=lambda ws: (-len(ws), ws[0].start))
    for odd in ranked[1:]:
        yield rule, ranked[0], odd


def _full_names(words: list[_Word]) -> Iterator[_Conflict]:
    """Find one surname with two spellings of a first name, or one first name with two spellings of a surname."""
    firsts: dict[tuple[str, str], dict[str, list[_Word]]] = {}
    lasts: dict[tuple[str, str], dict[str, list[_Word]]] = {}
    slips: dict[str, dict[str, list[_Word]]] = {}
    for first, last in pairwise(words):
        if last.before != first.form or not (first.form.isalpha() and last.form.isalpha()):
            continue
        if not (first.form[1:].islower() and last.form[1:].islower()) or len(first.form) < 3 or len(last.form) < 4:
            continue
        firsts.setdefault((last.form, transliteration_key(first.form)), {}).setdefault(first.form, []).append(first)
        lasts.setdefault((first.form, transliteration_key(last.form)), {}).setdefault(last.form, []).append(last)
        slips.setdefault(first.form, {}).setdefault(last.form, []).append(last)
    for group in (*firsts.values(), *lasts.values()):
        if len(group) > 1:
            yield from (
                conflict
                for conflict in _against_most_frequent("name-spelling", list(group.values()))
                if _is_pair(conflict[1][0].form, conflict[2][0].form)
            )
    for group in slips.values():
        if len(group) > 1:
            yield from _slips(group)


def _slips(surnames: dict[str, list[_Word]]) -> Iterator[_Conflict]:
    """Find surnames of one first name that are one letter apart, the rarer of them found in no word list."""
    by_deletion: dict[str, str] = {}
    for form in sorted(surnames, key=lambda f: (-len(surnames[f]), surnames[f][0].start)):
        if len(form) < _SHORTEST_FOR_SLIP or len(form) > 20:
            continue
        shorter = {form[:i] + form[i + 1 :] for i in range(1, len(form))} | {form}
        other = next((by_deletion[s] for s in sorted(shorter) if s in by_deletion), None)
        if (
            other is not None
            and len(surnames[other]) > len(surnames[form])
            and lexicon().any_case(form) < _RARE
            and _is_pair(form, other)
        ):
            yield "name-spelling", surnames[other], surnames[form]
        for s in shorter:
            by_deletion.setdefault(s, form)


def _surnames(words: list[_Word]) -> Iterator[_Conflict]:
    """Find rare names that differ only as romanisations do."""
    by_key: dict[str, dict[str, list[_Word]]] = {}
    known = lexicon()
    for word in words:
        form = word.form
        if len(form) <= _SHORTEST or not _is_name(form) or known.count(form.lower()) >= _RARE:
            continue
        by_key.setdefault(transliteration_key(form), {}).setdefault(form, []).append(word)
    for group in by_key.values():
        if len(group) < 2:
            continue
        for conflict in _against_most_frequent("surname-spelling", list(group.values())):
            usual, odd = conflict[1], conflict[2]
            rare = min(known.any_case(usual[0].form), known.any_case(odd[0].form)) < _RARE
            if rare and _is_pair(usual[0].form, odd[0].form) and not _different_people(usual, odd):
                yield conflict


def _different_people(one: list[_Word], other: list[_Word]) -> bool:
    """Whether both forms go with names before them, none of which they share."""
    names = [{w.before for w in words if w.before[:1].isupper()} for words in (one, other)]
    return bool(names[0]) and bool(names[1]) and not names[0] & names[1]


def _acronyms(words: list[_Word]) -> Iterator[_Conflict]:
    """Find acronyms also written as words: NASA and Nasa."""
    groups = _grouped(w for w in words if 3 <= len(w.form) <= 8 and w.form.isalpha())
    known = lexicon()
    for form, capitals in groups.items():
        if not form.isupper():
            continue
        plain = form[0] + form[1:].lower()
        other = groups.get(plain)
        if other is None or known.count(plain.lower()) >= _RARE:
            continue
        running = [w for w in capitals if not w.initial and not (w.before.isupper() or w.after.isupper())]
        if running and known.count(form) > known.count(plain):
            yield "acronym-case", capitals, other


def _designations(document: Document, words: list[_Word]) -> Iterator[_Conflict]:
    """Find designations of letters and digits in two forms: XR-7, Xr-7, XR7."""
    by_key: dict[str, dict[str, list[_Word]]] = {}
    for word in words:
        if not _DESIGNATION.fullmatch(word.form) or _is_title_cased(word):
            continue
        key = word.form.replace("-", "").lower()
        by_key.setdefault(key, {}).setdefault(word.form, []).append(word)
    for group in by_key.values():
        if len(group) > 1:
            yield from _against_most_frequent("designation", list(group.values()))


def _is_title_cased(word: _Word) -> bool:
    """Whether capitals around show a headline's casing, which alone makes "Xr-7" of "XR-7"."""
    letters = "".join(filter(str.isalpha, word.form))
    return len(letters) > 1 and letters[1:].islower() and word.after[:1].isupper()


def _is_hyphened_name(form: str) -> bool:
    """Whether a hyphened word is a name: "Jong-un", not "Front-related"."""
    parts = form.split("-")
    return (
        len(parts) == 2
        and all(map(str.isalpha, parts))
        and any(lexicon().count(part.lower()) < _RARE for part in parts)
    )


def _hyphenation(document: Document, words: list[_Word]) -> Iterator[_Conflict]:
    """Find a name behind the same name written with a hyphen and with a blank: Kim Jong-un, Kim Jong Un."""
    hyphened: dict[tuple[str, str], list[_Word]] = {}
    for word in words:
        if word.before[:1].isupper() and _is_hyphened_name(word.form):
            hyphened.setdefault((word.before, word.form.replace("-", "").lower()), []).append(word)
    if not hyphened:
        return
    spaced: dict[tuple[str, str], list[_Word]] = {}
    for word in words:
        if not word.after.isalpha() or not word.before:
            continue
        key = (word.before, (word.form + word.after).lower())
        if key in hyphened:
            end = word.end + 1 + len(word.after)
            spaced.setdefault(key, []).append(
                msgspec.structs.replace(word, end=end, form=document.text[word.start : end])
            )
    for key, group in spaced.items():
        yield "hyphenation", hyphened[key], group
