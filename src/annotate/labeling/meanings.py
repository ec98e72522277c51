"""What labels, severities and verdicts mean, in one plain sentence each, for the people who label."""

from __future__ import annotations

from typing import Final

from annotate.documents import Label, Severity

LABEL_MEANINGS: Final[dict[Label, str]] = {
    "machine-translated": "Reads as translated by a machine: foreign word order, word-for-word idioms, foreign terms.",
    "machine-paraphrased": "An existing article reworded by a spinner or a model: odd synonyms for fixed expressions.",
    "machine-generated": "Written by a model without an original: fluent, general, nothing that could be checked.",
    "garbled": "The words are there, the sense is gone: broken syntax, scrambled or run-together words.",
    "boilerplate": "Page furniture in the text: captions, credits, links to other articles, navigation, bylines.",
    "spam": "Calls to follow, subscribe or buy; promotion; link farms.",
    "truncated": "Starts or ends in the middle of a sentence, or with a heading that has nothing under it.",
    "duplicated": "The same sentence or heading again.",
    "terminology": "The wrong term for the thing: a false friend, a loan translation, a term that others contradict.",
    "mistranslation": "A literal or wrong rendering of what was meant.",
    "untranslated": "Left in another language.",
    "grammar": "A grammatical error.",
    "spelling": "A misspelt or run-together word.",
    "punctuation": "A missing, wrong or superfluous mark, an apostrophe included.",
    "encoding": "Wrong characters: letters replaced by question marks, boxes or unrelated signs.",
    "inconsistency": "Two forms for one name, term or number inside this document.",
    "altered-quote": "A direct quotation whose words differ, unmarked, from the same quotation elsewhere.",
    "conflicting-claim": "A date, number, place, owner or kind of thing that other documents contradict.",
    "uncredited-copy": "Taken from another document or outlet without saying so.",
    "quoted-translation": "A quotation that the document itself says was translated: information, not damage.",
}

SEVERITY_MEANINGS: Final[dict[Severity, str]] = {
    "neutral": "Worth marking, but no error.",
    "minor": "Style, grammar or a word could be better; the sense is clear.",
    "major": "The meaning is changed or hard to make out.",
    "critical": "The reader is misled, or the passage is of no use.",
}

VERDICT_MEANINGS: Final[dict[str, str]] = {
    "human": "Written by people.",
    "machine-translated": LABEL_MEANINGS["machine-translated"],
    "machine-paraphrased": LABEL_MEANINGS["machine-paraphrased"],
    "machine-generated": LABEL_MEANINGS["machine-generated"],
    "garbled": "So broken that its origin does not matter.",
    "insufficient-text": "Too short, or too unclear, to tell.",
}
"""The same words as a record's verdict, so that the two can be held against each other."""
