"""Disputed documents as a Label Studio import: each annotator's marks in a tab of their own, for a person to settle."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from annotate.documents import Document, Unread
from annotate.errors import AnnotateError
from annotate.labeling.adjudication.dawid_skene import Key
from annotate.labeling.adjudication.settle import Dispute
from annotate.labeling.agreement.gather import Annotated
from annotate.labeling.configuration import labeling_config
from annotate.labeling.folder import move as move_into
from annotate.labeling.folder import prepare, why
from annotate.labeling.guidelines import guidelines
from annotate.labeling.labels import Labeled
from annotate.labeling.labelstudio import verify
from annotate.labeling.scored import read_scored

CAUSES: Final[dict[str, str]] = {
    "annotator-error": "One of them is wrong by the guidelines.",
    "guideline-gap": "The guidelines do not say, or say two things.",
    "ambiguous": "The text allows both.",
}
"""Why annotators differed, as adjudicators say."""

VERSION_PREFIX: Final = "annotator"
"""Begins the ``model_version`` of an annotator's marks, which Label Studio shows as the name of their tab."""


def find_texts(
    disputed: Sequence[Dispute], scores: str | Path | None = None, documents: Iterable[Document | Unread] = ()
) -> dict[Key, Document]:
    """Find the texts of disputed documents: in their labels, else in the scores or the documents they were made from.

    Raises:
        AnnotateError: if one is found nowhere, or the scores are wrong.
    """
    found: dict[Key, Document] = {}
    wanted: set[Key] = set()
    for dispute in disputed:
        first = dispute.entries[0]
        key = (first.doc_id, first.sha256)
        text = next((e.text for e in dispute.entries if e.text is not None), None)
        if text is None:
            wanted.add(key)
        else:
            found[key] = Document(text, id=first.doc_id, source=first.source, published=first.published)
    if wanted and scores is not None:
        for scored in read_scored(Path(scores), documents):
            if scored.document is not None and (scored.record.id, scored.record.sha256) in wanted:
                key = (scored.document.id, scored.document.sha256)
                found[key] = scored.document
                wanted.discard(key)
    if wanted:
        raise AnnotateError(
            f"The texts of {len(wanted)} disputed documents (first: {min(wanted)[0]!r}) are not at hand; give the "
            "--scores that were labeled and the inputs they were made from, or pull the labels again --with-text."
        )
    return found


def write_disputed(folder: str | Path, disputed: Sequence[Dispute], texts: Mapping[Key, Document]) -> int:
    """Write ``tasks.json``, ``config.xml`` and ``guidelines.html``, checked as those of ``label export`` are.

    Each annotator's marks and answers are a prediction with the ``model_version`` ``annotator NAME``, or NAME where it
    begins so. The most disputed document comes first, and has the lowest score, so that a server that samples by
    uncertainty serves it first.

    Returns:
        How many tasks were written.

    Raises:
        AnnotateError: if the folder holds other things or cannot be written, or a task is wrong.
    """
    target = Path(folder)
    made = prepare(target)
    partial = target / ".partial"
    try:
        partial.mkdir()
        (partial / "config.xml").write_text(_config(), encoding="utf-8")
        (partial / "guidelines.html").write_text(guidelines(blind=True), encoding="utf-8")
        tasks = [msgspec.json.encode(make_task(d, texts[d.agreement.doc_id, d.agreement.sha256])) for d in disputed]
        (partial / "tasks.json").write_bytes(b"[\n" + b",\n".join(tasks) + b"\n]\n")
        written, _ = verify(partial)
        move_into(partial, target)
    except BaseException as error:
        shutil.rmtree(target if made else partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise AnnotateError(f"Cannot write the disputed documents to {target}: {why(error)}.") from error
        raise
    return written


def make_task(dispute: Dispute, document: Document) -> dict[str, Any]:
    """Make the task of one disputed document, as plain data ready for JSON."""
    entries = dispute.entries
    first = entries[0]
    return {
        "data": {
            "text": document.text,
            "title": " ".join((document.title or document.id).split()) or document.id,
            "why": "; ".join(dispute.agreement.why),
            "doc_id": first.doc_id,
            "sha256": first.sha256,
            "source": document.source or first.source,
            "url": document.url,
            "published": document.published or first.published,
            "split": "main",
            "selection_probability": _selection_probability(entries),
            "story": first.story,
        },
        "predictions": [
            {
                "model_version": _tab(entry.annotator),
                "score": dispute.agreement.agreement,
                "result": _results(entry),
            }
            for entry in entries
        ],
    }


def _tab(annotator: str) -> str:
    """``annotator ann``, and ``annotator-7``, as pull names people, as it is."""
    return annotator if annotator.startswith(VERSION_PREFIX) else f"{VERSION_PREFIX} {annotator}"


def _selection_probability(entries: Annotated) -> float | None:
    return next((e.selection_probability for e in entries if e.selection_probability is not None), None)


def _results(entry: Labeled) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for number, span in enumerate(entry.spans, 1):
        region = {"id": f"{entry.annotator}-{number}", "to_name": "text"}
        place = {"start": span.start, "end": span.end, "text": span.text}
        label = {**region, "from_name": "label", "type": "labels", "value": {**place, "labels": [span.label]}}
        # Shown in the region's information panel: a comment is the annotator's own, not the adjudicator's.
        results.append({**label, "meta": {"text": [span.comment]}} if span.comment else label)
        if span.severity is not None:
            value = {**place, "choices": [span.severity]}
            results.append({**region, "from_name": "severity", "type": "choices", "value": value})
    answers = (
        ("origin", "choices", None if entry.origin is None else [entry.origin]),
        ("reliability", "rating", entry.reliability),
        ("score", "number", entry.score),
    )
    results += [
        {"id": name, "from_name": name, "to_name": "text", "type": kind, "value": {kind: value}}
        for name, kind, value in answers
        if value is not None
    ]
    return results


def _config() -> str:
    """Make the labeling configuration of ``label export`` without evidence, and ask for the cause."""
    config = labeling_config(evidence=False)
    choices = "".join(f'\n    <Choice value="{cause}" hint="{hint}"/>' for cause, hint in CAUSES.items())
    question = (
        '  <Header value="$why" size="5"/>\n  <Header value="Why did the annotators differ?" size="5"/>\n'
        '  <Choices name="cause" toName="text" choice="single-radio" required="true">' + choices + "\n  </Choices>\n"
    )
    body, end, _ = config.rpartition("</View>")
    return f"{body}{question}{end}\n"
