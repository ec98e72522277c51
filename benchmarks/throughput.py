"""Documents/s, peak memory, start-up time and share of time per stage of ``annotate score``.

    python benchmarks/throughput.py                                  # everything, into benchmarks/results.md
    python benchmarks/throughput.py --sizes 1000x400 --output -      # quick, to the terminal

Every number of a table comes from one run of this script on one machine; compare ratios, not absolute times, with
those of another.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import itertools
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import annotate
import synthetic
from annotate.reading import read
from annotate.scorer import Scorer
from annotate.writing import jsonl

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")
PAGE = os.sysconf("SC_PAGE_SIZE")
STAGE_DOCUMENTS = 1000
WARM_UP = 50


@dataclass(frozen=True)
class Run:
    """One measured run of the command."""

    documents: int
    words: int
    """In a document, on average."""
    workers: int
    seconds: float
    busy: float
    """Seconds of processor time of all its processes together."""
    peak: int
    """Bytes of resident memory of all its processes together, at most; shared pages count in each of them."""
    digest: str

    @property
    def speed(self) -> float:
        """Documents a second, start-up included."""
        return self.documents / self.seconds


def tree(root: int) -> Iterator[int]:
    """Yield a process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue  # it has ended meanwhile
            children.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(entry))
    pending = [root]
    while pending:
        process = pending.pop()
        yield process
        pending.extend(children.get(process, []))


def look_at(root: int, busy: dict[int, float]) -> int:
    """Bytes of resident memory of a process tree; notes the processor seconds of each of its processes."""
    total = 0
    for process in tree(root):
        try:
            total += int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
            times = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        except OSError:
            continue
        busy[process] = sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
    return total


def measure(source: Path, out: Path, documents: int, words: int, workers: int) -> Run:
    """Run ``annotate score`` once and watch it."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [COMMAND, "score", str(source), "-o", str(out), "--workers", str(workers), "-q"], stderr=subprocess.PIPE
    )
    peak = 0
    busy: dict[int, float] = {}
    while process.poll() is None:
        peak = max(peak, look_at(process.pid, busy))
        time.sleep(0.1)
    seconds = time.perf_counter() - begin
    if process.returncode != 0:
        sys.exit(f"annotate score ended with {process.returncode}: {process.stderr.read().decode()}")  # type: ignore[union-attr]
    with out.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        records = sum(1 for _ in file)
    if records != documents:
        sys.exit(f"{records} records for {documents} documents")
    out.unlink()
    return Run(documents, words, workers, seconds, sum(busy.values()), peak, digest)


def cold_start(arguments: list[str], times: int) -> tuple[list[float], float]:
    """Seconds of so many runs of the command, each in a new process, and the processor seconds of one on average."""
    seconds = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(times):
        begin = time.perf_counter()
        subprocess.run([COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        seconds.append(time.perf_counter() - begin)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / times


def stages(source: Path, folder: Path) -> dict[str, float]:
    """Seconds per stage over the first documents, in this process, after a few that load every model."""
    scorer = Scorer()
    for item in itertools.islice(read([source], scorer.config.reading), WARM_UP):
        scorer(item)
    scorer.seconds = {}
    spent = {"reading": 0.0, "writing": 0.0}
    total = 0.0
    items = read([source], scorer.config.reading)
    clock = time.perf_counter
    with (folder / "stages.jsonl").open("wb", buffering=0) as out:
        for _ in range(STAGE_DOCUMENTS):
            begin = clock()
            item = next(items)
            read_at = clock()
            record = scorer(item)
            scored_at = clock()
            out.write(jsonl.encode(record))
            written_at = clock()
            spent["reading"] += read_at - begin
            spent["writing"] += written_at - scored_at
            total += written_at - begin
    spent |= scorer.seconds
    spent["everything else"] = total - sum(spent.values())
    return spent


def machine() -> str:
    """Describe what it runs on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * PAGE / 2**30
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{len(os.sched_getaffinity(0))} processors ({model}), {memory:.0f} GiB; Python {platform.python_version()}, "
        f"{platform.system()}; load before the start {load}; annotate {annotate.__version__}; "
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}."
    )


def table(runs: list[Run]) -> list[str]:
    """Make a table of the runs, each with its ratios."""
    lines = [
        "| documents | words each | processes | seconds | documents/s | against one process "
        "| processor ms a document | peak memory "
        "| against fewest documents |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for run in runs:
        alone = next(r for r in runs if (r.documents, r.words) == (run.documents, run.words))
        few = next(r for r in runs if r.workers == run.workers)
        speed, peak = run.speed / alone.speed, run.peak / few.peak
        lines.append(
            f"| {run.documents:,} | {run.words} | {run.workers} | {run.seconds:.1f} | {run.speed:.1f} | {speed:.2f} "
            f"| {run.busy / run.documents * 1000:.1f} | {run.peak / 2**20:.0f} MiB | {peak:.2f} |"
        )
    return lines


def put(page: Path, lines: list[str]) -> None:
    """Write a chapter into a page: in place of the one with the same heading, or behind all others."""
    chapters: dict[str, list[str]] = {}
    there = page.read_text(encoding="utf-8").splitlines() if page.exists() else []
    for line in there:
        if line.startswith("# ") or not chapters:
            chapters[line] = []
        chapters[next(reversed(chapters))].append(line)
    chapters[lines[0]] = lines
    page.write_text("\n\n".join("\n".join(c).strip() for c in chapters.values()) + "\n", encoding="utf-8")


def size(text: str) -> tuple[int, int]:
    """Parse ``1000x400``: documents and words in each."""
    documents, words = text.split("x")
    return int(documents), int(words)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=size, nargs="+", default=[(1_000, 400), (100_000, 400)], help="documents x words, like 1000x400"
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--starts", type=int, default=15, help="cold starts to time")
    parser.add_argument("--output", default=str(Path(__file__).with_name("results.md")), help="file, or - for none")
    options = parser.parse_args()
    about = machine()
    folder = Path(tempfile.mkdtemp(prefix="annotate-throughput-"))
    try:
        lines = report(options, about, folder)
    finally:
        shutil.rmtree(folder)
    print("\n".join(lines))
    if options.output != "-":
        put(Path(options.output), lines)


def report(options: argparse.Namespace, about: str, folder: Path) -> list[str]:
    runs: list[Run] = []
    source = folder / "documents.jsonl"
    for count, aim in options.sizes:
        synthetic.write(source, count, aim)
        words = round(statistics.mean(len(row["text"].split()) for row in synthetic.documents(min(count, 500), aim)))
        for workers in options.workers:
            runs.append(measure(source, folder / "out.jsonl", count, words, workers))
            print(f"{count:,} documents, {workers} processes: {runs[-1].speed:.1f} documents/s", file=sys.stderr)
        if len({run.digest for run in runs[-len(options.workers) :]}) != 1:
            sys.exit("the number of processes changed the output")
    five = folder / "five"
    five.mkdir()
    for path in sorted(synthetic.CORPUS.glob("*.txt"))[:5]:
        shutil.copy(path, five)
    starts = cold_start(["score", str(five), "-o", str(folder / "five.jsonl")], options.starts)
    helps = cold_start(["--help"], options.starts)
    synthetic.write(source, STAGE_DOCUMENTS)
    spent = stages(source, folder)
    total = sum(spent.values())
    return [
        "# Speed and memory of `annotate score`",
        "",
        f"Made by `python benchmarks/throughput.py{''.join(f' {a}' for a in sys.argv[1:])}`. {about}",
        "",
        "## Documents/s and peak memory",
        "",
        "Sentences of `corpus/` recombined with a seed; JSONL in and out, start-up included. Memory: resident, all "
        "processes together, sampled ten times a second; shared pages count in each process. Where the "
        "machine had other work, the processor time says more than the documents/s. "
        "The outputs with one and with two processes were the same, byte for byte.",
        "",
        *table(runs),
        "",
        "## Start",
        "",
        f"New process each time, files in the page cache, {options.starts} runs.",
        "",
        "| command | median | min | max | processor time |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| `{name}` | {statistics.median(s):.2f} s | {min(s):.2f} s | {max(s):.2f} s | {busy:.2f} s |"
            for name, (s, busy) in (("annotate score` on five files of `corpus/", starts), ("annotate --help", helps))
        ),
        "",
        "## Share of time per stage",
        "",
        f"{STAGE_DOCUMENTS:,} such documents of 400 words, one process, models loaded beforehand. A detector's "
        "time includes shared analyses that it is the first to ask for.",
        "",
        "| stage | ms a document | share |",
        "|---|--:|--:|",
        *(
            f"| {name} | {seconds / STAGE_DOCUMENTS * 1000:.3f} | {seconds / total:.1%} |"
            for name, seconds in sorted(spent.items(), key=lambda item: -item[1])
        ),
        f"| all | {total / STAGE_DOCUMENTS * 1000:.3f} | 100.0% |",
    ]


if __name__ == "__main__":
    main()
