"""Labels and records for the tests of learning."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

from annotate.documents import ORIGINS, Flag, OperatingPoint, Record, Verdict
from annotate.labeling.labels import Labeled, Shown, Span

SIGNATURE = "annotate|v:0.1.0|schema:1|sig:0123456789ab"


def flag(start: int, score: float, label: str = "spelling", detector: str = "spelling@1", reason: str = "odd") -> Flag:
    return Flag(start, start + 5, "x" * 5, label, "minor", score, detector, reason)


def record(name: str, flags: Sequence[Flag] = (), human: float = 0.7, **more: object) -> Record:
    scores = dict(zip(ORIGINS, (human, *[round((1 - human) / 3, 4)] * 3), strict=True))
    verdict = Verdict("human", human, 120, scores, OperatingPoint("100-200", 0.05, 0.4))
    return Record(
        name, "example.org", "ok", SIGNATURE, hashlib.sha256(name.encode()).hexdigest(), verdict, list(flags), **more
    )


def labeled(of: Record, confirmed: Sequence[Flag] = (), added: Sequence[Flag] = (), **more: object) -> Labeled:
    """What an annotator says who saw all flags, left ``confirmed`` and drew ``added``."""
    given = {
        "annotator": "ann",
        "shown": [Shown(str(n), f.start, f.end, f.label, f.severity, f.score) for n, f in enumerate(of.flags)],
    } | more
    spans = [Span(f.start, f.end, "x" * (f.end - f.start), f.label) for f in (*confirmed, *added)]
    return Labeled(doc_id=of.id, sha256=of.sha256 or "", characters=10_000, spans=spans, **given)


def overconfident(documents: int, seed: int = 0, label: str = "spelling") -> tuple[list[Labeled], list[Record]]:
    """Make documents whose flags promise twice what holds, unless their reason is ``sure``."""
    pick = random.Random(seed)
    labels, records = [], []
    for number in range(documents):
        flags = [
            flag(100 * place, round(pick.uniform(0.3, 0.95), 4), label, reason=pick.choice(["odd", "sure"]))
            for place in range(4)
        ]
        made = record(f"d{number}", flags)
        confirmed = [f for f in flags if pick.random() < (0.95 if f.reason == "sure" else f.score / 2)]
        labels.append(labeled(made, confirmed))
        records.append(made)
    return labels, records
