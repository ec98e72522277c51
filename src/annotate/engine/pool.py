"""Ordered, bounded, lazy mapping over batches, in this process or in a pool of processes."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final, TypeVar

from annotate.errors import AnnotateError

I = TypeVar("I")  # noqa: E741 - the item
O = TypeVar("O")  # noqa: E741 - the outcome

BATCHES_PER_WORKER: Final = 3
"""Batches in flight for each worker: one being worked on, one waiting, one finished but not yet taken."""

BATCH_WEIGHT: Final = 2_000_000
"""Weight at which a batch is closed even if it has fewer items. With characters as the weight, what is in flight
stays within some tens of megabytes also where single documents are huge."""


def run(
    items: Iterable[I],
    work: Callable[[I], O],
    *,
    workers: int = 1,
    batch_size: int = 64,
    weigh: Callable[[I], int] | None = None,
) -> Iterator[O]:
    """Yield ``work(item)`` for every item, in the order of the items, holding only a bounded number of them.

    With one worker, or when the items fit in one batch, everything happens in this process. Otherwise ``work`` is
    pickled once for each worker process and batches go back and forth; the outcomes are the same. Workers are
    started from a fork server that has imported the module of ``work``'s class (spawned where there is no fork
    server), so they are safe beside threads. A script that calls this with several workers needs the usual
    ``if __name__ == "__main__":`` guard.

    Args:
        items: consumed lazily, a few batches ahead of what has been yielded.
        work: picklable, pure. What it raises ends the run.
        workers: processes, at least 1.
        batch_size: items handed to a worker at once, at least 1.
        weigh: size of an item; a batch is also closed once its items weigh :data:`BATCH_WEIGHT` together.

    Raises:
        ValueError: if ``workers`` or ``batch_size`` is below 1.
        AnnotateError: if a worker process dies (killed, or out of memory).
    """
    if workers < 1 or batch_size < 1:
        raise ValueError(f"workers ({workers}) and batch_size ({batch_size}) must be at least 1")
    return _run(iter(items), work, workers, batch_size, weigh)


def _run(
    items: Iterator[I], work: Callable[[I], O], workers: int, batch_size: int, weigh: Callable[[I], int] | None
) -> Iterator[O]:
    if workers > 1:
        batches = _batches(items, batch_size, weigh)
        head = list(itertools.islice(batches, 2))
        if len(head) > 1:
            yield from _run_pool(itertools.chain(head, batches), work, workers)
            return
        items = itertools.chain.from_iterable(head)
    for item in items:
        yield work(item)


def _batches(items: Iterator[I], batch_size: int, weigh: Callable[[I], int] | None) -> Iterator[list[I]]:
    batch: list[I] = []
    weight = 0
    for item in items:
        batch.append(item)
        weight += weigh(item) if weigh is not None else 0
        if len(batch) >= batch_size or weight >= BATCH_WEIGHT:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _run_pool(batches: Iterator[list[I]], work: Callable[[I], O], workers: int) -> Iterator[O]:
    pool = ProcessPoolExecutor(workers, _context(type(work).__module__), initializer=_start_worker, initargs=(work,))
    flying: deque[Future[list[Any]]] = deque()
    done = 0
    try:
        for batch in batches:
            flying.append(pool.submit(_work_on, batch))
            if len(flying) >= workers * BATCHES_PER_WORKER:
                outcomes = flying.popleft().result()
                yield from outcomes
                done += len(outcomes)
        while flying:
            outcomes = flying.popleft().result()
            yield from outcomes
            done += len(outcomes)
    except BrokenProcessPool as error:
        raise AnnotateError(
            f"A worker process died after document {done:,} (killed from outside, or out of memory); "
            "run the same command again to go on where it stopped, with fewer workers if it was memory."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _context(module: str) -> Any:
    """Choose a way to start processes that is safe beside threads and quick: a fork server where there is one."""
    if "forkserver" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    if module != "__main__":
        context.set_forkserver_preload([module])
    return context


_work: Callable[[Any], Any] | None = None
"""What this process does, in a worker process."""


def _start_worker(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work
    # Ctrl-C in a terminal reaches every process: workers end at once and silently, the parent reports.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End a worker whose parent was killed: it holds both ends of the queue and would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work_on(batch: list[Any]) -> list[Any]:
    if _work is None:
        raise RuntimeError("worker process was not initialised")
    return [_work(item) for item in batch]
