from __future__ import annotations

from datetime import date

import pytest
from scored import record

from annotate.errors import AnnotateError
from annotate.sources.priors import Entry, PriorList, encode_prior, look_up, read_list, read_prior, source_key
from annotate.sources.ratings import rate

DAY = date(2024, 5, 1)


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("example.org", "example.org"),
        ("https://www.Example.org/news?x=1", "example.org"),
        ("//user@m.example.org:8080/", "example.org"),
        ("amp.news.example.co.uk.", "news.example.co.uk"),
        ("m.org", "m.org"),
        ("www.uk", "www.uk"),
        ("  The  Example Post ", "The Example Post"),
        ("St. Example Post", "St. Example Post"),
        ("", ""),
    ],
)
def test_source_key(given, key):
    assert source_key(given) == key


def prior(name="Own list", weight=10.0, **domains):
    entries = {domain.replace("_", "."): Entry(value, str(value)) for domain, value in domains.items()}
    return PriorList(name, DAY, "CC0", weight, entries)


@pytest.mark.parametrize(
    ("source", "domain"),
    [
        ("example.org", "example.org"),
        ("www.sport.example.org", "sport.example.org"),
        ("politics.example.org", "example.org"),
        ("notexample.org", None),
        ("myblog.blogspot.com", None),
        ("blogspot.com", "blogspot.com"),
        ("kept.blogspot.com", "kept.blogspot.com"),
        ("Example", None),
    ],
)
def test_look_up(source, domain):
    listed = prior(example_org=0.9, sport_example_org=0.2, blogspot_com=0.1, kept_blogspot_com=0.7)
    assert [use.domain for use in look_up(source, [listed])] == ([] if domain is None else [domain])


def test_lists_share_the_weight_of_one():
    used = look_up("example.org", [prior("one", example_org=0.9), prior("two", 4, example_org=0.5), prior("three")])
    assert [(use.name, use.trials) for use in used] == [("one", 5.0), ("two", 2.0)]


@pytest.mark.parametrize(("value", "letter"), [(1.0, "A"), (0.85, "B"), (0.5, "C"), (0.15, "D"), (0.0, "E")])
def test_a_dated_list_alone_gives_a_letter_and_says_so(value, letter):
    [rating] = rate([record("a")], [prior(example_org=value)])
    assert rating.letter == letter
    assert [(c.signal, c.basis) for c in rating.contributions] == [("list:Own list", "list")]
    assert rating.priors[0].as_of == DAY


def csv(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def imported(path, **more):
    return read_list(
        path, name="Own list", as_of=DAY, licence="CC0", domain_column="site", score_column="score", **more
    )


def test_import_of_scores(tmp_path):
    path = csv(
        tmp_path,
        "\ufeffsite,score\nwww.a.example,100\nb.example,25\nhttps://b.example/,25\nc.example,\nd.example,5\nm.d.example,6\n",
    )
    done = imported(path, best=100)
    assert {d: e.value for d, e in done.prior.domains.items()} == {"a.example": 1.0, "b.example": 0.25}
    assert (done.unrated, done.ambiguous) == (1, ["d.example"])
    file = tmp_path / "x.json"
    file.write_bytes(encode_prior(done.prior))
    assert read_prior(file) == done.prior


def test_import_of_labels_and_of_turned_scales(tmp_path):
    path = csv(tmp_path, "site,score\na.example,High\nb.example,low\n")
    done = imported(path, labels={"high": 0.9, "low": 0.1})
    assert [(e.value, e.given) for e in done.prior.domains.values()] == [(0.9, "High"), (0.1, "low")]
    path = csv(tmp_path, "site,score\na.example,1\nb.example,5\n")
    assert [e.value for e in imported(path, worst=5, best=1).prior.domains.values()] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("site,rating\na.example,1\n", {}, "no column 'score'; it has 'site', 'rating'"),
        ("", {}, "no column 'site'; it has none"),
        ("site,score\na.example,high\n", {}, "line 2: 'high' is not a number"),
        ("site,score\na.example,7\n", {}, "line 2: the score 7 is not between"),
        ("site,score\na.example,nan\n", {}, "is not between"),
        ("site,score\na.example,odd\n", {"labels": {"high": 1.0}}, "line 2: the label 'odd' has no value"),
        ("site,score\n,\n", {}, "rates no domain"),
        ('site,score\n"a.example,1\n', {}, "is not CSV"),
        ("site,score\na.example,1\n", {"worst": 1.0}, "must be two different numbers"),
    ],
)
def test_bad_lists_are_named_in_one_sentence(tmp_path, text, more, says):
    with pytest.raises(AnnotateError) as raised:
        imported(csv(tmp_path, text), **more)
    assert says in str(raised.value)


def test_a_file_that_is_no_list(tmp_path):
    with pytest.raises(AnnotateError, match="annotate sources import"):
        read_prior(csv(tmp_path, "{}"))
    with pytest.raises(AnnotateError, match="Cannot read"):
        read_prior(tmp_path / "none.json")
