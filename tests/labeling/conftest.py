"""Scored documents for the tests of labeling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from annotate.documents import Document, Flag, OperatingPoint, Record, Verdict, make_flag


class Make:
    """Builds documents, flags and records that fit each other."""

    signature = "annotate|v:0.1.0|schema:1|sig:0123456789ab"

    def document(self, identity: str, text: str, **known: Any) -> Document:
        return Document(text, id=identity, **known)

    def flag(self, text: str, words: str, label: str, *, at: int | None = None, **known: Any) -> Flag:
        start = text.index(words) if at is None else at
        chosen = {"severity": "minor", "score": 0.5, "detector": "test@1", "reason": "a-reason"} | known
        return make_flag(text, start, start + len(words), label=label, **chosen)

    def record(
        self, identity: str, text: str, flags: list[Flag] | None = None, *, with_text: bool = False, **known: Any
    ) -> Record:
        scores = {"human": 0.7, "machine-translated": 0.2, "machine-paraphrased": 0.06, "machine-generated": 0.04}
        made = Record(
            id=identity,
            source=None,
            status="ok",
            signature=self.signature,
            sha256=self.document(identity, text).sha256,
            verdict=Verdict("human", 0.7, 120, scores, OperatingPoint("100-200", 0.05, 0.4)),
            flags=sorted(flags or [], key=lambda f: (f.start, f.end)),
        )
        return msgspec.structs.replace(made, text=text if with_text else msgspec.UNSET, **known)

    def unread(self, identity: str, status: str, why: str) -> Record:
        field = {"skipped": "reason", "failed": "error"}[status]
        known = {"source": None, "signature": self.signature, "sha256": None, field: why}
        return Record(id=identity, status=status, **known)

    def scores(self, path: Path, *records: Record) -> Path:
        path.write_bytes(b"".join(msgspec.json.encode(r) + b"\n" for r in records))
        return path


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()
