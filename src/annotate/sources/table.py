"""Source ratings as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from annotate.sources.ratings import SourceRating

NONE: Final = "–"
_HEADING: Final = (
    "source",
    "letter",
    "mean",
    "90 % interval",
    "place",
    "docs",
    "claims",
    "confirmed",
    "contradicted",
    "quotations kept",
    "uncredited copies",
)
_WIDEST: Final = 40


def render(ratings: Sequence[SourceRating]) -> str:
    """Lay ratings out as a table, with a last newline."""
    rows = [_HEADING, *(_cells(rating) for rating in ratings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADING))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() + "\n" for row in rows]
    return "".join(lines) + "\n" + _legend(ratings)


def _cells(rating: SourceRating) -> tuple[str, ...]:
    track = rating.track
    name = "".join(c if c.isprintable() else "�" for c in rating.source)
    mean = NONE if rating.mean is None else f"{rating.mean:.2f}"
    interval = NONE if rating.interval is None else "{:.2f}–{:.2f}".format(*rating.interval)
    counts = (rating.documents, track.claims_compared, track.confirmed, track.contradicted)
    return (
        name if len(name) <= _WIDEST else name[: _WIDEST - 1] + "…",
        rating.letter + ("*" if rating.priors else ""),
        mean,
        interval,
        _place(rating),
        *map(str, counts),
        f"{track.quotations_faithful}/{track.quotations}" if track.quotations else NONE,
        f"{track.copies_uncredited}/{track.copies}" if track.copies else NONE,
    )


def _place(rating: SourceRating) -> str:
    if rating.rank is None:
        return NONE
    best, worst = rating.rank
    return str(best) if best == worst else f"{best}–{worst} ="


def _legend(ratings: Sequence[SourceRating]) -> str:
    notes = []
    if any(rating.rank is not None and rating.rank[0] < rating.rank[1] for rating in ratings):
        notes.append("=  no order: the intervals overlap, so any place of the range is possible.")
    if any(rating.letter == "F" for rating in ratings):
        notes.append(
            "F  cannot be judged: fewer than 10 claims that other origins speak of (copies not counted), and no list."
        )
    lists = {(use.name, str(use.as_of), use.licence) for rating in ratings for use in rating.priors}
    notes += [f"*  counts the list {name} of {as_of} ({licence})." for name, as_of, licence in sorted(lists)]
    return "".join(note + "\n" for note in notes)
