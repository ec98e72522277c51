from __future__ import annotations

import pytest

from annotate.detectors.quoted_translation import QuotedTranslation
from annotate.documents import Document, Flag


def flags(text: str) -> list[Flag]:
    return list(QuotedTranslation().detect(Document(text)))


@pytest.mark.parametrize(
    ("text", "quoted", "reason", "score"),
    [
        (
            'According to a Google translation, the post read: "Nobody was hurt in the fire."',
            ['"Nobody was hurt in the fire."'],
            "machine-translated-quotation",
            0.95,
        ),
        (
            "Machine translated from Czech, the notice says: “The bridge stays shut until May.”",
            ["“The bridge stays shut until May.”"],
            "machine-translated-quotation",
            0.95,
        ),
        (
            "“The bridge stays shut until May,” the notice reads, translated with DeepL.",
            ["“The bridge stays shut until May,”"],
            "machine-translated-quotation",
            0.95,
        ),
        (
            "The union posted a notice (translated from Spanish): «All trains will stop at noon.»",
            ["«All trains will stop at noon.»"],
            "translated-quotation",
            0.9,
        ),
        (
            "‘We are ready to talk,’ the mayor said through an interpreter, ‘but not today at all.’",
            ["‘We are ready to talk,’", "‘but not today at all.’"],
            "translated-quotation",
            0.9,
        ),
        (
            'The union wrote in German on its website: "The strike goes on until Friday."',
            ['"The strike goes on until Friday."'],
            "translated-quotation",
            0.6,
        ),
        (
            'The word roughly translates to "joy of others" in English.',
            ['"joy of others"'],
            "translated-quotation",
            0.7,
        ),
        (
            "The notice, translated by the BBC, said:\n“The bridge stays shut until May.”",
            ["“The bridge stays shut until May.”"],
            "translated-quotation",
            0.765,
        ),
    ],
)
def test_quotations_tied_to_a_cue(text: str, quoted: list[str], reason: str, score: float) -> None:
    got = flags(text)
    assert [text[f.start : f.end] for f in got] == quoted
    for flag in got:
        assert flag.severity == "neutral"
        assert flag.label == "quoted-translation"
        assert (flag.reason, flag.score) == (reason, score)
        assert text[flag.evidence["cue_start"] : flag.evidence["cue_end"]] == flag.evidence["cue"]


def test_evidence_names_language_and_tool() -> None:
    (flag,) = flags('The post, translated from Korean by Google Translate, said: "Nobody was hurt in the fire."')
    assert flag.evidence["source_language"] == "Korean"
    assert flag.evidence["tool"] == "Google Translate"


def test_later_quotations_of_the_same_statement_score_lower() -> None:
    text = (
        'The ministry issued a statement. Translated from Polish, it reads: "The border stays closed this week." '
        'The ministry also says: "Lorries may still pass at night." '
        'A driver disagreed: "Nothing has passed here for days."'
    )
    got = flags(text)
    assert [f.text for f in got] == ['"The border stays closed this week."', '"Lorries may still pass at night."']
    assert got[0].score > got[1].score


@pytest.mark.parametrize(
    "text",
    [
        'He hopes the win will translate into votes. "We need every vote we can get," he said.',
        'The novel, translated from Polish by a friend, is called "Flights".',
        'She studied French in Lyon. "We were so happy there as children," she said.',
        '"It was lost in translation and nobody cared," he said.',
        '"I had the letter translated from Polish by a friend last year," she said.',
        'The plan was published in English. "It will not work for anybody," she said.',
        'The poet read "The Last Train to Riga" (a translation of "Pedejais vilciens").',
        "The statement was translated from Polish by the ministry, but nobody quoted it.",
        'The firm used machine translation to adapt its app, and said: "We are very proud of this work."',
        'The novel was translated from Spanish by Ann Lee. "It is a fine book," said the critic.',
        'Sales in Germany rose. "This is a very good result for us," the head of the firm said.',
        "",
    ],
)
def test_other_quotations_are_left_alone(text: str) -> None:
    assert flags(text) == []


def test_a_long_line_with_many_cues_costs_linear_time() -> None:
    text = '"We are ready to talk now," he said through an interpreter. ' * 4_000
    assert len(flags(text)) == 4_000
