"""Quality estimation over a translation and its source text: pairing, thresholds, long texts."""

from __future__ import annotations

import json
import pickle

import pytest

from annotate.detectors import build
from annotate.detectors.quality_estimation import QualityEstimation, pairs
from annotate.documents import Document, lay_out
from annotate.errors import AnnotateError
from annotate.models import hub

pytestmark = pytest.mark.usefixtures("no_network")

GOOD, BAD = 0.9, 0.2


@pytest.fixture(scope="module")
def folder(tiny, tmp_path_factory):
    return tiny.quality_estimator(tmp_path_factory.mktemp("quality"), good=GOOD, bad=BAD, bad_words=["!"])


def found(folder, text, source, **options):
    options = {"minor_below": 0.5, **options}
    flags = list(QualityEstimation(model=str(folder), **options).detect(Document(text, source_text=source)))
    assert all(f.text == text[f.start : f.end] for f in flags)
    return [(f.start, f.end, f.evidence["source"], f.evidence["unit"]) for f in flags]


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        ("It is so.", "So ist es.", []),
        ("It is so.", "So ist es!", [(0, 9, "So ist es!", "paragraph")]),
        ("🚀 one\n\ntwo\n", "eins\nzwei!", [(7, 10, "zwei!", "paragraph")]),
        (
            "One thing is good. Another is not.",
            "Eines davon ist gut! Das andere ist es nicht.",
            [(0, 18, "Eines davon ist gut!", "sentence")],
        ),
        (
            "One thing is good. Another is not.",
            "Eines davon ist gut, das andere ist es aber nicht!",
            [(0, 34, "Eines davon ist gut, das andere ist es aber nicht!", "paragraph")],
        ),
        ("one\ntwo\nthree", "eins zwei\ndrei!", [(0, 13, "eins zwei\ndrei!", "window")]),
        ("one\ntwo", "eins zwei! drei", []),
        ("one", None, []),
        ("one", " \n", []),
        ("\n", "eins!", []),
    ],
)
def test_pairs(folder, text, source, expected):
    assert found(folder, text, source) == expected


@pytest.mark.parametrize(
    ("minor", "major", "severity"), [(0.95, 0.1, "minor"), (0.95, None, "minor"), (0.5, 0.5, "major"), (0.1, 0.1, None)]
)
def test_severity_is_by_threshold(folder, minor, major, severity):
    detector = QualityEstimation(model=str(folder), minor_below=minor, major_below=major)
    flags = list(detector.detect(Document("It is so.", source_text="So ist es!")))
    assert [f.severity for f in flags] == ([severity] if severity else [])


def test_score_and_evidence(folder):
    detector = QualityEstimation(model=str(folder), minor_below=0.5)
    (flag,) = detector.detect(Document("It is so.", source_text="So ist es!"))
    assert (flag.label, flag.reason, flag.detector) == (
        "mistranslation",
        "low-estimated-quality",
        "quality_estimation@1",
    )
    assert flag.score == pytest.approx(1 - BAD, abs=1e-4)
    assert flag.evidence == {"quality": pytest.approx(BAD, abs=1e-4), "source": "So ist es!", "unit": "paragraph"}
    json.dumps(flag.evidence)


@pytest.mark.parametrize(("bad", "score"), [(-3.0, 1.0), (1.5, 0.0)])
def test_an_estimate_on_another_scale_gives_a_score_all_the_same(tiny, tmp_path, bad, score):
    folder = tiny.quality_estimator(tmp_path, good=2.0, bad=bad, bad_words=["!"])
    detector = QualityEstimation(model=str(folder), minor_below=1.9)
    (flag,) = detector.detect(Document("It is so.", source_text="So ist es!"))
    assert flag.score == score


def paired(folder, text, source, max_length):
    model = hub.open_model("sequence-classification", str(folder))
    cut = pairs(model, text, lay_out(text), source, lay_out(source), max_length)
    for pair in cut:
        assert len(model.encode(pair.target.of(text), pair.source.of(source))["input_ids"]) <= max_length
    return [(pair.target.of(text), pair.source.of(source), pair.unit) for pair in cut]


def test_long_texts_are_cut_between_sentences_and_nothing_is_left_out(folder):
    text = "\n".join(f"This is sentence number {n} of them. And it has got another half." for n in range(20))
    source = " ".join(f"Das ist der Satz Nummer {n} davon, und er hat noch eine andere Hälfte." for n in range(20))
    cut = paired(folder, text, source, 64)
    assert 8 < len(cut) < 20
    assert " ".join(" ".join(t.split()) for t, _, _ in cut) == " ".join(text.split())
    assert " ".join(s for _, s, _ in cut) == source
    assert all(t.endswith(".") and s.endswith(".") and unit == "window" for t, s, unit in cut)
    numbers = [
        (set(map(int, filter(str.isdigit, t.split()))), set(map(int, filter(str.isdigit, s.split()))))
        for t, s, _ in cut
    ]
    assert all(ours & theirs for ours, theirs in numbers)  # what is held together belongs together


def test_a_long_sentence_is_cut_inside(folder):
    text, source = " ".join(f"w{n}" for n in range(100)), " ".join(f"s{n}" for n in range(50))
    cut = paired(folder, text, source, 32)
    assert " ".join(t for t, _, _ in cut) == text
    assert " ".join(s for _, s, _ in cut) == source
    assert all(abs(len(t.split()) - 2 * len(s.split())) <= 2 for t, s, _ in cut)


@pytest.mark.parametrize(("text", "source"), [("one two", "x " * 300), ("x " * 300, "eins"), ("é🚀" * 90, "ß" * 200)])
def test_texts_of_very_different_length(tiny, folder, tmp_path, text, source):
    text, source = text.strip(), source.strip()
    for tokenizer in (None, tiny.bytes()):
        made = folder if tokenizer is None else tiny.quality_estimator(
            tmp_path, good=GOOD, bad=BAD, bad_words=[], tokenizer=tokenizer
        )  # fmt: skip
        cut = paired(made, text, source, 32)
        for whole, parts in ((text, [t for t, _, _ in cut]), (source, [s for _, s, _ in cut])):
            assert set("".join(parts).replace(" ", "")) == set(whole.replace(" ", ""))
            assert len("".join(parts).replace(" ", "")) >= len(whole.replace(" ", ""))


def test_flags_of_a_long_document_lie_where_they_belong(folder):
    text = "\n".join(["This is what was said about it."] * 60)
    source = "\n".join(
        ["Das ist es, was gesagt wurde."] * 30 + ["Das ist es!"] + ["Das ist es, was gesagt wurde."] * 29
    )
    line = len("This is what was said about it.") + 1
    assert found(folder, text, source, max_length=32) == [(30 * line, 31 * line - 1, "Das ist es!", "paragraph")]


def test_the_model_runs_once_however_many_detectors_ask(folder, monkeypatch):
    asked = []
    logits = hub.HubModel.logits
    monkeypatch.setattr(hub.HubModel, "logits", lambda self, inputs: asked.append(1) or logits(self, inputs))
    document = Document("It is so.", source_text="So ist es!")
    for threshold in (0.1, 0.5):
        list(QualityEstimation(model=str(folder), minor_below=threshold).detect(document))
    assert len(asked) == 1


def test_it_is_picklable(folder):
    detector = QualityEstimation(model=str(folder), minor_below=0.5, major_below=0.3)
    assert pickle.loads(pickle.dumps(detector)) == detector


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "x"}, r"Configuration key detectors\.quality_estimation must set minor_below; give it a value"),
        (True, r"detectors\.quality_estimation must set model and minor_below; give them values, or leave out"),
        ({"model": "x", "minor_below": 0.3, "major_below": 0.5}, "Expected major_below to be at most minor_below"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(AnnotateError, match=message):
        build({"quality_estimation": options})


def test_models_that_do_not_fit(tiny, folder, tmp_path):
    classifier = tiny.sequence_classifier(tmp_path, ["good", "bad"], {})
    with pytest.raises(AnnotateError, match="has 2 outputs, but an estimate of quality is one number"):
        QualityEstimation(model=str(classifier), minor_below=0.5).resources()
    with pytest.raises(AnnotateError, match="too short for a pair of texts; raise max_length to at least 17"):
        QualityEstimation(model=str(folder), minor_below=0.5, max_length=16).resources()
