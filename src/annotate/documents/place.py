"""Where a range of a document's text stands in the file it was read from."""

from __future__ import annotations

import msgspec


class Place(msgspec.Struct, frozen=True):
    """The first and the last character of a range in a file. Lines (ended by LF) and columns are counted from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    """One past the last character's."""
