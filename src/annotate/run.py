"""Scoring inputs into an output: what ``annotate score`` does, as a library call."""

from __future__ import annotations

import itertools
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from annotate import engine
from annotate.config import Config
from annotate.corroboration.corroborate import apply, corroborate
from annotate.corroboration.store import Store, keep
from annotate.documents import Document, Record, Unread
from annotate.errors import AnnotateError
from annotate.reading import read
from annotate.scorer import Scorer
from annotate.writing import jsonl
from annotate.writing.output import Asked, FileOutput, Output, check_apart

SHOWN_FAILURES: Final = 10
SHOWN_NOTES: Final = 10
SHOWN_IDS: Final = 3


@dataclass(slots=True)
class Summary:
    """Counts over all records of an output, those of the run that was interrupted included."""

    documents: int = 0
    resumed: int = 0
    """Records that an interrupted run had already written."""
    statuses: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    """Why documents were skipped."""
    noted: Counter[str] = field(default_factory=Counter)
    """What the reader had to change or guess, the first :data:`SHOWN_NOTES` different notes."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """The first ids for each reason and note, at most :data:`SHOWN_IDS`."""
    verdicts: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)
    """How many verdicts rest on which models."""
    stories: int = 0
    """Events that two or more documents tell of."""
    failures: list[str] = field(default_factory=list)
    """What went wrong with the first failed documents, one sentence each, at most :data:`SHOWN_FAILURES`."""
    seconds: float = 0.0
    """Wall time of this run."""
    signature: str = ""
    """Short signature of the records."""

    def add(self, record: jsonl.Brief) -> None:
        """Count one record."""
        self.documents += 1
        self.statuses[record.status] += 1
        if record.status == "skipped":
            self._example(self.skipped, record.reason or "unknown", record.id)
        elif record.status == "failed" and len(self.failures) < SHOWN_FAILURES:
            self.failures.append(f"{record.id}: {record.error}")
        if record.verdict is not None:
            self.verdicts[record.verdict.label] += 1
        if record.tier is not None:
            self.tiers[record.tier] += 1
        self.flags.update(flag.label for flag in record.flags)
        for note in record.notes:
            if note in self.noted or len(self.noted) < SHOWN_NOTES:
                self._example(self.noted, note, record.id)

    def _example(self, counts: Counter[str], what: str, record_id: str) -> None:
        counts[what] += 1
        ids = self.examples.setdefault(what, [])
        if len(ids) < SHOWN_IDS:
            ids.append(record_id)


def score_to(
    inputs: str | Path | Sequence[str | Path],
    output: str | Path | Output,
    config: Config | None = None,
    *,
    workers: int = 1,
    batch_size: int = 64,
    with_text: bool = False,
    restart: bool = False,
    stdin: BinaryIO | None = None,
    progress: Callable[[Summary], None] | None = None,
) -> Summary:
    """Score every document of the inputs and write one record for each, in input order.

    What is written depends on the inputs and the configuration alone, not on the workers, the batch size, or how
    often the run was killed: the same call goes on where an interrupted one stopped, after checking that the
    records already there belong to the same documents. A finished output is replaced.

    Args:
        inputs: what :func:`annotate.reading.read` takes: one or several files, folders, datasets, ``-`` for
            standard input.
        output: a path that ends in ``.jsonl`` or ``.parquet``, or another :class:`Output`.
        config: what to use instead of the defaults.
        workers: processes; fewer documents than one batch are always scored in this one.
        batch_size: documents handed to a worker at once.
        with_text: put the text itself into each record.
        restart: begin anew even if an interrupted run could go on.
        stdin: the binary stream that the input ``-`` stands for.
        progress: called after each record with the summary so far.

    Raises:
        AnnotateError: if an input, the configuration or the output cannot be used, or if an interrupted run was
            about something else. Nothing has been touched then.
    """
    begin = time.perf_counter()
    given = [inputs] if isinstance(inputs, str | Path) else inputs
    paths = [os.fspath(path) for path in given]
    scorer = Scorer(config)
    if isinstance(output, str | Path):
        check_apart(Path(output), paths)
        output = FileOutput(Path(output), Asked(scorer.signature.long, with_text), restart=restart)
    summary = Summary(signature=scorer.signature.short)
    comparing = scorer.config.corroboration.enabled
    items = _opened(read(paths, scorer.config.reading, stdin))
    with output:
        left = iter(_unwritten(items, output, summary, progress))
        first = list(itertools.islice(left, 1))  # what an interrupted run left behind has been read now
        path = output.path.with_name(output.path.name + ".run.documents") if isinstance(output, FileOutput) else None
        with Store(path, summary.documents) if comparing else nullcontext() as store:
            for line, kept in engine.run(
                itertools.chain(first, left),
                _Line(scorer, with_text, comparing),
                workers=workers,
                batch_size=batch_size,
                weigh=_characters,
            ):
                if store is not None:
                    store.append(kept)
                output.write(line)
                summary.add(jsonl.brief(line))
                if progress is not None:
                    progress(summary)
            if store is not None:
                _compare(store, output, scorer, summary, workers)
            output.finish()
            if store is not None:
                store.remove()
    summary.seconds = time.perf_counter() - begin
    return summary


def _compare(store: Store, output: Output, scorer: Scorer, summary: Summary, workers: int) -> None:
    """Hold the documents of each story against each other and put what is found into their records."""
    with corroborate(store, scorer.config.corroboration, workers=workers) as found:
        summary.stories = found.stories
        summary.flags.clear()

        def change(number: int, line: bytes) -> bytes:
            finding = found.of(number)
            changed = line if finding is None else jsonl.encode(apply(jsonl.decode(line), scorer.adjust(finding)))
            summary.flags.update(flag.label for flag in jsonl.brief(changed).flags)
            return changed

        output.amend(change)


def default_workers() -> int:
    """Processors this process may use, at most 4: more gain little while one process reads and writes."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(4, usable)


class _Line:
    """From an item to its line of JSONL; what a worker process does."""

    def __init__(self, scorer: Scorer, with_text: bool, comparing: bool) -> None:
        self._scorer = scorer
        self._with_text = with_text
        self._comparing = comparing

    def __call__(self, item: Document | Unread) -> tuple[bytes, bytes]:
        """Give the line, and what the document is compared by (nothing if it is not to be compared)."""
        record: Record = self._scorer(item)
        if self._with_text and isinstance(item, Document):
            record = msgspec.structs.replace(record, text=item.text)
        kept = keep(item) if self._comparing and isinstance(item, Document) and record.status == "ok" else b""
        return jsonl.encode(record), kept


def _characters(item: Document | Unread) -> int:
    return len(item.text) if isinstance(item, Document) else 0


def _opened(items: Iterator[Document | Unread]) -> Iterator[Document | Unread]:
    """Read the first item now, so that an input that cannot be opened is known before the output is touched."""
    first = list(itertools.islice(items, 1))
    return itertools.chain(first, items)


def _unwritten(
    items: Iterator[Document | Unread],
    output: Output,
    summary: Summary,
    progress: Callable[[Summary], None] | None,
) -> Iterable[Document | Unread]:
    """Yield the items that have no record yet, once each record that is there was found to be of its item.

    Raises:
        AnnotateError: if a record is not of the item in its place.
    """
    for number, line in enumerate(output.written(), 1):
        try:
            record = jsonl.brief(line)
        except msgspec.MsgspecError as error:
            raise AnnotateError(
                f"Line {number} of the interrupted output is damaged ({error}); give --restart to begin anew."
            ) from error
        item = next(items, None)
        if item is None:
            raise AnnotateError(
                f"The interrupted output has more records than the inputs now have documents ({number - 1}); "
                "run it on the same inputs to go on, or give --restart to begin anew."
            )
        if (record.id, record.sha256) != (item.id, item.sha256):
            what = "another document" if record.id != item.id else "another text"
            raise AnnotateError(
                f"Record {number} of the interrupted output ({record.id!r}) is of {what} than document {number} of the "
                f"inputs ({item.id!r}); run it on the same inputs to go on, or give --restart to begin anew."
            )
        summary.resumed += 1
        summary.add(record)
        if progress is not None:
            progress(summary)
    yield from items
