"""What stands in for a document that could not be read, so that it still gets its record."""

from __future__ import annotations

from typing import Literal

import msgspec


class Unread(msgspec.Struct, frozen=True):
    """One input item without a usable text.

    ``skipped`` items are no fault of anybody's (an empty file, an image); ``failed`` ones are (broken JSON, a
    cut-off archive) and count in the exit code.
    """

    id: str
    status: Literal["skipped", "failed"]
    reason: str | None = None
    """Slug for a skipped item: ``empty``, ``not-text``."""
    error: str | None = None
    """One sentence for a failed item: what, where, what to do."""
    source: str | None = None
    sha256: str | None = None
