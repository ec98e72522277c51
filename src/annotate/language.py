"""Which language a text is in, and whether a document is English enough to be scored."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from annotate.config import LanguageConfig
from annotate.documents import Document

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_ENGLISH: Final = """
    the and that with which this from have were been their they would there about than could should these those
    through because after before between while being where when what who whose its it's his her she how our your you
    by for has are not but more most other some such only into out up both each few did does
    doesn't didn't isn't wasn't won't can't don't said says if them him us it to
"""
ENGLISH_WORDS: Final = frozenset(_ENGLISH.split())
"""Frequent English words that are rare in running text of other languages ("in", "was", "is", "on" are not)."""

_ENGLISH_SHARE: Final = 0.08
"""Share of ENGLISH_WORDS from which a text counts as English without identification. The lowest of 8,673 human news
texts has about 0.1, half of them over 0.25; texts in another language stay under 0.03, quoted titles included."""

_SAMPLE: Final = 20_000
"""Characters looked at in a longer text: ten windows at even distances. More do not change the answer."""
_WINDOWS: Final = 10

# Latin, Esperanto, regional and historical languages attract short or noisy English lines and hardly occur in news.
_LANGUAGES: Final = """
    af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi
    fr ga gl gu he hi hr hu hy id is it ja ka kk km kn ko ky
    lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt ro ru si sk sl sq sr sv sw ta te tg th tl tr uk ur uz vi zh
"""


@cache
def _identifier() -> LanguageIdentifier:
    # Imported and loaded only where a text is not plainly English: it takes over half a second.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES.split())
    return identifier


def identify(text: str) -> tuple[str, float]:
    """Name the language of a text (py3langid, restricted to 75 languages of news).

    Args:
        text: any text; of more than 20,000 characters ten windows are looked at.

    Returns:
        ISO 639-1 code and its probability in [0, 1].
    """
    language, probability = _identifier().classify(_sample(text))
    return str(language), float(probability)


def english_share(words: list[str]) -> float:
    """Share of lower-case ``words`` that are frequent in English and in no other language; 0 for none."""
    return sum(1 for word in words if word in ENGLISH_WORDS) / len(words) if words else 0.0


def is_english(document: Document, config: LanguageConfig) -> tuple[bool, str | None, float]:
    """Judge whether a document is English enough to be scored.

    A document that is English with many foreign names or quotations is English: eight English
    function words in a hundred are enough. A text of fewer than ``config.minimum_words`` words is not judged and counts
    as English.

    Returns:
        whether to score it, the language where it was judged, and the probability of that language.
    """
    words = document.layout.words
    text = document.text
    letters_elsewhere = _share_of_other_scripts(text)
    # Chinese, Japanese and Thai write no spaces: a "word" there is a whole clause, so letters are counted.
    enough = len(words) >= config.minimum_words or letters_elsewhere * len(text) >= 3 * config.minimum_words
    if not enough:
        return True, None, 0.0
    chosen = words if len(words) <= 4000 else words[:: len(words) // 2000]
    share = english_share([text[w.start : w.end].lower().replace("’", "'") for w in chosen])
    if share >= _ENGLISH_SHARE and letters_elsewhere < 0.5:
        return True, "en", 1.0
    language, probability = identify(text)
    return language == "en" or probability < config.probability, language, round(probability, 4)


def _sample(text: str) -> str:
    if len(text) <= _SAMPLE:
        return text
    width = _SAMPLE // _WINDOWS
    step = (len(text) - width) // (_WINDOWS - 1)
    return "\n".join(text[i * step : i * step + width] for i in range(_WINDOWS))


def _share_of_other_scripts(text: str) -> float:
    """Share of the (sampled) characters that are letters beyond the Latin blocks."""
    if text.isascii():
        return 0.0
    sample = _sample(text)
    return sum(1 for c in sample if c > "\u036f" and c.isalpha() and not "\u1e00" <= c <= "\u1eff") / len(sample)
