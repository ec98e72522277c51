from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the fp32 encoder needs the extra 'transformers'")
transformers = pytest.importorskip("transformers", reason="the fp32 encoder needs the extra 'transformers'")

from annotate.models.encoder_torch import AnnotateEncoder, AnnotateEncoderConfig  # noqa: E402
from annotate.models.heads import ALL_HEADS  # noqa: E402

TINY = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}


@pytest.fixture(scope="module")
def model() -> AnnotateEncoder:
    torch.manual_seed(3)
    return AnnotateEncoder(AnnotateEncoderConfig(trunk=TINY, head_size=16)).eval()


def answers(model: AnnotateEncoder, ids: list[list[int]], mask: list[list[int]] | None = None) -> np.ndarray:
    with torch.no_grad():
        return model(torch.tensor(ids), None if mask is None else torch.tensor(mask)).numpy()


def test_it_is_saved_and_loaded_like_any_other_model(model: AnnotateEncoder, tmp_path: Path) -> None:
    model.save_pretrained(tmp_path)
    loaded = transformers.AutoModel.from_pretrained(tmp_path).eval()
    assert type(loaded) is AnnotateEncoder
    assert isinstance(transformers.AutoConfig.from_pretrained(tmp_path), AnnotateEncoderConfig)
    ids = [[2, 10, 11, 3, 12, 3]]
    assert np.array_equal(answers(loaded, ids), answers(model, ids))


def test_padding_changes_nothing(model: AnnotateEncoder) -> None:
    alone = answers(model, [[2, 10, 11, 3]])
    padded = answers(model, [[2, 10, 11, 3, 0, 0], [2, 5, 6, 7, 8, 3]], [[1, 1, 1, 1, 0, 0], [1] * 6])
    assert padded[0, :4] == pytest.approx(alone[0], abs=1e-5)
    assert padded.shape == (2, 6, len(ALL_HEADS))


def test_the_exported_graph_says_the_same(model: AnnotateEncoder, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx", reason="the export needs the extra 'train'")
    from annotate.training.encoder_export import export_fp32, export_int8

    export_fp32(model, tmp_path / "fp32.onnx")
    export_int8(model, tmp_path / "int8.onnx")
    for length in (4, 33, 64):
        ids = [[2, *(5 + i % 40 for i in range(length - 2)), 3]]
        expected = answers(model, ids)
        for name, tolerance in (("fp32", 1e-5), ("int8", 0.05)):
            session = onnxruntime.InferenceSession(tmp_path / f"{name}.onnx", providers=["CPUExecutionProvider"])
            found = session.run(None, {"ids": np.array(ids, dtype=np.int64)})[0]
            assert found == pytest.approx(expected, abs=tolerance * max(1.0, float(np.abs(expected).max()))), name
