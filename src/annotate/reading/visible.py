"""The visible text of an HTML page in page order: what a reader sees, one line per block."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
"""White space that HTML collapses; a no-break space is not."""
_LINE_ENDS: Final = re.compile(r"\r\n|[\r\n]")
_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSEEN: Final = re.compile(
    "audio|canvas|datalist|embed|head|iframe|map|math|noscript|object|script|select|style|svg|template|textarea|title"
    "|video"
)
_BLOCK: Final = re.compile(
    "address|article|aside|blockquote|body|br|button|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6]|header|hgroup|hr|html|legend|li|main|menu|nav|ol|p|pre|search|section|summary|table"
    "|tbody|td|tfoot|th|thead|tr|ul"
)
"""Elements that begin a new line, and end one (HTML Standard, section 15.3; each table cell is a line)."""


def visible_text(page: str) -> str:
    """Text of a page's body without scripts, styles and what is hidden by an attribute, blocks separated by LF.

    Raises:
        ValueError: if it is nested so deeply that the parser gave up.
        lxml.etree.LxmlError: if there is nothing that can be parsed.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(page.encode("utf-8"), parser)
    if root is None:
        return ""
    limits = parser.error_log.filter_from_fatals()
    if limits:
        raise ValueError(limits[0].message)
    lines = _Lines()
    walker = etree.iterwalk(root, events=("start", "end"))
    unseen = None
    for event, element in walker:
        name = element.tag
        if event == "start":
            if _UNSEEN.fullmatch(name) or _is_hidden(element):
                unseen = element
                walker.skip_subtree()
                continue
            if _BLOCK.fullmatch(name):
                lines.end()
            lines.preformatted += name == "pre"
            lines.add(element.text)
        else:
            if element is unseen:
                unseen = None
            else:
                if _BLOCK.fullmatch(name):
                    lines.end()
                lines.preformatted -= name == "pre"
            if element is not root:
                lines.add(element.tail)
    lines.end()
    return "\n".join(lines.finished)


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    return element.get("hidden") is not None or (style is not None and _HIDING.search(style) is not None)


class _Lines:
    """Collects runs of text into lines, collapsing white space outside of preformatted elements."""

    def __init__(self) -> None:
        self.finished: list[str] = []
        self.preformatted = 0
        self._parts: list[str] = []

    def add(self, text: str | None) -> None:
        if not text:
            return
        if not self.preformatted:
            self._parts.append(_BLANKS.sub(" ", text))
            return
        first, *others = _LINE_ENDS.split(text)
        self._parts.append(first)
        for part in others:
            self.end()
            self._parts.append(part)

    def end(self) -> None:
        # Runs that meet can bring a blank each ("a <b> b</b>"); preformatted lines keep theirs inside.
        joined = "".join(self._parts)
        line = joined.rstrip() if self.preformatted else re.sub(" {2,}", " ", joined).strip(" ")
        self._parts = []
        if line and not line.isspace():
            self.finished.append(line)
