"""Counts the shipped word list from human texts: which words exist, how common they are, what follows a possessive.

Only single terms and counts leave the data. Run as ``annotate train configs/train/lexicon.yaml``.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import annotate.lexicon
from annotate.config import check_keys
from annotate.errors import AnnotateError
from annotate.lexicon import FOLLOWERS_FILE, WORDS_FILE, tokens

OUT: Final = Path(annotate.lexicon.__file__).parent
"""Where the installed package reads the files."""

_OPENS: Final = frozenset(".!?:;\"“”'‘’([•-–—*|>/")
"""After one of these (or at a line's start) a capital says nothing about the word."""
_NOT_POSSESSIVE: Final = frozenset(
    (
        "it",
        "he",
        "she",
        "that",
        "what",
        "who",
        "where",
        "when",
        "how",
        "there",
        "here",
        "let",
        "this",
        "why",
        "else",
        "everyone",
        "everybody",
        "someone",
        "somebody",
        "anyone",
        "nobody",
        "everything",
        "something",
        "nothing",
        "one",
    )
)
"""After these ``'s`` is mostly "is" or "has", so that what follows tells nothing about possessives."""


def train(config: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Count words and possessive followers, and write the two files of the lexicon into the folder ``out``.

    Args:
        config: ``data`` (folder of the training files), ``sources`` (list of mappings with ``file``, ``kinds``,
            ``group``, optional ``leave_out``), ``minimum`` (document frequencies: ``lower``, ``capitalised``,
            ``upper``, ``follower``).
        out: folder that receives the files.

    Returns:
        What was counted: documents, words, terms kept, bytes written.

    Raises:
        AnnotateError: if a key is unknown, or a data file is missing or holds no document of the kinds asked for.
    """
    check_keys(config, ("data", "sources", "minimum"), "")
    counts: Counter[str] = Counter()
    possessive: Counter[str] = Counter()
    plural: Counter[str] = Counter()
    documents = words = 0
    for source in config["sources"]:
        before = documents
        for texts in _groups(Path(config["data"]), source):
            terms: set[str] = set()
            after_possessive: set[str] = set()
            after_plural: set[str] = set()
            for text in texts:
                words += _count(text, terms, after_possessive, after_plural)
            counts.update(terms)
            possessive.update(after_possessive)
            plural.update(after_plural)
            documents += 1
        if documents == before:
            raise AnnotateError(f"{source['file']} in {config['data']} has no rows of its 'kinds'; check 'sources'.")
    minimum = config["minimum"]
    kept = {term: n for term, n in counts.items() if n >= minimum[_shape(term)]}
    # A possessive and a plural alike are followed by names and numbers: only lower-case words can tell them apart.
    followers = {
        term: (possessive[term], plural[term])
        for term in possessive.keys() | plural.keys()
        if possessive[term] + plural[term] >= minimum["follower"]
    }
    out.mkdir(parents=True, exist_ok=True)
    size = _write(out / WORDS_FILE, _lines(kept, documents))
    size += _write(out / FOLLOWERS_FILE, (f"{term} {a} {b}" for term, (a, b) in sorted(followers.items())))
    return {"documents": documents, "words": words, "terms": len(kept), "followers": len(followers), "bytes": size}


def _groups(data: Path, source: Mapping[str, Any]) -> Iterator[list[str]]:
    """Give the texts of one file, those that are versions of one another together, so that each counts once."""
    import pyarrow.parquet as pq

    path = data / "train" / f"{source['file']}.parquet"
    if not path.is_file():
        raise AnnotateError(f"No file {path}; set 'data' to the folder that holds the training data.")
    table = pq.read_table(path)
    names = table.column_names
    groups: dict[str, list[str]] = {}
    kinds, left_out = source.get("kinds"), source.get("leave_out", {})
    column = source.get("kind_column", "kind")
    for row in table.select([n for n in names if n in _COLUMNS or n in (column, source["group"])]).to_pylist():
        if kinds is not None and row[column] not in kinds:
            continue
        if any(row.get(key) in values for key, values in left_out.items()):
            continue
        text = row["text"] if "text" in row else "\n".join(row["lines"])
        groups.setdefault(str(row[source["group"]]), []).append(text)
    yield from groups.values()


_COLUMNS: Final = frozenset({"text", "lines", "kind", "label", "domain", "testset"})


def _count(text: str, terms: set[str], after_possessive: set[str], after_plural: set[str]) -> int:
    found = list(tokens(text))
    previous = ""
    previous_end = -1
    for start, end, surface in found:
        word = surface.replace("’", "'")
        possessive_base = word[:-2] if word[-2:] in ("'s", "'S") else None
        base = possessive_base if possessive_base is not None else word
        shape = _shape(base)
        if shape != "capitalised" or not _opens(text, start):
            terms.add(word if possessive_base is not None and base.lower() in _NOT_POSSESSIVE else base)
        if previous and start == previous_end + 1 and text[previous_end] == " " and word.islower():
            if previous.endswith("'s"):
                if previous[:-2].lower() not in _NOT_POSSESSIVE:
                    after_possessive.add(word)
            elif _PLURAL.fullmatch(previous):
                after_plural.add(word)
        previous, previous_end = word, end
    return len(found)


_PLURAL: Final = re.compile(r"[^\W\d_']{2,}[^\W\d_'siu]s")


def _opens(text: str, start: int) -> bool:
    """Whether a word at ``start`` may be capitalised for its position alone."""
    at = start - 1
    while at >= 0 and text[at] in " \t":
        at -= 1
    return at < 0 or text[at] in _OPENS or text[at] in "\r\n\u2028"


def _shape(term: str) -> str:
    if term.islower():
        return "lower"
    return "upper" if len(term) > 1 and term.isupper() else "capitalised"


def _lines(counts: Mapping[str, int], documents: int) -> Iterator[str]:
    """One line for each document frequency: the frequency, then its terms in order."""
    by_count: dict[int, list[str]] = {}
    for term, n in counts.items():
        by_count.setdefault(n, []).append(term)
    yield str(documents)
    for n in sorted(by_count):
        yield " ".join([str(n), *sorted(by_count[n])])


def _write(path: Path, lines: Iterable[str]) -> int:
    # A time stamp or a name in the header would make two equal lists differ.
    data = gzip.compress("\n".join(lines).encode("utf-8"), compresslevel=9, mtime=0)
    path.write_bytes(data)
    return len(data)


__all__ = ["train"]
