"""What annotators did, from a raw export: one entry of labels per document and annotator, and a table of problems.

Offsets are checked against the text, and the words taken from it: the server believes whatever copy a region carries.
Nothing that cannot be used passes silently, and nothing of it stops the rest.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from annotate.documents import LABELS, SEVERITIES
from annotate.errors import AnnotateError
from annotate.labeling.adjudication.disputed import CAUSES
from annotate.labeling.attention import Hidden, apply_key
from annotate.labeling.labels import Labeled, Shown, Span, write_labels
from annotate.labeling.meanings import VERDICT_MEANINGS
from annotate.labeling.snapshot import read_tasks

GOOD_SCORE: Final = 80
"""A score below this with no passage marked is worth a second look (the warning of Pearmut, an ESA tool)."""

PROBLEMS: Final[dict[str, str]] = {
    "not-ours": "the task has no doc_id and sha256: not from label export",
    "text-changed": "the text is not the one that was exported (SHA-256)",
    "label-unknown": "a mark's label is not in the label list",
    "range-impossible": "a mark's offsets are no range of the text",
    "answer-unknown": "an answer that no question of ours allows",
    "severity-missing": "a mark without a severity",
    "words-differ": "a mark's copy of the words is not what the text has at its offsets",
    "span-repeated": "the same range marked twice with one label",
    "older-repeated": "an annotator labeled a document twice; the newest counts",
    "draft-only": "begun and not submitted",
    "low-score-unmarked": f"a score below {GOOD_SCORE} and nothing marked",
    "answer-missing": "no origin was chosen",
}
"""Problem → what it means."""

LOST: Final = frozenset({"not-ours", "text-changed", "label-unknown", "range-impossible", "answer-unknown"})
"""Problems that leave something an annotator did out of the labels."""


class Problem(msgspec.Struct, frozen=True):
    """Something about one annotation that needs a look."""

    problem: str
    """One of :data:`PROBLEMS`."""
    document: str
    annotator: str
    task: int | None
    annotation: int | None
    region: str
    detail: str


class Pulled(msgspec.Struct, frozen=True):
    """What a pull wrote."""

    entries: int
    documents: int
    """Documents with at least one entry."""
    annotators: int
    problems: dict[str, int]
    """Problem → how often."""

    @property
    def lost(self) -> int:
        """How often something was left out that an annotator did."""
        return sum(number for problem, number in self.problems.items() if problem in LOST)


def pull(
    exports: Sequence[Path],
    output: Path,
    problems: Path,
    *,
    key: Sequence[Hidden] = (),
    with_text: bool = False,
    emails: bool = False,
) -> Pulled:
    """Write the labels in raw exports, and the problems met; both files appear whole or not at all.

    The same exports give the same bytes.

    Args:
        exports: JSON exports of one or more projects.
        output: labels, as JSON lines.
        problems: table, as CSV.
        key: tells check and gold items; the labeling tool was not told.
        with_text: put the text into each entry.
        emails: name annotators by e-mail address instead of number.

    Raises:
        AnnotateError: if a file cannot be read or written.
    """
    counts = dict.fromkeys(PROBLEMS, 0)
    documents: set[bytes] = set()
    annotators: set[str] = set()
    partial = problems.with_name(problems.name + ".partial")
    try:
        problems.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(Problem.__struct_fields__)

            def note(problem: Problem) -> None:
                counts[problem.problem] += 1
                table.writerow(msgspec.structs.astuple(problem))

            def counted() -> Iterator[Labeled]:
                for entry in apply_key(key, read_entries(exports, note, with_text=with_text, emails=emails)):
                    documents.add(_digest(entry.doc_id, entry.sha256))
                    annotators.add(entry.annotator)
                    yield entry

            number = write_labels(output, counted())
        partial.replace(problems)
    except OSError as error:
        raise AnnotateError(f"Cannot write {problems}: {error.strerror or error}; check the path and disk.") from error
    finally:
        partial.unlink(missing_ok=True)
    met = {problem: count for problem, count in counts.items() if count}
    return Pulled(number, len(documents), len(annotators), met)


def read_entries(
    exports: Sequence[Path], note: Callable[[Problem], None], *, with_text: bool = False, emails: bool = False
) -> Iterator[Labeled]:
    """Yield an entry per document and annotator, in the order of the exports.

    The exports are read twice: first to find the newest annotation of each annotator on each document. In between,
    memory holds a few dozen bytes for each.

    Args:
        exports: raw JSON exports.
        note: told of every problem.
        with_text: put the text into each entry.
        emails: name annotators by e-mail address instead of number.

    Raises:
        AnnotateError: if an export cannot be read.
    """
    newest: dict[bytes, tuple[str, int, int]] = {}
    for place, task, annotation in _annotations(exports):
        if _is_ours(task["data"]):
            key = _digest(task["data"]["doc_id"], task["data"]["sha256"], _annotator(annotation, emails=emails))
            newest[key] = max(newest.get(key, ("", 0, 0)), _age(annotation, place))
    for place, path in enumerate(exports):
        for task in read_tasks(path):
            yield from _Task(task, place, note, with_text=with_text, emails=emails).entries(newest)


def _annotations(exports: Sequence[Path]) -> Iterator[tuple[int, dict[str, Any], dict[str, Any]]]:
    for place, path in enumerate(exports):
        for task in read_tasks(path):
            for annotation in _annotations_of(task):
                yield place, task, annotation


def _annotations_of(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [a for a in task.get("annotations") or () if isinstance(a, dict)]


class _Task:
    """One task of an export."""

    def __init__(
        self, task: dict[str, Any], place: int, note: Callable[[Problem], None], *, with_text: bool, emails: bool
    ) -> None:
        self._task = task
        self._data: dict[str, Any] = task["data"]
        self._place = place
        self._note = note
        self._with_text = with_text
        self._emails = emails
        self._text = ""

    def entries(self, newest: Mapping[bytes, tuple[str, int, int]]) -> Iterator[Labeled]:
        annotations = sorted(
            _annotations_of(self._task), key=lambda a: (_annotator(a, emails=self._emails), a.get("id") or 0)
        )
        drafts = [d for d in self._task.get("drafts") or () if isinstance(d, dict) and d.get("annotation") is None]
        if not annotations and not drafts:
            return
        if not _is_ours(self._data):
            self._say("not-ours", f"{len(annotations)} annotations")
            return
        text = self._data["text"]
        if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != self._data["sha256"]:
            self._say("text-changed", f"{len(annotations)} annotations; was the task's text edited on the server?")
            return
        self._text = text
        for annotation in annotations:
            name = _annotator(annotation, emails=self._emails)
            key = _digest(self._data["doc_id"], self._data["sha256"], name)
            if newest[key] != _age(annotation, self._place):
                self._say("older-repeated", f"last changed {annotation.get('updated_at')}", annotation)
                continue
            yield self._entry(annotation, name)
        done = {_annotator(a, emails=False) for a in annotations}
        for draft in drafts:
            # The only place where a draft tells its user's number.
            user = re.search(r", (\d+)$", str(draft.get("created_username") or ""))
            who = f"annotator-{user.group(1)}" if user else "annotator-unknown"
            if who not in done:
                self._say("draft-only", f"last changed {draft.get('updated_at')}", annotator=who)

    def _entry(self, annotation: dict[str, Any], annotator: str) -> Labeled:
        prediction = self._prediction(annotation)
        shown = None if prediction is None else self._shown(prediction)
        results = [r for r in annotation.get("result") or () if isinstance(r, dict)]
        cancelled = bool(annotation.get("was_cancelled"))
        spans = [] if cancelled else self._spans(results, annotation, shown)
        answers = {} if cancelled else self._answers(results, annotation)
        if not cancelled:
            if "origin" not in answers:
                self._say("answer-missing", "", annotation)
            if not spans and answers.get("score", 100) < GOOD_SCORE:
                self._say("low-score-unmarked", f"score {answers['score']:g}", annotation)
        data = self._data
        return Labeled(
            doc_id=data["doc_id"],
            sha256=data["sha256"],
            annotator=annotator,
            characters=len(self._text),
            spans=spans,
            origin=answers.get("origin"),
            reliability=answers.get("reliability"),
            score=answers.get("score"),
            cancelled=cancelled,
            split=data.get("split") or "main",
            shown=shown,
            signature=None if prediction is None else prediction.get("model_version") or None,
            selection_probability=data.get("selection_probability"),
            story=data.get("story"),
            source=data.get("source"),
            published=data.get("published"),
            seconds=annotation.get("lead_time"),
            updated=annotation.get("updated_at"),
            cause=answers.get("cause"),
            text=self._text if self._with_text else None,
        )

    def _prediction(self, annotation: dict[str, Any]) -> dict[str, Any] | None:
        """Find the prediction that the annotator began with.

        The server keeps a copy of it with the annotation, which stays when the prediction is replaced. An annotation
        that came by import has none; there it is the prediction with a region of the same id.
        """
        copy = annotation.get("prediction")
        present = [p for p in self._task.get("predictions") or () if isinstance(p, dict)]
        parent = annotation.get("parent_prediction")
        for prediction in [copy, *present] if isinstance(copy, dict) else present:
            if parent is not None and prediction.get("id") == parent:
                return prediction
        if isinstance(copy, dict) and copy.get("id") is not None:
            return copy
        ids = {r.get("id") for r in annotation.get("result") or () if isinstance(r, dict) and r.get("type") == "labels"}
        for prediction in present:
            if ids & {r.get("id") for r in prediction.get("result") or () if isinstance(r, dict)}:
                return prediction
        return None

    def _shown(self, prediction: dict[str, Any]) -> list[Shown]:
        severities: dict[Any, Any] = {
            r.get("id"): _only(r, "choices") for r in prediction["result"] if r.get("from_name") == "severity"
        }
        shown = [
            Shown(
                id=str(result["id"]),
                start=result["value"]["start"],
                end=result["value"]["end"],
                label=_only(result, "labels"),  # type: ignore[arg-type]
                severity=severities.get(result["id"]),
                score=result.get("score"),
            )
            for result in prediction["result"]
            if result.get("from_name") == "label" and self._range(result) and _only(result, "labels") in LABELS
        ]
        return sorted(shown, key=lambda s: (s.start, s.end, s.label, s.id))

    def _spans(
        self, results: list[dict[str, Any]], annotation: dict[str, Any], shown: Sequence[Shown] | None
    ) -> list[Span]:
        severities: dict[Any, Any] = {
            r.get("id"): _only(r, "choices") for r in results if r.get("from_name") == "severity"
        }
        comments = {r.get("id"): _lines(r) for r in results if r.get("from_name") == "comment"}
        before = {s.id: s for s in shown or ()}
        spans: list[Span] = []
        taken: set[tuple[int, int, str]] = set()
        # What was drawn last is what was drawn twice.
        for result in sorted(results, key=lambda r: str(r.get("id")) not in before):
            if result.get("from_name") != "label":
                continue
            region = str(result.get("id"))
            place, label = self._range(result), _only(result, "labels")
            if place is None:
                self._say("range-impossible", _said(result.get("value")), annotation, region)
                continue
            if label not in LABELS:
                self._say("label-unknown", _said(result.get("value", {}).get("labels")), annotation, region)
                continue
            start, end = place
            words, copy = self._text[start:end], result["value"].get("text")
            if copy != words:
                self._say("words-differ", f"says {copy!r}, the text has {words!r}", annotation, region)
            severity = severities.get(result.get("id"))
            if severity not in SEVERITIES:
                self._say("severity-missing", f"[{start}, {end}) {label}", annotation, region)
                severity = None
            origin = result.get("origin")
            if region in before:
                was = before[region]
                same = (was.start, was.end, was.label) == (start, end, label)
                origin = "prediction" if same else "prediction-changed"
            # Two detectors may have flagged one thing: both flags were kept. Anything else twice is a slip.
            if origin != "prediction" and (start, end, label) in taken:
                self._say("span-repeated", f"[{start}, {end}) {label}", annotation, region)
                continue
            taken.add((start, end, label))
            spans.append(
                Span(
                    start=start,
                    end=end,
                    text=words,
                    label=label,
                    severity=severity,
                    comment=comments.get(result.get("id")) or None,
                    id=region,
                    origin=origin if origin in ("prediction", "prediction-changed") else "manual",
                )
            )
        return sorted(spans, key=lambda s: (s.start, s.end, s.label, s.id or ""))

    def _answers(self, results: list[dict[str, Any]], annotation: dict[str, Any]) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for result in results:
            name = str(result.get("from_name"))
            given = result.get("value")
            value: dict[str, Any] = given if isinstance(given, dict) else {}
            if name in ("label", "severity", "comment"):
                continue
            if name == "origin":
                answer: Any = _only(result, "choices")
                good = answer in VERDICT_MEANINGS
            elif name == "cause":
                answer = _only(result, "choices")
                good = answer in CAUSES
            elif name == "reliability":
                answer = value.get("rating")
                good = isinstance(answer, int) and 1 <= answer <= 5
            elif name == "score":
                answer = value.get("number")
                good = isinstance(answer, (int, float)) and 0 <= answer <= 100
            else:
                good = False
            if good:
                answers[name] = answer
            else:
                self._say("answer-unknown", f"{name}: {_said(value)}", annotation)
        return answers

    def _range(self, result: Mapping[str, Any]) -> tuple[int, int] | None:
        value = result.get("value")
        start, end = (value.get("start"), value.get("end")) if isinstance(value, dict) else (None, None)
        if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(self._text):
            return None
        return start, end

    def _say(
        self,
        problem: str,
        detail: str,
        annotation: Mapping[str, Any] | None = None,
        region: str = "",
        annotator: str = "",
    ) -> None:
        self._note(
            Problem(
                problem=problem,
                document=str(self._data.get("doc_id", "")),
                annotator=annotator if annotation is None else _annotator(annotation, emails=self._emails),
                task=self._task.get("id"),
                annotation=None if annotation is None else annotation.get("id"),
                region=region,
                detail=detail,
            )
        )


def _is_ours(data: Mapping[str, Any]) -> bool:
    return all(isinstance(data.get(name), str) for name in ("doc_id", "sha256", "text"))


def _annotator(annotation: Mapping[str, Any], *, emails: bool) -> str:
    """Give the annotator's name: their number on the server, which stays when names and addresses change."""
    who = annotation.get("completed_by")
    if emails:
        if not isinstance(who, dict) or not who.get("email"):
            raise AnnotateError("The export has no e-mail addresses of annotators; leave out --emails.")
        return str(who["email"])
    number = who.get("id") if isinstance(who, dict) else who
    return f"annotator-{'unknown' if number is None else number}"


def _age(annotation: Mapping[str, Any], place: int) -> tuple[str, int, int]:
    return str(annotation.get("updated_at") or ""), annotation.get("id") or 0, place


def _digest(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _only(result: Mapping[str, Any], field: str) -> str | None:
    """Give the one label or choice of a result; None where there is not exactly one."""
    value = result.get("value")
    chosen = value.get(field) if isinstance(value, dict) else None
    return chosen[0] if isinstance(chosen, list) and len(chosen) == 1 and isinstance(chosen[0], str) else None


def _lines(result: Mapping[str, Any]) -> str:
    value = result.get("value")
    text = value.get("text") if isinstance(value, dict) else None
    return "\n".join(str(line) for line in text) if isinstance(text, list) else str(text or "")


def _said(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 200 else said[:199] + "…"
