"""The scorer: one record for whatever comes in, signed, ordered, and pure."""

import pickle

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import annotate
from annotate.config import make_config
from annotate.documents import Document, Flag, Record, Unread
from annotate.scorer import Scorer

REPORT = (
    "The harbour board voted on Tuesday to keep the old lighthouse open through the winter.\n\n"
    "Members said the decision would cost about 40,000 pounds, most of it for the repair of the stairs. "
    "“Nobody wanted to be the one who switched it off,” said Ada Lowell, who chairs the board.\n\n"
    "The lighthouse was built in 1871 and has been run by volunteers since the coastguard left."
)
GERMAN = "Der Gemeinderat hat am Dienstag beschlossen, den alten Leuchtturm auch im Winter offen zu halten."


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return annotate.load()


def test_a_text_gets_a_record(scorer: Scorer) -> None:
    record = scorer(REPORT)
    assert (record.id, record.status, record.signature) == ("text", "ok", scorer.signature.short)
    assert record.flags == []
    assert record.verdict is not None
    assert sum(record.verdict.scores.values()) == pytest.approx(1, abs=2e-4)


@pytest.mark.parametrize(
    ("item", "status", "reason"),
    [
        ("", "skipped", "empty"),
        (" \n\u00a0\n", "skipped", "empty"),
        (GERMAN, "skipped", "not-english"),
        (Unread("x", "skipped", reason="not-text"), "skipped", "not-text"),
        (Unread("x", "failed", error="It broke."), "failed", msgspec.UNSET),
    ],
)
def test_what_is_not_scored_still_gets_a_record(
    scorer: Scorer, item: str | Unread, status: str, reason: object
) -> None:
    record = scorer(item)
    assert (record.status, record.reason, record.flags, record.verdict) == (status, reason, [], None)


def test_nul_and_lone_surrogates_are_replaced_and_noted(scorer: Scorer) -> None:
    record = scorer("The board met on \x00Tuesday and agreed \ud800 to wait for the report of the harbour master.")
    assert record.notes is not msgspec.UNSET
    assert [(f.start, f.end, f.label) for f in record.flags if f.label == "encoding"] == [
        (17, 18, "encoding"),
        (37, 38, "encoding"),
    ]
    msgspec.json.encode(record)


def test_a_broken_detector_fails_the_document_and_is_named(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, document: Document) -> list[Flag]:
        raise KeyError("lost")

    monkeypatch.setattr(type(scorer.detectors[0]), "detect", broken)
    record = scorer(Document(REPORT, id="harbour"))
    assert record.status == "failed"
    assert type(scorer.detectors[0]).id in str(record.error)
    assert "harbour" in str(record.error)


def test_a_pickled_scorer_scores_the_same(scorer: Scorer) -> None:
    assert msgspec.json.encode(pickle.loads(pickle.dumps(scorer))(REPORT)) == msgspec.json.encode(scorer(REPORT))


def test_the_signature_changes_with_what_changes_scores(scorer: Scorer) -> None:
    other = Scorer(make_config({"detectors": {"spam": {"minimum_score": 0.6}}}))
    without = Scorer(make_config({"detectors": {"spam": False}}))
    assert len({scorer.signature.short, other.signature.short, without.signature.short}) == 3
    assert "spam@1" in scorer.signature.long
    assert "spam@1" not in without.signature.long
    assert scorer.signature == Scorer().signature


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_gets_a_storable_record_whose_flags_slice_it(text: str) -> None:
    record = annotate.load()(Document(text, id="any"))
    msgspec.json.decode(msgspec.json.encode(record), type=Record)
    for flag in record.flags:
        assert text[flag.start : flag.end] == flag.text
        assert 0 <= flag.score <= 1
    places = [(flag.start, flag.end) for flag in record.flags]
    assert places == sorted(places)
