"""What a document itself says was translated, by a machine or a person: some of its quotations, or all of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from annotate.documents.document import Document
from annotate.documents.layout import Range
from annotate.documents.quotations import Quotation, quotations

_LANGUAGE_NAMES: Final = """
    Afrikaans Albanian Amharic Arabic Armenian Azerbaijani Basque Belarusian Bengali Bosnian Bulgarian Burmese Cantonese
    Catalan Chechen Chinese Croatian Czech Danish Dari Dutch Estonian Farsi Filipino Finnish Flemish French Galician
    Georgian German Greek Gujarati Haitian Hausa Hebrew Hindi Hungarian Icelandic Indonesian Irish Italian Japanese
    Kazakh Khmer Korean Kurdish Kyrgyz Lao Latvian Lithuanian Macedonian Malay Malayalam Mandarin Marathi Moldovan
    Mongolian Nepali Norwegian Pashto Persian Polish Portuguese Punjabi Romanian Russian Serbian Sinhala Slovak
    Slovenian Somali Spanish Swahili Swedish Tagalog Tajik Tamil Tatar Telugu Thai Tibetan Turkish Turkmen Ukrainian
    Urdu Uyghur Uzbek Vietnamese Welsh Yiddish Yoruba Zulu
"""
_LANGUAGE: Final = rf"(?:{'|'.join(_LANGUAGE_NAMES.split())})"
_TOOL: Final = r"(?:(?:Google|Yandex|Bing|Microsoft)(?:\s+Translat(?:e|or))?|DeepL|ChatGPT)"
_OF_LANGUAGE: Final = rf"(?:from|of)(?:\s+the)?(?:\s+original)?\s+{_LANGUAGE}"
_PLAUSIBLE: Final = re.compile(rf"translat|interpreter|deepl|\bin\s+{_LANGUAGE}\b", re.IGNORECASE)
"""Every cue holds one of these; documents without any are let go at once."""

# Each kind of cue has its prior: how surely the quotation tied to it is a translation. An explicit "translated" next
# to a quotation is hardly ever anything else; words said "in French" may have been quoted from an English version.
_CUES: Final = re.compile(
    rf"""
    (?P<machine>
        \b(?:machine|auto(?:matically)?|computer|Google|DeepL|Yandex)[\s-]
        (?:translated|(?<!used\smachine\s)translation(?=\s+(?:from|of|by|provided|reads?|says|said|shows?)\b|\s*[,:;)]))\b
        (?:\s+{_OF_LANGUAGE}\b)?
      | \b(?:translated|translation)(?:\s+{_OF_LANGUAGE})?(?:\s+into\s+English)?
        \s+(?:by|via|using|through|with|from|provided\s+by)(?:\s+the)?
        \s+(?:{_TOOL}|(?:a\s+)?machine|(?:an?\s+)?(?:online|automatic)\s+translat(?:or|ion))\b
      | \b(?:according\s+to|using|via|per)\s+(?:an?\s+|the\s+)?
        (?:{_TOOL}\s+translat(?:ion|or)|Google\s+Translate|DeepL
          |(?:machine|automatic|computer|online)\s+translat(?:ion|or))\b
    )
  | (?P<stated>
        \b(?:as\s+|was\s+|were\s+|been\s+)?(?:roughly\s+|loosely\s+|freely\s+)?
        translated\s+(?:{_OF_LANGUAGE}|by\s+(?!\w+ing\b)|(?:in)?to\s+English)
      | \btranslated\s+(?:statement|post|message|update|letter|remarks|comments|tweet|transcript|interview|text|note)\b
      | \b(?:an?|the|its|our|his|her|unofficial|official|rough|English|own)
        \s+translation\s+(?:of|from|by|provided|published|posted|said|says|reads|read)\b
      | \baccording\s+to\s+(?:an?|the|its|our|one|unofficial|English)\s+(?:\w+\s+){{0,3}}translation\b
      | \b(?:in|through|via|with\s+the\s+help\s+of|with)\s+an?\s+(?:\w+\s+)?(?:translator|interpreter|translation)\b
      | \btranslation\s+{_OF_LANGUAGE}\b
    )
  | (?P<gloss>
        \b(?:roughly\s+|loosely\s+|literally\s+|which\s+|that\s+)*
        translates?\s+(?:roughly\s+|loosely\s+|literally\s+|in\s+English\s+)*(?:to|as|into)\b
      | \b(?:roughly|loosely|literally)\s+translated\s+(?:as|to|into)\b
      | \b(?:can\s+be|is|be)\s+translated\s+as\b
    )
  | (?P<spoken>
        \b(?:said|says|told|tells|wrote|writes|tweeted|posted|added|declared|replied|shouted|chanted|asked|stated
          |speaking|spoke|statement|post|message|letter)
        (?:\s+(?!(?:who|that|and|but|which)\b)[\w.’']+){{0,4}}?\s+in\s+{_LANGUAGE}
        (?=\s*[,.:;—–(]|\s+(?:on|to|in|at|during|after|before)\b|\s*["“«])
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ITSELF: Final = re.compile(
    rf"""
    \b(?:this|the)\s(?:article|story|report|text|interview|column|essay|dispatch|translation)\s
        (?:was|is|has\sbeen)\s(?:\w+\s){{0,3}}?translated\b
  | \b(?:originally|first)\s(?:published|written|appeared|printed)\s(?:\w+\s){{0,3}}?in\s{_LANGUAGE}\b
  | \A\W*(?:\w+\s)?(?:machine\s)?translat(?:ed|ion)(?:\s{_OF_LANGUAGE})?(?:\s(?:by\b|with\b)|\s*:|\W*\Z)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EDGE: Final = 3
"""Paragraphs at either end of a text in which it speaks of itself."""

_WORK: Final = re.compile(
    r"\b(?:novels?|novella|books?|poems?|poetry|memoirs?|plays?|films?|operas?|libretto|songs?|stories|works|fiction|bestseller"
    r"|editions?|subtitles)\b",
    re.IGNORECASE,
)
"""A translated work; what is quoted near it is said about it."""
_PRIOR: Final[dict[str, float]] = {"machine": 0.95, "stated": 0.9, "gloss": 0.7, "spoken": 0.6}
_NEXT_SENTENCE: Final = 0.85
"""Factor where a sentence's end lies between cue and quotation."""
_FOLLOWS_ON: Final = 0.7
"""Factor for a later quotation of the same paragraph that the text ascribes to the same statement."""

NAME_OF_LANGUAGE: Final = re.compile(rf"\b{_LANGUAGE}\b")
NAME_OF_TOOL: Final = re.compile(_TOOL)
_SENTENCE_END: Final = re.compile(r"[.!?…][\"”’»)]*\s+(?=[\"“«‘(]?[A-Z])")
_TITLES: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Sen|Rep|Gov|St|[A-Z])\.\s+$")
_SAME_STATEMENT: Final = re.compile(
    r"""(?:in\s+|later\s+|then\s+)?(?:(?:the|its|his|her|their|this|that)\s+(?:same\s+|\w+\s+)?(?:statement|update|post|message|letter|report|
        release|text|agency|ministry|company|document|note|speech|interview|article|tweet|official|spokes\w+)|it|he|she|they)\b
        (?=.*\b(?:also|added|adds|went\s+on|goes\s+on|continue[sd]|further|then|later)\b)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_NEW_SENTENCE: Final = re.compile(r"\s+[\"“«‘]?[A-Z]")
_MOST_BETWEEN: Final = 250
"""Characters of the document's own words that may lie between a cue and its quotation."""
_GLOSS_WITHIN: Final = 25
"""Characters between "translates to" and what it translates to."""
_FARTHEST: Final = 2000
"""Characters on either side of a cue in which quotations are looked for."""
_FEWEST_WORDS: Final = 4
"""A shorter quotation is a title or a phrase, unless the cue glosses it or it ends like a sentence (three words)."""
_MARKS: Final = "\"“”«»„‘’'"
_SENTENCE_LIKE: Final = re.compile(r"[.!?…,][\"”’»']?$")


class Cue(msgspec.Struct, frozen=True, gc=False):
    """The words by which a document says that something was translated."""

    start: int
    end: int
    kind: str
    """``machine``: translated by a machine. ``stated``: translated, by whomever. ``gloss``: what foreign words mean.
    ``spoken``: said in a foreign language."""


class Translated(msgspec.Struct, frozen=True, gc=False):
    """A quotation, with its marks, that is said to be a translation."""

    quotation: Quotation
    score: float
    """How surely it is one: the cue's prior, less for distance."""
    cue: Cue


def declares_translation(document: Document) -> bool:
    """Whether a document says of itself, at its beginning or end, that it was translated."""
    paragraphs = document.layout.paragraphs
    edges = paragraphs if len(paragraphs) <= 2 * _EDGE else [*paragraphs[:_EDGE], *paragraphs[-_EDGE:]]
    return any(_ITSELF.search(paragraph.of(document.text)) for paragraph in edges)


def translated_quotations(document: Document) -> tuple[Translated, ...]:
    """Find the quotations that a document says were translated, in order of place; computed once per document."""
    return document.once("translated quotations", _find)


def _find(document: Document) -> tuple[Translated, ...]:
    if not _PLAUSIBLE.search(document.text):
        return ()
    found = quotations(document)
    best: dict[Quotation, Translated] = {}
    for paragraph, following in _paragraphs_with_next(document):
        for cue in _cues(document.text, paragraph, found):
            low, high = max(paragraph.start, cue.start - _FARTHEST), min(paragraph.end, cue.end + _FARTHEST)
            here = _starting_between(found, low, high)
            after = _starting_between(found, following.start, following.start + 1) if following else ()
            for quotation, score in _tied(document.text, cue, here, after, paragraph):
                if quotation not in best or best[quotation].score < score:
                    best[quotation] = Translated(quotation, score, cue)
    return tuple(best[quotation] for quotation in sorted(best))


def _paragraphs_with_next(document: Document) -> Iterator[tuple[Range, Range | None]]:
    paragraphs = document.layout.paragraphs
    for i, paragraph in enumerate(paragraphs):
        yield paragraph, paragraphs[i + 1] if i + 1 < len(paragraphs) else None


def _starting_between(found: Sequence[Quotation], low: int, high: int) -> Sequence[Quotation]:
    return found[bisect_left(found, low, key=lambda q: q.start) : bisect_left(found, high, key=lambda q: q.start)]


def _cues(text: str, paragraph: Range, found: tuple[Quotation, ...]) -> Iterator[Cue]:
    """Find the cues of a paragraph; those inside a quotation speak of something else, unless in brackets."""
    for match in _CUES.finditer(text, paragraph.start, paragraph.end):
        i = bisect_left(found, match.start(), key=lambda q: q.start) - 1
        if i >= 0 and match.end() <= found[i].end and text[match.start() - 1] not in "[(":
            continue
        kind = match.lastgroup or "stated"
        if kind == "stated" and _WORK.search(_own_sentence_before(text, paragraph.start, match.start())):
            continue
        yield Cue(match.start(), match.end(), kind)


def _own_sentence_before(text: str, low: int, cue: int) -> str:
    """Give the cue's sentence up to the cue, two hundred characters of it at most."""
    low = max(low, cue - 200)
    return text[_sentence_start(text, low, cue) : cue]


def _tied(
    text: str, cue: Cue, here: Sequence[Quotation], after: Sequence[Quotation], paragraph: Range
) -> Iterator[tuple[Quotation, float]]:
    """Give the quotations a cue speaks of, each with its score."""
    prior = _PRIOR[cue.kind]
    if cue.kind == "gloss":
        for quotation in here:
            if 0 <= quotation.start - cue.end <= _GLOSS_WITHIN and not any(
                _sentence_ends(text, cue.end, quotation.start)
            ):
                yield quotation, prior
                return
        return
    direct: list[Quotation] = []
    for quotation, sentences in _around(text, cue, here):
        if not _is_statement(text, quotation):
            continue
        if sentences == 0:
            direct.append(quotation)
            yield quotation, prior
        elif quotation.start >= cue.end and not direct and cue.kind != "spoken":
            direct.append(quotation)
            yield quotation, round(prior * _NEXT_SENTENCE, 4)
    if not direct and after and text[paragraph.start : paragraph.end].rstrip().endswith(":"):
        direct.append(after[0])
        yield after[0], round(prior * _NEXT_SENTENCE, 4)
    if not direct or cue.kind == "spoken":
        return
    last = max(direct)
    for quotation in here:
        if quotation.start < last.end or quotation in direct or not _is_statement(text, quotation):
            continue
        begins = _sentence_start(text, last.end, quotation.start)
        introduction = text[begins : quotation.start].strip(' "”’»,.\n')
        if introduction and not _SAME_STATEMENT.match(introduction):
            return
        yield quotation, round(prior * _FOLLOWS_ON, 4)
        last = quotation


def _is_statement(text: str, quotation: Quotation) -> bool:
    words = text[quotation.start : quotation.end].split()
    if not _SENTENCE_LIKE.search(words[-1]) and all(w.strip(_MARKS)[:1].isupper() for w in words if len(w) > 4):
        return False  # a title
    return len(words) >= _FEWEST_WORDS or (len(words) >= 3 and bool(_SENTENCE_LIKE.search(" ".join(words))))


def _around(text: str, cue: Cue, here: Sequence[Quotation]) -> Iterator[tuple[Quotation, int]]:
    """Give the quotations near a cue with the sentence ends in between (0 or 1): those before it, then from it on.

    Only the document's own words count, not what other quotations in between say.
    """
    split = bisect_left(here, cue.start, key=lambda q: q.start)
    sentences = characters = 0
    position = cue.start
    for quotation in reversed(here[:split]):
        if quotation.end < cue.end:
            sentences += sum(1 for _ in _sentence_ends(text, quotation.end, position)) + _ends_sentence(text, quotation)
            characters += position - quotation.end
            position = quotation.start
        if sentences > 1 or characters > _MOST_BETWEEN:
            break
        yield quotation, sentences
    sentences = characters = 0
    position = cue.end
    for quotation in here[split:]:
        sentences += sum(1 for _ in _sentence_ends(text, position, quotation.start))
        characters += quotation.start - position
        if sentences > 1 or characters > _MOST_BETWEEN:
            break
        yield quotation, sentences
        sentences += _ends_sentence(text, quotation)
        position = quotation.end


def _sentence_ends(text: str, low: int, high: int) -> Iterator[int]:
    """Where sentences begin between two places, the upper one included."""
    # Two characters beyond let a sentence be seen that begins with the quotation itself.
    for match in _SENTENCE_END.finditer(text, low, min(high + 2, len(text))):
        if match.end() <= high and not _TITLES.search(text, low, match.end()):
            yield match.end()


def _ends_sentence(text: str, quotation: Quotation) -> bool:
    """Whether a full stop inside the marks ends the sentence around the quotation as well."""
    return quotation.closed and text[quotation.end - 2] == "." and bool(_NEW_SENTENCE.match(text, quotation.end))


def _sentence_start(text: str, low: int, high: int) -> int:
    return max(_sentence_ends(text, low, high), default=low)
