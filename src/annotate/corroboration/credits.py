"""What a document says about whose text or claim it is: datelines, credit lines, bylines, attributions, handles."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal

import msgspec

from annotate.corroboration.outlets import Mention, mentions, outlet_named
from annotate.documents.document import Document
from annotate.documents.layout import Range
from annotate.models.features import FUNCTION_WORDS

Role = Literal["dateline", "credit-line", "byline", "attribution", "handle", "image-credit"]


class Credit(msgspec.Struct, frozen=True, order=True, gc=False):
    """An outlet, person or account that a document names as where something comes from."""

    start: int
    end: int
    text: str
    """The name as it is written: ``document.text[start:end]``."""
    outlet: str | None
    """The outlet's canonical name; None for a person, or for one without a name ("the news agency")."""
    role: Role
    agency: bool
    """Whether it is a known news agency."""
    whole: bool
    """Whether the words claim the whole text, as a dateline does and "contributed to this report" does not."""


# A dateline: a place in capitals, maybe a date, then the agency in brackets or between slashes.
_BEFORE_DATELINE: Final = re.compile(r"^(?:[A-Z][^()\n]{0,80})?[(/]$")
_AFTER_DATELINE: Final = re.compile(r"(?:\s?[/.,]\s?[A-Z][\w ]{0,20})?[)/]\.?\s{0,2}(?:[-–—]{1,2}|(?=[A-Z\"“]))")
_CAPITALS: Final = re.compile(r"[A-Z]{3}")
_LEADS: Final = re.compile(r"\s?[-–—]{1,2}\s{1,2}[A-Z\"“]")

_CONTRIBUTED: Final = re.compile(r"\bcontributed\s(?:\w+\s){0,3}?(?:to\s(?:this|the)\s\w+|reporting)|\bcontributed\.?$")
_BEFORE_CREDIT: Final = re.compile(
    r"(?:(?P<own>(?:copyright|©|\(c\))[^.\n]{0,30}"
    r"|(?:originally|first)\s(?:published|appeared|posted|ran)\s(?:by|on|at|in)"
    r"|this\s(?:article|story|report)\s(?:is\s|was\s|comes\s)?(?:originally\s)?(?:from|by|courtesy\sof)"
    r"|read\s(?:the|this)\s(?:original|full|whole|entire)\s(?:article|story|report|piece)\s(?:on|at|in|from))"
    r"|(?:^|[(\[\n.!?]\s{0,2})(?:sources?:|via:?|h/t:?|hat\stip:?"
    r"|with\s(?:inputs?|reporting|files|material|additional\sreporting)\s(?:from|by)))\s{0,2}(?:the\s)?$",
    re.IGNORECASE,
)
_REPORTING: Final = re.compile(
    r"\(\s?(?:additional\s)?(?:reporting|writing)\s(?:by|and)\b[^()\n]{0,400}?[;.]\s?(?:\w+\s){0,2}(?:editing|writing)\s(?:and\s\w+\s)?by\b",
    re.IGNORECASE,
)
"""How Reuters closes its reports."""
_WRITER: Final = re.compile(r"\s(?:staff\s)?(?:writers?|reporters?|correspondents?|editors?|journalists?)\b")
_BYLINE: Final = re.compile(r"(?:by|from)\s\S", re.IGNORECASE)
_IMAGE_BEFORE: Final = re.compile(
    r"\b(?:photo(?:graph)?|image|picture|pic|video|graphic|illustration|file|pool|handout|credits?|courtesy)s?\b[^.\n]{0,40}$"
    r"|\bvia\s?(?:the\s)?$",
    re.IGNORECASE,
)
_IMAGE_AFTER: Final = re.compile(r"\s(?:file\s)?(?:photo|image|picture|video\sstill)s?\b|\svia\s", re.IGNORECASE)
_SLASHED: Final = re.compile(r"[\w)]\s?/\s?$")
_SLASH: Final = re.compile(r"\s?/\s?[A-Z]")
_POLL: Final = re.compile(r"/[A-Z]\w{1,20}\s(?:\w+\s)?(?:poll|survey)")

_SAID: Final = (
    r"reported|reports?|said|says|saying|wrote|writes|quoted|quotes|cited|cites|noted|notes|claimed|claims|revealed|reveals"
    r"|published|found|learned|confirmed|confirms|added|announced|described|describes|writing"
)
_BEFORE_NAMED: Final = re.compile(
    r"\b(?:told|tells|telling|according\sto|(?:reported|quoted|cited|interviewed|asked|contacted|reached|obtained|viewed|seen"
    r"|reviewed|published|revealed|carried|compiled|written|report|article|story|analysis|investigation|account|tally|count"
    r"|survey|poll)\s(?:by|in|from|on)|citing|quoting|(?:spoke|speaking|talked|talking|speaks)\s(?:to|with)"
    r"|(?:interview|interviews|conversation|statement|comments?|remarks|e-?mails?|letter|message)\s(?:with|to|for|by)"
    r"|(?:said|says|wrote|writing|appeared|appearing|appearance|posted|shared|published)\s(?:on|in|to|with|for)|as\sper"
    r"|confirmed\sto|informed|agency|broadcaster|newspaper|magazine|website|outlets?|channel|network)"
    r"\s(?:the\s|an?\s)?(?:[\w-]{2,15}\s(?:news\s)?(?:agency|newspaper|paper|magazine|broadcaster|website|outlet|daily)\s)?$",
    re.IGNORECASE,
)
_AFTER_NAMED: Final = re.compile(
    r"(?:['’]s?)?(?:\s(?:news\sagency|newspaper|magazine|also|has|had|have|first|previously|earlier|separately|later|then"
    rf"|on\s\w+day)){{0,3}}(?:,\s[^,.\n]{{1,60}},)?\s(?:{_SAID})\b"
    r"|['’]s?\s[A-Z][\w.’'-]{1,20}(?:\s[A-Z][\w.’'-]{1,20}){0,2}(?:,[^,.\n]{1,60},)?\s(?:reported|reports|said|says|wrote|writes)\b"
)
_BRACKETED: Final = re.compile(r"[(\[]$")
_NAMELESS: Final = re.compile(r"\b(?:agency|service|newspaper|outlet|broadcaster|publication|site|media)\b")
_BEFORE_NAMELESS: Final = re.compile(
    r"\b(?:(?:[Tt]he|[Aa]n?)\s(?:[A-Za-z-]{2,15}\s)?(?:news|press|wire)|[Tt]he"
    r"|[Ll]ocal|[Ss]tate|Russian|Chinese|Iranian|Ukrainian|Turkish|Israeli|German|French|British|US|U\.S\.)\s$"
)
_WITH_NEWS: Final = frozenset({"agency", "service", "site"})
"""Without "news" or the like before them these are other bodies."""
_INVITES: Final = re.compile(r"\b(?:[Ff]ollow|FOLLOW|[Cc]ontact|[Ee]-?mail|[Tt]weet(?:s|ing)?(?:\s(?:to|at))?)\b")
_HANDLE: Final = re.compile(r"(?<![\w@.\"])@(?P<at>\w{2,30})")
_QUOTED_HANDLE: Final = re.compile(r"[\"“'‘](?P<at>[A-Za-z]\w{3,29})[\"”'’]")
_NAMED: Final = re.compile(
    r"\s(?P<at>[A-Z][\w’'-]{1,20}(?:\s[A-Z][\w.’'-]{0,20}){1,2})\s(?:(?:on|via)\s(?:Twitter|X|Facebook|Instagram|social)\b|at\s@)"
)
_INVITED: Final = 60
"""Characters after an invitation to follow or write within which it is said to whom."""
_NEAR: Final = 110
_MOST: Final = 1000
"""Places of each kind that are looked at."""
_EDGE: Final = 3
"""Paragraphs at either end of a text in which a line of its own may be a credit."""


def find_credits(document: Document) -> tuple[Credit, ...]:
    """Find the credits of a document, in order of place; computed once.

    A mention of an outlet is a credit only by the words around it; the rest (news *about* an outlet) is left out. An
    outlet's credits in its own pages are given too. Linear in the length of the text.
    """
    return document.once("credits", _find)


def wire_credit(document: Document) -> Credit | None:
    """Give the credit by which a document says that its whole text is a news agency's; None if it does not."""
    return next((c for c in find_credits(document) if c.agency and c.whole and c.role != "image-credit"), None)


def _find(document: Document) -> tuple[Credit, ...]:
    text = document.text
    paragraphs = document.layout.paragraphs
    found: list[Credit] = []
    number = 0
    for mention in mentions(document):
        while number + 1 < len(paragraphs) and paragraphs[number].end <= mention.start:
            number += 1
        edge = number < _EDGE or number >= len(paragraphs) - _EDGE
        role = _role(text, mention, paragraphs[number], number < _EDGE, edge)
        if role is not None:
            name, whole = role
            found.append(
                Credit(
                    mention.start,
                    mention.end,
                    text[mention.start : mention.end],
                    mention.outlet,
                    name,
                    mention.agency,
                    whole,
                )
            )
    found.extend(
        Credit(match.start(), match.end(), match[0], "Reuters", "credit-line", True, True)
        for match in islice(_REPORTING.finditer(text), _MOST)
    )
    found.extend(_nameless(text))
    found.extend(_handles(document))
    return tuple(sorted(set(found)))


def _role(text: str, mention: Mention, paragraph: Range, opening: bool, edge: bool) -> tuple[Role, bool] | None:
    """Say by the words around a mention what it is there for, and whether it claims the whole text."""
    before = text[max(paragraph.start, mention.start - _NEAR) : mention.start]
    after = text[mention.end : min(paragraph.end, mention.end + _NEAR)]
    lead = before if mention.start - paragraph.start <= _NEAR else None
    if lead is not None and mention.known:
        dash = _AFTER_DATELINE.match(after) if _BEFORE_DATELINE.match(lead) else None
        if dash is not None and (dash[0][-1] in "-–—" or lead == "(" or _CAPITALS.search(lead)):
            return "dateline", True
        if not lead and opening and mention.agency and _LEADS.match(after):
            return "dateline", True
    if _POLL.match(after):
        return None
    caption = paragraph.end - paragraph.start <= _NEAR
    slashed = _SLASHED.search(before) or _SLASH.match(after)
    if mention.outlet in _PICTURES or _IMAGE_BEFORE.search(before[-60:]) or _IMAGE_AFTER.match(after):
        return "image-credit", False
    if slashed:
        return ("image-credit", False) if caption else None
    if _CONTRIBUTED.search(after) or (
        lead is not None and re.match(r"(?:the|an?)?\s?$", lead, re.I) and "contributed" in after
    ):
        return "credit-line", False
    if credited := _BEFORE_CREDIT.search(before[-70:]):
        return "credit-line", credited["own"] is not None
    if lead is not None and edge:
        alone = lead.strip(" (–—-[/") == "" and after.strip(" )–—-]./") == ""
        if (alone and len(lead) + len(after) > 0) or (alone and mention.agency):
            return "credit-line", mention.agency
        if opening and paragraph.end - paragraph.start <= _NEAR and _BYLINE.match(lead) and not after.strip(" .|,"):
            return "byline", True
    if lead is not None and _WRITER.match(after) and (opening or edge) and not lead.strip(" By"):
        return "byline", True
    if _BEFORE_NAMED.search(before[-80:]) or _AFTER_NAMED.match(after):
        return "attribution", False
    if _BRACKETED.search(before) and re.match(r"\.?[)\]]", after) and mention.known:
        return "attribution", False
    return None


_PICTURES: Final = frozenset({"Getty", "Shutterstock"})


def _nameless(text: str) -> Iterator[Credit]:
    """Outlets without a name: "the news agency", "the newspaper", "local media"."""
    for match in islice(_NAMELESS.finditer(text), _MOST):
        opening = _BEFORE_NAMELESS.search(text, max(0, match.start() - 40), match.start())
        plural = match[0] == "media"
        if opening is None or (match[0] in _WITH_NEWS and not opening[0].endswith(_NEWSY)):
            continue
        if plural == opening[0].lower().startswith("the"):
            continue
        start, end = opening.start(), match.end()
        line = text.rfind("\n", max(0, start - 80), start) + 1
        if _BEFORE_NAMED.search(text[max(line, start - 80) : start]) or _AFTER_NAMED.match(text[end : end + _NEAR]):
            yield Credit(start, end, text[start:end], None, "attribution", False, False)


_NEWSY: Final = ("news ", "press ", "wire ")


def _handles(document: Document) -> Iterator[Credit]:
    """Accounts and people that the reader is told to follow or write to."""
    text, sentences = document.text, document.layout.sentences
    for invitation in islice(_INVITES.finditer(text), _MOST):
        sentence = sentences[max(0, bisect_right(sentences, invitation.start(), key=lambda r: r.start) - 1)]
        end = min(sentence.end, invitation.end() + _INVITED)
        patterns = (_HANDLE, _QUOTED_HANDLE) if invitation[0].lower() == "follow" else (_HANDLE,)
        matches = [m for pattern in patterns for m in pattern.finditer(text, invitation.end(), end)]
        named = _NAMED.match(text, invitation.end(), end)
        for match in [*matches, *([named] if named else [])]:
            start, stop = match.span("at")
            yield Credit(start, stop, match["at"], outlet_named(match["at"]), "handle", False, False)


class Agent(msgspec.Struct, frozen=True, gc=False):
    """One hand that a claim has passed through."""

    start: int
    end: int
    name: str
    """Canonical for a known outlet, else as it is written."""
    kind: Literal["speaker", "outlet", "translation"]


_NAME: Final = r"[A-Z][\w’'-]{1,25}(?:\s(?:(?:of|for|and|the)\s){0,2}[A-Z][\w.’'-]{0,25}){0,4}"
_SPEAKER: Final = re.compile(
    rf"(?P<before>\b{_NAME})(?:,\s[^,.\n]{{1,80}},)?\s(?:also\s|has\s|had\s)?"
    r"(?:said|says|told|tells|stated|states|wrote|writes|confirmed|announced|added|explained|claimed|warned|tweeted|posted"
    r"|shared|revealed|noted|reported|insisted|denied|argued)\b"
    rf"|\b[Aa]ccording\sto\s(?:the\s)?(?P<after>{_NAME})"
)
_ANAPHOR: Final = re.compile(
    r"\b[Tt]he(?:ir)?\s(?:\w+\s)?(?:update|statement|post|report|message|letter|release|announcement)\s(?:\w+\s)?"
    r"(?:says?|said|states?|stated|reads?|adds?|added|describes?|described)\b"
)
_ISSUED: Final = re.compile(
    rf"(?P<name>\b{_NAME})(?:,\s[^,.\n]{{1,80}},)?\s(?:\w+\s){{0,2}}?(?:shared|posted|published|released|issued|sent|gave)\s"
    r"(?:\w+\s){0,3}?(?:update|statement|post|report|message|letter|release|announcement)\b"
)
_TRANSLATION: Final = re.compile(r"\b(?:[Mm]achine[\s-])?(?:translated|translation)\b(?:\sfrom\s(?:the\s)?[A-Z]\w+)?")
_CITING: Final = re.compile(r"\b(?:citing|quoting|quoted|cited)\s(?:\w+\s){0,3}$")
_BACK: Final = 2
"""Sentences before the claim in which the statement it quotes may have been introduced."""


def chain(document: Document, start: int, end: int) -> tuple[Agent, ...]:
    """Give the hands a claim has passed through by the document's own words, the first to have it first.

    Args:
        document: the document.
        start: of the sentence, or of the run of sentences, that states the claim.
        end: of it.

    Returns:
        Speakers, then outlets that are cited by others, the other outlets, and that it was translated; empty where the
        document states the claim as its own. Only a statement's issuer may stand outside the range, up to two
        sentences before it.
    """
    text = document.text
    outlets = [c for c in find_credits(document) if start <= c.start < end and c.role in ("attribution", "credit-line")]
    named = {(c.start, c.end) for c in outlets}
    speakers: dict[str, Agent] = {}
    for match in islice(_SPEAKER.finditer(text, start, end), _MOST):
        at = match.span("before" if match["before"] else "after")
        inside = any(at[0] < stop and begin < at[1] for begin, stop in named)
        pronoun = text[at[0] : at[1]].lower() in FUNCTION_WORDS
        if not inside and not pronoun and text[at[0] : at[1]] not in speakers:
            speakers[text[at[0] : at[1]]] = Agent(*at, text[at[0] : at[1]], "speaker")
    if not speakers and _ANAPHOR.search(text, start, end):
        sentences = document.layout.sentences
        at_sentence = bisect_right(sentences, start, key=lambda r: r.start) - 1
        begin = sentences[max(0, at_sentence - _BACK)].start if at_sentence >= 0 else start
        issued = [m for m in _ISSUED.finditer(text, begin, start) if outlet_named(m["name"]) is None]
        if issued:
            speakers[""] = Agent(*issued[-1].span("name"), issued[-1]["name"], "speaker")
    cited = [c for c in outlets if _CITING.search(text, max(start, c.start - 40), c.start)]
    found = [*speakers.values()]
    found += [Agent(c.start, c.end, c.outlet or c.text, "outlet") for c in [*cited, *outlets]]
    translated = _TRANSLATION.search(text, start, end)
    if translated:
        found.append(Agent(translated.start(), translated.end(), translated[0], "translation"))
    unique: dict[tuple[str, str], Agent] = {}
    for agent in found:
        unique.setdefault((agent.name, agent.kind), agent)
    return tuple(unique.values())
