"""Words and sentences left in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

import msgspec

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label, Range
from annotate.documents.quotations import enclosing_quotation
from annotate.language import ENGLISH_WORDS, identify
from annotate.lexicon import lexicon

# Frequent function words of the languages of European news, none of them an English word of news.
_FOREIGN: Final = """
    der die das und ist nicht ein eine einen einem einer den dem des von mit für auf zu auch sich wird wurde haben hat
    werden oder aber nach bei über durch sind noch nur wie dass daß zum zur im am vom
    le la les et est une dans pour que qui sur pas au aux du sont avec ce cette ces nous vous leur été plus mais ou où
    el los las y del por con para una su sus está fue han pero más como lo se al es
    il lo gli della delle dei degli del che di per non sono nel nella alla anche più ha è un uno come
    os uma não com dos das seu sua foi são mais ao pelo pela e em no na um
    het een van niet op voor aan zijn er maar ook bij naar door uit heeft werd wordt deze dat te en
    och att det som på är av till inte ett med för har
    i nie na się jest w z że dla przez oraz ale czy jak po od
    a se je na že pro jako který která které není byl byla
    ve bir bu için ile olarak daha çok
    și este sunt din cu pentru care nu la mai
    on ja ei että oli hän ovat mutta myös kun
    és az egy nem hogy van volt meg csak
    yang dan di untuk dengan tidak ini itu dari pada akan
"""
_FOREIGN_WORDS: Final = frozenset(_FOREIGN.split())
_ENGLISH_TOO: Final = "a i an in on no me die am as at is was so per plus sole do to e y ha"
_MARKERS: Final = _FOREIGN_WORDS.difference(_ENGLISH_TOO.split())

# Greek, Cyrillic, Armenian, Hebrew, Arabic, Indic, Thai, Georgian, Hangul, kana and Han.
_LETTERS: Final = r"\u0370-\u1cff\u1f00-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WIDE: Final = r"\u3000-\u303f\uff00-\uffef"
_OTHER_SCRIPT: Final = re.compile(
    rf"[{_LETTERS}](?:[{_LETTERS}{_WIDE}]|[ ,.:;!?\-–—«»\"“”'()\d%](?=[^\n]))*(?<=[{_LETTERS}{_WIDE}])"
)
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_GLOSSED: Final = re.compile(
    r"[\"”’»)]*\s*(?:[,;]?\s*\(|[,;:–—-]|\b(?:or|meaning|means|which|in\s+English|is|was|as)\b|\btranslat)",
    re.IGNORECASE,
)
# A whole sentence is glossed by nothing less than a bracket or a word that says so.
_GLOSSED_SENTENCE: Final = re.compile(
    r"[\"”’»)]*[,;.]?\s*(?:\(|\b(?:meaning|which\s+means|in\s+English)\b|\btranslat)", re.IGNORECASE
)
_LONGEST_GLOSSED: Final = 7

_FEWEST_WORDS: Final = 6
"""A shorter sentence cannot be identified surely (language identification errs on one in ten of four words)."""
_FEWEST_IN_RUN: Final = 4
_ENGLISH_MOST: Final = 0.05
_FOREIGN_LEAST: Final = 0.15
_UNKNOWN_LEAST: Final = 0.5
_UNKNOWN_NEARLY_ALL: Final = 0.8
_FEWEST_SMALL: Final = 2
"""Words in small letters below which nothing can be said of their share."""
_RARE: Final = 10
"""Documents of the word list's counts below which a word is none that English readers know."""
_SURE: Final = 0.9
_LIKELY: Final = 0.5
_CJK_CHARACTERS: Final = 6
_SCRIPT_WORDS: Final = 3

# Read by hand: all 51 sentences that the rule finds in human_news (train) are in another language, and so are its runs,
# some of them proverbs; a quoted sentence is often meant to stand as it is.
_SENTENCE_SCORE: Final = 0.9
_QUOTED_SCORE: Final = 0.4
_RUN_SCORE: Final = 0.55
_SCRIPT_SCORE: Final = 0.8


class Untranslated(Detector, frozen=True, kw_only=True):
    """Finds whole sentences in another language, runs of foreign words, and words in another script.

    Names, titles, glossed phrases and words in brackets after what they stand for are left alone.
    """

    id: ClassVar[str] = "untranslated@1"
    labels: ClassVar[tuple[Label, ...]] = ("untranslated",)
    about: ClassVar[str] = "sentences and runs of words left in another language or script"

    def detect(self, document: Document) -> Iterable[Flag]:
        """Flag them; the evidence names the language and its probability, or the script's words counted."""
        flags = [*self._other_script(document), *_merged(document, self._sentences(document))]
        flags.sort(key=lambda f: (f.start, -f.end))
        last = -1
        for flag in flags:
            if flag.start >= last:
                yield flag
                last = flag.end

    def _other_script(self, document: Document) -> Iterator[Flag]:
        text = document.text
        if text.isascii():
            return
        for match in _OTHER_SCRIPT.finditer(text):
            start, end = match.span()
            words = match.group().split()
            if len(words) < _SCRIPT_WORDS and len(_UNSPACED.findall(match.group())) < _CJK_CHARACTERS:
                continue
            if _is_glossed(text, start, end):
                continue
            language, probability = identify(match.group())
            whole = _is_whole_line(text, start, end)
            yield self.flag(
                document,
                start,
                end,
                "untranslated",
                "major" if whole else "minor",
                _SENTENCE_SCORE if whole else _SCRIPT_SCORE,
                "other-script",
                language=language,
                probability=round(probability, 2),
            )

    def _sentences(self, document: Document) -> Iterator[Flag]:
        text = document.text
        words = document.layout.words
        first = 0
        for sentence in document.layout.sentences:
            while first < len(words) and words[first].start < sentence.start:
                first += 1
            last = first
            while last < len(words) and words[last].start < sentence.end:
                last += 1
            inside = words[first:last]
            first = last
            lower = [text[w.start : w.end].lower() for w in inside]
            markers = [i for i, word in enumerate(lower) if word in _MARKERS]
            english = sum(1 for word in lower if word in ENGLISH_WORDS)
            if len(markers) < 2:
                # Turkish, Finnish or Hungarian can do without function words; then nearly every word must be unknown.
                if english == 0 and len(lower) >= _FEWEST_WORDS and _unknown_share(text, inside) >= _UNKNOWN_NEARLY_ALL:
                    flag = self._whole(document, sentence, inside)
                    if flag is not None:
                        yield flag
                continue
            if (
                len(lower) >= _FEWEST_WORDS
                and english <= _ENGLISH_MOST * len(lower)
                and len(markers) >= _FOREIGN_LEAST * len(lower)
                and (flag := self._whole(document, sentence, inside)) is not None
            ):
                yield flag
            else:
                yield from self._runs(document, sentence, inside, lower, markers)

    def _whole(self, document: Document, sentence: Range, words: tuple[Range, ...]) -> Flag | None:
        text = document.text
        if _unknown_share(text, words) < _UNKNOWN_LEAST:
            return None
        language, probability = identify(sentence.of(text))
        if language == "en" or probability < _SURE:
            return None
        # A title in quotation marks with its year behind it is quoted, too: what counts is where the words are.
        spelt = [word for word in words if text[word.start].isalpha()]
        quoted = enclosing_quotation(document, spelt[0].start, spelt[-1].end) is not None
        return self.flag(
            document,
            sentence.start,
            sentence.end,
            "untranslated",
            "minor" if quoted else "major",
            _QUOTED_SCORE if quoted else _SENTENCE_SCORE,
            "foreign-sentence",
            language=language,
            probability=round(probability, 2),
        )

    def _runs(
        self, document: Document, sentence: Range, words: tuple[Range, ...], lower: list[str], markers: list[int]
    ) -> Iterator[Flag]:
        """Find runs of foreign words within an English sentence."""
        text = document.text
        foreign = [_looks_foreign(text[w.start : w.end], low) for w, low in zip(words, lower, strict=True)]
        reached = -1
        for marker in markers:
            if marker < reached:
                continue
            low, high = marker, marker + 1
            while low > 0 and low > reached and foreign[low - 1] and _joined(text, words[low - 1], words[low]):
                low -= 1
            while high < len(words) and foreign[high] and _joined(text, words[high - 1], words[high]):
                high += 1
            reached = high
            # Names at either end belong to the English sentence as well as to the run.
            while text[words[low].start].isupper() and low < marker:
                low += 1
            while text[words[high - 1].start].isupper() and high - 1 > marker:
                high -= 1
            small = [lower[i] for i in range(low, high) if text[words[i].start].islower()]
            known = len({word for word in small if word in _MARKERS})
            if high - low < _FEWEST_IN_RUN or 3 * len(small) < 2 * (high - low) or known < 2 or len(small) - known < 2:
                continue
            start, end = words[low].start, words[high - 1].end
            if _is_marked_off(document, start, end) or _is_glossed(text, start, end):
                continue
            language, probability = identify(text[start:end])
            if language == "en" or probability < _LIKELY:
                continue
            yield self.flag(
                document,
                start,
                end,
                "untranslated",
                "minor",
                _RUN_SCORE,
                "foreign-words",
                language=language,
                probability=round(probability, 2),
                sentence=[sentence.start, sentence.end],
            )


def _merged(document: Document, flags: Iterable[Flag]) -> Iterator[Flag]:
    """Join sentences that follow each other on one line in one language into one flag."""
    before: Flag | None = None
    for flag in flags:
        if before is not None:
            gap = document.text[before.end : flag.start]
            alike = (before.reason, before.severity, before.evidence["language"]) == (
                flag.reason,
                flag.severity,
                flag.evidence["language"],
            )
            if alike and flag.reason == "foreign-sentence" and not gap.strip() and "\n" not in gap:
                probability = min(before.evidence["probability"], flag.evidence["probability"])
                before = msgspec.structs.replace(
                    before,
                    end=flag.end,
                    text=document.text[before.start : flag.end],
                    evidence={**before.evidence, "probability": probability},
                )
                continue
            yield before
        before = flag
    if before is not None:
        yield before


def _looks_foreign(word: str, lower: str) -> bool:
    return lower in _MARKERS or word[0].isupper() or (word.isalpha() and lexicon().any_case(word) < _RARE)


def _unknown_share(text: str, words: tuple[Range, ...]) -> float:
    """Share of the words in small letters that English does not know."""
    small = [w for r in words if (w := text[r.start : r.end])[0].islower()]
    if len(small) < _FEWEST_SMALL:
        return 0.0
    return sum(1 for w in small if w in _MARKERS or lexicon().any_case(w) < _RARE) / len(small)


def _joined(text: str, before: Range, after: Range) -> bool:
    gap = text[before.end : after.start]
    return len(gap) <= 3 and not gap.strip(" ,'’") and "\n" not in gap


def _is_marked_off(document: Document, start: int, end: int) -> bool:
    """Whether a range stands in quotation marks or brackets, where a foreign phrase is meant to be one."""
    text = document.text
    if enclosing_quotation(document, start, end) is not None:
        return True
    before, after = text[max(0, start - 60) : start], text[end : end + 60]
    return before.rfind("(") > before.rfind(")") and ")" in after


def _is_glossed(text: str, start: int, end: int) -> bool:
    """Whether a translation follows, or the words stand in brackets after what they render."""
    before = text[max(0, start - 3) : start].rstrip(" \"“«‘'")
    if before.endswith(("(", "[")):
        return True
    rest = text[end : end + 40]
    long = text.count(" ", start, end) >= _LONGEST_GLOSSED
    return bool((_GLOSSED_SENTENCE if long else _GLOSSED).match(rest)) and "\n" not in rest[:2]


def _is_whole_line(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 200) : start], text[end : end + 200]
    line_before = before[before.rfind("\n") + 1 :]
    line_after = after.split("\n", 1)[0]
    return not any(c.isalpha() for c in line_before + line_after)
