"""Entries put aside on disk until their turn comes."""

from __future__ import annotations

import os
import tempfile
from array import array
from pathlib import Path
from typing import Self


class Spool:
    """A nameless temporary file of entries by number; only eight bytes an entry are held in memory.

    Args:
        folder: where there is room for it.

    Raises:
        OSError: if it cannot be written, then or later.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, entry: bytes) -> int:
        """Put an entry aside and give its number."""
        self._file.write(entry)
        self._ends.append(self._ends[-1] + len(entry))
        return len(self) - 1

    def read(self, number: int) -> bytes:
        """Give an entry back."""
        self._file.flush()
        begin = self._ends[number]
        return os.pread(self._file.fileno(), self._ends[number + 1] - begin, begin)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Throw everything away."""
        self._file.close()
