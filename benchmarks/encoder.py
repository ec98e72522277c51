"""Words/s of the encoder beside other models on the same texts, its share of the processor's int8 rate, the cascade.

    python benchmarks/encoder.py                                     # into benchmarks/results.md, about four minutes
    python benchmarks/encoder.py --threads 1 2 --output -            # also on two threads, to the terminal
    python benchmarks/encoder.py --encoder FOLDER --no-cascade       # an encoder that is not (yet) the shipped one

All models run in one process on the same documents, taking turns, so that other work of the machine slows them alike;
compare ratios, not absolute numbers, with those of another machine. Speed does not depend on what weights say: the
models compared with have random ones, since none can be downloaded here. Needs the extra ``transformers`` and ``onnx``.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ["TOKENIZERS_PARALLELISM"] = "false"  # read when transformers is imported

import msgspec
import numpy as np
import onnx
import onnxruntime
import torch
import transformers
from onnx import TensorProto, helper, numpy_helper

import synthetic
from annotate.config import Config
from annotate.documents import Document
from annotate.models import features
from annotate.models.encoder import FACTS, FOLDER, GRAPH, VOCABULARY, Encoder, load_encoder
from annotate.models.encoder_torch import AnnotateEncoder, AnnotateEncoderConfig
from annotate.models.heads import ALL_HEADS, WINDOW
from annotate.scorer import Scorer
from annotate.training.encoder_export import export_fp32
from throughput import machine, put

HEAD_WIDTH = 32
"""Numbers of one attention head in every MiniLM; the graph does not say it."""
BATCH = 8
STRIDE = 64
PADDED_WORDS = {WINDOW: 100, 512: 350}
"""Pieces that a window is padded to → words in it: about as many as fit, so that little is padding or cut off."""
GPT2_WINDOW = 1024
GPT2_TOKENS = 1.30
XLMR_TOKENS = 1.40
"""Tokens per word of English news in these models' own vocabularies, about."""
LARGE = ((256, 1024, 1024), (512, 1024, 1024), (1024, 1024, 1024), (512, 2048, 2048))
"""Rows, depth and columns of the products among which the best rate is looked for."""
TIERS = ("linear", "auto", "encoder")
SHIPPED = "this encoder, text to evidence: ONNX int8"
CUT = "the same, pieces already cut"


@dataclass(frozen=True)
class Job:
    """One model with its input ready, to be timed."""

    tokens: int
    """The model's own for these texts: neither special ones, nor padding, nor what is read twice."""
    run: Callable[[], object]


Prepare = Callable[[Sequence[Document]], Job]
"""Makes a model's input of documents; that part is not timed."""


@dataclass(frozen=True)
class Timing:
    """Seconds of each round, wall clock and processor."""

    seconds: list[float]
    busy: list[float]

    @property
    def median(self) -> float:
        """Median of the seconds by the clock."""
        return statistics.median(self.seconds)


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    begin, busy = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - begin, time.process_time() - busy


def take_turns(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, Timing]:
    """Time every run once a round."""
    found: dict[str, Timing] = {name: Timing([], []) for name in runs}
    for number in range(rounds):
        for name, run in runs.items():
            seconds, busy = timed(run)
            found[name].seconds.append(seconds)
            found[name].busy.append(busy)
        print(f"round {number + 1} of {rounds} done", file=sys.stderr)
    return found


def words_of(document: Document) -> int:
    return len(document.text.split())


def corpus() -> list[Document]:
    """All documents of ``corpus/``, in a random order that is always the same."""
    paths = sorted(synthetic.CORPUS.glob("*.txt"))
    random.Random(0).shuffle(paths)
    return [Document(path.read_text(encoding="utf-8"), id=path.stem) for path in paths]


def some(documents: Sequence[Document], words: int) -> list[Document]:
    """Take the first documents that have so many words together."""
    found: list[Document] = []
    for document in documents:
        found.append(document)
        words -= words_of(document)
        if words <= 0:
            break
    return found


# This encoder


def with_threads(folder: Path, threads: int) -> Encoder:
    """Load an encoder as scoring does; for more than one thread, with a session made here."""
    found = load_encoder() if folder == FOLDER and threads == 1 else Encoder(folder)
    if threads != 1:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        found._session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
    return found


def graph_matrices(folder: Path) -> list[tuple[int, int]]:
    """Depth and columns of every int8 product of the graph, in order."""
    graph = onnx.load(folder / GRAPH).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    return [shapes[node.input[1]] for node in graph.node if node.op_type == "MatMulInteger"]


def trunk_config(folder: Path, vocabulary: int) -> transformers.BertConfig:
    """Read the shape of the encoder's trunk from its graph."""
    matrices = graph_matrices(folder)
    width = matrices[0][0]
    layers = sum(node.op_type == "Softmax" for node in onnx.load(folder / GRAPH).graph.node)
    return transformers.BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=width // HEAD_WIDTH,
        intermediate_size=matrices[2][1],
        num_labels=len(ALL_HEADS),
    )


def fp32_folder(config: transformers.BertConfig, folder: Path, target: Path) -> Path:
    """Write an encoder of the same shape whose graph is fp32, with random weights."""
    target.mkdir()
    for name in (VOCABULARY, FACTS):
        shutil.copy(folder / name, target)
    export_fp32(AnnotateEncoder(AnnotateEncoderConfig(trunk=config.to_dict())).eval(), target / GRAPH)
    return target


def prepare_encoder(encoder: Encoder, documents: Sequence[Document]) -> Job:
    """Text to evidence. The sentences are known, as in scoring; words seen before are forgotten first."""
    inputs = [(document.text, document.layout.sentences) for document in documents]

    def run() -> None:
        features._cache.clear()
        encoder.wordpiece._cache.clear()
        for text, sentences in inputs:
            encoder.encode(text, sentences)

    return Job(sum(len(encoder.wordpiece.pieces(*pair).ids) for pair in inputs), run)


def prepare_pieces(encoder: Encoder, documents: Sequence[Document]) -> Job:
    """Pieces to evidence."""
    cut = [(encoder.wordpiece.pieces(d.text, d.layout.sentences), tuple(d.layout.sentences)) for d in documents]

    def run() -> None:
        for pieces, sentences in cut:
            encoder.encode_pieces(pieces, sentences)

    return Job(sum(len(pieces.ids) for pieces, _ in cut), run)


def pieces_run(encoder: Encoder, documents: Sequence[Document]) -> int:
    """Pieces that the graph computes for these texts: special ones and overlaps included."""
    total = 0
    session = encoder._session

    class Counting:
        def run(self, names: None, inputs: dict[str, Any]) -> Any:
            nonlocal total
            total += inputs["ids"].shape[1]
            return session.run(names, inputs)

    encoder._session = Counting()
    for document in documents:
        encoder.encode(document.text, document.layout.sentences)
    encoder._session = session
    return total


# Other models


def prepare_striding(config: transformers.BertConfig, vocabulary: Path, documents: Sequence[Document]) -> Job:
    """Make a token classification pipeline that cuts long texts itself and pads to the longest of a batch."""
    tokenizer = transformers.BertTokenizerFast(vocab=str(vocabulary), model_max_length=512)
    classify = transformers.pipeline(
        "token-classification",
        model=transformers.BertForTokenClassification(config).eval(),
        tokenizer=tokenizer,
        aggregation_strategy="simple",
        stride=STRIDE,
        batch_size=BATCH,
        device="cpu",
    )
    texts = [document.text for document in documents]
    tokens = sum(map(len, tokenizer(texts, add_special_tokens=False)["input_ids"]))
    return Job(tokens, partial(classify, texts))


def prepare_padded(
    config: transformers.BertConfig, vocabulary: Path, length: int, documents: Sequence[Document]
) -> Job:
    """Make a pipeline over windows of so many words, each padded to ``length``."""
    tokenizer = transformers.BertTokenizerFast(vocab=str(vocabulary), model_max_length=512)
    extract = transformers.pipeline(
        "feature-extraction",
        model=transformers.BertForTokenClassification(config).eval(),
        tokenizer=tokenizer,
        tokenize_kwargs={"padding": "max_length", "truncation": True, "max_length": length},
        batch_size=BATCH,
        device="cpu",
    )
    size = PADDED_WORDS[length]
    texts = []
    for document in documents:
        words = document.text.split()
        texts.extend(" ".join(words[at : at + size]) for at in range(0, len(words), size))
    tokens = sum(map(len, tokenizer(texts, add_special_tokens=False)["input_ids"]))
    return Job(tokens, partial(extract, texts))


def prepare_gpt2(model: Any, documents: Sequence[Document]) -> Job:
    """Perplexity: the texts one behind the other, in full windows that do not overlap."""
    tokens = round(GPT2_TOKENS * sum(map(words_of, documents)))
    ids = torch.randint(0, 50256, (1, tokens), generator=torch.Generator().manual_seed(0))

    def run() -> None:
        with torch.inference_mode():
            for window in ids.split(GPT2_WINDOW, dim=1):
                model(window, labels=window, use_cache=False).loss.item()

    return Job(tokens, run)


def prepare_quality(model: Any, documents: Sequence[Document]) -> Job:
    """Quality of every sentence beside a source as long as itself; sorted by length, so that little is padding."""
    sizes = sorted(
        max(1, round(XLMR_TOKENS * len(s.of(document.text).split())))
        for document in documents
        for s in document.layout.sentences
    )
    generator = torch.Generator().manual_seed(0)
    batches = []
    for at in range(0, len(sizes), BATCH):
        some_sizes = [min(2 * size + 4, 512) for size in sizes[at : at + BATCH]]
        ids = torch.randint(10, 250_000, (len(some_sizes), max(some_sizes)), generator=generator)
        mask = torch.arange(max(some_sizes))[None, :] < torch.tensor(some_sizes)[:, None]
        batches.append({"input_ids": ids.masked_fill(~mask, 1), "attention_mask": mask.long()})

    def run() -> None:
        with torch.inference_mode():
            for batch in batches:
                model(**batch)

    return Job(2 * sum(sizes), run)


def gpt2() -> Any:
    return transformers.GPT2LMHeadModel(transformers.GPT2Config()).eval()


def quality_estimator() -> Any:
    config = transformers.XLMRobertaConfig(
        vocab_size=250_002, max_position_embeddings=514, type_vocab_size=1, layer_norm_eps=1e-5, num_labels=1
    )
    return transformers.XLMRobertaForSequenceClassification(config).eval()


# The processor


def int8_product(depth: int, columns: int, threads: int) -> Any:
    """Make a session with one product of unsigned by signed bytes, the matrix known beforehand as in the encoder."""
    matrix = np.random.default_rng(0).integers(-64, 65, (depth, columns), dtype=np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [helper.make_tensor_value_info("a", TensorProto.UINT8, ["rows", depth])],
        [helper.make_tensor_value_info("c", TensorProto.INT32, ["rows", columns])],
        [numpy_helper.from_array(matrix, "b")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def int8_seconds(rows: int, depth: int, columns: int, threads: int, times: int = 7) -> float:
    """Seconds of one product, at best."""
    session = int8_product(depth, columns, threads)
    inputs = {"a": np.random.default_rng(1).integers(0, 256, (rows, depth), dtype=np.uint8)}
    session.run(None, inputs)
    return min(timed(lambda: session.run(None, inputs))[0] for _ in range(times))


def fp32_seconds(rows: int, depth: int, columns: int, times: int = 7) -> float:
    """Seconds of one product of fp32 numbers in torch, at best."""
    a, b = torch.randn(rows, depth), torch.randn(depth, columns)
    out = torch.mm(a, b)
    return min(timed(lambda: torch.mm(a, b, out=out))[0] for _ in range(times))


def giga(multiply_adds: float, seconds: float) -> float:
    """Billions of operations a second; a multiplication with its addition is two."""
    return 2 * multiply_adds / seconds / 1e9


def instructions() -> str:
    """Say which vector instructions for bytes the processor has: without VNNI it may multiply them no faster."""
    text = Path("/proc/cpuinfo").read_text()
    flags = set(next((line for line in text.splitlines() if line.startswith("flags")), "").split())
    found = [name for name in ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "amx_int8") if name in flags]
    return f"Of AVX2, AVX-512, VNNI and AMX the processor has {', '.join(f'`{name}`' for name in found) or 'none'}."


def best_rate(seconds: Callable[[int, int, int], float]) -> tuple[float, str]:
    """Find the best rate of the large products, and which it was."""
    rates = [(giga(rows * k * n, seconds(rows, k, n)), f"{rows} × {k} × {n}") for rows, k, n in LARGE]
    return max(rates)


# The cascade


def pass_over(scorer: Scorer, documents: Sequence[Document]) -> int:
    """Score all documents anew and count those that went through the encoder, whoever asked for it."""
    asked = 0
    for old in documents:
        document = Document(old.text, id=old.id)
        record = scorer(document)
        if record.status == "failed":
            sys.exit(f"{record.id}: {record.error}")
        asked += document.once("encoder", lambda _: None) is not None  # what scoring left there
    return asked


def cascade(name: str, documents: Sequence[Document], rounds: int) -> list[str]:
    """One row per tier."""
    scorers = {tier: Scorer(msgspec.structs.replace(Config(), tier=tier)) for tier in TIERS}
    asked: dict[str, int] = {}

    def run(tier: str) -> None:
        asked[tier] = pass_over(scorers[tier], documents)

    for tier, scorer in scorers.items():  # loads every model and fills the caches of words
        pass_over(scorer, documents if tier == "linear" else documents[:2])
    times = take_turns({tier: partial(run, tier) for tier in TIERS}, rounds)
    lines = []
    for tier, timing in times.items():
        ratio = statistics.median(a / b for a, b in zip(timing.busy, times["linear"].busy, strict=True))
        lines.append(
            f"| {name} | {len(documents)} | {statistics.mean(map(words_of, documents)):.0f} | `{tier}` "
            f"| {asked[tier] / len(documents):.0%} | {len(documents) / timing.median:.1f} "
            f"| {statistics.median(timing.busy) / len(documents) * 1000:.1f} | {ratio:.2f} |"
        )
    return lines


# The report


def speeds(jobs: dict[str, Job], times: dict[str, Timing], words: int) -> list[str]:
    lines = [
        "| model | words/s | tokens/s, its own | this encoder is faster by | lowest–highest round | processors busy |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, job in jobs.items():
        timing = times[name]
        ratios = [own / ours for own, ours in zip(timing.seconds, times[SHIPPED].seconds, strict=True)]
        lines.append(
            f"| {name} | {words / timing.median:,.0f} | {job.tokens / timing.median:,.0f} "
            f"| {statistics.median(ratios):.2f} | {min(ratios):.2f}–{max(ratios):.2f} "
            f"| {sum(timing.busy) / sum(timing.seconds):.2f} |"
        )
    return lines


def rates(folder: Path, threads: int, run: int, times: dict[str, Timing]) -> list[str]:
    """Tabulate what the processor can do, and what the encoder gets of it.

    Args:
        folder: the encoder's.
        threads: threads.
        run: pieces that the graph computed in every round.
        times: of the encoder.
    """
    matrices = graph_matrices(folder)
    each = sum(depth * columns for depth, columns in matrices)
    ceiling, shape = best_rate(lambda *size: int8_seconds(*size, threads))
    own = giga(WINDOW * each, sum(int8_seconds(WINDOW, *matrix, threads, times=25) for matrix in matrices))
    plain, plain_shape = best_rate(fp32_seconds)
    best = max(ceiling, own)
    rows = [
        (f"int8 product, ONNX Runtime `MatMulInteger`, {shape}", ceiling),
        (f"int8 products of the encoder's own matrices with {WINDOW} rows, nothing else", own),
        (f"fp32 product, torch, {plain_shape}", plain),
        (SHIPPED, giga(each * run, times[SHIPPED].median)),
        (CUT, giga(each * run, times[CUT].median)),
    ]
    return [
        f"The encoder's int8 products are {each / 1e6:.2f} million multiplications with their additions per piece; it "
        "computed them for "
        f"{run:,} pieces, special ones and overlaps of windows included. Attention, normalisation and quantising count "
        f"for nothing here but time. {instructions()}",
        "",
        "| what | Gop/s | share of the best int8 rate |",
        "|---|--:|--:|",
        *(f"| {name} | {rate:.1f} | {rate / best:.0%} |" for name, rate in rows),
    ]


def measure(folder: Path, documents: Sequence[Document], options: argparse.Namespace, temporary: Path) -> list[str]:
    """Both tables for each number of threads."""
    encoder = with_threads(folder, 1)
    config = trunk_config(folder, len(encoder.wordpiece))
    plain = fp32_folder(config, folder, temporary / "fp32")
    language_model, estimator = gpt2(), quality_estimator()
    trunk, vocabulary = f"its trunk in `transformers`, fp32, batches of {BATCH}", folder / VOCABULARY
    words = sum(map(words_of, documents))
    lines: list[str] = []
    for threads in options.threads:
        torch.set_num_threads(threads)
        ours = with_threads(folder, threads)
        prepared: dict[str, Prepare] = {
            SHIPPED: partial(prepare_encoder, ours),
            CUT: partial(prepare_pieces, ours),
            "the same shape: ONNX fp32": partial(prepare_encoder, with_threads(plain, threads)),
            f"{trunk}, padded to the longest": partial(prepare_striding, config, vocabulary),
            **{
                f"{trunk}, {size} words padded to {length}": partial(prepare_padded, config, vocabulary, length)
                for length, size in PADDED_WORDS.items()
            },
            "GPT-2 small, perplexity: torch fp32": partial(prepare_gpt2, language_model),
            "XLM-R base, quality estimation: torch fp32": partial(prepare_quality, estimator),
        }
        for prepare in prepared.values():
            prepare(documents[:1]).run()
        jobs = {name: prepare(documents) for name, prepare in prepared.items()}
        times = take_turns({name: job.run for name, job in jobs.items()}, options.rounds)
        on = f"{threads} thread{'s' if threads > 1 else ''}"
        lines += [
            f"## Words/s, {on}",
            "",
            f"{len(documents)} documents of `corpus/`, {words:,} words, {options.rounds} rounds in which the models "
            "take turns, medians. The last three columns: ratio of times in the same round, median and extremes, and "
            "processor time by time. All models but this encoder have random weights. Tokens: without special ones, "
            f"padding and overlaps. GPT-2 and XLM-R get random tokens, {GPT2_TOKENS:.2f} and {XLMR_TOKENS:.2f} to a "
            "word (their vocabularies cannot be downloaded here), so that their tokenising costs nothing. GPT-2 reads "
            f"full windows of {GPT2_WINDOW} without overlap; XLM-R pairs every sentence with a source as long, in "
            f"batches of {BATCH} sorted by length.",
            "",
            *speeds(jobs, times, words),
            "",
            f"## Share of the processor's int8 rate, {on}",
            "",
            *rates(folder, threads, pieces_run(ours, documents), times),
            "",
        ]
    return lines


def report(options: argparse.Namespace, about: str, temporary: Path) -> list[str]:
    lines = [
        "# Speed of the encoder",
        "",
        f"Made by `python benchmarks/encoder.py{''.join(f' {a}' for a in sys.argv[1:])}`. {about} "
        f"onnxruntime {onnxruntime.__version__}, torch {torch.__version__}, transformers {transformers.__version__}.",
        "",
        *measure(options.encoder, some(corpus(), options.words), options, temporary),
    ]
    if options.cascade:
        made = [Document(row["text"], id=row["id"]) for row in synthetic.documents(options.documents)]
        lines += [
            "## The cascade",
            "",
            "Whole records, one process, one thread, models loaded beforehand. `corpus/` holds far more machine-made "
            "and damaged texts than a newspaper does, and the synthetic documents mix its sentences: the share sent to "
            "the encoder is that of these texts.",
            "",
            "| texts | documents | words each | tier | sent to the encoder | documents/s | processor ms a document "
            "| against `linear` |",
            "|---|--:|--:|---|--:|--:|--:|--:|",
            *cascade("`corpus/`", corpus(), options.rounds),
            *cascade("synthetic", made, options.rounds),
        ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=1_200, help="of the documents that all models read, about")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[1], help="one pair of tables for each")
    parser.add_argument("--documents", type=int, default=20, help="synthetic ones of 400 words for the cascade")
    parser.add_argument("--encoder", type=Path, default=FOLDER, help="folder of another encoder than the shipped one")
    parser.add_argument("--cascade", action=argparse.BooleanOptionalAction, default=True, help="of the shipped encoder")
    parser.add_argument("--output", default=str(Path(__file__).with_name("results.md")), help="file, or - for none")
    options = parser.parse_args()
    if options.cascade and options.encoder != FOLDER:
        parser.error("the cascade asks the shipped encoder; add --no-cascade to measure another one")
    # Errors of missing weights or calibration come before anything that takes time.
    with_threads(options.encoder, 1)
    if options.cascade:
        pass_over(Scorer(msgspec.structs.replace(Config(), tier="encoder")), corpus()[:1])
    logging.getLogger("transformers").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    about = machine()
    with tempfile.TemporaryDirectory(prefix="annotate-encoder-") as folder:
        lines = report(options, about, Path(folder))
    print("\n".join(lines))
    if options.output != "-":
        put(Path(options.output), lines)


if __name__ == "__main__":
    main()
