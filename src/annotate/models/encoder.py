"""The encoder at scoring time: one pass of a small int8 transformer over a document (ONNX Runtime), no torch.

Every head's answer for a sentence, a passage or a document is the mean of its numbers per piece
(:mod:`annotate.models.encoder_torch`), so one pass serves them all and the pieces say what drove an answer.

Windows are run one at a time, each at its own length: nothing is padded, and a window's numbers cannot depend on what
else is scored. The activations are quantised per window, the weights to seven bits, so that processors with and without
VNNI give the same integer sums.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.documents import Document, Range
from annotate.errors import AnnotateError
from annotate.models.archive import WEIGHTS_FOLDER
from annotate.models.heads import ALL_HEADS, WINDOW
from annotate.models.wordpiece import Pieces, WordPiece

Floats = npt.NDArray[np.float64]

FOLDER: Final = WEIGHTS_FOLDER / "encoder"
GRAPH: Final = "encoder.onnx"
VOCABULARY: Final = "vocab.txt"
FACTS: Final = "encoder.json"

OVERLAP: Final = 48
"""A window begins with the last sentence of the one before, if that has at most so many pieces; otherwise with as many
of its last pieces as two thirds of this."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What the encoder says about a document."""

    sentences: tuple[Range, ...]
    """All sentences, in order."""
    pieces: Pieces
    evidence: Floats
    """Pieces × heads (:data:`annotate.models.heads.ALL_HEADS`): log-odds."""
    windows: int
    """How many windows were run."""
    _sums: Floats = field(repr=False)
    """Pieces + 1 × heads: running sums, for means of ranges."""
    _first: npt.NDArray[np.int64] = field(repr=False)
    """First piece of each sentence, and one past the last."""

    def sentence_sums(self, heads: slice) -> tuple[Floats, Floats]:
        """Add up the pieces of each sentence (sentences × heads), and how many pieces those are."""
        sums = self._sums[self._first[1:], heads] - self._sums[self._first[:-1], heads]
        return sums, np.diff(self._first).astype(np.float64)

    def range_means(self, ranges: Sequence[Range], heads: slice) -> Floats:
        """Means over the pieces that begin in each range (ranges × heads); zero where there are none."""
        low = np.searchsorted(self.pieces.starts, [r.start for r in ranges], side="left")
        high = np.searchsorted(self.pieces.starts, [r.end for r in ranges], side="left")
        sums = self._sums[high, heads] - self._sums[low, heads]
        result: Floats = sums / np.maximum(high - low, 1)[:, None]
        return result


@dataclass(frozen=True, slots=True)
class Window:
    """One run of the graph: pieces ``[first, last)`` of a document, of which ``[own_first, own_last)`` are kept."""

    first: int
    last: int
    own_first: int
    own_last: int


class Encoder:
    """The shipped graph with its vocabulary. Built once per process by :func:`load_encoder`; not picklable."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        try:
            graph = (folder / GRAPH).read_bytes()
            vocabulary = (folder / VOCABULARY).read_bytes()
            facts = (folder / FACTS).read_bytes()
        except OSError as error:
            raise AnnotateError(
                f"Cannot read the encoder {folder}: {error.strerror}; install annotate again or train it with "
                "`annotate train configs/train/encoder.yaml`."
            ) from error
        self.digest = sha256(b"".join(sha256(data).digest() for data in (graph, vocabulary, facts))).hexdigest()[:12]
        """First 12 hexadecimal digits of a digest of all three files: what a signature says of the encoder."""
        self.graph_digest = sha256(graph + vocabulary).hexdigest()[:12]
        """The same without the calibration."""
        try:
            self.facts: dict[str, Any] = msgspec.json.decode(facts)
        except msgspec.DecodeError as error:
            raise AnnotateError(f"The encoder {folder} is damaged ({error}); install annotate again.") from error
        self.wordpiece = WordPiece([line for line in vocabulary.decode().split("\n") if line])
        self._graph = graph
        self._session: Any = None

    def run(self, ids: npt.NDArray[np.integer[Any]]) -> Floats:
        """Run one window (``[CLS]`` first, ``[SEP]`` behind every sentence); pieces × heads."""
        if self._session is None:
            # Not before it is needed: a run whose documents are all clear never starts ONNX Runtime.
            self._session = _session(self._graph, self.folder)
        found = self._session.run(None, {"ids": ids.astype(np.int64)[None, :]})[0][0]
        result: Floats = found.astype(np.float64)
        return result

    def encode(self, text: str, sentences: Sequence[Range]) -> Encoding:
        """Run the graph over all sentences of a text, in overlapping windows."""
        pieces = self.wordpiece.pieces(text, sentences)
        return self.encode_pieces(pieces, tuple(sentences))

    def encode_pieces(self, pieces: Pieces, sentences: tuple[Range, ...]) -> Encoding:
        """Run the graph over pieces that were cut before."""
        first = np.concatenate([[0], np.cumsum(np.bincount(pieces.units, minlength=pieces.unit_count))]).astype(
            np.int64
        )
        evidence = np.zeros((len(pieces.ids), len(ALL_HEADS)))
        cut = windows(first, WINDOW)
        for w in cut:
            ids, at = self._with_breaks(pieces, w)
            found = self.run(ids)[at]
            evidence[w.own_first : w.own_last] = found[w.own_first - w.first : w.own_last - w.first]
        sums = np.zeros((len(evidence) + 1, len(ALL_HEADS)))
        np.cumsum(evidence, axis=0, out=sums[1:])
        return Encoding(sentences, pieces, evidence, len(cut), sums, first)

    def _with_breaks(self, pieces: Pieces, w: Window) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Set the special pieces around a window's; the second array says where each of its own pieces has gone."""
        units = pieces.units[w.first : w.last]
        ordinal = np.cumsum(np.diff(units, prepend=units[:1]) != 0)
        at = np.arange(1, len(units) + 1) + ordinal
        ids = np.full(int(at[-1]) + 2, self.wordpiece.break_, dtype=np.int64)
        ids[0] = self.wordpiece.start
        ids[at] = pieces.ids[w.first : w.last]
        return ids, at


def windows(first: npt.NDArray[np.int64], limit: int) -> list[Window]:
    """Cut a document into windows of whole sentences, so that every piece is kept from exactly one of them.

    A window takes as many sentences as fit into ``limit`` with the special pieces; a sentence that is longer than that
    by itself is cut. Neighbouring windows share about a sentence, and each piece is taken from the window in which it
    is farther from the edge.

    Args:
        first: first piece of each sentence, and one past the last piece.
        limit: pieces of the longest window, special ones included.
    """
    bounds = [int(b) for b in first[:-1][np.diff(first) > 0]]
    total = int(first[-1])
    ends = [*bounds[1:], total]
    raw: list[tuple[int, int]] = []
    start = 0
    while start < total:
        last, room = start, limit - 1
        for i in range(bisect_right(ends, start), len(ends)):
            begin = max(bounds[i], start)
            size = ends[i] - begin + 1
            if size > room:
                # A long sentence is cut, unless what fits of it is little beside what the window holds already.
                last = begin + room - 1 if room > limit // 2 else last
                break
            last, room = ends[i], room - size
        raw.append((start, last))
        if last >= total:
            break
        opening = bounds[bisect_left(bounds, last) - 1]
        step = opening if last - opening <= OVERLAP else last - OVERLAP * 2 // 3
        start = max(step, start + 1)
    found: list[Window] = []
    own = 0
    for i, (begin, end) in enumerate(raw):
        until = total if i == len(raw) - 1 else (raw[i + 1][0] + end + 1) // 2
        found.append(Window(begin, end, own, until))
        own = until
    return found


def _session(graph: bytes, folder: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One thread: the sums are the same everywhere, and the engine runs one process per processor already.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        what = str(error).splitlines()[0]
        raise AnnotateError(f"The encoder {folder / GRAPH} is damaged ({what}); install annotate again.") from error


@lru_cache(maxsize=2)
def load_encoder(folder: Path = FOLDER) -> Encoder:
    """Read the encoder, once per process.

    Raises:
        AnnotateError: if a file is missing or damaged.
    """
    return Encoder(folder)


def encode(document: Document) -> Encoding:
    """Run the encoder over a document: once, however many ask."""
    return document.once("encoder", lambda d: load_encoder().encode(d.text, d.layout.sentences))


class Joint(msgspec.Struct, frozen=True):
    """A logistic regression over log-odds of several models, fitted on the choosing half of ``dev``."""

    coefficients: list[float]
    intercept: float

    def probability(self, columns: Floats) -> Floats:
        """Probability of each row of log-odds."""
        # Column by column, so that a row's value does not depend on how many rows there are.
        total = np.full(len(columns), self.intercept)
        for i, coefficient in enumerate(self.coefficients):
            total += coefficient * columns[:, i]
        result: Floats = 1.0 / (1.0 + np.exp(-np.clip(total, -30.0, 30.0)))
        return result


def log_odds(probability: Floats) -> Floats:
    """Turn probabilities into log-odds, cut off at ±12."""
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    result: Floats = np.clip(np.log(p / (1 - p)), -12.0, 12.0)
    return result


T = TypeVar("T")


def read_facts(name: str, kind: type[T]) -> T:
    """Read one part of what the encoder's file knows besides the weights.

    Raises:
        AnnotateError: if the encoder is missing or damaged.
    """
    found = load_encoder()
    try:
        return msgspec.convert(found.facts[name], kind)
    except (KeyError, msgspec.ValidationError) as error:
        raise AnnotateError(
            f"The encoder {found.folder} is damaged ({name}: {error}); install annotate again or train it with "
            "`annotate train configs/train/encoder.yaml`."
        ) from error


def resources() -> dict[str, str]:
    """Digest of graph, vocabulary and calibration, for signatures."""
    return {"models/encoder": load_encoder().digest}
