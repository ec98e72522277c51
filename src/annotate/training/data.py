"""Training texts: reading the Parquet files of ``../shared/data`` and cutting texts into windows.

Both classes are cut the same way: whole sentences, found by the splitter that scoring uses, and never the tail that
stops in mid-sentence (in some sources nearly every human text does). Which half of ``dev`` a text belongs to follows
from the hash of its group, so that all versions of one text are on one side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from annotate.documents import Range, lay_out
from annotate.errors import AnnotateError
from annotate.models.features import stable_hash

Half = Literal["choose", "report"]

# Where a sentence may end: anything else at the end of a text means that it was cut off.
_TERMINAL = frozenset(".!?…\"”'’)]»")


@dataclass(frozen=True, slots=True)
class Sample:
    """One text with what is known about its origin."""

    text: str
    label: str
    """One of :data:`annotate.documents.ORIGINS`."""
    kind: str
    """The data's own word: ``mt``, ``human_translation``, ``llm_paraphrase``, …"""
    group: str
    """The same for all versions of one text; splits never divide a group."""
    source: str
    """Where it was published or collected."""
    system: str
    """What made it; for people's texts the publisher or ``ref``."""
    domain: str
    year: int
    lang: str
    """Language pair, ``en`` for what was written in English."""

    @property
    def half(self) -> Half:
        """The half of ``dev`` it belongs to: one to choose, calibrate and set thresholds, one to report."""
        return "choose" if stable_hash("half:" + self.group) & 1 else "report"


@dataclass(frozen=True, slots=True)
class Window:
    """A run of whole sentences of a sample: ``sentences`` are ranges of ``sample.text``."""

    sample: Sample
    sentences: tuple[Range, ...]


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Read some columns of a Parquet file, row by row.

    Raises:
        AnnotateError: if pyarrow is missing, or the file or a column is.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise AnnotateError("Training needs pyarrow: install it with `pip install annotate[train]`.") from error
    try:
        table = pq.read_table(path, columns=list(columns))
    except (OSError, pa.ArrowException) as error:
        raise AnnotateError(
            f"Cannot read the training data {path}: {' '.join(str(error).split())}; check --data and the file."
        ) from error
    missing = [name for name in columns if name not in table.column_names]
    if missing:
        raise AnnotateError(f"The training data {path} lacks the column {missing[0]!r}; check --data and the file.")
    for batch in table.to_batches(max_chunksize=2000):
        yield from batch.to_pylist()


def read_translations(path: Path) -> list[Sample]:
    """Read ``mt_docs`` or ``human_news``: kinds ``mt``, ``human_translation``, ``human_original``.

    Lines are joined by line feeds.
    """
    columns = ("id", "year", "lang_pair", "domain", "system", "kind", "lines", "testset", "group")
    return [
        Sample(
            text="\n".join(row["lines"]),
            label="machine-translated" if row["kind"] == "mt" else "human",
            kind=row["kind"],
            group=row["group"] or row["id"],
            source=row["testset"],
            system=row["system"],
            domain=row["domain"],
            year=int(row["year"] or 0),
            lang=row["lang_pair"],
        )
        for row in read_rows(path, columns)
        if row["kind"] in ("mt", "human_translation", "human_original")
    ]


_KINDS = {
    "human": "human",
    "llm_generated": "machine-generated",
    "llm_paraphrase": "machine-paraphrased",
    "machine_paraphrase": "machine-paraphrased",
    "spun": "machine-paraphrased",
    "back_translation": "machine-paraphrased",
}
# Single sentences made or corrected by linguists and learners, and scanned newspapers: no news, no passages.
_DOMAINS_LEFT_OUT = frozenset({"linguistics", "learner", "news_historic"})
# Texts of people in which only a few words were changed, and texts of models changed again: neither is a clear case.
_OPERATIONS_LEFT_OUT = frozenset(
    {"polish_extreme_minor", "polish_minor", "polish_token", "paraphrase_of_llm", "humanize", "MGT_polish_token"}
)


def read_kinds(path: Path) -> list[Sample]:
    """Read ``docs_by_kind``: people's texts, paraphrases of them, generated texts; mixed and doubtful ones left out."""
    columns = ("id", "kind", "generator", "gen_family", "operation", "domain", "text", "family", "source_repo")
    return [
        Sample(
            text=row["text"],
            label=_KINDS[row["kind"]],
            kind=row["kind"],
            group=row["family"],
            source=row["source_repo"],
            system=row["generator"],
            domain=row["domain"],
            year=0,
            lang=row["gen_family"],
        )
        for row in read_rows(path, columns)
        if row["kind"] in _KINDS
        and row["domain"] not in _DOMAINS_LEFT_OUT
        and row["operation"] not in _OPERATIONS_LEFT_OUT
        and not row["generator"].endswith((" of LLM text", " of gpt4turbo text"))
    ]


def whole_sentences(text: str) -> tuple[Range, ...]:
    """Find the sentences of a text, without a last one that stops in mid-sentence."""
    sentences = lay_out(text).sentences
    if len(sentences) > 1 and text[sentences[-1].end - 1] not in _TERMINAL:
        return sentences[:-1]
    return sentences


def word_count(text: str, sentence: Range) -> int:
    """Count blank-separated words, as the data's own ``n_words`` does."""
    return len(sentence.of(text).split())


def windows(sample: Sample, words: int, *, shortest: float = 0.6) -> list[Window]:
    """Cut a sample into consecutive windows of about ``words`` words.

    A window is closed by the sentence that brings it to ``words``; a rest of less than ``shortest`` of that is left
    out.
    """
    found: list[Window] = []
    current: list[Range] = []
    size = 0
    for sentence in whole_sentences(sample.text):
        current.append(sentence)
        size += word_count(sample.text, sentence)
        if size >= words:
            found.append(Window(sample, tuple(current)))
            current, size = [], 0
    if size >= shortest * words:
        found.append(Window(sample, tuple(current)))
    return found


def draw(items: Iterable[Window], count: int, key: str) -> list[Window]:
    """Draw at most ``count`` windows, the same ones every time: those whose hash with ``key`` is least."""

    def rank(item: Window) -> tuple[int, int]:
        sample, start = item.sample, item.sentences[0].start
        where = (key, sample.source, sample.group, sample.system, str(start), sample.text[:200])
        return stable_hash("\x00".join(where)), start

    return sorted(items, key=rank)[:count]


def digest_files(paths: Iterable[Path]) -> str:
    """Digest of some files' contents: first 12 hexadecimal digits of their SHA-256 in sorted order of name."""
    total = sha256()
    for path in sorted(paths):
        total.update(path.name.encode())
        total.update(sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]
