from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import Document, Range
from annotate.errors import AnnotateError
from annotate.models.garbled import (
    MEASURES,
    _longest_run,
    _seen_before,
    _worst_mean,
    backward_hashes,
    encode_counts,
    garbled_share,
    judge,
    least_likely,
    load_garbled,
    measure,
    probabilities,
)
from annotate.training.damage import DAMAGES
from annotate.training.garbled import train

GOOD = (
    "The council voted on Tuesday to close two of the city's five swimming pools. "
    "Residents who packed the gallery shouted as the result was read out. "
    "The mayor told reporters afterwards that she would look for private money."
)
BAD = "Of swimming the voted close two pools council Tuesday on city's to the five."


def test_shuffled_words_are_less_likely_than_the_sentence() -> None:
    model = load_garbled()
    text = "The council voted on Tuesday to close two of the city's five swimming pools.\n" + BAD
    scores = probabilities(model, measure(model, text, Document(text).layout.lines).values)
    assert scores[0] < 0.01
    assert scores[1] > 10 * scores[0]


def test_share_counts_words_of_garbled_sentences() -> None:
    stuck = "the pools of the pools of the pools of the pools of the pools of the pools of the pools"
    assert garbled_share(Document(GOOD)) == 0.0
    assert garbled_share(Document(f"{stuck}.\n{stuck}.")) == 1.0
    assert 0.0 < garbled_share(Document(f"{GOOD}\n{stuck}.")) < 0.5


@pytest.mark.parametrize("text", ["", " \n", "!!! ... ???", "Yes.", "One two.", "\u0301\u0301 \u200d"])
def test_nothing_to_judge(text: str) -> None:
    assert garbled_share(Document(text)) == 0.0


def test_furniture_is_not_judged() -> None:
    text = GOOD + "\nHome | News | Sport | Weather | Opinion | Video"
    assert all(r.end <= len(GOOD) for r in judge(Document(text)).sentences)


def test_least_likely_stretches_lie_in_the_sentence_and_apart() -> None:
    text = GOOD + " " + BAD
    document = Document(text)
    judged = judge(document)
    last = len(judged.sentences) - 1
    found = least_likely(judged, text, last)
    assert 1 <= len(found) <= 3
    for stretch in found:
        assert judged.sentences[last].start <= stretch["start"] < stretch["end"] <= judged.sentences[last].end
        assert text[stretch["start"] : stretch["end"]] == stretch["text"]
    assert [s["surprise"] for s in found] == sorted((s["surprise"] for s in found), reverse=True)
    ordered = sorted((s["start"], s["end"]) for s in found)
    assert all(a[1] <= b[0] for a, b in pairwise(ordered))


def test_a_sentence_scores_the_same_in_any_company() -> None:
    model = load_garbled()
    alone = measure(model, BAD, [Range(0, len(BAD))]).values
    text = GOOD + " " + BAD
    among = measure(model, text, Document(text).layout.sentences).values
    assert np.allclose(alone[0], among[-1], atol=2e-6)


def test_sentence_openings_have_a_hash_of_their_own() -> None:
    symbols = np.array([5, 6, 5, 6], dtype=np.uint64)
    together = backward_hashes(symbols, np.zeros(4, dtype=np.int64), 2)[1]
    apart = backward_hashes(symbols, np.array([0, 0, 1, 1]), 2)[1]
    assert together[0][1] == together[0][3] == apart[0][1] == apart[0][3]
    assert apart[0][0] == apart[0][2] != together[0][2]
    assert together[1].all()


def test_counts_are_encoded_by_their_logarithm() -> None:
    assert encode_counts(np.array([0, 1, 2, 4, 2**40])).tolist() == [0, 1, 3, 5, 81]


def test_worst_mean_longest_run_and_repetition() -> None:
    units = np.array([0, 0, 0, 0, 1, 1])
    position = np.array([0, 1, 2, 3, 0, 1])
    values = np.array([0.0, -3.0, -5.0, 0.0, -1.0, -2.0])
    assert _worst_mean(values, units, position, 2, 2).tolist() == [-4.0, -1.5]
    assert _worst_mean(values, units, position, 2, 3).tolist() == pytest.approx([-8 / 3, -1.5])
    assert _longest_run(np.array([True, False, True, True, True, False]), units, 2).tolist() == [2.0, 1.0]
    hashes = np.array([7, 8, 7, 7, 7, 9], dtype=np.uint64)
    assert _seen_before(hashes, units).tolist() == [False, False, True, True, False, False]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_finite_scores(text: str) -> None:
    judged = judge(Document(text))
    assert np.isfinite(judged.measured.values).all()
    assert ((judged.scores >= 0) & (judged.scores <= 1)).all()


@pytest.mark.parametrize("text", ["word " * 300_000, "w" * 1_000_000], ids=["words", "one-word"])
def test_one_long_line_costs_linear_time(text: str) -> None:
    assert 0.0 <= garbled_share(Document(text)) <= 1.0


def test_missing_model(tmp_path: Path) -> None:
    with pytest.raises(AnnotateError, match=r"Cannot read the model .*garbled\.npz"):
        load_garbled(tmp_path)
    (tmp_path / "garbled.npz").write_bytes(b"no model")
    with pytest.raises(AnnotateError, match="is damaged"):
        load_garbled(tmp_path)


@pytest.mark.parametrize("kind", sorted(DAMAGES))
def test_damage_changes_a_sentence_the_same_way_every_time(kind: str) -> None:
    words = GOOD.split(". ")[0].split()
    pool = [sentence.split() for sentence in GOOD.split(". ")]
    first = DAMAGES[kind](words, random.Random(3), pool)
    assert first == DAMAGES[kind](words, random.Random(3), pool)
    assert first != " ".join(words)


def write_data(folder: Path) -> None:
    """Sentences of a small grammar, and their words in disorder."""
    generator = random.Random(11)
    nouns, verbs = ["pool", "council", "mayor", "club", "town", "roof"], ["closed", "voted for", "paid", "saw", "left"]

    def sentence() -> str:
        n, v = generator.choice, generator.choice
        return f"The {n(nouns)} {v(verbs)} the {n(nouns)} and the {n(nouns)} {v(verbs)} the {n(nouns)} in the winter."

    for part in ("train", "dev"):
        (folder / part).mkdir(parents=True)

        def put(name: str, rows: list[dict[str, Any]], part: str = part) -> None:
            pq.write_table(pa.Table.from_pylist(rows), folder / part / f"{name}.parquet")

        documents = [
            {"lines": [sentence() for _ in range(8)], "kind": "human_original", "testset": "made"} for _ in range(120)
        ]
        extra = {"year": 2020, "system": "made", "domain": "news"}
        put("human_news", [{"id": f"{part}h{i}", "group": None, **extra, **d} for i, d in enumerate(documents[:60])])
        put(
            "mt_docs",
            [{"id": f"{part}m{i}", "group": f"{part}g{i}", **extra, **d} for i, d in enumerate(documents[60:])],
        )
        columns = {"operation": "", "generator": "", "source_repo": "made", "domain": "news", "pair_id": ""}
        kinds = [
            {**columns, "id": f"{part}k{i}", "kind": "human", "text": sentence(), "family": f"{part}f{i}"}
            for i in range(20)
        ]
        for i in range(20):
            words = sentence().split()
            generator.shuffle(words)
            text = f"{sentence()} {' '.join(words)}. {' '.join(reversed(words))}."
            kinds.append(
                {
                    **columns,
                    "id": f"{part}n{i}",
                    "kind": "garbled",
                    "text": text,
                    "family": f"{part}x{i}",
                    "operation": "title_prompt",
                }
            )
        put("docs_by_kind", kinds)
        put(
            "hallucinations_de_en",
            [{"id": "0", "mt": "the pool the pool the pool the pool", "labels": ["repetitions"]}],
        )
        if part == "train":
            put(
                "phrase_replaced",
                [
                    {
                        "id": "0",
                        "text": "The pool of the closed voted the roof mayor in.",
                        "mt": sentence(),
                        "lang_pair": "de-en",
                    }
                ],
            )


def test_training_end_to_end_is_repeatable(tmp_path: Path) -> None:
    write_data(tmp_path / "data")
    config = {
        "data": str(tmp_path / "data"),
        "report": str(tmp_path / "report.json"),
        "bits": {"words": [12, 14, 14], "skeleton": [10, 12, 12, 12], "chars": [10, 12]},
        "minimum": {"words": [1, 1, 1], "skeleton": [1, 1, 1, 1], "chars": [1, 1]},
        "order": {
            "sentences": 100,
            "damages": ["shuffled", "shuffled-near"],
            "families": [
                {"kind": "skeleton", "low": 1, "high": 3, "bits": 12},
                {"kind": "words", "low": 1, "high": 2, "bits": 12},
            ],
            "strength": 3.0,
        },
        "held_out": 0.4,
        "sentences": 150,
        "damaged": 15,
        "test_sentences": 150,
        "test_damaged": 15,
        "prior": 0.1,
        "false_positives": 0.01,
        "news": ["made"],
        "fewest_words": 6,
        "trees": {"max_iter": 20, "max_leaf_nodes": 4, "min_samples_leaf": 5},
        "bootstrap": 20,
        "seed": 3,
    }
    figures = train(config, tmp_path / "a")
    train(config, tmp_path / "b")
    assert (tmp_path / "a" / "garbled.npz").read_bytes() == (tmp_path / "b" / "garbled.npz").read_bytes()
    assert (tmp_path / "a" / "word_order.npz").read_bytes() == (tmp_path / "b" / "word_order.npz").read_bytes()
    assert figures["reporting"]["by_kind"]["shuffled"]["at_1_percent"] > 0.8
    model = load_garbled(tmp_path / "a")
    assert model.meta.fewest_words == 6
    text = "The mayor paid the club and the council left the town in the winter."
    assert probabilities(model, measure(model, text, [Range(0, len(text))]).values)[0] < 0.2
    assert measure(model, text, [Range(0, len(text))]).values.shape == (1, len(MEASURES))
