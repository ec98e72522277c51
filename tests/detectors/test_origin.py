from __future__ import annotations

import pickle
from dataclasses import replace

import msgspec
import pytest

from annotate.detectors.origin import Origin
from annotate.documents import Document, Label
from annotate.models import origin as model
from annotate.models.origin import load_origin

PLAIN = "The council met on Tuesday. Nobody asked why the bridge was shut. It creaks at night, she said, and laughed. "


def scores_of(document: Document, machine: list[tuple[Label, float]]) -> list[tuple[int, int, str, str]]:
    """Flags of a document whose passages are given these probabilities, in order."""
    found = model.score_origin(document)
    assert len(found.passages) == len(machine)
    changed = tuple(
        with_scores(passage, {"human": 1 - p, **{h: (p if h == label else 0.0) for h in model.HEADS}})
        for passage, (label, p) in zip(found.passages, machine, strict=True)
    )
    document._shared["origin linear"] = replace(found, passages=changed)
    return [(f.start, f.end, f.label, f.severity) for f in Origin().detect(document)]


def with_scores(passage: model.OriginPassage, scores: dict[str, float]) -> model.OriginPassage:
    return model.OriginPassage(passage.start, passage.end, passage.words, scores, passage.first, passage.last)


def document_of(passages: int) -> Document:
    return Document("🚀 " + PLAIN * (5 * passages))


def test_a_short_document_gets_no_flag() -> None:
    assert list(Origin().detect(Document(PLAIN))) == []
    assert list(Origin().detect(Document(""))) == []


def test_neighbours_with_one_label_are_one_flag_and_severity_is_the_worst() -> None:
    points = load_origin().facts.passages
    minor = (points["minor"].threshold + points["major"].threshold) / 2
    document = document_of(4)
    bounds = [(p.start, p.end) for p in model.score_origin(document).passages]
    assert len(bounds) == 4
    flags = scores_of(
        document,
        [
            ("machine-translated", minor),
            ("machine-translated", 1.0),
            ("machine-generated", minor),
            ("machine-generated", 0.0),
        ],
    )
    assert flags == [
        (bounds[0][0], bounds[1][1], "machine-translated", "major"),
        (bounds[2][0], bounds[2][1], "machine-generated", "minor"),
    ]


@pytest.mark.parametrize("severity", ["minor", "major"])
def test_the_threshold_itself_is_flagged_and_just_below_it_not(severity: str) -> None:
    threshold = load_origin().facts.passages[severity].threshold
    document = document_of(2)
    assert [f[3] for f in scores_of(document, [("machine-translated", threshold), ("machine-translated", 0.0)])] == [
        severity
    ]
    document = document_of(2)
    below = scores_of(document, [("machine-translated", threshold - 1e-9), ("machine-translated", 0.0)])
    assert [f[3] for f in below] == ([] if severity == "minor" else ["minor"])


def test_evidence_is_plain_json_with_words_that_slice_the_text() -> None:
    document = document_of(2)
    scores_of(document, [("machine-paraphrased", 1.0), ("machine-paraphrased", 1.0)])
    (flag,) = Origin().detect(document)
    assert flag.reason == "paraphrased-wording"
    assert flag.evidence["length"] == model.score_origin(document).words
    assert sum(flag.evidence["scores"].values()) == pytest.approx(1.0, abs=1e-3)
    for word in flag.evidence["words"]:
        assert document.text[word["start"] : word["end"]] == word["text"]
    assert msgspec.json.decode(msgspec.json.encode(flag))["evidence"] == flag.evidence


def test_page_furniture_is_not_judged() -> None:
    text = PLAIN * 12
    tail = "\nRead also: ten more stories that you will like."
    document = Document(text + tail, furniture=((len(text), len(text + tail)),))
    list(Origin().detect(document))
    judged = next(value for key, value in document._shared.items() if key.startswith("origin linear without"))
    assert judged.passages[-1].end <= len(text)


def test_it_is_picklable_and_names_its_weights() -> None:
    assert pickle.loads(pickle.dumps(Origin())) == Origin()
    assert Origin().resources()["models/origin"] == load_origin().digest


def test_stricter_severity_has_the_higher_threshold_and_fewer_false_alarms() -> None:
    points = load_origin().facts.passages
    assert points["major"].threshold > points["minor"].threshold
    assert points["major"].fpr <= points["minor"].fpr <= 0.01
