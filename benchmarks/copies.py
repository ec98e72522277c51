"""How well copies, wire reports and who has it from whom are told.

    python benchmarks/copies.py

Copies: ``copied_pairs`` (294 pairs, labelled by a rule over containment). A pair is a copy if it is labelled
``copy_with_different_portions`` or ``wholesale_duplicate``. Thresholds, the floors' too, were chosen on the pairs
whose first id hashes to an even number. Direction: pairs of which one is from an agency's own site, its name hidden.

Wire: ``attributions_polnear`` (924 articles, 75 with an agency in ``wire``), rules written on ``train``. One that
counts as a false alarm ends with the agency's name on a line of its own, and its ``wire`` is empty.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from annotate.corroboration.copies import Copying, compare_copies
from annotate.corroboration.credits import find_credits, wire_credit
from annotate.corroboration.fingerprints import fingerprint, resemblance
from annotate.corroboration.outlets import AGENCIES, outlet_named
from annotate.documents import Document
from annotate.models.features import stable_hash

Row = dict[str, Any]
_ANY: Any = re.compile(r"\b(?:AP|Associated Press|Reuters|REUTERS|AFP|UPI)\b")


def main() -> None:
    """Print the figures."""
    import pyarrow.parquet as pq

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reliability"))
    folder = parser.parse_args().data
    pairs = pq.read_table(folder / "copied_pairs.parquet").to_pylist()
    copies(pairs)
    direction(pairs)
    wire(pq.read_table(folder / "attributions_polnear.parquet").to_pylist())


def copies(pairs: Sequence[Row]) -> None:
    """Print how well copies are told from pairs that share some passages."""
    halves = [[p for p in pairs if stable_hash(p["a"]["doc"]) % 2 == half] for half in (0, 1)]
    print("copies: method, half, pairs, copies; precision, recall, F1")
    floors: dict[str, Callable[[Document, Document], float]] = {
        "floor: MinHash resemblance": lambda a, b: resemblance(fingerprint(a), fingerprint(b)),
        "floor: rapidfuzz token-set ratio": lambda a, b: fuzz.token_set_ratio(a.text, b.text) / 100,
    }
    found = [[(p, compare_copies(*documents(p))) for p in half] for half in halves]
    for name, half in zip(("choosing", "reported"), found, strict=True):
        gold = [p["originality"] != "shared_passages" for p, _ in half]
        called = [c.originality.endswith(("portions", "duplicate")) for _, c in half]
        print(f"  {'compare_copies':34} {name:8} {len(half):4} {sum(gold):3}  {figures(gold, called)}")
    for floor, measure in floors.items():
        values = [[measure(*documents(p)) for p in half] for half in halves]
        golds = [[p["originality"] != "shared_passages" for p in half] for half in halves]
        threshold = max(values[0], key=lambda t: (f1(golds[0], [v >= t for v in values[0]]), t))
        for name, gold, half_values in zip(("choosing", "reported"), golds, values, strict=True):
            called = [v >= threshold for v in half_values]
            print(f"  {floor:34} {name:8} {len(gold):4} {sum(gold):3}  {figures(gold, called)}  at {threshold:.2f}")
    print("originality on the reported half, label → answer")
    for (label, answer), count in sorted(Counter((p["originality"], c.originality) for p, c in found[1]).items()):
        print(f"  {label:30} {answer:30} {count:4}")
    for side in "ab":
        errors = [abs(p[f"containment_{side}"] - getattr(c, f"containment_{side}")) for p, c in found[1]]
        print(f"mean absolute difference to containment_{side} (other shingles): {sum(errors) / len(errors):.3f}")


def documents(pair: Row, *, hidden: bool = False) -> tuple[Document, Document]:
    """Make the two documents of a pair; ``hidden`` leaves out who published them."""
    a, b = (
        Document(
            pair[f"text_{side}"],
            id=pair[side]["doc"],
            source=None if hidden else pair[side]["domain"],
            published=pair[side]["date"],
        )
        for side in "ab"
    )
    return a, b


def direction(pairs: Sequence[Row]) -> None:
    """Print how often the agency's side is named as the origin where its name is hidden."""
    answers: Counter[str] = Counter()
    earlier: Counter[str] = Counter()
    for pair in pairs:
        agency = [outlet_named(pair[side]["domain"]) in AGENCIES for side in "ab"]
        copying: Copying = compare_copies(*documents(pair, hidden=True))
        if agency[0] == agency[1] or copying.originality in ("original", "quotes-extensively"):
            continue
        right = "b-from-a" if agency[0] else "a-from-b"
        answers["not told" if copying.direction is None else "right" if copying.direction == right else "wrong"] += 1
        days = pair["a"]["date"], pair["b"]["date"]
        said = None if days[0] == days[1] else "b-from-a" if days[0] < days[1] else "a-from-b"
        earlier["not told" if said is None else "right" if said == right else "wrong"] += 1
    print(f"direction, copies of an agency's own page: {dict(answers)}; floor, the earlier date alone: {dict(earlier)}")


def wire(articles: Sequence[Row]) -> None:
    """Print how well reports of an agency are told."""
    print("wire: method, split, articles, wire; precision, recall, F1")
    roles: Counter[str] = Counter()
    for split in ("train", "dev", "all"):
        rows = [a for a in articles if split in (a["split"], "all")]
        gold = [bool(a["wire"]) for a in rows]
        read = [Document(a["text"]) for a in rows]
        called = [wire_credit(d) is not None for d in read]
        mentioned = [_ANY.search(d.text) is not None for d in read]
        print(f"  {'wire_credit':34} {split:8} {len(rows):4} {sum(gold):3}  {figures(gold, called)}")
        print(f"  {'floor: any mention':34} {split:8} {len(rows):4} {sum(gold):3}  {figures(gold, mentioned)}")
        if split == "all":
            roles.update(c.role for d in read for c in find_credits(d))
    print(f"credits by role: {dict(sorted(roles.items()))}")


def f1(gold: Sequence[bool], called: Sequence[bool]) -> float:
    """Harmonic mean of precision and recall."""
    both = sum(g and c for g, c in zip(gold, called, strict=True))
    return 2 * both / (sum(gold) + sum(called)) if both else 0.0


def figures(gold: Sequence[bool], called: Sequence[bool]) -> str:
    """Write precision, recall and F1."""
    both = sum(g and c for g, c in zip(gold, called, strict=True))
    return f"{both / max(1, sum(called)):.3f} {both / max(1, sum(gold)):.3f} {f1(gold, called):.3f}"


if __name__ == "__main__":
    main()
