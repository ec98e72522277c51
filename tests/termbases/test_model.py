from __future__ import annotations

from pathlib import Path

import pytest

from annotate.errors import AnnotateError
from annotate.termbases import Matcher, builtin_paths, load_termbase
from annotate.termbases.model import parse_termbase

HEAD = "name: mine\norigin: me\nlicense: CC0-1.0\nentries:\n"


def test_every_shipped_termbase_loads_and_says_where_it_comes_from() -> None:
    names = []
    for path in builtin_paths():
        termbase = load_termbase(path)
        Matcher(termbase.entries)
        names.append(termbase.name)
        assert path.stem == termbase.name
        assert termbase.origin
        assert termbase.license
    assert names == ["general", "names", "politics", "spaceflight", "tortured-phrases"]


def test_shipped_entries_explain_themselves() -> None:
    for path in builtin_paths():
        for entry in load_termbase(path).entries:
            assert entry.sources or entry.reason == "tortured-phrase", entry.terms
            assert all(entry.sources.values()), entry.terms


def test_no_is_norwegian_and_on_is_a_word() -> None:
    entry = parse_termbase(
        HEAD + "- {terms: [ned på], expected: [on], sources: {no: [på]}, names: true}\n", "t"
    ).entries[0]
    assert entry.sources == {"no": ("på",)}
    assert entry.expected == ("on",)
    assert entry.names is True


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            HEAD + "- {terms: [x], expected: [y], sorces: {de: [z]}}\n",
            "Termbase t.yaml, entry 1 (x): unknown key 'sorces'; did you mean 'sources'?",
        ),
        (
            HEAD + "- {terms: [x], expected: [y], when: {nearby: [z]}}\n",
            "Termbase t.yaml, entry 1 (x), when: unknown key 'nearby'; did you mean 'near'?",
        ),
        (
            HEAD + "- {terms: [x], expected: [y]}\n- {terms: [w], expected: [y], sources: {dee: [z]}}\n",
            "Termbase t.yaml, entry 2 (w): 'dee' is not a language code of ISO 639-1; did you mean",
        ),
        (HEAD + "- {terms: [], expected: [y]}\n", "Termbase t.yaml, entry 1: "),
        (HEAD + "- {terms: [x], expected: [y], score: 2}\n", "Termbase t.yaml, entry 1 (x): "),
        (
            HEAD + "- {terms: [x], expected: [y], severity: mayor}\n",
            "Termbase t.yaml, entry 1 (x): Invalid enum value 'mayor'",
        ),
        (HEAD + "- x\n", "Termbase t.yaml, entry 1 must be a mapping with at least terms and expected, not 'x'."),
        ("entires: []\n", "Termbase t.yaml: unknown key 'entires'; did you mean 'entries'?"),
        ("name: x\n", "Termbase t.yaml needs a list of entries under the key 'entries'."),
        ("- x\n", "Termbase t.yaml must be a mapping with name, origin, license and entries."),
        ("entries: []\nname: x\norigin: y\n", "Termbase t.yaml: Object missing required field `license`"),
        ("a: [\n", "The termbase t.yaml is not valid YAML: "),
    ],
)
def test_mistakes_are_named_with_their_place_and_the_nearest_name(content: str, message: str) -> None:
    with pytest.raises(AnnotateError) as error:
        parse_termbase(content, "t.yaml")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_binary_one(tmp_path: Path) -> None:
    with pytest.raises(AnnotateError, match=r"Cannot read the termbase .*nowhere.yaml: No such file"):
        load_termbase(tmp_path / "nowhere.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AnnotateError, match="is not UTF-8 text"):
        load_termbase(tmp_path / "b.yaml")
