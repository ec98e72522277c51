"""The shipped word list: which English words exist, in which case, and in how many documents they occur."""

from annotate.lexicon.context import is_technical
from annotate.lexicon.lexicon import FOLLOWERS_FILE, WORDS_FILE, Lexicon, lexicon, tokens
from annotate.lexicon.morphology import derivable, is_compound, is_variant
from annotate.lexicon.neighbours import neighbours

__all__ = [
    "FOLLOWERS_FILE",
    "WORDS_FILE",
    "Lexicon",
    "derivable",
    "is_compound",
    "is_technical",
    "is_variant",
    "lexicon",
    "neighbours",
    "tokens",
]
