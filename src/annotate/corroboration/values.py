"""Values that a document states: dates, weekdays, times of day, numbers with their units, persons, places and owners.

Spans are found by rule and only then interpreted, since date parsers that search running text make dates of any number.
Every rule is linear in the length of the text. Dates are written as TIMEX3 values (ISO 24617-1): ``2022-12-14``,
``2023-03``, ``2022-FA``; with ``XXXX`` for a year, and ``XXXX-WXX-5`` for a weekday, that the text leaves open.
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, Literal

import msgspec

from annotate.corroboration.given_names import GIVEN_NAMES
from annotate.corroboration.wording import MONTH_FORMS, NUMBERS
from annotate.documents import Document
from annotate.documents.layout import Range

Kind = Literal["date", "weekday", "time", "number", "person", "place", "owner"]
Bound = Literal["exact", "at-least", "at-most", "about"]
Certainty = Literal["asserted", "possible", "planned"]

CONTEXT_WORDS: Final = 24
"""How many content words of the sentence a value keeps, nearest first."""
_SENTENCE_WORDS: Final = 40
"""Words on either side of a value that are looked at: bounds the work on a text without full stops."""


class Value(msgspec.Struct, frozen=True, gc=False):
    """One value at ``text[start:end]`` of its document, with what is needed to compare it with another document's."""

    start: int
    end: int
    text: str
    kind: Kind
    norm: str
    """Canonical form: a TIMEX3 value, a decimal number in base units, a lower-case name."""
    sentence: tuple[int, int]
    """Range of the sentence it stands in."""
    context: tuple[str, ...]
    """Stems of the sentence's content words, the value's own left out, nearest first; at most CONTEXT_WORDS. Empty for
    places and owners, whose ``attribute`` says all that is compared."""
    near: int = 0
    """How many of ``context`` stand within four words of the value."""
    attribute: str | None = None
    """What it is a value of, where the words tell: ``killed``, ``return``, ``age``, or the noun that is counted."""
    unit: str | None = None
    """Base unit of a number: ``%``, ``USD``, ``m``, ``kg``, ``day``, ``people``…"""
    granularity: str | None = None
    """Of a date: ``day``, ``month``, ``season`` or ``year``."""
    bound: Bound = "exact"
    certainty: Certainty = "asserted"
    also: str | None = None
    """The other reading of a date such as 03/04/2022, of which ``norm`` is the one with the month first."""


class DocumentValues(msgspec.Struct, frozen=True):
    """The values of one document, as they are stored between stages."""

    key: str
    published: datetime.date | None
    values: tuple[Value, ...]
    names: tuple[str, ...] = ()
    """Every capitalised word of the text, lower-cased and sorted: tells whether a document knows a name at all."""


# --- words ----------------------------------------------------------------------------------------------------------


def word_set(words: str) -> frozenset[str]:
    """Split a list of words that is written as running text."""
    return frozenset(words.split())


_STOP: Final = word_set(
    """a an the this that these those and or but nor so yet if then than as at by for from in into of off on onto out
    over to toward towards up upon with within without about after before again against between during through under
    above below until since while because though although also just only even still very more most much many few some
    any all both each other another such no not own same too can could may might must shall should will would be been
    being am is are was were do does did doing have has had having he she it its they them their his her hers him we us
    our you your i me my mine who whom whose which what when where why how there here one mr mrs ms dr said say says
    told tells according added reported least nearly around almost per percent cent now today yesterday tomorrow
    i'm it's that's he's don't doesn't didn't get got like make made well back way thing"""
)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Strip case, possessive and inflection from a word, crudely: only equality of stems is ever asked."""
    w = word.lower().replace("’", "'")
    if w.endswith("'s"):
        w = w[:-2]
    if w[:1].isdigit() or not w.isascii():
        return w
    for ending, rest, shortest in (("ies", "y", 5), ("ing", "", 6), ("ed", "", 5), ("es", "", 5), ("s", "", 4)):
        if w.endswith(ending) and len(w) >= shortest and not w.endswith("ss"):
            w = w[: -len(ending)] + rest
            break
    if len(w) > 4 and w[-1] == w[-2] and w[-1].isalpha():
        w = w[:-1]
    return w[:-1] if len(w) > 4 and w.endswith("e") else w


def _content(word: str) -> str | None:
    lower = word.lower()
    if lower in _STOP or len(lower) < 2 or lower.replace(",", "").replace(".", "").isdigit():
        return None
    return stem(word)


# Ways to say one thing, where figures and dates are most often compared; the first is the name of the attribute.
_ATTRIBUTES: Final[dict[str, str]] = {
    "killed": "kill dead death die dy fatality casualty perish slain toll slay lives victim",
    "injured": "injur wound hurt hospitaliz hospitalis",
    "missing": "miss unaccount disappear",
    "arrested": "arrest detain apprehend custody",
    "displaced": "displac evacuat homeles fl fled",
    "infected": "infect case sicken diagnos",
    "return": "return homecom land splashdown",
    "launch": "launch liftoff blastoff lift-off",
    "leak": "leak puncture spill",
}
_ATTRIBUTE_OF: Final = {stem_: name for name, stems in _ATTRIBUTES.items() for stem_ in stems.split()}
TOLLS: Final = frozenset(("killed", "injured", "missing", "arrested", "displaced", "infected"))
"""Attributes whose figures grow as an event unfolds."""
_PHRASES: Final = re.compile(
    r"\b(?:(?P<return>(?:head|fly|flown|bring|brought|come|came|get|take|trip|way)\s(?:\w+\s){0,3}?(?:back|home))|"
    r"(?P<launch>lift(?:s|ed)?\soff|blast(?:s|ed)?\soff|take(?:s|n)?\soff))\b"
)

# --- patterns -------------------------------------------------------------------------------------------------------

_MONTHS: Final = {form: number for number, forms in enumerate(MONTH_FORMS, 1) for form in forms}
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS: Final = {"spring": "SP", "summer": "SU", "fall": "FA", "autumn": "FA", "winter": "WI"}
_MONTH: Final = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR: Final = r"(?:1[89]|20)\d\d(?![\d,]\d)"
_DATE: Final = re.compile(
    rf"(?<![\w/-])(?<!\d\.)(?:(?P<month>{_MONTH})\s(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\w:%]|[.,/]\d)(?:,?\s(?P<year>{_YEAR})\b)?"
    rf"|(?P<day2>[0-3]?\d)(?:st|nd|rd|th)?\s(?:of\s)?(?P<month2>{_MONTH})(?![\w])(?:,?\s(?P<year2>{_YEAR})\b)?"
    rf"|(?P<month3>{_MONTH}),?\s(?:of\s)?(?P<year3>{_YEAR})\b"
    r"|(?P<iso>(?:19|20)\d\d-[01]\d-[0-3]\d)(?![\w-])"
    r"|(?P<first>[0-3]?\d)(?P<mark>[/.])(?P<second>[0-3]?\d)(?P=mark)(?P<year6>(?:19|20)\d\d)(?![\w/-]|\.\d)"
    rf"|(?P<cue>[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ll]ast|[Nn]ext|[Ee]arly|[Ll]ate|[Mm]id|[Tt]his|of)[ -]"
    rf"(?P<month4>{_MONTH})(?![\w]|\s[0-3]?\d\b)(?:,?\s(?P<year4>{_YEAR})\b)?"
    rf"|(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Dd]uring)\s(?P<year5>{_YEAR})(?![\w%-]|\.\d))"
)
_SIGNATURE: Final = re.compile(r"\(@\w+\) $")
"""What stands before the date of a post: the day it was sent, which is no part of the story."""
_WEEKDAY: Final = re.compile(
    r"(?<!\w)(?:(?P<cue>[Oo]n|[Ll]ast|[Nn]ext|[Tt]his|[Ll]ate|[Ee]arly|[Bb]y|[Uu]ntil|[Ss]ince)\s)?"
    r"(?P<day>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)(?![\w])"
)
_RELATIVE: Final = re.compile(
    r"\b(?:(?P<day>[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight)"
    r"|(?P<cue>(?:[Ee]arly|[Ll]ate|[Ll]ater|[Ee]arlier|[Mm]id)?[ -]?(?:[Ll]ast|[Nn]ext|[Tt]his|[Cc]oming))\s"
    r"(?P<span>week|month|year|spring|summer|fall|autumn|winter)"
    r"|(?:[Ii]n|[Dd]uring|[Bb]y|[Uu]ntil)\s(?:the\s)?(?:early\s|late\s)?(?P<season>spring|summer|fall|autumn|winter)"
    rf"(?:\s(?:of\s)?(?P<year>{_YEAR})\b)?)(?![\w-])"
)
_TIME: Final = re.compile(
    r"(?<![\w:.,$-])(?P<hour>[0-2]?\d)(?:[:.](?P<minute>[0-5]\d))?(?:\s?(?P<half>[ap])\.?m\b\.?|(?<=:\d\d)(?![\w:]|\.\d))"
    r"(?:\s(?P<zone>[A-Z]{2,4}T|GMT|UTC)\b)?"
)

_SMALL: Final = {word: int(n) for word, n in NUMBERS.items() if int(n) < 20}
_TENS: Final = {word: int(n) for word, n in NUMBERS.items() if int(n) >= 20}
_SCALES: Final = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "million": 10**6,
    "m": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
}
_CURRENCIES: Final = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_SMALL_WORDS: Final = "|".join(sorted((w for w in _SMALL if w != "zero"), key=len, reverse=True))
_NUMBER: Final = re.compile(
    r"(?<![\w.,:/#\-–—€£¥$])(?P<currency>US\$|[$€£¥])?(?P<digits>\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?)"
    r"(?![,.]?\d)(?:(?P<short>bn|[mk])\b|[ \-](?P<scale>hundred|thousand|million|billion|trillion)\b)?(?![A-Za-z:/])"
    rf"|\b(?P<words>(?:{'|'.join(_TENS)})(?:-(?:{_SMALL_WORDS}))?|{_SMALL_WORDS}|a|half\sa)"
    r"(?:\s(?P<scale2>hundred|thousand|million|billion|dozen))?\b(?!-)",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r"[\s-]?(?P<unit>percent(?:age\spoints?)?|per\scent|%|dollars?|euros?|pounds?|miles?|kilomet(?:er|re)s?|km|met(?:er|re)s?|"
    r"feet|foot|tons?|tonnes?|kg|kilograms?|°C|°F|degrees|acres?|hectares?|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|year-olds?|years\sold|years?)(?![A-Za-z])"
)
_UNITS: Final[dict[str, tuple[str, float]]] = {
    # unit as written, without plural: base unit and what one of it is
    "percent": ("%", 1),
    "per cent": ("%", 1),
    "%": ("%", 1),
    "percentage point": ("points", 1),
    "dollar": ("USD", 1),
    "euro": ("EUR", 1),
    "pound": ("lb", 1),
    "mile": ("m", 1609.344),
    "kilometer": ("m", 1000),
    "kilometre": ("m", 1000),
    "km": ("m", 1000),
    "meter": ("m", 1),
    "metre": ("m", 1),
    "feet": ("m", 0.3048),
    "foot": ("m", 0.3048),
    "ton": ("kg", 1000),
    "tonne": ("kg", 1000),
    "kg": ("kg", 1),
    "kilogram": ("kg", 1),
    "acre": ("m2", 4046.856),
    "hectare": ("m2", 10000),
    "second": ("s", 1),
    "minute": ("s", 60),
    "hour": ("s", 3600),
    "day": ("day", 1),
    "week": ("day", 7),
    "month": ("month", 1),
    "year": ("year", 1),
    "year-old": ("age", 1),
    "years old": ("age", 1),
}
_PEOPLE: Final = word_set(
    "people person man men woman women child children civilian resident passenger other individual adult"
)
_AGO: Final = re.compile(r"\s(?:ago|later|earlier|before|after|from\snow)\b")
_AGE: Final = re.compile(r"(?<=[a-z], )\d{1,2}(?=,)")
_BOUNDS: Final[tuple[tuple[Bound, re.Pattern[str]], ...]] = (
    (
        "at-least",
        re.compile(r"(?:at least|more than|over|no fewer than|no less than|upwards of|exceeding|above)\s\W?$", re.I),
    ),
    (
        "at-most",
        re.compile(
            r"(?:at most|up to|less than|fewer than|under|no more than|as many as|below|as much as)\s\W?$", re.I
        ),
    ),
    (
        "about",
        re.compile(
            r"(?:about|around|some|roughly|approximately|nearly|almost|an estimated|estimated|close to|another)\s\W?$",
            re.I,
        ),
    ),
)
_POSSIBLE: Final = re.compile(
    # "May" is a month.
    r"\b(?:[Cc]ould|may|[Mm]ight|[Pp]ossibly|[Pp]erhaps|[Pp]robably|[Ll]ikely|[Rr]eportedly|[Aa]llegedly|[Uu]nclear|"
    r"unconfirmed|suspected)\b"
)
_PLANNED: Final = re.compile(
    r"\b(?:will|would|planned|plans?|scheduled|is due|are due|expected|set to|slated|supposed to|earliest|is to|are to|"
    r"to be|next|upcoming|tomorrow)\b",
    re.I,
)


def find_values(document: Document, published: datetime.date | None = None) -> tuple[Value, ...]:
    """Give the values a document states, in order of their start. Linear in the length of its text.

    Args:
        document: read only; offsets are code points of its text.
        published: the day relative dates are resolved against. Without it they stay partial, with ``XXXX`` for what
            is open; so does a date without a year.
    """
    frame = _Frame(document)
    raw = [
        *_dates(document.text, published),
        *_times(document.text),
        *_numbers(document.text),
        *_persons(frame),
        *_aboard(document.text),
        *_owners(document.text),
    ]
    # A longer match of an earlier rule takes the characters: "June 1" is no number.
    raw.sort(key=lambda r: (r.start, -r.end))
    found: list[Value] = []
    ends: dict[bool, int] = {False: 0, True: 0}
    for r in raw:
        figures = r.kind in ("date", "weekday", "time", "number")
        if r.start >= ends[figures]:
            ends[figures] = r.end
            found.append(frame.complete(r))
    return tuple(found)


class _Raw(msgspec.Struct, frozen=True, gc=False):
    """A value before its sentence is known."""

    start: int
    end: int
    kind: Kind
    norm: str
    attribute: str | None = None
    unit: str | None = None
    granularity: str | None = None
    bound: Bound = "exact"
    certainty: Certainty | None = None
    also: str | None = None


class _Frame:
    """Words and sentences of a document with their stems, each made once."""

    def __init__(self, document: Document) -> None:
        self.text = document.text
        layout = document.layout
        self.words: tuple[Range, ...] = layout.words
        self.word_starts = [w.start for w in self.words]
        self.sentences: tuple[Range, ...] = layout.sentences
        self.sentence_starts = [s.start for s in self.sentences]
        self.stems = [_content(self.text[w.start : min(w.end, w.start + 40)]) for w in self.words]

    def sentence(self, position: int) -> Range:
        i = bisect_right(self.sentence_starts, position) - 1
        return self.sentences[i] if i >= 0 else Range(0, len(self.text))

    def complete(self, raw: _Raw) -> Value:
        sentence = self.sentence(raw.start)
        left = bisect_right(self.word_starts, raw.start - 1) - 1
        right = bisect_right(self.word_starts, raw.end - 1)
        context: list[str] = []
        near = 0
        attribute = raw.attribute
        for distance in range(1, _SENTENCE_WORDS):
            i, j = left + 1 - distance, right - 1 + distance
            inside_left = i >= 0 and self.words[i].start >= sentence.start
            inside_right = j < len(self.words) and self.words[j].end <= sentence.end
            if not (inside_left or inside_right) or len(context) >= CONTEXT_WORDS:
                break
            # The right side first: what is counted follows its number.
            for index in ([j] if inside_right else []) + ([i] if inside_left else []):
                word = self.stems[index]
                if word is None:
                    continue
                if word not in context and len(context) < CONTEXT_WORDS:
                    context.append(word)
                    near += distance <= 4
                name = _ATTRIBUTE_OF.get(word)
                if name is None:
                    continue
                if raw.kind == "date":
                    attribute = attribute or name
                elif raw.kind == "number" and name in TOLLS and distance <= 7 and raw.unit in (None, "people"):
                    attribute = attribute if attribute in TOLLS else name
        around = self.text[max(sentence.start, raw.start - 120) : min(sentence.end, raw.end + 120)]
        if raw.kind == "date" and (phrase := _PHRASES.search(around)):
            attribute = attribute or phrase.lastgroup
        certainty: Certainty = "asserted"
        if raw.certainty is not None:
            certainty = raw.certainty
        elif _PLANNED.search(around):
            certainty = "planned"
        elif _POSSIBLE.search(around):
            certainty = "possible"
        return Value(
            raw.start,
            raw.end,
            self.text[raw.start : raw.end],
            raw.kind,
            raw.norm,
            (sentence.start, sentence.end),
            () if raw.kind in ("place", "owner") else tuple(context),
            near,
            attribute,
            raw.unit,
            raw.granularity,
            raw.bound,
            certainty,
            raw.also,
        )


# --- dates ----------------------------------------------------------------------------------------------------------


def _dates(text: str, published: datetime.date | None) -> Iterator[_Raw]:
    for m in _DATE.finditer(text):
        raw = _calendar_date(m, published)
        if raw is not None and not _SIGNATURE.search(text, max(0, m.start() - 40), m.start()):
            yield raw
    for m in _WEEKDAY.finditer(text):
        day = WEEKDAYS.index(m["day"].lower())
        norm = f"XXXX-WXX-{day + 1}"
        if published is not None:
            back = (published.weekday() - day) % 7
            if (m["cue"] or "").lower() == "next":
                back -= 7
            norm = (published - datetime.timedelta(days=back)).isoformat()
        yield _Raw(m.start(), m.end(), "weekday", norm, WEEKDAYS[day], None, "day")
    for m in _RELATIVE.finditer(text):
        yield _relative_date(m, published)


def _calendar_date(m: re.Match[str], published: datetime.date | None) -> _Raw | None:
    start, end = m.span()
    if m["iso"]:
        return _Raw(start, end, "date", m["iso"], None, None, "day")
    if m["year6"]:
        return _figure_date(m)
    if m["year5"]:
        return _Raw(m.start("year5"), end, "date", m["year5"], None, None, "year")
    name = m["month"] or m["month2"] or m["month3"] or m["month4"]
    month = _MONTHS[name.lower().rstrip(".")]
    year = m["year"] or m["year2"] or m["year3"] or m["year4"]
    day = int(m["day"] or m["day2"] or 0)
    if day > 31 or (not day and (m["day"] or m["day2"])):
        return None
    if year is None:
        year = _likely_year(month, day or 15, published)
    if day:
        return _Raw(start, end, "date", f"{year}-{month:02}-{day:02}", None, None, "day")
    return _Raw(m.start("month4") if m["month4"] else start, end, "date", f"{year}-{month:02}", None, None, "month")


def _figure_date(m: re.Match[str]) -> _Raw | None:
    """Read 12/14/2022 or 14.12.2022. Of two possible readings the one with the month first is the norm."""
    first, second, year = int(m["first"]), int(m["second"]), m["year6"]
    readings = [
        f"{year}-{month:02}-{day:02}"
        for month, day in dict.fromkeys(((first, second), (second, first)))
        if 1 <= month <= 12 and 1 <= day <= 31
    ]
    if not readings:
        return None
    other = readings[1] if len(readings) > 1 else None
    return _Raw(*m.span(), "date", readings[0], None, None, "day", also=other)


def _likely_year(month: int, day: int, published: datetime.date | None) -> str:
    """Give the year that brings a day nearest to the day of publication."""
    if published is None:
        return "XXXX"
    shift = (month - published.month) + (day - published.day) / 31
    return str(published.year + (shift < -6) - (shift > 6))


def _relative_date(m: re.Match[str], published: datetime.date | None) -> _Raw:
    start, end = m.span()
    if m["day"]:
        shift = {"yesterday": -1, "tomorrow": 1}.get(m["day"].lower(), 0)
        norm = (published + datetime.timedelta(days=shift)).isoformat() if published else f"XXXX-XX-XX{shift:+d}D"
        return _Raw(start, end, "date", norm, None, None, "day")
    if m["season"]:
        year = m["year"] or (str(published.year) if published else "XXXX")
        return _Raw(start, end, "date", f"{year}-{_SEASONS[m['season']]}", None, None, "season")
    cue = m["cue"].lower()
    shift = 1 if cue.endswith(("next", "coming")) else -1 if cue.endswith("last") else 0
    span = m["span"]
    certainty: Certainty | None = "planned" if shift > 0 else None
    start += len(m["cue"]) - len(m["cue"].lstrip(" -"))
    if span in _SEASONS:
        year = str(published.year + shift) if published and shift else str(published.year) if published else "XXXX"
        return _Raw(start, end, "date", f"{year}-{_SEASONS[span]}", None, None, "season", certainty=certainty)
    if published is None:
        return _Raw(start, end, "date", f"XXXX{shift:+d}{span[0].upper()}", None, None, span, certainty=certainty)
    if span == "week":
        week = (published + datetime.timedelta(weeks=shift)).isocalendar()
        return _Raw(start, end, "date", f"{week.year}-W{week.week:02}", None, None, "week", certainty=certainty)
    if span == "month":
        months = published.year * 12 + published.month - 1 + shift
        norm = f"{months // 12}-{months % 12 + 1:02}"
        return _Raw(start, end, "date", norm, None, None, "month", certainty=certainty)
    return _Raw(start, end, "date", str(published.year + shift), None, None, "year", certainty=certainty)


def _times(text: str) -> Iterator[_Raw]:
    for m in _TIME.finditer(text):
        hour, minute = int(m["hour"]), int(m["minute"] or 0)
        if hour > (12 if m["half"] else 23) or (m["half"] and hour == 0):
            continue
        if m["half"]:
            hour = hour % 12 + (12 if m["half"].lower() == "p" else 0)
        yield _Raw(m.start(), m.end(), "time", f"T{hour:02}:{minute:02}", None, m["zone"])


# --- numbers --------------------------------------------------------------------------------------------------------


def _numbers(text: str) -> Iterator[_Raw]:
    for m in _NUMBER.finditer(text):
        raw = _number(text, m)
        if raw is not None:
            yield raw


def _number(text: str, m: re.Match[str]) -> _Raw | None:
    scale = (m["scale"] or m["scale2"] or m["short"] or "").lower()
    bound: Bound = "exact"
    if m["digits"]:
        digits = m["digits"].replace(",", "")
        amount = float(digits)
    else:
        words = m["words"].lower()
        if words in ("a", "half a"):
            if not scale:
                return None
            amount, bound = (1.0 if words == "a" else 0.5), "about"
        elif words == "one" and not scale:
            return None
        else:
            tens, _, rest = words.partition("-")
            amount = float(_TENS.get(tens, 0) + _SMALL.get(rest or tens, 0))
    amount *= _SCALES.get(scale, 1)
    before = text[max(0, m.start() - 22) : m.start()]
    for given, pattern in _BOUNDS:
        if pattern.search(before):
            bound = given
            break
    if m["currency"]:
        return _Raw(
            m.start(), m.end(), "number", _decimal(amount), None, _CURRENCIES[m["currency"].upper()], None, bound
        )
    written = _UNIT.match(text, m.end())
    if written and _AGO.match(text, written.end()):
        return None  # counted from the day of writing
    if written:
        unit = written["unit"].lower()
        name = unit if unit in _UNITS else unit.removesuffix("s")
        base, factor = _UNITS.get(re.sub(r"\s", " ", name), ("degree", 1.0))
        return _Raw(m.start(), m.end(), "number", _decimal(amount * factor), None, base, None, bound)
    if _AGE.match(text, m.start()):
        return _Raw(m.start(), m.end(), "number", _decimal(amount), None, "age", None, bound)
    if m["digits"] and re.search(r"[A-Z][a-z]+\s$", before):
        return None  # a designation: "Expedition 68"
    noun = _counted(text, m.end())
    if m["digits"] and "," not in m["digits"] and not scale and 1800 <= amount <= 2100:
        return None  # a year, as a rule
    if noun is None:
        if before[-3:].strip().lower() in ("no", "#", "p", "pp") or (not scale and m["words"]):
            return None
        return _Raw(m.start(), m.end(), "number", _decimal(amount), None, None, None, bound)
    unit = "people" if noun in _PEOPLE else None
    return _Raw(m.start(), m.end(), "number", _decimal(amount), unit or stem(noun), unit, None, bound)


_NOUNS: Final = re.compile(
    r"(?:\sof(?:\sthe)?|\sother|\smore)?\s([A-Za-z][A-Za-z'’-]*)(?:\s([a-z][a-z'’-]*))?(?:\s([a-z][a-z'’-]*))?"
)
_NOT_COUNTED: Final = word_set(
    "were was are is have has had in on at to for from by with and or who that which after before when while of than as"
    " said into near during against since until under over but not be been will would could can may might did do"
)


def _counted(text: str, position: int) -> str | None:
    """Give the noun that a number counts: the first plural of the three words after it."""
    m = _NOUNS.match(text, position, position + 60)
    if m is None:
        return None
    chosen: str | None = None
    for word in m.groups():
        if word is None or word.lower() in _NOT_COUNTED or word.lower() in _STOP:
            break
        lower = word.lower()
        if lower.endswith("s") or lower in _PEOPLE:
            return lower
        chosen = chosen or lower
    return chosen


def _decimal(amount: float) -> str:
    """Write a number in its shortest form: 1609.344 metres, 3 people, 700000000000 dollars."""
    return f"{amount:.10g}" if amount < 1e10 else f"{amount:.0f}"


# --- persons, places, owners ----------------------------------------------------------------------------------------

_TITLES: Final[dict[str, str]] = {
    "sen": "senator",
    "senator": "senator",
    "rep": "representative",
    "representative": "representative",
    "congressman": "representative",
    "congresswoman": "representative",
    "gov": "governor",
    "governor": "governor",
    "president": "president",
    "prime minister": "prime minister",
    "mayor": "mayor",
    "judge": "judge",
    "justice": "justice",
    "secretary": "secretary",
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "spokesperson": "spokesperson",
    "lawyer": "lawyer",
    "attorney": "lawyer",
    "prosecutor": "prosecutor",
    "sheriff": "sheriff",
    "astronaut": "astronaut",
    "cosmonaut": "astronaut",
    "mr": "",
    "mrs": "",
    "ms": "",
    "dr": "",
    "gen": "general",
    "general": "general",
    "col": "colonel",
    "lt": "lieutenant",
    "sgt": "sergeant",
    "chancellor": "chancellor",
    "king": "king",
    "queen": "queen",
    "pope": "pope",
}
_CAPITALISED: Final = r"[A-ZÀ-Þ][a-zà-þ]*(?:[’'\-][A-ZÀ-Þ]?[a-zà-þ]+|[A-Z][a-z]+)?"
_TITLE: Final = (
    r"(?:Sen|Rep|Gov|Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sgt)\.|(?:Vice |vice )?[Pp]resident|[Pp]rime [Mm]inister|[Ss]enator|"
    r"[Rr]epresentative|[Cc]ongress(?:wo)?man|[Gg]overnor|[Mm]ayor|[Jj]udge|[Jj]ustice|[Ss]ecretary|"
    r"[Ss]pokes(?:wom[ae]n|m[ae]n|person)|[Ll]awyer|[Aa]ttorney(?: General)?|[Pp]rosecutor|[Ss]heriff|[Aa]stronaut|"
    r"[Cc]osmonaut|General|Chancellor|King|Queen|Pope"
)
_NAMES: Final = re.compile(
    rf"(?<![\w.’'\-])(?:(?P<title>{_TITLE})[ \xa0])?(?P<names>(?!(?:{_TITLE})[ \xa0]){_CAPITALISED}"
    rf"(?:[ \xa0](?:[A-Z]\.[ \xa0]?)?(?:(?:de|van|von|der|den|la|bin|al)[ \xa0])?(?!(?:{_TITLE})(?!\w))"
    rf"{_CAPITALISED}){{0,3}})"
    r"(?!\w)"
)
_NO_SURNAME: Final = word_set(
    """administration campaign committee county city street house university college hospital republican democrat
    democrats republicans center centre school foundation institute party news times post day act bill amendment law
    airport park church group inc corp co office department hotel"""
)


def person_names(text: str) -> Iterator[tuple[int, int, str, str | None, int]]:
    """Give persons as (start, end, lower-case name, title or None, start of the title).

    A person is a capitalised phrase with a title before it, or one that begins with a known given name.
    """
    for m in _NAMES.finditer(text):
        title = m["title"]
        if title is None and GIVEN_NAMES.isdisjoint(m["names"].lower().split()):
            continue
        words = list(re.finditer(r"\S+", m["names"]))
        offset = m.start("names")
        first = 0
        if title is None:
            while first < len(words) - 1 and words[first].group().lower() not in GIVEN_NAMES:
                first += 1
            if first >= len(words) - 1:
                continue
        kept = words[first:]
        start, end = offset + kept[0].start(), offset + kept[-1].end()
        name = text[start:end].lower().replace("’", "'")
        if name.endswith("'s"):
            name, end = name[:-2], end - 2
        parts = name.split()
        if parts[-1] in ("jr", "sr"):
            parts.pop()
            name = " ".join(parts)
        if not parts:
            continue
        if parts[-1] in _NO_SURNAME or (title is None and len(parts) < 2) or len(parts[-1]) < 2:
            continue
        if (
            title is not None
            and title[0].islower()
            and len(parts) < 2
            and parts[0] not in GIVEN_NAMES
            and title
            not in (
                "president",
                "astronaut",
                "cosmonaut",
            )
        ):
            continue
        key = title.lower().rstrip(".") if title else ""
        role = _TITLES.get(key, "vice president" if key.startswith("vice") else "") if title else ""
        yield start, end, name, role or None, m.start("title") if title else start


def _persons(frame: _Frame) -> Iterator[_Raw]:
    for start, end, name, role, _ in person_names(frame.text):
        yield _Raw(start, end, "person", name, role, certainty="asserted")


_ABOARD: Final = re.compile(
    r"\b(?P<who>crew|team|astronauts?|cosmonauts?|passengers|sailors|members|who)\b[^.\n\"“”]{0,60}?\b(?:is|are|remains?|residing|living|"
    r"currently|stuck|stranded|work|working)\s(?:\w+\s){0,2}?(?:aboard|on\sboard|on|inside)\s(?:the\s|a\s|an\s|their\s)?"
    r"(?P<place>[A-Z][\w\-]*(?:\s[A-Z][\w\-]*){0,3}(?:\s[a-z]{4,12})?|station|orbiting\s\w+|ship|vessel)"
)
_OWNER: Final = re.compile(r"(?<!\w)(?P<owner>[A-Z][A-Za-z]+)(?:['’]s)\s(?P<thing>[A-Z][\w\-]+)")
_OF_COUNTRY: Final = re.compile(
    r"(?<!\w)(?P<country>Russian|American|US|U\.S\.|Chinese|Indian|Japanese|European|British|French|German|Italian|Canadian|Iranian|"
    r"Israeli|Turkish|Ukrainian|Korean|Brazilian|Spanish|Polish|Norwegian|Swedish|Australian)\s(?P<thing>[A-Z][\w\-]+)"
)


def _aboard(text: str) -> Iterator[_Raw]:
    """Where a crew is said to be."""
    for m in _ABOARD.finditer(text):
        yield _Raw(m.start("place"), m.end("place"), "place", m["place"].lower(), "crew-aboard", certainty="asserted")


def _owners(text: str) -> Iterator[_Raw]:
    """Whose a named thing is said to be: ``NASA's Soyuz``, ``the Russian Soyuz``."""
    for pattern, group in ((_OWNER, "owner"), (_OF_COUNTRY, "country")):
        for m in pattern.finditer(text):
            yield _Raw(m.start(), m.end(), "owner", m[group].lower().replace(".", ""), m["thing"].lower())


def document_values(document: Document, key: str, published: datetime.date | None = None) -> DocumentValues:
    """Gather what :func:`annotate.corroboration.conflicts.relate` needs of one document."""
    text = document.text
    names = {text[w.start : min(w.end, w.start + 40)] for w in document.layout.words if text[w.start].isupper()}
    known = sorted({name.lower().replace("’", "'").removesuffix("'s") for name in names})
    return DocumentValues(key, published, find_values(document, published), tuple(known))
