"""The texts of ``dev`` as both tiers see them: what the encoder's calibration and its figures are made of."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from annotate.documents import Range
from annotate.models.encoder import load_encoder
from annotate.models.features import stable_hash, tokenize
from annotate.models.heads import PASSAGE_SLICE
from annotate.models.linear import LinearModel
from annotate.models.origin import JointModel, passage_bounds
from annotate.training.data import Sample, whole_sentences, word_count
from annotate.training.origin_model import Scored, human_part, read_dev

LOG: Final = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
LONGEST: Final = 700
"""Words of a text that are used: enough for every length band, at a cost that two processors can bear."""


def part_of(sample: Sample) -> str:
    """Name the part of ``dev_texts`` that a text belongs to."""
    if sample.label == "human":
        return human_part(sample)
    return sample.label


def draw_dev(folder: Path, counts: dict[str, int]) -> list[Sample]:
    """Draw texts of ``dev``, the same ones every time: the reporting half gets twice as many as the choosing half.

    Within a part, generators and systems take turns, so that none stands for all.
    """
    parts: dict[tuple[str, str], list[Sample]] = {}
    for sample in read_dev(folder):
        parts.setdefault((part_of(sample), sample.half), []).append(sample)
    drawn: list[Sample] = []
    for (part, half), samples in sorted(parts.items()):
        by_maker: dict[str, list[Sample]] = {}
        for s in sorted(samples, key=lambda s: stable_hash(f"dev\x00{s.group}\x00{s.system}\x00{s.text[:200]}")):
            by_maker.setdefault(s.system, []).append(s)
        wanted = counts[part] if half == "report" else counts[part] // 2
        turn = 0
        before = len(drawn)
        while len(drawn) - before < min(wanted, len(samples)):
            for maker in sorted(by_maker):
                if turn < len(by_maker[maker]) and len(drawn) - before < wanted:
                    drawn.append(by_maker[maker][turn])
            turn += 1
    return drawn


def used_sentences(sample: Sample) -> tuple[Range, ...]:
    """Whole sentences of the first :data:`LONGEST` words."""
    found: list[Range] = []
    size = 0
    for sentence in whole_sentences(sample.text):
        found.append(sentence)
        size += word_count(sample.text, sentence)
        if size >= LONGEST:
            break
    return tuple(found)


def encoder_sums(samples: Sequence[Sample], folder: Path, workers: int = 2) -> list[tuple[Floats, Floats]]:
    """Run the encoder over texts: sums of the passage heads and piece counts of each sentence."""
    with ProcessPoolExecutor(workers) as pool:
        jobs = pool.map(_sums, samples, [folder] * len(samples), chunksize=16)
        found = []
        for i, sums in enumerate(jobs):
            found.append(sums)
            if i % 500 == 0:
                LOG.info("encoded %d of %d texts", i, len(samples))
    return found


def _sums(sample: Sample, folder: Path) -> tuple[Floats, Floats]:
    return load_encoder(folder).encode(sample.text, used_sentences(sample)).sentence_sums(PASSAGE_SLICE)


def score_both(
    samples: Sequence[Sample], linear: LinearModel, sums: Sequence[tuple[Floats, Floats]]
) -> tuple[list[Scored], list[Scored]]:
    """Score texts by the linear tier and by both tiers together; texts without a word are left out."""
    joint = JointModel(linear)
    by_linear: list[Scored] = []
    by_both: list[Scored] = []
    for sample, (values, counts) in zip(samples, sums, strict=True):
        tokens = tokenize(sample.text, used_sentences(sample))
        if not tokens.words.sum():
            continue
        parts = linear.sums(tokens)
        bounds = passage_bounds(tokens)
        by_linear.append(Scored(sample, parts.sums, parts.counts, tokens.words, bounds))
        parts = joint.join(parts, values, counts)
        by_both.append(Scored(sample, parts.sums, parts.counts, tokens.words, bounds))
    return by_linear, by_both


def cached_sums(samples: Sequence[Sample], folder: Path, cache: Path) -> list[tuple[Floats, Floats]]:
    """Run the encoder over texts unless ``cache`` holds its answers for this very graph and these texts."""
    key = f"{load_encoder(folder).graph_digest} {stable_hash(chr(0).join(s.text for s in samples)):x}"
    if cache.exists():
        with np.load(cache, allow_pickle=False) as stored:
            if str(stored["key"]) == key:
                ends = np.cumsum(stored["sizes"])[:-1]
                return list(zip(np.split(stored["sums"], ends), np.split(stored["counts"], ends), strict=True))
    found = encoder_sums(samples, folder)
    np.savez(
        cache,
        key=np.array(key),
        sizes=np.array([len(counts) for _, counts in found]),
        sums=np.concatenate([sums for sums, _ in found]),
        counts=np.concatenate([counts for _, counts in found]),
    )
    return found
