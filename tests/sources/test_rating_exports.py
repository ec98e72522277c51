from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from scored import claims, flag, record

from annotate.sources.export import COLUMNS, EXPORTERS
from annotate.sources.ratings import rate

RECORDS = [
    *(record(f"a{i}", "one.example", documents=3, origins=3, claims=claims(confirmed=2)) for i in range(20)),
    record(
        "b",
        "Two, “the” Post",
        documents=3,
        origins=2,
        claims=claims(contradicted=1),
        copied="copy-with-different-portions",
        credited=False,
        attributions={"named": 1, "anonymous": 2, "wire_services": ["Example Press"]},
        is_translation="suspected",
        flags=[flag("conflicting-claim", 3, 9), flag("grammar", 0, 2)],
    ),
    record("c", None),
]


def export(form, records=RECORDS, day=date(2024, 5, 1)):
    return "".join(EXPORTERS[form](rate(records), records, day))


def test_json_and_csv_agree():
    ratings = json.loads(export("json"))
    rows = list(csv.DictReader(io.StringIO(export("csv"))))
    assert list(rows[0]) == list(COLUMNS)
    assert [r["source"] for r in rows] == [r["source"] for r in ratings] == ["one.example", "Two, “the” Post"]
    assert [r["letter"] for r in rows] == [r["letter"] for r in ratings] == ["A", "F"]
    assert float(rows[0]["mean"]) == ratings[0]["mean"]
    assert rows[1]["mean"] == rows[1]["place_best"] == ""
    assert (rows[0]["confirmed"], rows[1]["contradicted"]) == ("40", "1")


def test_misp():
    event = json.loads(export("misp"))["Event"]
    tags = {a["value"]: a["Tag"][0]["name"] for a in event["Attribute"]}
    assert tags["one.example"] == 'admiralty-scale:source-reliability="a"'
    assert tags["Two, “the” Post"] == 'admiralty-scale:source-reliability="f"'
    assert tags["a0"] == 'admiralty-scale:information-credibility="1"'
    assert tags["b"] == 'admiralty-scale:information-credibility="5"'
    assert tags["c"] == 'admiralty-scale:information-credibility="6"'
    assert event["date"] == "2024-05-01"
    assert len({a["uuid"] for a in event["Attribute"]}) == len(event["Attribute"]) == 24


def test_claimreview():
    [review] = json.loads(export("claimreview"))["@graph"]
    assert (review["@type"], review["claimReviewed"]) == ("ClaimReview", "xxxxxx")
    assert review["itemReviewed"]["appearance"]["publisher"]["name"] == "Two, “the” Post"
    assert (review["reviewRating"]["ratingValue"], review["reviewRating"]["alternateName"]) == (2, "Doubtful")
    assert review["creativeWorkStatus"] == "Draft"
    assert "not confirmed by a person" in review["reviewBody"]


def test_claimreview_takes_the_grade_of_the_evidence():
    records = [record(flags=[flag("conflicting-claim", evidence={"information": "5"})])]
    [review] = json.loads(export("claimreview", records))["@graph"]
    assert (review["reviewRating"]["ratingValue"], review["reviewRating"]["alternateName"]) == (1, "Improbable")


def test_credweb():
    observed = {o["document"]: o.get("signals") for o in json.loads(export("credweb"))["observations"]}
    assert observed["c"] is None
    assert observed["b"] == {
        "Article originality": "copy with some different portions",
        "Attribution of non-original content": "not given",
        "Is Translation": "suspected",
        "Cites wire services": True,
        "Number of quoted sources": 3,
        "Source Types": "multiple anonymous",
        "Corroboration": {
            "information-credibility": "5",
            "independent origins": 2,
            "confirmed claims": 0,
            "contradicted claims": 1,
        },
    }


@pytest.mark.parametrize("form", EXPORTERS)
def test_nothing_to_export_is_still_valid(form):
    text = export(form, [], None)
    if form != "csv":
        json.loads(text)
    assert text == export(form, [], None)
