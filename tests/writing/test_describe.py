from __future__ import annotations

import pytest

from annotate.documents import Admiralty, Evidence, Flag, Reliability, make_flag
from annotate.documents.evidence import ClaimCounts, ComparedClaim, QuotationCounts, SharedText
from annotate.writing.describe import (
    describe_claim,
    describe_compared,
    describe_comparison,
    describe_copy,
    describe_evidence,
    mark_differences,
    side_by_side,
)


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


@pytest.mark.parametrize(
    ("label", "evidence", "said"),
    [
        ("spelling", {"suggestion": "the", "edit": "swapped"}, "'the' is meant; edit 'swapped'"),
        ("spelling", {"suggestion": None}, "suggestion none"),
        ("encoding", {"suggestion": "“", "characters": "â€œ"}, "'“' is meant, the text has 'â€œ'"),
        ("encoding", {"suggestion": "“"}, "'“' is meant"),
        ("duplicated", {"first": [3, 9], "words": 21}, "21 words that stand at [3, 9) already"),
        ("conflicting-claim", {"here": "7", "elsewhere": {"8": 1}}, "'7' here, '8' (once) in other documents"),
        ("terminology", {"expected": ["poison"], "domain": "x"}, "in English rather 'poison'; domain 'x'"),
        (
            "altered-quote",
            {"edits": [{"here": "", "elsewhere": "so far", "kind": "content-deletion"}]},
            "nothing here, 'so far' elsewhere (content deletion)",
        ),
        ("my-label", {"suggestion": "x"}, "suggestion 'x'"),
    ],
)
def test_evidence_of_known_kinds_is_put_in_phrases(label: str, evidence: dict[str, object], said: str) -> None:
    assert describe_evidence(evidence, label) == said


def claim(standing: str, relation: str = "same", origins: int = 1, *, start: int = 0, **known: object) -> ComparedClaim:
    return ComparedClaim(start, start + 4, "date", standing, relation, origins, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (claim("confirmed", origins=3), "confirmed by 3 independent origins"),
        (claim("consistent"), "no other origin has it"),
        (claim("consistent", "conflict"), "another document contradicts it, but more origins have it"),
        (claim("disputed", "conflict"), "as many origins have another value"),
        (
            claim("contradicted", "conflict", explanations=["time-zone"]),
            "more origins have another value; a time zone may explain the day",
        ),
        (claim("consistent", "bound", explanations=["at-least"]), "a bound, no conflict; one says at least"),
        (claim("consistent", "scope", explanations=["different-scope"]), "of another time or part, no conflict"),
        (claim("consistent", "update", explanations=["new-one"]), "an update, no conflict; new one may explain it"),
    ],
)
def test_what_others_make_of_a_value(found: ComparedClaim, said: str) -> None:
    assert describe_claim(found) == said


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        (
            SharedText("b", "copy-with-different-portions", 0.5, None),
            "50 % of the words are shared; nothing tells who has them from whom",
        ),
        (
            SharedText("b", "quotes-extensively", 0.25, "to", "published"),
            "25 % of the words are shared, mostly as quotations; that text has them from here, the one was published "
            "on an earlier day",
        ),
    ],
)
def test_what_text_is_shared(shared: SharedText, said: str) -> None:
    assert describe_copy(shared) == said


def test_what_is_worth_a_line_beside_the_others() -> None:
    text = "July May 1st 2nd 3rd 4th "
    evidence = Evidence(
        compared=[
            claim("consistent", "update", elsewhere={"July": ["a"], "March": ["b", "c"]}, chain=["Berg", "Reuters"]),
            claim("disputed", "conflict", start=5, elsewhere={"June": ["b"]}),
            *(claim("confirmed", origins=2 + n % 2, start=9 + n, elsewhere={"1st": ["b"]}) for n in range(12)),
            claim("consistent", start=21),
        ],
        copies=[SharedText(name, "wholesale-duplicate", 0.9, None) for name in "bcdef"],
        credit="Reuters",
    )
    lines = describe_compared(evidence, text)
    assert lines[0] == "an update, no conflict: “July” [0, 4) (“March” in b, c; from Berg → Reuters)"
    assert [line.count("[") for line in lines[1:3]] == [6, 3]
    assert lines[1].startswith("confirmed by 3 independent origins: “")
    assert lines[3:5] == ["4 more values that others speak of", "credits its whole text to Reuters"]
    assert [line[:3] for line in lines[5:8]] == ["b: ", "c: ", "d: "]
    assert lines[8:] == ["2 more documents with shared text"]
    assert describe_compared(Evidence(), text) == []
