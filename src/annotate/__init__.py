"""Source-reliability and translation-quality annotator for English news.

>>> import annotate
>>> record = annotate.load()("Some English text.")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from annotate.config import Config, load_config
    from annotate.documents import Document, Flag, Record
    from annotate.errors import AnnotateError
    from annotate.reading import read
    from annotate.run import Summary, score_to
    from annotate.scorer import Scorer, load
    from annotate.writing import read_records

__all__ = [
    "AnnotateError",
    "Config",
    "Document",
    "Flag",
    "Record",
    "Scorer",
    "Summary",
    "__version__",
    "load",
    "load_config",
    "read",
    "read_records",
    "score_to",
]

_HOMES = {
    "AnnotateError": "annotate.errors",
    "Config": "annotate.config",
    "Document": "annotate.documents",
    "Flag": "annotate.documents",
    "Record": "annotate.documents",
    "Scorer": "annotate.scorer",
    "load": "annotate.scorer",
    "load_config": "annotate.config",
    "Summary": "annotate.run",
    "read": "annotate.reading",
    "read_records": "annotate.writing",
    "score_to": "annotate.run",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: ``annotate --help`` should not load numpy.
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'annotate' has no attribute {name!r}")
