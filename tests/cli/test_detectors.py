"""``annotate detectors``, the golden list of ids, and detectors that other packages add."""

from __future__ import annotations

import importlib
import json
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from annotate.cli.detectors import command
from annotate.corroboration.detectors import DETECTORS
from annotate.detectors.registry import GROUP, build, installed
from annotate.documents import LABELS, Document
from annotate.errors import AnnotateError

GOLDEN = Path(__file__).parents[1] / "detectors" / "registry_ids.json"

DETECTOR = """
from annotate.detectors import Detector


class Shouting(Detector):
    id = "shouting@3"
    labels = ("grammar",)
    about = "Words in capitals."
    needs = ("a loud voice",)

    least: int = 4

    def detect(self, document):
        for word in document.layout.words:
            words = word.of(document.text)
            if len(words) >= self.least and words.isupper():
                yield self.flag(document, word.start, word.end, "grammar", "minor", 0.5, "capitals")


class Misnamed(Shouting):
    id = "whispering@1"


class Other(Shouting):
    id = "shouting@4"


class Spelling(Shouting):
    id = "spelling@9"


class Unversioned(Shouting):
    id = "shouting"


class Thing:
    pass
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Install a package with entry points, for this test only."""

    def install(*points):
        (tmp_path / "outside_detectors.py").write_text(DETECTOR)
        for number, point in enumerate(points):
            info = tmp_path / f"outside_{number}-1.2.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: outside-{number}\nVersion: 1.2\n")
            (info / "entry_points.txt").write_text(f"[{GROUP}]\n{point}\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(importlib.sys.modules, "outside_detectors", raising=False)
        importlib.invalidate_caches()
        installed.cache_clear()

    yield install
    installed.cache_clear()


def listed():
    result = CliRunner().invoke(command, ["--json"], catch_exceptions=False)
    assert result.exit_code == 0
    return {row["id"]: row for row in json.loads(result.output)}


def test_the_ids_are_the_golden_ones():
    """A name that goes away breaks configurations; a changed detector needs a new version here."""
    ours = [id_ for id_, row in listed().items() if row["package"].startswith("annotate ")]
    assert ours == json.loads(GOLDEN.read_text())


def test_every_entry_point_of_ours_is_in_the_golden_list():
    names = [p.name for p in entry_points(group=GROUP) if p.value.startswith("annotate.")]
    golden = [id_ for id_ in json.loads(GOLDEN.read_text()) if id_ not in DETECTORS]
    assert sorted(names) == [id_.split("@")[0] for id_ in golden]


def test_every_detector_says_what_it_does():
    for row in listed().values():
        assert len(row["about"]) > 20
        assert row["about"].isprintable()
        assert row["labels"]
        assert set(row["labels"]) <= set(LABELS)


def test_an_outside_detector_is_listed_configured_and_run(package):
    package("shouting = outside_detectors:Shouting")
    assert listed()["shouting@3"] == {
        "id": "shouting@3",
        "labels": ["grammar"],
        "about": "Words in capitals.",
        "options": {"least": 4},
        "required": [],
        "needs": ["a loud voice"],
        "package": "outside-0 1.2",
    }
    table = CliRunner().invoke(command, env={"COLUMNS": "80"}).output
    lines = ("grammar", "Words in capitals.", "Options: least = 4", "Needs a loud voice.", "From outside-0 1.2.")
    assert "shouting@3  " + "\n    ".join(lines) + "\n" in table
    (detector,) = (d for d in build({"shouting": {"least": 2}}) if type(d).id == "shouting@3")
    assert [f.text for f in detector.detect(Document("It is SO LOUD here."))] == ["SO", "LOUD"]
    with pytest.raises(AnnotateError, match=r"detectors\.shouting\.leest'; did you mean 'least'"):
        build({"shouting": {"leest": 2}})


def test_a_detector_that_is_off_says_what_turns_it_on():
    row = listed()["quality_estimation@1"]
    assert row["required"] == ["model", "minor_below"]
    assert row["options"]["max_length"] == 512
    assert "annotate[transformers]" in row["needs"]
    table = CliRunner().invoke(command, env={"COLUMNS": "200"}).output
    entry = table[table.index("quality_estimation@1") :]
    assert "    Off unless the configuration sets model and minor_below.\n    Needs annotate[transformers], " in entry
    assert "token_classifier@1  any label\n" in table


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (["shouting = outside_detectors:Gone"], "'shouting' .* cannot be loaded: .*Gone.*; repair or uninstall"),
        (["shouting = nowhere_to_be_found:X"], "'shouting' .* cannot be loaded: No module named 'nowhere_to_be_found'"),
        (["shouting = outside_detectors:Thing"], "'outside_detectors:Thing' .* is not a Detector class"),
        (["shouting = outside_detectors:Misnamed"], "has the id 'whispering@1' but is registered as 'shouting'"),
        (
            ["shouting = outside_detectors:Unversioned"],
            "has the id 'shouting' but .* must be 'shouting@' and a version",
        ),
        (
            ["shouting = outside_detectors:Shouting", "shouting = outside_detectors:Other"],
            r"Two packages register a detector 'shouting': outside_detectors:Other and outside_detectors:Shouting",
        ),
        (["spelling = outside_detectors:Spelling"], r"Two packages register a detector 'spelling': annotate\."),
    ],
)
def test_a_bad_detector_is_named_in_one_sentence(package, points, said):
    package(*points)
    with pytest.raises(AnnotateError, match=said) as refused:
        installed()
    assert "\n" not in str(refused.value)
