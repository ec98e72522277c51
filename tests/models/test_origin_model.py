from __future__ import annotations

import os
import pickle
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import ORIGINS, Document, Range
from annotate.errors import AnnotateError
from annotate.models.features import tokenize
from annotate.models.linear import LinearModel, load_model
from annotate.models.origin import HEADS, MODEL, drivers, load_origin, passage_bounds, score_origin, verdict

SENTENCE = "The council met on Tuesday and agreed that the bridge over the river would be closed until the spring. "
STORY = (
    "The mayor said the work had been put off twice. Nobody at the meeting asked why. "
    "A retired engineer, who lives next to the bridge, told us it creaks at night. "
    "“We hear it from the kitchen,” she said.\r\n\r\nThe council met again a week later. "
    "It voted to pay for an inspection, though two members stayed away. "
)


def long_text(words: int) -> str:
    return (STORY + SENTENCE) * (words // 70 + 1)


def test_the_shipped_weights_are_small_and_whole() -> None:
    folder = Path(sys.modules["annotate.models"].__path__[0]) / "weights"
    assert sum(path.stat().st_size for path in folder.glob("origin*.npz")) < 8_000_000
    model = load_origin()
    assert model.linear.meta.outputs == HEADS
    assert len(model.digest) == 12


def test_the_digest_is_the_same_in_every_process() -> None:
    code = "from annotate.models.origin import load_origin; print(load_origin().digest)"
    env = {**os.environ, "PYTHONHASHSEED": "77"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, check=True, text=True
    ).stdout.strip()
    assert found == load_origin().digest


def test_scoring_needs_neither_scipy_nor_scikit_learn() -> None:
    code = (
        "import sys; from annotate.documents import Document; from annotate.models.origin import score_origin\n"
        "score_origin(Document('The crew came home on Tuesday. ' * 30))\n"
        "print([m for m in ('scipy', 'sklearn', 'pandas', 'pyarrow', 'torch') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip() == "[]"
    )


@given(st.text(max_size=400) | st.just(long_text(150)) | st.just("🚀" * 300) | st.just("?!" * 500))
@settings(max_examples=60, deadline=None)
def test_scores_are_a_distribution_for_any_text(text: str) -> None:
    found = score_origin(Document(text))
    for scores in [found.scores, *(p.scores for p in found.passages)]:
        assert tuple(scores) == ORIGINS
        assert sum(scores.values()) == pytest.approx(1.0, abs=1e-9)
        assert all(0.0 <= value <= 1.0 for value in scores.values())
    assert np.isfinite(found.logits).all()
    assert verdict(found, 0.05).label in {*ORIGINS, "insufficient-text"}


def test_passages_are_whole_sentences_that_cover_the_text() -> None:
    text = "🚀 " + long_text(900)
    document = Document(text)
    found = score_origin(document)
    assert [p.first for p in found.passages[1:]] == [p.last for p in found.passages[:-1]]
    assert found.passages[0].first == 0
    assert found.passages[-1].last == len(found.sentences) == len(document.layout.sentences)
    starts = {s.start for s in document.layout.sentences}
    assert all(p.start in starts for p in found.passages)
    assert all(p.words >= 100 for p in found.passages[:-1])
    assert sum(p.words for p in found.passages) == found.words


def test_a_short_rest_joins_the_last_passage() -> None:
    text = "One two three four five. " * 22
    tokens = tokenize(text, Document(text).layout.sentences)
    assert passage_bounds(tokens) == [(0, 22)]
    text = "One two three four five. " * 32
    tokens = tokenize(text, Document(text).layout.sentences)
    assert passage_bounds(tokens) == [(0, 20), (20, 32)]


def test_what_is_excluded_does_not_count() -> None:
    body, tail = long_text(300), "\nFollow us on every network and subscribe to the newsletter for more of this."
    document = Document(body + tail)
    without = score_origin(document, [Range(len(body), len(body + tail))])
    assert without.scores == score_origin(Document(body)).scores
    assert without.words == score_origin(Document(body)).words < score_origin(document).words
    assert score_origin(document, [Range(0, len(document.text))]).words == 0


def test_a_sentence_is_left_out_from_half_of_it_on() -> None:
    text = "A sentence of some length stands here. Another one follows it there."
    first = Document(text).layout.sentences[0]
    less = score_origin(Document(text), [Range(0, first.end // 2 - 1)])
    half = score_origin(Document(text), [Range(0, first.end // 4), Range(first.end // 4, first.end // 2)])
    assert len(less.sentences) == 2
    assert len(half.sentences) == 1


def test_scores_do_not_depend_on_what_was_scored_before_or_where() -> None:
    text = long_text(400)
    first = score_origin(Document(text)).scores
    for other in ("Something else entirely.", "", "🚀 x"):
        score_origin(Document(other))
    assert score_origin(pickle.loads(pickle.dumps(Document(text, id="2")))).scores == first


def test_format_does_not_change_a_score() -> None:
    text = long_text(300).replace("\r\n\r\n", "\n")
    other = text.replace("“", '"').replace("”", '"').replace(" ", "  ")
    assert score_origin(Document(other)).scores == pytest.approx(score_origin(Document(text)).scores)


def test_thresholds_fall_as_more_false_alarms_are_allowed() -> None:
    before = None
    for band in load_origin().facts.calibration.bands:
        points = [band.points[key] for key in ("0.01", "0.02", "0.05", "0.1")]
        assert all(a.threshold >= b.threshold for a, b in pairwise(points))
        assert all(a.tpr <= b.tpr for a, b in pairwise(points))
        # A band with too few texts keeps the thresholds of the one before; its rates are what they are.
        own = before is None or band.coefficients != before.coefficients
        assert all(point.fpr <= float(key) * (1.0 if own else 1.1) + 1e-9 for key, point in band.points.items())
        before = band


def test_a_verdict_at_a_looser_rate_never_turns_human() -> None:
    for words in (120, 260, 700):
        found = score_origin(Document(long_text(words)))
        machine = [verdict(found, fpr).label != "human" for fpr in (0.01, 0.02, 0.05, 0.1)]
        assert machine == sorted(machine)


def test_verdict_states_its_operating_point_and_rounds_alike() -> None:
    found = score_origin(Document(long_text(400)))
    judged = verdict(found, 0.05)
    assert judged.operating_point is not None
    assert judged.operating_point.length_band == found.band.name
    assert judged.operating_point.fpr <= 0.05
    assert judged.score == judged.scores[judged.label]
    msgspec.json.encode(judged)


def test_a_short_text_is_insufficient_but_has_scores() -> None:
    judged = verdict(score_origin(Document("The crew came home. It was late.")), 0.05)
    assert judged.label == "insufficient-text"
    assert judged.operating_point is not None
    assert judged.operating_point.tpr < 0.5 < 1 - judged.operating_point.fpr
    assert sum(judged.scores.values()) == pytest.approx(1.0, abs=1e-3)


def test_a_rate_without_threshold_is_refused() -> None:
    with pytest.raises(AnnotateError, match=r"no threshold for verdict\.fpr 0\.2"):
        verdict(score_origin(Document(long_text(300))), 0.2)


def test_drivers_are_words_of_the_passage_with_their_offsets() -> None:
    document = Document("🚀\r\n" + long_text(300))
    found = score_origin(document)
    passage = found.passages[1]
    words = drivers(document, found, passage, "machine-translated")
    assert words
    assert len({w["text"].lower() for w in words}) == len(words)
    assert all(len(w["text"].split()) <= 4 for w in words)
    for word in words:
        assert document.text[word["start"] : word["end"]] == word["text"]
        assert passage.start <= word["start"] < word["end"] <= passage.end


def test_a_model_without_calibration_is_refused(tmp_path: Path) -> None:
    whole = load_model(MODEL)
    meta = msgspec.structs.replace(whole.meta, extra={})
    LinearModel(meta, whole.weights, whole.scales, whole.bias, "").save(tmp_path / "origin.npz")
    with pytest.raises(AnnotateError, match="is damaged"):
        load_origin(tmp_path)


def test_a_quotation_said_to_be_translated_does_not_count() -> None:
    before = "The museum was quiet on Sunday afternoon, and the guards had gone to lunch when the phone rang. " * 8
    quotation = '"The panel left the factory in full correspondence to the technical task."'
    quoting = f"Machine translated from Russian, the note reads: {quotation} "
    plain = f"Printed in blue ink on thin paper, the note reads: {quotation} "
    after = "Nobody could say afterwards who had picked it up first, or what the voice on the line had wanted. " * 8
    alone = score_origin(Document(before + after))
    assert score_origin(Document(before + quoting + after)).scores == alone.scores
    assert score_origin(Document(before + quoting + after)).words == alone.words
    assert score_origin(Document(before + plain + after)).words > alone.words
