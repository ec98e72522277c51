"""Kill a long run of ``annotate score`` at random moments, again and again; compare the end with an undisturbed run.

    python benchmarks/kill_resume.py --documents 5000 --kills 20

All processes of the run get SIGKILL at once, a random moment after a random number of records is there (drawn with a
seed); a run that ends before its moment is not counted as killed. Exits with 1 if a byte differs.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import synthetic

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")


def start(source: Path, out: Path, workers: int, batch: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [COMMAND, "score", str(source), "-o", str(out), "--workers", str(workers), "--batch-size", str(batch), "-q"],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def trial(source: Path, out: Path, workers: int, batch: int, targets: list[int], rng: random.Random) -> list[int]:
    """Kill once each number of records is there, and a moment later; return how many were there after each kill."""
    work = out if out.suffix == ".jsonl" else out.with_name(out.name + ".partial.jsonl")
    there: list[int] = []
    for target in targets:
        process = start(source, out, workers, batch)
        while process.poll() is None and lines(work) < target:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.2))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            there.append(lines(work))
        process.wait()
    if start(source, out, workers, batch).wait() != 0:
        sys.exit("the last run failed")
    return there


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=5_000)
    parser.add_argument("--kills", type=int, default=20, help="in each trial, at most")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="annotate-kill-"))
    rng = random.Random(options.seed)
    same = True
    try:
        source = synthetic.write(folder / "documents.jsonl", options.documents)
        print(
            "| output | processes | batch | kills | records after each kill | same bytes |\n|---|--:|--:|--:|---|---|"
        )
        for ending in ("jsonl", "parquet"):
            whole = folder / f"whole.{ending}"
            if start(source, whole, 1, 64).wait() != 0:
                sys.exit("the undisturbed run failed")
            for workers, batch in ((1, 64), (2, 64), (2, 1)):
                targets = sorted(rng.choices(range(options.documents), k=options.kills))
                out = folder / f"out-{workers}-{batch}.{ending}"
                there = trial(source, out, workers, batch, targets, rng)
                equal = filecmp.cmp(whole, out, shallow=False) and not list(folder.glob("*.run"))
                same &= equal
                counts = ", ".join(f"{number:,}" for number in there)
                print(
                    f"| {ending} | {workers} | {batch} | {len(there)} | {counts} | {'yes' if equal else 'NO'} |",
                    flush=True,
                )
                out.unlink()
    finally:
        shutil.rmtree(folder)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
