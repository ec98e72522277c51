"""The page in a browser: every view and control, exact marks, nothing that a document says taken for markup."""

from __future__ import annotations

import importlib.resources
import json

import msgspec
import pytest

from annotate.documents import LABELS, Document, Record, make_flag
from annotate.report import write_report

pytestmark = pytest.mark.slow

MARKED = """() => {
  const found = {};
  for (const mark of document.querySelectorAll("[data-flags]"))
    for (const n of mark.dataset.flags.split(" ")) found[n] = (found[n] || "") + mark.textContent;
  return found;
}"""
TEXT = """() => [...document.querySelector(".text").childNodes]
  .filter((n) => !n.classList?.contains("ref")).map((n) => n.textContent).join("")"""


def go(tab, view):
    tab.evaluate("view => (location.hash = '#/' + view)", view)
    tab.wait_for_selector(f"main[data-view='{view.split('?')[0]}']")


def rows(tab):
    return tab.locator("tbody tr").count()


def first_cells(tab, column):
    return tab.locator(f"tbody tr > :nth-child({column})").all_inner_texts()


def focused(tab):
    return tab.evaluate("[document.activeElement.tagName, document.activeElement.innerText]")


def test_flags_cover_exactly_their_code_points(look, corpus_scores, corpus_page):
    tab = look(corpus_page)
    for number, line in enumerate(corpus_scores.read_bytes().splitlines(), 1):
        record = msgspec.json.decode(line, type=Record)
        go(tab, f"document/{number}")
        assert tab.evaluate(TEXT) == record.text
        assert tab.evaluate(MARKED) == {str(i): f.text for i, f in enumerate(record.flags, 1)}


def test_a_hostile_document_is_shown_as_it_stands(look, hostile, hostile_page):
    tab = look(hostile_page)
    go(tab, "document/1")
    assert tab.evaluate(TEXT) == hostile[0].text
    assert tab.evaluate(MARKED) == {str(i): f.text for i, f in enumerate(hostile[0].flags, 1)}
    for summary in tab.locator("summary").all():
        summary.click()
    assert tab.locator(".text .code").first.get_attribute("data-code") == "U+2028"
    for view in ("", "documents", "stories", "sources", "document/4"):
        go(tab, view)
    assert tab.evaluate("window.hit") is None
    assert tab.locator("main img, main script, a[href^=javascript]").count() == 0


def test_the_bytes_of_a_document_stand_nowhere_in_the_page(hostile_page):
    page = hostile_page.read_text(encoding="utf-8")
    assert "window.hit" not in page
    assert page.count("</script>") == page.count("<script")


def test_finding_documents(look, corpus_page):
    tab = look(corpus_page, "#/documents")
    status = tab.locator("#status")
    assert (rows(tab), status.inner_text()) == (50, "1–50 of 52 documents")
    tab.get_by_role("button", name="Next", exact=True).click()
    assert (rows(tab), status.inner_text()) == (2, "51–52 of 52 documents")
    tab.reload()
    assert rows(tab) == 2
    tab.get_by_label("Verdict").select_option("machine-generated")
    assert set(first_cells(tab, 3)) == {"machine-generated"}
    tab.get_by_label("Label").select_option("machine-generated")
    tab.get_by_label("Severity from").select_option("major")
    assert all("major" in flags for flags in first_cells(tab, 6))
    tab.get_by_role("button", name="Clear").click()
    tab.wait_for_selector("tbody tr:nth-child(50)")
    tab.get_by_label("Source", exact=True).select_option("footyhub.example")
    assert rows(tab) == 1
    tab.get_by_label("Source", exact=True).select_option("")
    tab.get_by_label("Story", exact=True).select_option("2")
    assert rows(tab) == 7
    tab.get_by_label("Words in title, text, source or id").fill("TAKEN to court by nobody")
    tab.get_by_text("Nothing fits these filters.").wait_for()
    tab.get_by_label("Words in title, text, source or id").fill("radiator panel")
    tab.wait_for_url("**q=radiator+panel")
    assert 0 < rows(tab) < 7


def test_order(look, corpus_page):
    tab = look(corpus_page, "#/documents")
    head = tab.get_by_role("columnheader", name="Probability")
    assert head.get_attribute("aria-sort") == "none"
    before = first_cells(tab, 4)
    assert before != sorted(before)
    head.get_by_role("button").focus()
    tab.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert focused(tab) == ["BUTTON", "Probability"]
    shown = first_cells(tab, 4)
    assert shown == sorted(shown, reverse=True)
    assert shown[0] >= max(before)
    tab.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert first_cells(tab, 4)[0] <= min(before)


def test_going_back(look, corpus_page):
    tab = look(corpus_page)
    tab.get_by_role("link", name="machine-translated").first.click()
    tab.wait_for_selector("main[data-view=documents]")
    assert tab.title() == "Documents – annotate report"
    listed = [a.get_attribute("href")[2:] for a in tab.locator("tbody th a").all()]
    assert len(listed) == rows(tab) > 2
    tab.locator("tbody th a").first.click()
    tab.wait_for_selector(f"main[data-view='{listed[0]}']")
    tab.get_by_role("link", name="Next", exact=True).click()
    tab.wait_for_selector(f"main[data-view='{listed[1]}']")
    assert focused(tab)[0] == "H1"
    for view in (listed[0], "documents", ""):
        tab.go_back()
        tab.wait_for_selector(f"main[data-view='{view}']")
    assert tab.locator("h1").inner_text() == "corpus.jsonl"


def test_jumping_between_a_flag_and_its_passage(look, hostile_page):
    tab = look(hostile_page, "#/document/1")
    assert tab.locator("h2#h-flags").inner_text() == "6 flags"
    tab.get_by_role("link", name="Flag 2: machine-translated, major").focus()
    tab.keyboard.press("Enter")
    assert tab.locator("#flag-2").get_attribute("open") is not None
    assert focused(tab)[1].startswith("2machine-translated major 0.50")
    assert tab.evaluate("[...document.querySelectorAll('.drove')].map((n) => n.textContent).join('')") == "ferry"
    assert tab.url.endswith("#/document/1?flag=2")
    tab.get_by_role("button", name="Show in text").first.click()
    assert focused(tab) == ["A", "2"]
    # A click on nested marks chooses the innermost flag, the next one what is around it.
    inner = tab.locator("mark.spelling, mark[data-flags^='4 ']").first
    inner.click()
    assert tab.locator(".flags .chosen").get_attribute("data-flag") == "3"
    inner.click()
    assert tab.locator(".flags .chosen").get_attribute("data-flag") == "2"
    tab.get_by_role("button", name="Next flag").click()
    assert tab.locator(".flags .chosen").get_attribute("data-flag") == "3"
    assert tab.locator("#status").inner_text() == "Flag 4: spelling, minor"
    tab.get_by_role("button", name="Previous flag").click()
    tab.get_by_label("Severity from").select_option("major")
    assert tab.locator("h2#h-flags").inner_text() == "2 of 6 flags"
    tab.get_by_label("Score from").select_option("0.9")
    assert tab.locator(".flags li").count() == 1


def test_a_story(look, tmp_path, story_records, write_scores):
    page = tmp_path / "story.html"
    write_report(write_scores(story_records), (), page)
    tab = look(page, "#/stories")
    assert first_cells(tab, 4) == ["1"]
    tab.get_by_role("link", name="1: The dam").click()
    tab.wait_for_selector("main[data-view='story/1']")
    assert tab.locator("section:has(#h-quotations) .differs").all_inner_texts() == ["got", "brought"]
    assert tab.locator("section:has(#h-claims) h4").all_inner_texts() == ["“12”", "“20”"]
    assert tab.locator("section:has(#h-claims) .differs").all_inner_texts() == ["12", "12", "20"]
    assert tab.locator("section:has(#h-terms) h3").inner_text() == "gate: “wooden” or “steel”"
    assert "70 % of the words; it was published later" in tab.locator(".lines").inner_text()
    assert tab.locator(".graph .box").count() == 2
    assert tab.locator(".graph .title").all_text_contents() == ["Origin 1: Reuters"]
    updates = tab.locator("section:has(#h-updates-and-bounds)")
    assert "an update, no conflict; a later report may know more." in updates.inner_text()
    assert updates.locator(".differs").all_inner_texts() == ["after 20 hours", "after 12 hours"]
    tab.locator("section:has(#h-claims) figcaption a").first.click()
    tab.wait_for_selector("main[data-view='document/1']")
    tab.wait_for_selector("#flag-1[open]")


def test_values_that_others_speak_of(look, tmp_path, story_records, write_scores):
    page = tmp_path / "story.html"
    write_report(write_scores(story_records), (), page)
    tab = look(page, "#/document/1")
    lines = tab.locator(".claims tbody tr").all_inner_texts()
    # What may have changed comes before what is confirmed.
    assert [line.split("\t") for line in lines] == [
        [
            "“after 12 hours”",
            "date",
            "an update, no conflict; a later report may know more",
            "“after 20 hours” in three",
            "1",
            "Ilse Brandt",
        ],
        ["“The”", "number", "confirmed by 2 independent origins", "“The” in three", "2", "–"],
    ]
    assert "origin 1, and credits Reuters" in tab.locator(".facts").inner_text()
    assert "two: 90 % of the words are shared; that text has them from here" in tab.locator("main").inner_text()
    tab.get_by_role("link", name="“after 12 hours”").click()
    tab.wait_for_function("document.activeElement.classList.contains('chosen')")
    assert tab.locator(".text .chosen").all_inner_texts() == ["after ", "12", " hours"]
    tab.evaluate("scrollTo(0, 0)")
    tab.get_by_role("link", name="“after 12 hours”").click()
    tab.wait_for_function("document.activeElement.classList.contains('chosen')")
    tab.locator(".claims").get_by_role("link", name="three").first.click()
    tab.wait_for_selector("main[data-view='document/3']")


def test_every_order_on_a_phone(look, corpus_page):
    tab = look(corpus_page, "#/documents", width=360)
    assert not tab.get_by_role("columnheader", name="Words").is_visible()
    order = tab.get_by_label("Order")
    for option in order.locator("option").all():
        chosen = option.get_attribute("value")
        order.select_option(chosen)
        key = chosen.split(" ")[0]
        assert tab.locator("[aria-sort]:not([aria-sort=none])").count() == (1 if key else 0)
        assert f"sort={key}" in tab.url or not key
    order.select_option("words falling")
    words = [int(cell) for cell in first_cells(tab, 5)]
    assert words == sorted(words, reverse=True)
    assert words[0] > words[-1]


@pytest.mark.parametrize("view", ["documents", "stories", "sources"])
def test_every_column_that_can_be_sorted(look, corpus_page, view):
    tab = look(corpus_page, f"#/{view}")
    keys = [b.get_attribute("data-keep") for b in tab.locator("button.sort").all()]
    assert keys
    for key in keys:
        head = tab.locator("th", has=tab.locator(f"[data-keep={key}]"))
        seen = []
        for _ in range(2):
            tab.locator(f"[data-keep={key}]").click()
            seen.append(head.get_attribute("aria-sort"))
        assert sorted(seen) == ["ascending", "descending"], key


def test_getting_about(look, corpus_page):
    tab = look(corpus_page, "#/documents")
    for name, shown in (("Last", "51–52"), ("Previous", "1–50"), ("Next", "51–52"), ("First", "1–50")):
        tab.get_by_role("navigation", name="Pages").get_by_role("button", name=name, exact=True).click()
        assert tab.locator("#status").inner_text() == f"{shown} of 52 documents"
    tab.keyboard.press("Tab")
    tab.evaluate("document.body.focus()")
    for name, heading in (("Stories", "Stories"), ("Sources", "Sources"), ("Overview", "corpus.jsonl")):
        tab.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()
        tab.wait_for_function("name => document.querySelector('h1').innerText === name", arg=heading)
    skip = tab.get_by_role("link", name="Skip to content")
    skip.focus()
    assert skip.bounding_box()["x"] >= 0
    tab.keyboard.press("Enter")
    assert focused(tab)[0] == "MAIN"
    tab.get_by_role("link", name="conflicting-claim").click()
    tab.wait_for_selector("main[data-view=documents]")
    assert tab.get_by_label("Label").input_value() == "conflicting-claim"
    tab.locator("tbody th a").first.click()
    more = tab.locator("summary", has_text="more")
    assert tab.locator(".claims:visible").count() == 1
    more.click()
    assert tab.locator(".claims:visible").count() == 2
    tab.get_by_role("navigation", name="Documents").get_by_role("link", name="Documents").click()
    tab.wait_for_selector("main[data-view=documents]")
    assert "label=conflicting-claim" in tab.url
    go(tab, "story/1")
    tab.get_by_role("link", name="Next", exact=True).click()
    tab.wait_for_selector("main[data-view='story/2']")
    tab.get_by_role("link", name="Show them in the table").click()
    tab.wait_for_selector("main[data-view=documents]")
    assert rows(tab) == 7


@pytest.mark.parametrize(
    ("url", "links"), [("javascript:window.hit=1", 0), (" JavaScript:window.hit=1", 0), ("https://one.example/a", 1)]
)
def test_an_address_is_a_link_only_to_the_web(look, tmp_path, make_record, write_scores, url, links):
    text = "Nothing is wrong with this."
    page = tmp_path / "a.html"
    record = msgspec.structs.replace(make_record("a", text, []), text=msgspec.UNSET)
    write_report(write_scores([record]), [Document(text, id="a", url=url)], page)
    tab = look(page, "#/document/1")
    assert url.strip() in tab.locator(".facts").inner_text()
    assert tab.locator(".facts a").count() == links


@pytest.mark.parametrize("width", [1280, 360])
def test_a_long_text_of_many_flags(look, tmp_path, make_record, write_scores, width):
    line = "The 🚢 left at noon, they said, and nobody knew where it went or why.\n\n"
    text = line * 600
    flags = [
        make_flag(
            text, at, at + 30, label=LABELS[n % len(LABELS)], severity="minor", score=0.5, detector="t@1", reason="r"
        )
        for n, at in enumerate(range(20, len(text) - 40, len(line)))
    ]
    page = tmp_path / "a.html"
    write_report(write_scores([make_record("a", text, flags)]), (), page)
    tab = look(page, "#/document/1?flag=590", width=width)
    assert tab.locator(".slice").count() > 1
    tab.wait_for_selector("#flag-590[open]")
    assert tab.evaluate(MARKED) == {str(n): f.text for n, f in enumerate(flags, 1)}
    refs = "for (const r of document.querySelectorAll('.ref')) r.remove()"
    tab.locator("#at-590").wait_for()
    tab.wait_for_function(
        """() => { const r = document.getElementById("at-590").getBoundingClientRect();
        return 0 <= r.top && r.bottom <= innerHeight; }"""
    )
    tab.evaluate(refs)
    assert tab.evaluate("document.querySelector('.text').textContent") == text


def test_themes(look, corpus_page):
    tab = look(corpus_page)
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    light = tab.evaluate(paper)
    button = tab.get_by_role("button", name="Theme")
    button.click()
    assert (button.inner_text(), tab.evaluate(paper)) == ("Theme: light", light)
    button.click()
    assert button.inner_text() == "Theme: dark"
    assert tab.evaluate(paper) != light
    tab.reload()
    assert tab.get_by_role("button", name="Theme").inner_text() == "Theme: dark"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_accessible(look, corpus_page, hostile_page, theme, width):
    pytest.importorskip("axe_playwright_python", reason="this check needs axe-playwright-python")
    axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    views = ["", "documents", "document/1?flag=7", "document/10", "story/1", "stories", "sources", "nowhere"]
    for page, found in ((corpus_page, views), (hostile_page, ["document/1?flag=2", "document/3"])):
        tab = look(page, width=width, theme=theme)
        tab.evaluate(axe)
        for view in found:
            go(tab, view)
            result = tab.evaluate("tags => axe.run({ runOnly: { type: 'tag', values: tags } })", tags)
            violations = [f"{v['id']}: {v['nodes'][0]['html']}" for v in result["violations"]]
            assert violations == [], view
            # Wide enough to need no scrolling sideways.
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), view


def test_print(look, corpus_page):
    tab = look(corpus_page, "#/document/1")
    closed = tab.locator("details:not([open])").count()
    assert closed > 0
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("details:not([open])").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details:not([open])").count() == closed
    tab.emulate_media(media="print")
    assert not tab.locator("header").is_visible()


def test_reliability_diagram(look, tmp_path, hostile, write_scores):
    from annotate.evaluation.calibration import calibration

    page = tmp_path / "page.html"
    measured = calibration([0.2, 0.4, 0.8, 0.9], [False, True, True, True], bins=2, least=2)
    write_report(write_scores(hostile), (), page, calibrations=[("all", measured)])
    tab = look(page)
    assert tab.locator(".reliability circle").count() == 2
    tab.get_by_text("Numbers", exact=True).click()
    assert tab.locator(".reliability tbody").inner_text().split() == ["0.30", "0.50", "2", "0.85", "1.00", "2"]
    assert json.dumps(measured.ece) == "0.175"
