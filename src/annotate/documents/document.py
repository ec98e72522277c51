"""A document: the text as it was read, what is known about it, and its layout."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, cast

from annotate.documents.layout import Layout, lay_out

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Document:
    """An immutable text with what its reader knew about it.

    Every offset anywhere in this package is a half-open range of Unicode code points of ``text``, so that
    ``text[start:end]`` is the thing meant. The text is never altered after reading.
    """

    text: str
    id: str = ""
    source: str | None = None
    """Publisher or domain, where known."""
    url: str | None = None
    title: str | None = None
    published: str | None = None
    """Date of publication as it was given, not parsed."""
    lang: str | None = None
    """Language the input declares (BCP 47), if it does."""
    source_text: str | None = None
    """The text it was translated from, where the input has it. No offset is ever into it."""
    story: str | None = None
    """What the input says which event it is about: documents with the same one tell the same story."""
    furniture: tuple[tuple[int, int], ...] = ()
    """Ranges the reader knows to be page furniture (HTML read with its furniture kept)."""
    notes: tuple[str, ...] = ()
    """What the reader had to change or guess, one sentence each."""
    _shared: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False, hash=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hexadecimal."""
        return self.once("sha256", lambda d: hashlib.sha256(d.text.encode("utf-8", "surrogatepass")).hexdigest())

    @property
    def layout(self) -> Layout:
        """Lines, paragraphs, sentences and words with their offsets, computed once."""
        return self.once("layout", lambda d: lay_out(d.text))

    def once(self, key: str, compute: Callable[[Document], T]) -> T:
        """Return ``compute(self)``, computed at most once per document and key.

        This is how several detectors share one costly analysis (a model's output, say) without knowing each
        other. ``compute`` must be a pure function of the document, and a key must always mean the same one.
        """
        try:
            return cast("T", self._shared[key])
        except KeyError:
            value = compute(self)
            self._shared[key] = value
            return value

    def __getstate__(self) -> tuple[object, ...]:
        """Leave shared results behind: they can be large and are cheap to make again in another process."""
        return (
            self.text,
            self.id,
            self.source,
            self.url,
            self.title,
            self.published,
            self.lang,
            self.source_text,
            self.story,
            self.furniture,
            self.notes,
        )

    def __setstate__(self, state: tuple[object, ...]) -> None:
        names = (
            *("text", "id", "source", "url", "title", "published", "lang", "source_text", "story"),
            *("furniture", "notes"),
        )
        for name, value in zip(names, state, strict=True):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_shared", {})
