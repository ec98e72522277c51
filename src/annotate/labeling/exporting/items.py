"""One document as it goes out to be labeled, whatever the tool."""

from __future__ import annotations

import hashlib
from typing import Any, Final, Literal

import msgspec

from annotate.documents import Document, Record
from annotate.labeling.tasks import make_task

Mark = tuple[int, int, str, str, str, float]
"""A flag as a labeler sees it: start, end (code points), words, label, severity, score."""

ReadBack = tuple[str, str, list[Mark]]
"""What a file says of a document: its id, the SHA-256 of its text, and its marks."""


class Item(msgspec.Struct, frozen=True, array_like=True):
    """A document with its record and its place in the plan of labeling."""

    record: Record
    """Its flags are those that labelers see."""
    text: str
    source: str | None
    url: str | None
    title: str | None
    published: str | None
    split: Literal["main", "blind"] = "main"
    """What the labeling tool is told: attention checks and gold items are ``main`` like most others."""
    selection_probability: float | None = None
    overlap: int = 1
    other: str | None = None
    """Id of the document to show beside it."""
    other_title: str = ""
    other_text: str = ""

    def document(self) -> Document:
        """Make the document again."""
        return Document(
            self.text,
            id=self.record.id,
            source=self.source,
            url=self.url,
            title=self.title,
            published=self.published,
        )

    def task(self, *, blind: bool) -> dict[str, Any]:
        """Make the Label Studio task, from which the other tools' files are made too."""
        return make_task(
            self.record,
            self.document(),
            self.record.flags,
            blind=blind,
            split="blind" if blind else self.split,
            selection_probability=self.selection_probability,
            overlap=self.overlap,
            other_title=self.other_title,
            other=self.other_text,
        )

    def expected(self, *, blind: bool) -> ReadBack:
        """Give what must be read back from any file it was written to."""
        flags = [] if blind else self.record.flags
        marks: list[Mark] = [(f.start, f.end, f.text, f.label, f.severity, f.score) for f in flags]
        return self.record.id, sha256(self.text), marks


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Item)


def encode(item: Item) -> bytes:
    """Encode an item to be put aside."""
    return _ENCODER.encode(item)


def decode(entry: bytes) -> Item:
    """Decode it."""
    return _DECODER.decode(entry)
