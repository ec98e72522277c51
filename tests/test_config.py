"""Configurations: defaults spelled out, unknown keys refused with the nearest valid name."""

import re

import msgspec
import pytest
import yaml

from annotate.config import Config, config_folder, load_config, make_config
from annotate.detectors import build, installed
from annotate.detectors.registry import required
from annotate.errors import AnnotateError

OFF = {name for name, cls in installed().items() if required(cls)}
"""Detectors that need something of the user's."""


def test_default_yaml_says_what_the_code_does() -> None:
    written = load_config(config_folder() / "default.yaml")
    assert msgspec.structs.replace(written, detectors={}) == Config()
    assert set(written.detectors) == set(installed()) - OFF
    assert build(written.detectors) == build({})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"detector": {}}, "Unknown configuration key 'detector'; did you mean 'detectors'?"),
        (
            {"reading": {"html_furnitur": "drop"}},
            "Unknown configuration key 'reading.html_furnitur'; did you mean 'html_furniture'?",
        ),
        ({"verdict": {"tpr": 0.05}}, "Unknown configuration key 'verdict.tpr'; did you mean 'fpr'?"),
        (
            {"severity_weights": {"mayor": 5}},
            "Unknown configuration key 'severity_weights.mayor'; did you mean 'major'?",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(data: dict, message: str) -> None:
    with pytest.raises(AnnotateError) as caught:
        make_config(data)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("detectors", "part"),
    [
        ({"speling": False}, "did you mean 'spelling'?"),
        ({"terminology": {"termbase": []}}, "did you mean 'termbases'?"),
        ({"terminology": "yes"}, "must be true, false or a mapping"),
        ({"terminology": {"builtin": "yes"}}, "detectors.terminology"),
    ],
)
def test_a_wrong_detector_option_is_refused(detectors: dict, part: str) -> None:
    with pytest.raises(AnnotateError, match=r"(Unknown c|C)onfiguration key") as caught:
        build(detectors)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [{"verdict": {"fpr": 0.5}}, {"reading": {"max_characters": 0}}, {"language": {"probability": 2}}, {"reading": []}],
)
def test_a_value_out_of_range_is_refused(data: dict) -> None:
    with pytest.raises(AnnotateError):
        make_config(data)


def test_a_detector_can_be_left_out() -> None:
    names = {type(detector).id.split("@")[0] for detector in build({"spam": False})}
    assert names == set(installed()) - OFF - {"spam"}


def test_what_default_yaml_shows_as_comments_can_be_used() -> None:
    text = (config_folder() / "default.yaml").read_text(encoding="utf-8")
    shown = yaml.safe_load("\n".join(re.findall(r"^  # (\w+: \{.*\})$", text, re.MULTILINE)))
    assert set(shown) == OFF
    built = {type(detector).id.split("@")[0] for detector in build(shown)}
    assert built == set(installed())


@pytest.mark.parametrize("chosen", [True, None, {}, {"revision": "main"}])
def test_a_detector_that_needs_something_is_refused_without_it(chosen: object) -> None:
    with pytest.raises(AnnotateError) as caught:
        build({"token_classifier": chosen})
    assert str(caught.value) == (
        "Configuration key detectors.token_classifier must set model; give it a value, or leave out the detector, "
        "which needs annotate[transformers], a token classification model."
    )


def test_a_detector_that_needs_something_may_be_left_out_by_name() -> None:
    assert build({"surprisal": False}) == build({})
