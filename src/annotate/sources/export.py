"""Ratings in the words of other tools: CSV, MISP tags, schema.org ``ClaimReview`` and W3C credibility signals."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final

import msgspec

from annotate.documents import Flag, Record
from annotate.documents.evidence import COPIES, Evidence
from annotate.sources.admiralty import DIGITS, Digit, information_tag, source_tag
from annotate.sources.ratings import DocumentRating, SourceRating, rate_document

Exporter = Callable[[list[SourceRating], Iterable[Record], date | None], Iterator[str]]
"""Makes pieces of text of source ratings, of the records behind them, and of the day to put on them."""

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "annotate:sources")

_ORIGINALITY: Final = {
    "original": "most likely original",
    "copy-with-different-portions": "copy with some different portions",
    "quotes-extensively": "quotes extensively from another source",
    "wholesale-duplicate": "wholesale duplicate",
}
"""Values of "Article originality" in the W3C Credibility Signals draft (26 November 2019)."""

_CLAIM_LABELS: Final = ("conflicting-claim", "altered-quote")
_DOUBTFUL: Final[Digit] = "4"
"""Grade of a flagged claim whose evidence has no grade of its own: another document speaks against it."""

COLUMNS: Final = (
    "source",
    "letter",
    "mean",
    "low",
    "high",
    "place_best",
    "place_worst",
    "documents",
    "claims_compared",
    "claims_uncorroborated",
    "confirmed",
    "contradicted",
    "quotations",
    "quotations_faithful",
    "copies",
    "copies_uncredited",
    "trials",
    "priors",
)


def to_json(ratings: list[SourceRating], records: Iterable[Record], day: date | None) -> Iterator[str]:
    """Write the ratings with every line behind them."""
    yield from _listed("[", (msgspec.json.encode(rating).decode() for rating in ratings), "]")


def to_csv(ratings: list[SourceRating], records: Iterable[Record], day: date | None) -> Iterator[str]:
    """Write one row per source; empty where there is no number."""
    yield _row(COLUMNS)
    for rating in ratings:
        low, high = rating.interval or (None, None)
        best, worst = rating.rank or (None, None)
        priors = "; ".join(f"{use.name} ({use.as_of}): {use.given}" for use in rating.priors)
        numbers = (rating.mean, low, high, best, worst, rating.documents, *msgspec.structs.astuple(rating.track))
        yield _row((rating.source, rating.letter, *numbers, rating.trials, priors))


def _row(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def to_misp(ratings: list[SourceRating], records: Iterable[Record], day: date | None) -> Iterator[str]:
    """Write a MISP event: an attribute per source and per document, tagged with the Admiralty scale.

    Its identifiers are made of what it says, so that the same ratings give the same event.
    """

    def attribute(kind: str, value: str, tag: str, comment: str) -> str:
        return _json(
            {
                "uuid": str(uuid.uuid5(_NAMESPACE, f"{kind}\n{value}\n{comment}")),
                "type": kind,
                "category": "Network activity" if kind == "domain" else "External analysis",
                "value": value,
                "to_ids": False,
                "comment": comment,
                "Tag": [{"name": tag}],
            }
        )

    def attributes() -> Iterator[str]:
        for rating in ratings:
            kind = "domain" if "." in rating.source and " " not in rating.source else "text"
            yield attribute(kind, rating.source, source_tag(rating.letter), _comment(rating))
        for record in records:
            document = rate_document(record)
            comment = f"document of {record.source}" if record.source else "document of an unknown source"
            yield attribute("text", record.id, information_tag(document.information), comment)

    summary = "\n".join(f"{rating.source} {rating.letter} {rating.mean}" for rating in ratings)
    event: dict[str, Any] = {
        "uuid": str(uuid.uuid5(_NAMESPACE, summary)),
        "info": "Reliability of sources and credibility of documents",
        "published": False,
        "analysis": "2",
        "threat_level_id": "4",
        "distribution": "0",
    }
    if day is not None:
        event["date"] = day.isoformat()
    yield from _listed('{"Event": ' + _json(event)[:-1] + ', "Attribute": [', attributes(), "]}}")


def _comment(rating: SourceRating) -> str:
    if rating.mean is None or rating.interval is None:
        return "cannot be judged"
    low, high = rating.interval
    return f"{rating.mean:.2f}, 90 % interval {low:.2f} to {high:.2f}, from {rating.trials:g} trials"


def to_claimreview(ratings: list[SourceRating], records: Iterable[Record], day: date | None) -> Iterator[str]:
    """Write a schema.org ``ClaimReview`` for each claim and quotation that another document speaks against.

    They are drafts and say so: nobody has confirmed them.
    """

    def reviews() -> Iterator[str]:
        for record in records:
            for flag in record.flags:
                if flag.label in _CLAIM_LABELS:
                    yield _json(_review(record, flag, day))

    yield from _listed('{"@context": "https://schema.org", "@graph": [', reviews(), "]}")


def _review(record: Record, flag: Flag, day: date | None) -> dict[str, Any]:
    given = flag.evidence.get("information")
    grade: Digit = given if given in DIGITS else _DOUBTFUL
    article: dict[str, Any] = {"@type": "NewsArticle", "identifier": record.id}
    if record.source:
        article["publisher"] = {"@type": "Organization", "name": record.source}
    review: dict[str, Any] = {
        "@type": "ClaimReview",
        "claimReviewed": flag.text,
        "itemReviewed": {"@type": "Claim", "appearance": article},
        "author": {"@type": "Organization", "name": "annotate"},
        "creativeWorkStatus": "Draft",
        "reviewBody": f"{flag.label} ({flag.reason}) at {flag.start}-{flag.end}: found by {flag.detector}, "
        f"probability {flag.score:g}, not confirmed by a person.",
    }
    if grade != "6":
        review["reviewRating"] = {
            "@type": "Rating",
            "ratingValue": 6 - int(grade),
            "bestRating": 5,
            "worstRating": 1,
            "alternateName": DIGITS[grade],
        }
    if day is not None:
        review["datePublished"] = day.isoformat()
    return review


def to_credweb(ratings: list[SourceRating], records: Iterable[Record], day: date | None) -> Iterator[str]:
    """Write what was observed of each document, by the names of the W3C Credibility Signals draft."""

    def observations() -> Iterator[str]:
        for record in records:
            evidence = record.evidence or None
            observed: dict[str, Any] = {"document": record.id, "site": record.source}
            if day is not None:
                observed["date"] = day.isoformat()
            if evidence is not None:
                observed["signals"] = credibility_signals(evidence, rate_document(record, evidence))
            yield _json(observed)

    yield from _listed('{"@context": "http://www.w3.org/ns/credweb#", "observations": [', observations(), "]}")


def credibility_signals(evidence: Evidence, document: DocumentRating) -> dict[str, Any]:
    """Name what was found about one document as the W3C Credibility Signals draft does."""
    signals: dict[str, Any] = {}
    if evidence.copied is not None:
        signals["Article originality"] = _ORIGINALITY[evidence.copied]
    if evidence.copied in COPIES:
        given = {True: "given and accurate", False: "not given", None: "unclear which is original"}
        signals["Attribution of non-original content"] = given[evidence.credited]
    if evidence.is_translation is not None:
        signals["Is Translation"] = evidence.is_translation
    attributions = evidence.attributions
    signals["Cites wire services"] = bool(attributions.wire_services)
    signals["Number of quoted sources"] = attributions.named + attributions.anonymous
    if attributions.anonymous:
        signals["Source Types"] = "single anonymous" if attributions.anonymous == 1 else "multiple anonymous"
    if document.information != "6":
        signals["Corroboration"] = {
            "information-credibility": document.information,
            "independent origins": evidence.origins,
            "confirmed claims": evidence.claims.confirmed,
            "contradicted claims": evidence.claims.contradicted,
        }
    return signals


def _listed(opening: str, items: Iterable[str], closing: str) -> Iterator[str]:
    """Write a JSON list with an item a line, whatever its length."""
    between = opening + "\n"
    empty = True
    for item in items:
        yield between + item
        between, empty = ",\n", False
    yield (between if empty else "\n") + closing + "\n"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


EXPORTERS: Final[dict[str, Exporter]] = {
    "json": to_json,
    "csv": to_csv,
    "misp": to_misp,
    "claimreview": to_claimreview,
    "credweb": to_credweb,
}
