"""Label Studio's import: tasks, labeling configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from annotate.errors import AnnotateError
from annotate.labeling.checks import check_task
from annotate.labeling.configuration import labeling_config, read_config
from annotate.labeling.exporting.items import Item, Mark, ReadBack, sha256

CHUNK_TASKS: Final = 250
CHUNK_BYTES: Final = 5_000_000
"""A file holds at most so many tasks and bytes, or one larger task, so that no proxy or server refuses it."""

FILES: Final = re.compile(r"config\.xml|tasks(-\d{4,})?\.json")
"""Names of the files written."""

_CONFIG: Final = "config.xml"
_ENCODER: Final = msgspec.json.Encoder()


def write(items: Iterable[Item], folder: Path, *, blind: bool) -> list[str]:
    """Write ``config.xml`` and ``tasks.json`` (or ``tasks-0001.json`` …); give the names of the files of tasks."""
    (folder / _CONFIG).write_text(labeling_config(evidence=not blind), encoding="utf-8")
    return _write_chunks((_ENCODER.encode(item.task(blind=blind)) for item in items), folder)


def verify(folder: str | Path) -> tuple[int, int]:
    """Read an export back and check every task against its configuration, its text and all the others.

    Returns:
        The number of tasks and of pre-annotated flags.

    Raises:
        AnnotateError: if a file is missing or broken, or a task is wrong or comes twice.
    """
    tasks = flags = 0
    for _, _, marks in read_back(Path(folder)):
        tasks += 1
        flags += len(marks)
    return tasks, flags


def read_back(folder: Path) -> Iterator[ReadBack]:
    """Yield what each task says, checked as :func:`verify` does.

    Raises:
        AnnotateError: as :func:`verify`.
    """
    try:
        configuration = read_config((folder / _CONFIG).read_text(encoding="utf-8"))
        names = [p.name for p in folder.iterdir() if p.name != _CONFIG and FILES.fullmatch(p.name)]
        seen: set[tuple[str, str]] = set()
        for name in sorted(names, key=lambda n: (len(n), n)):
            for number, task in enumerate(msgspec.json.decode((folder / name).read_bytes()), 1):
                where = f"{name}, task {number}"
                check_task(task, configuration, where)
                data = task["data"]
                key = (data["doc_id"], data["sha256"])
                if key in seen:
                    raise AnnotateError(f"{where}: document {key[0]!r} comes twice; export again.")
                seen.add(key)
                if sha256(data["text"]) != data["sha256"]:
                    raise AnnotateError(
                        f"{where}: document {key[0]!r} has another text than its SHA-256; export again."
                    )
                yield *key, _marks(r for p in task.get("predictions", []) for r in p["result"])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AnnotateError(f"Cannot read the export in {folder} back ({error}); export again.") from error


def _marks(results: Iterable[dict]) -> list[Mark]:  # type: ignore[type-arg]  # plain JSON
    labels = []
    severities = {}
    for result in results:
        if result["from_name"] == "label":
            labels.append(result)
        elif result["from_name"] == "severity":
            severities[result["id"]] = result["value"]["choices"][0]
    return [
        (v["start"], v["end"], v["text"], v["labels"][0], severities.get(r["id"], ""), r.get("score", 0.0))
        for r in labels
        for v in [r["value"]]
    ]


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
