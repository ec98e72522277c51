"""What a document quotes: the words, who is said to have said them, and whom it was said to.

Rules over quotation marks, verbs of saying and capitals, no parser. A speaker is the noun phrase beside the verb; it is
given as it stands, with a fuller name of the same person where the document has one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from annotate.corroboration.speech import (
    AGENCIES,
    BODIES,
    NOT_PEOPLE,
    OUTLET_WORDS,
    PRONOUNS,
    REPORTING,
    SAYING,
    TITLES,
    alternation,
)
from annotate.documents.document import Document
from annotate.documents.layout import Range
from annotate.documents.quotations import Quotation, find_quotations, quotations
from annotate.lexicon.lexicon import word_tuple

Place = tuple[int, int]
"""A half-open range of code points of the document."""


class Utterance(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Words that a document gives as somebody's."""

    start: int
    """Range in the document: of a quotation with its marks, of indirect speech the reported clause."""
    end: int
    text_start: int
    """Where ``text`` begins in the document: ``text[i]`` stands at ``text_start + i``."""
    text: str
    """The words without the outer marks; a mark that a further paragraph of the quotation opens with is a blank."""
    kind: Literal["direct", "mixed", "indirect"]
    """``mixed`` is a quotation that completes a sentence of the writer's."""
    closed: bool = True
    """False where a mark is missing, so that one end is a guess."""
    speaker: str | None = None
    speaker_at: Place | None = None
    full: str | None = None
    """A fuller name of the speaker from elsewhere in the document."""
    introduced: bool = True
    """False where the speaker is a lone surname and the document has no fuller name."""
    cue: str | None = None
    cue_at: Place | None = None
    origin: str | None = None
    """The outlet or agency that the text says it was said to or taken from."""
    origin_at: Place | None = None


_FEWEST_WORDS: Final = 4
"""Shorter quotations are titles and scare quotes, unless a verb of saying stands beside them."""
_REACH: Final = 260
"""Code points before and after a quotation in which its attribution is looked for."""
_MARKS: Final = "\"“”„‟«»‘’‚‛'`‹›"

_CUE: Final = re.compile(rf"(?<![\w-])(?:{alternation(SAYING)}|[Aa]ccording to|Asked)\b")
_CAP: Final = r"(?:[A-Z][\w.’'&-]*|[A-Z]\.)"
_NAME: Final = re.compile(rf"{_CAP}(?:\s+(?:(?:of|de|da|van|von|der|bin|al|el|la|le|for|and)\s+)?{_CAP})*")
_PRONOUN: Final = re.compile(r"(?:he|she|they|we|I|it|you|who)\b", re.IGNORECASE)
_ADVERB: Final = re.compile(
    r"(?:\b(?:also|then|later|once|has|had|have|will|would|is|was|were|are|recently|never|often|just|even|still|"
    r"has since|previously|repeatedly|again|[a-z]+ly|be|been|did|not|could|should|can|may|might|went on to|"
    r"goes on to|to))\s*$"
)
# What ends a noun phrase to the right of a verb of saying.
_STOP: Final = re.compile(
    r"[,;:.!?—–()\"“”]|\s-\s|\b(?:in|on|at|during|after|before|when|while|as|from|about|last|this|who|that|because|adding|"
    r"told|through|via|to|if|since|by|earlier|later|yesterday|today|and(?!\s+[A-Z])|but|is|was|has|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_ABBREVIATION: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Rev|Prof|Sgt|Jr|Sr|St|[A-Z])$")
_CLAUSE: Final = re.compile(
    r"[;:—–\"“”]|\b(?:that|while|when|as|because|if|although|though|after|before|since|where|but|and then)\b",
    re.IGNORECASE,
)
_FRONTED: Final = re.compile(
    r"^(?:in|on|at|during|after|before|earlier|later|but|and|yet|still|meanwhile|when|by|for|with|however|so|then|last|"
    r"this|as|today|yesterday|also|instead|to|of|from|among|asked|speaking|now|nevertheless|indeed)\b",
    re.IGNORECASE,
)

_AGENCY: Final = (
    rf"(?:{alternation(AGENCIES)})(?:\s+(?:News|Radio|Television|TV|Newsnight|World\s+Service))?(?![\w-])"
    r"|(?:[A-Z][\w.&’'-]*\s+){0,4}(?:" + alternation(OUTLET_WORDS) + r")\b(?:\s+(?:of\s+)?[A-Z][\w’'-]*){0,2}"
    r"|[A-Z][\w-]*\.(?:com|org|net|ru|de|fr|ua|uk)\b"
    r"|(?:(?:state|national|official|Russian|German|French|Chinese|Turkish|local|state-run)[ -]){0,2}(?:run )?"
    r"(?:news|press) agency"
    r"(?:\s+[A-Z][\w-]*)?"
)
_ORIGIN: Final = re.compile(
    r"\b(?:told|tells|telling|to|with|by|according to|via|for|from|on|informed|agency|newspaper|outlet|broadcaster|"
    r"website)\s+"
    r"(?P<the>(?:the|a|an|[Tt]he [a-z]+)\s+)?(?P<name>" + _AGENCY + r")"
    r"|(?P<subject>(?:" + _AGENCY + r"))\s+(?:reported|reports|said|says|quoted|quotes|cited|cites)\b"
)
_SPOKEN_TO: Final = re.compile(
    r"\b(?:told|tells|telling|spoke|speaking|interview|statement|according|reported|interviewed|said|email|e-mail|"
    r"comment|quoted|cited|remarks|confirmed|informed)\b",
    re.IGNORECASE,
)


def find_utterances(document: Document) -> tuple[Utterance, ...]:
    """Find the quotations and the reported speech of a document, in order of their place.

    Quotations of under four words count only with a verb of saying beside them. Indirect speech is a clause after such
    a verb, before it, or after "according to"; one that a quotation stands in is given as that quotation.
    """
    return document.once("utterances", _find)


def _find(document: Document) -> tuple[Utterance, ...]:
    finder = _Finder(document)
    direct = finder.direct()
    found = sorted([*direct, *finder.indirect(direct)], key=lambda u: (u.start, u.end))
    found = list(finder.float(found))
    names = _Names(document.text)
    return tuple(names.complete(found))


class _Finder:
    def __init__(self, document: Document) -> None:
        self.document, self.text = document, document.text
        self.paragraphs, self.sentences = document.layout.paragraphs, document.layout.sentences
        # Some archives write a double mark as two single ones.
        self.quotations = (
            find_quotations(self.text.replace("''", '"\u2060'), self.paragraphs)
            if "''" in self.text
            else quotations(document)
        )
        self._paragraph_starts = [p.start for p in self.paragraphs]
        self._sentence_starts = [s.start for s in self.sentences]

    def paragraph(self, place: int) -> Range:
        return self.paragraphs[max(0, bisect_right(self._paragraph_starts, place) - 1)]

    def sentence(self, place: int) -> Range:
        return self.sentences[max(0, bisect_right(self._sentence_starts, place) - 1)]

    # --- direct speech ---

    def direct(self) -> list[Utterance]:
        found: list[Utterance] = []
        spans = sorted([*self._joined(), *self._odd()], key=lambda s: s[0])
        for k, (start, end, closed, opened) in enumerate(spans):
            if not _LETTER.search(self.text, start, end):
                continue
            after_limit = spans[k + 1][0] if k + 1 < len(spans) else len(self.text)
            before_limit = spans[k - 1][1] if k else 0
            utterance = self._quoted(start, end, closed, opened)
            attributed = self._attribute(utterance, before_limit, after_limit)
            words = len(attributed.text.split())
            if self.text[start - 1 : start] == "=" or _is_title(attributed):
                continue
            if words < _FEWEST_WORDS and (attributed.cue is None or words < 1 or not closed):
                continue
            found.append(attributed)
        return found

    def _joined(self) -> Iterator[tuple[int, int, bool, bool]]:
        """Join the paragraphs of one quotation: each but the last is left open, and each begins with a mark."""
        run: list[Quotation] = []
        for quotation in self.quotations:
            if run and not run[-1].closed and not self.text[run[-1].end : quotation.start].strip():
                run.append(quotation)
            else:
                if run:
                    yield run[0].start, run[-1].end, run[-1].closed, True
                run = [quotation]
        if run:
            yield run[0].start, run[-1].end, run[-1].closed, True

    def _odd(self) -> Iterator[tuple[int, int, bool, bool]]:
        """Find quotations of which one mark is missing: the only mark of a paragraph that has a verb of saying."""
        known = [q.start for q in self.quotations]
        for paragraph in self.paragraphs:
            i = bisect_left(known, paragraph.start)
            if i < len(known) and known[i] < paragraph.end:
                continue
            marks = [m.start() for m in islice(_DOUBLE.finditer(self.text, paragraph.start, paragraph.end), 2)]
            if len(marks) != 1 or marks[0] - paragraph.start > 4000 or paragraph.end - marks[0] > 4000:
                continue
            place = marks[0]
            before = self.text[paragraph.start : place].rstrip()
            opens = not self.text[place + 1 : place + 2].isspace() and not self.text[place - 1 : place].strip()
            if opens and (not before or (before[-1] in ",:" and _CUE.search(before[-80:]))):
                tail = _TAIL.search(self.text, place + 1, paragraph.end)
                yield place, tail.start() + 1 if tail else paragraph.end, False, True
            elif (
                not opens
                and before[-1:] in tuple(",.?!")
                and _TAG.match(self.text, place + 1, min(paragraph.end, place + 120))
            ):
                yield self.sentence(place - 1).start, place + 1, False, False

    def _quoted(self, start: int, end: int, closed: bool, opened: bool) -> Utterance:
        text = self.text
        width = 2 if opened and text.startswith("''", start) else 1
        if width == 2 and closed and text[end : end + 1] == "'":
            end += 1  # the second half of the closing mark
        first = start + width * opened
        inner = text[first : max(first, end - (width if closed else not opened))]
        if "\n" in inner:
            inner = _PARAGRAPH_MARK.sub(lambda m: m.group(1) + " ", inner)
        kind: Literal["direct", "mixed"] = "mixed" if opened and self._completes(start, inner) else "direct"
        return Utterance(start, end, first, inner, kind, closed)

    def _completes(self, start: int, inner: str) -> bool:
        """Whether a quotation goes on with a sentence of the writer's, instead of being one of its own."""
        before = self.text[max(0, start - 30) : start].rstrip()
        sentence = self.sentence(start)
        if not before or sentence.start >= start or before[-1] in ',:.!?”"—–':
            return False
        return not (inner[:1].isupper() and _CUE.search(before[-14:]))

    def float(self, found: Sequence[Utterance]) -> Iterator[Utterance]:
        """Give quotations without an attribution the speaker of what is reported directly before them."""
        previous: Utterance | None = None
        for u in found:
            if u.speaker is None and u.kind != "indirect" and previous is not None and self._goes_on(previous, u):
                u = replace(
                    u,
                    speaker=previous.speaker,
                    speaker_at=previous.speaker_at,
                    origin=previous.origin,
                    origin_at=previous.origin_at,
                )
            yield u
            previous = u

    def _goes_on(self, previous: Utterance, quoted: Utterance) -> bool:
        between = self.text[previous.end : quoted.start]
        if previous.speaker is None or len(between) > _REACH or between.count("\n") > 2:
            return False
        if quoted.kind == "mixed":
            return self.sentence(previous.start) == self.sentence(quoted.start) and _CUE.search(between) is None
        return True

    def _attribute(self, u: Utterance, before_limit: int, after_limit: int) -> Utterance:
        paragraph_end = self.paragraph(max(u.start, u.end - 1)).end
        after_end = min(after_limit, paragraph_end, u.end + _REACH)
        rest = _NOT_BLANK.search(self.text, u.end, after_end)
        if rest is not None:
            after_end = min(after_end, max(self.sentence(rest.start()).end, rest.end()))
        before_start = max(before_limit, self.paragraph(u.start).start, self.sentence(u.start).start, u.start - _REACH)
        before_start = min(before_start, u.start)
        if before_start == u.start and self.text[max(0, u.start - 4) : u.start].rstrip()[-1:] == ":":
            # A quotation that is a paragraph of its own, announced by the one before.
            before_start = max(before_limit, u.start - _REACH, self.sentence(u.start - 1).start)
        adjacent = _ADJACENT.search(self.text, max(before_start, u.start - 40), u.start)
        found = self._before(before_start, u.start) if adjacent else None
        found = found or self._after(u, after_end) or self._before(before_start, u.start)
        origin = self._origin(u.end, after_end) or self._origin(before_start, u.start)
        named = _NAMED.search(self.text, max(before_start, u.start - 60), u.start)
        if named is not None and (found is None or found[1] is None):  # 'Smith: "', 'Added Smith: "'
            u = replace(u, speaker=named["name"], speaker_at=named.span("name"))
            found = (named.span("cue"), named.span("name")) if named["cue"] else None
        if found is not None:
            cue, speaker = found
            u = replace(u, cue=self.text[cue[0] : cue[1]], cue_at=cue)
            if speaker is not None:
                u = replace(u, speaker=self.text[speaker[0] : speaker[1]], speaker_at=speaker)
        if origin is not None and found is not None:
            u = replace(u, origin=self.text[origin[0] : origin[1]], origin_at=origin)
        return u

    def _after(self, u: Utterance, end: int) -> tuple[Place, Place | None] | None:
        """Read ", Smith said", ", said Smith" or ", according to Smith" behind a quotation."""
        text = self.text
        start = u.end
        while start < end and text[start] in " ,\u00a0\n—–-":
            start += 1
        if start >= end or _NEW_SENTENCE.search(text, u.end, start + 1):
            return None
        last = u.text.rstrip()[-1:]
        stops = last == "." or text[u.end : u.end + 1] in tuple(".!?;")
        cue = _CUE.search(text, start, end)
        if cue is None or cue.start() - start > 140:
            return None
        if (
            stops
            and text[start].isupper()
            and not ((tag := _TAG.match(text, start, end)) and text[tag.end() : tag.end() + 1] in tuple(",.:;"))
        ):
            return None
        if cue.start() == start:
            if cue.group()[:3].lower() == "acc":
                return cue.span(), self._right(cue.end(), end)
            if cue.group().endswith("ing") and cue.group() != "saying":
                return None
            speaker = self._right(cue.end(), end)
            return (cue.span(), speaker) if speaker else None
        speaker = self._left(start, cue.start())
        if speaker is None or speaker[0] - start > 12:
            return None
        return cue.span(), speaker

    def _before(self, start: int, end: int) -> tuple[Place, Place | None] | None:
        """Read "Smith said: ", "saying that ", "according to Smith, " before a quotation."""
        text = self.text
        cues = list(_CUE.finditer(text, start, end))
        if not cues:
            return None
        cue = cues[-1]
        if cue.group()[:3].lower() == "acc":
            speaker = self._right(cue.end(), end)
            return (cue.span(), speaker) if speaker else None
        first = next((c for c in cues if not c.group().endswith("ing")), cue)
        if cue.group().endswith("ing") and first is cue:
            # "Smith spoke to reporters, saying": the subject opens the sentence.
            return cue.span(), self._opening(start, cue.start())
        subject = self._left(start, (first if cue.group().endswith("ing") else cue).start())
        if subject is None and first is not cue:
            subject = self._left(start, first.start())
        return cue.span(), subject

    def _opening(self, start: int, end: int) -> Place | None:
        """Give the noun phrase that a sentence opens with, what is fronted left aside."""
        dateline = _DATELINE.match(self.text, start, end)
        start = dateline.end() if dateline else start
        if _FRONTED.match(self.text[start : start + 20].lstrip()):
            start = self.text.find(",", start, end) + 1 or end
        match = _OPENING.match(self.text, start, end)
        return _trimmed(self.text, *match.span(1)) if match else None

    def _right(self, start: int, end: int) -> Place | None:
        """Give the noun phrase that begins here."""
        text = self.text
        while start < end and text[start].isspace():
            start += 1
        place = start
        stop = end
        for match in _STOP.finditer(text, start, end):
            if match.group() == "." and _ABBREVIATION.search(text, max(start, match.start() - 5), match.start()):
                continue
            stop = match.start()
            break
        found = _trimmed(text, place, stop)
        if found is None:
            return None
        words = text[found[0] : found[1]].split()
        if len(words) > 14 or not (_is_noun_phrase(words)):
            return None
        return found

    def _left(self, start: int, end: int) -> Place | None:
        """Give the noun phrase that ends here, the subject of the verb that follows."""
        text = self.text
        if _PASSIVE.search(text, max(start, end - 24), end):
            return None
        joined = _JOINED.search(text, max(start, end - 6), end)
        if joined is not None:  # "Smith opened the meeting and said"
            return self._opening(start, joined.start())
        while (adverb := _ADVERB.search(text, max(start, end - 30), end)) is not None and adverb.start() > start:
            end = adverb.start()
        found = _trimmed(text, start, end)
        if found is None:
            return None
        start, end = found
        if text[end - 1] == ",":
            # "Smith, who leads the office, said": the name stands before the apposition.
            opening = text.rfind(",", start, end - 1)
            if opening < 0:
                return None
            return self._apposed(start, opening)
        clause = start
        for match in _CLAUSE.finditer(text, start, end):
            clause = match.end()
        comma = text.rfind(",", clause, end)
        found = _trimmed(text, max(clause, comma + 1), end)
        if found is None:
            return None
        start, end = found
        day = _FRONTED_DAY.match(text, start, end)
        start = day.end() if day else start
        phrase = text[start:end]
        words = phrase.split()
        if _FRONTED.match(phrase) or len(words) > 10 or not _VERBS.isdisjoint(words):
            pronoun = _LAST_PRONOUN.search(phrase)
            if pronoun:
                return start + pronoun.start(1), end
            last = list(_NOUN_PHRASE.finditer(phrase))
            if not last or last[-1].end() != len(phrase):
                return None
            return start + last[-1].start(), end
        if not _is_noun_phrase(words):
            return None
        return start, end

    def _apposed(self, start: int, end: int) -> Place | None:
        """Give the noun phrase that one or more appositions follow: "Smith, the head of the office, and others,"."""
        text = self.text
        clause = start
        for match in _CLAUSE.finditer(text, start, end):
            clause = match.end()
        chunks = text[clause:end].split(",")
        place = clause
        for chunk in chunks:
            found = _trimmed(text, place, place + len(chunk))
            place += len(chunk) + 1
            if found is None or _FRONTED.match(text[found[0] : found[1]]):
                continue
            words = text[found[0] : found[1]].split()
            return found if len(words) <= 12 and _is_noun_phrase(words) else None
        return None

    def _origin(self, start: int, end: int) -> Place | None:
        if start >= end:
            return None
        for match in _ORIGIN.finditer(self.text, start, end):
            if match.group("name") is not None and _SPOKEN_TO.search(
                self.text, max(start, match.start() - 60), match.start("name")
            ):
                return match.start("the") if match.group("the") else match.start("name"), match.end("name")
            if match.group("subject") is not None:
                return match.span("subject")
        return None

    # --- indirect speech ---

    def indirect(self, direct: Sequence[Utterance]) -> Iterator[Utterance]:
        starts = [u.start for u in direct]
        used = {u.cue_at for u in direct}
        for sentence in self.sentences:
            if len(sentence) > 1500:
                continue
            found = self._reported(sentence)
            if found is None or found.end - found.start < 12 or found.cue_at in used:
                continue
            if found.speaker is not None and found.speaker.lower() in _WRITERS:
                continue
            i = bisect_left(starts, found.start)
            clash = (i < len(direct) and direct[i].start < found.end) or (i > 0 and direct[i - 1].end > found.start)
            if not clash:
                yield found

    def _reported(self, sentence: Range) -> Utterance | None:
        text, start, end = self.text, sentence.start, sentence.end
        while end > start and text[end - 1] in ".!?\"”'’ ":
            end -= 1
        told = _ACCORDING.search(text, start, end)
        if told is not None:
            speaker = self._right(told.end(), end)
            if speaker is not None:
                content = (
                    _trimmed(text, self._past_comma(speaker[1], end), end)
                    if told.start() - start < 3
                    else _trimmed(text, start, told.start())
                )
                return self._clause(content, told.span(), speaker, sentence)
        tag = _END_TAG.search(text, max(start, end - 160), end)
        if tag is not None and tag.end() == end:
            comma = tag.start()
            cue = _REPORT.search(text, comma, end)
            if cue is not None:
                speaker = self._left(comma + 1, cue.start())
                if speaker is None and not text[comma + 1 : cue.start()].strip():
                    speaker = self._right(cue.end(), end)
                if speaker is not None:
                    return self._clause(_trimmed(text, start, comma), cue.span(), speaker, sentence)
        subject: Place | None = None
        for cue in _REPORT.finditer(text, start, end):
            if cue.group().endswith("ing"):
                speaker = subject or self._opening(start, cue.start())
            else:
                speaker = subject = self._left(start, cue.start())
            if speaker is None:
                continue
            clause = _THAT.match(text, cue.end(), end)
            if clause is None:
                continue
            return self._clause(_trimmed(text, clause.start("clause"), end), cue.span(), speaker, sentence)
        return None

    def _past_comma(self, start: int, end: int) -> int:
        comma = self.text.find(",", start, end)
        return comma + 1 if comma >= 0 else start

    def _clause(self, content: Place | None, cue: Place, speaker: Place, sentence: Range) -> Utterance | None:
        if content is None:
            return None
        origin = self._origin(sentence.start, sentence.end)
        text = self.text
        return Utterance(
            *content,
            content[0],
            text[content[0] : content[1]],
            "indirect",
            speaker=text[speaker[0] : speaker[1]],
            speaker_at=speaker,
            cue=text[cue[0] : cue[1]],
            cue_at=cue,
            origin=None if origin is None else text[origin[0] : origin[1]],
            origin_at=origin,
        )


_DATELINE: Final = re.compile(r"[A-Z][A-Z.,\s]{2,40}(?:\([^()]{1,30}\)\s*)?[—–-]+")
_NAMED: Final = re.compile(
    rf"(?:^|(?<=[.!?\"”\s]))(?P<cue>(?:{alternation(tuple(w.capitalize() for w in SAYING))}))?\s?"
    rf"(?P<name>{_CAP}(?:\s+{_CAP}){{0,3}}):\s*$"
)
_ADJACENT: Final = re.compile(rf"\b(?:{alternation(SAYING)})(?: that)?[,:]?\s*$")
_FRONTED_DAY: Final = re.compile(
    r"(?:(?:On|Late|Early|Last|This|Earlier)\s+)+(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|week|month|year)"
    r"(?:\s+(?:morning|afternoon|evening|night))?\s+"
)
_PASSIVE: Final = re.compile(r"\b(?:is|are|was|were|be|been|being)\s+(?:not\s+|[a-z]+ly\s+)?$")
_JOINED: Final = re.compile(r"\b(?:and|but)\s+$")
_VERBS: Final = frozenset(
    word_tuple(
        "is was are were has have had will would to be been not than if do does did got get told said says took made "
        "went came called gave began became led ran won lost held kept left used wants want makes gets goes amounted "
        "include includes remains remained can could may might should must likely"
    )
)
"""Words no subject contains: a phrase with one is a clause, of which only the end is looked at."""
_WRITERS: Final = frozenset({"i", "we", "you", "it", "let's", "let’s", "who", "one"})
"""Whose thinking and saying is no report."""
_DOUBLE: Final = re.compile('["“”„«»]')
_PARAGRAPH_MARK: Final = re.compile('(\n[ \t\u00a0]*)["“”„«»]')
_LETTER: Final = re.compile(r"[^\W\d_]")
_NOT_BLANK: Final = re.compile(r"\S")
_NEW_SENTENCE: Final = re.compile(r"\n\s*\n|[.!?]\s+[A-Z]")
_TAG: Final = re.compile(
    rf"\s*,?\s*(?:(?:{alternation(SAYING)})\s+(?:[A-Z]|the\b|a\b|an\b|he\b|she\b)|"
    rf"(?:[A-Z][\w.’'-]*|he|she|they|the|a|an|one|it|we)(?:\s+[\w.’'-]+){{0,5}}?\s+(?:{alternation(SAYING)})\b)"
)
_TAIL: Final = re.compile(
    rf",\s+(?:(?:{alternation(SAYING)})\s+(?:[A-Z]|the\b|a\b|an\b|he\b|she\b)|"
    rf"(?:[A-Z][\w.’'-]*|he|she|they|the|a|an)(?:\s+[\w.’'-]+){{0,4}}?\s+(?:said|says|told|added)\b)"
)
_OPENING: Final = re.compile(
    rf"\s*((?:[Tt]he\s+|[Aa]n?\s+)?(?:[a-z]+\s+){{0,3}}?{_CAP}(?:\s+(?:[a-z]+\s+)?{_CAP})*|He|She|They|It|We|I)"
)
_LAST_PRONOUN: Final = re.compile(r"\b(he|she|they|we|it|I|you)$", re.IGNORECASE)
_NOUN_PHRASE: Final = re.compile(
    rf"(?:\b(?:the|a|an|his|her|their|its|one|some|many|several|most)\s+)?(?:\b[a-z]+(?:-[a-z]+)?\s+){{0,2}}?{_CAP}(?:\s+{_CAP})*(?:\s+[a-z]+s?)?"
    r"|\b(?:the|a|an|his|her|their|its)\s+(?:[a-z-]+\s+){0,2}[a-z]+"
)
_REPORT: Final = re.compile(rf"(?<![\w-])(?:{alternation(REPORTING)})\b")
_ACCORDING: Final = re.compile(r"\b[Aa]ccording to\b")
_END_TAG: Final = re.compile(
    rf",\s+[^,;:\"“”]{{0,100}}?\b(?:{alternation(REPORTING)})\b(?:(?!\bthat\b)[^,;:\"“”]){{0,60}}$"
)
_THAT: Final = re.compile(
    r"(?:\s+(?:reporters|[A-Z][\w.’'&-]*(?:\s+[A-Z][\w.’'&-]*){0,3}|him|her|them|us|me|the \w+(?: \w+)?)"
    r"(?:\s+(?:on|in|last|this)\s+[A-Z]?\w+)?)?"
    r"(?:,? (?:on )?(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|today|yesterday),?)?"
    r"\s+(?P<clause>(?:that\b|it\b|he\b|she\b|they\b|the\b|there\b|a\b|an\b|his\b|her\b|their\b|its\b|this\b|these\b|"
    r"we\b|I\b|if\b|no\b|some\b|many\b|most\b|all\b|more\b|whether\b|how\b|why\b|what\b|such\b|any\b|"
    r"[A-Z]|\d|[a-z]+s\b).*)",
    re.DOTALL,
)


def _is_title(u: Utterance) -> bool:
    """Whether a quotation within a sentence is the title of a work: each longer word has a capital."""
    longer = [w for w in re.findall(r"[^\W\d_]+", u.text[:100]) if len(w) > 3]
    return u.kind == "mixed" and len(u.text) < 80 and len(longer) > 0 and all(w[0].isupper() for w in longer)


def _trimmed(text: str, start: int, end: int) -> Place | None:
    while start < end and (text[start].isspace() or text[start] in ",;:—–-"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None


def _is_noun_phrase(words: Sequence[str]) -> bool:
    if not words:
        return False
    if len(words) == 1:
        return words[0].lower() in PRONOUNS or words[0][0].isupper() or words[0][-1] == "s"
    first = words[0].lower()
    return (
        any(w[0].isupper() for w in words)
        or first
        in ("the", "a", "an", "his", "her", "their", "its", "one", "some", "many", "several", "most", "another")
        or (words[-1][-1] == "s" and len(words) <= 4)
    )


class _Names:
    """The names of a document, to tell who a surname or a pronoun stands for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._by_last: dict[str, list[str]] = {}
        for match in _NAME.finditer(text):
            words = [_bare(w) for w in match.group().split()]
            while words and words[0] in TITLES:
                words = words[1:]
            if 2 <= len(words) <= 4 and not any(w in ("of", "for", "and") for w in words):
                self._by_last.setdefault(words[-1], []).append(" ".join(words))

    def fuller(self, surname: str) -> str | None:
        """Give the most frequent longer name that ends so; of equals the first."""
        found = self._by_last.get(surname)
        return max(dict.fromkeys(found), key=found.count) if found else None

    def _is_body(self, name: str) -> bool:
        """Whether the text shows a lone name to be a country's, a paper's or an organisation's."""
        if name in AGENCIES or name in NOT_PEOPLE or (name.endswith("s") and name.removesuffix("s") in self._by_last):
            return True
        return bool(
            re.search(rf"\b(?:{alternation(BODIES)})\s+{re.escape(name)}\b|\b[Tt]he\s+{re.escape(name)}\b", self._text)
        )

    def complete(self, found: Sequence[Utterance]) -> Iterator[Utterance]:
        """Fill in ``full`` and ``introduced``; a pronoun is taken for the person last named as a speaker."""
        last: str | None = None
        for u in found:
            if u.speaker is None:
                yield u
                continue
            words = [_bare(w) for w in u.speaker.split()]
            capitals = [w for w in words if w[:1].isupper()]
            if len(words) == 1 and words[0].lower() in ("he", "she"):
                yield replace(u, full=last) if last else u
                continue
            names = [w for w in capitals if w not in TITLES]
            if len(names) == 1 and len(words) - len(capitals) == 0:
                full = self.fuller(names[0])
                titled = len(capitals) > 1
                lone = full is None and not titled and _is_surname_like(names[0]) and not self._is_body(names[0])
                last = full or names[0]
                yield replace(u, full=full, introduced=not lone)
                continue
            if len(names) > 1:
                last = " ".join(names[-2:])
            yield u


def _bare(word: str) -> str:
    word = word.strip(',.;:()"“”') if not re.fullmatch(r"(?:[A-Z]\.)+", word) else word
    return word[:-2] if word[-2:] in ("'s", "’s") else word


def _is_surname_like(word: str) -> bool:
    """Whether one capitalised word may be a person: not an acronym, nor a lone word in capitals."""
    return len(word) > 2 and word[0].isupper() and word[1:].islower() and word.isalpha()
