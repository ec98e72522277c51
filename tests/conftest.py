"""Tiny ``transformers`` models whose answers are known, built where a test needs them; torch is loaded only then."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

SIZE = 8
"""Width of the tiny models' hidden states."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests run in one process, so that what they share is made once; so do all that need the real server."""
    for item in items:
        shared = "label_studio" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("label-studio" if shared else str(item.path)))


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        assert self.family == socket.AF_UNIX, f"the network was asked for {address}"
        connect(self, address)  # how worker processes are started

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    pytest.importorskip("torch", reason="hub models need the extra 'transformers'")
    pytest.importorskip("transformers", reason="hub models need the extra 'transformers'")
    from transformers.utils import logging

    logging.disable_progress_bar()
    return Tiny()


class Tiny:
    """Makes models without layers: what they say of a token depends on that token alone, unless said otherwise.

    Each token's embedding points to one of a few directions; after layer normalisation the state is :meth:`state`.
    """

    def words(self, known: Sequence[str], *, template: str = "[CLS] $A [SEP]", pair: str | None = None) -> Any:
        """A tokenizer of whole words and marks, as BERT splits them; ``##x`` in ``known`` are parts of words."""
        from tokenizers import Tokenizer, models, pre_tokenizers, processors
        from transformers import PreTrainedTokenizerFast

        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
        vocabulary = {word: number for number, word in enumerate([*special, *known])}
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.post_processor = processors.TemplateProcessing(
            single=template,
            pair=pair or f"{template} $B:1 [SEP]:1",
            special_tokens=[(word, vocabulary[word]) for word in ("[CLS]", "[SEP]")],
        )
        return PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            pad_token="[PAD]",
            unk_token="[UNK]",
            cls_token="[CLS]",
            sep_token="[SEP]",
        )

    def bytes(self, *, begin: bool = True) -> Any:
        """A tokenizer of single bytes, as GPT-2 writes them, with a token for the beginning of a text if wanted."""
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
        from transformers import PreTrainedTokenizerFast

        letters = sorted(pre_tokenizers.ByteLevel.alphabet())
        tokenizer = Tokenizer(models.BPE({c: number for number, c in enumerate([*letters, "<|endoftext|>"])}, []))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
        tokenizer.decoder = decoders.ByteLevel()
        marks = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"} if begin else {}
        return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **marks)

    def state(self, direction: int) -> Any:
        """What layer normalisation makes of a direction: seven like values and one that stands out."""
        import numpy as np

        values = np.zeros(SIZE)
        values[direction] = 1.0
        return (values - values.mean()) / values.std()

    def token_classifier(
        self, folder: Path, classes: Sequence[str], says: Mapping[str, str], *, strength: float = 2.0, **config: Any
    ) -> Path:
        """BERT; ``says`` gives words and the class of each. Every other word is of the first class."""
        import torch
        from transformers import BertConfig, BertForTokenClassification

        tokenizer = config.pop("tokenizer", None) or self.words(list(says))
        made = BertConfig(
            **{
                "vocab_size": len(tokenizer),
                "hidden_size": SIZE,
                "num_hidden_layers": 0,
                "num_attention_heads": 1,
                "intermediate_size": SIZE,
                "max_position_embeddings": 512,
                "id2label": dict(enumerate(classes)),
                "label2id": {name: number for number, name in enumerate(classes)},
                **config,
            }
        )
        model = BertForTokenClassification(made)
        embeddings = model.bert.embeddings
        with torch.no_grad():
            for weights in (embeddings.position_embeddings, embeddings.token_type_embeddings, model.classifier):
                weights.weight.zero_()
            model.classifier.bias.zero_()
            self._point(embeddings.word_embeddings, tokenizer, {w: classes.index(c) for w, c in says.items()})
            for number in range(len(classes)):
                model.classifier.weight[number, number] = strength
        return self._save(folder, model, tokenizer)

    def sequence_classifier(
        self, folder: Path, classes: Sequence[str], says: Mapping[str, str], *, strength: float = 2.0, **config: Any
    ) -> Path:
        """GPT-2: a text's last token decides. Every word not in ``says`` is of the first class."""
        import torch
        from transformers import GPT2ForSequenceClassification

        tokenizer = config.pop("tokenizer", None) or self.words(list(says), template="$A")
        labels = {
            "id2label": dict(enumerate(classes)),
            "label2id": {name: number for number, name in enumerate(classes)},
        }
        model = GPT2ForSequenceClassification(self._gpt2(tokenizer, **labels, **config))
        with torch.no_grad():
            model.transformer.wpe.weight.zero_()
            model.score.weight.zero_()
            self._point(model.transformer.wte, tokenizer, {w: classes.index(c) for w, c in says.items()})
            for number in range(len(classes)):
                model.score.weight[number, number] = strength
        return self._save(folder, model, tokenizer)

    def quality_estimator(
        self, folder: Path, *, good: float, bad: float, bad_words: Sequence[str], **config: Any
    ) -> Path:
        """GPT-2 with one output over ``translation [SEP] source``: ``bad`` where the source ends in a bad word."""
        import numpy as np
        import torch
        from transformers import GPT2ForSequenceClassification

        tokenizer = config.pop("tokenizer", None) or self.words(bad_words, template="$A", pair="$A [SEP] $B:1")
        model = GPT2ForSequenceClassification(self._gpt2(tokenizer, num_labels=1, **config))
        states = np.array([self.state(0)[:2], self.state(1)[:2]])
        weights = np.linalg.solve(states, np.array([good, bad]))
        with torch.no_grad():
            model.transformer.wpe.weight.zero_()
            model.score.weight.zero_()
            self._point(model.transformer.wte, tokenizer, dict.fromkeys(bad_words, 1))
            model.score.weight[0, :2] = torch.tensor(weights)
        return self._save(folder, model, tokenizer)

    def unigram(self, folder: Path, probabilities: Mapping[str, float], **config: Any) -> Path:
        """GPT-2 that expects the same of every place: these probabilities, the rest shared by all other tokens."""
        import torch
        from transformers import GPT2LMHeadModel

        tokenizer = config.pop("tokenizer", None) or self.bytes()
        model = GPT2LMHeadModel(self._gpt2(tokenizer, tie_word_embeddings=False, **config))
        given = {tokenizer.convert_tokens_to_ids(token): value for token, value in probabilities.items()}
        rest = (1.0 - sum(given.values())) / (len(tokenizer) - len(given))
        with torch.no_grad():
            model.transformer.ln_f.weight.zero_()
            model.transformer.ln_f.bias.zero_()
            model.transformer.ln_f.bias[0] = 1.0
            model.lm_head.weight.zero_()
            model.lm_head.weight[:, 0] = torch.tensor([given.get(i, rest) for i in range(len(tokenizer))]).log()
        return self._save(folder, model, tokenizer)

    def language_model(self, folder: Path, *, seed: int = 0, positions: bool = False, **config: Any) -> Path:
        """GPT-2 with random weights; without layers and ``positions``, it looks at the previous token alone."""
        import torch
        from transformers import GPT2LMHeadModel

        tokenizer = config.pop("tokenizer", None) or self.bytes()
        torch.manual_seed(seed)
        model = GPT2LMHeadModel(self._gpt2(tokenizer, initializer_range=1.0, **config))
        if not positions:
            with torch.no_grad():
                model.transformer.wpe.weight.zero_()
        return self._save(folder, model, tokenizer)

    def _gpt2(self, tokenizer: Any, **config: Any) -> Any:
        from transformers import GPT2Config

        sizes = {"n_embd": SIZE, "n_layer": 0, "n_head": 1, "n_positions": 512}
        ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
        return GPT2Config(**{"vocab_size": len(tokenizer), **sizes, **ids, **config})

    def _point(self, embeddings: Any, tokenizer: Any, directions: Mapping[str, int]) -> None:
        embeddings.weight.zero_()
        embeddings.weight[:, 0] = 1.0
        for word, direction in directions.items():
            row = embeddings.weight[tokenizer.convert_tokens_to_ids(word)]
            row.zero_()
            row[direction] = 1.0

    def _save(self, folder: Path, model: Any, tokenizer: Any) -> Path:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder
