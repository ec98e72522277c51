"""Kill a long run of ``annotate score`` at random moments, again and again; compare the end with an undisturbed run.

    python benchmarks/kill_resume.py --documents 5000 --kills 20

All processes of the run get SIGKILL at once. The moments are drawn from the time an undisturbed run takes, with a
seed; a resumed run that ends before its moment ends the trial. Exits with 1 if a byte differs.
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


def trial(
    source: Path, out: Path, workers: int, batch: int, kills: int, longest: float, rng: random.Random
) -> list[int]:
    """Kill and go on until done; return how many records were there after each kill."""
    work = out if out.suffix == ".jsonl" else out.with_name(out.name + ".partial.jsonl")
    there: list[int] = []
    while True:
        process = start(source, out, workers, batch)
        if len(there) < kills:
            try:
                process.wait(rng.uniform(0.1, longest))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                there.append(work.read_bytes().count(b"\n") if work.exists() else 0)
                continue
        if process.wait() != 0:
            sys.exit(f"annotate score ended with {process.returncode}")
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
            begin = time.monotonic()
            if start(source, whole, 1, 64).wait() != 0:
                sys.exit("the undisturbed run failed")
            longest = max(1.5, 3 * (time.monotonic() - begin) / (options.kills + 1))
            for workers, batch in ((1, 64), (2, 64), (2, 1)):
                out = folder / f"out-{workers}-{batch}.{ending}"
                there = trial(source, out, workers, batch, options.kills, longest, rng)
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
