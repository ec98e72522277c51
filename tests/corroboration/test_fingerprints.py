"""What is kept of a text to find others about the same event."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.corroboration.fingerprints import Fingerprint, fingerprint, resemblance
from annotate.documents import Document

REPORT = (
    "The harbour of Marrowick was closed on Tuesday after a ferry ran onto the breakwater in thick fog. Nobody was "
    "hurt, said harbour master Ilse Tanner, but the hull is torn along nine metres. Divers will look at the wreck once "
    "the wind drops, and the county has asked a salvage firm from Oldhaven to bring a crane. "
)


def test_bytes_are_the_same_in_every_process_and_release() -> None:
    taken = fingerprint(Document("Divers found the ferry's bell near Marrowick on Tuesday morning."))
    assert taken.words == 10
    assert taken.minhash[:8].hex() == "94481aa6bb5644c6"
    assert taken.terms[:8].hex() == "5437e1444ba63d61"
    assert taken.weights.hex() == "b393ff9f372e3e"


def test_long_text_takes_no_more_room_than_a_short_one() -> None:
    sizes = [len(msgspec.json.encode(fingerprint(Document(REPORT * n)))) for n in (1, 12, 100)]
    assert max(sizes) < 700


@pytest.mark.parametrize("text", ["", "Fog", "!!! ???", "0 1 2 3 4 5 6 7"])
def test_text_without_words_of_its_own_has_an_empty_topic(text: str) -> None:
    taken = fingerprint(Document(text))
    assert resemblance(taken, fingerprint(Document(REPORT))) == 0
    assert len(taken.terms) == 4 * len(taken.weights)


@given(st.text())
def test_survives_storing(text: str) -> None:
    taken = fingerprint(Document(text))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(taken), type=Fingerprint) == taken


def test_resemblance_estimates_the_share_of_common_runs_of_words() -> None:
    words = REPORT.split()
    half = " ".join(words[: len(words) // 2])
    whole, part = fingerprint(Document(REPORT)), fingerprint(Document(half))
    assert resemblance(whole, fingerprint(Document(REPORT.upper().replace(".", " ;")))) == 1
    assert 0.3 < resemblance(whole, part) < 0.7
