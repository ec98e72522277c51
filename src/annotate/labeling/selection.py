"""Which documents to label: by uncertainty, by score, at random, or a mixture that still allows unbiased estimates.

The documents that a rule picks are certain to be picked, given the scores: their selection probability is 1. The
random ones are a simple random sample, without replacement, of all the others: the probability of each is the size of
the sample over the number of the others. So the sum of ``y / probability`` over everything selected is an unbiased
estimate of the sum of ``y`` over the pool (Horvitz and Thompson 1952), and so is its random part of the sum over what
no rule picked.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from annotate.documents import SEVERITIES, Record
from annotate.errors import AnnotateError
from annotate.labeling.labels import read_labels
from annotate.labeling.lines import read_lines, write_lines
from annotate.labeling.seeded import draw
from annotate.labeling.tasks import confidence, story_of

By = Literal["uncertainty", "score", "random", "mixed"]
"""``uncertainty``: half by the narrowest verdicts, half by the most undecided flags. ``score``: the likeliest to be
bad. ``mixed``: as many by each of these, and some at random."""

BYS: Final[tuple[By, ...]] = get_args(By)

Stratum = Literal["uncertain-verdict", "uncertain-flags", "score", "random"]
"""The rule that picked a document."""

Key = tuple[str, str]
"""Id and SHA-256 of a document."""

_RULES: Final[dict[By, tuple[Stratum, ...]]] = {
    "uncertainty": ("uncertain-verdict", "uncertain-flags"),
    "score": ("score",),
    "random": (),
    "mixed": ("uncertain-verdict", "uncertain-flags", "score"),
}
# Enough flags that one odd one does not decide, few enough that a text's length does not.
_MOST_FLAGS: Final = 5
_SERIOUS: Final = SEVERITIES[SEVERITIES.index("major") :]


class Selected(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A document that was chosen to be labeled."""

    id: str
    sha256: str
    """SHA-256 of the text in UTF-8."""
    probability: float
    """Chance in (0, 1] that it had of being chosen; 1 for what a rule picked."""
    stratum: Stratum
    split: Literal["main", "blind"] = "main"
    """``blind``: labeled without any pre-marks. All documents of a story are in one split."""
    story: str | None = None
    overlap: int = 1
    """Annotators wanted."""


class Selection(msgspec.Struct, frozen=True):
    """What was chosen, and out of what."""

    documents: list[Selected]
    """Stories in random order, so that whoever stops early has labeled a fair part; those of a story side by side."""
    pool: int
    """Documents there were to choose from: what the estimates are about."""
    excluded: int
    """Documents left out as labeled already."""
    unread: int
    """Skipped and failed ones."""

    def count(self) -> dict[Stratum, int]:
        """Give the number of documents each rule picked."""
        counts = Counter(d.stratum for d in self.documents)
        return {stratum: counts[stratum] for stratum in get_args(Stratum) if counts[stratum]}


class _Candidate(NamedTuple):
    rank: float
    """The higher the sooner."""
    tie: int
    id: str
    sha256: str
    story: str


def select(
    records: Iterable[Record],
    n: int,
    *,
    by: By = "mixed",
    random_share: float = 0.2,
    seed: int = 0,
    exclude: Container[Key] = frozenset(),
    blind_share: float = 0.1,
    overlap_share: float = 0.2,
    overlap: int = 2,
) -> Selection:
    """Choose documents to label, in one pass; only about ``4 n`` of them are held in memory.

    What is chosen depends on the records, the options and the seed, not on the order of the records. Where a rule finds
    too few documents (no flags, no verdicts), the rest of its share is drawn at random.

    Args:
        records: all records of the scores.
        n: how many to choose, 1 or more.
        by: how.
        random_share: of ``n``, in [0, 1]; used by ``mixed`` only.
        seed: another seed, another random part, blind arm and order.
        exclude: documents not to choose.
        blind_share: part of the chosen to label without pre-marks, in [0, 1]. Whole stories: a story too large for it
            stays in the main arm.
        overlap_share: part of the chosen that ``overlap`` annotators shall label, in [0, 1].
        overlap: how many annotators.

    Raises:
        AnnotateError: if there are fewer documents than wanted, an option is out of range, or an id comes twice.
    """
    _check_options(n, random_share, blind_share, overlap_share, overlap)
    rules = _RULES[by]
    tops: dict[Stratum, list[_Candidate]] = {stratum: [] for stratum in (*rules, "random")}
    pool = excluded = unread = 0
    for record in records:
        if record.status != "ok" or record.verdict is None or record.sha256 is None:
            unread += 1
            continue
        if (record.id, record.sha256) in exclude:
            excluded += 1
            continue
        pool += 1
        for stratum, top in tops.items():
            rank = 0.0 if stratum == "random" else _RANKS[stratum](record)
            if rank <= 0.0 and stratum != "random":
                continue
            tie = draw(seed, "random", record.id, record.sha256) if stratum == "random" else _tie(record)
            story = story_of(record) or ""
            _push(top, _Candidate(rank, tie, record.id, record.sha256, story), n)
    if pool < n:
        left_out = f" ({excluded:,} labeled already, {unread:,} skipped or failed)" if excluded or unread else ""
        raise AnnotateError(
            f"There are {pool:,} documents to choose from{left_out}, fewer than the {n:,} wanted; "
            f"ask for at most {pool:,}, or score more."
        )
    chosen = _choose(tops, rules, n, round(n * random_share) if by == "mixed" else 0, pool)
    return Selection(_arrange(chosen, seed, blind_share, overlap_share, overlap), pool, excluded, unread)


def _check_options(n: int, random_share: float, blind_share: float, overlap_share: float, overlap: int) -> None:
    for name, value in (("random", random_share), ("blind", blind_share), ("overlap", overlap_share)):
        if not 0.0 <= value <= 1.0:
            raise AnnotateError(f"The {name} share {value:g} is not a number from 0 to 1.")
    if n < 1 or overlap < 1:
        raise AnnotateError("The number of documents and of annotators must be 1 or more.")


def verdict_uncertainty(record: Record) -> float:
    """How undecided a document's origin is, in [0, 1]: one minus the margin between the two likeliest.

    This is "breaking ties" (Scheffer, Decomain and Wrobel 2001). A text too short to judge gives 0: people cannot tell
    either.
    """
    verdict = record.verdict
    return 0.0 if verdict is None or verdict.label == "insufficient-text" else 1.0 - confidence(verdict)


def flag_uncertainty(record: Record) -> float:
    """How undecided a document's flags are, in [0, 1]: the mean of ``1 - |2 p - 1|`` over the five most undecided.

    ``p`` is a flag's probability of being confirmed; with fewer than five flags, the missing ones count as decided.
    """
    undecided = heapq.nlargest(_MOST_FLAGS, (1.0 - abs(2.0 * flag.score - 1.0) for flag in record.flags))
    return sum(undecided) / _MOST_FLAGS


def badness(record: Record) -> float:
    """How likely a document is bad, in [0, 1]: machine-made, garbled, or with a major or critical flag confirmed.

    The largest of the three probabilities: they are not independent.
    """
    verdict = record.verdict
    if verdict is None:
        return 0.0
    garbled = verdict.score if verdict.label == "garbled" else 0.0
    serious = max((flag.score for flag in record.flags if flag.severity in _SERIOUS), default=0.0)
    return max(1.0 - verdict.scores.get("human", 1.0), garbled, serious)


_RANKS: Final = {
    "uncertain-verdict": verdict_uncertainty,
    "uncertain-flags": flag_uncertainty,
    "score": badness,
}


def _tie(record: Record) -> int:
    # Not by the seed: what a rule picks must be certain, whatever the seed.
    return draw(0, "tie", record.id, record.sha256 or "")


def _push(top: list[_Candidate], candidate: _Candidate, size: int) -> None:
    if len(top) < size:
        heapq.heappush(top, candidate)
    elif candidate > top[0]:
        heapq.heapreplace(top, candidate)


def _choose(
    tops: dict[Stratum, list[_Candidate]], rules: Sequence[Stratum], n: int, at_random: int, pool: int
) -> list[Selected]:
    """Fill the share of each rule, then the rest at random from what no rule picked.

    Each list holds the ``n`` first of its kind, so it has enough left whatever the others took.
    """
    certain: dict[tuple[str, str], Selected] = {}
    for done, stratum in enumerate(rules):
        quota = -(-(n - at_random - len(certain)) // (len(rules) - done))
        certain |= {(c.id, c.sha256): _selected(c, 1.0, stratum) for c in _first(tops[stratum], certain, quota)}
    rest = n - len(certain)
    drawn = [_selected(c, rest / (pool - len(certain)), "random") for c in _first(tops["random"], certain, rest)]
    chosen = [*certain.values(), *drawn]
    repeated = [identity for identity, times in Counter(d.id for d in chosen).items() if times > 1]
    if repeated:
        raise AnnotateError(
            f"The id {repeated[0]!r} comes twice among the scores; give each document an id of its own."
        )
    return chosen


def _first(top: list[_Candidate], taken: Container[Key], quota: int) -> Iterator[_Candidate]:
    left = (c for c in sorted(top, reverse=True) if (c.id, c.sha256) not in taken)
    return islice(list(left), quota)


def _selected(candidate: _Candidate, probability: float, stratum: Stratum) -> Selected:
    return Selected(candidate.id, candidate.sha256, probability, stratum, story=candidate.story or None)


def _arrange(
    chosen: list[Selected], seed: int, blind_share: float, overlap_share: float, overlap: int
) -> list[Selected]:
    """Put stories in random order, and draw the blind arm and the overlap."""
    groups: dict[str, list[Selected]] = {}
    for document in sorted(chosen, key=lambda d: d.id):
        groups.setdefault(_group(document), []).append(document)
    blind = _blind(groups, seed, round(len(chosen) * blind_share))
    by_lot = sorted(chosen, key=lambda d: draw(seed, "overlap", d.id))
    twice = {d.id for d in by_lot[: round(len(chosen) * overlap_share)]}
    return [
        msgspec.structs.replace(
            document,
            split="blind" if group in blind else "main",
            overlap=overlap if document.id in twice else 1,
        )
        for group in sorted(groups, key=lambda g: draw(seed, "order", g))
        for document in groups[group]
    ]


def _blind(groups: dict[str, list[Selected]], seed: int, wanted: int) -> set[str]:
    blind: set[str] = set()
    count = 0
    for group in sorted(groups, key=lambda g: draw(seed, "blind", g)):
        size = len(groups[group])
        if abs(count + size - wanted) < abs(count - wanted):
            blind.add(group)
            count += size
    return blind


def _group(document: Selected) -> str:
    return f"story {document.story}" if document.story is not None else f"document {document.id}"


def write_selection(path: str | Path, documents: Iterable[Selected]) -> int:
    """Write a selection as JSON lines; the file appears whole or not at all. Returns how many lines.

    Raises:
        AnnotateError: if it cannot be written.
    """
    return write_lines(path, documents)


def read_selection(path: str | Path) -> Iterator[Selected]:
    """Yield the documents of a selection, one at a time.

    Raises:
        AnnotateError: if it cannot be read, a line is none of a selection, a number is impossible, or an id comes
            twice.
    """
    seen: set[str] = set()
    for where, document in read_lines(path, Selected, "give the file that label select wrote"):
        if not 0.0 < document.probability <= 1.0:
            raise AnnotateError(
                f"{where} document {document.id!r} has the probability {document.probability:g}, not in (0, 1]."
            )
        if document.overlap < 1:
            raise AnnotateError(f"{where} document {document.id!r} has the overlap {document.overlap}, below 1.")
        if document.id in seen:
            raise AnnotateError(f"{where} has the document {document.id!r} a second time; keep one of them.")
        seen.add(document.id)
        yield document


def read_excluded(paths: Iterable[str | Path]) -> set[Key]:
    """Give the documents of files of labels, or of earlier selections.

    An entry of a document that the annotator skipped does not count as labeled.

    Raises:
        AnnotateError: as :func:`annotate.labeling.labels.read_labels` and :func:`read_selection`.
    """
    found: set[Key] = set()
    for path in paths:
        if _is_selection(path):
            found |= {(d.id, d.sha256) for d in read_selection(path)}
        else:
            found |= {(e.doc_id, e.sha256) for e in read_labels(path) if not e.cancelled}
    return found


def _is_selection(path: str | Path) -> bool:
    try:
        with Path(path).open("rb") as file:
            first = msgspec.json.decode(next((line for line in file if line.strip()), b"null"))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return False  # read_labels says what is wrong
    return isinstance(first, dict) and "stratum" in first
