"""Makes the schema files again from the types: ``python -m annotate.schemas.generate``.

msgspec gives the shape of a record. What its types cannot say is added here: ranges, patterns, the closed lists of
words, which way a number points, and which fields go with which status.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from annotate.documents import LABELS, ORIGINS, SEVERITIES, Record

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PROBABILITY: Final = {"minimum": 0, "maximum": 1}
_OFFSET: Final = {"minimum": 0}
_COUNT: Final = {"minimum": 0}
_SLUG: Final = {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}

# Type → field → what to add. Every field has an entry; the tests see to it.
_FIELDS: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "Record": {
        "id": {"description": "Id of the document; a plain file's is its name up to the first '_' or '.'."},
        "source": {"description": "Publisher or domain of the document; null where unknown."},
        "status": {
            "enum": ["ok", "skipped", "failed"],
            "description": "ok: scored. skipped: not for scoring, see reason. failed: see error.",
        },
        "signature": {
            "pattern": r"^annotate\|v:[^|]+\|schema:[0-9]+\|sig:[0-9a-f]{12}$",
            "description": "Short signature of the code, models and settings. Equal signatures: made the same way.",
        },
        "sha256": {"description": "SHA-256 of the text in UTF-8, in hexadecimal; null where no text could be read."},
        "verdict": {"description": "The answer for the whole document; null unless status is ok."},
        "flags": {"description": "Issues found, in order of start, then end."},
        "passages": {"description": "Scores of runs of whole sentences, in order of start."},
        "reliability": {"description": "Reliability of the source, where it can be judged."},
        "evidence": {
            "description": "What was found by holding it against the other documents of its story; absent where it was "
            "not compared."
        },
        "reason": {**_SLUG, "description": "Why a skipped document was skipped: empty, not-english, not-text."},
        "error": {"minLength": 1, "description": "What went wrong with a failed document, in one sentence."},
        "tier": {"description": "Which models the verdict rests on: the fast ones alone, or the encoder too."},
        "notes": {"description": "What the reader had to change or guess, one sentence each."},
        "text": {"description": "The document's text as it was scored; only where asked for. All offsets are into it."},
    },
    "Verdict": {
        "label": {
            "enum": [*ORIGINS, "garbled", "insufficient-text"],
            "description": "insufficient-text: too few words to tell an origin; the scores stand all the same.",
        },
        "score": {**_PROBABILITY, "description": "Calibrated probability of the label, 0 to 1; higher = surer."},
        "words": {"minimum": 0, "description": "Words the verdict rests on; page furniture is left out."},
        "scores": {
            "required": list(ORIGINS),
            "propertyNames": {"enum": list(ORIGINS)},
            "additionalProperties": {"type": "number", **_PROBABILITY},
            "description": "Probability of each origin, 0 to 1; the four sum to 1 but for rounding.",
        },
        "operating_point": {"description": "What the threshold means at this length; null where none was measured."},
    },
    "OperatingPoint": {
        "length_band": {"description": "Range of words measured, upper bound not included, e.g. 300-600."},
        "fpr": {
            **_PROBABILITY,
            "description": "Share of human documents of this length called machine-made; lower = better.",
        },
        "tpr": {
            **_PROBABILITY,
            "description": "Share of machine-made documents of this length found; higher = better.",
        },
    },
    "Flag": {
        "start": {**_OFFSET, "description": "First Unicode code point of the range in the text, counted from 0."},
        "end": {
            "minimum": 1,
            "description": "One past the last code point; greater than start, at most the text's length.",
        },
        "text": {"minLength": 1, "description": "The slice [start, end) of the text, exactly."},
        "label": {"enum": list(LABELS), "description": "Kind of issue."},
        "severity": {"enum": list(SEVERITIES), "description": "MQM severity, mildest first."},
        "score": {
            **_PROBABILITY,
            "description": "Calibrated probability that a human would confirm the flag, 0 to 1; higher = worse.",
        },
        "detector": {"pattern": "^[a-z][a-z0-9_]*@[1-9][0-9]*$", "description": "Detector and version, name@version."},
        "reason": {**_SLUG, "description": "Why, as a short slug."},
        "evidence": {"description": "What is needed to check the flag by hand; keys depend on detector and reason."},
    },
    "PassageScores": {
        "start": {**_OFFSET, "description": "First code point of the passage."},
        "end": {"minimum": 1, "description": "One past the passage's last code point."},
        "scores": {
            "propertyNames": {"enum": [*ORIGINS, "garbled"]},
            "additionalProperties": {"type": "number", **_PROBABILITY},
            "description": "Probability per origin, 0 to 1.",
        },
    },
    "Reliability": {
        "admiralty": {"description": "Admiralty code; it never moves the number."},
        "score": {"description": "Reliability of the source; higher = more reliable; null where it cannot be judged."},
        "interval": {"description": "Lower and upper end of the score's interval; null with the score."},
        "contributions": {"description": "The observations behind the score."},
    },
    "Evidence": {
        "story": {"description": "Id of the story: a digest of its documents, or what the input calls it."},
        "documents": {"minimum": 1, "description": "Documents of the story, this one included."},
        "origins": {"minimum": 1, "description": "Independent origins of the story: copies count once."},
        "origin": {
            "minimum": 1,
            "description": "Which of them this document has its text from; the same number for copies of one text.",
        },
        "compared": {"description": "The claims that another document speaks of, in order of place."},
        "copies": {"description": "The other documents with which it shares text."},
        "claims": {
            "description": "Dates, figures, people, places and owners, by what the other documents say of them."
        },
        "quotations": {"description": "Direct quotations that another document has too."},
        "copied": {
            "description": "Article originality as in the W3C Credibility Signals; null: nothing to compare with."
        },
        "credit": {"description": "The outlet that it says its whole text is from."},
        "credited": {
            "description": "Whether a copy names where it comes from; null where it is none or cannot be told."
        },
        "attributions": {"description": "Whom it names as having said what it says."},
        "is_translation": {"description": "declared: it says so; suspected: the verdict says so; null otherwise."},
        "spans": {"description": "Signal to the ranges [start, end) of the text behind it."},
    },
    "ClaimCounts": {
        "checkable": {**_COUNT, "description": "All of them."},
        "confirmed": {**_COUNT, "description": "Another independent origin says the same and none otherwise."},
        "consistent": {
            **_COUNT,
            "description": "Compatible with the others, the same from the same origin, or what most origins have.",
        },
        "contradicted": {**_COUNT, "description": "More independent origins say otherwise."},
        "uncorroborated": {**_COUNT, "description": "Found nowhere else: the normal state of a claim, and no mark."},
    },
    "ComparedClaim": {
        "start": {**_OFFSET, "description": "First code point of the value."},
        "end": {"minimum": 1, "description": "One past the value's last code point."},
        "kind": {"description": "date, weekday, number, person, place, owner."},
        "standing": {"description": "What the other documents make of it."},
        "relation": {"description": "How its value and theirs stand to each other."},
        "origins": {"minimum": 1, "description": "Independent origins with this value, this document's own included."},
        "elsewhere": {"description": "The value in the words of the other documents, and their ids."},
        "explanations": {"description": "What may explain a difference, e.g. time-zone, rounding, later-report."},
        "chain": {"description": "The hands it passed through by this document's own words, the first one first."},
    },
    "SharedText": {
        "document": {"description": "Id of the other document."},
        "originality": {"description": "Article originality as in the W3C Credibility Signals."},
        "share": {**_PROBABILITY, "description": "Share of this document's words in passages that both have."},
        "basis": {"description": "What tells the direction: a credit, an earlier day, being a mere part."},
        "direction": {"description": "from: this one has it from the other; to: the other way; null: cannot be told."},
    },
    "QuotationCounts": {
        "checked": {**_COUNT, "description": "All of them."},
        "verbatim": {**_COUNT, "description": "Word for word, or a marked excerpt or edit."},
        "equivalent": {**_COUNT, "description": "Other spelling, contraction or writing of numbers."},
        "altered-wording": {**_COUNT, "description": "Other words without a mark, the meaning kept."},
        "altered-meaning": {**_COUNT, "description": "Altered so that the meaning turns."},
    },
    "AttributionCounts": {
        "named": {**_COUNT, "description": "Named speakers."},
        "anonymous": {**_COUNT, "description": "Speakers without a name: officials, sources, witnesses."},
        "wire_services": {"description": "News agencies named as where something comes from."},
    },
    "Admiralty": {
        "source": {"enum": list("ABCDEF"), "description": "A: reliable … E: unreliable; F: cannot be judged."},
        "information": {"enum": list("123456"), "description": "1: confirmed … 5: improbable; 6: cannot be judged."},
    },
}
_HEX64: Final = {"pattern": "^[0-9a-f]{64}$"}


def record_schema() -> dict[str, Any]:
    """Make the schema of what ``annotate score`` writes for each document."""
    schema = msgspec.json.schema(Record)
    definitions: dict[str, Any] = schema["$defs"]
    for name, definition in definitions.items():
        for field, extra in _FIELDS[name].items():
            prop = definition["properties"][field]
            prop.pop("default", None)  # the writer spells everything out
            prop.update(extra)
        # Only what the writer leaves out when it does not apply may be missing.
        optional = {"evidence", "reason", "error", "tier", "notes", "text"} if name == "Record" else set()
        definition["required"] = [f for f in definition["properties"] if f not in optional]
    record = definitions.pop("Record")
    record["properties"]["sha256"]["anyOf"][0].update(_HEX64)
    record["allOf"] = [
        _when("ok", {"verdict": {"type": "object"}, "sha256": {"type": "string"}, "reason": False, "error": False}, []),
        _when("skipped", {"verdict": {"type": "null"}, "flags": {"maxItems": 0}, "error": False}, ["reason"]),
        _when("failed", {"verdict": {"type": "null"}, "flags": {"maxItems": 0}, "reason": False}, ["error"]),
    ]
    return {"$schema": _DIALECT, "$id": "urn:annotate:schema:record:1", **record, "$defs": definitions}


def _when(status: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "if": {"properties": {"status": {"const": status}}},
        "then": {"properties": properties, "required": required},
    }


def input_schema() -> dict[str, Any]:
    """Make the schema of one document in JSON: a line of JSONL input."""
    text_or_null = {"type": ["string", "null"]}
    return {
        "$schema": _DIALECT,
        "$id": "urn:annotate:schema:input:1",
        "title": "Input",
        "description": "One document. Other fields are allowed and ignored.",
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": {
                "type": "string",
                "description": "The text, never altered; all offsets are half-open ranges of its Unicode code points.",
            },
            "id": {
                "type": ["string", "integer", "null"],
                "description": "Unique name of the document; without one it is made from the file and the place in it.",
            },
            "source": {**text_or_null, "description": "Publisher or domain."},
            "url": {**text_or_null, "description": "Address the text was taken from."},
            "title": {**text_or_null, "description": "Headline, where it is not part of the text."},
            "published": {**text_or_null, "description": "Date of publication, ISO 8601 where possible."},
            "lang": {**text_or_null, "description": "Language the input declares, as a BCP 47 tag, e.g. en."},
            "source_text": {**text_or_null, "description": "The text that this one was translated from."},
            "story": {**text_or_null, "description": "Which event it is about: the same for documents of one story."},
        },
    }


def render(schema: dict[str, Any]) -> str:
    """Lay a schema out as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write both files beside this module."""
    for name, schema in (("input", input_schema()), ("record", record_schema())):
        Path(__file__).with_name(f"{name}.schema.json").write_text(render(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
