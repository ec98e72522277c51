"""The day of publication, from however an input writes it."""

from __future__ import annotations

from datetime import date
from email.utils import parsedate_to_datetime

from annotate.corroboration.values import find_values
from annotate.documents import Document


def published_day(text: str | None) -> date | None:
    """Give the day that a date of publication names, None if it names none.

    Taken are ISO 8601 (with or without a time), RFC 2822 as feeds have it, and dates written out in English. The day is
    the one that is written, whatever the time zone.
    """
    if not text:
        return None
    text = text.strip()[:80]
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).date()
    except ValueError:
        pass
    for value in find_values(Document(text)):
        if value.kind == "date" and value.granularity == "day" and len(value.norm) == 10:
            try:
                return date.fromisoformat(value.norm)
            except ValueError:
                continue
    return None
