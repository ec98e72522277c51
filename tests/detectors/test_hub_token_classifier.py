"""Token classifiers of the user's choice: spans with exact offsets, whatever the scheme and the length."""

from __future__ import annotations

import json
import math
import pickle

import pytest

from annotate.detectors import build
from annotate.detectors.token_classifier import TokenClassifier, kinds
from annotate.documents import Document
from annotate.errors import AnnotateError
from annotate.models import hub
from annotate.models.hub_classes import Target

pytestmark = pytest.mark.usefixtures("no_network")

IOB = ["O", "B-spelling", "I-spelling", "B-odd", "I-odd"]
SAYS = {"teh": "B-spelling", "wrod": "I-spelling", "foo": "B-odd", "bar": "I-odd"}
ODD = {"spelling": Target("spelling"), "odd": Target("grammar", "major")}


@pytest.fixture(scope="module")
def folder(tiny, tmp_path_factory):
    return tiny.token_classifier(tmp_path_factory.mktemp("iob"), IOB, SAYS)


def spans(folder, text, **options):
    detector = TokenClassifier(model=str(folder), **options)
    document = Document(text)
    flags = list(detector.detect(document))
    assert all(f.text == text[f.start : f.end] for f in flags)
    return [(f.start, f.end, f.label) for f in flags]


def sure(state, classes: int, strength: float = 2.0) -> float:
    """Probability of the class a word points to: the others share one logit."""
    return 1 / (1 + (classes - 1) * math.exp(strength * (min(state) - max(state))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the teh cat", [(4, 7, "spelling")]),
        ("teh wrod sat", [(0, 8, "spelling")]),
        ("teh\n\twrod", [(0, 9, "spelling")]),
        ("teh teh sat", [(0, 3, "spelling"), (4, 7, "spelling")]),
        ("a wrod wrod.", [(2, 11, "spelling")]),
        ("teh bar", [(0, 3, "spelling"), (4, 7, "grammar")]),
        ("teh sat wrod", [(0, 3, "spelling"), (8, 12, "spelling")]),
        ("foo bar bar teh", [(0, 11, "grammar"), (12, 15, "spelling")]),
        ("🚀é🚀 teh, wrod", [(4, 7, "spelling"), (9, 13, "spelling")]),
        ("e\u0301\u00a0teh\u2028wrod", [(3, 11, "spelling")]),
        ("[SEP] teh [CLS] [PAD]", [(6, 9, "spelling")]),
        ("nothing here", []),
        ("\u200b", []),
        ("", []),
    ],
)
def test_spans(folder, text, expected):
    assert spans(folder, text, classes=ODD) == expected


@pytest.mark.parametrize(
    ("tags", "text", "expected"),
    [
        ("", "x a a x a", [(2, 5), (8, 9)]),
        ("SI", "s i i s s", [(0, 1), (2, 5), (6, 7), (8, 9)]),
        ("BE", "b e e b x", [(0, 3), (4, 5), (6, 7)]),
        ("BLU", "b l u b", [(0, 3), (4, 5), (6, 7)]),
    ],
    ids=["plain", "single", "IOBES", "BILOU"],
)
def test_schemes(tiny, tmp_path, tags, text, expected):
    says = {tag.lower(): f"{tag}-spelling" for tag in tags} or {"a": "spelling"}
    folder = tiny.token_classifier(tmp_path, ["O", *says.values()], says)
    assert [(start, end) for start, end, _ in spans(folder, text)] == expected


def test_kinds_are_what_tags_are_about():
    assert kinds(IOB) == ("spelling", "odd")
    assert kinds(["O", "B-spelling", "E-mail", "other"]) == ("B-spelling", "E-mail", "other")


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("simple", [(2, 4), (9, 11)]), ("first", [(2, 6)])], ids=["simple", "first"]
)
def test_a_words_first_token_may_speak_for_all_of_it(tiny, tmp_path, aggregation, expected):
    says = {"ba": "spelling", "##ba": "spelling", "so": "O", "##do": "O"}
    folder = tiny.token_classifier(tmp_path, ["O", "spelling"], says)
    text = "x bado soba x"
    assert [(start, end) for start, end, _ in spans(folder, text, aggregation=aggregation)] == expected


def test_blanks_that_a_tokenizer_counts_to_its_tokens_are_left_out(tiny, tmp_path):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    known = {"[UNK]": 0, "▁teh": 1, "▁wrod": 2}
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    made = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]")
    assert made("a teh", return_offsets_mapping=True)["offset_mapping"] == [(0, 1), (1, 5)]
    says = {"▁teh": "B-spelling", "▁wrod": "I-spelling"}
    folder = tiny.token_classifier(tmp_path, IOB, says, tokenizer=made)
    assert spans(folder, "a teh wrod wrod b") == [(2, 15, "spelling")]


def test_score_evidence_and_severity(tiny, folder):
    text = "the foo bar"
    (flag,) = TokenClassifier(model=str(folder), classes=ODD).detect(Document(text))
    p = sure(tiny.state(0), 5)
    other = (1 - p) / 4
    assert flag.score == pytest.approx(p + other, abs=1e-4)  # foo and bar are odd, whether it begins or goes on there
    assert (flag.detector, flag.reason, flag.severity) == ("token_classifier@1", "odd", "major")
    assert flag.evidence == {"class": "odd", "tokens": 2, "lowest": pytest.approx(p + other, abs=1e-4)}
    json.dumps(flag.evidence)


@pytest.mark.parametrize(("strength", "flagged"), [(2.0, True), (0.3, False)])
def test_threshold(tiny, tmp_path, strength, flagged):
    folder = tiny.token_classifier(tmp_path, ["O", "spelling"], {"teh": "spelling"}, strength=strength)
    assert bool(spans(folder, "teh", threshold=0.9)) == flagged
    assert spans(folder, "teh", threshold=sure(tiny.state(0), 2, strength) - 1e-6)


def test_a_class_without_a_target_is_not_flagged(folder):
    text = "teh foo"
    assert spans(folder, text) == [(0, 3, "spelling")]  # "odd" is none of our labels
    assert spans(folder, text, classes={"odd": Target("spam"), "spelling": None}) == [(4, 7, "spam")]


@pytest.mark.parametrize(("max_length", "stride"), [(8, 0), (8, 2), (8, 5), (16, 4), (512, 128)])
def test_windows_change_nothing(folder, max_length, stride):
    words = ["teh" if n % 7 == 3 else "wrod" if n % 7 == 4 else "foo" if n % 31 == 0 else "word" for n in range(700)]
    text = " ".join(words)
    starts = [sum(len(w) + 1 for w in words[:n]) for n in range(len(words))]
    expected = []
    for n, word in enumerate(words):
        if word == "teh":
            expected.append((starts[n], starts[n] + 8, "spelling"))
        elif word == "foo":
            expected.append((starts[n], starts[n] + 3, "grammar"))
    assert expected[-1][0] > 2800
    assert spans(folder, text, classes=ODD, max_length=max_length, stride=stride) == expected


def test_a_token_is_judged_where_it_has_most_context(tiny, tmp_path):
    import torch
    from transformers import BertForTokenClassification

    folder = tiny.token_classifier(tmp_path, ["O", "spelling"], {})
    model = BertForTokenClassification.from_pretrained(folder)
    with torch.no_grad():  # the first and the last word of every window look wrong
        for position in (1, 8):
            model.bert.embeddings.position_embeddings.weight[position, 1] = 9.0
    model.save_pretrained(folder)
    text = " ".join("abcdefghijklmnopqrs")  # 19 words in windows of 8, the last of 7
    assert spans(folder, text, max_length=10, stride=4) == [(0, 1, "spelling")]


def test_a_model_that_counts_positions_from_two_reads_long_texts(tiny, tmp_path):
    from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

    tokenizer = tiny.words(["teh"])
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=34, num_labels=2, pad_token_id=0, **sizes
    )
    tiny._save(tmp_path, XLMRobertaForTokenClassification(config), tokenizer)
    detector = TokenClassifier(model=str(tmp_path), classes={"LABEL_1": Target("grammar")}, threshold=0.0, stride=8)
    detector.resources()
    assert hub.open_model("token-classification", str(tmp_path)).length(512) == 32
    list(detector.detect(Document("teh cat " * 100)))


def test_the_model_runs_once_however_many_detectors_ask(folder, monkeypatch):
    asked = []
    logits = hub.HubModel.logits
    monkeypatch.setattr(hub.HubModel, "logits", lambda self, inputs: asked.append(1) or logits(self, inputs))
    document = Document("teh cat")
    assert list(TokenClassifier(model=str(folder)).detect(document))
    assert not list(TokenClassifier(model=str(folder), threshold=1.0).detect(document))
    assert len(asked) == 1
    list(TokenClassifier(model=str(folder), max_length=64, stride=8).detect(document))
    assert len(asked) == 2


def test_it_is_picklable_and_gives_the_same_again(folder):
    detector = TokenClassifier(model=str(folder), classes=ODD)
    text = "foo bar teh"
    again = pickle.loads(pickle.dumps(detector))
    assert again == detector
    assert list(again.detect(Document(text))) == list(detector.detect(Document(text)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": {"speling": {"label": "spelling"}}}, r"has no class 'speling'; did you mean 'spelling'\?"),
        ({"classes": {"zzz": {"label": "spelling"}}}, r"has no class 'zzz'; its classes: spelling, odd\."),
        ({"classes": {"odd": None}}, r"No class of model .* \(spelling, odd\) are to be flagged as\."),
        ({"max_length": 8, "stride": 6}, r"stride \(6\) must be below the 6 tokens of text in a window"),
    ],
)
def test_options_that_do_not_go_with_the_model(folder, options, message):
    (detector,) = (d for d in build({"token_classifier": {"model": str(folder), **options}}) if "token" in d.id)
    with pytest.raises(AnnotateError, match=message) as refused:
        detector.resources()
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": {"odd": {"label": "mistake"}}}, "Invalid enum value 'mistake'"),
        ({"classes": {"odd": {"labels": "spam"}}}, "unknown field `labels`"),
        ({"threshold": 1.5}, "<= 1.0"),
        ({"max_length": 2}, ">= 8"),
        ({"aggregation": "max"}, "Invalid enum value 'max'"),
        ({"model": 3}, "Expected `str`"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(AnnotateError, match=r"Configuration key detectors\.token_classifier: .*" + message):
        build({"token_classifier": {"model": "somewhere", **options}})
