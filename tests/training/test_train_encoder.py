from __future__ import annotations

import json
import random
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training the encoder needs the extra 'transformers'")
pytest.importorskip("transformers", reason="training the encoder needs the extra 'transformers'")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

from safetensors.torch import save_file  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from annotate.documents import Range  # noqa: E402
from annotate.errors import AnnotateError  # noqa: E402
from annotate.models.heads import SENTENCE_HEADS, TOKEN_HEADS, WINDOW  # noqa: E402
from annotate.models.wordpiece import WordPiece  # noqa: E402
from annotate.training import encoder_fit  # noqa: E402
from annotate.training.encoder import read_settings, train  # noqa: E402
from annotate.training.encoder_data import (  # noqa: E402
    Marked,
    Sampler,
    build_units,
    encode,
    line_ranges,
    marked_example,
    translation_units,
)
from annotate.training.encoder_fit import fit, new_model, split  # noqa: E402

LETTERS = [chr(c) for c in range(ord("a"), ord("z") + 1)]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *LETTERS, *(f"##{c}" for c in LETTERS), ".", ",", "-", "0", "##0"]
WORDS = [*"aotrw", "the", "river", "bridge", "council", "people", "said", "closed", "again", "late", "mayor"]


@pytest.fixture(scope="module")
def trunk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An installed package that carries weights, like the one training starts from."""
    folder = tmp_path_factory.mktemp("site")
    model = folder / "tiny_trunk" / "model"
    model.mkdir(parents=True)
    (folder / "tiny_trunk" / "__init__.py").write_text("")
    shape = {
        "vocab_size": len(VOCABULARY),
        "hidden_size": 16,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "intermediate_size": 24,
        "max_position_embeddings": WINDOW,
    }
    torch.manual_seed(1)
    save_file(BertModel(BertConfig(**shape)).state_dict(), model / "model.safetensors")
    (model / "config.json").write_text(json.dumps(shape))
    (model / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    sys.path.insert(0, str(folder))
    digest = sha256((model / "model.safetensors").read_bytes()).hexdigest()
    return {"package": "tiny_trunk", "sha256": digest, "layers": 2, "frozen": 1}


def text_of(words: int, seed: str) -> str:
    dice = random.Random(seed)
    return " ".join(" ".join(dice.choices(WORDS, k=10)).capitalize() + "." for _ in range(words // 10))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "train").mkdir()
    documents: list[dict[str, Any]] = []
    for g in range(8):
        for kind, system in (("human_translation", "ref"), ("mt", "moz-google"), ("mt", "old"), ("mt", "Online-A")):
            lines = [text_of(30, f"{g}{system}{i}") for i in range(8)]
            year = 2010 if system == "old" else 2020
            documents.append(
                {
                    "id": f"{g}{system}",
                    "year": year,
                    "lang_pair": "de-en" if g % 2 else "zh-en",
                    "domain": "news",
                    "system": system,
                    "kind": kind,
                    "lines": lines,
                    "testset": "newstest2020.de-en",
                    "group": f"g{g}",
                }
            )
    news = [d | {"kind": "human_original", "group": None, "lang_pair": "en"} for d in documents if d["system"] == "ref"]
    kinds = [
        {
            "id": f"{g}{kind}",
            "kind": kind,
            "generator": "human" if kind == "human" else "gpt-x",
            "gen_family": "openai",
            "operation": "rewrite",
            "domain": "news",
            "text": text_of(180, f"{g}{kind}"),
            "family": f"k{g}",
            "source_repo": "one",
        }
        for g in range(6)
        for kind in ("human", "llm_paraphrase", "llm_generated")
    ]
    lines = [
        {
            "doc_id": f"d{d}",
            "line_no": i,
            "text": text_of(20, f"{d}{i}") if i % 3 else "share the work",
            "label": "content" if i % 3 else "boilerplate",
            "kind": None if i % 3 else "social_follow",
            "zone": "inside",
            "dist": 0,
        }
        for d in range(4)
        for i in range(12)
    ]
    span = {"start": 0, "end": 3, "category": "fluency/grammar", "severity": "minor"}
    segments = [
        {
            "id": str(i),
            "source_set": "s",
            "doc_id": f"d{i // 4}",
            "seg_id": str(i % 4),
            "system": "x",
            "text": text_of(20, f"m{i}"),
            "mt": text_of(20, f"m{i}"),
            "spans": [span] if i % 2 else [],
        }
        for i in range(16)
    ]
    tables = {
        "mt_docs": documents,
        "human_news": news,
        "docs_by_kind": kinds,
        "boilerplate_lines": lines,
        "mqm_en": segments,
        "qe_segs_en": segments,
        "phrase_replaced": segments,
    }
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / "train" / f"{name}.parquet")
    return folder


def settings_for(data: Path, work: Path, trunk: dict[str, Any], **changes: Any) -> Any:
    counts = dict.fromkeys(("translation", "news", "kinds", "garbled", "lines", "mqm", "edited", "replaced"), 6)
    base = {"across": 0.5, "data": str(data), "figures": str(work), "work": str(work), "trunk": trunk, "counts": counts}
    return read_settings(base | {"pieces_per_step": 1200} | changes)


def test_a_killed_training_goes_on_to_the_same_weights(
    data: Path, trunk: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit(settings_for(data, tmp_path / "whole", trunk))
    saves = 0
    save = encoder_fit._save

    def killed(*arguments: Any) -> None:
        nonlocal saves
        save(*arguments)
        saves += 1
        if saves == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(encoder_fit, "_save", killed)
    again = settings_for(data, tmp_path / "again", trunk, checkpoint_minutes=0.0)
    with pytest.raises(KeyboardInterrupt):
        fit(again)
    monkeypatch.setattr(encoder_fit, "_save", save)
    resumed = fit(again)
    for (name, one), two in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(one, two), name
    assert (tmp_path / "again" / "model" / "model.safetensors").exists()
    assert not (tmp_path / "again" / "checkpoint.pt").exists()


def test_a_second_stage_goes_on_from_the_first_and_neither_is_trained_twice(
    data: Path, trunk: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fit(settings_for(data, tmp_path / "alone", trunk, seed=3, learning_rate=1e-2))
    # So small a rate changes nothing that matters: what the second stage gives is what the first one gave.
    stages = {"before": {"seed": 3, "learning_rate": 1e-2, "head_rate": 1e-3}, "learning_rate": 1e-9, "head_rate": 1e-9}
    settings = settings_for(data, tmp_path / "two", trunk, **stages)
    second = fit(settings)
    for (name, one), two in zip(first.state_dict().items(), second.state_dict().values(), strict=True):
        assert torch.allclose(one, two, atol=1e-5), name
    monkeypatch.setattr(encoder_fit, "build_units", lambda *_: pytest.fail("trained again"))
    again = fit(settings)
    for one, two in zip(second.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(one, two)
    with pytest.raises(pytest.fail.Exception, match="trained again"):
        fit(settings_for(data, tmp_path / "two", trunk, **stages | {"before": {"seed": 4}}))


def test_a_stage_with_an_unknown_key_is_refused(data: Path, trunk: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(AnnotateError, match="unknown field `passes`"):
        fit(settings_for(data, tmp_path, trunk, before={"passes": 2}))


def test_frozen_layers_stay_and_the_others_learn(data: Path, trunk: dict[str, Any], tmp_path: Path) -> None:
    settings = settings_for(data, tmp_path, trunk)
    before, after = new_model(settings.trunk).state_dict(), fit(settings).state_dict()
    same = {name for name in before if torch.equal(before[name], after[name])}
    assert {name for name in before if name.startswith(("trunk.embeddings", "trunk.encoder.layer.0."))} <= same
    assert not any(name.startswith("trunk.encoder.layer.1.") and "weight" in name for name in same)


@pytest.mark.parametrize(
    ("without", "windows"),
    [
        ([], 16),  # eight documents of two windows, half of them from German
        (["de-en"], 8),
        (["zh-en:2020"], 8),
        (["moz-google", "Online-A", "old"], 0),
    ],
)
def test_what_is_left_out_is_not_trained_on(
    data: Path, trunk: dict[str, Any], tmp_path: Path, without: list[str], windows: int
) -> None:
    settings = settings_for(data, tmp_path, trunk, without=without)
    found = translation_units(
        data / "train" / "mt_docs.parquet", Sampler(WordPiece(VOCABULARY), random.Random(1), settings)
    )
    assert len(found) == windows
    for unit in found:
        assert [e.origin for e in unit.examples] == [0, *[1] * (len(unit.examples) - 1)]


def test_every_unit_is_dealt_out_once(data: Path, trunk: dict[str, Any], tmp_path: Path) -> None:
    sampler = Sampler(WordPiece(VOCABULARY), random.Random(1), settings_for(data, tmp_path, trunk))
    units = build_units(data / "train", sampler)
    dealt = split(units, 1200, random.Random(2))
    assert sorted(id(u) for step in dealt for batch in step for u in batch) == sorted(map(id, units))
    assert {u.task for u in units} == {"translation", "news", "kinds", "garbled", "lines", "words"}


def test_marked_words_are_the_pieces_of_their_span() -> None:
    pieces = WordPiece(VOCABULARY)
    segments = [Marked("the river was", 2, [(4, 9, ("grammar", "any-error"))]), Marked("closed again", 1, [])]
    found = marked_example(segments, ["grammar", "any-error"], pieces)
    assert found is not None and found.tokens is not None
    marked = found.tokens[:, TOKEN_HEADS.index("grammar")]
    text = [VOCABULARY[i] for i in found.ids]
    assert [t for t, m in zip(text, marked, strict=True) if m == 0.5] == ["r", "##i", "##v", "##e", "##r"]
    assert np.isnan(found.tokens[:, TOKEN_HEADS.index("replaced")]).all()
    assert np.isnan(marked[[i for i, t in enumerate(text) if t in ("[CLS]", "[SEP]")]]).all()


def test_sentences_that_do_not_fit_are_left_out_whole() -> None:
    text = "abcdefghij. " * 40
    sentences = [Range(i * 12, i * 12 + 11) for i in range(40)]
    found = encode(text, sentences, WordPiece(VOCABULARY))
    assert found is not None
    assert len(found.ids) == 1 + 13 * 12 <= WINDOW
    assert set(found.unit.tolist()) == {-1, *range(13)}


@pytest.mark.parametrize(
    ("words", "ranges"),
    [([50, 60, 40], [(0, 2)]), ([50, 60, 60], [(0, 2), (2, 3)]), ([120], [(0, 1)]), ([10], []), ([], [])],
)
def test_runs_of_lines(words: list[int], ranges: list[tuple[int, int]]) -> None:
    assert line_ranges(["w " * n for n in words], 100) == ranges


def test_other_weights_than_the_recipe_names_are_refused(data: Path, trunk: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(AnnotateError, match=r"has the SHA-256 .*, not 00"):
        fit(settings_for(data, tmp_path, trunk | {"sha256": "00"}))
    with pytest.raises(AnnotateError, match="install them with `pip install no-such-trunk`"):
        fit(settings_for(data, tmp_path, trunk | {"package": "no_such_trunk"}))


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("annotate.training.encoder.find_spec", lambda name: None if name == "torch" else object())
    with pytest.raises(
        AnnotateError, match=r"needs torch: install it with `pip install 'annotate\[train,transformers\]'`"
    ):
        train({}, tmp_path)


def test_the_sentence_heads_are_the_labels_of_lines() -> None:
    assert SENTENCE_HEADS == ("boilerplate", "spam", "garbled")
