"""Named things of a story: the forms of one name gathered, and the type of thing each document says it is.

Two forms of one name are never a conflict. Two types are, if a thing cannot be both: who calls a capsule a ferry has
not understood the story, or has had it translated.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from annotate.corroboration.affiliations import OFFICES, offices, party_of
from annotate.corroboration.given_names import GIVEN_NAMES
from annotate.corroboration.values import person_names, word_set
from annotate.documents import Document
from annotate.lexicon.transliteration import transliteration_key


class Mention(msgspec.Struct, frozen=True, order=True, gc=False):
    """A named thing at ``text[start:end]`` of the document with this key."""

    document: str
    start: int
    end: int
    text: str


class TypeMention(msgspec.Struct, frozen=True, order=True, gc=False):
    """A word for a type of thing at ``text[start:end]``, and the name it is said of."""

    start: int
    end: int
    noun: str
    """Lower case, singular: ``space shuttle``."""
    entity: str
    """The name as written; empty where the words stand alone ("a damaged capsule")."""
    lone: bool = False
    """An office ("the governor") of which the document nowhere says whose it is."""


class TypeConflict(msgspec.Struct, frozen=True):
    """A type of thing that one document alone gives a named thing, and that the others' types exclude."""

    document: str
    start: int
    end: int
    entity: str
    """The name's most frequent form in the story."""
    here: str
    elsewhere: tuple[tuple[str, int], ...]
    """What the other documents call it, with how often, most frequent first."""
    documents: tuple[str, ...]
    """Keys of those documents, sorted."""
    examples: tuple[Mention, ...]
    """The first place of each of these types."""
    score: float
    """Probability in [0, 1] that the type is wrong."""


# --- mentions and their forms ---------------------------------------------------------------------------------------

_WORD: Final = r"[A-ZÀ-Þ][\w’'\-]*(?:\.(?=[A-Z]))?"
_LINK: Final = r"(?:of|for|the|de|al|von|van|bin)[ \xa0]"
_MENTION: Final = re.compile(
    r"(?<![\w’'\-])(?:the(?=[A-Z][A-Za-z]*-?\d))?"  # "theMS-22": a blank was lost
    rf"(?P<name>{_WORD}(?:[ \xa0](?:{_LINK}){{0,2}}{_WORD}){{0,7}})"
)
_POSSESSIVE: Final = re.compile(r"(?<=\w)['’]s[ \xa0]")
_NO_NAME: Final = word_set(
    """the a an this that these those it he she they we i you his her their our its in on at by for from of with as
    if but and or so when while after before since until there here what who why how where not no yes one two three
    some many most more all each every other another such both also according meanwhile however although though because
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december"""
)
_TITLE_WORDS: Final = word_set(
    """mr mrs ms dr sir lord lady president vice senator sen rep representative congressman congresswoman governor gov
    mayor judge justice secretary general gen col lt sgt captain capt chief king queen prince princess pope minister
    chancellor coach officer detective"""
)
_COMPANY: Final = word_set("inc corp corporation co company ltd llc plc group ag sa nv holdings")
_LEADING: Final = word_set("the a an in at of on near from")
_BRITISH: Final = {"centre": "center", "theatre": "theater", "labour": "labor", "defence": "defense"}
_PLACED: Final = re.compile(r",? (?:in|at|of the|near) |, ")
_LINKS: Final = word_set("of for the and de al von van in on")


def find_mentions(document: Document, key: str = "") -> tuple[Mention, ...]:
    """Give the capitalised names of a document in order, possessive endings and leading function words left out."""
    found: list[Mention] = []
    for m in _MENTION.finditer(document.text):
        start = m.start("name")
        # "SpaceX's Crew Dragon" names two things.
        for part in _POSSESSIVE.split(m["name"]):
            whole = part[:-2] if part.endswith(("'s", "’s")) else part
            name = _proper(whole)
            if name and name[0].isupper():
                first = start + len(whole) - len(name)
                found.append(Mention(key, first, first + len(name), name))
            start += len(part) + 3
    return tuple(found)


@lru_cache(maxsize=65536)
def name_words(name: str) -> tuple[str, ...]:
    """Take from a name what its spellings differ in: case, accents, hyphens, an article, a title, a legal form."""
    name = re.sub(r"^the(?=[A-Z][A-Za-z]*-?\d)", "", name)
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = [w.strip(".,'’\"“”") for w in plain.lower().replace("’", "'").split()]
    words = [_BRITISH.get(w, w) for w in (w.removesuffix("'s").removesuffix(".com") for w in words)]
    words = [w.replace("-", "").replace(".", "") for w in words]
    while len(words) > 1 and (words[0] in _TITLE_WORDS or words[0] in _LEADING):
        words.pop(0)
    while len(words) > 1 and words[-1] in (_COMPANY | {"jr", "sr"}):
        words.pop()
    return tuple(w for w in words if w)


def gather_forms(forms: Iterable[str]) -> list[tuple[str, ...]]:
    """Group the forms of names that belong to one thing, as far as the forms alone tell.

    Joined are spellings (case, accents, hyphens and blanks, romanisations), an acronym with the words it stands for,
    and a short form with the one longer name it ends: a surname with the full name, ``MS-22`` with ``Soyuz MS-22``. A
    short form of two different longer names is left alone.

    Returns:
        Groups sorted by their first form, each sorted; a form without kin is a group of one.
    """
    ordered = sorted(set(forms))
    parent = {form: form for form in ordered}

    def find(form: str) -> str:
        while parent[form] != form:
            form = parent[form]
        return form

    def join(one: str, other: str) -> None:
        a, b = sorted((find(one), find(other)))
        parent[b] = a

    words = {form: name_words(form) for form in ordered}
    for key in (_squeezed, _romanised, _without_initials, _sounded):
        first: dict[str, str] = {}
        for form in ordered:
            k = key(words[form])
            if k:
                join(first.setdefault(k, form), form)
    initials: dict[str, str] = {}
    for form in ordered:
        if len(words[form]) > 1:
            initials.setdefault("".join(w[0] for w in words[form] if w not in _LINKS), form)
    for form in ordered:
        letters = form.replace(".", "")
        if len(words[form]) == 1 and 2 <= len(letters) <= 6 and letters.isupper() and words[form][0] in initials:
            join(initials[words[form][0]], form)
    bare = {words[form]: form for form in reversed(ordered)}
    for form in ordered:
        # "Stiles Unit in Beaumont", "East Flatbush, Brooklyn": the name and where it is.
        for m in _PLACED.finditer(form, 1):
            head = name_words(form[: m.start()])
            if head in bare and (len(head) > 1 or m.group() == ", "):
                join(bare[head], form)
                break
    # By their groups, so that two spellings of one full name are one owner of its surname.
    tails: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for form in ordered:
        w = words[form]
        for i in range(1, min(len(w), 6)):
            tails[tuple(map(_roman, w[i:]))].add(find(form))
    for form in ordered:
        owners = {find(owner) for owner in tails.get(tuple(map(_roman, words[form])), ())} - {find(form)}
        if len(owners) == 1 and not (len(words[form]) == 1 and words[form][0] in GIVEN_NAMES):
            join(owners.pop(), form)
    groups: dict[str, list[str]] = defaultdict(list)
    for form in ordered:
        groups[find(form)].append(form)
    return sorted(tuple(group) for group in groups.values())


def gather(mentions: Iterable[Mention]) -> list[tuple[Mention, ...]]:
    """Group mentions, of one document or a story, by the thing they name; see :func:`gather_forms`."""
    by_form: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_form[mention.text].append(mention)
    return sorted(tuple(sorted(m for form in group for m in by_form[form])) for group in gather_forms(by_form))


def _squeezed(words: tuple[str, ...]) -> str:
    return "".join(words)


def _roman(word: str) -> str:
    return transliteration_key(word) if word.isalpha() and len(word) >= 4 else word


def _romanised(words: tuple[str, ...]) -> str:
    return " ".join(map(_roman, words)) if sum(map(len, words)) >= 5 else ""


def _sounded(words: tuple[str, ...]) -> str:
    """Leave the inner vowels out of a long given name: Dimitri, Dmitry. Its last letter stays: Daniel, Daniela."""
    given = _roman(words[0]) if len(words) == 2 else ""
    return f"{_VOWELS.sub('', given[:-1])}{given[-1]} {_roman(words[1])}" if len(given) >= 5 else ""


_VOWELS: Final = re.compile("[aeiou]")


def _without_initials(words: tuple[str, ...]) -> str:
    """Give a person's name without middle names: George W. Bush."""
    if len(words) == 3 and len(words[1]) == 1 and words[1].isalpha():
        return f"{words[0]} {words[2]}"
    return " ".join(words) if len(words) == 2 else ""


# --- types of things ------------------------------------------------------------------------------------------------

# Families of types, written by hand. Words between two bars are one kind; a thing cannot be of two kinds of one family.
# Those before the first bar are general: they fit every kind of their family. A word may be in several families.
_FAMILIES: Final[dict[str, str]] = {
    "space": """
        spacecraft, craft, spaceship, ship, vehicle, vessel | capsule | shuttle, space shuttle | rocket,
        launcher, booster | satellite | space station, orbital station | lander, rover, space probe | telescope
    """,
    "water": """
        ship, vessel, boat, craft | ferry, ferryboat | tanker, oil tanker | freighter, cargo ship, container
        ship, bulk carrier | yacht, sailboat, sailing boat | warship, frigate, destroyer, corvette, cruiser
        | submarine | cruise ship, cruise liner, liner | trawler, fishing boat, fishing vessel | tugboat,
        tug | barge | dinghy, raft, life raft | aircraft carrier
    """,
    "air": """
        aircraft, craft | plane, airplane, aeroplane, airliner, jet, jetliner, passenger plane | helicopter,
        chopper | drone, unmanned aerial vehicle | glider | balloon, hot air balloon, airship, blimp |
        missile
    """,
    "land": """
        vehicle | car, sedan, automobile, suv | bus, coach, minibus | train, locomotive | truck, lorry,
        tractor-trailer | motorcycle, motorbike | tram, streetcar | bicycle, bike | tank, armored vehicle
    """,
    "disaster": """
        disaster, catastrophe | earthquake, quake, temblor, tremor | flood, flooding, floods | tsunami |
        hurricane, typhoon, cyclone, tropical storm, storm | tornado, twister | wildfire, blaze, fire,
        bushfire | avalanche | landslide, mudslide, rockslide | eruption
    """,
    "worship": """
        place of worship | church, cathedral, chapel, basilica | mosque | synagogue | temple, pagoda
    """,
    "building": """
        building, facility, complex | school, college, university | hospital, clinic | hotel, motel |
        prison, jail | factory, mill | stadium, arena | supermarket, shop, store, shopping center, mall |
        embassy, consulate | museum | theater, cinema | power plant, nuclear plant, reactor | airport |
        refinery
    """,
    "water-body": """
        body of water | river, stream | lake, reservoir | sea, ocean | canal | strait | bay, gulf
    """,
    "land-form": """
        mountain, peak, volcano | island, islet | desert | valley | peninsula | glacier
    """,
    "settlement": """
        settlement | city, town, village, municipality | country, nation | province, region, state |
        continent
    """,
    "organisation": """
        organization, organisation, group, company, firm, corporation, business, enterprise | bank, lender |
        airline, carrier | newspaper, daily, tabloid | broadcaster, television network, radio station |
        union, trade union | university | space agency | army, military | ministry | militia | charity
    """,
    "firearm": """
        gun, firearm, weapon | rifle | pistol, handgun, revolver | shotgun | machine gun
    """,
    "office": """
        official, politician, lawmaker | senator | representative | governor | mayor | president | vice
        president | prime minister | chancellor | king | queen | pope | judge, justice | prosecutor |
        sheriff
    """,
    "party": """
        | republican | democrat
    """,
    "british-party": """
        | labour | conservative, tory | liberal democrat
    """,
    "german-party": """
        | christian democrat | social democrat | free democrat
    """,
    "profession": """
        | spokesperson | lawyer | prosecutor | judge | astronaut | doctor | pilot | priest | journalist |
        teacher
    """,
    "animal": """
        animal | dog | cat | horse | bear | lion | tiger | wolf | shark | whale | dolphin | elephant |
        gorilla | alligator, crocodile
    """,
}


def _kinds() -> dict[str, frozenset[tuple[str, int]]]:
    kinds: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for family, text in _FAMILIES.items():
        for number, words in enumerate(text.split("|")):
            for word in filter(None, (" ".join(w.split()) for w in words.split(","))):
                kinds[word].add((family, number))
    return {word: frozenset(found) for word, found in kinds.items()}


KINDS: Final = _kinds()
"""Family and kind (0 is general) of each word for a type of thing."""
_BARE: Final = frozenset(w for w, kinds in KINDS.items() if any(f in ("space", "water", "air") and n for f, n in kinds))
"""Words that are looked at without a name beside them, too."""
_CRAFT: Final = frozenset({"space", "water", "air", "land"})
_LONGEST: Final = max(len(w.split()) for w in KINDS)
_FIRST_WORDS: Final = frozenset(w.split()[0] for w in KINDS)
_PARTIES: Final = frozenset(w for w, kinds in KINDS.items() if any(f.endswith("party") for f, _ in kinds))
_PERSONS: Final = frozenset(w for w, kinds in KINDS.items() if all(f in ("office", "profession") for f, _ in kinds))
_NAME_BEFORE: Final = re.compile(r"(?:^|(?<![\w’'\-]))(?P<name>[A-Z0-9][\w’'\-]*(?: [A-Z0-9][\w\-]*){0,4})[”\"’]? $")
_APPOSITION: Final = re.compile(
    r"(?P<name>[A-Z][\w\-]*(?: [A-Z0-9][\w\-]*){0,4})(?:,| is| was) (?:an?|the) (?:[a-z\-]+ ){0,3}$"
)
_APPOSED: Final = re.compile(r"$|[,.;:)\n”\"]| (?:of|for|in|from|who|whose|and|at|on|with|to)\b")
_NAME_AFTER: Final = re.compile(r" [“\"‘]?(?P<name>[A-Z][\w’'\-]*(?: [A-Z0-9][\w\-]*){0,4})")
_ONCE: Final = word_set("former ex then late acting deputy state next future would-be")
"""Words before a type that say it is not, or not now, what the thing is."""
_PROSECUTING: Final = word_set("district u.s. us state's county commonwealth's")
"""Words before "attorney" that make it a prosecutor."""
_EARLIER: Final = frozenset({"senator", "representative", "governor"})
_LATER: Final = frozenset({"president", "vice president"})
"""Offices that those who hold them had others before, by which they go on being called."""
_WINDOW: Final = 80


def type_words(document: Document) -> tuple[TypeMention, ...]:
    """Give the words for types of things in a document, in order, each with the name it stands beside, if any.

    A name may stand directly before ("Soyuz MS-22 capsule"), directly after ("the capsule Soyuz MS-22"), or before in
    apposition ("MS-22, a damaged capsule"); a person's title stands before the name. Linear in the length of the text.
    """
    text = document.text
    words = document.layout.words
    forms = [text[w.start : min(w.end, w.start + 40)].lower() for w in words]
    found: list[TypeMention] = []
    i = 0
    while i < len(words):
        length = 0
        if forms[i] in _FIRST_WORDS and text[words[i].start].islower():
            lengths = range(min(_LONGEST, len(words) - i), 0, -1)
            length = next((n for n in lengths if " ".join(forms[i : i + n]) in KINDS), 0)
        if length:
            start, end, noun = words[i].start, words[i + length - 1].end, " ".join(forms[i : i + length])
            beside = i > 0 and not text[words[i - 1].start].islower()
            apposed = not {"a", "an", "the"}.isdisjoint(forms[max(0, i - 4) : i])
            if noun in _PERSONS:  # "Varga, the president could have": no apposition
                apposed = apposed and _APPOSED.match(text, end) is not None
            following = forms[i + length] if i + length < len(words) and text[end : end + 1] == " " else ""
            if noun in _PARTIES or following in KINDS:  # "a drone aircraft": the last word says what it is
                i += length
                continue
            name = _name_before(text, start, apposed=apposed, beside=beside and noun not in _PERSONS)
            if not name and noun not in _PERSONS and (after := _NAME_AFTER.match(text, end, end + _WINDOW)):
                name = _proper(after["name"])
            if (name or noun in _BARE) and not (i and forms[i - 1] in _ONCE):
                found.append(TypeMention(start, end, noun, name))
        i += max(length, 1)
    for start, end, name, role, title in person_names(text):
        before = text[max(0, title - 12) : title].lower().split()
        if role in KINDS and not (before and before[-1] in _ONCE | _PROSECUTING):
            found.append(TypeMention(title, end, role, text[start:end] if name else ""))
        if (party := party_of(text, title, start, end)) is not None:
            found.append(TypeMention(*party, text[start:end]))
    known = {(t.start, t.noun) for t in found}
    found.extend(
        TypeMention(start, end, noun, "", lone)
        for start, end, noun, lone in offices(text)
        if (start, noun) not in known
    )
    return tuple(sorted(found))


def _name_before(text: str, start: int, *, apposed: bool, beside: bool) -> str:
    """Give the name before a noun; what stands right before "spokesperson" is the employer, so ``beside`` is off."""
    before = text[max(0, start - _WINDOW) : start]
    for pattern, wanted in ((_APPOSITION, apposed), (_NAME_BEFORE, beside)):
        m = pattern.search(before) if wanted else None
        if m and (name := _proper(m["name"])):
            return name
    return ""


def _proper(name: str) -> str:
    """Take off leading function words, possessors and nationalities; empty where nothing is left."""
    words = name.split(" ")
    while words and (
        words[0].lower() in _NO_NAME or words[0].endswith(("'s", "’s", "s'")) or words[0].lower() in _ADJECTIVES
    ):
        words.pop(0)
    name = " ".join(words)
    return name if any(c.isalpha() for c in name) else ""


_ADJECTIVES: Final = word_set(
    """russian american us chinese indian japanese european british french german italian canadian iranian israeli
    turkish ukrainian korean brazilian spanish polish norwegian swedish australian mexican dutch greek danish
    damaged new former"""
)


def outlying_types(
    story: Sequence[tuple[str, Sequence[TypeMention]]], origins: Mapping[str, int] | None = None
) -> list[TypeConflict]:
    """Find types that one document alone gives to a named thing and that the others' types exclude.

    Args:
        story: for each document its key and what :func:`type_words` gave. The order does not matter.
        origins: key of a document to the number of its origin; without it each document is one of its own.

    Returns:
        One finding per place, in order. Documents of at least two other origins must say what the thing is, and
        none of them, nor any word of the same kind, may agree with the odd one. Of a person's office and party all
        of them must exclude it; where a document contradicts itself about a party, it is one of the two.
    """
    origin_of = origins or {key: i for i, (key, _) in enumerate(story)}
    ordered = sorted(story, key=lambda d: d[0])
    forms = gather_forms(t.entity for _, types in ordered for t in types if t.entity)
    group_of = {form: i for i, group in enumerate(forms) for form in group}
    said: dict[int, list[tuple[str, TypeMention]]] = defaultdict(list)
    for key, types in ordered:
        for t in types:
            if t.entity:
                said[group_of[t.entity]].append((key, t))
    found = [c for mentions in said.values() for c in _outliers(mentions, origin_of)]
    found.extend(_bare_outliers(ordered, said, origin_of))
    found.extend(_lone_outliers(ordered, origin_of))
    best: dict[tuple[str, int, int], TypeConflict] = {}
    for conflict in found:
        place = (conflict.document, conflict.start, conflict.end)
        if place not in best or best[place].score < conflict.score:
            best[place] = conflict
    return [best[place] for place in sorted(best)]


def _by_noun(mentions: Iterable[tuple[str, TypeMention]]) -> list[tuple[str, list[TypeMention]]]:
    """Gather the places where one document says one word, since they are judged alike."""
    places: dict[tuple[str, str], list[TypeMention]] = defaultdict(list)
    for key, t in mentions:
        places[key, t.noun].append(t)
    return [(key, those) for (key, _), those in places.items()]


def _everywhere(conflict: TypeConflict | None, places: Iterable[TypeMention]) -> Iterator[TypeConflict]:
    if conflict is not None:
        for t in places:
            yield msgspec.structs.replace(conflict, start=t.start, end=t.end)


def _outliers(mentions: list[tuple[str, TypeMention]], origin_of: Mapping[str, int]) -> Iterator[TypeConflict]:
    full = any(" " in t.entity for _, t in mentions)
    for key, places in _by_noun(mentions):
        t = places[0]
        others = [(k, o) for k, o in mentions if k != key]
        if t.noun in _PARTIES:
            if not full:
                continue  # a surname may be several people's
            others += [(k, o) for k, o in mentions if k == key and _excludes(t.noun, o.noun, same_family=True)]
        yield from _everywhere(_against(key, t, others, origin_of), places)


def _users(ordered: Sequence[tuple[str, Sequence[TypeMention]]]) -> dict[str, set[str]]:
    users: dict[str, set[str]] = defaultdict(set)
    for key, types in ordered:
        for t in types:
            users[t.noun].add(key)
    return users


def _bare_outliers(
    ordered: Sequence[tuple[str, Sequence[TypeMention]]],
    said: dict[int, list[tuple[str, TypeMention]]],
    origin_of: Mapping[str, int],
) -> Iterator[TypeConflict]:
    """Find words without a name ("a damaged space shuttle") of which no other document knows the kind."""
    users = _users(ordered)
    for key, types in ordered:
        named = {t.noun for t in types if t.entity}
        for _, places in _by_noun((key, t) for t in types if not t.entity and t.noun in _BARE and t.noun not in named):
            t = places[0]
            if any(users[w] - {key} for w in _kin(t.noun)):
                continue
            others = [(k, o) for m in said.values() for k, o in m if k != key and _related(t, o)]
            here = [
                m
                for m in said.values()
                if any(k == key for k, _ in m) and any(k != key and _related(t, o) for k, o in m)
            ]
            if not here:
                continue  # this document names nothing that the words could mean
            conflict = _against(key, t, others, origin_of, same_family=True)
            if conflict is not None:
                # It may mean any of these; the one most spoken of is given.
                names = Counter(o.entity for _, o in max(here, key=len))
                conflict = msgspec.structs.replace(conflict, entity=min(names, key=lambda n: (-names[n], n)))
                yield from _everywhere(conflict, places)


def _lone_outliers(
    ordered: Sequence[tuple[str, Sequence[TypeMention]]], origin_of: Mapping[str, int]
) -> Iterator[TypeConflict]:
    """Find an office ("the prime minister") that no document gives to anybody, where the others speak of another."""
    users = _users(ordered)
    for key, types in ordered:
        lone = [t for t in types if t.lone and not users[t.noun] - {key}]
        if lone:
            others = [(k, o) for k, those in ordered if k != key for o in those if o.noun in OFFICES]
            yield from _everywhere(_against(key, lone[0], others, origin_of, same_family=True), lone)


def _related(one: TypeMention, other: TypeMention) -> bool:
    return not {f for f, _ in KINDS[one.noun]}.isdisjoint(f for f, _ in KINDS[other.noun])


def _against(
    key: str,
    t: TypeMention,
    others: list[tuple[str, TypeMention]],
    origin_of: Mapping[str, int],
    *,
    same_family: bool = False,
) -> TypeConflict | None:
    excluding = [(k, o) for k, o in others if _excludes(t.noun, o.noun, same_family=same_family)]
    if t.noun in _PERSONS:
        others = excluding + [(k, o) for k, o in others if _same_kind(t.noun, o.noun)]
    witnesses = len({origin_of[k] for k, _ in excluding})
    saying = len({origin_of[k] for k, _ in others})
    if saying < 2 or not witnesses or any(_same_kind(t.noun, o.noun) for _, o in others):
        return None
    if witnesses < 2 and (same_family or 2 * len(excluding) < len(others)):
        return None
    counts = Counter(o.noun for _, o in others)
    names = Counter(o.entity for _, o in others if o.entity) or Counter(o.noun for _, o in others)
    first: dict[str, Mention] = {}
    for k, o in others:
        first.setdefault(o.noun, Mention(k, o.start, o.end, o.noun))
    score = min(0.9, 0.5 + 0.1 * witnesses + 0.03 * len(excluding)) - (0.1 if same_family else 0.0)
    return TypeConflict(
        key,
        t.start,
        t.end,
        min(names, key=lambda n: (-names[n], n)),
        t.noun,
        tuple(sorted(counts.items(), key=lambda c: (-c[1], c[0]))),
        tuple(sorted({k for k, _ in others} - {key})),
        tuple(first[noun] for noun in sorted(first)),
        round(score, 4),
    )


def _kin(noun: str) -> set[str]:
    """All words of the kinds that a word is of."""
    return {w for w, kinds in KINDS.items() if kinds & KINDS[noun]}


@lru_cache(maxsize=65536)
def _same_kind(one: str, other: str) -> bool:
    return one == other or any(number and (family, number) in KINDS[other] for family, number in KINDS[one])


@lru_cache(maxsize=65536)
def _excludes(one: str, other: str, *, same_family: bool) -> bool:
    """Whether a thing that is one cannot be the other."""
    if (one in _EARLIER and other in _LATER) or (one in _LATER and other in _EARLIER):
        return False
    a, b = dict(_by_family(one)), dict(_by_family(other))
    shared = a.keys() & b.keys()
    if not shared:
        # A ferry is no spacecraft; words of other families too often mean something else ("to dog", "to fire").
        return not same_family and set(a) <= _CRAFT and set(b) <= _CRAFT
    return all(a[family] and b[family] and not a[family] & b[family] for family in shared)


def _by_family(noun: str) -> Iterator[tuple[str, frozenset[int]]]:
    families: dict[str, set[int]] = defaultdict(set)
    for family, number in KINDS[noun]:
        families[family].add(number)
    for family, numbers in families.items():
        # A general word fits every kind: an empty set stands for that.
        yield family, frozenset() if 0 in numbers else frozenset(numbers)
