from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate import engine
from annotate.engine import pool
from annotate.errors import AnnotateError


class Square:
    def __call__(self, item: int) -> tuple[int, int]:
        return item * item, os.getpid()


class Slow:
    def __call__(self, item: int) -> int:
        time.sleep(0.02)
        return os.getpid()


class Die:
    """Kills its own process at one item, as the kernel does when memory runs out."""

    def __call__(self, item: int) -> int:
        if item == 70:
            os.kill(os.getpid(), signal.SIGKILL)
        return item


class Fail:
    def __call__(self, item: int) -> int:
        if item == 25:
            raise KeyError("no such thing")
        return item


def counted(count: int, taken: list[int]) -> Iterator[int]:
    for number in range(count):
        taken.append(number)
        yield number


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000])
def test_outcomes_come_in_the_order_of_the_items(workers: int, batch_size: int) -> None:
    outcomes = list(engine.run(range(200), Square(), workers=workers, batch_size=batch_size))
    assert [square for square, _ in outcomes] == [n * n for n in range(200)]


def test_several_workers_are_other_processes() -> None:
    processes = set(engine.run(range(100), Slow(), workers=2, batch_size=2))
    assert os.getpid() not in processes
    assert len(processes) == 2


def test_one_batch_is_worked_on_in_this_process() -> None:
    processes = {process for _, process in engine.run(range(10), Square(), workers=4, batch_size=10)}
    assert processes == {os.getpid()}


@pytest.mark.parametrize("workers", [1, 2])
def test_no_items(workers: int) -> None:
    assert list(engine.run([], Square(), workers=workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_items_are_taken_only_as_needed(workers: int) -> None:
    taken: list[int] = []
    outcomes = engine.run(counted(10_000, taken), Square(), workers=workers, batch_size=5)
    assert taken == []
    for done in range(1, 1001):
        next(outcomes)
        ahead = len(taken) - done
        assert ahead <= (0 if workers == 1 else (pool.BATCHES_PER_WORKER * workers + 1) * 5)
    outcomes.close()


@given(st.lists(st.integers(0, 50)), st.integers(1, 10))
@settings(max_examples=50, deadline=None)
def test_batches_tile_the_items_and_stay_light(weights: list[int], size: int) -> None:
    limit, pool_limit = 100, pool.BATCH_WEIGHT
    try:
        pool.BATCH_WEIGHT = limit  # type: ignore[misc]
        batches = list(pool._batches(iter(weights), size, lambda weight: weight))
    finally:
        pool.BATCH_WEIGHT = pool_limit  # type: ignore[misc]
    assert list(itertools.chain.from_iterable(batches)) == weights
    for batch in batches:
        assert 1 <= len(batch) <= size
        assert sum(batch[:-1]) < limit


def test_a_killed_worker_ends_the_run_with_one_sentence() -> None:
    outcomes = engine.run(range(1000), Die(), workers=2, batch_size=10)
    seen = []
    with pytest.raises(AnnotateError, match=r"A worker process died after document \d+ .*run the same command again"):
        for outcome in outcomes:
            seen.append(outcome)
    assert seen == list(range(len(seen)))
    assert len(seen) <= 70


@pytest.mark.parametrize("workers", [1, 2])
def test_what_the_work_raises_ends_the_run(workers: int) -> None:
    with pytest.raises(KeyError, match="no such thing"):
        list(engine.run(range(100), Fail(), workers=workers, batch_size=10))


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"batch_size": 0}])
def test_numbers_below_one_are_refused_at_once(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        engine.run([], Square(), **wrong)


SCRIPT = textwrap.dedent(
    """
    import os, sys, time
    from annotate import engine

    class Slow:
        def __call__(self, item):
            time.sleep(0.02)
            return os.getpid()

    if __name__ == "__main__":
        for process in engine.run(range(100_000), Slow(), workers=2, batch_size=2):
            print(process, flush=True)
    """
)


def start(tmp_path: Path) -> tuple[subprocess.Popen[str], set[int]]:
    (tmp_path / "script.py").write_text(SCRIPT)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    return process, {int(process.stdout.readline()) for _ in range(12)}


def gone(process: int, within: float = 10.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False


def test_ctrl_c_ends_every_process_and_only_the_parent_says_so(tmp_path: Path) -> None:
    process, workers = start(tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does
    _, errors = process.communicate(timeout=20)
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert all(gone(worker) for worker in workers)


def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    process, workers = start(tmp_path)
    process.kill()
    process.communicate(timeout=20)
    assert all(gone(worker) for worker in workers)
