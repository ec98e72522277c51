from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.config import LanguageConfig
from annotate.documents import Document
from annotate.language import english_share, identify, is_english

ENGLISH = (
    "The council said on Tuesday that the bridge would stay closed while engineers looked at the damage, and that "
    "buses would take a longer way round until the end of the month."
)
FOREIGN = {
    "de": "Der Stadtrat teilte am Dienstag mit, dass die Brücke gesperrt bleibt, bis die Schäden begutachtet sind.",
    "fr": "Le conseil municipal a annoncé mardi que le pont resterait fermé pendant qu'on examine les dégâts.",
    "es": "El ayuntamiento anunció el martes que el puente seguirá cerrado mientras los ingenieros revisan los daños.",
    "nl": "De gemeente liet dinsdag weten dat de brug dicht blijft omdat de schade nog wordt onderzocht.",
    "ru": "Городской совет сообщил во вторник, что мост останется закрытым, пока инженеры осматривают повреждения.",
    "zh": "市议会周二表示，在工程师检查损坏情况期间，这座桥将继续关闭，公共汽车将绕行。",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_named_and_not_scored(language: str) -> None:
    english, found, probability = is_english(Document(FOREIGN[language]), LanguageConfig())
    assert (english, found) == (False, language)
    assert probability >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        ENGLISH.upper(),
        f"{ENGLISH}\n\n„{FOREIGN['de']}“",
        ENGLISH
        + " Present were Agnieszka Kwiatkowska, Grzegorz Brzęczyszczykiewicz, François Lefèvre and Jürgen Groß.",
        "Budget talks resume Friday. Ministers doubt quick deal. Markets nervous.",
        "Brücke gesperrt.",
        "",
    ],
    ids=["plain", "capitals", "foreign-quotation", "foreign-names", "headlines", "too-short", "empty"],
)
def test_english_and_short_texts_are_scored(text: str) -> None:
    assert is_english(Document(text), LanguageConfig())[0]


def test_minimum_words_and_probability_are_options() -> None:
    short = Document("Die Brücke bleibt gesperrt.")
    assert is_english(short, LanguageConfig(minimum_words=8)) == (True, None, 0.0)
    assert not is_english(short, LanguageConfig(minimum_words=3, probability=0.5))[0]


def test_long_text_is_sampled_over_its_whole_length() -> None:
    text = "1 " * 30_000 + FOREIGN["ru"] * 4_000
    assert identify(text)[0] == "ru"


def test_plain_english_does_not_load_the_model() -> None:
    code = (
        "import sys; from annotate.language import is_english; from annotate.config import LanguageConfig;"
        "from annotate.documents import Document;"
        f"assert is_english(Document({ENGLISH!r}), LanguageConfig())[0]; sys.exit('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.lists(st.sampled_from(["the", "der", "of", "kot"])))
def test_english_share_is_a_share(words: list[str]) -> None:
    assert english_share(words) == (words.count("the") / len(words) if words else 0.0)
