from __future__ import annotations

import random
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scored import claims, flag, record

from annotate.sources.priors import Entry, PriorList
from annotate.sources.ratings import WITHIN_DOCUMENT, Ratings, rate, rate_document, reliability


def good(id_, source="example.org", confirmed=4, contradicted=0, **more):
    return record(id_, source, story="s", documents=3, origins=3, claims=claims(confirmed, contradicted), **more)


def values(contributions):
    return {c.signal: c.value for c in contributions}


def test_document_without_a_story_has_no_score():
    rated = rate_document(record(verdict="garbled", flags=[flag("garbled", 3, 9)]))
    assert (rated.information, rated.score, rated.interval) == ("6", None, None)
    [line] = rated.contributions
    assert (line.signal, line.basis, line.value, line.spans) == ("garbled", "text", None, [(3, 9)])


def test_found_nowhere_else_changes_nothing():
    alone = record(documents=4, origins=4, claims=claims(confirmed=3))
    more = record(documents=4, origins=4, claims=claims(confirmed=3, uncorroborated=40))
    assert rate_document(alone) == rate_document(more)
    assert rate_document(record(documents=4, origins=4, claims=claims(uncorroborated=40))).score is None


def test_every_line_of_a_document_has_its_sign_and_ranges():
    rated = rate_document(
        record(
            verdict="machine-translated",
            documents=5,
            origins=3,
            claims=claims(confirmed=3, contradicted=1),
            quotations={"checked": 4, "verbatim": 2, "altered_wording": 1, "altered_meaning": 1},
            copied="copy-with-different-portions",
            credited=False,
            attributions={"named": 2, "anonymous": 1},
            spans={"altered-quotations": [(40, 60)], "named-sources": [(1, 5), (70, 80)]},
            flags=[flag("conflicting-claim", 10, 20), flag("altered-quote", 90, 99)],
        )
    )
    signs = {signal: value > 0 for signal, value in values(rated.contributions).items()}
    assert signs == {
        "confirmed-claims": True,
        "contradicted-claims": False,
        "faithful-quotations": True,
        "reworded-quotations": False,
        "altered-quotations": False,
        "uncredited-copy": False,
        "machine-made": False,
        "named-sources": True,
    }
    spans = {c.signal: c.spans for c in rated.contributions}
    assert spans["contradicted-claims"] == [(10, 20)]
    assert spans["reworded-quotations"] == [(90, 99)]
    assert spans["altered-quotations"] == [(40, 60)]
    assert spans["named-sources"] == [(1, 5), (70, 80)]


def test_declared_translation_is_no_damage():
    told = record(verdict="machine-translated", is_translation="declared", origins=2, documents=2)
    assert rate_document(told).contributions == []


counts = st.integers(0, 12)


@settings(deadline=None)
@given(counts, counts, counts, counts, counts, st.booleans())
def test_contributions_add_up_to_the_score(confirmed, contradicted, kept, reworded, altered, list_known):
    quotations = {
        "checked": kept + reworded + altered,
        "verbatim": kept,
        "altered_wording": reworded,
        "altered_meaning": altered,
    }
    one = good("a", confirmed=confirmed, contradicted=contradicted, quotations=quotations)
    document = rate_document(one)
    if document.score is not None:
        assert 0.5 + sum(values(document.contributions).values()) == pytest.approx(document.score, abs=6e-4)
        assert document.interval[0] <= document.score <= document.interval[1]
    prior = PriorList("Own list", date(2024, 5, 1), "CC0", 10, {"example.org": Entry(0.8, "80")})
    [source] = rate([one, one], [prior] if list_known else [])
    assert (source.mean is None) == (source.letter == "F") == (source.interval is None)
    if source.mean is not None:
        assert 0.5 + sum(values(source.contributions).values()) == pytest.approx(source.mean, abs=6e-4)


def test_claims_of_one_document_are_not_independent():
    [one] = rate([good("a", confirmed=24)])
    [many] = rate(good(str(i), confirmed=1) for i in range(24))
    assert one.trials == pytest.approx(24 / (1 + 23 * WITHIN_DOCUMENT), abs=0.01)
    assert many.trials == 24
    assert one.interval[0] < many.interval[0]


def test_copies_count_once():
    copies = [
        record(str(i), documents=10, origins=2, claims=claims(confirmed=3), copied="wholesale-duplicate")
        for i in range(9)
    ]
    [rating] = rate(copies)
    # Nine documents of one origin: 27 claims that count for the three of one document.
    [once] = rate([record("0", documents=2, origins=2, claims=claims(confirmed=3))])
    assert rating.track.claims_compared == 27
    assert rating.letter == "F"
    assert rating.trials == once.trials > 0


@pytest.mark.parametrize(
    ("records", "letter"),
    [
        ([good(str(i), confirmed=1) for i in range(9)], "F"),  # 9 claims
        ([good(str(i), confirmed=1) for i in range(10)], "A"),
        ([good(str(i), confirmed=0, contradicted=1) for i in range(10)], "E"),
        ([good(str(i), confirmed=1, contradicted=1) for i in range(10)], "C"),
        ([record(str(i), documents=3, origins=3, claims=claims(uncorroborated=9)) for i in range(50)], "F"),
        ([record(str(i), verdict="garbled") for i in range(50)], "F"),
    ],
)
def test_letter_of_a_source(records, letter):
    [rating] = rate(records)
    assert rating.letter == letter
    assert (rating.mean is None) == (letter == "F")


def test_how_texts_read_never_moves_a_source():
    [plain] = rate(good(str(i)) for i in range(8))
    [garbled] = rate(
        good(str(i), verdict="garbled", flags=[flag("garbled"), flag("spam")], attributions={"anonymous": 3})
        for i in range(8)
    )
    assert garbled.verdicts == {"garbled": 8}
    assert msgspec.structs.replace(garbled, verdicts=plain.verdicts) == plain


def test_a_letter_never_moves_a_digit():
    one = good("a", confirmed=3)
    bad = PriorList("Own list", date(2024, 5, 1), "CC0", 500, {"example.org": Entry(0.0, "0")})
    [source] = rate([one], [bad])
    assert source.letter == "E"
    assert rate_document(one).information == "1"
    assert reliability(rate_document(one), source).admiralty.information == "1"


def test_f_and_6_carry_no_number():
    judged, [source] = rate_document(good("a")), rate([good("a")])
    assert source.letter == "F"
    assert judged.score is not None
    assert reliability(judged, source).score is reliability(judged, None).interval is None
    [known] = rate([good(str(i)) for i in range(5)])
    assert reliability(judged, known).score == judged.score
    assert reliability(rate_document(record()), known).score is None


def test_no_order_where_intervals_overlap():
    records = [good(f"a{i}", "upper.example", 1) for i in range(40)]
    records += [good(f"b{i}", "middle.example", 1) for i in range(30)]
    records += [good(f"c{i}", "lower.example", 0, 1) for i in range(30)]
    records += [good("d", "unknown.example", 2)]
    assert [(r.source, r.rank) for r in rate(records)] == [
        ("middle.example", (1, 2)),
        ("upper.example", (1, 2)),
        ("lower.example", (3, 3)),
        ("unknown.example", None),
    ]


def test_the_order_of_the_records_does_not_matter():
    records = [good(f"{i}", f"s{i % 3}.example", i % 5, i % 2) for i in range(60)]
    mixed = records[:]
    random.Random(0).shuffle(mixed)

    def without_examples(rated):
        return [
            msgspec.structs.replace(r, contributions=[msgspec.structs.replace(c, examples=[]) for c in r.contributions])
            for r in rated
        ]

    assert without_examples(rate(records)) == without_examples(rate(mixed))


def test_memory_is_per_source():
    ratings = Ratings()
    for i in range(300):
        ratings.add(good(str(i), "www.example.org" if i % 2 else "https://example.org/news"))
    ratings.add(record("z", None))
    [rating] = ratings.finish()
    assert (rating.source, rating.documents, ratings.unnamed) == ("example.org", 300, 1)
    assert [e.document for e in rating.contributions[0].examples] == ["0", "1", "2"]
