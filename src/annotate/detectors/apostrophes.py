"""Apostrophes lost or set apart: "dont", "the companys shares", "Russia 's"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label
from annotate.lexicon import Lexicon, is_technical, lexicon
from annotate.lexicon.lexicon import word_tuple

_CONTRACTIONS: Final = {
    word.replace("'", ""): word
    for word in word_tuple(
        "don't didn't doesn't isn't wasn't weren't aren't hasn't haven't hadn't wouldn't couldn't shouldn't mustn't "
        "needn't ain't you're they're we've you've they've i've i'm you'll they'll it'll that'll who've that's there's "
        "what's here's he's she's would've could've should've might've y'all can't won't"
    )
}
"""What is left of a contraction without its apostrophe, lower case, where that is no other word of news."""
_BEFORE_NOUN: Final = frozenset(
    word_tuple("the a an of his her their its your my our is was are were be as this any such no with political by in")
)
"""After these "cant" and "wont" may be the nouns."""
_CAPITAL_ONLY: Final = {"Ive": "I've", "Im": "I'm", "Id": "I'd"}

# Only words in -s and the contractions are looked at; soft hyphens and their like beside a word make it a part of one.
_WORD: Final = re.compile(
    "(?<![\\w'’\\-‐‑.@#/\\\\&*\u00ad\u200b])([A-Za-z]+[sS]|(?i:"
    + "|".join(sorted({*_CONTRACTIONS, *map(str.lower, _CAPITAL_ONLY)}))
    + "))(?![\\w\\-‐‑@/\\\\*\u00ad\u200b]|['’]\\w|\\.[a-z])"
)
_APOSTROPHE: Final = re.compile(r"[A-Za-z](?:['’]s\b|s['’](?=\s)|n['’]t\b|['’](?:re|ve|ll)\b)")
_ACRONYM: Final = re.compile(r"\b[A-Z]{3,}\b")
_SET_APART: Final = re.compile(r"(?<=[A-Za-z]) ['’]s(?=[\s.,;:!?])")
# No noun phrase after the possessive begins with an article.
_ITS: Final = re.compile(r"(?<![\w'’\-])([Ii]ts) (an?|the|been|going to)(?= [a-z])")
_NEXT: Final = re.compile(r" ([A-Za-z][a-z]+(?:-[a-z]+)*)")
_PREVIOUS: Final = re.compile(r"([A-Za-z]+(?:['’]s|\.)?)[ ]$")

# With an s these are no plural but a possessive that lost its apostrophe: their plural has none, or is irregular.
_NO_S_PLURAL: Final = frozenset(
    word_tuple(
        "spacecraft aircraft rotorcraft hovercraft watercraft children women men policemen firemen fishermen gunmen "
        "businessmen congressmen servicemen countrymen spokesman spokeswoman chairman chairwoman congressman policeman "
        "fisherman businessman salesman gunman woman child offspring personnel sheep wife "
        "everyone someone anyone else everybody somebody nobody today tomorrow yesterday tonight"
    )
)
_OF_MANY: Final = frozenset(
    word_tuple(
        "many two three four five several all most some these those few various other more both such between among"
    )
)
"""After these a word in -s is a plural."""

# Shares of the hits read as damage; see benchmarks/false_positives.py. Where the document sets apostrophes elsewhere a
# slip is rarer than where all of them are gone.
_SURE: Final = 0.95
_LIKELY: Final = 0.8


class Apostrophes(Detector, frozen=True):
    """Flags contractions and possessives that lost their apostrophe, and possessive endings set apart."""

    id: ClassVar[str] = "apostrophes@1"
    labels: ClassVar[tuple[Label, ...]] = ("punctuation",)
    about: ClassVar[str] = "Lost apostrophes, by a word list with counts of what follows possessives and plurals."

    def resources(self) -> dict[str, str]:
        """Digest of the word list."""
        return {"lexicon": lexicon().digest}

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give the flags of a document, in the order of their start."""
        text, words = document.text, lexicon()
        stripped = _APOSTROPHE.search(text) is None
        acronyms = frozenset(_ACRONYM.findall(text))
        flags: list[Flag] = []
        for match in _WORD.finditer(text):
            found = _judge(text, match.start(), match.end(), words, stripped, acronyms)
            if found is None or is_technical(text, match.start(), match.end()):
                continue
            reason, meant, score, evidence = found
            score = min(0.98, score + 0.08) if stripped else score
            evidence = {"suggestion": meant, **evidence, "apostrophes_elsewhere": not stripped}
            flags.append(self.flag(document, *match.span(), "punctuation", "minor", score, reason, **evidence))
        flags.extend(self._set_apart(document))
        flags.extend(self._its(document))
        return sorted(flags, key=lambda flag: (flag.start, flag.end))

    def _its(self, document: Document) -> Iterator[Flag]:
        for match in _ITS.finditer(document.text):
            yield self.flag(
                document,
                *match.span(1),
                "punctuation",
                "minor",
                0.85,
                "lost-apostrophe-contraction",
                suggestion=match.group(1)[:2] + "'s",
                before=match.group(2),
            )

    def _set_apart(self, document: Document) -> Iterator[Flag]:
        for match in _SET_APART.finditer(document.text):
            yield self.flag(
                document,
                *match.span(),
                "punctuation",
                "minor",
                0.85,
                "apostrophe-set-apart",
                suggestion=match.group().lstrip(),
            )


Found = tuple[str, str, float, dict[str, Any]]
"""Reason, form meant, score, evidence."""


def _judge(text: str, start: int, end: int, words: Lexicon, stripped: bool, acronyms: frozenset[str]) -> Found | None:
    """Say what is wrong with a word, if anything.

    Args:
        text: the document's.
        start: of the word.
        end: of the word.
        words: the word list.
        stripped: whether the text has no apostrophe at all.
        acronyms: what the text writes in capitals.
    """
    word = text[start:end]
    if word.lower() in _CONTRACTIONS or word in _CAPITAL_ONLY:
        return _contraction(text, start, end, word)
    if word[-1] != "s" or len(word) < (3 if word[:-1].isupper() else 4):
        return None
    following = _NEXT.match(text, end)
    if following is None:
        return None
    after = following.group(1)
    base = word[:-1]
    previous_match = _PREVIOUS.search(text, max(0, start - 30), start)
    previous = previous_match.group(1) if previous_match else ""
    if previous.lower() in _OF_MANY:
        return None
    if base.isupper():
        return _acronym(previous, base, after, words, base in acronyms)
    if word.endswith("ss"):
        return None
    if word.islower() or words.count(base.lower()) > words.count(base):
        return _common_noun(base, previous, after, words, stripped)
    return _name(base, previous, after, words)


def _contraction(text: str, start: int, end: int, word: str) -> Found | None:
    previous_match = _PREVIOUS.search(text, max(0, start - 30), start)
    previous = previous_match.group(1) if previous_match else ""
    if word.lower() in ("cant", "wont") and (previous.lower() in _BEFORE_NOUN or previous.endswith(("'s", "’s"))):
        return None
    if word in _CAPITAL_ONLY:
        # "Jony Ive", "Im Kwon-taek": names stand beside names.
        following = _NEXT.match(text, end)
        if previous[:1].isupper() or following is None or not following.group(1)[0].islower():
            return None
        return "lost-apostrophe-contraction", _CAPITAL_ONLY[word], _LIKELY, {}
    if word in ("IM", "IVE"):
        return None  # instant messaging; a suffix in a table
    meant = _CONTRACTIONS[word.lower()]
    meant = meant.upper() if word.isupper() else word[0] + meant[1:]
    return "lost-apostrophe-contraction", meant, _SURE, {}


def _acronym(previous: str, base: str, after: str, words: Lexicon, in_text: bool) -> Found | None:
    alone, with_s = words.count(base), words.count(base + "s")
    share = words.possessive_share(after)
    if with_s == 0 and base not in _VERBS and alone >= (_SINGULAR if len(base) > 2 else _SINGULAR_SHORT):
        # Of one organisation there is no plural, whatever follows: "NASAs rocket", "the UNs envoy".
        if share is not None and share < _NOT_A_VERB:
            return None
        share_told = None if share is None else round(share, 3)
        return "lost-apostrophe-possessive", base + "'s", _LIKELY, {"before": after, "possessive_share": share_told}
    if len(base) < 3 or not after.islower() or share is None or share < _AT_HOME:
        return None
    if with_s > 0.02 * alone:
        return None  # "MPs", "NGOs": a plural that people write
    if alone < 10 and not (previous.lower() == "the" and in_text):
        return None
    return "lost-apostrophe-possessive", base + "'s", _LIKELY, {"before": after, "possessive_share": round(share, 3)}


def _common_noun(base: str, previous: str, after: str, words: Lexicon, stripped: bool) -> Found | None:
    noun = base.lower()
    alone, with_s = words.count(noun), words.count(noun + "s")
    share = words.possessive_share(after)
    evidence = {"before": after, "possessive_share": None if share is None else round(share, 3)}
    possessive = after[0].isupper() or share is None or share >= 0.2
    if noun in _NO_S_PLURAL:
        at_home = share is not None and share >= 0.2
        return ("lost-apostrophe-possessive", base + "'s", _SURE, evidence) if at_home or after[0].isupper() else None
    other = _other_plural(base)
    if other is not None and alone >= 30 and with_s <= _RARE and words.count(other) > with_s:
        if possessive:
            return "lost-apostrophe-possessive", base + "'s", _SURE, evidence
        return "misspelt-plural", other, _SURE, evidence
    # The word in -s may be right as a plural, unless that is the rarer form and what follows nearly never follows one.
    bound = _POSSESSIVE_IF_STRIPPED if stripped else _ONLY_POSSESSIVE
    if (
        base.islower()
        and share is not None
        and share >= bound
        and alone >= max(100, 2 * with_s)
        and previous.lower() in _SINGLE
    ):
        return "lost-apostrophe-possessive", base + "'s", _LIKELY, evidence
    return None


def _name(base: str, previous: str, after: str, words: Lexicon) -> Found | None:
    alone, with_s = words.count(base), words.count(base + "s")
    if alone < 40 or words.count(base.lower()) > 0.2 * alone or previous.lower() == "the" or base.endswith("day"):
        return None  # "the Kennedys", "the Koreas", "Mondays"
    # After a given name or a title a family's plural is as good as ruled out.
    person = previous[:1].isupper() and (
        previous in _TITLES or words.count(previous) > 3 * words.count(previous.lower())
    )
    if with_s > (_FULL_NAME_PLURAL if person else _NAME_PLURAL) * alone:
        return None
    share = words.possessive_share(after)
    evidence = {"before": after, "possessive_share": None if share is None else round(share, 3)}
    if after[0].islower() and share is not None and share >= (_AT_HOME_AFTER_NAME if person else _AT_HOME):
        return "lost-apostrophe-possessive", base + "'s", _LIKELY, evidence
    if after[0].isupper() and with_s == 0 and alone >= 300:
        return "lost-apostrophe-possessive", base + "'s", _LIKELY, evidence
    return None


def _other_plural(base: str) -> str | None:
    """Give the regular plural of a noun where it is not the noun with an s, or None."""
    if len(base) > 2 and base[-1] == "y" and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    if base.endswith(("ch", "sh", "x", "ss", "zz")):
        return base + "es"
    return None


_SINGLE: Final = frozenset(word_tuple("the a an its his her their our my each every another"))
_TITLES: Final = frozenset(
    word_tuple("Mr. Mrs. Ms. Dr. Sen. Rep. Gov. Gen. President Senator Minister Chancellor Judge")
)
_AT_HOME: Final = 0.6
_AT_HOME_AFTER_NAME: Final = 0.4
"""Share of possessives from which a word is taken to follow one; the same after a given name or a title."""
_VERBS: Final = frozenset(["OK", "KO"])
_SINGULAR: Final = 25
_SINGULAR_SHORT: Final = 100
"""Documents with an acronym, none with its plural, from which it names one thing only; the same for two letters."""
_NOT_A_VERB: Final = 0.1
"""Share of possessives below which a word follows plurals: verbs, prepositions."""
_ONLY_POSSESSIVE: Final = 0.97
_POSSESSIVE_IF_STRIPPED: Final = 0.9
"""The same where the word in -s is also a good plural: in a text with apostrophes, and in one that has none."""
_NAME_PLURAL: Final = 0.01
_FULL_NAME_PLURAL: Final = 0.05
"""Documents with a name in -s to those without it up to which it has no plural in use; the same after a given name."""
_RARE: Final = 4
"""Documents up to which a form is no word."""
