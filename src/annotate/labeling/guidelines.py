"""The labelers' instructions: one short HTML page, made from the label list."""

from __future__ import annotations

from html import escape
from typing import Final

from annotate.documents import FAMILIES, LABELS, SEVERITY_WEIGHTS, Family
from annotate.labeling.configuration import FAMILY_COLOURS
from annotate.labeling.meanings import LABEL_MEANINGS, SEVERITY_MEANINGS, VERDICT_MEANINGS

GENERATOR: Final = '<meta name="generator" content="annotate label export">'
"""By this line an earlier export of ours is told from other people's files."""

_FAMILY_TITLES: Final[dict[Family, str]] = {
    "origin": "Where the text comes from",
    "integrity": "Damage to lines and passages",
    "span": "Errors in words and phrases",
    "evidence": "Against other documents",
}
_ADVICE: Final = (
    "Mark the place of the problem; its edges need not be exact.",
    "Mark separate problems separately, even where they overlap.",
    "Delete a mark you do not agree with; correct one that is nearly right; add what is missing.",
    "Every mark needs a severity. Judge the text as it stands: the original is not at hand.",
    "A mark's information panel says why it was made; a high score is no reason to agree.",
    "Where another document of the same story disagrees, it stands below the text: compare, but mark only the text.",
)
_OF_PRE_MARKS: Final = ("Delete a mark", "information panel", "another document")


def guidelines(*, blind: bool = False) -> str:
    """Make the instructions: an HTML page without scripts, styles from elsewhere or links.

    Args:
        blind: leave out what only concerns marks made beforehand.
    """
    advice = [line for line in _ADVICE if not (blind and any(said in line for said in _OF_PRE_MARKS))]
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        GENERATOR,
        "<title>Labeling guidelines</title></head><body>",
        "<h1>Labeling guidelines</h1>",
        _list(advice),
        "<h2>Labels</h2>",
    ]
    for family, title in _FAMILY_TITLES.items():
        rows: list[tuple[str, str]] = [(label, LABEL_MEANINGS[label]) for label in LABELS if FAMILIES[label] == family]
        parts += [f'<h3 style="color:{FAMILY_COLOURS[family]}">{escape(title)}</h3>', _terms(rows)]
    parts += [
        "<h2>Severity</h2>",
        _terms([(f"{name} ({SEVERITY_WEIGHTS[name]:g})", about) for name, about in SEVERITY_MEANINGS.items()]),
        "<p>In brackets: penalty points.</p>",
        "<h2>The document as a whole</h2>",
        _terms(list(VERDICT_MEANINGS.items())),
        "<p>Reliability: 1 not at all, 5 fully; leave it out if you cannot judge.</p>",
        "<p>Score, how good the text is as English news: 0 broken, 33 flawed, 66 good, 100 perfect. "
        "Move the slider: left alone, it stores nothing.</p>",
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _list(lines: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _terms(rows: list[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt><b>{escape(term)}</b></dt><dd>{escape(about)}</dd>" for term, about in rows) + "</dl>"
