"""The whole of learning: what is better is applied, the rest is left alone; reversible, signed, refused where wrong."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from made import flag, labeled, overconfident, record

import annotate
from annotate.cli.learn import command as learn_command
from annotate.cli.score import command as score_command
from annotate.errors import AnnotateError
from annotate.evaluation.figures import Resampling
from annotate.labeling.labels import Labeled, Shown, Span, write_labels
from annotate.learning.fitting import Options
from annotate.learning.learn import Outcome, learn
from annotate.sources.priors import look_up, read_prior
from annotate.writing import read_records

TEXT = (
    "The council met on Monday in room {}, and the mayor said that the old bridge would reopen on Friday.\n\n"
    "The schol nearby will stay closed for three more weeks, because the repairs cost more than the town could spend.\n"
)
QUICK = Resampling(200)


def learned(documents: int, **options: object) -> Outcome:
    labels, records = overconfident(documents)
    return learn(labels, records, Options(**options), basis="b", resampling=QUICK)


def test_scores_that_promise_too_much_are_put_right() -> None:
    outcome = learned(100, heads=False)
    report = outcome.report.labels[0]
    assert report.done == ["calibration"]
    assert (report.judged, report.groups) == (400, 100)
    assert report.brier.difference.value < 0
    assert report.calibration_error.after.value < 0.6 * report.calibration_error.before.value
    assert report.precision.before == report.precision.after
    assert report.recall.before.value == 1.0


def test_a_head_that_ranks_better_is_kept() -> None:
    plain, headed = learned(100, heads=False, precision=0.85), learned(100, precision=0.85)
    assert headed.report.labels[0].done[0] == "head"
    fit = headed.learned.labels["spelling"]
    assert fit.head["reason:sure"] > 1 > fit.head["reason:odd"]
    assert headed.report.labels[0].brier.after.value < plain.report.labels[0].brier.after.value
    # By the score alone no threshold can be promised; by the head one can, and it holds on what it was not made from.
    assert plain.report.labels[0].threshold is None
    assert "no threshold can be promised to reach 0.85" in plain.report.left_alone["spelling, threshold"]
    assert headed.report.labels[0].threshold.threshold > 0
    assert headed.report.labels[0].precision.after.value > 0.85


def test_scores_that_hold_are_left_alone() -> None:
    import random

    pick = random.Random(1)
    records = [record(f"d{n}", [flag(100 * i, pick.choice([0.2, 0.5, 0.8])) for i in range(3)]) for n in range(60)]
    labels = [labeled(r, [f for f in r.flags if pick.random() < f.score]) for r in records]
    outcome = learn(labels, records, basis="b", resampling=QUICK)
    assert outcome.learned.labels == {}
    assert outcome.report.left_alone["spelling"] == "nothing fitted does better"


def test_too_few_labels_are_refused_with_the_number_needed() -> None:
    labels, records = overconfident(4)
    with pytest.raises(AnnotateError, match="4 labeled documents with at most 16 judged flags of 'spelling' and 0 or"):
        learn(labels, records, basis="b")
    with pytest.raises(AnnotateError, match="None of the labeled documents"):
        learn(labels, [], basis="b")


def test_sources_are_rated_by_reliability(tmp_path: Path) -> None:
    records = [record(f"d{n}") for n in range(5)]
    labels = [labeled(r, reliability=4, updated="2026-03-01T10:00:00Z", source="www.example.org") for r in records]
    outcome = learn(labels, records, basis="b", resampling=QUICK)
    use = look_up("news.example.org", [outcome.sources])[0]
    assert (use.value, use.trials, use.as_of.isoformat(), use.given) == (0.75, 5.0, "2026-03-01", "4.0 of 5")
    assert learn(labels, records, basis="b", resampling=QUICK) == outcome


def test_verdicts_are_put_right() -> None:
    # The scorer says 0.7 human of everything; annotators say that nine in ten documents are a machine's.
    records = [record(f"d{n}") for n in range(60)]
    labels = [labeled(r, origin="human" if n % 10 == 0 else "machine-translated") for n, r in enumerate(records)]
    outcome = learn(labels, records, basis="b", resampling=QUICK)
    report = outcome.report.verdicts
    assert report.done == ["bias and temperature"]
    assert report.brier.after.value < 0.5 * report.brier.before.value
    assert outcome.learned.judge(records[0].verdict).scores["machine-translated"] > 0.5


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Documents, their scores, and labels that confirm every other spelling flag."""
    folder = tmp_path_factory.mktemp("learn")
    texts = folder / "texts.jsonl"
    lines = [{"id": f"d{n}", "text": TEXT.format(n)} for n in range(24)]
    texts.write_text("".join(json.dumps(line) + "\n" for line in lines))
    scores = folder / "scores.jsonl"
    annotate.score_to(str(texts), scores)
    labels = []
    for number, record_ in enumerate(read_records(scores)):
        shown = [Shown(str(i), f.start, f.end, f.label, f.severity, f.score) for i, f in enumerate(record_.flags)]
        kept = [f for f in record_.flags if f.label == "spelling" and number % 2]
        spans = [Span(f.start, f.end, f.text, f.label, f.severity) for f in kept]
        labels.append(Labeled(record_.id, record_.sha256, "ann", 300, spans, shown=shown, story=f"s{number}"))
    write_labels(folder / "labels.jsonl", labels)
    return texts, scores, folder / "labels.jsonl"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(learn_command, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def score(texts: Path, output: Path, *options: object) -> bytes:
    CliRunner().invoke(score_command, [str(texts), "-o", str(output), "-q", *map(str, options)], catch_exceptions=False)
    return output.read_bytes()


def test_what_was_learned_applies_and_can_be_left_out(scored: tuple[Path, Path, Path], tmp_path: Path) -> None:
    texts, scores, labels = scored
    folder = tmp_path / "learned"
    assert "calibration" in run(labels, scores, "-o", folder)
    assert sorted(p.name for p in folder.iterdir()) == ["config.yaml", "learned.json", "report.json"]
    after = tmp_path / "after.jsonl"
    assert score(texts, after, "-c", folder / "config.yaml") != scores.read_bytes()
    first, changed = next(read_records(scores)), next(read_records(after))
    assert changed.signature != first.signature
    fit = annotate.load(annotate.load_config(folder / "config.yaml"))._learned
    assert changed.flags == fit.flags(first.flags, len(json.loads(texts.read_text().splitlines()[0])["text"]))
    assert score(texts, tmp_path / "again.jsonl") == scores.read_bytes()
    assert (
        score(texts, tmp_path / "parallel.jsonl", "-c", folder / "config.yaml", "--batch-size", 3) == after.read_bytes()
    )


def test_the_signature_is_what_was_learned_not_where_it_lies(scored: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, scores, labels = scored
    for name in ("one", "two"):
        run(labels, scores, "-o", tmp_path / name)
    signatures = {
        annotate.load(annotate.load_config(tmp_path / name / "config.yaml")).signature for name in ("one", "two")
    }
    assert len(signatures) == 1
    learned_ = msgspec.json.decode((tmp_path / "one" / "learned.json").read_bytes())
    assert learned_["signature"] == next(read_records(scores)).signature
    assert "learned@" in signatures.pop().long


def test_other_models_or_settings_are_refused(scored: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, scores, labels = scored
    run(labels, scores, "-o", tmp_path / "learned")
    config = annotate.load_config(tmp_path / "learned" / "config.yaml")
    alone = msgspec.structs.replace(config, corroboration=msgspec.structs.replace(config.corroboration, enabled=False))
    annotate.load(alone)  # comparison is another question
    with pytest.raises(AnnotateError, match="was learned on scores of other models or settings"):
        annotate.load(msgspec.structs.replace(config, detectors={"spelling": {"common": 50}}))
    strict = tmp_path / "strict.yaml"
    strict.write_text("verdict: {fpr: 0.01}\n")
    with pytest.raises(AnnotateError, match="give the configuration that it was made with"):
        run(labels, scores, "-o", tmp_path / "x", "-c", strict)
    with pytest.raises(AnnotateError, match="what was learned before"):
        run(labels, scores, "-o", tmp_path / "x", "-c", tmp_path / "learned" / "config.yaml")


def test_the_list_of_sources_is_one_that_sources_takes(tmp_path: Path) -> None:
    from annotate.learning.folder import write_folder

    records = [record(f"d{n}") for n in range(5)]
    labels = [labeled(r, reliability=2, updated="2026-03-01", source="example.org") for r in records]
    write_folder(tmp_path, learn(labels, records, basis="b", resampling=QUICK), None)
    assert read_prior(tmp_path / "sources.prior.json").domains["example.org"].value == 0.25


def test_the_configuration_that_was_learned_on_is_kept(scored: tuple[Path, Path, Path], tmp_path: Path) -> None:
    texts, _, labels = scored
    base = tmp_path / "base" / "config.yaml"
    base.parent.mkdir()
    base.write_text("verdict: {fpr: 0.01}\nlearned: null\n")
    score(texts, tmp_path / "scores.jsonl", "-c", base)
    run(labels, tmp_path / "scores.jsonl", "-o", tmp_path / "learned", "-c", base)
    config = annotate.load_config(tmp_path / "learned" / "config.yaml")
    assert (config.verdict.fpr, config.learned) == (0.01, str(tmp_path / "learned" / "learned.json"))
    with pytest.raises(AnnotateError, match="would be overwritten"):
        run(labels, tmp_path / "scores.jsonl", "-o", base.parent, "-c", base)
    assert "learned.json" not in {path.name for path in base.parent.iterdir()}
