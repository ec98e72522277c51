from __future__ import annotations

import pytest

from annotate.documents import Admiralty, Evidence, Flag, Reliability, make_flag
from annotate.documents.evidence import ClaimCounts, QuotationCounts
from annotate.writing.describe import describe_comparison, mark_differences, side_by_side


@pytest.mark.parametrize(
    ("one", "other", "marked"),
    [
        ("our prime focus now", "our main focus", ("our [prime] focus [now]", "our [main] focus")),
        ("The same, and more.", "the same and more", ("The same, and more.", "the same and more")),
        ("all new", "quite another", ("[all new]", "[quite another]")),
        ("", "words", ("", "[words]")),
    ],
)
def test_words_that_differ_stand_in_brackets(one: str, other: str, marked: tuple[str, str]) -> None:
    assert mark_differences(one, other) == marked


def flag(label: str, **evidence: object) -> Flag:
    return make_flag(
        "Some words.", 0, 4, label=label, severity="minor", score=0.5, detector="d@1", reason="r", evidence=evidence
    )


def test_what_documents_say_is_set_side_by_side() -> None:
    quote = flag("altered-quote", here="the main aim", elsewhere="the first aim", document="b")
    assert side_by_side(quote, "a") == ["b: “the [first] aim”", "a: “the [main] aim”"]
    claim = flag("conflicting-claim", passages=[{"document": "b", "text": "It was Friday."}])
    assert side_by_side(claim, "a") == ["b: “It was Friday.”"]
    assert side_by_side(flag("spelling", suggestion="x"), "a") == []


def test_a_comparison_in_a_sentence() -> None:
    evidence = Evidence(
        story="s",
        documents=3,
        origins=1,
        claims=ClaimCounts(checkable=4, confirmed=0, consistent=1, contradicted=1, uncorroborated=2),
        quotations=QuotationCounts(checked=2, verbatim=1, altered_wording=1),
        copied="wholesale-duplicate",
    )
    assert describe_comparison(evidence, Reliability(Admiralty("F", "3"))) == (
        "One of 3 documents of a story, from 1 origin; claims: 0 confirmed, 1 contradicted, 2 found nowhere else; "
        "quotations: 1 kept, 1 altered; wholesale duplicate. Admiralty F3."
    )
