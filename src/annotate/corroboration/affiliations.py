"""Which party a person is said to be of, and offices whose holder a text never names. Rules, no parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

Found = tuple[int, int, str]
"""Range in the text, and what is said there."""

_PARTIES: Final = {
    # As written, in lower case: the noun of the type families.
    "republican": "republican",
    "gop": "republican",
    "r": "republican",
    "democrat": "democrat",
    "democratic": "democrat",
    "d": "democrat",
    "labour": "labour",
    "conservative": "conservative",
    "tory": "tory",
    "liberal democrat": "liberal democrat",
    "lib dem": "liberal democrat",
    **dict.fromkeys(("christian democrat", "christian democratic"), "christian democrat"),
    **dict.fromkeys(("social democrat", "social democratic"), "social democrat"),
    **dict.fromkeys(("free democrat", "free democratic"), "free democrat"),
}
_PARTY: Final = (
    r"(?P<party>(?:Christian |Social |Free )?Democrat(?:ic)?|Liberal Democrat|Lib Dem|Republican|GOP|Labour|"
    r"Conservative|Tory)"
)
_ROLE: Final = (
    r"(?:presidential|vice[ -]presidential|[Ss]enat(?:e|orial)|[Hh]ouse|gubernatorial|congressional|presumptive|"
    r"(?:vice )?president|candidate|nominee|hopeful|contender|front-?runner|rival|opponent|challenger|incumbent|"
    r"[Mm]inority|[Mm]ajority|[Ll]eader|[Ww]hip|[Cc]hair(?:wo)?man|[Ss]peaker|senator|congress(?:wo)?man|"
    r"representative|governor|mayor|lawmaker|strategist|lawyer|MP|activist)"
)
_BEFORE: Final = re.compile(rf"(?<![\w-])(?P<past>[Ff]ormer |ex-|[Nn]ew )?{_PARTY}(?: {_ROLE})*[ \xa0]$")
_NO_MODIFIER: Final = r"(?:former|of|by|who|for|against|and|or|from|to|whose|that|with|as|in|but|not|said)"
_AFTER: Final = re.compile(
    # "(R-Calif.)", ", D-Mass."
    r",? \(?(?P<letter>[RD])-[A-Z]"
    # ", a California Republican who", ", the presumptive Republican nominee", ", Democrat of Ohio"
    rf"|, (?:(?:also )?(?:an?|the|top|senior|ranking) (?:(?!{_NO_MODIFIER}\b)[\w.’'-]+ ){{0,4}}?)?{_PARTY}(?: {_ROLE})*"
    r"(?=[,.;)\n]| (?:of|on|in|from|who|and|to)\b)"
)


def party_of(text: str, title_start: int, start: int, end: int) -> Found | None:
    """Read the party of the person at ``text[start:end]``, whose title, if any, begins at ``title_start``."""
    before = _BEFORE.search(text, max(0, title_start - 60), title_start)
    if before is not None:
        return None if before["past"] else (*before.span("party"), _PARTIES[before["party"].lower()])
    after = _AFTER.match(text, end, end + 100)
    if after is None:
        return None
    group = "letter" if after["letter"] else "party"
    return (*after.span(group), _PARTIES[after[group].lower()])


OFFICES: Final = ("prime minister", "president", "chancellor", "governor", "mayor")
_OFFICE: Final = re.compile(rf"(?<![\w-])(?<![Vv]ice )(?:{'|'.join(OFFICES)})(?![\w-])", re.IGNORECASE)
_UNINTRODUCED: Final = "prime minister"
"""The office that a report does not speak of without having said whose it is. Governors, mayors and chancellors pass
unintroduced (5 of 2,326 reports, none of them wrong), and an American report does not introduce its president."""
_OWNED: Final = re.compile(r",? (?:of\b|[A-Z])")


def offices(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Give the words for a head of government, and whether the text nowhere says of what or who it is.

    "the governor" tells nothing of it; every other form ("Norway's governor", "a governor", "Governor Varga") is taken
    to tell.
    """
    found = [(*m.span(), m.group().lower()) for m in _OFFICE.finditer(text)]
    told = {
        office
        for start, end, office in found
        if text[start - 4 : start].lower() != "the " or text[start].isupper() or _OWNED.match(text, end)
    }
    for start, end, office in found:
        yield start, end, office, office == _UNINTRODUCED and office not in told
