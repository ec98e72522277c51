"""One self-contained page to look at: documents with their flags, stories side by side, sources with intervals.

Python counts and prepares (:mod:`overview`, :mod:`entries`, :mod:`stories`) and packs it into one file (:mod:`page`);
``page.js`` draws all of it, with the DOM alone, so that nothing of a document can become markup.
"""

from annotate.report.page import Written, write_report

__all__ = ["Written", "write_report"]
