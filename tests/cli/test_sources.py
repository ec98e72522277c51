from __future__ import annotations

import hashlib
import json

import pytest

from annotate.cli.sources import command
from annotate.errors import AnnotateError


@pytest.fixture
def scores(tmp_path):
    """Records of two sources, one of them with fourteen claims that others confirm."""

    def line(id_, source, **evidence):
        sha256 = hashlib.sha256(id_.encode()).hexdigest()
        made = {"id": id_, "source": source, "status": "ok", "signature": "annotate|test", "sha256": sha256}
        return json.dumps({**made, "evidence": evidence} if evidence else made) + "\n"

    found = {"documents": 2, "origins": 2, "claims": {"checkable": 2, "confirmed": 2}}
    path = tmp_path / "scores.jsonl"
    path.write_text(
        "".join(line(f"a{i}", "www.one.example", **found) for i in range(7))
        + line("b", "two.example")
        + line("c", None)
    )
    return path


def run(*arguments):
    return command.main([str(a) for a in arguments], standalone_mode=False)


def test_table(scores, capsys):
    run(scores)
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[1].split() == ["one.example", "A", "0.93", "0.80–1.00", "1", "7", "14", "14", "0", "–", "–"]
    assert lines[2].split() == ["two.example", "F", "–", "–", "–", "1", "0", "0", "0", "–", "–"]
    assert "cannot be judged" in out
    assert err == "1 document without a source is left out of the ratings.\n"


def test_options_may_come_first_and_the_output_is_whole(scores, tmp_path):
    out = tmp_path / "out.json"
    run("--format", "json", "-o", out, scores)
    assert [r["source"] for r in json.loads(out.read_text())] == ["one.example", "two.example"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.json", "scores.jsonl"]


def test_an_imported_list_judges_a_source(scores, tmp_path, capsys):
    listed = tmp_path / "list.csv"
    listed.write_text("domain,rating\ntwo.example,90\none.example,90\n")
    options = ["--name", "Own list", "--as-of", "2024-05-01", "--licence", "CC0", "--best", "100"]
    run("import", listed, *options, "--domain-column", "domain", "--score-column", "rating")
    assert "2 domains rated by Own list as of 2024-05-01." in capsys.readouterr().err
    run(scores, "--prior", tmp_path / "list.prior.json")
    out = capsys.readouterr().out
    assert [line.split()[:2] for line in out.splitlines()[1:3]] == [["one.example", "A*"], ["two.example", "B*"]]
    assert "1–2 =" in out
    assert "*  counts the list Own list of 2024-05-01 (CC0)." in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["SCORES", "--prior", "none.json"], "Cannot read none.json"),
        (["SCORES", "--prior", "SCORES"], "is not a list of ratings"),
        (["SCORES", "-o", "SCORES"], "is also an input"),
        (["SCORES", "-o", "/none/out.csv"], "Cannot write /none/out.csv"),
    ],
)
def test_wrong_usage_is_named_in_one_sentence(scores, arguments, says):
    before = scores.read_bytes()
    with pytest.raises(AnnotateError, match=says):
        run(*(str(scores) if a == "SCORES" else a for a in arguments))
    assert scores.read_bytes() == before


@pytest.mark.parametrize("given", ["high", "high=", "high=2", "=0.5"])
def test_labels_need_a_value(tmp_path, given):
    options = ["--name", "n", "--as-of", "2024-05-01", "--licence", "CC0", "--domain-column", "d"]
    with pytest.raises(AnnotateError, match="LABEL=VALUE"):
        run("import", tmp_path / "x.csv", *options, "--score-column", "s", "--label", given)
