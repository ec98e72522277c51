"""Exports the encoder to an int8 ONNX graph, the form that scoring runs.

The graph takes one window (``ids``: 1 × pieces, nothing padded) and gives ``evidence`` (1 × pieces × heads). Matrices
are int8 with one scale per column, of seven bits, because processors without VNNI saturate on eight; activations are
quantised as they come (dynamic quantisation), so nothing has to be calibrated and no window depends on another.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn

from annotate.models.encoder import FACTS, GRAPH, VOCABULARY
from annotate.models.encoder_torch import AnnotateEncoder

LOG: Final = logging.getLogger(__name__)

OPSET: Final = 17
"""The first with LayerNormalization as one operator."""


class _Flat(nn.Module):
    """The encoder for one unpadded window: query, key and value in one product, no mask, the position table sliced."""

    def __init__(self, model: AnnotateEncoder) -> None:
        super().__init__()
        trunk: Any = model.trunk
        embeddings = trunk.embeddings
        self.words = embeddings.word_embeddings
        kind = embeddings.token_type_embeddings.weight[0]
        self.positions = nn.Parameter(embeddings.position_embeddings.weight + kind)
        self.norm = embeddings.LayerNorm
        self.layers = nn.ModuleList()
        self.mix: torch.Tensor
        self.heads = trunk.config.num_attention_heads
        for layer in trunk.encoder.layer:
            own = layer.attention.self
            joint = nn.Linear(own.query.in_features, 3 * own.query.out_features)
            # The scale of the dot products goes into the queries.
            scale = (own.query.out_features / self.heads) ** -0.5
            with torch.no_grad():
                joint.weight.copy_(torch.cat([own.query.weight * scale, own.key.weight, own.value.weight]))
                joint.bias.copy_(torch.cat([own.query.bias * scale, own.key.bias, own.value.bias]))
            out = layer.attention.output
            parts = [joint, out.dense, out.LayerNorm, layer.intermediate.dense, layer.output.dense]
            self.layers.append(nn.ModuleList([*parts, layer.output.LayerNorm]))
        self.register_buffer("mix", model.mix.softmax(dim=-1).detach())
        self.groups = model.groups

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        size = ids.shape[1]
        x = self.norm(self.words(ids) + self.positions[:size].unsqueeze(0))
        states = [x]
        width = x.shape[-1] // self.heads
        for layer in self.layers:
            parts: Any = layer
            joint, out, first_norm, wide, narrow, second_norm = parts
            q, k, v = joint(x).view(1, size, 3, self.heads, width).permute(2, 0, 3, 1, 4).unbind(0)
            mixed = (q @ k.transpose(-1, -2)).softmax(dim=-1) @ v
            x = first_norm(x + out(mixed.transpose(1, 2).reshape(1, size, -1)))
            x = second_norm(x + narrow(nn.functional.gelu(wide(x))))
            states.append(x)
        found = []
        for g, head in enumerate(self.groups):
            both = self.mix[g, 0] * states[0]
            for i in range(1, len(states)):
                both = both + self.mix[g, i] * states[i]
            found.append(head(both))
        return torch.cat(found, dim=-1)


def write_encoder(model: AnnotateEncoder, vocabulary: Sequence[str], folder: Path) -> None:
    """Write graph and vocabulary, and an empty calibration: all that :class:`annotate.models.encoder.Encoder` reads."""
    folder.mkdir(parents=True, exist_ok=True)
    export_int8(model, folder / GRAPH)
    (folder / VOCABULARY).write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (folder / FACTS).write_text("{}\n", encoding="utf-8")


def export_fp32(model: AnnotateEncoder, path: Path) -> None:
    """Write the fp32 graph, fused for ONNX Runtime."""
    import onnx
    from onnxruntime.transformers.fusion_gelu import FusionGelu
    from onnxruntime.transformers.onnx_model import OnnxModel

    flat = _Flat(model).eval()
    ids = torch.arange(64).remainder(flat.words.num_embeddings).unsqueeze(0)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            flat,
            (ids,),
            str(path),
            input_names=["ids"],
            output_names=["evidence"],
            dynamic_axes={"ids": {1: "pieces"}, "evidence": {1: "pieces"}},
            opset_version=OPSET,
            dynamo=False,
        )
    graph = OnnxModel(onnx.load(str(path)))
    FusionGelu(graph).apply()
    graph.prune_graph()
    graph.save_model_to_file(str(path))


def export_int8(model: AnnotateEncoder, path: Path) -> None:
    """Write the int8 graph that ships."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "fp32.onnx"
        export_fp32(model, plain)
        logging.getLogger().setLevel(max(logging.getLogger().level, logging.INFO))
        path.parent.mkdir(parents=True, exist_ok=True)
        quantize_dynamic(
            plain,
            path,
            op_types_to_quantize=["MatMul", "Gather"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": 1, "MatMulConstBOnly": True},
        )
    LOG.info("%s: %.1f MB", path, path.stat().st_size / 1e6)
