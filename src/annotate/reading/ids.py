"""Ids that were already given out, kept on disk where they are too many for memory."""

from __future__ import annotations

import sqlite3
from types import TracebackType

from annotate.errors import AnnotateError


class UsedIds:
    """Remembers which place an id was first seen at. A temporary database, which spills to disk by itself."""

    def __init__(self) -> None:
        # An empty name makes SQLite keep the data in its cache and, beyond that, in a temporary file it deletes.
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("CREATE TABLE used (id TEXT PRIMARY KEY, place TEXT) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def __enter__(self) -> UsedIds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def claim(self, id: str, place: str) -> str | None:
        """Take an id for a place; if it is already taken, return by which place.

        Raises:
            AnnotateError: if the temporary file cannot be written.
        """
        try:
            taken = self._database.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (id, place)).rowcount == 1
            if taken:
                return None
            (first,) = self._database.execute("SELECT place FROM used WHERE id = ?", (id,)).fetchone()
        except sqlite3.OperationalError as error:
            raise AnnotateError(
                f"Cannot keep track of ids in the temporary folder: {error}; make room there."
            ) from error
        return str(first)
