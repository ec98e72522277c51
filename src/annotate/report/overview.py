"""What all documents together look like: counts that need no more memory however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from annotate.documents import LABELS, SEVERITIES, Record
from annotate.evaluation.calibration import Calibration
from annotate.evaluation.documents import LENGTH_BANDS, band_name, length_band
from annotate.report.entries import Plain
from annotate.sources.ratings import Ratings, SourceRating

_BINS: Final = 20
"""Bars of a distribution of scores over [0, 1]."""


class Overview:
    """Counts records as they come."""

    def __init__(self) -> None:
        self._statuses: Counter[str] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._flags: Counter[tuple[str, str]] = Counter()
        self._flagged: Counter[str] = Counter()
        self._bands = {band_name(*edges): _Band() for edges in LENGTH_BANDS}
        self._ratings = Ratings()

    def add(self, record: Record) -> None:
        """Count one record."""
        self._statuses[record.status] += 1
        self._flags.update((flag.label, flag.severity) for flag in record.flags)
        self._flagged.update({flag.label for flag in record.flags})
        self._ratings.add(record)
        if record.verdict is not None:
            self._verdicts[record.verdict.label] += 1
            self._bands[length_band(record.verdict.words)].add(record)

    def finish(self, calibrations: Sequence[tuple[str, Calibration]] = ()) -> Plain:
        """Give the counts.

        Args:
            calibrations: name and measured reliability of sets of scores.
        """
        return {
            "statuses": dict(self._statuses),
            "verdicts": dict(self._verdicts.most_common()),
            "flags": [
                {
                    "label": label,
                    "severities": [self._flags[label, severity] for severity in SEVERITIES],
                    "documents": self._flagged[label],
                }
                for label in LABELS
                if self._flagged[label]
            ],
            "bands": [{"band": name, **band.finish()} for name, band in self._bands.items() if band.documents],
            "sources": [_source(rating) for rating in self._ratings.finish()],
            "unnamed": self._ratings.unnamed,
            "calibrations": [
                {"name": name, "count": c.count, "ece": c.ece, "bins": [[b.promised, b.kept, b.count] for b in c.bins]}
                for name, c in calibrations
                if c.count
            ],
        }


class _Band:
    """Documents of one length."""

    def __init__(self) -> None:
        self.documents = 0
        self._bins = [0] * _BINS
        self._verdicts: Counter[str] = Counter()
        self._points: set[tuple[str, float, float]] = set()

    def add(self, record: Record) -> None:
        assert record.verdict is not None
        self.documents += 1
        self._verdicts[record.verdict.label] += 1
        machine = 1.0 - record.verdict.scores.get("human", 1.0)
        self._bins[min(_BINS - 1, max(0, int(machine * _BINS)))] += 1
        point = record.verdict.operating_point
        if point is not None:
            self._points.add((point.length_band, point.fpr, point.tpr))

    def finish(self) -> Plain:
        return {
            "documents": self.documents,
            "machine": self._bins,
            "verdicts": dict(self._verdicts.most_common()),
            "points": sorted(self._points),
        }


def _source(rating: SourceRating) -> Plain:
    track = rating.track
    return {
        "source": rating.source,
        "letter": rating.letter,
        "mean": rating.mean,
        "interval": rating.interval,
        "rank": rating.rank,
        "documents": rating.documents,
        "claims": [track.claims_compared, track.confirmed, track.contradicted],
        "quotations": [track.quotations_faithful, track.quotations],
        "copies": [track.copies_uncredited, track.copies],
        "verdicts": rating.verdicts,
    }
