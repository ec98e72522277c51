"""From the documents of a run to what their records gain: stories first, then each story by itself."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeAlias

import msgspec

from annotate import engine
from annotate.config import CorroborationConfig
from annotate.corroboration import stories
from annotate.corroboration.detectors import DETECTORS
from annotate.corroboration.published import published_day
from annotate.corroboration.store import Kept, Store, decode
from annotate.corroboration.story import Finding, hold
from annotate.documents import Record, in_order
from annotate.sources.ratings import rate_document, reliability

_BATCH: Final = 16
"""Stories handed to a worker at once."""
LARGEST: Final = 200
"""Documents of a story that are held against each other at once. A larger story (a whole feed under one key, say) is
taken in parts by date, so that its cost grows with its size and not with the square of it."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Finding)


class Findings:
    """What was found for each document of a run, on disk, in whatever order it was found."""

    def __init__(self, count: int, store: Store) -> None:
        self._store = store
        self._entries = array("q", [-1]) * count
        self.stories = 0
        """Stories of two documents or more."""

    def add(self, number: int, finding: bytes) -> None:
        """Keep what was found for one document."""
        self._entries[number] = len(self._store)
        self._store.append(finding)

    def of(self, number: int) -> Finding | None:
        """Give what was found for one document; None if it was not compared."""
        entry = self._entries[number]
        return _decoder.decode(self._store.read(entry)) if entry >= 0 else None


@contextmanager
def corroborate(store: Store, config: CorroborationConfig, *, workers: int = 1) -> Iterator[Findings]:
    """Hold the documents of each story against each other.

    What is found depends on the documents and the configuration alone. Memory holds one story for each worker, and for
    each document about a kilobyte for the search for stories.

    Args:
        store: the documents.
        config: how far apart documents of a story may be published.
        workers: processes.
    """
    with Store(None) as kept:
        findings = Findings(len(store), kept)
        found = list(_stories(store, config))
        findings.stories = sum(len(numbers) > 1 for _, numbers in found)
        parts = (
            (story, begin, [(n, store.read(n)) for n in part])
            for story, numbers in found
            for begin, part in _parts(numbers)
        )
        for result in engine.run(parts, _hold, workers=workers, batch_size=_BATCH, weigh=_weight):
            for number, finding in result:
                findings.add(number, finding)
        yield findings


def find_one(store: Store, number: int, config: CorroborationConfig) -> Finding:
    """Hold one document of a store, which must not be an empty entry, against the others of its story."""
    for story, numbers in _stories(store, config):
        for begin, part in _parts(numbers):
            if number in part:
                documents = [decode(store.read(n)).document() for n in part]
                return _numbered(hold(story, documents)[part.index(number)], begin)
    raise ValueError(f"entry {number} of the store is empty")


def apply(record: Record, finding: Finding) -> Record:
    """Put what was found into a record; what an earlier comparison put there goes."""
    kept = [flag for flag in record.flags if flag.detector not in DETECTORS]
    evidence = finding.evidence
    suspected = record.verdict is not None and record.verdict.label == "machine-translated"
    if suspected and evidence.is_translation is None:
        evidence = msgspec.structs.replace(evidence, is_translation="suspected")
    changed = msgspec.structs.replace(record, flags=in_order([*kept, *finding.flags]), evidence=evidence)
    return msgspec.structs.replace(changed, reliability=reliability(rate_document(changed), None))


def _stories(store: Store, config: CorroborationConfig) -> Iterator[tuple[str, list[int]]]:
    """Yield each story's id and the numbers of its documents, by date, in the order of the stories' first documents."""
    given: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    numbers: list[tuple[int, int]] = []

    def unassigned() -> Iterator[stories.Item]:
        for number, kept in store:
            day = published_day(kept.published)
            entry = (day.toordinal() if day else 0, number)
            if kept.story is not None:
                given[kept.story].append(entry)
            else:
                numbers.append(entry)
                yield kept.key, day, kept.fingerprint

    options = stories.Options(window=config.days, span=max(config.days, stories.Options().span))
    found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, entry in zip(stories.assign(unassigned(), options), numbers, strict=True):
        found[name].append(entry)
    every = [*given.items(), *found.items()]
    every.sort(key=lambda s: min(number for _, number in s[1]))
    for name, members in every:
        yield name, [number for _, number in sorted(members)]


_Part: TypeAlias = tuple[str, int, list[tuple[int, bytes]]]
"""A story's id, how many of its documents come before, the numbers and the stored entries of those to be held."""


def _parts(numbers: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    for begin in range(0, len(numbers), LARGEST):
        yield begin, numbers[begin : begin + LARGEST]


def _numbered(finding: Finding, begin: int) -> Finding:
    """Count origins on from the parts before: what is held apart has no origin in common."""
    evidence = msgspec.structs.replace(finding.evidence, origin=finding.evidence.origin + begin)
    return msgspec.structs.replace(finding, evidence=evidence)


def _weight(part: _Part) -> int:
    return sum(len(entry) for _, entry in part[2])


def _hold(part: _Part) -> list[tuple[int, bytes]]:
    story, begin, entries = part
    kept: list[Kept] = [decode(entry) for _, entry in entries]
    found = hold(story, [k.document() for k in kept])
    return [
        (number, _encoder.encode(_numbered(finding, begin)))
        for (number, _), finding in zip(entries, found, strict=True)
    ]
