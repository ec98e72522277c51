"""Choosing documents to label: by what rule, with what probability, and together with what."""

from __future__ import annotations

import random

import msgspec
import pytest

from annotate.cli import main
from annotate.documents import Evidence
from annotate.errors import AnnotateError
from annotate.labeling.labels import Labeled, write_labels
from annotate.labeling.selection import (
    Selected,
    badness,
    flag_uncertainty,
    read_excluded,
    read_selection,
    select,
    verdict_uncertainty,
    write_selection,
)

TEXT = "The teh rocket flew."


@pytest.fixture
def record(make):
    """Make a record by its margin between the two likeliest origins, its flags' scores, and its story."""

    def made(identity, margin=1.0, scores=(), *, label="human", severity="minor", story=None):
        human = (1 + margin) / 2
        origins = {"human": human, "machine-translated": 1 - human, "machine-paraphrased": 0, "machine-generated": 0}
        flags = [
            make.flag(TEXT, "teh", "spelling", score=p, severity=severity, reason=f"r{n}") for n, p in enumerate(scores)
        ]
        plain = make.record(identity, TEXT, flags)
        verdict = msgspec.structs.replace(plain.verdict, label=label, score=human, scores=origins)
        known = {"evidence": Evidence(story=story)} if story is not None else {}
        return msgspec.structs.replace(plain, verdict=verdict, **known)

    return made


# The rules


def test_uncertainty_takes_half_by_the_verdict_and_half_by_the_flags(record):
    records = [
        record("sure", 0.9),
        record("narrow", 0.1),
        record("narrower", 0.05),
        record("flags", 1.0, [0.5, 0.5, 0.4]),
        record("one flag", 1.0, [0.5]),
        record("sure flags", 1.0, [0.99, 0.01]),
    ]
    chosen = select(records, 4, by="uncertainty", blind_share=0, overlap_share=0)
    assert {d.id: d.stratum for d in chosen.documents} == {
        "narrow": "uncertain-verdict",
        "narrower": "uncertain-verdict",
        "flags": "uncertain-flags",
        "one flag": "uncertain-flags",
    }
    assert {d.probability for d in chosen.documents} == {1.0}


def test_a_text_too_short_to_judge_is_not_uncertain(record):
    assert verdict_uncertainty(record("short", 0.02, label="insufficient-text")) == 0
    assert verdict_uncertainty(record("long", 0.02)) == pytest.approx(0.98)


@pytest.mark.parametrize(
    ("scores", "uncertainty"),
    [([], 0.0), ([0.5], 0.2), ([0.5] * 5, 1.0), ([0.5] * 50, 1.0), ([1.0, 0.0], 0.0), ([0.25], 0.1)],
)
def test_flags_are_uncertain_by_their_five_most_undecided(record, scores, uncertainty):
    assert flag_uncertainty(record("d", 1.0, scores)) == pytest.approx(uncertainty)


@pytest.mark.parametrize(
    ("known", "bad"),
    [
        ({"margin": 0.8}, 0.1),
        ({"margin": 0.8, "scores": [0.7], "severity": "major"}, 0.7),
        ({"margin": 0.8, "scores": [0.7], "severity": "minor"}, 0.1),
        ({"margin": 0.8, "label": "garbled"}, 0.9),
    ],
)
def test_the_score_is_the_likeliest_thing_to_be_bad(record, known, bad):
    assert badness(record("d", **known)) == pytest.approx(bad)


def test_where_a_rule_finds_too_few_the_rest_is_drawn_at_random(record):
    records = [record(f"d{n}", 0.5, label="insufficient-text") for n in range(8)] + [record("flagged", 1.0, [0.5])]
    chosen = select(records, 5, by="uncertainty")
    assert chosen.count() == {"uncertain-flags": 1, "random": 4}
    assert {d.probability for d in chosen.documents if d.stratum == "random"} == {4 / 8}


# Probabilities


def test_probabilities_are_the_frequencies_and_estimates_are_unbiased(record):
    """What select says is held against 2,000 seeds: each document's frequency, and the Horvitz-Thompson total."""
    chance = random.Random(5)
    records = [record(f"d{n:02d}", chance.random(), [chance.random()]) for n in range(14)]
    truth = {r.id: chance.random() for r in records}
    seeds = 2_000
    times, said, totals, of_the_rest = dict.fromkeys(truth, 0), {}, [], []
    for seed in range(seeds):
        chosen = select(records, 7, by="mixed", random_share=0.45, seed=seed)
        for document in chosen.documents:
            times[document.id] += 1
            said.setdefault(document.id, document.probability)
            assert said[document.id] == document.probability
        totals.append(sum(truth[d.id] / d.probability for d in chosen.documents))
        of_the_rest.append(sum(truth[d.id] / d.probability for d in chosen.documents if d.stratum == "random"))
    assert set(said) == set(truth)
    assert sorted(said.values()) == [3 / 10] * 10 + [1.0] * 4
    for identity, probability in said.items():
        error = (probability * (1 - probability) / seeds) ** 0.5
        assert abs(times[identity] / seeds - probability) <= 4 * error
    rest = sum(value for identity, value in truth.items() if said[identity] < 1)
    for estimates, total in ((totals, sum(truth.values())), (of_the_rest, rest)):
        mean = sum(estimates) / seeds
        error = (sum((e - mean) ** 2 for e in estimates) / (seeds - 1) / seeds) ** 0.5
        assert error > 0
        assert abs(mean - total) <= 4 * error


def test_random_alone_gives_each_the_same_chance(record):
    chosen = select([record(f"d{n}") for n in range(10)], 4, by="random")
    assert [(d.stratum, d.probability) for d in chosen.documents] == [("random", 0.4)] * 4


# Determinism


def test_the_choice_depends_on_the_seed_and_not_on_the_order(record):
    records = [record(f"d{n}", n / 40, [n / 40], story=f"s{n % 6}") for n in range(40)]
    one = select(records, 15, seed=1)
    random.Random(2).shuffle(records)
    assert select(records, 15, seed=1) == one
    other = select(records, 15, seed=2)
    certain = [{d.id for d in c.documents if d.stratum != "random"} for c in (one, other)]
    assert certain[0] == certain[1]
    assert {d.id for d in one.documents} != {d.id for d in other.documents}


# Stories, arms, overlap


def test_documents_of_a_story_stand_together_in_one_arm(record):
    records = [record(f"d{n}", story=f"s{n % 12}") for n in range(60)]
    chosen = select(records, 40, by="random", blind_share=0.25)
    stories = [d.story for d in chosen.documents]
    assert len([s for n, s in enumerate(stories) if n == 0 or stories[n - 1] != s]) == len(set(stories))
    arms = {s: {d.split for d in chosen.documents if d.story == s} for s in stories}
    assert all(len(arm) == 1 for arm in arms.values())
    assert 8 <= sum(d.split == "blind" for d in chosen.documents) <= 12


@pytest.mark.parametrize(("share", "blind"), [(0, 0), (0.1, 2), (0.5, 10), (1, 20)])
def test_the_blind_share_is_met_exactly_where_stories_allow(record, share, blind):
    chosen = select([record(f"d{n}") for n in range(30)], 20, by="random", blind_share=share, overlap_share=share)
    assert sum(d.split == "blind" for d in chosen.documents) == blind
    assert sum(d.overlap == 2 for d in chosen.documents) == blind


def test_a_story_too_large_for_the_blind_arm_stays_out_of_it(record):
    chosen = select([record(f"d{n}", story="big") for n in range(20)], 20, by="random", blind_share=0.1)
    assert {d.split for d in chosen.documents} == {"main"}


# What is left out and refused


def test_labeled_documents_are_left_out_by_id_and_text(record, make, tmp_path):
    records = [record(f"d{n}") for n in range(6)]
    digest = records[0].sha256
    entries = [
        Labeled("d0", digest, "ann", len(TEXT)),
        Labeled("d1", digest, "ann", len(TEXT), cancelled=True),
        Labeled("d2", "0" * 64, "ann", len(TEXT)),
    ]
    write_labels(tmp_path / "labels.jsonl", entries)
    write_selection(tmp_path / "earlier.jsonl", [Selected("d3", digest, 0.5, "random")])
    exclude = read_excluded([tmp_path / "labels.jsonl", tmp_path / "earlier.jsonl"])
    chosen = select([*records, make.unread("x", "skipped", "empty")], 4, by="random", exclude=exclude)
    assert {d.id for d in chosen.documents} == {"d1", "d2", "d4", "d5"}
    assert (chosen.pool, chosen.excluded, chosen.unread) == (4, 2, 1)


def test_too_few_documents_are_said_with_what_is_left(record, make):
    records = [record("a"), record("b"), make.unread("c", "failed", "Broken.")]
    said = r"There are 1 documents to choose from \(1 labeled already, 1 skipped or failed\), fewer than the 3 wanted"
    with pytest.raises(AnnotateError, match=said):
        select(records, 3, exclude={("a", records[0].sha256)})


def test_an_id_that_comes_twice_is_refused(record):
    with pytest.raises(AnnotateError, match="'a' comes twice"):
        select([record("a"), record("a"), record("b")], 3, by="random")


@pytest.mark.parametrize("option", ["random_share", "blind_share", "overlap_share"])
def test_a_share_above_one_is_refused(record, option):
    with pytest.raises(AnnotateError, match=r"share 1\.5 is not a number from 0 to 1"):
        select([record("a")], 1, **{option: 1.5})


# The file


def test_a_selection_is_read_back_as_it_was_written(record, tmp_path):
    chosen = select([record(f"d{n}", story="s") for n in range(9)], 6).documents
    assert write_selection(tmp_path / "s.jsonl", chosen) == 6
    assert list(read_selection(tmp_path / "s.jsonl")) == chosen


GOOD = '{"id":"a","sha256":"x","probability":0.5,"stratum":"random"}'


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"id":"a"}', "line 1, cannot be used"),
        (GOOD.replace("random", "luck"), "line 1, cannot be used"),
        (GOOD.replace("0.5", "0"), "'a' has the probability 0, not in"),
        (GOOD.replace("0.5", "1.01"), "'a' has the probability 1.01, not in"),
        (GOOD.replace("}", ',"overlap":0}'), "'a' has the overlap 0"),
        (f"{GOOD}\n\n{GOOD}", "line 3, has the document 'a' a second time"),
        ("\udcff", "line 1, cannot be used"),
    ],
)
def test_a_broken_selection_is_refused(tmp_path, lines, said):
    (tmp_path / "s.jsonl").write_text(lines, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(AnnotateError, match=said):
        list(read_selection(tmp_path / "s.jsonl"))


# The command


def run(capfd, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["label", "select", *map(str, arguments)])
    out, err = capfd.readouterr()
    return ended.value.code, out, err


def test_the_command_says_what_it_chose(record, make, tmp_path, capfd):
    scores = make.scores(
        tmp_path / "s.jsonl", *(record(f"d{n}", n / 20, [n / 20], story=f"s{n // 2}") for n in range(20))
    )
    code, out, err = run(capfd, scores, "-n", 10, "-o", tmp_path / "sel.jsonl", "--random-share", "0.4")
    documents = list(read_selection(tmp_path / "sel.jsonl"))
    assert (code, out, len(documents)) == (0, "", 10)
    assert err.splitlines() == [
        f"{tmp_path}/sel.jsonl: 10 of 20 documents; stories: {len({d.story for d in documents})}.",
        "  uncertain-verdict: 2",
        "  uncertain-flags: 2",
        "  score: 2",
        "  random: 4",
        "  1 to label blind; 2 for several annotators.",
        "  Each drawn by lot stands for 3.5 documents (probability 0.2857).",
    ]


def test_the_command_says_where_stories_are_too_large_for_the_blind_arm(record, make, tmp_path, capfd):
    scores = make.scores(tmp_path / "s.jsonl", *(record(f"d{n}", story="big") for n in range(20)))
    _, _, err = run(capfd, scores, "-n", 20, "-o", tmp_path / "sel.jsonl", "--by", "random")
    assert "  0 to label blind (2 wanted; stories are kept whole); 4 for several annotators." in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-n", 9), "There are 3 documents to choose from, fewer than the 9 wanted; ask for at most 3"),
        (("-n", 0), "0 is not in the range"),
        (("-n", 2, "--by", "random", "--random-share", "0.5"), "--random-share goes with --by mixed"),
        (("-n", 2, "--exclude", "none.jsonl"), "Cannot read none.jsonl"),
    ],
)
def test_refusals_are_one_sentence_and_write_nothing(record, make, tmp_path, capfd, arguments, said):
    scores = make.scores(tmp_path / "s.jsonl", *(record(f"d{n}") for n in range(3)))
    code, out, err = run(capfd, scores, *arguments, "-o", tmp_path / "sel.jsonl")
    assert (code, out) == (2, "")
    assert said in err
    assert not (tmp_path / "sel.jsonl").exists()


def test_the_scores_are_not_overwritten(record, make, tmp_path, capfd):
    scores = make.scores(tmp_path / "s.jsonl", record("a"))
    before = scores.read_bytes()
    code, _, err = run(capfd, scores, "-n", 1, "-o", scores)
    assert (code, scores.read_bytes()) == (2, before)
    assert "is also an input" in err
