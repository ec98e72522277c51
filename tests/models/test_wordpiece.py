from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import Range, lay_out
from annotate.errors import AnnotateError
from annotate.models.encoder import FOLDER, VOCABULARY
from annotate.models.features import tokenize
from annotate.models.wordpiece import WordPiece


@pytest.fixture(scope="module")
def shipped() -> WordPiece:
    return WordPiece([line for line in (FOLDER / VOCABULARY).read_text(encoding="utf-8").split("\n") if line])


SMALL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "crew", "##s", "un", "##crew", "##ed", "-", "'", "s", "00", "0"]


@pytest.mark.parametrize(
    ("form", "pieces"),
    [
        ("the", ["the"]),
        ("crews", ["crew", "##s"]),
        ("uncrewed", ["un", "##crew", "##ed"]),
        ("crewx", ["[UNK]"]),
        ("'s", ["'", "s"]),
        ("0,0", ["0", "[UNK]", "0"]),
        ("thé", ["the"]),
        ("x" * 101, ["[UNK]"]),
        ("", []),
    ],
)
def test_the_longest_known_piece_comes_first(form: str, pieces: list[str]) -> None:
    assert [SMALL[i] for i in WordPiece(SMALL)(form)] == pieces


def test_pieces_carry_the_offsets_and_the_sentence_of_their_word() -> None:
    text = "The crews. “Uncrewed” crew’s"
    found = WordPiece(SMALL).pieces(text, [Range(0, 10), Range(11, 28)])
    named = [
        (SMALL[i], text[s:e], int(u))
        for i, s, e, u in zip(found.ids, found.starts, found.ends, found.units, strict=True)
    ]
    assert named == [
        ("the", "The", 0),
        ("crew", "crews", 0),
        ("##s", "crews", 0),
        ("[UNK]", ".", 0),
        ("un", "Uncrewed", 1),
        ("##crew", "Uncrewed", 1),
        ("##ed", "Uncrewed", 1),
        ("crew", "crew", 1),
        ("'", "’s", 1),
        ("s", "’s", 1),
    ]
    assert found.unit_count == 2


def test_a_vocabulary_without_a_special_piece_is_refused() -> None:
    with pytest.raises(AnnotateError, match=r"lacks \[SEP\]"):
        WordPiece(["[PAD]", "[UNK]", "[CLS]"])


def test_it_agrees_with_the_tokenizer_of_transformers(shipped: WordPiece) -> None:
    transformers = pytest.importorskip("transformers", reason="the reference needs the extra 'transformers'")
    reference = transformers.BertTokenizer(str(FOLDER / VOCABULARY))
    text = (
        "Roscosmos’ unpiloted Soyuz MS‑23 (a “ferry”) didn't dock at 10:30 a.m. on Nov. 30th — cost: $1,250,000… "
        "Größe, naïve façade; Дмитрий 飞船 überall?! e-mail@example.org 3.14 co-operate it's the crew's"
    )
    for form in tokenize(text, [Range(0, len(text))]).forms:
        assert list(shipped(form.text)) == reference.convert_tokens_to_ids(reference.tokenize(form.text)), form.text


@given(st.text(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_text_gives_pieces_inside_it_in_order(shipped: WordPiece, text: str) -> None:
    found = shipped.pieces(text, lay_out(text).sentences)
    assert len(found.ids) == len(found.starts) == len(found.ends) == len(found.units)
    assert (found.starts < found.ends).all() and (found.ends <= len(text)).all()
    assert (np.diff(found.starts) >= 0).all() and (np.diff(found.units) >= 0).all()
    assert ((found.ids >= 0) & (found.ids < len(shipped))).all()
