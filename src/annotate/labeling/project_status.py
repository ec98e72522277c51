"""How far a project is: documents done and left, and what each annotator has done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

import msgspec

from annotate.labeling.attention import Hidden, judge_checks
from annotate.labeling.labels import Labeled
from annotate.labeling.pull import Problem, read_entries
from annotate.labeling.snapshot import read_tasks


class AnnotatorStatus(msgspec.Struct, frozen=True):
    """What one annotator has done."""

    labeled: int
    skipped: int
    drafts: int
    """Documents begun and not submitted."""
    marks: int
    median_seconds: float | None
    """Of a document labeled; None where the server timed none."""
    checks_passed: int | None = None
    """Attention checks and gold items; None without a key."""
    checks_failed: list[str] | None = None
    """Ids of the failed ones."""


class ProjectStatus(msgspec.Struct, frozen=True):
    """How far a project is."""

    title: str
    project: int
    documents: int
    done: int
    """Documents with as many labelings as were asked for each."""
    begun: int
    """Documents with some, but fewer."""
    untouched: int
    labelings_left: int
    """Labelings still asked for over all documents."""
    skipped: int
    """Skipped labelings."""
    drafts: int
    median_seconds: float | None
    problems: dict[str, int]
    """What a pull would note: problem → how often."""
    annotators: dict[str, AnnotatorStatus]


def project_status(
    export: Path, overlaps: Mapping[int, int], *, title: str, project: int, key: Sequence[Hidden] = ()
) -> ProjectStatus:
    """Sum up a raw export of a project.

    Args:
        export: a snapshot, as :func:`annotate.labeling.snapshot.fetch` writes it.
        overlaps: id of each task → labelings asked for; an export does not say.
        title: of the project.
        project: its id.
        key: tells the attention checks and gold items.

    Raises:
        AnnotateError: if the export cannot be read.
    """
    documents = done = begun = left = 0
    for task in read_tasks(export):
        labelings = sum(1 for a in task.get("annotations") or () if not a.get("was_cancelled"))
        overlap = overlaps.get(task["id"], 1)
        documents += 1
        done += labelings >= overlap
        begun += 0 < labelings < overlap
        left += max(0, overlap - labelings)

    problems: dict[str, int] = {}
    tallies: dict[str, _Tally] = {}

    def note(problem: Problem) -> None:
        problems[problem.problem] = problems.get(problem.problem, 0) + 1
        if problem.problem == "draft-only":
            tallies.setdefault(problem.annotator, _Tally()).drafts += 1

    def counted() -> Iterator[Labeled]:
        for entry in read_entries([export], note):
            tallies.setdefault(entry.annotator, _Tally()).add(entry)
            yield entry

    judged = judge_checks(key, counted())
    annotators = {
        name: AnnotatorStatus(
            labeled=tally.labeled,
            skipped=tally.skipped,
            drafts=tally.drafts,
            marks=tally.marks,
            median_seconds=_median(tally.seconds),
            checks_passed=len(judged[name].passed) if key and name in judged else None,
            checks_failed=list(judged[name].failed) if key and name in judged else None,
        )
        for name, tally in sorted(tallies.items(), key=lambda item: (len(item[0]), item[0]))
    }
    return ProjectStatus(
        title=title,
        project=project,
        documents=documents,
        done=done,
        begun=begun,
        untouched=documents - done - begun,
        labelings_left=left,
        skipped=sum(a.skipped for a in annotators.values()),
        drafts=sum(a.drafts for a in annotators.values()),
        median_seconds=_median([s for t in tallies.values() for s in t.seconds]),
        problems=problems,
        annotators=annotators,
    )


class _Tally:
    """Counts of one annotator."""

    def __init__(self) -> None:
        self.labeled = self.skipped = self.drafts = self.marks = 0
        self.seconds: list[float] = []

    def add(self, entry: Labeled) -> None:
        self.skipped += entry.cancelled
        self.labeled += not entry.cancelled
        self.marks += len(entry.spans)
        if entry.seconds is not None and not entry.cancelled:
            self.seconds.append(entry.seconds)


def _median(seconds: list[float]) -> float | None:
    return round(median(seconds), 1) if seconds else None
