"""Termbases: wrong English terms, the foreign words that explain them, and when they are wrong."""

from annotate.termbases.matching import Match, Matcher, load_checked
from annotate.termbases.model import Condition, Entry, Termbase, builtin_paths, load_termbase

__all__ = ["Condition", "Entry", "Match", "Matcher", "Termbase", "builtin_paths", "load_checked", "load_termbase"]
