"""Scored documents as files that Label Studio imports: tasks, labeling configuration, guidelines."""

from __future__ import annotations

import errno
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from annotate.documents import Document, Severity, Unread
from annotate.errors import AnnotateError
from annotate.labeling.checks import check_task
from annotate.labeling.configuration import labeling_config, read_config
from annotate.labeling.guidelines import GENERATOR, guidelines
from annotate.labeling.scored import read_scored
from annotate.labeling.tasks import keep_flag, make_task

CHUNK_TASKS: Final = 250
CHUNK_BYTES: Final = 5_000_000
"""A file holds at most so many tasks and bytes, or one larger task, so that no proxy or server refuses it."""

_CONFIG: Final = "config.xml"
_GUIDELINES: Final = "guidelines.html"
_PARTIAL: Final = ".partial"
_TASKS: Final = re.compile(r"tasks(-\d{4,})?\.json")
_ENCODER: Final = msgspec.json.Encoder()


class Exported(msgspec.Struct, frozen=True):
    """What an export wrote, and what it left out."""

    files: list[str]
    """Names of the files of tasks, in order."""
    tasks: int
    flags: int
    """Flags pre-annotated."""
    flags_below: int
    """Flags left out as too unlikely or too mild."""
    without_task: dict[str, int]
    """Status → number of records that have no task: ``skipped``, ``failed``."""


def export(
    scores: str | Path,
    documents: Iterable[Document | Unread],
    folder: str | Path,
    *,
    minimum_score: float = 0.0,
    minimum_severity: Severity = "neutral",
    blind: bool = False,
) -> Exported:
    """Write a Label Studio import into a folder.

    Its files are ``tasks.json`` (or ``tasks-0001.json`` …), ``config.xml`` and ``guidelines.html``.

    Every record, flag and task is checked, and the files are read back and checked again, before anything appears
    under its name; on any fault nothing is left behind. The same scores give the same bytes.

    Args:
        scores: records of ``annotate score``.
        documents: the scored texts; may be empty if the records carry theirs.
        folder: made if it is not there. An earlier export in it is replaced; one with other files is refused.
        minimum_score: flags below this probability are not shown to labelers.
        minimum_severity: nor are flags milder than this.
        blind: write tasks without predictions, verdicts or evidence, to measure how much these sway labelers.

    Raises:
        AnnotateError: if anything is wrong with the scores, the documents or the folder.
    """
    target = Path(folder)
    made = _prepare(target)
    partial = target / _PARTIAL
    try:
        partial.mkdir()
        config = labeling_config(evidence=not blind)
        (partial / _CONFIG).write_text(config, encoding="utf-8")
        (partial / _GUIDELINES).write_text(guidelines(blind=blind), encoding="utf-8")
        counts: Counter[str] = Counter()
        tasks = _tasks(Path(scores), documents, counts, minimum_score, minimum_severity, blind=blind)
        names = _write_chunks(tasks, partial)
        _check_whole(partial, counts, scores)
        _move(partial, target)
    except BaseException as error:
        shutil.rmtree(target if made else partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise AnnotateError(f"Cannot write the export to {target}: {_why(error)}.") from error
        raise
    return Exported(
        files=names,
        tasks=counts["tasks"],
        flags=counts["flags"],
        flags_below=counts["below"],
        without_task={status: counts[status] for status in ("skipped", "failed") if counts[status]},
    )


def _check_whole(partial: Path, counts: Counter[str], scores: str | Path) -> None:
    if not counts["tasks"]:
        raise AnnotateError(f"No record of {scores} has a text to label; score some documents that can be read.")
    if verify(partial) != (counts["tasks"], counts["flags"]):
        raise AnnotateError(
            f"What was written to {partial.parent} does not read back whole; check the disk, export again."
        )


def verify(folder: str | Path) -> tuple[int, int]:
    """Read an export back and check every task against its configuration, its text and all the others.

    Returns:
        The number of tasks and of pre-annotated flags.

    Raises:
        AnnotateError: if a file is missing or broken, or a task is wrong or comes twice.
    """
    folder = Path(folder)
    try:
        configuration = read_config((folder / _CONFIG).read_text(encoding="utf-8"))
        names = sorted((p.name for p in folder.iterdir() if _TASKS.fullmatch(p.name)), key=lambda n: (len(n), n))
        seen: set[tuple[str, str]] = set()
        flags = 0
        for name in names:
            tasks = msgspec.json.decode((folder / name).read_bytes())
            for number, task in enumerate(tasks, 1):
                where = f"{name}, task {number}"
                check_task(task, configuration, where)
                key = (task["data"]["doc_id"], task["data"]["sha256"])
                if key in seen:
                    raise AnnotateError(f"{where}: document {key[0]!r} comes twice; export again.")
                seen.add(key)
                results = (r for p in task.get("predictions", []) for r in p["result"])
                flags += sum(1 for r in results if r["type"] == "labels")
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AnnotateError(f"Cannot read the export in {folder} back ({error}); export again.") from error
    return len(seen), flags


def _tasks(
    scores: Path,
    documents: Iterable[Document | Unread],
    counts: Counter[str],
    minimum_score: float,
    minimum_severity: Severity,
    *,
    blind: bool,
) -> Iterator[bytes]:
    for item in read_scored(scores, documents):
        if item.document is None:
            counts[item.record.status] += 1
            continue
        kept = [f for f in item.record.flags if keep_flag(f, minimum_score, minimum_severity)]
        counts["tasks"] += 1
        if not blind:
            counts["flags"] += len(kept)
            counts["below"] += len(item.record.flags) - len(kept)
        yield _ENCODER.encode(make_task(item.record, item.document, kept, blind=blind))


def _write_chunks(tasks: Iterator[bytes], folder: Path) -> list[str]:
    """Write arrays of tasks, one in memory at a time; a single one is named ``tasks.json``."""
    names: list[str] = []
    chunk: list[bytes] = []
    size = 0

    def flush() -> None:
        names.append(f"tasks-{len(names) + 1:04d}.json")
        (folder / names[-1]).write_bytes(b"[\n" + b",\n".join(chunk) + b"\n]\n")
        chunk.clear()

    for task in tasks:
        if chunk and (len(chunk) == CHUNK_TASKS or size + len(task) > CHUNK_BYTES):
            flush()
            size = 0
        chunk.append(task)
        size += len(task)
    if chunk:
        flush()
    if len(names) == 1:
        (folder / names[0]).rename(folder / "tasks.json")
        names = ["tasks.json"]
    return names


def _prepare(folder: Path) -> bool:
    """Make the folder, or make sure that it holds nothing but an earlier export. Says whether it was made."""
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            return True
        if not folder.is_dir():
            raise AnnotateError(f"{folder} is a file; name a folder for the export.")
        others = sorted(p.name for p in folder.iterdir() if p.name != _PARTIAL and not _is_ours(p))
        if others:
            raise AnnotateError(
                f"{folder} holds other things ({_first(others)}); name a new folder, or one with an earlier export."
            )
        if (folder / _PARTIAL).exists():
            shutil.rmtree(folder / _PARTIAL)  # what an interrupted export left
    except OSError as error:
        raise AnnotateError(f"Cannot write the export to {folder}: {_why(error)}.") from error
    return False


def _is_ours(path: Path) -> bool:
    if path.name == _CONFIG or _TASKS.fullmatch(path.name):
        mark = path.with_name(_GUIDELINES)
        return path.is_file() and mark.is_file() and _is_ours(mark)
    if path.name != _GUIDELINES or not path.is_file():
        return False
    return GENERATOR in path.read_text(encoding="utf-8", errors="replace")


def _move(partial: Path, folder: Path) -> None:
    new = sorted(p.name for p in partial.iterdir())
    for old in [p for p in folder.iterdir() if _TASKS.fullmatch(p.name) and p.name not in new]:
        old.unlink()
    for name in new:
        (partial / name).replace(folder / name)
    partial.rmdir()


def _first(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; make room and export again"
    return f"{error.strerror or error}; check the path and its permissions"
