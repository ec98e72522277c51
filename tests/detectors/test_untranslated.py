from __future__ import annotations

import pytest

from annotate.detectors.untranslated import Untranslated
from annotate.documents import Document, Flag


def flags(text: str) -> list[Flag]:
    return list(Untranslated().detect(Document(text)))


GERMAN = "Der Bürgermeister sagte am Freitag, dass die Brücke nicht vor dem Winter fertig wird."
TURKISH = "Belediye başkanı köprünün gelecek yıla kadar açılmayacağını söyledi."
FRENCH = "Le maire a déclaré vendredi que le pont ne serait pas terminé avant cet hiver."


@pytest.mark.parametrize(
    ("text", "found", "severity", "reason", "language"),
    [
        (f"The mayor spoke on Friday. {GERMAN} He left early.", GERMAN, "major", "foreign-sentence", "de"),
        (f"The mayor spoke on Friday. {TURKISH} He left early.", TURKISH, "major", "foreign-sentence", "tr"),
        (f"The mayor spoke on Friday.\n{FRENCH}\nHe left early.", FRENCH, "major", "foreign-sentence", "fr"),
        (
            f"The mayor spoke. {GERMAN} {GERMAN} He left early.",
            f"{GERMAN} {GERMAN}",
            "major",
            "foreign-sentence",
            "de",
        ),
        (f"The mayor spoke.\n“{GERMAN}”\nHe left.", f"“{GERMAN}”", "minor", "foreign-sentence", "de"),
        (
            "He said that la situación en el país es muy complicada para todos and left.",
            "la situación en el país es muy complicada para todos",
            "minor",
            "foreign-words",
            "es",
        ),
        (
            "The agency wrote that весь экипаж находится в безопасности and nothing else.",
            "весь экипаж находится в безопасности",
            "minor",
            "other-script",
            "ru",
        ),
        (
            "Then весь экипаж уже много дней находится там в полной безопасности, she wrote to us.",
            "весь экипаж уже много дней находится там в полной безопасности",
            "minor",
            "other-script",
            "ru",
        ),
        (
            "The agency said so.\n国家航天局表示航天员状态良好\nNothing else.",
            "国家航天局表示航天员状态良好",
            "major",
            "other-script",
            "zh",
        ),
    ],
    ids=[
        "german",
        "turkish",
        "french-line",
        "joined",
        "quoted",
        "run",
        "cyrillic",
        "cyrillic-sentence",
        "chinese-line",
    ],
)
def test_left_in_another_language(text: str, found: str, severity: str, reason: str, language: str) -> None:
    (flag,) = flags(text)
    assert text[flag.start : flag.end] == found
    assert (flag.label, flag.severity, flag.reason) == ("untranslated", severity, reason)
    assert flag.evidence["language"] == language


@pytest.mark.parametrize(
    "text",
    [
        "The Bundesamt für Verfassungsschutz and the Rue de la Paix are names of this kind.",
        "Doctors of Médecins Sans Frontières met the Partido de la Revolución Democrática in Mexico.",
        "It was a coup de grâce, a fait accompli, par excellence and vis-à-vis the rest.",
        "The ad hoc panel met per capita, et al., and agreed pro tempore on a modus vivendi.",
        'The band sang "Non, je ne regrette rien" (No, I regret nothing) at the show.',
        "The agency (Роскосмос, государственная корпорация по космосу) said so.",
        "She wrote: весь экипаж уже много дней находится там в полной безопасности (the crew is safe).",
        "They were kissing, et cetera, et cetera, all night long.",
        "The word перестройка means rebuilding.",
        "The α and β variants spread, the γ variant did not.",
        "Nguyễn Thị Minh Khai and Trần Đại Quang met in Hà Nội with Lê Đức Thọ.",
        "Manchester United, Real Madrid, Paris Saint-Germain, Bayern Munich, Ajax, Porto.",
        "",
    ],
)
def test_names_loanwords_and_glossed_words_are_left_alone(text: str) -> None:
    assert flags(text) == []


def test_a_long_line_of_another_script_is_one_flag() -> None:
    text = "слово " * 20_000 + "end"
    (flag,) = flags(text)
    assert (flag.start, flag.end) == (0, 6 * 20_000 - 1)
