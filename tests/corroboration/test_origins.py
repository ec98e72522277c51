"""How many separate origins a claim has, and what was taken without a credit."""

import itertools

import pytest

from annotate.corroboration.copies import compare_copies
from annotate.corroboration.origins import Member, Taken, count_origins, member, uncredited_copy
from annotate.documents import Document

LEAD = (
    "The harbour of Marrowick was closed on Tuesday after a ferry from Oldhaven ran onto the northern breakwater in "
    "thick fog and lost her rudder."
)
HULL = (
    "Divers found the hull torn along nine metres, and a crane from Oldhaven is to raise it as soon as the wind drops "
    "far enough for the salvage crew to work."
)
OWN = "Our reporter counted forty people on the quay, most of them wrapped in blankets and waiting for a bus home."

CASES = [
    # members, pairs that copy, expected (name, members, bases)
    (
        [Member("0", said_to="Reuters", quotation=True), Member("1", quotation=True), Member("2", quotation=True)],
        [],
        [("Reuters", ("0", "1", "2"), ("said-to", "same-utterance", "same-utterance"))],
    ),
    (
        [
            Member("0", said_to="Reuters", quotation=True),
            Member("1", said_to="AP", quotation=True),
            Member("2", quotation=True),
        ],
        [],
        [("Reuters", ("0",), ("said-to",)), ("AP", ("1",), ("said-to",)), (None, ("2",), ("own",))],
    ),
    # An agency has reporters of its own.
    (
        [Member("0", said_to="Reuters", quotation=True), Member("1", "AP", quotation=True)],
        [],
        [("Reuters", ("0",), ("said-to",)), ("AP", ("1",), ("own",))],
    ),
    (
        [Member("0", credited="AP"), Member("1", credited="AP"), Member("2", "AP"), Member("3", "Vox")],
        [],
        [("AP", ("0", "1", "2"), ("credited", "credited", "own")), ("Vox", ("3",), ("own",))],
    ),
    (
        [Member("0", "a.example"), Member("1", "b.example"), Member("2", "c.example")],
        [("1", "0")],
        [(None, ("0", "1"), ("same-text", "same-text")), ("c.example", ("2",), ("own",))],
    ),
    # A copy of a report that credits an agency is the agency's.
    (
        [Member("0", credited="AP"), Member("1", "b.example"), Member("2", credited="AP")],
        [("1", "2")],
        [("AP", ("0", "1", "2"), ("credited", "same-text", "credited"))],
    ),
    ([Member("0"), Member("1")], [("0", "9")], [(None, ("0",), ("own",)), (None, ("1",), ("own",))]),
    ([], [], []),
]


@pytest.mark.parametrize(("members", "copies", "expected"), CASES)
def test_origins(members: list[Member], copies: list[tuple[str, str]], expected: list[tuple[object, ...]]) -> None:
    for order in itertools.islice(itertools.permutations(members), 6):
        assert [(o.name, o.members, o.bases) for o in count_origins(order, copies)] == expected


@pytest.mark.parametrize(
    ("text", "source", "said_to", "expected"),
    [
        ("It is torn, Ilse Tanner told Reuters.", None, "Reuters", Member("k", None, "Reuters", "Reuters", True)),
        ("It is torn, she told the news agency.", None, "the news agency", Member("k", None, None, None, True)),
        ("OLDHAVEN (AP) — It is torn, she said.", "cbn.example", None, Member("k", "cbn.example", None, "AP", True)),
        ("It is torn, she told Politico.", "politico.com", None, Member("k", "Politico", None, None, True)),
        # Who had it first is the origin.
        ("It is torn, Reuters said, citing Interfax.", None, None, Member("k", None, None, "Interfax", True)),
    ],
)
def test_member_is_made_of_a_documents_own_words(
    text: str, source: str | None, said_to: str | None, expected: Member
) -> None:
    document = Document(text, source=source)
    start = text.index("It is torn")
    assert member(document, "k", start, start + 10, said_to=said_to, quotation=True) == expected


def taken(a: Document, *others: Document) -> tuple[Taken, ...]:
    return uncredited_copy(a, [(other, compare_copies(a, other)) for other in others])


EARLIER = Document(f"{LEAD} {HULL}", id="b", source="harbourpost.example", published="2024-03-05")


def test_later_copy_without_credit_is_given_with_the_place_on_both_sides() -> None:
    text = f"{OWN} {HULL} {LEAD}"
    (first, second) = taken(Document(text, id="a", source="island.example", published="2024-03-07"), EARLIER)
    assert (first.reason, first.document) == ("shared-passage", "b")
    assert text[first.start : first.end] == first.elsewhere == HULL[:-1]
    assert text[second.start : second.end] == LEAD[:-1]
    assert 0.4 < first.score < 0.8


@pytest.mark.parametrize(
    ("text", "source", "published"),
    [
        (f"{LEAD} {HULL}", "island.example", "2024-03-04"),  # the earlier one
        (f"{LEAD} {HULL}", "island.example", "2024-03-05"),  # nothing tells who was first
        (f"{LEAD} {HULL}", "harbourpost.example", "2024-03-07"),  # the same publisher
        (f"{LEAD} {HULL} So the Harbour Post reported.", "island.example", "2024-03-07"),  # credited
        (f"MARROWICK (AP) — {LEAD} {HULL}", "island.example", "2024-03-07"),  # credited to an agency
        (f"“{LEAD} {HULL}” the mayor said.", "island.example", "2024-03-07"),  # a quotation
        (OWN, "island.example", "2024-03-07"),
    ],
)
def test_no_accusation(text: str, source: str, published: str) -> None:
    assert taken(Document(text, id="a", source=source, published=published), EARLIER) == ()


@pytest.mark.parametrize(
    ("text", "source", "reason", "outlet"),
    [
        (f'{LEAD} You can follow the person named "Tannerilse" there.', None, "leftover-handle", None),
        (f"{LEAD} Follow us on Twitter @Spacedotcom and say hello.", "island.example", "leftover-handle", "Space.com"),
    ],
)
def test_leftover_handle_is_given_with_its_sentence(
    text: str, source: str | None, reason: str, outlet: str | None
) -> None:
    (found,) = taken(Document(text, source=source))
    assert (found.reason, found.outlet) == (reason, outlet)
    assert text[found.start : found.end] == text[len(LEAD) + 1 :]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (f"By Ann Lee\n\n{LEAD}\n\nFollow @annlee for more.", "island.example"),
        (f"{LEAD}\n\nFollow the author on Twitter @tanner_ilse.", "island.example"),
        (f"{LEAD}\n\nFollow us on Twitter @islandnews.", "island.example"),
        (f"{LEAD}\n\nFollow us on Twitter @Spacedotcom.", "space.com"),
        (f"{LEAD}\n\nFollow us on Twitter @Spacedotcom.", None),
    ],
)
def test_authors_and_publishers_own_account_is_no_leftover(text: str, source: str | None) -> None:
    assert taken(Document(text, source=source)) == ()


def test_call_to_follow_that_another_source_makes_too_is_a_leftover() -> None:
    call = "Follow Ann Lee on Twitter @annlee_news."
    a = Document(f"{OWN}\n\n{call}", id="a", source="island.example")
    b = Document(f"{LEAD}\n\n{call}", id="b", source="harbourpost.example")
    (found,) = taken(a, b)
    assert (found.document, a.text[found.start : found.end]) == ("b", call)
