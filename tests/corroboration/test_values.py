import datetime
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corroboration.values import Value, document_values, find_values
from annotate.documents import Document

PUBLISHED = datetime.date(2023, 2, 15)  # a Wednesday


def values(text: str, published: datetime.date | None = PUBLISHED) -> list[Value]:
    return list(find_values(Document(text=text), published))


def one(text: str, kind: str, published: datetime.date | None = PUBLISHED) -> Value:
    found = [v for v in values(text, published) if v.kind == kind]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "where", "norm", "granularity"),
    [
        ("The valve failed on January 9, 2023.", "January 9, 2023", "2023-01-09", "day"),
        ("The valve failed on Jan. 9 at dawn.", "Jan. 9", "2023-01-09", "day"),
        ("The valve failed on 9 January at dawn.", "9 January", "2023-01-09", "day"),
        ("The valve failed on Dec. 30 at dawn.", "Dec. 30", "2022-12-30", "day"),
        ("They meet again in March 2024.", "March 2024", "2024-03", "month"),
        ("They meet again in May.", "May", "2023-05", "month"),
        ("Logged 2023-01-09 by the crew.", "2023-01-09", "2023-01-09", "day"),
        ("Logged 12/14/2022 by the crew.", "12/14/2022", "2022-12-14", "day"),
        ("Logged 14/12/2022 by the crew.", "14/12/2022", "2022-12-14", "day"),
        ("Logged 14.12.2022.", "14.12.2022", "2022-12-14", "day"),
        ("The crew slept until yesterday.", "yesterday", "2023-02-14", "day"),
        ("The rent rose last month.", "last month", "2023-01", "month"),
        ("The pump was replaced earlier this month.", "earlier this month", "2023-02", "month"),
        ("The crew is to land early next year.", "early next year", "2024", "year"),
        ("The crew will land in the fall.", "in the fall", "2023-FA", "season"),
        ("It has run since 1998 without a break.", "1998", "1998", "year"),
    ],
)
def test_dates_are_found_and_resolved(text: str, where: str, norm: str, granularity: str) -> None:
    value = one(text, "date")
    assert (value.text, value.norm, value.granularity) == (where, norm, granularity)
    assert value.start == text.index(where)


def test_a_date_in_figures_may_have_two_readings() -> None:
    both, one_only = one("Logged 3/4/2023.", "date"), one("Logged 4/4/2023.", "date")
    assert (both.norm, both.also) == ("2023-03-04", "2023-04-03")
    assert (one_only.norm, one_only.also) == ("2023-04-04", None)
    assert not [v for v in values("Logged 33/14/2022, 1/2/3/2022 and v1.12.2022.1.") if v.kind == "date"]


@pytest.mark.parametrize(
    ("text", "kind", "norm"),
    [
        ("The valve failed on January 9.", "date", "XXXX-01-09"),
        ("The crew lands early next year.", "date", "XXXX+1Y"),
        ("The crew lands in the fall.", "date", "XXXX-FA"),
        ("The valve failed on Monday.", "weekday", "XXXX-WXX-1"),
    ],
)
def test_dates_stay_partial_without_a_day_of_publication(text: str, kind: str, norm: str) -> None:
    assert one(text, kind, None).norm == norm


def test_a_weekday_is_the_last_one_before_publication() -> None:
    assert one("The valve failed on Monday.", "weekday").norm == "2023-02-13"
    assert one("The crew meets next Monday.", "weekday").norm == "2023-02-20"


@pytest.mark.parametrize(
    ("text", "where", "norm", "unit", "bound"),
    [
        ("Prices rose 21 percent in a week.", "21", "21", "%", "exact"),
        ("The town lies 40 miles north.", "40", "64373.76", "m", "exact"),
        ("The bridge cost about $1.2 billion to build.", "$1.2 billion", "1200000000", "USD", "about"),
        ("At least 12 people were killed.", "12", "12", "people", "at-least"),
        ("Up to 2,500 people were evacuated.", "2,500", "2500", "people", "at-most"),
        ("Twenty-one people were injured.", "Twenty-one", "21", "people", "exact"),
        ("Some three dozen people were arrested.", "three dozen", "36", "people", "about"),
        ("A 32-year-old baker won.", "32", "32", "age", "exact"),
        ("The baker is 32 years old.", "32", "32", "age", "exact"),
        ("It stood for 32 years.", "32", "32", "year", "exact"),
    ],
)
def test_numbers_are_in_base_units(text: str, where: str, norm: str, unit: str, bound: str) -> None:
    value = one(text, "number")
    assert (value.text, value.norm, value.unit, value.bound) == (where, norm, unit, bound)


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("At least 12 people were killed.", "killed"),
        ("The storm left 12 people dead.", "killed"),
        ("A dozen were hurt, 12 residents injured badly.", "injured"),
        ("The hall has 12 windows.", "window"),
    ],
)
def test_what_is_counted(text: str, attribute: str) -> None:
    assert attribute in {v.attribute for v in values(text) if v.norm == "12"}


@pytest.mark.parametrize(
    "text",
    [
        "The Orel TK-9 capsule docked.",
        "Expedition 68 went on.",
        "They left four years ago.",
        "One of them waved.",
        "Call 030/1234 or see page 3/4.",
    ],
)
def test_what_is_no_figure(text: str) -> None:
    assert [v for v in values(text) if v.kind == "number"] == []


def test_persons_have_their_title_as_attribute() -> None:
    text = "Sen. Alice Varga met Prime Minister Boris Lund\nToday they agreed, Mr. Lund said."
    found = [(v.text, v.norm, v.attribute) for v in values(text) if v.kind == "person"]
    assert found == [
        ("Alice Varga", "alice varga", "senator"),
        ("Boris Lund", "boris lund", "prime minister"),
        ("Lund", "lund", None),
    ]


def test_what_is_planned_or_possible_is_no_assertion() -> None:
    assert one("The crew is scheduled to land on May 3.", "date").certainty == "planned"
    assert one("The leak may have begun on May 3.", "date").certainty == "possible"
    assert one("The leak began on May 3.", "date").certainty == "asserted"


@given(st.text(alphabet="Aae May 1,2.3$%-:“”\"'\n one dozen Monday Jim", max_size=120))
def test_every_range_slices_the_text(text: str) -> None:
    for value in find_values(Document(text=text), PUBLISHED):
        assert text[value.start : value.end] == value.text != ""
        assert value.sentence[0] <= value.start


def test_values_are_stored_as_json() -> None:
    found = document_values(Document(text="On Monday 12 people were killed."), "a", PUBLISHED)
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


@pytest.mark.parametrize("unit", ['"', "1", "1,", "1,000", "on ", "May ", "one ", "A "])
def test_cost_grows_with_length_only(unit: str) -> None:
    def cost(size: int) -> float:
        document = Document(text=unit * (size // len(unit)))
        _ = document.layout
        start = time.process_time()
        find_values(document)
        return time.process_time() - start

    # Four times the text may take up to ten times as long on a busy machine; a quadratic rule would take sixteen.
    assert cost(80_000) < 10 * max(cost(20_000), 0.01)
