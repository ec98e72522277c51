from __future__ import annotations

import random
import textwrap
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.documents import Document, Range
from annotate.models.line_rules import RULES, first_hit, link_share, reworded_call
from annotate.models.lines import (
    CONTEXT,
    OPENING,
    SHAPE,
    find_furniture,
    furniture_ranges,
    in_context,
    judge_lines,
    load_lines,
    look_at,
    openings,
)
from annotate.training.lines import train

PARAGRAPHS = [
    "The council voted on Tuesday to close two of the city's five pools, saying repairs would cost too much.",
    "Residents who packed the gallery shouted as the result was read out, and several were asked to leave.",
    "The mayor, who had argued for a third year of delay, told reporters she would look for private money.",
    "A spokesman for the club said its 400 members would have to travel to the next town to train in the winter.",
    "The pools were built in the 1960s and have not been renovated since a fire damaged a roof in 1988.",
]


def reason(text: str) -> str | None:
    hit = first_hit(text, 0, len(text), lambda rule: True)
    return hit.rule.reason if hit else None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("READ MORE: Five things to know about the budget", "read-also"),
        ("See also: What the vote means for swimmers", "read-also"),
        ("Related articles", "read-also"),
        ("You may also like", "read-also"),
        ("Most popular", "read-also"),
        ("(Photo: Jane Example)", "image-credit"),
        ("Photo by Jane Example/Getty Images", "image-credit"),
        ("Picture: Reuters", "image-credit"),
        ("Ann Other/AFP", "image-credit"),
        ("FILE - The old pool in an undated picture.", "caption"),
        ("Image caption The pool before the fire", "caption"),
        ("By Jane Example and John Sample", "byline"),
        ("Published 3 May 2019 10:41", "byline"),
        ("Reporting by Jane Example; editing by John Sample", "byline"),
        ("Associated Press writer Jane Example contributed to this report.", "byline"),
        ("Last updated 6 hours ago", "byline"),
        ("About the author", "about-author"),
        ("Copyright © 2019 Example Media. All rights reserved.", "copyright"),
        ("We use cookies to improve your experience on this site.", "cookie-notice"),
        ("Leave a comment", "comments"),
        ("Let us know what you think in the comments below.", "comments"),
        ("Share this article on Facebook", "share-tools"),
        ("Tweet | Share | Email", "share-tools"),
        ("Home | News | Sport | Weather", "navigation"),
        ("Advertisement", "advertisement"),
        ("Story continues below advertisement", "story-continues"),
        ("Filed under: pools, council", "tags"),
        ("This article was originally published in The Example.", "syndication"),
        ("Follow us on Twitter", "social-follow"),
        ("Like us on Facebook and join the conversation", "social-follow"),
        ("Sign up for our daily newsletter", "newsletter"),
        ("Get the day's top stories delivered to your inbox", "newsletter"),
        ("Subscribe now", "newsletter"),
        ("Already a subscriber? Log in", "subscription"),
        ("Download our free app for live results", "promotion"),
        ("Use code SWIM20 at the checkout", "promotion"),
        ("We may earn a commission if you buy through our links.", "promotion"),
    ],
)
def test_rules_know_furniture(line: str, expected: str) -> None:
    assert reason(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        *PARAGRAPHS,
        "What happens next",
        "Life after the fire",
        "A second chance for swimmers",
        "“We follow the rules,” she said.",
        "Police follow a trail of clues across three states",
        "Share prices fell for a third day on Monday.",
        "He read more than a hundred letters before answering.",
        "Photography changed the way wars were reported.",
        "Video games are blamed for many things.",
        "Buying a house now costs ten times the average wage.",
        "Q: How long did the repairs take?",
        "LONDON (Reuters) - The pound fell on Monday.",
        "“No,” he said.",
        "- three eggs, beaten",
        "Yes.",
        "X",
        "Legal challenges and delays",
        "Category three storms are rare so far south.",
        "Topics for the exam were announced late.",
        "Also in attendance was the former mayor.",
        "By Monday the water had gone.",
        "Subscribers to the plan pay less in the first year, the company said.",
        "Home sales fell by 3 per cent.",
        "More than 400 people signed up for the race.",
        "For all the noise, however, the vote was never close.",
    ],
)
def test_rules_leave_articles_alone(line: str) -> None:
    assert reason(line) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "You are welcome to follow our reporter on the social network, where she has a page.",
        "There exists an account on Facebook at which you are able to like our content.",
        "We invite you to subscribe to us through the channels of social networks:",
        "It is possible for you to join our group on Telegram.",
    ],
)
def test_reworded_calls(sentence: str) -> None:
    score, words = reworded_call(sentence)
    assert score >= 0.75
    assert len(words) >= 3
    assert all(word in sentence.lower() for word in words)


@pytest.mark.parametrize(
    "sentence",
    [
        "The president urged his supporters to follow him on Twitter.",
        "“You should follow us on Facebook,” the group said.",
        "She told her followers on Instagram that you cannot please everybody.",
        "Facebook said it would add a button to your page next year, according to two people who were shown the plan.",
        "You can follow the road to the lake.",
        "A senator in the US joins calls to break up firms like Facebook.",
        "The company sends your data to Facebook.",
    ],
)
def test_no_reworded_call(sentence: str) -> None:
    assert reworded_call(sentence)[0] < 0.75


def test_rules_have_distinct_patterns_and_priors() -> None:
    assert len({(rule.label, rule.pattern.pattern) for rule in RULES}) == len(RULES)
    assert all(0.5 <= rule.prior < 1 for rule in RULES)


def test_hit_offsets_leave_bullets_out() -> None:
    text = "xx\n • Read more: The pool, explained"
    hit = first_hit(text, 4, len(text), lambda rule: True)
    assert hit is not None
    assert text[hit.start : hit.end] == "Read more:"


def test_links_are_counted_from_three() -> None:
    assert link_share("see https://example.org/a") == (0, 0.0)
    count, share = link_share("http://a.example.com http://b.example.com http://c.example.com")
    assert count == 3
    assert share > 0.9


def test_matrices_have_a_column_per_name() -> None:
    text = "\n".join(PARAGRAPHS)
    ranges = Document(text).layout.lines
    lines = look_at(text, ranges)
    model, step2 = load_lines()
    judged = judge_lines(text, ranges, model, step2)
    assert lines.shape.shape == (5, len(SHAPE))
    assert in_context(lines, judged.own[:, None].repeat(2, axis=1)).shape == (5, len(SHAPE) + len(CONTEXT))
    assert (judged.furniture >= 0).all()
    assert (judged.furniture <= 1).all()
    assert (judged.furniture < 0.5).all()


def test_openings_never_pass_the_line() -> None:
    assert openings([Range(3, 10), Range(11, 11 + 5 * OPENING)]) == [Range(3, 10), Range(11, 11 + OPENING)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n", "\u2028"])
def test_ranges_slice_whole_lines_whatever_the_line_ends(ending: str) -> None:
    lines = [*PARAGRAPHS[:3], "READ MORE: Who pays for the pools 🏊", *PARAGRAPHS[3:], "Follow us on Twitter 🐦"]
    text = ending.join(lines)
    assert [text[a:b] for a, b in furniture_ranges(Document(text))] == [lines[3], lines[6]]


def test_text_wrapped_by_hand_is_judged_by_paragraph() -> None:
    wrapped = "\n\n".join(textwrap.fill(paragraph, 60) for paragraph in PARAGRAPHS * 2)
    assert Document(wrapped).layout.hard_wrapped
    assert furniture_ranges(Document(wrapped)) == []
    text = wrapped + "\n\nFollow us on Twitter"
    assert [text[a:b] for a, b in furniture_ranges(Document(text))] == ["Follow us on Twitter"]


def test_ranges_are_sorted_and_disjoint() -> None:
    text = "\n".join(
        ["By Jane Example", *PARAGRAPHS, "Advertisement", "Follow us on Twitter", "Copyright 2020 Example"]
    )
    found = furniture_ranges(Document(text, furniture=((0, 15), (5, 15))))
    assert found == sorted(found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))


def test_computed_once() -> None:
    document = Document("\n".join(PARAGRAPHS))
    assert find_furniture(document) is find_furniture(document)


def test_one_long_line_costs_linear_time() -> None:
    assert furniture_ranges(Document("word ( [ / " * 200_000)) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_ranges_inside_it(text: str) -> None:
    for start, end in furniture_ranges(Document(text)):
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]


def write_data(folder: Path) -> None:
    """Pages and news of made-up words: furniture is short and says certain words, content is long."""
    generator = random.Random(5)
    words = ["pool", "council", "vote", "winter", "repair", "member", "roof", "fire", "town", "money"]
    for part in ("train", "dev"):
        rows = []
        for d in range(24):
            for i in range(12):
                label = "boilerplate" if i % 4 == 3 or i >= 10 else "content"
                content = "The " + " ".join(generator.choices(words, k=18)) + "."
                furniture = generator.choice(
                    ["Sidebar widget", "Gadget panel here", "Follow us on Twitter", "Widget box"]
                )
                rows.append(
                    {
                        "doc_id": f"{part}{d}",
                        "source_repo": "made",
                        "line_no": i,
                        "text": content if label == "content" else furniture,
                        "label": label,
                        "kind": None if label == "content" else "other",
                        "zone": "after" if i >= 10 else "inside",
                        "dist": float(max(0, i - 9)),
                    }
                )
        news = [
            {
                "id": f"{part}n{d}",
                "testset": "made",
                "domain": "news",
                "lines": ["The " + " ".join(generator.choices(words, k=20)) + "." for _ in range(6)],
            }
            for d in range(12)
        ]
        (folder / part).mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), folder / part / "boilerplate_lines.parquet")
        pq.write_table(pa.Table.from_pylist(news), folder / part / "human_news.parquet")


def config(folder: Path) -> dict[str, object]:
    return {
        "data": str(folder),
        "report": str(folder / "report" / "lines.json"),
        "after": 12,
        "news_documents": 6,
        "choose_documents": 6,
        "news_weight": 0.5,
        "far_weight": 0.05,
        "families": [{"kind": "words", "low": 1, "high": 2, "bits": 10}],
        "c": 1.0,
        "c_context": 1.0,
        "news_flags_per_1000_words": 0.05,
        "bootstrap": 20,
        "seed": 1,
    }


def test_training_end_to_end_is_repeatable(tmp_path: Path) -> None:
    write_data(tmp_path / "data")
    settings_ = config(tmp_path / "data")
    figures = train(settings_, tmp_path / "a")
    train(settings_, tmp_path / "b")
    assert (tmp_path / "a" / "lines.npz").read_bytes() == (tmp_path / "b" / "lines.npz").read_bytes()
    assert figures["lines"]["model at max F1"]["f1"] > 0.95
    assert (tmp_path / "data" / "report" / "lines.json").is_file()
    model, step2 = load_lines(tmp_path / "a")
    text = "The roof fire money town council vote winter repair member pool roof fire.\nGadget panel here"
    judged = judge_lines(text, Document(text).layout.lines, model, step2)
    assert judged.furniture[0] < 0.5 < judged.furniture[1]
