"""How one foreign name is spelt by different romanisations."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_TRANSLITERATION: Final = (
    # How romanisations of Cyrillic, Arabic and Greek names differ; the order matters.
    ("tch", "ch"),
    ("tsch", "ch"),
    ("sch", "sh"),
    ("ck", "k"),
    ("kh", "h"),
    ("ph", "f"),
    ("ou", "u"),
    ("ks", "x"),
    ("yy", "i"),
    ("iy", "i"),
    ("ij", "i"),
    ("ye", "e"),
    ("ie", "e"),
    ("yo", "e"),
    ("io", "e"),
    ("ya", "a"),
    ("ia", "a"),
    ("yu", "u"),
    ("iu", "u"),
    ("y", "i"),
    ("j", "i"),
    ("w", "v"),
    ("q", "k"),
)
_SOFT: Final = re.compile(r"c(?![eiyh])")
_DOUBLED: Final = re.compile(r"(.)\1+")


@lru_cache(maxsize=4096)
def transliteration_key(name: str) -> str:
    """Give what is left of a name when the differences between romanisations are taken away, diacritics included."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(c))
    plain = plain.replace("-", "").replace("'", "").replace("’", "")
    plain = _SOFT.sub("k", plain)
    for spelling, simple in _TRANSLITERATION:
        plain = plain.replace(spelling, simple)
    return _DOUBLED.sub(r"\1", plain)
