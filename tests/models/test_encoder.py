from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import Document, Range
from annotate.errors import AnnotateError
from annotate.models.encoder import FACTS, FOLDER, GRAPH, VOCABULARY, Encoder, encode, load_encoder, windows
from annotate.models.heads import ALL_HEADS, PASSAGE_SLICE, WINDOW
from annotate.models.origin import HEADS, drivers, load_encoder_facts, score_origin

STORY = (
    "The mayor said the work had been put off twice. Nobody at the meeting asked why.\n"
    "A retired engineer, who lives next to the bridge, told us it creaks at night. "
    "“We hear it from the kitchen,” she said. 🚀 The council met again a week later, and voted to pay.\n"
)


def bounds_of(sizes: list[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


@given(st.lists(st.integers(0, 400), max_size=40))
@settings(max_examples=300, deadline=None)
def test_every_piece_is_kept_from_one_window_and_windows_overlap(sizes: list[int]) -> None:
    first = bounds_of(sizes)
    found = windows(first, WINDOW)
    assert [i for w in found for i in range(w.own_first, w.own_last)] == list(range(int(first[-1])))
    sentence = np.repeat(np.arange(len(sizes)), sizes)
    for w in found:
        assert w.first <= w.own_first < w.own_last <= w.last
        specials = 1 + len(set(sentence[w.first : w.last].tolist()))
        assert w.last - w.first + specials <= WINDOW
    assert all(b.first < a.last for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [
        ([], []),
        ([158], [(0, 158)]),
        ([30] * 5, [(0, 150)]),
        ([30] * 6, [(0, 150), (120, 180)]),  # the last sentence is read again
        ([400], [(0, 158), (126, 284), (252, 400)]),  # a sentence too long for a window is cut
        ([10, 500], [(0, 157), (125, 283), (251, 409), (377, 510)]),
    ],
)
def test_where_windows_begin_and_end(sizes: list[int], runs: list[tuple[int, int]]) -> None:
    assert [(w.first, w.last) for w in windows(bounds_of(sizes), WINDOW)] == runs


def test_the_shipped_encoder_is_small_and_answers_every_head() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 30_000_000
    found = encode(Document(STORY))
    assert found.evidence.shape == (len(found.pieces.ids), len(ALL_HEADS))
    assert np.isfinite(found.evidence).all()


def test_a_document_is_encoded_once_and_the_same_whatever_was_scored_before() -> None:
    document = Document(STORY * 6)
    first = encode(document)
    assert encode(document) is first
    encode(Document("Something else altogether. " * 40))
    again = encode(pickle.loads(pickle.dumps(Document(STORY * 6, id="other"))))
    assert np.array_equal(again.evidence, first.evidence)


def test_means_of_sentences_and_ranges_are_those_of_their_pieces() -> None:
    document = Document(STORY)
    found = encode(document)
    sums, counts = found.sentence_sums(PASSAGE_SLICE)
    for s, sentence in enumerate(found.sentences):
        own = found.evidence[found.pieces.units == s][:, PASSAGE_SLICE]
        assert counts[s] == len(own)
        assert sums[s] == pytest.approx(own.sum(axis=0))
        assert found.range_means([sentence], PASSAGE_SLICE)[0] == pytest.approx(own.mean(axis=0))
    assert not found.range_means([Range(0, 0)], PASSAGE_SLICE).any()


def test_long_documents_are_encoded_to_the_end() -> None:
    found = encode(Document(STORY * 40))
    assert found.windows > 10
    assert (np.abs(found.evidence).sum(axis=1) > 0).all()


def test_scoring_needs_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from annotate.documents import Document; from annotate.models.origin import score_origin\n"
        "assert score_origin(Document('The crew came home on Tuesday. ' * 30), (), 'encoder').tier == 'encoder'\n"
        "print([m for m in ('torch', 'transformers', 'tokenizers', 'onnx') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize("missing", [GRAPH, VOCABULARY, FACTS])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "encoder")
    (tmp_path / "encoder" / missing).unlink()
    with pytest.raises(AnnotateError, match=r"Cannot read the encoder .*No such file.*train it with"):
        Encoder(tmp_path / "encoder")


@pytest.mark.parametrize(("damaged", "content"), [(GRAPH, b"no graph"), (FACTS, b"{")])
def test_a_damaged_file_is_one_clear_sentence(tmp_path: Path, damaged: str, content: bytes) -> None:
    shutil.copytree(FOLDER, tmp_path / "encoder")
    (tmp_path / "encoder" / damaged).write_bytes(content)
    with pytest.raises(AnnotateError, match=r"is damaged .*install annotate again"):
        Encoder(tmp_path / "encoder").encode("The crew came home.", [Range(0, 19)])


def test_the_digest_covers_the_calibration(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "encoder")
    before = Encoder(tmp_path / "encoder")
    assert before.digest == load_encoder().digest
    facts = msgspec.json.decode((tmp_path / "encoder" / FACTS).read_bytes())
    facts["garbled"]["threshold"] = 0.5
    (tmp_path / "encoder" / FACTS).write_bytes(msgspec.json.encode(facts))
    after = Encoder(tmp_path / "encoder")
    assert after.digest != before.digest
    assert after.graph_digest == before.graph_digest


def test_the_phrases_that_drove_an_answer_are_slices_of_its_passage() -> None:
    document = Document(STORY * 8)
    scores = score_origin(document, tier="encoder")
    passage = scores.passages[1]
    found = drivers(document, scores, passage, "machine-translated", count=10_000)
    assert found
    for phrase in found:
        assert document.text[phrase["start"] : phrase["end"]] == phrase["text"]
        assert passage.start <= phrase["start"] < phrase["end"] <= passage.end


def test_the_encoder_is_asked_where_it_can_change_the_answer() -> None:
    facts = load_encoder_facts()
    bands = facts.facts.calibration.bands
    assert len(facts.asked_from) == len(bands)
    for band, asked_from in zip(bands, facts.asked_from, strict=True):
        assert facts.asks(asked_from, band.low) == band.sufficient
        assert not facts.asks(asked_from - 1e-6, band.low)
    short = Document("The council met on Tuesday. It was late.")
    assert score_origin(short, tier="auto").tier == "linear"
    assert score_origin(short, tier="encoder").tier == "encoder"
    assert len(bands[0].coefficients[0]) == 2 * len(HEADS)


def test_the_linear_tier_never_loads_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("the encoder was loaded")

    monkeypatch.setattr("annotate.models.encoder.load_encoder", refuse)
    assert score_origin(Document(STORY * 8), tier="linear").tier == "linear"
