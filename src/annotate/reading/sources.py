"""What a reader is given and what it gives back: one file (or other source of bytes), and items with their place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeAlias

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread

Placed: TypeAlias = tuple[str, Document | Unread]
"""Where an item stands, for messages (``news.jsonl line 7``), and the item."""


@dataclass(slots=True)
class Source:
    """One file, saved dataset or stream that was found among the inputs."""

    path: str
    """As it is opened; ``-`` for standard input."""
    relative: str
    """Below the input folder it was found in; the file's name if it was named itself."""
    form: Form | None = None
    """None: unknown, so the content decides between text and not-text."""
    compression: str | None = None
    """``gz``, ``zst`` or None."""
    id: str = ""
    """Id of the document, or for rows without an id what stands before the row's number."""
    problem: str | None = None
    """Why it cannot be read, as one sentence; then nothing else is looked at."""
    not_a_file: bool = False
    """A socket, device or pipe that lies in a folder."""
    is_stream: bool = False
    """Standard input or a pipe: read once, JSON Lines or text as its content shows."""
    stream: BinaryIO | None = field(default=None, repr=False)
    """An open stream instead of a file at ``path``; the caller's, and not closed here."""
    dataset: Any = field(default=None, repr=False)
    """A data set of the hub, opened."""

    @property
    def name(self) -> str:
        """What messages call it."""
        return "standard input" if self.path == "-" else printable(self.path)


Reader: TypeAlias = Callable[[Source, ReadingConfig], Iterator[Placed]]


@dataclass(frozen=True, slots=True)
class Form:
    """A format: how it is called, which endings it has, and who reads it."""

    name: str
    endings: tuple[str, ...]
    """Lower case, with the dot."""
    read: Reader
    rows: bool = False
    """Many documents in a file."""
    compressible: bool = True
    """Whether it may be compressed as a whole (``.gz``, ``.zst``)."""
    extra: str | None = None
    """The extra of this package it needs."""
    module: str | None = None
    """The module that the extra installs."""


def printable(name: str) -> str:
    """Make a file's name text that can be written anywhere: bytes that are no UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace") if not name.isascii() else name


def skip(source: Source, reason: str) -> Unread:
    """Let the whole source stand for one skipped item."""
    return Unread(id=source.id, status="skipped", reason=reason)


def fail(source: Source, error: str) -> Unread:
    """Let the whole source, or what is left of it, stand for one failed item."""
    return Unread(id=source.id, status="failed", error=error)
