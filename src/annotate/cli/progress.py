"""What ``annotate score`` says on standard error: progress while it runs, failures and a summary at the end."""

from __future__ import annotations

import sys
import textwrap
import time
from collections import Counter
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import click

if TYPE_CHECKING:
    from annotate.run import Summary

LINE_EVERY: Final = 30.0
"""Seconds between lines of progress where standard error is no terminal."""


class Progress:
    """Documents done, documents/s and the time left: a bar on a terminal, else a line now and then.

    Documents that an interrupted run had already scored move the bar but do not count for the speed.

    Args:
        inputs: what is scored, to count it beforehand where that is quick.
        shown: whether to say anything.
    """

    def __init__(self, inputs: Sequence[str], *, shown: bool) -> None:
        self._shown = shown
        self._bar: Any = None
        self._total: int | None = None
        self._inputs = inputs
        self._begin = self._last = time.monotonic()

    def __enter__(self) -> Self:
        if self._shown:
            from annotate.reading import count

            self._total = count(self._inputs)
            if sys.stderr.isatty():
                from tqdm import tqdm

                self._bar = tqdm(total=self._total, unit=" documents", file=sys.stderr, leave=False, dynamic_ncols=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, summary: Summary) -> None:
        """Show how far the run is."""
        if self._bar is not None:
            if summary.documents == summary.resumed:
                self._bar.initial = summary.resumed
                self._bar.n = summary.resumed
            else:
                self._bar.update()
        elif self._shown and (now := time.monotonic()) - self._last >= LINE_EVERY:
            self._last = now
            click.echo(self._line(summary, now - self._begin), err=True)

    def _line(self, summary: Summary, seconds: float) -> str:
        speed = (summary.documents - summary.resumed) / seconds
        of = f" of {self._total:,}" if self._total is not None else ""
        left = ""
        if self._total is not None and speed > 0:
            left = f", {duration(max(0, self._total - summary.documents) / speed)} left"
        return f"{summary.documents:,}{of} documents, {speed:.1f} documents/s{left}"


_WHY_SKIPPED: Final = {
    "empty": "no text in it",
    "not-text": "not a text but other data",
    "not-english": "not in English",
}


def report_failures(summary: Summary) -> None:
    """Name what was skipped, changed in reading, or failed: one sentence for each reason or failed document."""
    for reason, number in sorted(summary.skipped.items()):
        click.echo(f"skipped: {_example(summary, reason, number)}: {_WHY_SKIPPED.get(reason, reason)}.", err=True)
    for note, number in sorted(summary.noted.items()):
        click.echo(f"note: {_example(summary, note, number)}: {note}.", err=True)
    for sentence in summary.failures:
        click.echo(f"failed: {sentence}", err=True)
    more = summary.statuses["failed"] - len(summary.failures)
    if more:
        click.echo(f'failed: {more:,} more; their records have the status "failed" and say why.', err=True)


def _example(summary: Summary, what: str, number: int) -> str:
    ids = summary.examples[what]
    more = f" and {number - len(ids):,} more" if number > len(ids) else ""
    return ", ".join(ids) + more


def describe_summary(summary: Summary, width: int | None = None) -> str:
    """Describe a finished run in a few lines, broken at ``width`` columns where that is given."""
    new = summary.documents - summary.resumed
    speed = f", {new / summary.seconds:.1f} documents/s" if new and summary.seconds else ""
    resumed = f" ({summary.resumed:,} from the interrupted run)" if summary.resumed else ""
    statuses = ", ".join(f"{summary.statuses[status]:,} {status}" for status in ("ok", "skipped", "failed"))
    lines = [f"{summary.documents:,} documents{resumed}: {statuses}; {duration(summary.seconds)}{speed}"]
    for name, counts in (("verdicts", summary.verdicts), ("flags", summary.flags)):
        if counts:
            lines.append(f"{name + ':':<10}{_counts(counts)}")
    if summary.tiers:
        scored = summary.tiers.total()
        shares = [f"{name} {n:,} ({n / scored:.0%})" for name, n in sorted(summary.tiers.items(), reverse=True)]
        lines.append(f"tiers:    {', '.join(shares)}")
    if summary.stories:
        lines.append(f"stories:  {summary.stories:,} told by two documents or more")
    lines.append(f"signed:   {summary.signature}")
    if width is not None:
        hanging = " " * 10
        lines = [textwrap.fill(line, width, subsequent_indent=hanging, break_long_words=False) for line in lines]
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """``4.2 s``, ``3 min 05 s`` or ``2 h 07 min``."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])))
