"""An annotator at work in the page of a real Label Studio: sees our flags, changes them, submits; then it is pulled."""

from __future__ import annotations

import shutil

import pytest

from annotate.labeling import export
from annotate.labeling.labels import Shown, Span, read_labels
from annotate.labeling.pull import pull
from annotate.labeling.push import push
from annotate.labeling.snapshot import fetch

pytest_plugins = ["real_server"]
pytestmark = pytest.mark.slow

TEXT = (
    "🚀🚀 𝒜 The teh rocket rose slowly.\r\nA cafe\u0301 line, theMS rocket, and Follow us! "
    "Then 🚀 the spacecrafts hull cooled, <b>said</b> &amp; the crew."
)
MARKS = ".htx-highlight"
# Where the words stand on the screen.
PLACE = """(words) => {
    const nodes = document.createTreeWalker(document.querySelector("[class*=richtext]"), NodeFilter.SHOW_TEXT);
    for (let node; (node = nodes.nextNode()); ) {
        const at = node.data.indexOf(words);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + words.length);
        const box = range.getBoundingClientRect();
        return [box.left, box.right, (box.top + box.bottom) / 2];
    }
}"""


@pytest.fixture(scope="module")
def page(label_studio):
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next((found for name in names if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip("no Chromium found: apt install chromium")
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = running.new_page(viewport={"width": 1500, "height": 1100})
        page.set_default_timeout(90_000)
        page.goto(f"{label_studio.url}/user/login")
        page.fill("input[name=email]", label_studio.email)
        page.fill("input[name=password]", label_studio.password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/user/login" not in url)
        yield page
        running.close()


def send(label_studio, make, folder, title):
    flags = [
        make.flag(TEXT, "teh", "spelling", score=0.83, evidence={"meant": "the"}),
        make.flag(TEXT, "cafe\u0301", "grammar", score=0.4),
        make.flag(TEXT, "theMS rocket", "spelling"),
        make.flag(TEXT, "Follow us!", "spam", severity="major", score=0.9),
    ]
    scores = make.scores(folder / "scores.jsonl", make.record("page", TEXT, flags))
    export(scores, [make.document("page", TEXT, title="A headline")], folder / "export")
    with label_studio.connect() as server:
        (pushed,) = push(server, folder / "export", title, overlap=1)
    return pushed.project


def label_next(page, label_studio, project):
    """Go where "Label All Tasks" goes, and put the instructions away."""
    page.goto(f"{label_studio.url}/projects/{project}/data?labeling=1")
    page.locator(MARKS).first.wait_for()
    assert page.get_by_text("Labeling guidelines").is_visible()
    page.get_by_label("Close modal").click()


def marked(page):
    return [(m.get_attribute("data-label").partition(":")[2], m.inner_text()) for m in page.locator(MARKS).all()]


def draw(page, hotkey, words):
    page.keyboard.press(hotkey)
    left, right, middle = page.evaluate(PLACE, words)
    page.mouse.move(left + 2, middle)
    page.mouse.down()
    page.mouse.move((left + right) / 2, middle, steps=4)
    page.mouse.move(right - 2, middle, steps=4)
    page.mouse.up()
    page.locator(MARKS, has_text=words).wait_for()


def submit(page):
    with page.expect_response(lambda r: r.request.method == "POST" and "/annotations" in r.url) as answered:
        page.get_by_test_id("bottombar-submit-button").click()
    assert answered.value.status == 201


def test_an_annotator_keeps_changes_deletes_and_adds(page, label_studio, make, tmp_path):
    project = send(label_studio, make, tmp_path, "In the page")
    label_next(page, label_studio, project)
    assert page.get_by_text("A headline").is_visible()
    words = [("spelling", "teh"), ("grammar", "cafe\u0301"), ("spelling", "theMS rocket"), ("spam", "Follow us!")]
    assert marked(page) == words

    # The list of regions: label, words and score; and why, in the panel of the selected one.
    for (label, text), score in zip(words, ("0.83", "0.40", "0.50", "0.90"), strict=True):
        entry = (
            page.locator("[class*=tree__node], [class*=outliner-item]", has_text=text).first.inner_text().split("\n")
        )
        assert {label, text, score} <= {part.strip() for part in entry}
    page.locator(MARKS).nth(0).click()
    page.get_by_test_id("detailed-region").get_by_text("0.83 · spelling, minor · a-reason: meant 'the'").wait_for()

    page.keyboard.press("w")  # grammar
    page.locator(f"{MARKS}[data-label='1:grammar']").wait_for()
    page.keyboard.press("Escape")
    page.locator(MARKS, has_text="Follow us!").click()
    page.keyboard.press("Backspace")
    page.locator(MARKS, has_text="Follow us!").wait_for(state="detached")
    draw(page, "e", "spacecrafts")  # spelling
    assert marked(page)[-1] == ("spelling", "spacecrafts")

    # A mark without a severity is refused, and selected so that it can be given one.
    page.get_by_test_id("bottombar-submit-button").click()
    page.get_by_text("Give the severity of every marked passage").wait_for()
    page.get_by_role("button", name="OK").click()
    page.get_by_text("critical").click()
    submit(page)

    with label_studio.connect() as server:
        fetch(server, project, tmp_path / "raw.json")
    done = pull([tmp_path / "raw.json"], tmp_path / "labels.jsonl", tmp_path / "problems.csv", with_text=True)
    assert done.problems == {}
    (entry,) = read_labels(tmp_path / "labels.jsonl")
    teh, cafe, rocket, spacecrafts = entry.spans
    at = TEXT.index
    ids = {s.label + s.severity + str(s.start): s.id for s in entry.shown}
    assert entry.shown == [
        Shown(ids[f"spellingminor{at('teh')}"], at("teh"), at("teh") + 3, "spelling", "minor", 0.83),
        Shown(ids[f"grammarminor{at('cafe')}"], at("cafe"), at("cafe") + 5, "grammar", "minor", 0.4),
        Shown(ids[f"spellingminor{at('theMS')}"], at("theMS"), at("theMS") + 12, "spelling", "minor", 0.5),
        Shown(ids[f"spammajor{at('Follow')}"], at("Follow"), at("Follow") + 10, "spam", "major", 0.9),
    ]
    shown = [s.id for s in entry.shown]
    changed = {"id": shown[0], "origin": "prediction-changed"}
    assert teh == Span(at("teh"), at("teh") + 3, "teh", "grammar", "minor", **changed)
    kept = {"id": shown[1], "origin": "prediction"}
    assert cafe == Span(at("cafe"), at("cafe") + 5, "cafe\u0301", "grammar", "minor", **kept)
    assert (rocket.id, rocket.origin) == (shown[2], "prediction")
    assert shown[3] not in {s.id for s in entry.spans}
    start = at("spacecrafts")
    added = Span(start, start + 11, "spacecrafts", "spelling", "critical", id=spacecrafts.id)
    assert spacecrafts == added
    assert spacecrafts.id not in shown
    assert entry.origin == "human"
    assert entry.score is None  # an untouched slider says nothing
    assert entry.signature == make.signature
    assert entry.seconds > 0


def test_what_is_left_without_submitting_is_a_draft(page, label_studio, make, tmp_path):
    project = send(label_studio, make, tmp_path, "Left unfinished")
    label_next(page, label_studio, project)
    with page.expect_response(lambda r: r.request.method == "POST" and "/drafts" in r.url):
        draw(page, "e", "spacecrafts")
    page.goto(f"{label_studio.url}/projects")
    with label_studio.connect() as server:
        fetch(server, project, tmp_path / "raw.json")
    done = pull([tmp_path / "raw.json"], tmp_path / "labels.jsonl", tmp_path / "problems.csv")
    assert (done.entries, done.problems) == (0, {"draft-only": 1})
