"""What a document keeps and what it leaves behind when it goes to another process."""

from __future__ import annotations

import dataclasses
import pickle

from annotate.documents import Document

FULL = Document(
    "Words.",
    id="a",
    source="gazette.example",
    url="https://gazette.example/1",
    title="T",
    published="2023-02-03",
    lang="en",
    source_text="Wörter.",
    story="bridge",
    furniture=((0, 5),),
    notes=("One note.",),
)


def test_every_field_goes_along_and_shared_results_stay_behind():
    assert all(getattr(FULL, field.name) for field in dataclasses.fields(FULL) if field.init)
    FULL.once("key", len_of_text)
    again = pickle.loads(pickle.dumps(FULL))
    assert again == FULL
    assert again.source_text == "Wörter."
    assert again.once("key", lambda d: "computed anew") == "computed anew"


def len_of_text(document: Document) -> int:
    return len(document.text)
