"""Whether an unlisted word is a regular form, derivation, compound or other standard's spelling of a listed one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from annotate.lexicon.lexicon import Lexicon, word_tuple

_PREFIXES: Final = word_tuple(
    "un re non pre anti over out under mis dis de sub super inter multi co counter micro mega hyper bio cyber neuro "
    "ultra semi mid pro post trans en em in im ir il be fore up down off on by self auto macro mini nano geo eco "
    "electro photo thermo hydro aero "
    "astro cardio psycho socio ethno tele tri bi quad poly mono neo pseudo quasi intra extra "
    "after back"
)
_SUFFIXES: Final = word_tuple(
    "s es ed d ing er ers r rs or ors est ly ness nesses less ful like ish able ably ible ibly ability ize ise "
    "izes ises ized ised izing ising izer iser ization isation ism isms ist ists ity ities al ally ial ic ical "
    "ically y ier iest ily ies ied ment ments hood ship ships wise dom ward wards fold proof en ens ened ening "
    "age ages ation ations ator ators ate ates ated ating ive ively ous ously ee ees eer eers ette let lets "
    "ling lings ess esses ian ians an ans ville gate fest land man men woman women side time way ways work "
    "works"
)
_VARIANTS: Final = (
    (re.compile(r"our(?=$|s|e|i|a|l|f|m|h)"), "or"),
    (re.compile(r"(?<=[a-z]{2})ys(?=e|ing)"), "yz"),
    (re.compile(r"(?<=[a-z]{2})is(?=e|ing|ation|able)"), "iz"),
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"([lpt])\1(?=(?:ed|ing|ings|ers?|ors?|ists?|ments?|y|ous)$)"), r"\1"),
    (re.compile(r"ogue"), "og"),
    (re.compile(r"tre(?=$|s|d)"), "ter"),
    (re.compile(r"ence?(?=$|s)"), "ense"),
    (re.compile(r"(?<=[a-z]{3})mme(?=$|s)"), "m"),
    (re.compile(r"dgem"), "dgm"),
    (re.compile(r"ll(?=$|s|m|f)"), "l"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"que(?=$|s)"), "ck"),
    (re.compile(r"(?<=[a-z])e(?=able|ing)"), ""),
    (re.compile(r"y(?=r|p|l|n)"), "i"),
)


_ISE: Final = re.compile(r"(?<=[a-z]{3})is(?=e[ds]?$|ers?$|ing$|ations?$)")


def derivable(word: str, words: Lexicon) -> bool:
    """Whether a lower-case word is listed or made of a listed one with a prefix, a suffix, or both.

    Generous by intent: a word that could be right is not to be called wrong.
    """
    if words.any_case(word) or _has_suffix(word, words.any_case, 1):
        return True
    american = _ISE.sub("iz", word)
    if american != word and (words.any_case(american) or _has_suffix(american, words.any_case, 1)):
        return True  # "theorises"
    # A short or rare rest would make a prefix of any first letters ("co-ment").
    return any(
        len(rest) < len(word)
        and len(rest) >= 4
        and (words.count(rest) >= _BASE or _has_suffix(rest, words.count, _BASE))
        for rest in (word.removeprefix(prefix) for prefix in _PREFIXES)
    )


def _has_suffix(word: str, count: Callable[[str], int], minimum: int) -> bool:
    for suffix in _SUFFIXES:
        if not word.endswith(suffix) or len(word) - len(suffix) < 3:
            continue
        stem = word[: -len(suffix)]
        if stem[-1] == "e" and suffix[0] == "e":
            continue  # "freeed"
        if suffix in ("d", "r", "rs") and stem[-1] != "e":
            continue  # "rejectd"
        forms = [stem]
        if suffix[0] in "aeioy":
            forms.append(stem + "e")
            if stem[-1] == stem[-2]:
                forms.append(stem[:-1])
        if stem[-1] == "i":
            forms.append(stem[:-1] + "y")
        if any(count(form) >= minimum for form in forms):
            return True
    return False


_BASE: Final = 5
"""Documents in which the rest after a prefix must occur."""


def is_compound(word: str, words: Lexicon) -> bool:
    """Whether a lower-case word may be two listed words written as one ("starshade")."""
    return any(_is_part(word[:i], words) and _is_part(word[i:], words) for i in range(3, len(word) - 2))


def _is_part(part: str, words: Lexicon) -> bool:
    # Short and rare words make compounds of any string.
    return words.count(part) >= (_SHORT_PART if len(part) == 3 else _PART)


_PART: Final = 25
_SHORT_PART: Final = 1000
"""Documents in which a part of a compound must occur, of four letters and more, and of three."""


def is_variant(word: str, other: str) -> bool:
    """Whether two words differ only as British and American spellings do."""
    return _standard(word) == _standard(other)


def _standard(word: str) -> str:
    for pattern, replacement in _VARIANTS:
        word = pattern.sub(replacement, word)
    return word
