"""The entries of annotators, gathered by the text that they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Final, TypeAlias

import msgspec

from annotate.errors import AnnotateError
from annotate.labeling.labels import ADJUDICATED, Labeled, Split

LABELING_SPLITS: Final[tuple[Split, ...]] = ("main", "blind")
"""What is labeled for its labels. Attention checks are altered texts, gold items have known answers."""

Annotated: TypeAlias = tuple[Labeled, ...]
"""The entries of all annotators on one text, at least one, sorted by annotator."""


class Gathered(msgspec.Struct, frozen=True):
    """Entries by text, and what was left out."""

    documents: list[Annotated]
    """In order of first appearance. One ``doc_id`` with two hashes is two documents."""
    adjudicated: list[Labeled]
    """Entries that settle a text; they are nobody's own opinion."""
    cancelled: int
    """Entries left out because the annotator skipped the document."""
    other_splits: dict[str, int]
    """Split → entries left out because of it."""
    changed: list[str]
    """Ids that were labeled on more than one text, sorted."""


def gather(entries: Iterable[Labeled], splits: Collection[Split] = LABELING_SPLITS) -> Gathered:
    """Gather entries by document id and hash of the text.

    Raises:
        AnnotateError: if two entries on one text say that it has different lengths.
    """
    documents: dict[tuple[str, str], list[Labeled]] = {}
    adjudicated: list[Labeled] = []
    cancelled = 0
    others: Counter[str] = Counter()
    for entry in entries:
        if entry.split not in splits:
            others[entry.split] += 1
        elif entry.cancelled:
            cancelled += 1
        elif entry.annotator == ADJUDICATED:
            adjudicated.append(entry)
        else:
            known = documents.setdefault((entry.doc_id, entry.sha256), [])
            if known and known[0].characters != entry.characters:
                raise AnnotateError(
                    f"Annotators {known[0].annotator!r} and {entry.annotator!r} labeled the same text of document "
                    f"{entry.doc_id!r}, but with {known[0].characters} and {entry.characters} characters; "
                    "pull the labels again."
                )
            known.append(entry)
    texts = Counter(doc_id for doc_id, _ in documents)
    return Gathered(
        documents=[tuple(sorted(known, key=lambda e: e.annotator)) for known in documents.values()],
        adjudicated=adjudicated,
        cancelled=cancelled,
        other_splits=dict(sorted(others.items())),
        changed=sorted(doc_id for doc_id, number in texts.items() if number > 1),
    )
