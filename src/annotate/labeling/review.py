"""What annotators made of the flags they were shown: kept, changed, deleted, added; and how far the flags swayed them.

A labeling server stores for every region whether it was shown beforehand and what became of it, so the precision of the
scorer and the effect of pre-marking come out of ordinary work.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from statistics import median
from typing import Final, Literal

import msgspec
import numpy as np

from annotate.documents import LABELS, Label, Severity
from annotate.evaluation.bootstrap import Floats, ratio
from annotate.evaluation.figures import Figure, Resampling, figures, rate
from annotate.labeling.attention import Hidden, apply_key, character_f1, judge_checks
from annotate.labeling.labels import ADJUDICATED, Labeled, Shown, Span

BINS: Final = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.0))
"""Scores, the lower bound included; the last bin includes 1."""
_CHARACTERS: Final = 1000


class Fate(msgspec.Struct, frozen=True):
    """What became of a flag that an annotator was shown, or a mark that was not shown."""

    document: str
    annotator: str
    what: Literal["kept", "changed", "relabeled", "deleted", "added"]
    """``changed``: moved or given another severity; ``relabeled``: given another label, moved or not."""
    label: Label
    """The one that was shown; of an added mark, its own."""
    score: float | None
    signature: str | None


class Tally(msgspec.Struct, frozen=True):
    """What became of some flags."""

    name: str
    shown: int
    kept: int
    changed: int
    relabeled: int
    deleted: int
    added: int
    """Marks that no flag was shown for."""
    promised: float | None
    """Mean score of the flags shown, where they have one."""
    confirmed: Figure
    """Share of the flags shown that were kept or changed."""


class Editor(msgspec.Struct, frozen=True):
    """How one annotator dealt with flags."""

    annotator: str
    documents: int
    shown: int
    edited: Figure
    """Share of the flags shown that were changed, relabeled or deleted."""
    added: Figure
    """Marks added per 1,000 characters."""
    seconds: float | None
    """Median time for a document, where it is known."""
    passed: int | None = None
    failed: dict[str, str] | None = None
    """Attention checks and gold items: ``doc_id`` → what was wrong. None without a key."""


class Rate(msgspec.Struct, frozen=True):
    """Marks per 1,000 characters, with pre-marks and without."""

    name: str
    main: Figure
    blind: Figure
    difference: Figure
    """With pre-marks less without: the effect of pre-marking, where lot decided which document got them."""


class Arms(msgspec.Struct, frozen=True):
    """The arm with pre-marks against the blind one."""

    main: int
    """Documents labeled by annotators who saw pre-marks."""
    blind: int
    """Documents labeled by annotators who saw none."""
    rates: list[Rate]
    both: int
    """Documents in both arms."""
    across: Figure
    """Character F1, whatever the labels, between an annotator with pre-marks and one without, mean over documents."""
    within_main: Figure
    """The same between two annotators who both saw pre-marks …"""
    within_blind: Figure
    """… and between two who saw none: what annotators differ by anyway."""


class Review(msgspec.Struct, frozen=True):
    """What annotators did."""

    documents: int
    entries: int
    labels: list[Tally]
    scores: list[Tally]
    signatures: list[Tally]
    annotators: list[Editor]
    arms: Arms | None
    """None where there is no blind arm."""
    resampling: Resampling


def review(entries: Iterable[Labeled], key: Sequence[Hidden] = (), resampling: Resampling | None = None) -> Review:
    """Review what annotators did.

    Skipped documents, attention checks and what was settled among several annotators are left out of all figures but
    those on the checks.

    Args:
        entries: what annotators said.
        key: of attention checks and gold items, where there are any.
        resampling: how intervals are made: documents are drawn.
    """
    resampling = resampling or Resampling()
    given = list(apply_key(key, entries))
    done = [e for e in given if not e.cancelled and e.split != "check" and e.annotator != ADJUDICATED]
    fates = [fate for entry in done for fate in follow(entry)]
    every = Counter(entry.doc_id for entry in done)
    documents = list(every)

    def tally(name: str, chosen: Sequence[Fate]) -> Tally:
        return _tally(name, chosen, documents, resampling)

    by_label = [(label, [f for f in fates if f.label == label]) for label in LABELS]
    signatures = sorted({f.signature or "unknown" for f in fates})
    bins = [(f"{low:g}–{high:g}", [f for f in fates if _within(f, low, high)]) for low, high in BINS]
    blind = any(entry.split == "blind" for entry in done)
    return Review(
        documents=len(documents),
        entries=len(done),
        labels=[*(tally(name, chosen) for name, chosen in by_label if chosen), tally("all", fates)],
        scores=[tally(name, chosen) for name, chosen in bins if chosen],
        signatures=[tally(name, [f for f in fates if (f.signature or "unknown") == name]) for name in signatures],
        annotators=_editors(done, fates, given, key, resampling),
        arms=_arms(done, resampling) if blind else None,
        resampling=resampling,
    )


def follow(entry: Labeled) -> Iterable[Fate]:
    """Say what became of each flag that an annotator was shown, and which marks they added; nothing for a blind arm."""
    if entry.shown is None:
        return
    marks = {span.id: span for span in entry.spans if span.id is not None}
    for flag in entry.shown:
        yield Fate(
            entry.doc_id, entry.annotator, _what(flag, marks.get(flag.id)), flag.label, flag.score, entry.signature
        )
    ids = {flag.id for flag in entry.shown}
    for span in entry.spans:
        if span.id not in ids:
            yield Fate(entry.doc_id, entry.annotator, "added", span.label, None, entry.signature)


def _what(flag: Shown, span: Span | None) -> Literal["kept", "changed", "relabeled", "deleted"]:
    if span is None:
        return "deleted"
    if span.label != flag.label:
        return "relabeled"
    severities: set[Severity | None] = {flag.severity, span.severity} - {None}
    same = (span.start, span.end) == (flag.start, flag.end) and len(severities) <= 1
    return "kept" if same else "changed"


def _within(fate: Fate, low: float, high: float) -> bool:
    return fate.score is not None and (low <= fate.score < high or fate.score == high == 1.0)


def _tally(name: str, fates: Sequence[Fate], documents: Sequence[str], resampling: Resampling) -> Tally:
    count = Counter(fate.what for fate in fates)
    scores = [fate.score for fate in fates if fate.score is not None]
    return Tally(
        name,
        len(fates) - count["added"],
        count["kept"],
        count["changed"],
        count["relabeled"],
        count["deleted"],
        count["added"],
        round(sum(scores) / len(scores), 4) if scores else None,
        _share(fates, ("kept", "changed"), documents, resampling),
    )


def _share(fates: Sequence[Fate], what: Sequence[str], documents: Sequence[str], resampling: Resampling) -> Figure:
    shown = Counter(fate.document for fate in fates if fate.what != "added")
    these = Counter(fate.document for fate in fates if fate.what in what)
    return rate([these[d] for d in documents], [shown[d] for d in documents], resampling)


def _editors(
    done: Sequence[Labeled],
    fates: Sequence[Fate],
    given: Sequence[Labeled],
    key: Sequence[Hidden],
    resampling: Resampling,
) -> list[Editor]:
    checks = judge_checks(key, [e for e in given if e.annotator != ADJUDICATED]) if key else {}
    found = []
    for name in sorted({entry.annotator for entry in done} | set(checks)):
        entries = [entry for entry in done if entry.annotator == name]
        own = [fate for fate in fates if fate.annotator == name]
        assisted = [entry for entry in entries if entry.shown is not None]
        documents = [entry.doc_id for entry in assisted]
        added = Counter(fate.document for fate in own if fate.what == "added")
        seconds = [entry.seconds for entry in entries if entry.seconds is not None]
        found.append(
            Editor(
                annotator=name,
                documents=len(entries),
                shown=sum(fate.what != "added" for fate in own),
                edited=_share(own, ("changed", "relabeled", "deleted"), documents, resampling),
                added=rate(
                    [added[d] for d in documents], [e.characters for e in assisted], resampling, scale=_CHARACTERS
                ),
                seconds=round(median(seconds), 1) if seconds else None,
                passed=len(checks[name].passed) if name in checks else None,
                failed=checks[name].failed if name in checks else None,
            )
        )
    return found


def _arms(done: Sequence[Labeled], resampling: Resampling) -> Arms:
    by_document: defaultdict[tuple[str, str], tuple[list[Labeled], list[Labeled]]] = defaultdict(lambda: ([], []))
    for entry in done:
        if entry.split in ("main", "blind"):
            by_document[entry.doc_id, entry.sha256][entry.split == "blind"].append(entry)
    documents = list(by_document.values())
    labels = sorted({span.label for main, blind in documents for e in (*main, *blind) for span in e.spans})
    choices: list[tuple[str, Callable[[Span], bool]]] = [("all", lambda _: True)]
    choices += [(label, lambda span, label=label: span.label == label) for label in labels]  # type: ignore[misc]
    both = [(main, blind) for main, blind in documents if main and blind]
    return Arms(
        main=sum(bool(main) for main, _ in documents),
        blind=sum(bool(blind) for _, blind in documents),
        rates=[_rate(name, documents, counts, resampling) for name, counts in choices],
        both=len(both),
        across=_mean([_f1s(list(product(main, blind))) for main, blind in both], resampling),
        within_main=_mean([_f1s(_pairs(main)) for main, _ in documents if len(main) > 1], resampling),
        within_blind=_mean([_f1s(_pairs(blind)) for _, blind in documents if len(blind) > 1], resampling),
    )


def _rate(
    name: str,
    documents: Sequence[tuple[list[Labeled], list[Labeled]]],
    counts: Callable[[Span], bool],
    resampling: Resampling,
) -> Rate:
    rows = np.array(
        [
            [number for arm in arms for number in (_marks(arm, counts), sum(e.characters for e in arm))]
            for arms in documents
        ],
        dtype=np.float64,
    )

    def statistic(sums: Floats) -> Floats:
        main, blind = (_CHARACTERS * ratio(sums[:, at], sums[:, at + 1]) for at in (0, 2))
        return np.column_stack([main, blind, main - blind])

    return Rate(name, *figures(rows, statistic, resampling))


def _marks(entries: Sequence[Labeled], counts: Callable[[Span], bool]) -> int:
    return sum(counts(span) for entry in entries for span in entry.spans)


def _pairs(entries: Sequence[Labeled]) -> list[tuple[Labeled, Labeled]]:
    return [(a, b) for place, a in enumerate(entries) for b in entries[place + 1 :]]


def _f1s(pairs: Sequence[tuple[Labeled, Labeled]]) -> float:
    return sum(character_f1(a.spans, b.spans) for a, b in pairs) / len(pairs)


def _mean(values: Sequence[float], resampling: Resampling) -> Figure:
    return rate(values, [1.0] * len(values), resampling) if values else Figure(None)
