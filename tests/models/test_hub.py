"""Finding, checking and loading ``transformers`` models: no network, one sentence for everything that is wrong."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from annotate.cli.dry_run import resolved
from annotate.config import make_config
from annotate.detectors import build
from annotate.errors import AnnotateError
from annotate.models import hub
from annotate.run import score_to
from annotate.scorer import Scorer

pytestmark = pytest.mark.usefixtures("no_network")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPORT = "The harbour board voted on Tuesday to keep teh old lighthouse open through the winter, wrod for wrod."


def token_classifier(tiny, folder, strength=2.0):
    return tiny.token_classifier(folder, ["O", "spelling"], {"teh": "spelling", "wrod": "spelling"}, strength=strength)


@pytest.fixture
def folder(tiny, tmp_path):
    return token_classifier(tiny, tmp_path / "model")


def config_for(folder, **options):
    return make_config({"tier": "linear", "detectors": {"token_classifier": {"model": str(folder), **options}}})


def refused(call, *arguments, **options):
    with pytest.raises(AnnotateError) as caught:
        call(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    return message


def test_a_model_is_off_until_it_is_named(folder):
    record = Scorer(make_config({"tier": "linear"}))(REPORT)
    assert "token_classifier@1" not in {f.detector for f in record.flags}
    scorer = Scorer(config_for(folder))
    record = scorer(REPORT)
    assert [f.text for f in record.flags if f.detector == "token_classifier@1"] == ["teh", "wrod", "wrod"]
    assert "token_classifier@1" in scorer.signature.long


def test_the_signature_changes_with_the_weights_and_so_do_the_scores(tiny, folder):
    before = Scorer(config_for(folder))
    first = [f.score for f in before(REPORT).flags if f.detector == "token_classifier@1"]
    assert Scorer(config_for(folder)).signature == before.signature
    token_classifier(tiny, folder, strength=1.0)
    # A scorer that is at work goes on with what its signature says.
    assert [f.score for f in before(REPORT).flags if f.detector == "token_classifier@1"] == first
    after = Scorer(config_for(folder))
    assert after.signature.short != before.signature.short
    second = [f.score for f in after(REPORT).flags if f.detector == "token_classifier@1"]
    assert len(second) == len(first)
    assert second != first


def test_what_a_dry_run_spells_out_is_the_same_configuration(folder):
    scorer = Scorer(config_for(folder, classes={"spelling": {"label": "grammar", "severity": "major"}}, stride=8))
    assert Scorer(make_config(resolved(scorer))).signature == scorer.signature


def test_the_documentations_examples_can_be_used():
    text = (Path(__file__).parents[2] / "docs" / "hub-models.md").read_text(encoding="utf-8")
    shown = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]
    named = [name for example in shown for name in example["detectors"]]
    assert set(named) == {"token_classifier", "sequence_classifier", "surprisal", "quality_estimation"}
    for example in shown:
        build(make_config(example).detectors)


def test_only_contents_count_in_the_digest(tiny, folder, tmp_path):
    digest = hub.find(str(folder)).digest
    copy = shutil.copytree(folder, tmp_path / "elsewhere")
    (copy / ".cache").mkdir()
    (copy / ".cache" / "downloaded_at").write_text("today")
    assert hub.find(str(copy)).digest == digest
    (copy / "more.txt").write_text("")
    assert hub.find(str(copy)).digest != digest


def test_the_versions_that_can_move_a_score_are_signed(folder):
    found = hub.resources("role", "token-classification", str(folder))
    assert set(found) == {"role", "tokenizers", "torch", "transformers"}
    assert all(value and "+" not in value for value in found.values())


def test_a_model_answers_in_float32_without_gradients_on_one_thread_and_says_nothing(tiny, folder, capfd):
    import torch

    torch.set_num_threads(2)
    model = hub.open_model("token-classification", str(folder))
    half = model.network.half().state_dict()
    torch.save({name: values.clone() for name, values in half.items()}, folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    hub.resources("role", "token-classification", str(folder))
    again = hub.open_model("token-classification", str(folder))
    logits = again.logits(again.inputs(again.encode("teh")))
    assert again is not model
    assert logits.dtype == torch.float32
    assert not logits.requires_grad
    assert not again.network.training
    assert torch.get_num_threads() == 2
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_a_missing_extra_is_named_before_the_first_document(folder, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    message = refused(Scorer, config_for(folder))
    assert message.startswith(f"Detectors with a model of the hub need {missing}, which cannot be imported (")
    assert "pip install 'annotate[transformers]'" in message
    Scorer(make_config({"tier": "linear"}))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("/no/such/folder", "There is no folder '/no/such/folder' to load a model from; check the path."),
        ("./model", "There is no folder './model' to load a model from; check the path."),
        ("a/b/c", "There is no folder 'a/b/c' to load a model from; check the path."),
        ("", "There is no folder '' to load a model from; check the path."),
        (
            "owner/name",
            "There is no folder 'owner/name', and the Hugging Face cache has no model of that name; check the path, or "
            "download the model once with `hf download owner/name`.",
        ),
    ],
)
def test_a_missing_model(tiny, cache, model, message):
    assert refused(Scorer, config_for(model)) == message


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty Hugging Face cache."""
    constants = pytest.importorskip("huggingface_hub").constants
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_model_of_the_hub_is_taken_from_the_cache(tiny, cache, folder):
    repository = cache / "models--owner--name"
    shutil.move(folder, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    (repository / "refs" / "v2").write_text(COMMIT)
    for revision in ({}, {"revision": "main"}, {"revision": "v2"}, {"revision": COMMIT}):
        scorer = Scorer(config_for("owner/name", **revision))
        assert f"token_classifier.model@{COMMIT[:12]}" in scorer.signature.long
        assert [f.text for f in scorer(REPORT).flags if f.detector == "token_classifier@1"] == ["teh", "wrod", "wrod"]
    assert refused(Scorer, config_for("owner/name", revision="v3")) == (
        "There is no folder 'owner/name', and the Hugging Face cache has no model of that name at 'v3'; check the "
        "path, or download the model once with `hf download owner/name --revision v3`."
    )


def test_a_folder_has_no_revision(folder):
    assert "is a folder, which has no revision 'main'; leave the revision out." in refused(
        Scorer, config_for(folder, revision="main")
    )


def spoil_weights(folder):
    (folder / "model.safetensors").write_bytes(b"broken")


def remove(*names):
    return lambda folder: [(folder / name).unlink() for name in names]


def write(name, content):
    return lambda folder: (folder / name).write_text(content)


def shard(folder):
    (folder / "model.safetensors").unlink()
    files = {"a": "model-1-of-2.safetensors", "b": "model-2-of-2.safetensors"}
    (folder / "model-1-of-2.safetensors").write_bytes(b"")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": files}))


def spoil_index(folder):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text("[]")


def own_code(folder):
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "own.Config"}
    config["model_type"] = "own"
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove("model.safetensors"), r"has no weights \(model.safetensors or pytorch_model.bin\)"),
        (shard, r"lacks 1 of its 2 files of weights \(model-2-of-2.safetensors, …\); download it whole"),
        (spoil_index, "The file model.safetensors.index.json of model .* is damaged"),
        (remove("config.json"), "cannot be read .*config.json"),
        (write("config.json", "{"), "cannot be read .*config.json"),
        (write("config.json", '{"model_type": "unheard-of"}'), "cannot be read .*unheard-of"),
        (remove("tokenizer.json"), "cannot be read .*tokenizer"),
        (write("tokenizer.json", "{}"), "cannot be read"),
        (write("adapter_config.json", "{}"), "is an adapter, which needs another model; merge the two"),
        (own_code, "brings code of its own, which is not run"),
    ],
)
def test_a_damaged_model_is_refused_before_the_first_document(folder, damage, message):
    damage(folder)
    said = refused(Scorer, config_for(folder))
    assert re.search(message, said), said
    assert str(folder) in said


def test_damaged_weights_end_the_run_with_one_sentence(folder):
    spoil_weights(folder)
    scorer = Scorer(config_for(folder))
    assert "cannot be loaded (" in refused(scorer, REPORT)


def test_a_model_for_something_else_is_refused(tiny, folder, tmp_path):
    language_model = tiny.language_model(tmp_path / "lm")
    assert "is a GPT2LMHeadModel, not one for token classification" in refused(Scorer, config_for(language_model))
    options = {"model": str(folder), "word_above": 3.0}
    said = refused(Scorer, make_config({"tier": "linear", "detectors": {"surprisal": options}}))
    assert "is a BertForTokenClassification, not one for causal lm" in said


def test_a_model_that_sees_the_words_to_come_is_no_causal_one(tiny, tmp_path):
    from transformers import BertConfig, BertLMHeadModel

    tokenizer = tiny.words([])
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    for decoder in (False, True):
        made = BertConfig(vocab_size=len(tokenizer), is_decoder=decoder, **sizes)
        folder = tiny._save(tmp_path / str(decoder), BertLMHeadModel(made), tokenizer)
        if decoder:
            hub.open_model("causal-lm", str(folder))
        else:
            assert "sees the words to come" in refused(hub.open_model, "causal-lm", str(folder))


def test_weights_that_lack_a_part_are_refused(folder):
    """They would be filled with random numbers, other ones each time."""
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    weights = {name: values for name, values in weights.items() if not name.startswith("classifier.")}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    scorer = Scorer(config_for(folder))
    assert "lack 'classifier.bias' and 1 more; use a model trained for token classification." in refused(scorer, REPORT)


@pytest.mark.slow
def test_one_process_or_two_the_records_are_the_same(tiny, tmp_path):
    lines = "".join(json.dumps({"text": REPORT * n, "source_text": "Ja!"}) + "\n" for n in range(1, 5))
    (tmp_path / "news.jsonl").write_text(lines)
    models = {
        "token_classifier": {"model": str(token_classifier(tiny, tmp_path / "tokens"))},
        "surprisal": {"model": str(tiny.language_model(tmp_path / "lm", n_layer=1)), "word_above": 20.0},
        "quality_estimation": {
            "model": str(tiny.quality_estimator(tmp_path / "qe", good=0.9, bad=0.2, bad_words=["!"])),
            "minor_below": 0.5,
        },
    }
    config = make_config({"tier": "linear", "detectors": models})
    for workers in (1, 2):
        score_to(tmp_path / "news.jsonl", tmp_path / f"{workers}.jsonl", config, workers=workers, batch_size=1)
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()
    first = msgspec.json.decode((tmp_path / "1.jsonl").read_bytes().splitlines()[0])
    assert {f"{name}@1" for name in models} <= {flag["detector"] for flag in first["flags"]}
