"""Sequence classifiers of the user's choice, over sentences, passages and documents."""

from __future__ import annotations

import itertools
import json
import math
import pickle

import pytest

from annotate.detectors import build
from annotate.detectors.sequence_classifier import SequenceClassifier
from annotate.documents import Document
from annotate.errors import AnnotateError
from annotate.models import hub
from annotate.models.hub_classes import Target

pytestmark = pytest.mark.usefixtures("no_network")

CLASSES = ["fine", "Machine_Generated", "odd"]
SAYS = {"!": "Machine_Generated", "?": "odd"}
PLAIN = "The council met on Tuesday. Nobody asked why the bridge was shut. It creaks at night, she said, and laughed. "


@pytest.fixture(scope="module")
def folder(tiny, tmp_path_factory):
    return tiny.sequence_classifier(tmp_path_factory.mktemp("classes"), CLASSES, SAYS)


def softmax(state, classes: int, strength: float = 2.0) -> list[float]:
    values = [math.exp(strength * value) for value in state[:classes]]
    return [value / sum(values) for value in values]


def found(folder, text, **options):
    flags = list(SequenceClassifier(model=str(folder), **options).detect(Document(text)))
    assert all(f.text == text[f.start : f.end] for f in flags)
    return [(f.start, f.end, f.label, f.severity, f.reason) for f in flags]


def test_sentences(folder):
    text = "🚀 The mayor said no. The mayor said yes! She said so on Tuesday.\n\nDid she say so on Tuesday?"
    both = {"Machine_Generated": Target("machine-generated", "major"), "odd": Target("garbled")}
    first = (text.index("The mayor said yes"), text.index(" She"), "machine-generated", "major", "machine-generated")
    second = (text.index("Did"), len(text), "garbled", "minor", "odd")
    assert found(folder, text, unit="sentence", classes=both) == [first, second]
    assert found(folder, text, unit="sentence", classes={**both, "odd": None}) == [first]
    assert found(folder, text, unit="sentence") == [(*first[:3], "minor", first[4])]  # named like one of our labels


def test_passages_are_whole_sentences_and_cover_the_article(folder):
    text = PLAIN * 12
    everything = {"fine": Target("machine-translated")}
    flags = found(folder, text, classes=everything, threshold=0.0)
    assert len(flags) > 1
    assert (flags[0][0], flags[-1][1]) == (0, len(text.rstrip()))
    assert all(later[0] - earlier[1] == 1 for earlier, later in itertools.pairwise(flags))
    assert all(text[end - 1] == "." for _, end, *_ in flags)
    shouting = PLAIN * 12 + "Nobody in the town council of the old town could say when the bridge will be open again!"
    assert [f[1] for f in found(folder, shouting)] == [len(shouting)]


def test_page_furniture_is_left_out_but_of_a_document(folder):
    text = PLAIN * 3
    tail = "\nRead also: ten more stories that you will like!"
    assert found(folder, text + tail, unit="sentence") == []
    assert found(folder, text + tail) == []
    assert found(folder, f"\n {text}{tail}\n", unit="document")[0][:2] == (2, len(text + tail) + 2)


@pytest.mark.parametrize("text", ["", " \n ", "\u200b"])
@pytest.mark.parametrize("unit", ["sentence", "passage", "document"])
def test_nothing_to_judge(folder, text, unit):
    assert found(folder, text, unit=unit, classes={"odd": Target("spam")}, threshold=0.9) == []


def test_score_and_evidence(tiny, folder):
    document = Document("So the mayor said yes!")
    (flag,) = SequenceClassifier(model=str(folder), unit="document").detect(document)
    fine, generated, odd = softmax(tiny.state(1), 3)
    assert flag.score == pytest.approx(generated, abs=1e-4)
    assert flag.detector == "sequence_classifier@1"
    assert flag.evidence == {
        "class": "Machine_Generated",
        "scores": pytest.approx({"fine": fine, "Machine_Generated": generated, "odd": odd}, abs=1e-4),
        "unit": "document",
    }
    json.dumps(flag.evidence)


def test_classes_with_one_label_add_up(tiny, folder):
    both = {"Machine_Generated": Target("machine-generated"), "odd": Target("machine-generated", "major")}
    (flag,) = SequenceClassifier(model=str(folder), unit="document", classes=both).detect(Document("Was it so?"))
    _, generated, odd = softmax(tiny.state(2), 3)
    assert flag.score == pytest.approx(generated + odd, abs=1e-4)
    assert (flag.severity, flag.reason) == ("major", "odd")


def test_a_multi_label_classifier_answers_for_each_class(tiny, tmp_path):
    folder = tiny.sequence_classifier(
        tmp_path, ["spam", "garbled"], {"!": "garbled"}, problem_type="multi_label_classification"
    )
    (flag,) = SequenceClassifier(model=str(folder), unit="document", threshold=0.4).detect(Document("It is so!"))
    assert flag.label == "garbled"
    assert flag.score == pytest.approx(1 / (1 + math.exp(-2 * tiny.state(1)[1])), abs=1e-4)
    one = {"spam": Target("spam"), "garbled": Target("spam")}
    (flag,) = SequenceClassifier(model=str(folder), unit="document", classes=one).detect(Document("It is so!"))
    assert flag.score == pytest.approx(1 / (1 + math.exp(-2 * tiny.state(1)[1])), abs=1e-4)


def test_a_classifier_whose_bias_decides(tiny, tmp_path):
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    tokenizer = tiny.words([])
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    model = BertForSequenceClassification(BertConfig(vocab_size=len(tokenizer), max_position_embeddings=40, **sizes))
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, math.log(3)]))
    tiny._save(tmp_path, model, tokenizer)
    labels = {"LABEL_1": Target("machine-paraphrased")}
    (flag,) = SequenceClassifier(model=str(tmp_path), unit="document", classes=labels).detect(Document(PLAIN * 40))
    assert (flag.score, flag.start, flag.end) == (0.75, 0, len(PLAIN * 40) - 1)


def test_a_long_unit_is_read_in_windows_and_nothing_is_cut_off(tiny, folder, monkeypatch):
    read = []
    logits = hub.HubModel.logits
    monkeypatch.setattr(
        hub.HubModel, "logits", lambda self, inputs: read.append(inputs["input_ids"]) or logits(self, inputs)
    )
    text = " ".join(["word"] * 19 + ["!"])  # windows of 8, 8 and 4 tokens, of which only the last ends in a mark
    classes = {"Machine_Generated": Target("spam")}
    detector = SequenceClassifier(model=str(folder), unit="document", classes=classes, max_length=8, threshold=0.0)
    (flag,) = detector.detect(Document(text))
    assert [len(ids) for ids in read] == [8, 8, 4]
    plain, shouting = softmax(tiny.state(0), 3)[1], softmax(tiny.state(1), 3)[1]
    assert flag.score == pytest.approx((16 * plain + 4 * shouting) / 20, abs=1e-4)


def test_short_units_may_be_left_out(folder):
    text = "Yes! The mayor of the old town said yes to it all!"
    assert len(found(folder, text, unit="sentence")) == 2
    assert [f[0] for f in found(folder, text, unit="sentence", minimum_words=5)] == [5]


def test_the_model_runs_once_however_many_detectors_ask(folder, monkeypatch):
    asked = []
    logits = hub.HubModel.logits
    monkeypatch.setattr(hub.HubModel, "logits", lambda self, inputs: asked.append(1) or logits(self, inputs))
    document = Document("It is so!")
    for threshold in (0.1, 0.5, 0.9):
        list(SequenceClassifier(model=str(folder), threshold=threshold).detect(document))
    assert len(asked) == 1


def test_it_is_picklable(folder):
    detector = SequenceClassifier(model=str(folder), classes={"odd": Target("spam"), "fine": None})
    assert pickle.loads(pickle.dumps(detector)) == detector


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"classes": ["LABEL_0"], "says": {}}, r"gives a number, not classes; use it with quality_estimation"),
        ({"classes": ["spam", "fine"], "says": {}, "problem_type": "regression"}, r"gives a number, not classes"),
        ({"classes": ["good", "bad"], "says": {}}, r"No class of model .* \(good, bad\) are to be flagged as\."),
    ],
)
def test_models_that_do_not_fit(tiny, tmp_path, made, message):
    folder = tiny.sequence_classifier(tmp_path, **made)
    (detector,) = (d for d in build({"sequence_classifier": {"model": str(folder)}}) if "sequence" in d.id)
    with pytest.raises(AnnotateError, match=message):
        detector.resources()


def test_a_wrong_unit_is_refused():
    with pytest.raises(AnnotateError, match=r"detectors\.sequence_classifier: Invalid enum value 'page'"):
        build({"sequence_classifier": {"model": "somewhere", "unit": "page"}})
