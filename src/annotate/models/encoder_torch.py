"""The encoder as a ``transformers`` model: for training, for export, and for whoever wants its fp32 weights.

One trunk (BERT) and three groups of heads over its hidden states. Every head gives a number *per piece*; what a
sentence, a passage or a document gets is the mean over its pieces. That makes one pass serve every unit of text, and
the pieces' own numbers are exactly what drove the answer.

Needs ``torch`` and ``transformers``; scoring does not (:mod:`annotate.models.encoder` runs the exported graph).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import AutoConfig, AutoModel, BertConfig, BertModel, PretrainedConfig, PreTrainedModel

from annotate.models.heads import HEADS


class AnnotateEncoderConfig(PretrainedConfig):
    """What the encoder is made of.

    Args:
        trunk: the fields of the trunk's ``BertConfig``.
        heads: group (``token``, ``sentence``, ``passage``) → names of its heads.
        head_size: width of the one hidden layer that each group has.
    """

    model_type = "annotate-encoder"

    def __init__(
        self,
        trunk: dict[str, Any] | None = None,
        heads: dict[str, list[str]] | None = None,
        head_size: int = 256,
        **kwargs: Any,
    ) -> None:
        self.trunk = dict(trunk or {})
        # The file's keys come back sorted; the order of the groups is that of the output.
        self.heads = {group: list((heads or HEADS)[group]) for group in HEADS}
        self.head_size = head_size
        super().__init__(**kwargs)


class AnnotateEncoder(PreTrainedModel):
    """Trunk and heads; ``forward`` gives every head's number for every piece."""

    config_class = AnnotateEncoderConfig
    base_model_prefix = "encoder"
    _supports_sdpa = True

    def __init__(self, config: AnnotateEncoderConfig) -> None:
        super().__init__(config)
        trunk = BertConfig(**config.trunk)
        trunk._attn_implementation = "sdpa"
        self.trunk = BertModel(trunk, add_pooling_layer=False)
        layers = trunk.num_hidden_layers + 1
        # Each group reads its own mix of all layers, as syntax sits lower than topic (scalar mix, Peters et al. 2018).
        self.mix = nn.Parameter(torch.zeros(len(config.heads), layers))
        self.groups = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(trunk.hidden_size),
                nn.Linear(trunk.hidden_size, config.head_size),
                nn.GELU(),
                nn.Linear(config.head_size, len(names)),
            )
            for names in config.heads.values()
        )
        self.post_init()

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None) -> torch.Tensor:
        """Run the trunk once.

        Args:
            input_ids: windows × pieces, ``[CLS]`` first and ``[SEP]`` behind every sentence.
            attention_mask: windows × pieces, 0 where padded; None where nothing is.

        Returns:
            Windows × pieces × heads, the groups one behind the other: log-odds per piece.
        """
        states = self.trunk(input_ids, attention_mask=attention_mask, output_hidden_states=True).hidden_states
        weights = self.mix.softmax(dim=-1)
        found = []
        for g, head in enumerate(self.groups):
            mixed = weights[g, 0] * states[0]
            for layer in range(1, len(states)):
                mixed = mixed + weights[g, layer] * states[layer]
            found.append(head(mixed))
        return torch.cat(found, dim=-1)


AutoConfig.register(AnnotateEncoderConfig.model_type, AnnotateEncoderConfig)
AutoModel.register(AnnotateEncoderConfig, AnnotateEncoder)
