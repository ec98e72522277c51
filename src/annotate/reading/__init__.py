"""Formats in: from files, folders, data sets and standard input to a stream of documents."""

from annotate.reading.formats import kinds
from annotate.reading.stream import count, read

__all__ = ["count", "kinds", "read"]
