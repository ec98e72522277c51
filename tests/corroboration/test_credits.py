"""What a document says about whose text or claim it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corroboration.credits import chain, find_credits, wire_credit
from annotate.corroboration.outlets import outlet_named
from annotate.documents import Document

FILLER = "\n\nThe council meets again in June.\n\nMore rain is due.\n\nThe road stays closed.\n\nBuses run as usual."

CASES = [
    # text, outlet, role, claims the whole text
    ("MARROWICK, March 5 (Reuters) - The harbour is closed.", "Reuters", "dateline", True),
    ("OLDHAVEN (AP) — Divers found the bell.", "AP", "dateline", True),
    ("MOSCOW, January 9. /TASS/. The ship has left port.", "TASS", "dateline", True),
    ("AFP - The harbour is closed.", "AFP", "dateline", True),
    (
        "The harbour is closed." + FILLER + "\n\n(Reporting by Ann Lee; Editing by Bo Dahl)",
        "Reuters",
        "credit-line",
        True,
    ),
    ("The harbour is closed." + FILLER + "\n\n© 2024 Agence France-Presse", "AFP", "credit-line", True),
    (
        "The harbour is closed." + FILLER + "\n\nThe Associated Press contributed to this report.",
        "AP",
        "credit-line",
        False,
    ),
    (
        "The harbour is closed." + FILLER + "\n\nThis story originally appeared on Live Science.",
        "Live Science",
        "credit-line",
        True,
    ),
    ("By Ann Lee, Associated Press\n\nThe harbour is closed." + FILLER, "AP", "byline", True),
    ("The mayor told Reuters that the harbour is closed.", "Reuters", "attribution", False),
    ("The harbour is closed, the German Press Agency reported.", "dpa", "attribution", False),
    ("According to the Springfield Gazette, the harbour is closed.", "Springfield Gazette", "attribution", False),
    ("According to Space, the rocket is late.", "Space.com", "attribution", False),
    ("In an interview with nytimes.com the mayor was calm.", "New York Times", "attribution", False),
    ("She gave a statement to the news agency on Friday.", None, "attribution", False),
    ("Follow Ann Lee on Twitter @annlee_news for more.", None, "handle", False),
    ('You can follow the person named "Tannerilse" there.', None, "handle", False),
    ("The wreck. (Photo by Jo Bell/AFP via Getty Images)", "AFP", "image-credit", False),
]


@pytest.mark.parametrize(("text", "outlet", "role", "whole"), CASES)
def test_credit(text: str, outlet: str | None, role: str, whole: bool) -> None:
    found = find_credits(Document(text))
    assert (outlet, role, whole) in [(c.outlet, c.role, c.whole) for c in found]
    assert all(text[c.start : c.end] == c.text for c in found)


@pytest.mark.parametrize(
    "text",
    [
        "Reuters moved into new offices on the quay.",
        "She took the AP exam in physics.",
        "A Reuters/Ipsos poll put the mayor ahead.",
        "Scientists aboard the International Space Station, told Space Command nothing.",
        "Voters follow the news closely and contact their councillor.",
        "He spoke on the Hill about fishing quotas.",
        "The agency said that the launch is off.",
    ],
)
def test_what_is_no_credit(text: str) -> None:
    assert find_credits(Document(text)) == ()


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("LONDON, May 2 (Reuters) - The bank held rates.", "Reuters"),
        ("The bank held rates, Reuters reported.", None),
        ("NEW YORK (CNN) — The bank held rates.", None),
        ("The bank held rates." + FILLER + "\n\nReuters contributed to this report.", None),
        ("The bank held rates." + FILLER + "\n\n- Reuters.", "Reuters"),
    ],
)
def test_wire_report(text: str, outlet: str | None) -> None:
    credit = wire_credit(Document(text))
    assert (credit.outlet if credit else None) == outlet


@pytest.mark.parametrize(
    ("text", "hands"),
    [
        ("Reuters reported, citing Interfax, that the valve had failed.", ["Interfax", "Reuters"]),
        ("Ilse Tanner told Reuters that the hull is torn.", ["Ilse Tanner", "Reuters"]),
        ("It was cold. According to Space, the rocket is late.", ["Space.com"]),
        ("The valve had failed.", []),
        (
            "Energia released an update. When machine translated from Russian (shared on the NASASpaceflight forums), "
            "the update states that all is well.",
            ["Energia", "NASASpaceflight", "machine translated from Russian"],
        ),
    ],
)
def test_chain_gives_the_hands_from_the_first_on(text: str, hands: list[str]) -> None:
    document = Document(text)
    last = document.layout.sentences[-1]
    assert [agent.name for agent in chain(document, last.start, last.end)] == hands


@pytest.mark.parametrize(
    ("name", "outlet"),
    [
        ("The Associated Press", "AP"),
        ("https://www.bbc.co.uk/news/1", "BBC"),
        ("uk.reuters.com", "Reuters"),
        ("@Spacedotcom", "Space.com"),
        ("example.org", None),
        ("", None),
    ],
)
def test_outlet_by_any_of_its_names(name: str, outlet: str | None) -> None:
    assert outlet_named(name) == outlet


PIECES = [
    "Reuters",
    "(AP) -",
    "told",
    "the news agency",
    "follow",
    "@ann",
    "\n",
    " ",
    "By",
    "The Times",
    ".com",
    "a",
    "“",
]


@given(st.lists(st.sampled_from(PIECES)).map(" ".join) | st.text())
def test_ranges_slice_the_text(text: str) -> None:
    document = Document(text)
    for credit in find_credits(document):
        assert text[credit.start : credit.end] == credit.text
    for agent in chain(document, 0, len(text)):
        assert 0 <= agent.start < agent.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["Reuters ", "follow @", "the news agency ", "a.com ", "A-", "(reporting by ", "Aa Post "]
)
def test_long_runs_take_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        document = Document(piece * count)
        document.layout  # noqa: B018
        begun = time.process_time()
        find_credits(document)
        return time.process_time() - begun

    seconds(100)
    assert seconds(40_000) < 40 * max(seconds(4_000), 0.005)
