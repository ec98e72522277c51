"""What the page of `annotate report` costs: time and memory to write, size, time to open and to use in Chromium.

    python benchmarks/report.py 52 5000
    python benchmarks/report.py --check out/screenshots 5000
    python benchmarks/report.py --scores scores.jsonl

Documents are those of ``corpus/``, scored once with their texts and repeated under other ids as often as wanted, so
that flags, stories and copies are as dense as there. Writing is measured in a process of its own. The last lines are of
one made-up text of 350,000 code points with 3,000 flags.

``--check`` measures nothing but looks: every view, light at 1280 pixels and dark at 360, under the accessibility
checker axe; whether the page complains, asks the network for anything or has to be scrolled sideways; and a picture of
each view to look at. It ends with 1 if there is something to mend.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

CORPUS = Path(__file__).parents[1] / "corpus"
_REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[52, 5000], metavar="DOCUMENTS")
    parser.add_argument("--scores", type=Path, help="records with texts to measure instead")
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="check the pages, with pictures into FOLDER")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.scores:
            files = [arguments.scores]
        else:
            scored = folder / "corpus.jsonl"
            score(scored)
            files = [repeat(scored, size, folder / f"{size}.jsonl") for size in arguments.sizes]
        if arguments.check:
            found = [fault for file in files for fault in check(file, folder / f"{file.stem}.html", arguments.check)]
            print("\n".join(found) or "Nothing to mend.")
            sys.exit(bool(found))
        rows = [measure(file, folder / f"{number}.html") for number, file in enumerate(files)]
        long = browse(long_text(folder), use_long_text)
    for key in rows[0]:
        cells = "".join(f"{row[key]:14,.2f}" for row in rows)
        ratio = f"{rows[-1][key] / rows[0][key]:10.1f} ×" if len(rows) > 1 and rows[0][key] else ""
        print(f"{key:36}{cells}{ratio}")
    for name, value in long.items():
        print(f"{name:36}{value:14,.2f}")


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
            record["evidence"] = {**renamed(record["evidence"], suffix), "story": record["evidence"]["story"] + suffix}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return output


def measure(scores: Path, page: Path) -> dict[str, float]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        row = pool.apply(write, (scores, page))
    return {**row, **browse(page, use)}


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


def long_text(folder: Path) -> Path:
    """Write the page of a text as long and as full of flags as none is."""
    from annotate.documents import LABELS, SEVERITIES, Document, Record, Verdict, make_flag
    from annotate.report import write_report

    text = ("The harbour board closed the north pier after divers found a crack. " * 7 + "\n\n") * 1_000
    text = text[:350_000]
    flags = [
        make_flag(
            text,
            start,
            start + (6, 30, 120)[number % 3],
            label=LABELS[number % len(LABELS)],
            severity=SEVERITIES[number % len(SEVERITIES)],
            score=number % 100 / 100,
            detector="none@1",
            reason="none",
            evidence={"number": number},
        )
        for number, start in enumerate(range(0, 348_000, 116))
    ]
    verdict = Verdict("human", 1.0, len(text.split()), {"human": 1.0})
    record = Record("long", None, "ok", "none", Document(text).sha256, verdict, flags, text=text)
    scores = folder / "long.jsonl"
    scores.write_bytes(msgspec.json.encode(record))
    write_report(scores, (), folder / "long.html")
    return folder / "long.html"


Use = Callable[[Any, Path, dict[str, list[float]]], None]


def browse(page: Path, use: Use) -> dict[str, float]:
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
        time_to(found, name, act, wait)

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


def time_to(found: dict[str, list[float]], name: str, act: Callable[[], Any], wait: Callable[[], Any]) -> None:
    begin = time.perf_counter()
    act()
    wait()
    found.setdefault(f"{name}, ms", []).append(1000 * (time.perf_counter() - begin))


def use_long_text(tab: Any, page: Path, found: dict[str, list[float]]) -> None:
    """Open the document, until it is drawn, and go to its first flag."""
    drawn = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"

    def shown() -> None:
        tab.wait_for_selector(".text", state="attached")
        tab.evaluate(drawn)

    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached")
    time_to(found, "a text of 3,000 flags", lambda: tab.evaluate("location.hash = '#/document/1'"), shown)
    turn = "[...document.querySelectorAll('.turn button')].at(-1).click()"
    time_to(found, "its next flag", lambda: tab.evaluate(turn), lambda: tab.evaluate(drawn))
    tab.close()


VIEWS = ("", "documents", "document/1?flag=7", "document/2?claim=1", "story/1", "stories", "sources", "nowhere")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check(scores: Path, page: Path, pictures: Path) -> list[str]:
    """Look at every view of the page of some records, and say what is wrong with it."""
    from playwright.sync_api import sync_playwright

    from annotate.report import write_report

    write_report(scores, (), page)
    pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        return [
            fault
            for theme, width in (("light", 1280), ("dark", 360))
            for fault in look(
                browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme),
                page,
                pictures / f"{page.stem}-{theme}-{width}",
            )
        ]


def look(tab: Any, page: Path, pictures: Path) -> list[str]:
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
    address = page.as_uri()
    found: list[str] = []
    tab.on("console", lambda message: found.append(f"console: {message.text}"))
    tab.on("pageerror", lambda error: found.append(f"error: {error}"))
    tab.on("request", lambda r: r.url.split("#")[0] == address or found.append(f"request: {r.url}"))
    tab.goto(address)
    tab.wait_for_selector("html[data-ready]", state="attached")
    tab.evaluate(axe)
    for view in VIEWS:
        path = view.partition("?")[0]
        name = f"{pictures.name}-{path.replace('/', '-') or 'overview'}"
        tab.evaluate("view => (location.hash = '#/' + view)", view)
        tab.wait_for_selector(f"main[data-view='{path}']")
        result = tab.evaluate("tags => axe.run({ runOnly: { type: 'tag', values: tags } })", TAGS)
        found += [f"{name}: axe {v['id']}: {v['nodes'][0]['html']}" for v in result["violations"]]
        if tab.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name}: wider than the window")
        tab.screenshot(path=pictures.with_name(f"{name}.png"), full_page=True)
        print(f"{name}: {len(result['passes'])} rules passed", file=sys.stderr)
    tab.close()
    return found


if __name__ == "__main__":
    main()
