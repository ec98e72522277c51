"""Runs a function over many items: lazily, in order, in one process or several. Does not know what is scored."""

from annotate.engine.pool import run

__all__ = ["run"]
