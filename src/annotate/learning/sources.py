"""What annotators said of documents' reliability, as a dated list of ratings of their sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from annotate.sources.priors import Entry, PriorList, source_key

FEWEST_DOCUMENTS: Final = 5
"""Rated documents of a source from which it is in the list. The list counts for so many trials, however many more there
are: a document that people find reliable is worth less than a claim that was checked."""


def rate_sources(rated: Iterable[tuple[str, float]], day: date) -> PriorList | None:
    """Make a list that ``annotate sources --prior`` takes, from (source, reliability 1 to 5) of documents.

    Only what annotators said of reliability counts. Origin and marks do not: how a text reads moves no rating of a
    source.

    Returns:
        None where no source has enough documents.
    """
    given: defaultdict[str, list[float]] = defaultdict(list)
    for source, reliability in rated:
        given[source_key(source)].append((reliability - 1) / 4)
    domains = {
        name: Entry(round(sum(values) / len(values), 4), f"{1 + 4 * sum(values) / len(values):.1f} of 5")
        for name, values in sorted(given.items())
        if len(values) >= FEWEST_DOCUMENTS
    }
    return PriorList("annotators' labels", day, "own labels", float(FEWEST_DOCUMENTS), domains) if domains else None
