"""What the labeling workflow costs with a real Label Studio: seconds and memory of 10,000 documents against 1,000.

    python benchmarks/labeling.py

The documents are those of corpus/, scored, each with a line of its own in front so that all texts differ. Export, push,
push again, status and pull run as commands of their own; seconds and peak memory are the command's. What is pulled has
an annotation on every document: our pre-marks, accepted. The server starts from nothing, on loopback, with SQLite.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "labeling"))

from real_server import TOKEN, LabelStudio, find_server, run_server  # noqa: E402

SIZES = (1_000, 10_000)
ANNOTATE = [sys.executable, "-c", "from annotate.cli import main; main()"]


def main() -> None:
    if find_server() is None:
        sys.exit("No label-studio: python -m venv .venv-labelstudio; .venv-labelstudio/bin/pip install label-studio")
    with tempfile.TemporaryDirectory() as name, run_server(Path(name)) as server:
        folder = Path(name)
        measure(["score", str(ROOT / "corpus"), "-o", str(folder / "corpus.jsonl"), "--with-text", "--quiet"], server)
        records = [json.loads(line) for line in (folder / "corpus.jsonl").open(encoding="utf-8")]
        costs = {size: run(size, [r for r in records if r["status"] == "ok"], folder, server) for size in SIZES}
        report(costs)
        with Path(f"/proc/{server.pid}/status").open() as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        print(f"\nServer, peak over all: {peak / 1024:,.0f} MB")


def run(size: int, records: list[dict], folder: Path, server: LabelStudio) -> dict[str, tuple[float, float]]:
    """Seconds and peak MB of each command."""
    scores, out, title = folder / f"{size}.jsonl", folder / f"export-{size}", f"{size} documents"
    with scores.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(vary(records, n), ensure_ascii=False) + "\n" for n in range(size))
    push = ["label", "push", str(out), "--project", title]
    costs = {"export": measure(["label", "export", str(scores), "-o", str(out)], server)}
    print(f"{size:,} documents: {sum(p.stat().st_size for p in out.glob('tasks*.json')) / 1e6:.0f} MB of tasks")
    costs["push"] = measure(push, server)
    costs["push again"] = measure(push, server)
    config = (out / "config.xml").read_text()
    labeled = server("POST", "/api/projects/", {"title": f"{title}, labeled", "label_config": config})["id"]
    for path in sorted(out.glob("tasks*.json")):
        server("POST", f"/api/projects/{labeled}/import", list(accepted(path)))
    costs["status"] = measure(["label", "status", "--project", str(labeled)], server)
    costs["pull"] = measure(["label", "pull", "--project", str(labeled), "-o", str(folder / f"{size}.labels")], server)
    assert sum(1 for _ in (folder / f"{size}.labels").open()) == size
    return costs


def vary(records: list[dict], number: int) -> dict:
    """Give a record of the corpus a text of its own, and move its flags along."""
    record = records[number % len(records)]
    line = f"Document {number} of a benchmark.\n\n"
    text = line + record["text"]
    flags = [f | {"start": f["start"] + len(line), "end": f["end"] + len(line)} for f in record["flags"]]
    known = {"id": f"{number:06}-{record['id']}", "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return record | known | {"flags": flags, "passages": []}


def accepted(path: Path) -> Iterator[dict]:
    for task in json.loads(path.read_text(encoding="utf-8")):
        yield task | {"annotations": [{"result": task["predictions"][0]["result"], "ground_truth": False}]}


def measure(arguments: list[str], server: LabelStudio) -> tuple[float, float]:
    """Run a command; give its seconds and peak MB."""
    environment = os.environ | {"LABEL_STUDIO_URL": server.url, "LABEL_STUDIO_API_KEY": TOKEN}
    begin = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([*ANNOTATE, *arguments], env=environment, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status):
            said.seek(0)
            sys.exit(f"{' '.join(arguments)} failed:\n{said.read().decode()[-3000:]}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def report(costs: dict[int, dict[str, tuple[float, float]]]) -> None:
    small, large = SIZES
    print(f"\n| command | {small:,}: s | {large:,}: s | ratio | {small:,}: MB | {large:,}: MB | ratio |")
    print("|---|---|---|---|---|---|---|")
    for step in costs[small]:
        (s1, m1), (s2, m2) = costs[small][step], costs[large][step]
        print(f"| {step} | {s1:.1f} | {s2:.1f} | {s2 / s1:.1f} | {m1:.0f} | {m2:.0f} | {m2 / m1:.2f} |")


if __name__ == "__main__":
    main()
