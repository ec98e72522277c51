"""News agencies and other outlets: their names, and where a text mentions one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

import msgspec

from annotate.documents.document import Document

# Canonical name, then other names it is written by. Agencies sell their reports: one in a credit means that the text,
# or a part of it, is theirs.
_AGENCIES: Final = """
    Reuters|REUTERS|Thomson Reuters; AP|Associated Press|A.P.; AFP|Agence France-Presse|Agence France Presse
    dpa|DPA|German Press Agency|Deutsche Presse-Agentur; TASS|Tass|ITAR-TASS|Itar-Tass|Itar-TASS; Xinhua
    PA|PA Media|Press Association; UPI|United Press International; Bloomberg|Bloomberg News|BLOOMBERG
    RIA Novosti|RIA; Interfax; Interfax-Ukraine; Ukrinform; UNIAN; BelTA|Belta; Kyodo|Kyodo News; Jiji|Jiji Press
    Yonhap; ANSA|Ansa; EFE|Efe|Europa Press; ANI; PTI|Press Trust of India; IANS; AAP|Australian Associated Press
    Canadian Press; Anadolu|Anadolu Agency; IRNA; Fars|Fars News; Tasnim; APA; NTB; PAP; MTI; CTK|ČTK; Tanjug; Belga
    Lusa; ANP; Ritzau; KCNA; CNA; Antara; Bernama; Dow Jones|Dow Jones Newswires; McClatchy|McClatchy Newspapers
    Tribune News Service; Religion News Service; Kaiser Health News; Cox Newspapers; Scripps Howard
"""
_OTHERS: Final = """
    CNN; BBC|BBC News; NBC|NBC News; ABC|ABC News; CBS|CBS News; Fox News|FOX News|Fox; MSNBC; CNBC; NPR; PBS
    C-SPAN; Sky News; ITV|ITV News; Channel 4|Channel 4 News; Al Jazeera; Deutsche Welle|DW; Euronews; France 24; RT
    Sputnik; CCTV; CGTN; NHK; Voice of America|VOA; Radio Free Europe|RFE/RL; Univision; Telemundo
    New York Times|NY Times|N.Y. Times|NYT; Washington Post|WaPo; Wall Street Journal|WSJ; USA Today|USA TODAY
    Los Angeles Times|L.A. Times|LA Times; Chicago Tribune; Boston Globe; Miami Herald; New York Post|NY Post
    New York Daily News|Daily News; Newsday; Guardian; Observer; Daily Telegraph|Telegraph; Independent; Daily Mail
    Daily Mirror|Mirror; Financial Times|FT; Times of London|Sunday Times; Economist; Sun; Daily Express
    Evening Standard
    Politico|POLITICO; Axios; Hill; Breitbart|Breitbart News; HuffPost|Huffington Post; BuzzFeed|BuzzFeed News; Vox
    Slate; Salon; Daily Beast; Daily Caller; Washington Examiner; Washington Times; Washington Free Beacon|Free Beacon
    Time|TIME; Newsweek; Atlantic; New Yorker; Mother Jones; National Review; Weekly Standard; TheBlaze|Blaze
    New Republic; Mediaite; Gawker; ProPublica; Intercept; Roll Call; Talking Points Memo; RealClearPolitics; Newsmax
    Gateway Pundit; Raw Story; ThinkProgress; Reason; Vice|VICE News|Vice News; Quartz; Yahoo News|Yahoo
    Spiegel|Der Spiegel; Bild; Die Welt; Süddeutsche Zeitung; Frankfurter Allgemeine Zeitung; Le Monde; Le Figaro
    El País; El Mundo; Corriere della Sera; La Repubblica; Kommersant; Izvestia; Vedomosti; Novaya Gazeta; Meduza
    Kyiv Independent; Kyiv Post; Ukrainska Pravda; Moscow Times; Global Times; China Daily; People's Daily
    South China Morning Post|SCMP; Nikkei; Asahi Shimbun; Yomiuri Shimbun; Straits Times; Haaretz; Jerusalem Post
    Times of Israel; Hindustan Times; Times of India; Indian Express; NDTV; Dawn; Hindu; Globe and Mail; Toronto Star
    CBC|CBC News; Sydney Morning Herald; Age; Irish Times; Scotsman; Forbes; Fortune; Business Insider|Insider
    MarketWatch; Barron's; Wired|WIRED; Verge; Ars Technica; Engadget; Gizmodo; TechCrunch; CNET; Mashable
    Space.com|Space
    SpaceNews|Space News; Spaceflight Now; Teslarati; Digital Trends; Live Science; New Scientist; Scientific American
    National Geographic; NASASpaceflight|NASASpaceFlight|NASA Spaceflight|NASA Space Flight|NASASpaceflight.com
    TMZ; Variety; Hollywood Reporter; Deadline; Rolling Stone; Billboard; Vanity Fair; Entertainment Weekly; People
    E! News; Us Weekly; ESPN; Sports Illustrated; Bleacher Report; Getty|Getty Images; Shutterstock
"""
# Web sites whose name is not the outlet's with the dot left out.
_DOMAINS: Final = {
    "apnews": "AP",
    "nytimes": "New York Times",
    "wsj": "Wall Street Journal",
    "latimes": "Los Angeles Times",
    "nypost": "New York Post",
    "nydailynews": "New York Daily News",
    "ft": "Financial Times",
    "dw": "Deutsche Welle",
    "voanews": "Voice of America",
    "huffingtonpost": "HuffPost",
    "tribunemedia": "Chicago Tribune",
    "thetimes": "Times of London",
    "telegraph": "Daily Telegraph",
    "dailymail": "Daily Mail",
    "businessinsider": "Business Insider",
    "news24": "News24",
    "scmp": "South China Morning Post",
    "spacedotcom": "Space.com",
    "space": "Space.com",
    "pressassociation": "PA",
    "interfax": "Interfax",
}
_COMMON: Final = frozenset(
    """
    Space Time Hill Sun Age People Slate Salon Vox Reason Dawn Mirror Observer Independent Guardian Atlantic Fortune
    Variety Deadline Verge Insider Vice Fox Blaze Hindu Quartz Fars Wired Bild Economist Telegraph PA CNA APA RIA
    """.split()  # noqa: SIM905  # a list would take a page
)
"""Names that are words or parts of other names too: beside another capitalised word they are not the outlet's."""
_MEDIA_WORDS: Final = frozenset(
    """
    Times Post News Journal Herald Tribune Gazette Chronicle Observer Examiner Star Sun Mirror Telegraph Guardian
    Independent Press Courier Dispatch Inquirer Sentinel Register Bee Record Weekly Monitor Globe Radio TV Television
    Magazine Review Today Daily Newspaper Newspapers Zeitung Shimbun Pravda Agency
    """.split()  # noqa: SIM905
)
"""With a capitalised word or two before them these make the name of an outlet."""


class Mention(msgspec.Struct, frozen=True, gc=False):
    """Where a text names an outlet; the range leaves an article ("the") out."""

    start: int
    end: int
    outlet: str
    """Its canonical name, or the name as written if it is not a known one."""
    agency: bool
    known: bool
    """False for a name that only has the shape of one: a web domain, "Springfield Gazette"."""


def _names() -> dict[str, tuple[str, bool]]:
    table: dict[str, tuple[str, bool]] = {}
    for block, agency in ((_AGENCIES, True), (_OTHERS, False)):
        for entry in re.split(r"[;\n]", block):
            names = [name.strip() for name in entry.split("|") if name.strip()]
            table.update((name, (names[0], agency)) for name in names)
    return table


_NAMES: Final = _names()
_SQUASHED: Final = {re.sub(r"[^a-z0-9]", "", name.lower()): value for name, value in _NAMES.items()}


def _by_first_word() -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for name in sorted(_NAMES, key=lambda n: (-len(n), n)):
        table.setdefault(re.split(r"\W", name, maxsplit=1)[0], []).append(name)
    return table


_FIRST_WORDS: Final = _by_first_word()
_CAPITALISED: Final = re.compile(r"(?<![\w@.-])(?:[A-Z\u010c]\w*|dpa\b)")
# Endings that are English words ("in", "it") would take every missing blank for a web site.
_ENDING: Final = re.compile(r"\.(?:com|org|net|news|info|tv|io|gov|ru|ua|de|fr|co\.\w\w)(?:\.\w\w)?(?![\w@-])")
_LONGEST_DOMAIN: Final = 60
_WORDS_BEFORE: Final = re.compile(r"(?:\b[A-Z][\w’'-]{1,25} ){1,3}$")
_LONGEST_NAME: Final = 80
_MOST: Final = 1000
"""Mentions that are looked at: a text with more is a list."""


def mentions(document: Document) -> tuple[Mention, ...]:
    """Find the outlets a document names, in order; computed once."""
    return document.once("outlets", lambda d: tuple(_find(d.text)))


def _find(text: str) -> list[Mention]:
    found = list(islice(_domains(text), _MOST))
    taken = {i for mention in found for i in range(mention.start, mention.end)}
    last = 0
    for match in _CAPITALISED.finditer(text):
        word, start = match[0], match.start()
        if not (word in _FIRST_WORDS or word in _MEDIA_WORDS) or start < last or start in taken:
            continue
        if len(found) >= 2 * _MOST:
            break
        name = next((n for n in _FIRST_WORDS.get(word, ()) if _stands(text, start, n)), None)
        if name is not None:
            end = start + len(name)
            if name not in _COMMON or _alone(text, start, end):
                found.append(Mention(start, end, *_NAMES[name], True))
                last = end
                continue
        if word in _MEDIA_WORDS and _ends(text, match.end()):
            before = _WORDS_BEFORE.search(text, max(last, start - _LONGEST_NAME), start)
            if before is not None:
                found.extend(_shaped(text, before.start(), match.end()))
                last = match.end()
    return sorted(found, key=lambda m: m.start)


def _stands(text: str, start: int, name: str) -> bool:
    return text.startswith(name, start) and _ends(text, start + len(name))


def _ends(text: str, end: int) -> bool:
    after = text[end : end + 2]
    return not (after[:1].isalnum() or after[:1] in ("@", "_") or (after[:1] == "-" and after[1:].isalnum()))


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a name that is also a common word has no capitalised word beside it."""
    article = text[max(0, start - 4) : start] == "The "
    if text[start:end] == "Hill":
        return article
    beside = not article and _WORDS_BEFORE.search(text, max(0, start - _LONGEST_NAME), start) is not None
    return not beside and not (text[end : end + 1] == " " and text[end + 1 : end + 2].isupper())


def _shaped(text: str, start: int, end: int) -> Iterator[Mention]:
    name = text[start:end]
    for opening in ("The ", "According "):
        if name.startswith(opening):
            start, name = start + len(opening), name[len(opening) :]
    outlet = outlet_named(name)
    if outlet is not None or " " in name:
        yield Mention(start, end, outlet or name, outlet in AGENCIES, outlet is not None)


def _domains(text: str) -> Iterator[Mention]:
    """Web sites named in the text; addresses of pages and of people are not."""
    for match in _ENDING.finditer(text):
        start = match.start()
        while start > max(0, match.start() - _LONGEST_DOMAIN) and (
            text[start - 1].isalnum() or text[start - 1] in ".-"
        ):
            start -= 1
        if start == match.start() or (start and text[start - 1] in "@/_"):
            continue
        outlet = outlet_named(text[start : match.end()])
        yield Mention(start, match.end(), outlet or text[start : match.end()], outlet in AGENCIES, outlet is not None)


AGENCIES: Final = frozenset(canonical for canonical, agency in _NAMES.values() if agency)
"""Canonical names of the agencies."""


@lru_cache(maxsize=4096)
def outlet_named(name: str) -> str | None:
    """Give the canonical name of an outlet by one of its names, its domain, address or handle; None if unknown.

    >>> outlet_named("www.nytimes.com"), outlet_named("The Associated Press"), outlet_named("@Spacedotcom")
    ('New York Times', 'AP', 'Space.com')
    """
    plain = re.sub(r"^(?:https?://)", "", name.strip().lower()).split("/")[0].lstrip("@")
    squashed = re.sub(r"[^a-z0-9]", "", plain)
    if squashed in _SQUASHED and len(squashed) > 1:
        return _SQUASHED[squashed][0]
    labels = plain.split(".")
    if len(labels) > 1:
        endings = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("co", "com", "org") else 2
        squashed = re.sub(r"[^a-z0-9]", "", labels[-endings]) if len(labels) >= endings else labels[0]
    for candidate in (squashed, squashed.removeprefix("the")):
        if candidate in _DOMAINS:
            return _DOMAINS[candidate]
        if candidate in _SQUASHED:
            return _SQUASHED[candidate][0]
    return None
