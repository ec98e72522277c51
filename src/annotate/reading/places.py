"""Where in which file a document stands, for tools that point at lines of files."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

from annotate.config import ReadingConfig
from annotate.documents import Unread
from annotate.documents.place import Place
from annotate.reading.formats import TEXT
from annotate.reading.inputs import find
from annotate.reading.sources import Source
from annotate.reading.text import load_text


class Places:
    """Finds the files of documents, and lines in those that are plain text or Markdown.

    Args:
        inputs: what :func:`annotate.reading.read` was given.
        config: how it read.
        root: the folder that paths are given below.

    Raises:
        AnnotateError: as :func:`annotate.reading.read`.
    """

    def __init__(self, inputs: Sequence[str | Path], config: ReadingConfig, root: str = os.curdir) -> None:
        self._config = config
        self._root = root
        self._files: dict[str, Source] = {
            source.id: source
            for source in find(inputs, io.BytesIO())
            if not source.is_stream
            and not source.not_a_file
            and not source.problem
            and not (source.form and source.form.rows)
        }

    def file(self, identity: str) -> str | None:
        """Path of the file that a document is, below the root where it lies there; None for a row."""
        source = self._files.get(identity)
        if source is None:
            return None
        below = os.path.relpath(source.path, self._root)
        outside = Path(below).parts[0] == os.pardir
        return Path(source.path if outside else below).as_posix()

    def place(self, identity: str, sha256: str | None, start: int, end: int) -> Place | None:
        """Find the range ``[start, end)`` of a document's text in its file.

        Returns:
            None where the file does not hold the text as it is (HTML, compressed, rows), or holds another by now.
        """
        source = self._files.get(identity)
        if source is None or source.compression is not None:
            return None
        _, document = next((source.form or TEXT).read(source, self._config))
        whole = load_text(source, self._config)
        if isinstance(document, Unread) or document.sha256 != sha256 or isinstance(whole, Unread):
            return None
        if not whole.text.endswith(document.text):
            return None
        before = len(whole.text) - len(document.text)  # Markdown's front matter
        line, column = _position(whole.text, before + start)
        end_line, end_column = _position(whole.text, before + end - 1)
        return Place(line, column, end_line, end_column + 1)


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
