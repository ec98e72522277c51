"""Offsets in UTF-16 code units, which programs in Java and JavaScript count, from and to code points."""

from __future__ import annotations

from bisect import bisect_left


class Utf16:
    """Converts offsets into one text.

    >>> Utf16("🚀 up").units(2)
    3
    >>> Utf16("🚀 up").code_points(3)
    2
    """

    def __init__(self, text: str) -> None:
        # The offsets, in either count, behind each character that takes two units.
        astral = [] if text.isascii() else [place for place, character in enumerate(text) if character > "\uffff"]
        self._behind = [place + 1 for place in astral]
        self._units_behind = [place + 1 + count for count, place in enumerate(self._behind)]

    def units(self, offset: int) -> int:
        """Give the offset in UTF-16 units of an offset in code points."""
        return offset + bisect_left(self._behind, offset + 1)

    def code_points(self, offset: int) -> int:
        """Give the offset in code points of an offset in UTF-16 units.

        Raises:
            ValueError: if it lies inside a character.
        """
        found = offset - bisect_left(self._units_behind, offset + 1)
        if self.units(found) != offset:
            raise ValueError(f"UTF-16 offset {offset} lies inside a character")
        return found
