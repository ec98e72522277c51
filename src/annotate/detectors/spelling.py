"""Words run together and words misspelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Final

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label
from annotate.lexicon import (
    Lexicon,
    derivable,
    is_compound,
    is_technical,
    is_variant,
    lexicon,
    neighbours,
)
from annotate.lexicon.lexicon import word_tuple
from annotate.lexicon.misspellings import MISSPELLINGS

# A whole blank- or punctuation-delimited token, with the hyphens and digits of a designation ("F-16").
_TOKEN: Final = re.compile(r"(?<![\w'’\-])[^\W_]+(?:[\-‐‑][^\W_]+)*")
_PLAIN: Final = re.compile(
    r"(?<![\w'’\-‐‑.@#/\\&*\u00ad\u200b])[a-z]{4,40}(?![\w\-‐‑@/\\*\u00ad\u200b]|['’][a-z]|(?<=in)['’]|\.[a-z])"
)
_CAMEL: Final = re.compile(r"([a-z]+)([A-Z][A-Za-z]*)((?:\d[\w\-‐‑]*|[\-‐‑][\w\-‐‑]+)?)")
_UPPER_CAMEL: Final = re.compile(r"([A-Z][a-z]+)([A-Z][A-Za-z]*)((?:[\-‐‑]\d[\w\-‐‑]*)?)")
_ACRONYM_THEN_WORD: Final = re.compile(r"([A-Z]{3,}(?:-\d+)?)([a-z]{2,})")
_WORD_NUMBER: Final = re.compile(r"([A-Za-z]+?)(\d{1,2}|\d{4})")
_NUMBER_WORD: Final = re.compile(r"(\d{1,4})([a-z]{2,})")
_MISSING_SPACE: Final = re.compile(
    r"(?<![\w'’.\-])([A-Za-z][a-z]+)([.!?]|[.!?]?[\"”])([A-Z][a-z]*)((?:['’-][a-z]+)*)(?![\w.\-]|['’]\w)"
)

_FUNCTION: Final = frozenset(
    word_tuple(
        "the of and to in for on with that by from at as is was are were be been has have had will would could should "
        "can may might but or not this these those his her their its our your my he she it they we you who which when "
        "where while than then there into over under after before about between during since until through against "
        "because although if so also an said says told a"
    )
)
_DETERMINING: Final = frozenset(
    word_tuple(
        "the that and this with from have was were will would which their they his she he would could should said"
    )
)
"""Words that no English word is made with at its end, and hardly any at its beginning."""
_NO_PREFIX: Final = frozenset(
    word_tuple("the of and that this from which their they was were would could should said have")
)
_OPENING: Final = frozenset(word_tuple("the this that from in of and as by"))
"""Capitalised before another capital ("TheWashington"); names are made with others ("ForAmerica")."""
_BRANDING: Final = frozenset(word_tuple("my your our we you it i on in up all go be so"))
"""Names are made with these ("myTouch"), where the others before a capital are damage."""
_WORDS_ALIKE: Final = frozenset(
    word_tuple(
        "seethe loathe lathe swathe scathe tithe writhe therewith herewith forthwith wherewith thisclose thereof "
        "therefrom hehe freewill washer theism theist theists"
    )
)
"""Words, rare in news, that look like two."""
_DATES: Final = frozenset(
    word_tuple("january february march april june july august september october november december")
)
_BEFORE_NUMBER: Final = (
    frozenset(
        word_tuple("the of and in for with that by from as is was were about than over under after before since until")
    )
    | _DATES
)
_AFTER_NUMBER: Final = frozenset(
    word_tuple("and the of to for was were with from people years year months days hours percent million billion")
)

# Shares of the hits that were damage, read by hand in human_news (benchmarks/false_positives.py): of the misspelt words
# of the development part 40 of 50, the rest rare words; of the others nearly all.
_SCORE: Final = {
    "run-together": 0.9,
    "run-together-number": 0.8,
    "missing-space": 0.9,
    "common-misspelling": 0.93,
    "misspelling": 0.8,
}


class Spelling(Detector, frozen=True):
    """Flags tokens made of two words, and lower-case words that are one edit away from a common one."""

    id: ClassVar[str] = "spelling@1"
    labels: ClassVar[tuple[Label, ...]] = ("spelling",)
    about: ClassVar[str] = "Words run together or one edit from a common word, by a word list with document counts."

    common: int = 100
    """Documents of the word list in which the word meant must occur (of about 20,000)."""
    unknown_share: float = 0.06
    """Share of a document's lower-case words that may be unknown before it is taken for jargon or another language."""

    def resources(self) -> dict[str, str]:
        """Digest of the word list."""
        return {"lexicon": lexicon().digest}

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give the flags of a document, in the order of their start."""
        flags = [*self._run_together(document), *self._missing_space(document), *self._misspelt(document)]
        flags.sort(key=lambda flag: (flag.start, -flag.end))
        kept: list[Flag] = []
        for flag in flags:
            if not kept or flag.start >= kept[-1].end:
                kept.append(flag)
        return kept

    def _run_together(self, document: Document) -> Iterator[Flag]:
        text, words = document.text, lexicon()
        names = Counter(_CAPITALISED.findall(text))
        # Only tokens that change case or kind of character inside are looked at closely, and unknown capitalised ones.
        for match in _MIXED.finditer(text):
            token_match = _TOKEN.match(text, match.start())
            if token_match is None:
                continue
            parts = _split_mixed(token_match.group(), words, names)
            if parts is not None:
                number = parts[0].isdigit() or parts[-1].isdigit()
                yield from self._flag(
                    document, token_match.span(), "run-together-number" if number else "run-together", " ".join(parts)
                )
        for match in _CAPITALISED.finditer(text):
            parts = _split_capitalised(match.group(), words, names)
            if parts is not None:
                yield from self._flag(document, match.span(), "run-together", " ".join(parts))

    def _missing_space(self, document: Document) -> Iterator[Flag]:
        text, words = document.text, lexicon()
        names: set[str] | None = None
        for match in _MISSING_SPACE.finditer(text):
            left, stop, right, rest = match.groups()
            if len(left) < 3 or words.any_case(left) < _KNOWN or right == "A":
                continue  # "Grew.A" names a variant
            if words.any_case(right) < _KNOWN:
                names = set(_CAPITALISED.findall(text)) if names is None else names
                if right not in names and (words.any_case(left) < 5 * _KNOWN or len(right) < 5):
                    continue
            yield from self._flag(document, match.span(), "missing-space", f"{left}{stop} {right}{rest}")
        for match in _MISSING_SPACE_COMMA.finditer(text):
            left, right = match.groups()
            if (
                words.any_case(left) >= _KNOWN
                and words.count(right) >= _KNOWN
                and (left in _FUNCTION or right in _FUNCTION)
            ):
                yield from self._flag(document, match.span(), "missing-space", f"{left}, {right}")

    def _misspelt(self, document: Document) -> Iterator[Flag]:
        text, words = document.text, lexicon()
        total = 0
        unknown: list[tuple[int, int, str]] = []
        for match in _PLAIN.finditer(text):
            total += 1
            word = match.group()
            if word in MISSPELLINGS:
                yield from self._flag(
                    document, match.span(), "common-misspelling", MISSPELLINGS[word].replace("_", " ")
                )
                continue
            if words.count(word) > _RARE_PAIR:
                continue  # nearly every word ends here
            seen = words.any_case(word)
            if seen > _RARE_PAIR:
                continue
            split = _split_plain(word, words)
            pair = split is not None and split[0] in _FUNCTION and split[1] in _FUNCTION
            if split is not None and (seen <= _RARE or pair) and not self._slip(word, split, words):
                yield from self._flag(document, match.span(), "run-together", " ".join(split))
            elif not seen:
                unknown.append((match.start(), match.end(), word))
        # Unknown words side by side are another language, or verse, or a list of terms.
        alone = [
            here
            for before, here, after in zip([None, *unknown], unknown, [*unknown[1:], None], strict=False)
            if (before is None or here[0] - before[0] >= _NEAR) and (after is None or after[0] - here[0] >= _NEAR)
        ]
        jargon = len(alone) > max(5, self.unknown_share * total)
        repeated = Counter(word for _, _, word in unknown)
        for start, end, word in alone:
            if jargon or repeated[word] > 2:
                continue
            meant = self._meant(word, repeated[word], words)
            if meant is not None:
                term, n, edit = meant
                yield from self._flag(document, (start, end), "misspelling", term, documents=n, edit=edit)

    def _slip(self, word: str, split: tuple[str, str], words: Lexicon) -> bool:
        """Whether a word with a short part ("re" + "from") is sooner one common word misspelt."""
        short = len(word) > _SHORT_SLIP and min(map(len, split)) <= 3
        return short and self._meant(word, 1, words, _VERY_COMMON) is not None

    def _meant(self, word: str, times: int, words: Lexicon, minimum: int = 0) -> tuple[str, int, str] | None:
        """Give the common word that an unknown one was meant to be, with its documents and the edit."""
        made = derivable(word, words) or is_compound(word, words)
        for term, n, edit in neighbours(word, words, max(minimum, self.common)):
            slip = edit in ("swapped", "doubled")  # the hand's or the memory's, hardly ever another word
            very_common = n >= _VERY_COMMON
            if (
                _is_form(word, term)
                or (times > 1 and not very_common)  # a writer's own term, or a name
                or (edit == "changed" and not very_common)  # "stowage" is no storage, "chancel" no channel
                or (made and not (slip and very_common and len(word) > _SHORT_SLIP))
                or len(word) < _shortest(edit, very_common)
            ):
                continue
            return term, n, edit
        return None

    def _flag(
        self, document: Document, span: tuple[int, int], reason: str, suggestion: str, **evidence: Any
    ) -> Iterator[Flag]:
        if not is_technical(document.text, *span):
            yield self.flag(
                document, *span, "spelling", "minor", _SCORE[reason], reason, suggestion=suggestion, **evidence
            )


_MIXED: Final = re.compile(
    r"(?<![\w'’\-@#/.])(?:[a-z]+[A-Z]|[A-Z][a-z]+[A-Z]|[A-Z]{3,}(?:-\d+)?[a-z]{2}|[A-Za-z]+\d|\d{1,4}[a-z]{2})"
)
_CAPITALISED: Final = re.compile(r"(?<![\w'’\-‐‑.@#/])[A-Z][a-z]{3,30}(?![\w\-‐‑@/])")
_MISSING_SPACE_COMMA: Final = re.compile(r"(?<![\w'’.\-,])([a-z]{3,}),([a-z]{2,})(?![\w.\-,]|['’]\w)")
_KNOWN: Final = 20
"""Documents in which both words around a missing space must occur."""
_VERY_COMMON: Final = 500
"""Documents of a word that is more likely misspelt than another one is right."""
_SHORT_SLIP: Final = 5
_NEAR: Final = 25
"""Characters between the starts of two words that are near each other."""
_RARE: Final = 8
_RARE_PAIR: Final = 40
"""Documents up to which a listed word may still be two run together, and two function words: texts set from PDF files
hold "thefield" (3) and "ofthe" (31), and no other word so rare is made of two function words but "washer"."""


def _shortest(edit: str, very_common: bool) -> int:
    """Give the letters from which an edit counts: shorter words ("satay") lie beside common ones by chance."""
    if edit in ("swapped", "doubled"):
        return _SHORT_SLIP if very_common else 7
    return 6 if very_common and edit != "changed" else 7


def _is_form(word: str, meant: str) -> bool:
    """Whether the two differ as forms of one word, or as standards of spelling do."""
    if is_variant(word, meant):
        return True
    longer, shorter = (word, meant) if len(word) > len(meant) else (meant, word)
    return longer.startswith(shorter) or (len(word) == len(meant) and word[:-1] == meant[:-1])


def _split_mixed(token: str, words: Lexicon, names: Counter[str]) -> tuple[str, ...] | None:
    """Give the words that a token of mixed case or with digits was made of, or None if it may be a name or a term."""
    if words.count(token):
        return None  # "iPhone"; in lower case "theworld" is listed too, from texts that ran it together
    if (match := _CAMEL.fullmatch(token)) is not None:
        left, right, rest = match.groups()
        proper = words.count(right) >= 50 and words.count(right) > 3 * words.count(right.lower())
        if left in _BRANDING and not proper:
            return None
        # "theDockside": with these no brand is made, whatever follows, if it stands there once.
        plain = left in _NO_PREFIX and len(right) >= 4 and right[1:].islower()
        known = words.any_case(right) >= 5 or right in names or (rest and right.isupper()) or plain
        if left in _FUNCTION and known and (len(left) > 1 or words.count(right) >= 200):
            return left, right + rest
        if words.count(left) >= 200 and len(left) >= 3 and not rest and words.count(right) >= 100 and len(right) >= 3:
            return left, right
        return None
    if (match := _UPPER_CAMEL.fullmatch(token)) is not None:
        left, right, rest = match.groups()
        proper = words.count(right) >= 50 and words.count(right) > 3 * words.count(right.lower())
        if left.lower() in _OPENING and (proper or (rest and right.isupper())):
            return left, right + rest
        return None
    if (match := _ACRONYM_THEN_WORD.fullmatch(token)) is not None:
        left, right = match.groups()
        if right in _FUNCTION and right not in ("as", "an", "it") and (words.count(left) >= 20 or "-" in left):
            return left, right
        return None
    if (match := _WORD_NUMBER.fullmatch(token)) is not None:
        left, right = match.groups()
        return (left, right) if left.lower() in _BEFORE_NUMBER else None
    if (match := _NUMBER_WORD.fullmatch(token)) is not None:
        left, right = match.groups()
        return (left, right) if right in _AFTER_NUMBER else None
    return None


def _split_plain(word: str, words: Lexicon) -> tuple[str, str] | None:
    """Two common words, one of them a function word, that a lower-case string was made of."""
    best: tuple[int, str, str] | None = None
    if word in _WORDS_ALIKE:
        return None
    for i in range(2, len(word) - 1):
        left, right = word[:i], word[i:]
        ends = right in _DETERMINING and words.count(left) >= 300
        common = 25 if left == "the" and len(right) >= 5 else 300
        begins = left in _NO_PREFIX and words.count(right) >= common and len(right) >= (2 if right in _FUNCTION else 4)
        if ends or begins:
            worth = min(words.count(left), words.count(right))
            if best is None or worth > best[0]:
                best = (worth, left, right)
    return None if best is None else best[1:]


def _split_capitalised(word: str, words: Lexicon, names: Counter[str]) -> tuple[str, str] | None:
    """Give the two words of "Thecapsule", or of a name of this document with a function word hung on ("Smithwas")."""
    if words.any_case(word) or names[word] > 1:
        return None
    lower = word.lower()
    for i in range(2, len(word) - 1):
        left, right = lower[:i], lower[i:]
        if left in ("the", "this", "that", "from", "they") and len(right) >= 5 and words.count(right) >= 10:
            return word[:i], right
        if right in _AFTER_NAME and i >= 4 and word[:i] in names and words.count(left) < _KNOWN:
            return word[:i], right
    return None


_AFTER_NAME: Final = frozenset(
    word_tuple("will would was were has have had said says and that with who which from could should did does")
)
