from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from annotate.cli.train import command
from annotate.documents import Document
from annotate.errors import AnnotateError
from annotate.models.origin import load_origin, score_origin, verdict
from annotate.training.data import Sample, draw, read_rows, whole_sentences, windows
from annotate.training.linear import auc, expected_calibration_error, group_bootstrap, threshold_at, tpr_at
from annotate.training.origin_model import read_settings, system_family

pq = pytest.importorskip("pyarrow.parquet")
pa = pytest.importorskip("pyarrow")

# Each origin has words of its own among common ones, so that a model of a few hundred texts can tell them.
OWN = {
    "human": "plainly grumbled kitchen creaks laughed shrugged muddy",
    "mt": "realize carries respectively corresponding the-same concerned namely",
    "paraphrase": "utilise endeavour commence whilst numerous approximately",
    "generated": "tapestry delve pivotal underscores landscape testament",
}
COMMON = ["the", "a", "of", "in", "on", "was", "said", "it", "that", "and", "river", "bridge", "council", "people"]


def text_of(kind: str, words: int, seed: str) -> str:
    dice = random.Random(seed)
    own = OWN[kind].split()
    sentences = []
    for _ in range(words // 10):
        chosen = [dice.choice(own) if dice.random() < 0.3 else dice.choice(COMMON) for _ in range(10)]
        sentences.append(" ".join(chosen).capitalize() + ".")
    return " ".join(sentences)


def write_data(folder: Path) -> None:
    for part, year in (("train", 2020), ("dev", 2022)):
        (folder / part).mkdir(parents=True)
        test = "newstest2020" if part == "train" else "generaltest2022"
        documents = []
        for g in range(60):
            for kind, system, name in (
                ("human_translation", "ref", "human"),
                ("mt", "moz-google", "mt"),
                ("mt", "Online-A", "mt"),
            ):
                documents.append(row(part, year, kind, system, name, f"{test}.de-en", f"{part}-{g}"))
            documents.append(row(part, year, "human_original", "original", "human", f"{test}.en-xx", f"{part}-o{g}"))
        news = [row(part, 2015, "human_original", "Paper", "human", "collection", f"{part}-n{g}") for g in range(60)]
        for item in news:
            item["group"] = None
        kinds = []
        for g in range(80):
            for kind, name in (("human", "human"), ("llm_paraphrase", "paraphrase"), ("llm_generated", "generated")):
                kinds.append(
                    {
                        "id": f"{part}-{g}-{kind}",
                        "kind": kind,
                        "generator": "human" if kind == "human" else "gpt-x",
                        "gen_family": "human" if kind == "human" else ("openai" if g % 2 else "meta"),
                        "operation": None if kind == "human" else "rewrite",
                        "domain": "news",
                        "text": text_of(name, 180, f"{part}{g}{kind}"),
                        "family": f"{part}-k{g}",
                        "source_repo": "collection/one",
                    }
                )
        for name, rows in (("mt_docs", documents), ("human_news", news), ("docs_by_kind", kinds)):
            pq.write_table(pa.Table.from_pylist(rows), folder / part / f"{name}.parquet")


def row(part: str, year: int, kind: str, system: str, name: str, testset: str, group: str) -> dict[str, object]:
    return {
        "id": f"{group}-{system}",
        "year": year,
        "lang_pair": "de-en",
        "domain": "news",
        "system": system,
        "kind": kind,
        "lines": [text_of(name, 90, f"{part}{group}{system}{i}") for i in range(2)],
        "testset": testset,
        "group": group,
    }


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("training")
    write_data(folder / "data")
    settings = yaml.safe_load((Path(__file__).parents[2] / "configs/train/origin.yaml").read_text())
    settings |= {"bands": [0, 100, 170], "bootstrap": 20, "figures": str(folder / "card")}
    settings["families"] = [
        {"kind": "masked", "low": 1, "high": 2, "bits": 12},
        {"kind": "chars", "low": 3, "high": 4, "bits": 12},
    ]
    (folder / "origin.yaml").write_text(yaml.safe_dump(settings))
    for out in ("one", "two"):
        arguments = [str(folder / "origin.yaml"), "--data", str(folder / "data"), "-o", str(folder / out)]
        result = CliRunner().invoke(command, arguments, catch_exceptions=False)
        assert result.exit_code == 0
    load_origin.cache_clear()
    return folder, json.loads(result.stdout)


def test_training_twice_gives_the_same_bytes(trained: tuple[Path, dict[str, object]]) -> None:
    folder, _ = trained
    assert (folder / "one/origin.npz").read_bytes() == (folder / "two/origin.npz").read_bytes()


def test_the_trained_model_tells_the_origins(
    trained: tuple[Path, dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_origin(trained[0] / "one")
    monkeypatch.setattr("annotate.models.origin.load_origin", lambda: model)
    for kind, label in (("human", "human"), ("mt", "machine-translated"), ("generated", "machine-generated")):
        judged = verdict(score_origin(Document(text_of(kind, 200, f"new {kind}"))), 0.05)
        assert judged.label == label


def test_figures_and_card_are_written(trained: tuple[Path, dict[str, object]]) -> None:
    folder, figures = trained
    assert json.loads((folder / "card/origin.json").read_text()) == figures
    contrast = next(
        r for r in figures["translation"] if r["against"] == "human translations" and r["score"] == "average"
    )
    assert contrast["auc"][0] > 0.9
    assert contrast["auc"][1] <= contrast["auc"][0] <= contrast["auc"][2]
    card = (folder / "card/origin.md").read_text()
    assert "### Machine translation against people's texts" in card
    assert card.count("<!-- figures") == 1


def test_no_text_of_the_training_data_is_in_the_weights(trained: tuple[Path, dict[str, object]]) -> None:
    with np.load(trained[0] / "one/origin.npz") as arrays:
        meta = arrays["meta"].tobytes()
    assert not [word for word in (*COMMON, *OWN["mt"].split()) if len(word) > 6 and word.encode() in meta]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strenght": 1}, "unknown field `strenght`"),
        ({"bands": "all"}, "Expected `array`"),
        ({"prior": {"human": 1.0}}, "prior needs the keys human, machine-translated"),
        ({"bands": [50, 100]}, "start at 0"),
    ],
)
def test_wrong_settings_are_one_sentence(change: dict[str, object], message: str) -> None:
    good = yaml.safe_load((Path(__file__).parents[2] / "configs/train/origin.yaml").read_text())
    del good["model"]
    with pytest.raises(AnnotateError, match=message):
        read_settings({**good, **change})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.yaml"], "Cannot read the training configuration missing.yaml: No such file"),
        (["list.yaml"], "must be a mapping with a key 'model'"),
        (["other.yaml"], r"model\.orign'; did you mean 'origin'"),
        (["good.yaml", "--data", "nowhere"], "The folder of training data nowhere does not exist"),
    ],
)
def test_wrong_command_lines_are_one_sentence(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.yaml").write_text("[1, 2]")
    (tmp_path / "other.yaml").write_text("model: orign")
    (tmp_path / "good.yaml").write_text("model: origin")
    with pytest.raises(AnnotateError, match=message):
        CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_a_file_without_a_column_is_one_sentence(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "rows.parquet")
    with pytest.raises(AnnotateError, match=r"rows\.parquet"):
        list(read_rows(tmp_path / "rows.parquet", ["id", "text"]))
    with pytest.raises(AnnotateError, match=r"Cannot read the training data .*none\.parquet"):
        list(read_rows(tmp_path / "none.parquet", ["id"]))


def sample(text: str, group: str = "g") -> Sample:
    return Sample(text, "human", "human", group, "s", "ref", "news", 2020, "en")


def test_windows_are_whole_sentences_and_never_an_unfinished_end() -> None:
    text = "One two three four five six. " * 10 + "Seven eight nine"
    assert len(whole_sentences(text)) == 10
    cut = windows(sample(text), 24)
    assert [len(w.sentences) for w in cut] == [4, 4]
    assert [len(w.sentences) for w in windows(sample(text), 24, shortest=0.5)] == [4, 4, 2]


def test_drawing_is_a_subset_that_does_not_depend_on_order() -> None:
    cut = windows(sample("One two three four five six. " * 30), 12)
    drawn = draw(cut, 5, "key")
    assert len(drawn) == 5
    assert draw(cut[::-1], 5, "key") == drawn
    assert draw(cut, 5, "other key") != drawn


def test_versions_of_one_text_are_in_one_half() -> None:
    halves = [sample("x", group=f"g{i}").half for i in range(200)]
    assert sample("y", group="g7").half == halves[7]
    assert 70 < halves.count("choose") < 130


@pytest.mark.parametrize(
    ("system", "family"),
    [
        ("moz-google", "google"),
        ("MS-Translator", "microsoft"),
        ("moz-bergamot-tiny", "open"),
        ("GPT-4", "llm"),
        ("text-davinci-003+RR+5-shot", "llm"),
        ("ALMA-13B-R", "llm"),
        ("Online-B", "online"),
        ("NiuTrans", "submission"),
    ],
)
def test_families_of_systems(system: str, family: str) -> None:
    assert system_family(system) == family


def test_auc_counts_ties_half_and_follows_weights() -> None:
    scores = np.array([0.1, 0.4, 0.4, 0.9])
    truth = np.array([False, False, True, True])
    assert auc(scores, truth) == pytest.approx(3.5 / 4)
    assert auc(scores, truth, np.array([1.0, 0.0, 1.0, 1.0])) == 1.0
    assert np.isnan(auc(scores, np.ones(4, dtype=bool)))


@pytest.mark.parametrize(("rate", "passing"), [(0.0, 0), (0.05, 5), (0.5, 50), (1.0, 100)])
def test_threshold_lets_at_most_the_rate_pass(rate: float, passing: int) -> None:
    negatives = np.arange(100) / 100
    assert int((negatives >= threshold_at(negatives, rate)).sum()) == passing


def test_threshold_takes_all_of_equal_values_or_none() -> None:
    negatives = np.array([1.0] * 10 + [0.0] * 90)
    assert (negatives >= threshold_at(negatives, 0.05)).sum() == 0
    assert (negatives >= threshold_at(negatives, 0.10)).sum() == 10
    truth = np.array([False] * 100 + [True])
    assert tpr_at(np.append(negatives, 1.0), truth, 0.05) == 0.0
    assert tpr_at(np.append(negatives, 1.0), truth, 0.10) == 1.0


def test_bootstrap_draws_groups_not_items() -> None:
    groups = ["a"] * 500 + ["b"] * 500
    values = np.array([0.0] * 500 + [1.0] * 500)
    low, high = group_bootstrap(groups, lambda w: float(np.average(values, weights=w)), rounds=200)
    assert (low, high) == (0.0, 1.0)


def test_calibration_error_of_honest_and_of_boastful_probabilities() -> None:
    truth = np.array([True, False] * 50)
    assert expected_calibration_error(np.full(100, 0.5), truth, np.ones(100)) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(100, 0.95), truth, np.ones(100)) == pytest.approx(0.45)
