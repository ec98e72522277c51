"""Surprisal under causal language models: every token once, with context; bounds; the ratio of two models."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pytest

from annotate.detectors import build
from annotate.detectors.surprisal import Surprisal
from annotate.documents import Document
from annotate.errors import AnnotateError
from annotate.models import hub
from annotate.models.surprisal import surprisal, windows

pytestmark = pytest.mark.usefixtures("no_network")

PLAIN = "The council met on Tuesday. Nobody asked why the bridge was shut. It creaks at night, she said, and laughed. "


def opened(folder):
    return hub.open_model("causal-lm", str(folder))


def flags(folder, text, **options):
    found = list(Surprisal(model=str(folder), **options).detect(Document(text)))
    assert all(f.text == text[f.start : f.end] for f in found)
    return found


@pytest.mark.parametrize("room", [2, 5, 8, 100])
@pytest.mark.parametrize("tokens", [0, 1, 4, 5, 6, 37, 100])
def test_windows_measure_every_token_once_with_context(tokens, room):
    for context in range(1, room):
        measured = []
        for number, (first, new, last) in enumerate(windows(tokens, room, context)):
            assert 0 <= first <= new < last <= tokens
            assert last - first == min(room, tokens)
            assert new - first >= (context if number else 0)
            measured.extend(range(new, last))
        assert measured == list(range(tokens))


def test_bits_of_known_probabilities(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {"a": 0.5, "b": 0.25})
    rest = 0.25 / (257 - 2)
    found = surprisal(opened(folder), None, "abba c", 512, 128)
    assert found.bits == pytest.approx([1, 2, 2, 1, -math.log2(rest), -math.log2(rest)], abs=1e-4)
    assert found.mean(0, 4) == pytest.approx(1.5)
    assert found.mean(4, 4) is None
    assert found.total(np.array([0, 5]), np.array([4, 6])) == pytest.approx([6, -math.log2(rest)], abs=1e-4)
    assert surprisal(opened(folder), None, "", 512, 128).bits.tolist() == []


def test_bytes_of_one_character_count_for_its_word(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {})
    found = surprisal(opened(folder), None, "é🚀 a", 512, 128)
    assert found.places.tolist() == [0, 0, 1, 1, 1, 1, 2, 3]
    assert found.total(np.array([0, 3]), np.array([1, 4])) == pytest.approx(
        [2 * math.log2(257), math.log2(257)], abs=1e-4
    )


def reference(folder, text):
    """Bits of every token from one pass over the whole text."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = torch.tensor([[tokenizer.bos_token_id, *tokenizer(text)["input_ids"]]])
    with torch.no_grad():
        logits = AutoModelForCausalLM.from_pretrained(folder).eval()(ids).logits[0].double()
    return (-logits.log_softmax(-1)[range(ids.shape[1] - 1), ids[0, 1:]] / math.log(2)).numpy()


def test_a_text_of_one_window_is_as_in_one_pass(tiny, tmp_path):
    folder = tiny.language_model(tmp_path, n_layer=2, positions=True)
    text = PLAIN[:200]
    assert surprisal(opened(folder), None, text, 512, 128).bits == pytest.approx(reference(folder, text), abs=1e-3)


@pytest.mark.parametrize(("max_length", "context"), [(8, 1), (8, 6), (17, 5), (300, 64)])
def test_windows_change_nothing_where_one_token_of_context_is_all(tiny, tmp_path, max_length, context):
    folder = tiny.language_model(tmp_path, n_positions=1024)
    text = PLAIN * 8
    found = surprisal(opened(folder), None, text, max_length, context)
    assert found.bits == pytest.approx(reference(folder, text), abs=1e-3)


def test_windows_of_a_model_with_long_memory(tiny, tmp_path):
    """Each token of a later window is as surprising as in a text that begins where that window does."""
    folder = tiny.language_model(tmp_path, n_layer=2, positions=True)
    text = PLAIN * 2
    found = surprisal(opened(folder), None, text, 65, 32)
    for first, new, last in windows(len(text), 64, 32):
        assert found.bits[new:last] == pytest.approx(reference(folder, text[first:last])[new - first :], abs=1e-3)


def test_without_a_token_for_the_beginning_the_first_is_not_measured(tiny, tmp_path):
    folder = tiny.language_model(tmp_path, tokenizer=tiny.bytes(begin=False))
    found = surprisal(opened(folder), None, "x" + PLAIN, 20, 5)
    assert np.flatnonzero(np.isnan(found.bits)).tolist() == [0]
    assert found.mean(0, 1) is None
    assert found.total(np.array([0]), np.array([2])) == pytest.approx(found.bits[1:2])


def test_words_that_mean_the_end_in_a_text_are_words(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {})
    assert len(surprisal(opened(folder), None, "<|endoftext|>", 512, 128).bits) == len("<|endoftext|>")


def test_passages_below_and_above(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {})
    bits = math.log2(257)
    text = PLAIN * 12
    low = flags(folder, text, passage_below=bits * 2)
    assert len(low) > 1
    assert (low[0].start, low[-1].end) == (0, len(text) - 1)
    assert {(f.label, f.severity, f.reason, f.score) for f in low} == {
        ("machine-generated", "minor", "unsurprising-wording", 0.75)
    }
    high = flags(folder, text, passage_above=bits / 2, severity="major")
    assert [(f.start, f.end) for f in high] == [(f.start, f.end) for f in low]
    assert {(f.label, f.severity, f.reason, f.score) for f in high} == {
        ("garbled", "major", "surprising-wording", 0.75)
    }
    assert flags(folder, text, passage_below=bits - 0.01, passage_above=bits + 0.01) == []
    evidence = low[0].evidence
    assert evidence["bits_per_token"] == pytest.approx(bits, abs=1e-3)
    assert [w["text"] for w in evidence["words"]][:2] == ["council", "Tuesday"]  # seven letters, the first two
    assert evidence["words"][0]["bits"] == pytest.approx(7 * bits, abs=0.01)
    assert all(text[w["start"] : w["end"]] == w["text"] for w in evidence["words"])
    json.dumps(evidence)


def test_words(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, dict.fromkeys("abcdefgh", 0.0625))
    rare = -math.log2(0.5 / (257 - 8))
    text = "🚀 a fad zz bed zzz cab.\nRead also: zzz zzz zzz"
    found = flags(folder, text, word_above=rare + 0.01)
    assert [(f.text, f.start, f.label, f.reason) for f in found] == [
        ("fad", 4, "garbled", "surprising-word"),
        ("zz", 8, "garbled", "surprising-word"),
        ("bed", 11, "garbled", "surprising-word"),
        ("zzz", 15, "garbled", "surprising-word"),
        ("cab", 19, "garbled", "surprising-word"),
    ]
    assert [f.evidence["bits"] for f in found] == pytest.approx([12, 2 * rare, 12, 3 * rare, 12], abs=0.01)
    assert [f.text for f in flags(folder, text, word_above=2 * rare - 0.01)] == ["zz", "zzz"]
    assert flags(folder, text, word_above=2 * rare - 0.01)[1].score == pytest.approx(2 / 3, abs=1e-3)


def test_short_passages_are_not_judged(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {})
    assert flags(folder, PLAIN, passage_below=100) == []
    assert len(flags(folder, PLAIN, passage_below=100, minimum_words=20)) == 1
    assert flags(folder, "", passage_below=100, word_above=1, minimum_words=0) == []


def test_the_ratio_of_two_models(tiny, tmp_path):
    """By hand: bits of the text under the performer, over what the observer expects the performer to need."""
    text = ("abab abba " * 30 + "a.").strip()
    performer = tiny.unigram(tmp_path / "performer", {"a": 0.4, "b": 0.2, "Ġ": 0.2})
    observer = tiny.unigram(tmp_path / "observer", {"a": 0.1, "b": 0.6, "Ġ": 0.2})
    p = {"a": 0.4, "b": 0.2, " ": 0.2, ".": 0.2 / 254}
    needed = sum(-math.log2(p[c]) for c in text) / len(text)
    expected = -(0.1 * math.log2(0.4) + 0.6 * math.log2(0.2) + 0.2 * math.log2(0.2) + 0.1 * math.log2(0.2 / 254))
    found = surprisal(opened(performer), opened(observer), text, 64, 16)
    assert found.ratio(0, len(text)) == pytest.approx(needed / expected, abs=1e-4)
    assert found.ratio(3, 3) is None
    options = {"second": str(observer), "minimum_words": 0}
    (flag,) = flags(performer, text, ratio_below=2 * needed / expected, **options)
    assert (flag.label, flag.reason, flag.score) == ("machine-generated", "low-perplexity-ratio", 0.75)
    assert flag.evidence["ratio"] == pytest.approx(needed / expected, abs=1e-4)
    assert flags(performer, text, ratio_below=needed / expected - 0.001, **options) == []
    (both,) = flags(performer, text, ratio_below=2 * needed / expected, passage_below=needed * 8, **options)
    assert (both.reason, both.score) == ("unsurprising-wording", pytest.approx(1 - 1 / 16, abs=1e-4))


def test_a_model_beside_itself_has_the_ratio_of_bits_to_entropy(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {})
    found = surprisal(opened(folder), opened(folder), PLAIN, 512, 128)
    assert found.ratio(0, len(PLAIN)) == pytest.approx(1.0, abs=1e-5)


def test_a_token_that_both_rule_out_does_not_count(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {"a": 0.5, "b": 0.5})  # nothing is left for any other
    found = surprisal(opened(folder), opened(folder), "abab", 512, 128)
    assert found.ratio(0, 4) == pytest.approx(1.0, abs=1e-5)


def test_models_with_different_tokenizers_are_refused(tiny, tmp_path):
    one = tiny.unigram(tmp_path / "one", {})
    words = tiny.language_model(tmp_path / "two", tokenizer=tiny.words(["a"], template="$A"))
    wide = tiny.language_model(tmp_path / "three", vocab_size=300)
    for other, what in ((words, "their tokenizers differ"), (wide, r"vocabularies differ in size \(257 and 300\)")):
        detector = Surprisal(model=str(one), second=str(other), ratio_below=0.9)
        with pytest.raises(AnnotateError, match=what) as refused:
            detector.resources()
        assert "\n" not in str(refused.value)


def test_resources_name_both_models(tiny, tmp_path):
    one, two = tiny.unigram(tmp_path / "one", {}), tiny.unigram(tmp_path / "two", {"a": 0.9})
    found = Surprisal(model=str(one), second=str(two), ratio_below=0.9).resources()
    assert found["surprisal.model"] != found["surprisal.second"]
    assert {"models/lines", "tokenizers", "torch", "transformers"} < set(found)


def test_it_is_picklable_and_the_models_run_once(tiny, tmp_path, monkeypatch):
    folder = tiny.unigram(tmp_path, {})
    detector = Surprisal(model=str(folder), passage_below=100)
    assert pickle.loads(pickle.dumps(detector)) == detector
    asked = []
    logits = hub.HubModel.logits
    monkeypatch.setattr(hub.HubModel, "logits", lambda self, inputs: asked.append(1) or logits(self, inputs))
    document = Document(PLAIN[:300])
    list(detector.detect(document))
    list(Surprisal(model=str(folder), word_above=3).detect(document))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Set at least one of passage_below, passage_above, word_above and ratio_below"),
        ({"ratio_below": 0.9}, "Set second and ratio_below together"),
        ({"second": "x", "passage_below": 3}, "Set second and ratio_below together"),
        ({"second_revision": "x", "passage_below": 3}, "Set second together with second_revision"),
        ({"passage_below": 5, "passage_above": 4}, "Expected passage_below to be lower than passage_above"),
        ({"word_above": 0}, "> 0.0"),
        ({"word_above": 1, "context": 0}, ">= 1"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(AnnotateError, match=r"Configuration key detectors\.surprisal: .*" + message):
        build({"surprisal": {"model": "somewhere", **options}})


def test_context_must_leave_room(tiny, tmp_path):
    folder = tiny.unigram(tmp_path, {}, n_positions=64)
    with pytest.raises(AnnotateError, match=r"context \(128\) must be below the 63 tokens of text in a window"):
        Surprisal(model=str(folder), word_above=3).resources()
    Surprisal(model=str(folder), word_above=3, context=62).resources()
