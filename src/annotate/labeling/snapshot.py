"""A project's raw export: fetched to a file, and read back one task at a time."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from annotate.errors import AnnotateError
from annotate.labeling.client import Server, ServerError

_ONCE: Final = {"max_retries": 0}
_PIECE: Final = 1 << 20


def fetch(server: Server, project: int, path: Path, *, emails: bool = False) -> None:
    """Write the export of a project to a file, which appears whole or not at all.

    It is a snapshot: unlike the plain export it holds each task's predictions and drafts, and the server writes it a
    task at a time. The snapshot is taken off the server again.

    Args:
        server: where from.
        project: id.
        path: the file, JSON: an array of tasks.
        emails: ask for the annotators' e-mail addresses, not only their ids.

    Raises:
        ServerError: if the server fails.
        AnnotateError: if the file cannot be written.
    """
    exports = server.sdk.projects.exports
    title = f"annotate {secrets.token_hex(8)}"
    options = {
        "predictions": {"only_id": False},
        "drafts": {"only_id": False},
        "annotations__completed_by": {"only_id": not emails},
    }
    try:
        server.ask(
            f"export project {project}",
            lambda: exports.create(project, title=title, serialization_options=options, request_options=_ONCE),
        )
    except ServerError as error:
        if error.fate == "refused":
            raise
    made = _wait_for(server, project, title)
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        server.ask_again(
            f"download the export of project {project}", lambda: _download(exports, project, made, partial)
        )
        partial.replace(path)
    except OSError as error:
        raise AnnotateError(f"Cannot write {path}: {error.strerror or error}; check the path and disk.") from error
    finally:
        partial.unlink(missing_ok=True)
        server.ask_again(
            f"delete the snapshot {title!r} of project {project}",
            lambda: exports.delete(project, made.id, request_options=_ONCE),
        )


def _wait_for(server: Server, project: int, title: str) -> Any:
    """Find the snapshot and wait until it is finished: some servers make it in the background."""
    deadline = time.monotonic() + server.timeout
    attempt = 0
    while True:
        listed = server.ask_again(
            f"list the exports of project {project}",
            lambda: server.sdk.projects.exports.list(project, request_options=_ONCE),
        )
        made = next((export for export in listed if export.title == title), None)
        if made is not None and made.status == "completed":
            return made
        late = attempt >= server.tries if made is None else time.monotonic() > deadline
        if late or (made is not None and made.status == "failed"):
            raise ServerError(
                f"{server.url} could not export project {project}; look into the server's log.", "unknown"
            )
        server.wait(min(attempt, 3))
        attempt += 1


def _download(exports: Any, project: int, made: Any, path: Path) -> None:
    # Not for security: the server says this digest of what it wrote.
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("wb") as file:
        pieces = exports.download(
            project, made.id, export_type="JSON", request_options={"max_retries": 0, "chunk_size": _PIECE}
        )
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
    if made.md5 and made.md5 != digest.hexdigest():
        raise ValueError("the export did not arrive whole")


def read_tasks(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the tasks of a raw export, one in memory at a time.

    Raises:
        AnnotateError: if it cannot be read or is no array of objects.
    """
    remedy = "give a JSON export of Label Studio (JSON, not JSON-MIN or CSV)"
    decoder = json.JSONDecoder()
    blank = re.compile(r"[\s,]*")
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_PIECE).lstrip()
            if not text.startswith("["):
                raise AnnotateError(f"{path} is no array of tasks; {remedy}.")
            at, number = 1, 0
            while True:
                found = blank.match(text, at)
                at = found.end() if found else at
                try:
                    if text.startswith("]", at):
                        return
                    task, at = decoder.raw_decode(text, at)
                except ValueError:
                    # Cut off, or broken: twice as much is read each time, so that a long task is not parsed for ever.
                    more = file.read(max(_PIECE, len(text) - at))
                    if not more:
                        raise AnnotateError(f"{path} breaks off or is broken after {number} tasks; {remedy}.") from None
                    text, at = text[at:] + more, 0
                    continue
                if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
                    raise AnnotateError(f"{path} has something else than a task after {number} tasks; {remedy}.")
                number += 1
                yield task
    except (OSError, UnicodeDecodeError) as error:
        raise AnnotateError(f"Cannot read {path} ({error}); {remedy}.") from error
