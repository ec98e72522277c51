"""HTML: the main text, or all visible text with its furniture marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotate.config import ReadingConfig
from annotate.documents import Document, Unread
from annotate.reading import read
from annotate.reading.furniture import furniture_ranges
from annotate.reading.visible import visible_text

FIRST = (
    "A ferry with 120 people on board ran aground near the harbour on Friday morning, the coast guard said. Nobody was "
    "hurt, and all passengers were taken ashore by noon in three boats that had been sent from the port."
)
SECOND = (
    "The captain told investigators that the steering had failed. “We had no warning,” he said. The operator, which "
    "runs four ships on the route, has ordered checks on the others."
)
BROKEN_UP = SECOND.replace("four", "<b>four</b>").replace(". ", ".\n   ")
PAGE = f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Ferry runs aground | Harbour Gazette</title>
<meta property="og:site_name" content="Harbour Gazette">
<meta property="article:published_time" content="2023-02-03T10:00:00Z">
<link rel="canonical" href="https://gazette.example/news/ferry">
<script>var hidden = "a script";</script><style>p {{ color: red }}</style></head>
<body><header><nav><ul><li><a href="/">Home</a></li><li><a href="/n">Ferry runs aground</a></li></ul></nav></header>
<main><article><h1>Ferry runs aground</h1>
<p>{FIRST}</p>
<figure><img src="x.jpg" alt="x"><figcaption>The ferry on Friday. Photo: A. Writer</figcaption></figure>
<h2>Second of its kind</h2>
<p>{BROKEN_UP}</p>
<ul><li>Checks began on Saturday.</li><li>Two ships are back.</li></ul>
</article></main>
<aside><h3>Read also</h3><ul><li><a href="/a">Bridge closed for repairs</a></li></ul></aside>
<footer><p>Subscribe to our newsletter</p></footer></body></html>
"""


def read_page(folder: Path, page: str | bytes, furniture: str = "drop", name: str = "page.html") -> Document | Unread:
    path = folder / name
    path.write_bytes(page.encode() if isinstance(page, str) else page)
    (item,) = read([path], ReadingConfig(html_furniture=furniture))  # type: ignore[arg-type]
    return item


def test_the_main_text_and_what_the_page_says_about_itself(tmp_path):
    item = read_page(tmp_path, PAGE)
    assert item == Document(
        text=f"Ferry runs aground\n{FIRST}\nSecond of its kind\n{SECOND}\n- Checks began on Saturday.\n"
        "- Two ships are back.",
        id="page",
        source="Harbour Gazette",
        url="https://gazette.example/news/ferry",
        title="Ferry runs aground",
        published="2023-02-03",
        lang="en-GB",
    )


def test_all_visible_text_with_its_furniture(tmp_path):
    item = read_page(tmp_path, PAGE, "flag")
    assert isinstance(item, Document)
    assert item.text == (
        f"Home\nFerry runs aground\nFerry runs aground\n{FIRST}\nThe ferry on Friday. Photo: A. Writer\n"
        f"Second of its kind\n{SECOND}\nChecks began on Saturday.\nTwo ships are back.\nRead also\n"
        "Bridge closed for repairs\nSubscribe to our newsletter"
    )
    assert [item.text[start:end] for start, end in item.furniture] == [
        "Home\nFerry runs aground",
        "The ferry on Friday. Photo: A. Writer",
        "Read also\nBridge closed for repairs\nSubscribe to our newsletter",
    ]
    assert item.title == "Ferry runs aground"
    assert item.source == "Harbour Gazette"


@pytest.mark.parametrize("furniture", ["drop", "flag"])
def test_a_page_without_main_text_is_read_whole(tmp_path, furniture):
    item = read_page(tmp_path, "<html><body><div>Few words</div><script>x</script></body></html>", furniture)
    assert isinstance(item, Document)
    assert item.text == "Few words"
    assert item.furniture == ()


@pytest.mark.parametrize(
    "page", ["<html></html>", "<html><body><script>x()</script><p> </p></body></html>", "<!-- x -->"]
)
@pytest.mark.parametrize("furniture", ["drop", "flag"])
def test_a_page_with_nothing_to_see_is_empty(tmp_path, page, furniture):
    assert read_page(tmp_path, page, furniture) == Unread(id="page", status="skipped", reason="empty")


def test_nested_too_deeply_is_not_cut_in_silence(tmp_path):
    item = read_page(tmp_path, "<div>" * 5000 + "deep text" + "</div>" * 5000)
    assert isinstance(item, Unread)
    assert item.error is not None
    assert "Excessive depth" in item.error


@pytest.mark.parametrize(
    ("declaration", "encoding", "notes"),
    [
        ('<meta charset="iso-8859-1">', "cp1252", ()),
        ("<META CHARSET=windows-1250>", "cp1250", ()),
        ('<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-2">', "iso8859-2", ()),
        ('<meta charset="iso-8859-1">', "utf-8", ()),
        ('<meta charset="utf-16">', "utf-8", ()),
        ('<meta charset="utf-8">', "cp1252", ("read as windows-1252 (guessed)",)),
        ('<meta charset="no-such">', "cp1252", ("read as windows-1252 (guessed)",)),
        ("", "cp1252", ("read as windows-1252 (guessed)",)),
        ("", "utf-8-sig", ()),
        ("", "utf-16", ()),
    ],
)
def test_encodings_of_pages(tmp_path, declaration, encoding, notes):
    text = FIRST + " Čapek" if "1250" in encoding or "8859-2" in encoding else FIRST + " é"
    page = f"<html><head>{declaration}</head><body><article><p>{text}</p><p>{SECOND}</p></article></body></html>"
    page = page.replace("“", '"').replace("”", '"')
    item = read_page(tmp_path, page.encode(encoding))
    assert isinstance(item, Document)
    assert item.text.split("\n")[0] == text
    assert item.notes == notes


def test_xhtml_with_a_declaration(tmp_path):
    page = f'<?xml version="1.0" encoding="utf-8"?>\n{PAGE}'
    item = read_page(tmp_path, page, name="page.xhtml")
    assert isinstance(item, Document)
    assert FIRST in item.text


def test_the_date_does_not_depend_on_today(tmp_path):
    page = PAGE.replace("2023-02-03T10:00:00Z", "2099-05-06T10:00:00Z")
    item = read_page(tmp_path, page)
    assert isinstance(item, Document)
    assert item.published == "2099-05-06"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<p>one<p>two", "one\ntwo"),
        ("a <b> b</b>\n c", "a b c"),
        ("one<br>two<br/><br/>three", "one\ntwo\nthree"),
        ("<div>one<div>two</div>three</div>", "one\ntwo\nthree"),
        ("in<span>si</span>de", "inside"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("<pre>  keep\n   this </pre>\n  and  this", "  keep\n   this\nand this"),
        ("no\u00a0break &nbsp; here", "no\u00a0break \u00a0 here"),
        ("&lt;b&gt; &amp; &#8220;x&#8221;", "<b> & “x”"),
        ("<p hidden>no</p><p style='DISPLAY : none'>no</p><p>yes</p>", "yes"),
        ("a<!-- no -->b<script>no</script>c<style>no</style>d<template>no</template>", "abcd"),
        ("<textarea>no</textarea><select><option>no</option></select>yes", "yes"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("<p>astral \U0001f680</p>", "astral \U0001f680"),
    ],
)
def test_visible_text(page, text):
    assert visible_text(f"<html><head><title>no</title></head><body>{page}</body></html>") == text


LONG = "a long enough line that stands in one place only"
MORE = "another line that is long enough to be found by itself"


@pytest.mark.parametrize(
    ("text", "main", "furniture"),
    [
        (LONG, LONG, []),
        (f"menu\n{LONG}\nfoot", LONG, ["menu", "foot"]),
        (f"News\n{LONG}\nNews\n{MORE}\nNews", f"{LONG}\nNews\n{MORE}", ["News", "News"]),
        (f"Head\nmenu\nHead\n{LONG}", f"Head\n{LONG}", ["Head\nmenu"]),
        (f"{LONG}\ncell one\ncell two\nfoot", f"{LONG}\n| cell one | cell two |", ["foot"]),
        (f"{LONG}\npoint\nfoot", f"{LONG}\n- point", ["foot"]),
        (f"menu\n{LONG}\n{MORE}\nfoot", f"{LONG} {MORE}", ["menu", "foot"]),
        (f"menu\n{LONG}  {MORE}\nfoot", f"{LONG}\n{MORE}", ["menu", "foot"]),
        (f"{MORE}\nmenu\n{LONG}\nfoot", f"{LONG}\n{MORE}", ["menu", "foot"]),
        (f"menu\n{LONG}\nfoot", "", [f"menu\n{LONG}\nfoot"]),
        (f"x {LONG} and twice as much that is not part of the main text at all", LONG, ["*"]),
        ("\U0001f680 menu\n" + LONG, LONG, ["\U0001f680 menu"]),
    ],
)
def test_furniture(text, main, furniture):
    found = [text[start:end] for start, end in furniture_ranges(text, main)]
    assert found == [text if part == "*" else part for part in furniture]


def test_long_pages_take_linear_time(tmp_path):
    paragraphs = "".join(
        f"<p>Paragraph {n} says a little more about the matter than the last.</p>\n" for n in range(4000)
    )
    item = read_page(tmp_path, f"<html><body><nav>menu</nav><article>{paragraphs}</article></body></html>", "flag")
    assert isinstance(item, Document)
    assert [item.text[start:end] for start, end in item.furniture] == ["menu"]
