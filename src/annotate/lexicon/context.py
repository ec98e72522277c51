"""Where in a text a word is not a word: addresses, handles, hashtags, file names, code."""

from __future__ import annotations

import re
from typing import Final

_TECHNICAL: Final = re.compile(
    r"[@#_\\/=<>{}~^|]|www\.|\.(?:com|org|net|gov|edu|info|html?|pdf|jpe?g|png|gif|php|js|py|txt|docx?|xlsx?|csv|json|zip|mp[34]|uk|us|co|io|tv|ly|me)(?![a-z])",
    re.IGNORECASE,
)
_REACH: Final = 100
"""Characters looked at on each side: no address worth knowing shows itself later than that."""


def is_technical(text: str, start: int, end: int) -> bool:
    """Whether the blank-delimited run of characters around ``text[start:end]`` is an address, handle, tag or code."""
    left = start
    while left > 0 and start - left < _REACH and not text[left - 1].isspace():
        left -= 1
    right = end
    while right < len(text) and right - end < _REACH and not text[right].isspace():
        right += 1
    return _TECHNICAL.search(text, left, right) is not None
