"""The shipped word list: which English words exist, in which case, and in how many documents they occur."""

from annotate.lexicon.lexicon import FOLLOWERS_FILE, WORDS_FILE, Lexicon, lexicon, tokens

__all__ = ["FOLLOWERS_FILE", "WORDS_FILE", "Lexicon", "lexicon", "tokens"]
