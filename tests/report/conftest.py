"""Pages to look at and the browser that looks: Chromium from disk, with everything it complains about kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from annotate import documents
from annotate.documents import Document, Evidence, Flag, OperatingPoint, Record, Verdict
from annotate.documents.evidence import ClaimCounts, ComparedClaim, SharedText
from annotate.report import write_report

CORPUS = Path(__file__).parents[2] / "corpus"
HUMAN = {"human": 0.7, "machine-translated": 0.2, "machine-paraphrased": 0.06, "machine-generated": 0.04}

SCRIPT = "</script><script>window.hit=1</script><!-- <img src=x onerror=window.hit=1>"
HOSTILE = (
    f"\U0001f680\U0001f680 The ferry {SCRIPT} left at noon.\u2028"
    'A naïve caf\u0065\u0301 owner said: "We saw \U0001f6a2 it all, javascript:window.hit=1 and more."\r\n'
    "The \u202edesrever\u202c word ends {here}, \x1b[31m{{and}} here."
)


def flag(text: str, words: str, label: str, **known: Any) -> Flag:
    start = text.index(words)
    chosen = {"severity": "minor", "score": 0.5, "detector": "test@1", "reason": "a-reason"} | known
    return documents.make_flag(text, start, start + len(words), label=label, **chosen)


def record(identity: str, text: str, flags: list[Flag], **known: Any) -> Record:
    made = Record(
        id=identity,
        source=None,
        status="ok",
        signature="annotate|test",
        sha256=Document(text).sha256,
        verdict=Verdict("human", 0.7, 120, HUMAN, OperatingPoint("100-200", 0.05, 0.4)),
        flags=sorted(flags, key=lambda f: (f.start, f.end)),
        text=text,
    )
    return msgspec.structs.replace(made, **known)


def write(path: Path, records: list[Record]) -> Path:
    path.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in records))
    return path


def hostile_records() -> list[Record]:
    """Nested and overlapping flags on a text of everything that could go wrong."""
    text = HOSTILE
    begin = text.index("The ferry")
    drove = {"words": [{"text": "ferry", "start": begin + 4, "end": begin + 9, "weight": 0.4}], SCRIPT: SCRIPT}
    flags = [
        documents.make_flag(
            text, 0, len(text), label="garbled", severity="critical", score=0.9, detector="t@1", reason="all"
        ),
        flag(text, f"The ferry {SCRIPT} left", "machine-translated", severity="major", evidence=drove),
        flag(text, "left at noon.\u2028A naïve caf\u0065\u0301", "truncated"),
        flag(text, "\U0001f6a2 it", "encoding", severity="neutral", score=0.97),
        flag(text, "naïve caf\u0065\u0301 owner", "spelling"),
        flag(text, "\u202edesrever\u202c", "encoding", reason=SCRIPT),
    ]
    return [
        record('"><script>window.hit=1</script>', text, flags, source="javascript:window.hit=1"),
        record("plain", "Nothing is wrong with this short text.", []),
        Record("none", None, "skipped", "annotate|test", None, reason="empty"),
        Record("bad", SCRIPT, "failed", "annotate|test", None, error=SCRIPT),
    ]


@pytest.fixture
def story_records() -> list[Record]:
    """Three reports of one event, two of one origin: a quotation, a number and a name of the thing differ."""
    told = "The dam at Lake Orrin holds, engineers said, and the {thing} gate was shut after {n} hours of work on it."
    said = 'Mayor Ilse Brandt told reporters: "We {word} everybody out before the water came."'
    texts = {
        "one": f"{told.format(thing='steel', n=12)} {said.format(word='got')}",
        "two": f"{told.format(thing='steel', n=12)} {said.format(word='got')} More will follow in the evening.",
        "three": f"Engineers shut the wooden gate of the dam after 20 hours. {said.format(word='brought')}",
    }

    def quotation(identity: str, other: str) -> Flag:
        here, there = (re.search('"(.+)"', texts[i])[1] for i in (identity, other))
        words = ("brought", "got") if "brought" in here else ("got", "brought")
        edit = {"here": words[0], "elsewhere": words[1], "kind": "content-substitution"}
        evidence = {"speaker": "Ilse Brandt", "here": here, "elsewhere": there, "document": other, "edits": [edit]}
        reason = "wordings-differ"
        return flag(texts[identity], here, "altered-quote", reason=reason, evidence=evidence, score=0.45)

    def number(identity: str, value: str, elsewhere: dict[str, int], *others: str) -> Flag:
        passages = [{"document": other, "text": texts[other].split(" Mayor")[0]} for other in others]
        evidence = {"kind": "number", "here": value, "elsewhere": elsewhere, "passages": passages}
        return flag(texts[identity], value, "conflicting-claim", reason="number-conflict", evidence=evidence, score=0.6)

    examples = [{"document": "one", "text": "steel gate"}]
    term = {"entity": "gate", "here": "wooden", "elsewhere": {"steel": 2}, "examples": examples}
    flags = {
        "one": [quotation("one", "three"), number("one", "12", {"20": 1}, "three")],
        "two": [quotation("two", "three"), number("two", "12", {"20": 1}, "three")],
        "three": [
            quotation("three", "one"),
            number("three", "20", {"12": 2}, "one", "two"),
            flag(texts["three"], "wooden", "terminology", severity="major", reason="type-conflict", evidence=term),
        ],
    }

    def lake(identity: str, value: str, elsewhere: dict[str, list[str]]) -> ComparedClaim:
        start = texts[identity].index(value)
        explained = ["later-report"]
        return ComparedClaim(
            start, start + len(value), "date", "consistent", "update", 1, elsewhere, explained, ["Ilse Brandt"]
        )

    confirmed = ComparedClaim(0, 3, "number", "confirmed", "same", 2, {"The": ["three"]})
    half = "copy-with-different-portions"
    evidence = {
        "one": Evidence(
            origin=1,
            compared=[confirmed, lake("one", "after 12 hours", {"after 20 hours": ["three"]})],
            copies=[SharedText("two", half, 0.9, "to", "published")],
            credit="Reuters",
        ),
        "two": Evidence(origin=1, copies=[SharedText("one", half, 0.7, "from", "published")], copied=half),
        "three": Evidence(origin=2, compared=[lake("three", "after 20 hours", {"after 12 hours": ["one"]})]),
    }
    known = {"story": "s", "documents": 3, "origins": 2, "claims": ClaimCounts(1, 1)}
    evidence = {identity: msgspec.structs.replace(found, **known) for identity, found in evidence.items()}
    return [record(i, texts[i], flags[i], evidence=evidence[i], source=f"{i}.example") for i in texts]


@pytest.fixture
def hostile() -> list[Record]:
    return hostile_records()


@pytest.fixture
def hostile_page(tmp_path: Path) -> Path:
    page = tmp_path / "hostile.html"
    write_report(write(tmp_path / "hostile.jsonl", hostile_records()), (), page)
    return page


@pytest.fixture(scope="session")
def corpus_scores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from annotate.cli.score import command

    path = tmp_path_factory.mktemp("report") / "corpus.jsonl"
    arguments = [str(CORPUS), "--tier", "linear", "--with-text", "-q", "-o", str(path)]
    command.main(arguments, standalone_mode=False)
    return path


@pytest.fixture(scope="session")
def corpus_page(corpus_scores: Path) -> Path:
    page = corpus_scores.with_suffix(".html")
    write_report(corpus_scores, (), page)
    return page


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="looking at the page needs playwright")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("looking at the page needs an installed Chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def look(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Open a page at a view. No test passes if the page complained, failed or asked for anything but itself."""
    complaints: list[str] = []
    tabs: list[Any] = []

    def open_(page: Path, view: str = "", *, width: int = 1280, theme: str = "light") -> Any:
        tab = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        tab.set_default_timeout(10_000)
        tab.on("console", lambda m: complaints.append(f"{m.type}: {m.text}"))
        tab.on("pageerror", lambda e: complaints.append(f"error: {e}"))
        tab.on("dialog", lambda d: complaints.append(f"dialog: {d.message}"))
        address = page.as_uri()
        tab.on("request", lambda r: None if r.url.split("#")[0] == address else complaints.append(f"request: {r.url}"))
        tab.goto(address + view)
        tab.wait_for_selector("html[data-ready]")
        tabs.append(tab)
        return tab

    yield open_
    for tab in tabs:
        tab.close()
    assert complaints == []


@pytest.fixture
def write_scores(tmp_path: Path) -> Callable[[list[Record]], Path]:
    return lambda records: write(tmp_path / "scores.jsonl", records)


@pytest.fixture
def make_record() -> Callable[..., Record]:
    return record


@pytest.fixture
def make_flag() -> Callable[..., Flag]:
    return flag
