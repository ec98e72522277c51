from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import Range, lay_out
from annotate.models.features import FamilySpec, grams, tokenize

SPECS = tuple(
    FamilySpec(kind, low, high, 14)
    for kind, low, high in (("words", 1, 4), ("masked", 1, 4), ("skeleton", 1, 4), ("chars", 3, 5))
)


def whole(text: str) -> list[Range]:
    return [Range(0, len(text))]


def forms(text: str) -> list[str]:
    return [form.text for form in tokenize(text, whole(text)).forms]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The crew isn't back.", ["the", "crew", "is", "n't", "back", "."]),
        ("The crew is n't back .", ["the", "crew", "is", "n't", "back", "."]),
        ("NASA’s plan", ["nasa", "'s", "plan"]),
        ("“Yes,” he said.", ["yes", ",", "he", "said", "."]),
        ("``Yes,'' he said.", ["yes", ",", "he", "said", "."]),
        ("In 2021, 1,500 came", ["in", "0000", ",", "0,000", "came"]),
        ("wait… what", ["wait", "...", "what"]),
        ("wait... what", ["wait", "...", "what"]),
        ("a well–known — fact -- here", ["a", "well", "-", "known", "-", "fact", "-", "here"]),
        ("Cafe\u0301 Café", ["café", "café"]),
    ],
)
def test_format_is_unified(text: str, expected: list[str]) -> None:
    assert forms(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('He said "no" - twice...', "He said “no” — twice…"),
        ("It’s NASA's turn", "It's NASA’s turn"),
        ("two  blanks\u00a0here", "two blanks here"),
        ("They don't. He said 'no'.", "They do n't . He said ``no''."),
        ("In 1999 he won 23 of 45.", "In 2024 he won 17 of 81."),
    ],
)
@pytest.mark.parametrize("spec", SPECS, ids=lambda s: s.kind)
def test_texts_that_differ_in_format_only_have_the_same_ngrams(one: str, other: str, spec: FamilySpec) -> None:
    left, right = (grams(tokenize(t, whole(t)), spec).buckets for t in (one, other))
    assert left.tolist() == right.tolist()


def test_names_are_masked_only_where_they_should_be() -> None:
    one, other = ("Minister Anna Schmidt spoke in Berlin", "Minister Peter Novak spoke in Prague")
    for spec in SPECS:
        same = [grams(tokenize(t, whole(t)), spec).buckets.tolist() for t in (one, other)]
        assert (same[0] == same[1]) == (spec.kind in ("masked", "skeleton")), spec.kind


def test_offsets_with_astral_characters_and_carriage_returns() -> None:
    text = "🚀 Launch!\r\nThe 🇩🇪 crew’s “ferry” left\u2028on time."
    tokens = tokenize(text, lay_out(text).sentences)
    found = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]
    assert [f for f in found if f.isascii() and f.isalnum()] == ["Launch", "The", "crew", "ferry", "left", "on", "time"]
    assert "’s" in found


def test_ngrams_do_not_cross_units() -> None:
    text = "one two. three four."
    units = [Range(0, 8), Range(9, 20)]
    for spec in SPECS:
        found = grams(tokenize(text, units), spec)
        tokens = tokenize(text, units)
        assert (tokens.units[found.first] == tokens.units[found.last]).all()
        assert (tokens.units[found.first] == found.units).all()
        apart = [grams(tokenize(text, [unit]), spec).buckets for unit in units]
        assert sorted(found.buckets.tolist()) == sorted(np.concatenate(apart).tolist())


def test_number_of_ngrams_of_each_length() -> None:
    tokens = tokenize("a b c d e", whole("a b c d e"))
    assert len(grams(tokens, FamilySpec("words", 1, 3, 10)).buckets) == 5 + 4 + 3
    assert len(grams(tokens, FamilySpec("chars", 3, 3, 10)).buckets) == len(" a b c d e ") - 2


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_buckets_in_range_and_tokens_in_order(text: str) -> None:
    tokens = tokenize(text, lay_out(text).sentences)
    assert (tokens.starts < tokens.ends).all()
    assert (tokens.ends[:-1] <= tokens.starts[1:]).all()
    for spec in SPECS:
        found = grams(tokens, spec)
        assert ((found.buckets >= 0) & (found.buckets < 2**14)).all()
        assert (found.first <= found.last).all()


def test_hashes_are_the_same_in_another_process_with_another_hash_seed() -> None:
    code = (
        "from annotate.models.features import *\nfrom annotate.documents import Range\n"
        "t='The crew of Soyuz isn’t back, 3 said.'\n"
        "specs = [FamilySpec(k, 1, 4, 20) for k in ('words', 'skeleton', 'chars')]\n"
        "print([grams(tokenize(t, [Range(0, len(t))]), s).buckets.tolist() for s in specs])"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], env={"PYTHONHASHSEED": s}, capture_output=True, check=True).stdout
        for s in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 100


def test_buckets_are_spread_evenly() -> None:
    text = " ".join(f"word{chr(97 + i % 26)}{chr(97 + i // 26 % 26)}{chr(97 + i // 676)}" for i in range(4000))
    buckets = grams(tokenize(text, whole(text)), FamilySpec("words", 2, 2, 6)).buckets
    counts = np.bincount(buckets, minlength=64)
    assert counts.min() > 30
    assert counts.max() < 100


@pytest.mark.parametrize("text", ["a1" * 200_000, "aaaa n't" * 50_000, "'" * 400_000, "x" * 400_000])
def test_time_is_linear_in_one_long_line(text: str) -> None:
    start = time.perf_counter()
    tokenize(text, whole(text))
    assert time.perf_counter() - start < 5
