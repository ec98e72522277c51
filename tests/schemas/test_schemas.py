"""The shipped JSON Schemas: made from the types, complete, and strict where it matters."""

from __future__ import annotations

import copy

import jsonschema
import msgspec
import pytest

import annotate
from annotate.documents import Document, OperatingPoint, PassageScores, Record, Verdict, make_flag
from annotate.schemas import NAMES, load_schema, schema_text
from annotate.schemas.generate import input_schema, record_schema, render

TEXT = "An teh word."
SIGNATURE = "annotate|v:0.1.0|schema:1|sig:0123456789ab"


def validator(name):
    jsonschema.Draft202012Validator.check_schema(load_schema(name))
    return jsonschema.Draft202012Validator(load_schema(name))


def scored() -> dict:
    scores = {"human": 0.7, "machine-translated": 0.2, "machine-paraphrased": 0.06, "machine-generated": 0.04}
    known = {"label": "spelling", "severity": "minor", "score": 1.0, "detector": "a_b@12", "reason": "a-b2"}
    record = Record(
        id="d1",
        source="example.org",
        status="ok",
        signature=SIGNATURE,
        sha256=Document(TEXT).sha256,
        verdict=Verdict("human", 0.7, 3, scores, OperatingPoint("0-50", 0.05, 0.1)),
        flags=[make_flag(TEXT, 3, 6, evidence={"meant": "the"}, **known)],
        passages=[PassageScores(0, 12, scores)],
        notes=["One note."],
        text=TEXT,
    )
    return msgspec.to_builtins(record)


def unread(status, **why) -> dict:
    return msgspec.to_builtins(Record("d1", None, status, SIGNATURE, None, **why))


@pytest.mark.parametrize(("name", "made"), [("input", input_schema), ("record", record_schema)])
def test_the_files_are_what_the_types_give(name, made):
    assert schema_text(name) == render(made()), "run: python -m annotate.schemas.generate"


def test_every_field_of_a_record_is_described():
    def missing(schema, path):
        for key, prop in schema.get("properties", {}).items():
            if "description" not in prop:
                yield f"{path}.{key}"
        for key, definition in schema.get("$defs", {}).items():
            yield from missing(definition, key)

    for name in NAMES:
        assert list(missing(load_schema(name), name)) == []


@pytest.mark.parametrize(
    "record",
    [
        scored(),
        scored() | {"source": None, "flags": [], "passages": []},
        unread("skipped", reason="not-english"),
        unread("failed", error="It broke."),
    ],
    ids=["scored", "bare", "skipped", "failed"],
)
def test_good_records_pass(record):
    validator("record").validate(record)


def change(*path, to):
    def apply(record):
        at = record
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = to

    return apply


def drop(*path):
    def apply(record):
        at = record
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return apply


BAD = {
    "flag's score above 1": change("flags", 0, "score", to=1.01),
    "flag's score negative": change("flags", 0, "score", to=-0.01),
    "negative start": change("flags", 0, "start", to=-1),
    "fractional start": change("flags", 0, "start", to=0.5),
    "empty flag": change("flags", 0, "text", to=""),
    "unknown label": change("flags", 0, "label", to="mistake"),
    "unknown severity": change("flags", 0, "severity", to="huge"),
    "detector without version": change("flags", 0, "detector", to="spelling"),
    "reason not a slug": change("flags", 0, "reason", to="Not a slug"),
    "evidence not an object": change("flags", 0, "evidence", to="because"),
    "evidence missing": drop("flags", 0, "evidence"),
    "unknown verdict": change("verdict", "label", to="robot"),
    "verdict's score above 1": change("verdict", "score", to=2),
    "an origin's score missing": drop("verdict", "scores", "human"),
    "an unknown origin": change("verdict", "scores", "martian", to=0.1),
    "negative words": change("verdict", "words", to=-1),
    "false-positive rate above 1": change("verdict", "operating_point", "fpr", to=5),
    "passage's score above 1": change("passages", 0, "scores", "human", to=1.5),
    "unknown status": change("status", to="done"),
    "no signature": change("signature", to=""),
    "sha256 in capitals": change("sha256", to="A" * 64),
    "sha256 missing": change("sha256", to=None),
    "no verdict": change("verdict", to=None),
    "ok with an error": change("error", to="It broke."),
    "unknown Admiralty letter": change("reliability", "admiralty", "source", to="G"),
    "unknown field": change("extra", to=1),
    "no id": drop("id"),
}


@pytest.mark.parametrize("damage", BAD.values(), ids=BAD)
def test_bad_records_are_refused(damage):
    record = copy.deepcopy(scored())
    damage(record)
    assert not validator("record").is_valid(record)


@pytest.mark.parametrize(
    "record",
    [
        unread("skipped"),
        unread("failed"),
        unread("failed", error="", reason="empty"),
        unread("skipped", reason="empty") | {"flags": scored()["flags"]},
        unread("skipped", reason="empty") | {"verdict": scored()["verdict"]},
    ],
)
def test_unread_records_must_say_why_and_nothing_else(record):
    assert not validator("record").is_valid(record)


def test_inputs():
    schema = validator("input")
    for good in (
        {"text": "x"},
        {"text": "", "id": 3, "other": []},
        {"text": "x", "id": None, "url": None, "lang": "en", "source_text": "y"},
    ):
        schema.validate(good)
    for bad in (
        {},
        {"text": None},
        {"text": 3},
        {"text": "x", "id": 1.5},
        {"text": "x", "source": ["a"]},
        {"text": "x", "source_text": 1},
        [],
    ):
        assert not schema.is_valid(bad)


def test_an_unknown_schema_is_refused():
    with pytest.raises(ValueError, match="input, record"):
        load_schema("output")


def test_what_the_scorer_gives_passes():
    schema = validator("record")
    scorer = annotate.load()
    texts = {
        "long": "The council said on Monday that the bridge will close. Traffic goes through the old town.\n" * 12,
        "short": "Short text.",
        "empty": " \n",
        "numbers": "1 2 3 4 5 6 7 8 9 10 11 12",
        "other": "Der Rat hat am Montag beschlossen, dass die Brücke für zwei Jahre gesperrt wird. Das teilte er mit.",
        "odd": "theXR-7 \ufffd\ufffd caf\u00c3\u00a9 \U0001f680 Follow us on Twitter!\r\nRead also: More news\r\n",
    }
    for identity, text in texts.items():
        record = scorer(Document(text, id=identity))
        assert record.status in ("ok", "skipped")
        schema.validate(msgspec.json.decode(msgspec.json.encode(record)))
