from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

import annotate.lexicon
from annotate.errors import AnnotateError
from annotate.lexicon import (
    FOLLOWERS_FILE,
    WORDS_FILE,
    derivable,
    is_compound,
    is_technical,
    is_variant,
    lexicon,
    neighbours,
    tokens,
)
from annotate.lexicon.misspellings import MISSPELLINGS

FOLDER = Path(annotate.lexicon.__file__).parent


def test_common_words_are_listed_in_the_case_they_are_written_in():
    words = lexicon()
    assert words.count("government") > words.count("parliament") > 0
    assert words.count("Monday") > 100 * words.count("monday")
    assert words.count("NASA") > 10 * words.count("nasa")
    assert words.any_case("nasa") == words.count("NASA")
    assert "zzyzzx" not in words


def test_the_shipped_files_are_small_and_sorted():
    assert sum((FOLDER / name).stat().st_size for name in (WORDS_FILE, FOLLOWERS_FILE)) < 1_500_000
    lines = gzip.decompress((FOLDER / WORDS_FILE).read_bytes()).decode().split("\n")[1:]
    counts = [int(line.split(" ")[0]) for line in lines]
    assert counts == sorted(set(counts))
    assert all(line.split(" ")[1:] == sorted(line.split(" ")[1:]) for line in lines)


def test_loading_needs_no_heavy_package():
    code = (
        "import sys; from annotate.lexicon import lexicon; lexicon(); "
        "print({'pandas', 'scipy', 'sklearn', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_possessives_and_plurals_are_followed_by_different_words():
    words = lexicon()
    assert words.possessive_share("largest") > 0.9
    assert words.possessive_share("were") < 0.1
    assert words.possessive_share("zzyzzx") is None


@pytest.mark.parametrize("wrong", sorted(MISSPELLINGS))
def test_every_listed_misspelling_is_rarer_than_what_it_means(wrong):
    words = lexicon()
    right = MISSPELLINGS[wrong].split("_")
    assert all(words.any_case(part) > words.count(wrong) for part in right)


@pytest.mark.parametrize("word", ["unrefreshing", "reentering", "destabilising", "grumblers", "overcorrection"])
def test_regular_formations_are_derivable(word):
    assert derivable(word, lexicon())


@pytest.mark.parametrize("word", ["administartion", "hopsital", "rejectd", "evolveed", "xqzt"])
def test_misspellings_are_not(word):
    assert not derivable(word, lexicon())
    assert not is_compound(word, lexicon())


def test_compounds():
    assert is_compound("waterbirds", lexicon())


@pytest.mark.parametrize(
    ("a", "b"), [("colour", "color"), ("organise", "organize"), ("travelled", "traveled"), ("centre", "center")]
)
def test_british_and_american_spellings_are_variants(a, b):
    assert is_variant(a, b)


def test_neighbours_name_the_edit_and_hold_the_first_letter():
    assert ("received", "swapped") in [(word, edit) for word, _, edit in neighbours("recieved", lexicon(), 100)]
    assert ("discussed", "doubled") in [(word, edit) for word, _, edit in neighbours("discused", lexicon(), 100)]
    assert all(word[0] == "b" for word, _, _ in neighbours("bhat", lexicon(), 10))


@pytest.mark.parametrize("text", ["see https://example.org/word", "a@word.org", "#word", "word.com", "~/word.py"])
def test_addresses_are_technical(text):
    start = text.index("word")
    assert is_technical(text, start, start + 4)


@pytest.mark.parametrize("text", ["a word.", "(word)", "word. Next", "it/word".replace("/", " ")])
def test_words_are_not(text):
    start = text.index("word")
    assert not is_technical(text, start, start + 4)


def test_tokens_slice_the_text():
    text = "Don’t re-enter 24 São Paulo’s x2."
    assert [surface for _, _, surface in tokens(text)] == ["Don’t", "re", "enter", "São", "Paulo’s", "x"]
    assert all(text[start:end] == surface for start, end, surface in tokens(text))


def test_training_counts_a_group_once_and_keeps_cases_apart(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    from annotate.training.lexicon import train

    (tmp_path / "train").mkdir()
    rows = [
        {"kind": "human", "group": "a", "text": "The bank opened. Banks said the town's mayor met May Smith."},
        {"kind": "human", "group": "a", "text": "The bank closed."},
        {"kind": "human", "group": "b", "text": "A bank of sand, and the towns are far. NATO met."},
        {"kind": "mt", "group": "c", "text": "machine bank"},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "train" / "few.parquet")
    config = {
        "data": str(tmp_path),
        "sources": [{"file": "few", "kinds": ["human"], "group": "group"}],
        "minimum": {"lower": 1, "capitalised": 1, "upper": 1, "follower": 1},
    }
    first = train(config, tmp_path / "one")
    second = train(config, tmp_path / "two")
    assert first == second
    assert first["documents"] == 2
    lines = gzip.decompress((tmp_path / "one" / WORDS_FILE).read_bytes()).decode().split("\n")
    assert (tmp_path / "one" / WORDS_FILE).read_bytes() == (tmp_path / "two" / WORDS_FILE).read_bytes()
    counted = {word: int(line.split(" ")[0]) for line in lines[1:] for word in line.split(" ")[1:]}
    assert counted["bank"] == 2
    assert counted["May"] == counted["NATO"] == counted["town"] == 1
    assert not {"The", "Banks", "machine"} & set(counted)
    followers = gzip.decompress((tmp_path / "one" / FOLLOWERS_FILE).read_bytes()).decode().split("\n")
    assert "mayor 1 0" in followers
    assert "are 0 1" in followers


@pytest.mark.parametrize(
    ("change", "message"),
    [({"data": "/nowhere"}, "No file /nowhere"), ({"minimums": {}}, "did you mean 'minimum'")],
)
def test_training_refuses_what_it_cannot_use(change, message, tmp_path):
    pytest.importorskip("pyarrow")
    from annotate.training.lexicon import train

    config = {"data": str(tmp_path), "sources": [{"file": "few", "group": "group"}], "minimum": {}, **change}
    with pytest.raises(AnnotateError, match=message):
        train(config, tmp_path)
