"""What the page of `annotate report` costs: time and memory to write, size, time to open and to use in Chromium.

    python benchmarks/report.py 52 5000
    python benchmarks/report.py --scores scores.jsonl

Documents are those of ``corpus/``, scored once with their texts and repeated under other ids as often as wanted, so
that flags, stories and copies are as dense as there. Writing is measured in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "corpus"
_REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[52, 5000], metavar="DOCUMENTS")
    parser.add_argument("--scores", type=Path, help="records with texts to measure instead")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.scores:
            files = [arguments.scores]
        else:
            scored = folder / "corpus.jsonl"
            score(scored)
            files = [repeat(scored, size, folder / f"{size}.jsonl") for size in arguments.sizes]
        rows = [measure(file, folder / f"{number}.html") for number, file in enumerate(files)]
    for key in rows[0]:
        cells = "".join(f"{row[key]:14,.2f}" for row in rows)
        ratio = f"{rows[-1][key] / rows[0][key]:10.1f} ×" if len(rows) > 1 and rows[0][key] else ""
        print(f"{key:36}{cells}{ratio}")


def score(output: Path) -> None:
    from annotate.cli.score import command

    command.main([str(CORPUS), "--with-text", "-q", "-o", str(output)], standalone_mode=False)


def repeat(scored: Path, size: int, output: Path) -> Path:
    """Write so many records; each round of the corpus has ids and stories of its own."""
    lines = scored.read_text(encoding="utf-8").splitlines()
    ids = {json.loads(line)["id"] for line in lines}

    def renamed(value: Any, suffix: str) -> Any:
        if isinstance(value, dict):
            return {k: v if k == "text" else renamed(v, suffix) for k, v in value.items()}
        if isinstance(value, list):
            return [renamed(v, suffix) for v in value]
        return value + suffix if value in ids else value

    with output.open("w", encoding="utf-8") as file:
        for number in range(size):
            suffix = f"-{number // len(lines)}"
            record = json.loads(lines[number % len(lines)])
            record["flags"] = [{**f, "evidence": renamed(f["evidence"], suffix)} for f in record["flags"]]
            record["id"] += suffix
            record["evidence"]["story"] += suffix
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return output


def measure(scores: Path, page: Path) -> dict[str, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        row = pool.apply(write, (scores, page))
    return {**row, **browse(page)}


def write(scores: Path, page: Path) -> dict[str, float]:
    from annotate.report import write_report

    before = most_memory()
    begin = time.process_time()
    done = write_report(scores, (), page)
    seconds = time.process_time() - begin
    return {
        "documents": done.documents,
        "flags": done.flags,
        "stories": done.stories,
        "records, MB": scores.stat().st_size / 1e6,
        "page, MB": done.size / 1e6,
        "writing, s of one processor": seconds,
        "writing, MB above start": most_memory() - before,
    }


def most_memory() -> float:
    """Most megabytes that this process ever held; ``ru_maxrss`` would begin with those of the process that made it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def browse(page: Path) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(_REPEATS):
            use(browser.new_page(viewport={"width": 1280, "height": 900}), page, found)
        browser.close()
    return {name: sorted(values)[len(values) // 2] for name, values in found.items()}


def use(tab: Any, page: Path, found: dict[str, list[float]]) -> None:
    """Open a page and use it as somebody would, with the time from each act to what it shows."""

    def timed(name: str, act: Callable[[], Any], wait: Callable[[], Any]) -> None:
        begin = time.perf_counter()
        act()
        wait()
        found.setdefault(f"{name}, ms", []).append(1000 * (time.perf_counter() - begin))

    def shown(selector: str) -> Callable[[], Any]:
        return lambda: tab.wait_for_selector(selector, state="attached")

    timed("opening", lambda: tab.goto(page.as_uri()), shown("html[data-ready]"))
    timed("table of documents", lambda: tab.click("#nav a:nth-child(2)"), shown("#f-q"))
    timed("sorting", lambda: tab.click("[data-keep=sort-penalty]"), shown("[aria-sort=descending]"))
    # The page waits 200 ms for the next key; the first search unpacks all texts.
    timed("first search in the texts", lambda: tab.fill("#f-q", "the"), lambda: tab.wait_for_url("**q=the"))
    timed("next search in the texts", lambda: tab.fill("#f-q", "of"), lambda: tab.wait_for_url("**q=of"))
    timed("a document", lambda: tab.click("tbody a"), shown(".text"))
    timed("a story", lambda: tab.evaluate("location.hash = '#/story/1'"), shown(".lines"))
    heap = tab.evaluate("performance.memory.usedJSHeapSize / 1e6")
    found.setdefault("browser's heap after that, MB", []).append(heap)
    tab.close()


if __name__ == "__main__":
    main()
