"""Which documents tell the same event."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.corroboration.fingerprints import fingerprint
from annotate.corroboration.stories import Item, Options, assign, group
from annotate.documents import Document

DAY = date(2024, 3, 5)
FERRY = (
    "The harbour of Marrowick was closed on Tuesday after the ferry Saint Odda ran onto the breakwater in thick fog. "
    "Harbour master Ilse Tanner said the hull is torn. Divers will inspect the wreck; a salvage crane from Oldhaven "
    "is on its way.",
    "Passengers of the stranded ferry Saint Odda told of a loud crash when she struck Marrowick's breakwater. The "
    "salvage crane cannot work until the wind drops, according to Ilse Tanner, who runs the harbour.",
    "A torn hull and no injuries: that is the balance after the Saint Odda hit the breakwater at Marrowick in fog. "
    "Divers and a crane from Oldhaven are to raise the ferry.",
)
ORCHARD = (
    "Apple growers around Pellham expect their poorest harvest in decades after a late frost killed blossom in April. "
    "Grower Tomas Reed lost nine orchards out of ten and wants the ministry to pay compensation.",
    "Frost has ruined the apple blossom of Pellham. The ministry is considering compensation for growers such as Tomas "
    "Reed, whose orchards will carry hardly any fruit this autumn.",
)
CHESS = (
    "Grandmaster Lena Voss won the chess open of Kirkby with a queen sacrifice in the final round against the "
    "favourite, Pavel Antonov, and takes home the silver rook.",
)


def items(day: date | None = DAY) -> list[Item]:
    texts = [*FERRY, *ORCHARD, *CHESS]
    return [(f"{i:02}", day, fingerprint(Document(text))) for i, text in enumerate(texts)]


def members(found: Sequence[Item], options: Options | None = None) -> list[tuple[str, ...]]:
    return sorted(keys for _, keys in group(found, options or Options()))


STORIES = [("00", "01", "02"), ("03", "04"), ("05",)]


@pytest.mark.parametrize("day", [DAY, None])
def test_documents_of_one_event_come_together(day: date | None) -> None:
    assert members(items(day)) == STORIES


def test_same_topic_months_apart_is_another_story() -> None:
    found = items()
    found[2] = ("02", DAY + timedelta(days=90), found[2][2])
    assert members(found) == [("00", "01"), ("02",), ("03", "04"), ("05",)]


def test_near_copy_belongs_to_its_story_whenever_it_appears() -> None:
    copy = fingerprint(Document(FERRY[0].replace("its way", "the way")))
    assert ("00", "01", "02", "06") in members([*items(), ("06", DAY + timedelta(days=90), copy)])


def test_dates_reach_no_further_than_the_span() -> None:
    found = [(f"{i:02}", DAY + timedelta(days=3 * i), fingerprint(Document(FERRY[i % 3]))) for i in range(3)]
    assert len(members(found, Options(duplicate=1.0, span=6))) == 1
    assert len(members(found, Options(duplicate=1.0, span=5))) == 2


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 6))
def test_ids_do_not_depend_on_order_or_on_other_stories(shuffler: random.Random, others: int) -> None:
    ferry = items()[:3]
    alone = set(assign(ferry))
    mixed = [*items()[3:][:others], *ferry]
    shuffler.shuffle(mixed)
    by_key = dict(zip((key for key, _, _ in mixed), assign(mixed), strict=True))
    assert {by_key[key] for key, _, _ in ferry} == alone


def test_chain_of_overlapping_documents_is_not_one_story() -> None:
    """Each shares half its names with the next and none with the one after that."""
    names = [[f"{a}{b}ton" for b in ("Bar", "Cal", "Dor", "Elm", "Fen", "Gor")] for a in "BCDFGHJKLMNP"]
    texts = [" met ".join([*here, *after]) for here, after in pairwise(names)]
    found = [(f"{i:02}", DAY, fingerprint(Document(f"{text} met"))) for i, text in enumerate(texts)]
    sizes = [len(keys) for keys in members(found)]
    assert max(sizes) <= 4


def test_nothing_and_empty_documents() -> None:
    assert assign([]) == []
    empty = fingerprint(Document(""))
    assert len(set(assign([("a", None, empty), ("b", None, empty), ("c", DAY, empty)]))) == 3
