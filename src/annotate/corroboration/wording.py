"""The words of a quotation in a form from which everything is taken that may differ without changing what was said.

Case, quotation marks, diacritics, contractions, the writing of numbers and dates, British and American spelling; what
stands in brackets and where words are marked as left out is noted.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import msgspec

from annotate.corroboration.speech import FUNCTION_WORDS
from annotate.lexicon.lexicon import word_tuple

MOST_WORDS: Final = 400
"""Words of a quotation that are compared: a speech printed whole is no quotation, and aligning is quadratic."""


class Word(msgspec.Struct, frozen=True, gc=False):
    """A form and the range of the text it was made from; several forms may share one token."""

    form: str
    start: int
    end: int
    marked: bool
    """In brackets: an editor's word, not the speaker's."""
    capital: bool


class Wording(msgspec.Struct, frozen=True):
    """A quotation read."""

    text: str
    words: tuple[Word, ...]
    forms: tuple[str, ...]
    omissions: frozenset[int]
    """Indices of the words before which words are marked as left out; ``len(words)`` at the end."""
    keys: tuple[str, ...]
    """Stems of the content words."""


STRAIGHT: Final = str.maketrans(dict.fromkeys("’‘‛`´′", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑", "-"))
_TOKEN: Final = re.compile(
    r"(?P<omission>\[?(?:\.[ \u00a0]?){2,}\.?\]?|\[?…\]?)"
    r"|(?P<number>[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?:st|nd|rd|th|s|m|bn|k)?\b%?)"
    r"|(?P<initials>(?:[A-Za-z]\.){2,}|(?:[A-Za-z]\.)+[A-Za-z]\b)"
    r"|(?P<word>[^\W\d_]+(?:(?:['\[\]]{1,2}|[?\ufffd](?=(?:t|s|re|ve|ll|d|m)\b))[^\W\d_]+)*)"
    r"|(?P<bracket>[\[\]()])"
    r"|(?P<sign>[&%])"
)
# A pairing of marks gone wrong leaves the attribution inside: '… now," she said. "And then …'
_ASIDE: Final = re.compile(
    r"[,.?!]?\"[ ,]{0,2}[^\"]{2,90}?\b(?:said|says|told|added|tweeted|wrote|continued|explained)\b[^\"]{0,80}\""
)
_ONES: Final = word_tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
NUMBERS: Final = {word: str(n) for n, word in enumerate(_ONES)} | {
    word: str(10 * n) for n, word in enumerate(word_tuple("thirty forty fifty sixty seventy eighty ninety"), start=3)
}
_ORDINALS: Final = {
    word: str(n)
    for n, word in enumerate(
        word_tuple("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"), start=1
    )
}
_MAGNITUDES: Final = {"thousand", "million", "billion", "trillion", "m", "bn", "k"}
_UNITS: Final = {"m": "million", "bn": "billion", "k": "thousand"}
MONTH_FORMS: Final = tuple(
    tuple(forms.split("/"))
    for forms in word_tuple(
        "january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sept/sep october/oct "
        "november/nov december/dec"
    )
)
"""The months in order, each with its short forms."""
MONTHS: Final = {short: forms[0] for forms in MONTH_FORMS for short in forms[1:]}
_SAME_WORDS: Final = {
    "can't": ("can", "not"),
    "cannot": ("can", "not"),
    "cant": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "let's": ("let", "us"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "kinda": ("kind", "of"),
    "sorta": ("sort", "of"),
    "outta": ("out", "of"),
    "lotta": ("lot", "of"),
    "gimme": ("give", "me"),
    "lemme": ("let", "me"),
    "dunno": ("do", "not", "know"),
    "y'all": ("you", "all"),
    "ya": ("you",),
    "em": ("them",),
    "cause": ("because",),
    "cuz": ("because",),
    "til": ("until",),
    "till": ("until",),
    "thru": ("through",),
    "tho": ("though",),
    "ok": ("okay",),
    "alright": ("all", "right"),
    "mister": ("mr",),
    "doctor": ("dr",),
    "senator": ("sen",),
    "representative": ("rep",),
    "governor": ("gov",),
    "general": ("gen",),
    "captain": ("capt",),
    "lieutenant": ("lt",),
    "sergeant": ("sgt",),
    "professor": ("prof",),
    "fulfil": ("fulfill",),
    "skilful": ("skillful",),
    "enrol": ("enroll",),
    "versus": ("vs",),
    "saint": ("st",),
    "towards": ("toward",),
    "backwards": ("backward",),
    "forwards": ("forward",),
    "afterwards": ("afterward",),
    "amongst": ("among",),
    "whilst": ("while",),
    "grey": ("gray",),
    "programme": ("program",),
    "programmes": ("programs",),
    "cheque": ("check",),
    "tyre": ("tire",),
    "adviser": ("advisor",),
    "advisers": ("advisors",),
    "protestor": ("protester",),
    "protestors": ("protesters",),
    "madame": ("madam",),
    "number": ("no.",),
    "dollar": ("dollars",),
    "buck": ("dollars",),
    "bucks": ("dollars",),
    "pct": ("percent",),
}
_ENDINGS: Final = {"'re": "are", "'ve": "have", "'ll": "will", "'m": "am", "'d": "would", "'s": "is"}
_BEFORE_IS: Final = frozenset(
    word_tuple(
        "it he she that this there here what who where how when why everything everybody everyone nobody nothing "
        "somebody something one"
    )
)
_NO_APOSTROPHE: Final = frozenset(
    word_tuple("dont didnt doesnt isnt wasnt arent werent couldnt wouldnt shouldnt hasnt havent hadnt")
)
_AMERICAN: Final = (
    # Both sides are rewritten, so a rule may make non-words ("hors") as long as it makes no two words one.
    (re.compile(r"(?<=[a-z]{3})our(?=$|s$|ed$|ing$|able$|ably$|ite|ful|er|hood|al)"), "or"),
    (re.compile(r"(?<=[a-z]{3})is(?=e$|ed$|es$|ing$|ation|er$|ers$)"), "iz"),
    (re.compile(r"(?<=[a-z]{2})ys(?=e$|ed$|ing$)"), "yz"),
    (re.compile(r"(?<=[a-z]{3})ll(?=ed$|ing$|er$|ers$)"), "l"),
    (re.compile(r"(?<=[a-z]{2})tre(?=$|s$|d$)"), "ter"),
    (re.compile(r"(?<=fen|cen|ten)ce(?=$|s$)"), "se"),
    (re.compile(r"(?<=[a-z]{3})dgement"), "dgment"),
)
_SUFFIX: Final = re.compile(r"(?:'s|ings?|edly|ed|es|s|ly|er|ers|ation|ations|ment|ments|e|y|ies|ied)$")


@lru_cache(maxsize=65536)
def _american(word: str) -> str:
    if len(word) < 5:
        return word
    for pattern, plain in _AMERICAN:
        word = pattern.sub(plain, word)
    return word


def stem(form: str) -> str:
    """Cut what inflects a word, roughly; never below four letters."""
    if len(form) <= 4 or form.isdigit():
        return form
    cut = _SUFFIX.sub("", form)
    return cut if len(cut) >= 4 else form[:4] if len(form) < 7 else form[:-2]


def _forms(kind: str, surface: str, following: str) -> tuple[str, ...]:
    """Give the forms that stand for one token; ``following`` is the next character."""
    if kind == "sign":
        return ("and",) if surface == "&" else ("percent",)
    if kind == "initials":
        return (surface.replace(".", "").lower() + ".",)
    if kind == "number":
        return _number_forms(surface)
    plain = "".join(c for c in unicodedata.normalize("NFKD", surface) if not unicodedata.combining(c))
    word = re.sub(r"[\[\]]", "", plain).lower()
    word = re.sub(r"[?\ufffd]", "'", word)
    if surface in ("US", "UK", "EU", "UN", "DC"):
        return (word + ".",)
    if word in _SAME_WORDS:
        return _SAME_WORDS[word]
    if word in NUMBERS and word != "one":
        return (NUMBERS[word],)
    if word in _ORDINALS and word not in ("first", "second"):
        return (_ORDINALS[word],)
    if word in MONTHS and surface[0].isupper():
        return (MONTHS[word],)
    if word == "no" and following == ".":
        return ("no.",)
    if word.endswith("n't"):
        return (word[:-3], "not")
    if word in _NO_APOSTROPHE:
        return (word[:-2], "not")
    for ending, full in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending) and (ending != "'s" or word[:-2] in _BEFORE_IS):
            return (_american(word[: -len(ending)]), full)
    return (_american(word),)


def _number_forms(surface: str) -> tuple[str, ...]:
    percent = surface.endswith("%")
    currency = surface[0] if surface[0] in "$€£" else ""
    match = re.match(r"[\d.]+", surface.strip("$€£%").replace(",", ""))
    digits = match.group().rstrip(".") if match else surface
    unit = surface.strip("$€£%").replace(",", "")[len(digits) :]
    forms = [re.sub(r"\.0+$", "", digits)]
    if unit in _UNITS:
        forms.append(_UNITS[unit])
    elif unit == "s":
        forms[0] += "s"
    if percent:
        forms.append("percent")
    if currency:
        forms.append({"$": "dollars", "€": "euros", "£": "pounds"}[currency])
    return tuple(forms)


@lru_cache(maxsize=8192)
def read(text: str) -> Wording:
    """Read the first 400 words of a quotation. Linear in its length."""
    plain = text[: 12 * MOST_WORDS].translate(STRAIGHT)
    asides = [m.span() for m in _ASIDE.finditer(plain)]
    words: list[Word] = []
    omissions: set[int] = set()
    bracket_until = -1
    currency: Word | None = None
    for match in _TOKEN.finditer(plain):
        if len(words) >= MOST_WORDS:
            break
        kind, surface, start, end = str(match.lastgroup), match.group(), match.start(), match.end()
        if kind == "omission":
            omissions.add(len(words))
            continue
        if kind == "bracket":
            if surface in "[(":
                close = plain.find("]" if surface == "[" else ")", end, end + 90)
                bracket_until = max(bracket_until, close)
            continue
        while asides and asides[0][1] <= start:
            asides.pop(0)
        aside = bool(asides) and asides[0][0] <= start
        marked = start < bracket_until or "[" in surface or "]" in surface or aside
        forms = tuple(filter(None, _forms(kind, surface, plain[end : end + 1])))
        if not forms:
            continue
        made = [Word(f, start, end, marked, surface[:1].isupper()) for f in forms]
        # "$5 million" is "5 million dollars".
        if currency is not None:
            if forms[0] in _MAGNITUDES:
                made.append(currency)
            else:
                words.append(currency)
            currency = None
        if kind == "number" and surface[0] in "$€£":
            currency = made.pop()
        words.extend(made)
        if len(words) > 1 and _is_tens(words[-2], words[-1], plain):
            words[-2:] = [
                Word(
                    str(int(words[-2].form) + int(words[-1].form)), words[-2].start, end, marked, surface[:1].isupper()
                )
            ]
        if len(words) > 1 and words[-1].form == "cent" and words[-2].form == "per":
            words[-2:] = [Word("percent", words[-2].start, end, marked, False)]
    if currency is not None:
        words.append(currency)
    forms = tuple(w.form for w in words)
    keys = tuple(sorted({stem(f) for f in forms if f not in FUNCTION_WORDS and len(f) > 1}))
    return Wording(text, tuple(words), forms, frozenset(omissions), keys)


def _is_tens(tens: Word, ones: Word, text: str) -> bool:
    """Whether two words are a number such as twenty-five."""
    return (
        len(tens.form) == 2
        and tens.form[0] in "23456789"
        and tens.form[1] == "0"
        and ones.form in "123456789"
        and text[tens.end : ones.start] == "-"
        and text[tens.start].isalpha()
    )
