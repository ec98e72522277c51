"""English inflections by rule, with the irregular verbs that matter for terms."""

from __future__ import annotations

import re
from typing import Final

_IRREGULAR: Final = {
    "be": "is are am was were been being",
    "become": "becomes became becoming",
    "begin": "begins began begun beginning",
    "break": "breaks broke broken breaking",
    "bring": "brings brought bringing",
    "build": "builds built building",
    "buy": "buys bought buying",
    "come": "comes came coming",
    "do": "does did done doing",
    "draw": "draws drew drawn drawing",
    "drink": "drinks drank drunk drinking",
    "drive": "drives drove driven driving",
    "eat": "eats ate eaten eating",
    "fall": "falls fell fallen falling",
    "fly": "flies flew flown flying",
    "get": "gets got gotten getting",
    "give": "gives gave given giving",
    "go": "goes went gone going",
    "grow": "grows grew grown growing",
    "have": "has had having",
    "hold": "holds held holding",
    "keep": "keeps kept keeping",
    "know": "knows knew known knowing",
    "lay": "lays laid laying",
    "lead": "leads led leading",
    "lose": "loses lost losing",
    "make": "makes made making",
    "meet": "meets met meeting",
    "pay": "pays paid paying",
    "put": "puts putting",
    "run": "runs ran running",
    "say": "says said saying",
    "see": "sees saw seen seeing",
    "send": "sends sent sending",
    "set": "sets setting",
    "speak": "speaks spoke spoken speaking",
    "spend": "spends spent spending",
    "stand": "stands stood standing",
    "steal": "steals stole stolen stealing",
    "strike": "strikes struck stricken striking",
    "take": "takes took taken taking",
    "tell": "tells told telling",
    "think": "thinks thought thinking",
    "throw": "throws threw thrown throwing",
    "win": "wins won winning",
    "write": "writes wrote written writing",
    "child": "children",
    "foot": "feet",
    "life": "lives",
    "man": "men",
    "woman": "women",
    "person": "people persons",
}
_SIBILANT: Final = re.compile(r"(?:s|x|z|ch|sh)$")
_CONSONANT_Y: Final = re.compile(r"[^aeiou]y$")
_DOUBLES: Final = re.compile(r"^[^aeiou]*[aeiou][bdgklmnprt]$")


def inflections(lemma: str) -> frozenset[str]:
    """Every form of a lower-case lemma: itself, plural or third person, past, participle, and the possessives.

    Rules make both noun and verb forms, since a form that does not exist is never met in a text.
    """
    forms = {lemma}
    if lemma in _IRREGULAR:
        forms.update(_IRREGULAR[lemma].split())
    elif _SIBILANT.search(lemma):
        forms.update((lemma + "es", lemma + "ed", lemma + "ing"))
    elif _CONSONANT_Y.search(lemma):
        forms.update((lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"))
    elif lemma.endswith("e"):
        forms.update((lemma + "s", lemma + "d", lemma[:-1] + "ing"))
    else:
        stem = lemma + lemma[-1] if _DOUBLES.search(lemma) else lemma
        forms.update((lemma + "s", stem + "ed", stem + "ing"))
    possessive = {form + ("'" if form.endswith("s") else "'s") for form in forms}
    return frozenset(forms | possessive)
