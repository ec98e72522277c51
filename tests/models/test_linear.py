from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from annotate.documents import Range, lay_out
from annotate.errors import AnnotateError
from annotate.models.features import FamilySpec, tokenize
from annotate.models.linear import LinearModel, ModelMeta, load_model, quantise

FAMILIES = (FamilySpec("words", 1, 2, 8), FamilySpec("chars", 3, 4, 9))
TEXT = "One small step. Then another, and the crew’s ferry left."


def make(power: float = 1.0) -> LinearModel:
    random = np.random.default_rng(7)
    tables = [random.normal(size=(2**spec.bits, 2)) for spec in FAMILIES]
    return quantise(
        ModelMeta("toy", ("left", "right"), FAMILIES, power=power), tables, np.array([[0.1, -0.2], [0.3, 0.0]])
    )


def test_saving_and_loading_keeps_the_model_and_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    model = make()
    model.save(tmp_path / "toy.npz")
    model.save(tmp_path / "again" / "toy.npz")
    assert (tmp_path / "toy.npz").read_bytes() == (tmp_path / "again" / "toy.npz").read_bytes()
    loaded = load_model("toy", tmp_path)
    assert loaded.meta == model.meta
    assert len(loaded.digest) == 12
    assert loaded.digest == load_model("toy", tmp_path / "again").digest
    tokens = tokenize(TEXT, lay_out(TEXT).sentences)
    assert (loaded.logits(tokens) == model.logits(tokens)).all()
    assert (pickle.loads(pickle.dumps(loaded)).logits(tokens) == model.logits(tokens)).all()


def test_sums_of_units_add_up_to_the_sum_of_the_whole() -> None:
    model = make()
    sentences = lay_out(TEXT).sentences
    together = model.sums(tokenize(TEXT, sentences))
    apart = [model.sums(tokenize(TEXT, [sentence])) for sentence in sentences]
    assert len(apart) == 2
    assert (together.sums == np.concatenate([a.sums for a in apart])).all()
    assert (together.counts == np.concatenate([a.counts for a in apart])).all()


@pytest.mark.parametrize("power", [1.0, 0.5])
def test_weights_of_tokens_add_up_to_the_logit(power: float) -> None:
    model = make(power)
    tokens = tokenize(TEXT, [Range(0, len(TEXT))])
    logits = model.logits(tokens)[0]
    for o, output in enumerate(model.meta.outputs):
        assert model.token_weights(tokens, output).sum() + model.bias[:, o].mean() == pytest.approx(logits[o])


def test_an_empty_unit_gets_the_bias() -> None:
    model = make()
    assert model.logits(tokenize("  ", [Range(0, 2)]))[0] == pytest.approx(model.bias.mean(axis=0))
    assert model.logits(tokenize("", [])).shape == (0, 2)


def test_rounding_to_int8_changes_a_logit_little() -> None:
    random = np.random.default_rng(1)
    tables = [random.normal(size=(2**spec.bits, 2)) for spec in FAMILIES]
    model = quantise(ModelMeta("toy", ("left", "right"), FAMILIES), tables, np.zeros((2, 2)))
    for f, table in enumerate(tables):
        back = model.weights[f] * model.scales[f]
        assert (
            np.abs(back - np.clip(table, -127 * model.scales[f], 127 * model.scales[f])).max()
            <= model.scales[f].max() / 2 + 1e-12
        )


def test_a_missing_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AnnotateError, match=r"^Cannot read the model .*nothing\.npz: No such file or directory; .*\.$"):
        load_model("nothing", tmp_path)


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "other tables"])
def test_a_damaged_model_is_one_sentence(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "toy.npz"
    make().save(path)
    if damage == "other tables":
        broken = make()
        LinearModel(broken.meta, broken.weights[::-1], broken.scales, broken.bias, "").save(path)
    else:
        data = path.read_bytes()
        path.write_bytes({"cut": data[: len(data) // 2], "garbage": b"\x00" * 500, "empty": b""}[damage])
    with pytest.raises(AnnotateError, match=r"is damaged \(.+\); install annotate again or train the model") as caught:
        load_model("toy", tmp_path)
    assert "\n" not in str(caught.value)
