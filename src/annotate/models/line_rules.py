"""What page furniture and calls to action look like, as patterns: the reason and the wording behind a flag.

Each rule has a prior, the probability that an editor would confirm what it finds. The priors were set from reading
what each rule finds in the training half of human news and from its precision on labelled lines of web pages
(``docs/models/lines.md``). No pattern has nested or adjacent unbounded repetition, and none looks further than the
unit it is given, so a unit costs linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

Furniture = Literal["boilerplate", "spam"]


class Rule(NamedTuple):
    """A pattern, what it means, and where it may be believed."""

    reason: str
    label: Furniture
    pattern: re.Pattern[str]
    prior: float
    most_words: int
    """In units longer than this the pattern says nothing."""
    place: Literal["any", "edge", "end"] = "any"
    """``edge``: only in the first six or last four lines; ``end``: only in the last six."""
    anchored: bool = False
    """Whether every alternative begins at the start of the unit, so that no later place need be tried."""


class Hit(NamedTuple):
    """What a rule found in one unit."""

    rule: Rule
    start: int
    end: int
    """Offsets of the matched wording."""


SOCIAL: Final = (
    r"(?:social[ -](?:media|network(?:s|ing)?(?: sites?)?|sites?|channels?)|facebook|twitter"
    r"|instagram|youtube|tik ?tok"
    r"|telegram|whatsapp|linkedin|pinterest|snapchat|mastodon|bluesky|reddit|flipboard"
    r"|google ?(?:news|\+)|discord|viber"
    r"|vkontakte|weibo|wechat|tumblr|messenger|truth social|(?:apple )?podcasts?|spotify)"
)
_AGENCIES: Final = (
    r"(?:getty(?: images)?|afp|reuters|shutterstock|i ?stock(?:photo)?|associated press"
    r"|ap(?: photo)?|epa(?:-efe)?|alamy"
    r"|pa(?: wire| images| media)?|unsplash|pixabay|pexels|flickr|wikimedia(?: commons)?"
    r"|creative commons|bloomberg|dpa"
    r"|anadolu(?: agency)?|xinhua|rex(?: features)?|zuma(?: press)?|sipa|imago|nurphoto"
    r"|adobe ?stock|depositphotos|tass"
    r"|cbs|nbc|abc|cnn|bbc|via ap|upi|nasa|esa|noaa|handout|supplied|file)"
)
_IMAGE: Final = (
    r"(?:image|photo|photograph|picture|pic|video|graphic|illustration|screenshot|screengrab"
    r"|artwork|map|chart)"
)
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY: Final = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
_CLOCK: Final = r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: ?\(?(?:[A-Z]{2,4}|gmt|local time)\)?)?"
_DATE: Final = (
    rf"{_DAY}(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd"
    rf"|th)?[ -]{_MONTH},?[ -]\d{{2,4}}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})"
)
# A person's name: capitalised words, with the particles that stand inside names.
_NAME: Final = r"[A-Z][\w.'’\u0300-\u036f-]*(?: (?:[A-Z][\w.'’\u0300-\u036f-]*|de|da|del|van|von|der|bin|al|el)){0,4}"


def _rule(
    reason: str,
    label: Furniture,
    pattern: str,
    prior: float,
    most: int,
    place: Literal["any", "edge", "end"] = "any",
    case: bool = False,
) -> Rule:
    compiled = re.compile(pattern, 0 if case else re.IGNORECASE)
    return Rule(
        reason, label, compiled, prior, most, place, all(part.startswith("^") for part in _alternatives(pattern))
    )


def _alternatives(pattern: str) -> list[str]:
    """Split a pattern at the bars outside of its groups and character classes."""
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", lambda found: "." * len(found.group()), pattern)
    parts = [0]
    depth = 0
    for i, character in enumerate(plain):
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            parts.append(i + 1)
    return [pattern[a : b - 1] for a, b in zip(parts, [*parts[1:], len(pattern) + 1], strict=True)]


# The patterns are matched from the first letter, digit or mark of a unit that is no bullet (see ``LEAD``). The order is
# the order of preference where several match.
RULES: Final[tuple[Rule, ...]] = (
    # --- spam: calls to follow, subscribe, buy; promotion; link farms
    _rule(
        "social-follow",
        "spam",
        r"^(?:(?:please|kindly|also|and|don['’]t forget to|be sure to|make sure (?:to|you)|remember to"
        r"|you can(?: also)?|for more,?|to stay \w+,?) )*"
        r"(?:follow|like|find|join|add|friend|connect with|keep up with|catch|visit"
        rf"|subscribe to)\b.{{1,80}}\b(?:on|at|via|in|through)\b.{{0,40}}\b{SOCIAL}\b",
        0.93,
        30,
    ),
    _rule("social-follow", "spam", r"^follow (?:us|me|our|@\w+|[a-z. ]{3,40} (?:on|at) (?:twitter|x|@))", 0.95, 25),
    _rule(
        "social-follow",
        "spam",
        r"^(?:he|she|they|[A-Z]\w+|[A-Z]\w+ [A-Z]\w+)? ?(?:can be (?:followed|found|reached)|tweets?"
        r"|is) (?:on|at|@) ?(?:twitter|x|facebook|instagram|@\w+)\b",
        0.85,
        14,
        "end",
    ),
    _rule(
        "social-follow",
        "spam",
        rf"^(?:find|like|join|see|meet|friend|add|watch) (?:us|me) (?:on|at|in) ?(?:{SOCIAL}|\W*$)",
        0.95,
        25,
    ),
    _rule(
        "social-follow",
        "spam",
        r"^(?:please )?(?:like|follow|subscribe to) (?:our|this) (?:page|channel|profile|account|feed"
        r"|podcast)\b|\bturn on (?:the |your |our )?(?:\w+ )?notifications\b"
        r"|\b(?:hit|smash|press|click|tap) (?:the |that )?(?:subscribe|like|follow|bell"
        r"|notification)\b|\bnever miss an? (?:\w+ )?(?:story|update|post|video|episode|article)\b",
        0.93,
        30,
    ),
    _rule("social-follow", "spam", r"^(?:follow|like) (?:us|(?:this |our )?page)?\W*$", 0.95, 4),
    _rule(
        "social-follow",
        "spam",
        r"^(?:stay connected|connect with us|keep in touch|let['’]s connect)\b.{0,60}$",
        0.85,
        12,
    ),
    _rule(
        "newsletter",
        "spam",
        r"^(?:.{0,60}[,;:] ?)?(?:please |click here to |don['’]t forget to |be sure to |you can )?"
        r"(?:sign(?:ing)? up|subscribe|register|opt in|enter your e-?mail(?: address)?)\b.{0,80}"
        r"\b(?:newsletters?|e-?mails?(?: list| address| alerts?)?|alerts?|updates|briefings?"
        r"|mailing list|inbox|notifications?|digest|bulletin|channel)\b",
        0.93,
        45,
    ),
    _rule(
        "newsletter",
        "spam",
        r"^(?:get|receive|want|have|like)\b.{3,120}\b(?:(?:delivered |sent |straight |direct(?:ly)? "
        r"|right )+(?:to|into) your "
        r"(?:e-?mail |personal )?(?:inbox|e-?mail|phone|device)|in your inbox|by e-?mail)\b",
        0.93,
        45,
    ),
    _rule(
        "newsletter",
        "spam",
        r"^(?:sign up|subscribe)(?: now| today| here| free| to (?:our|the|us|this|my)\b.{0,60}"
        r"| for (?:our|the|free|full)\b.{0,60})\W*$",
        0.93,
        14,
    ),
    _rule(
        "newsletter",
        "spam",
        r"^(?:subscribe|sign up|signup|join (?:our )?(?:the )?(?:newsletter|mailing list))\W*$",
        0.95,
        6,
    ),
    _rule(
        "newsletter",
        "spam",
        r"^(?:you can )?unsubscribe (?:at )?any ?time\b|^(?:daily|weekly|morning|evening|our"
        r"|free)(?: \w+)? newsletters?\W*$",
        0.9,
        15,
    ),
    _rule(
        "subscription",
        "spam",
        r"^(?:already a|become a|not a|for) (?:subscribers?|members?)\b.{0,60}(?:\?|log ?in|sign ?in"
        r"|only|today|now|!)",
        0.9,
        20,
    ),
    _rule(
        "subscription",
        "spam",
        r"^(?:to (?:continue reading|read the (?:full|rest)|keep reading|view this|access)"
        r"|this (?:article|content|story) is (?:for|only|available"
        r"|exclusive))\b.{0,100}\b(?:subscri\w+|members?|log ?in|sign ?in|register\w*)\b",
        0.93,
        35,
    ),
    _rule(
        "subscription",
        "spam",
        r"^(?:subscribe|join|become a (?:member|subscriber|patron|supporter)"
        r"|start your (?:free )?trial)\b.{0,100}\b(?:now|today|here|free|access|month|week|year"
        r"|membership|only [$£€]\d|for [$£€]\d)\b",
        0.9,
        30,
    ),
    _rule(
        "promotion",
        "spam",
        r"^(?:open|create|claim|bet|deposit|play|spin|win|get|try|book|order|enjoy|join"
        r"|sign up)\b.{0,120}\b(?:free (?:bets?|trades?|spins?|trial|gift|shipping"
        r"|delivery|months?|weeks?)|(?:trades?|spins?|bets?|months?|weeks?|days?) free|bonus"
        r"|no deposit|(?:today|now) and (?:get|save|win)|\d+ ?% off|risk[- ]free)\b",
        0.9,
        35,
    ),
    _rule(
        "promotion",
        "spam",
        r"\b(?:capital (?:is )?at risk|t ?& ?cs? apply|terms (?:and|&) conditions apply"
        r"|gamble ?(?:aware|responsibly))\b",
        0.9,
        45,
    ),
    _rule(
        "promotion",
        "spam",
        r"\b(?:tap|click|swipe(?: up)?)(?: here| below)? to (?:download|install|buy|shop|order|join"
        r"|claim|get (?:yours|the))\b|\bdownload (?:it )?(?:now|today)\b",
        0.9,
        30,
    ),
    _rule(
        "promotion",
        "spam",
        r"\b(?:promo|discount|coupon|voucher) codes?\b.{0,60}|\b(?:use|enter) (?:the )?code [A-Z0-9]{4,}\b",
        0.85,
        40,
    ),
    _rule(
        "promotion",
        "spam",
        r"^(?:buy|order|shop|book|get (?:it|yours?|up to)|save(?: up to)?|grab|claim"
        r"|try)\b.{0,80}\b(?:now|today|here|online|\d+ ?% off|before it['’]s gone|while (?:stocks?"
        r"|supplies) last|free trial)\W*$",
        0.85,
        25,
    ),
    _rule(
        "promotion", "spam", r"^(?:.{0,40} )?(?:download|get|install) (?:our|the)(?: \w+){0,4} app\b.{0,80}", 0.88, 30
    ),
    _rule(
        "promotion",
        "spam",
        r"\b(?:we|[A-Z]\w+) (?:may|might|can|could|will) (?:earn|receive"
        r"|get) (?:an? )?(?:\w+ )?commissions?\b|\baffiliate (?:links?|commissions?"
        r"|partnerships?)\b.{0,60}\b(?:earn|commission|purchase|links?|we)\b",
        0.9,
        60,
    ),
    _rule(
        "promotion",
        "spam",
        r"^(?:sponsored|promoted|paid|partner)(?: (?:content|post|stories|links?|by\b.{0,40}|posts?"
        r"|article|program))*\W*$",
        0.9,
        8,
    ),
    _rule(
        "promotion",
        "spam",
        r"^(?:please )?(?:donate|support|contribute)\b(?: to| us| our| independent| quality| local"
        r"| this)*.{0,60}\b(?:journalism|newsroom|today|here|now|patreon|paypal|donation|reporting)\b",
        0.8,
        30,
    ),
    _rule(
        "promotion",
        "spam",
        r"\b(?:best|top|cheap|online|buy)(?: \w+){0,2} (?:casinos?|betting sites?|payday loans?"
        r"|essay writing services?|viagra|cialis|seo services?|replica watches|forex brokers?"
        r"|sportsbooks?|slots?)\b",
        0.8,
        40,
    ),
    _rule(
        "promotion",
        "spam",
        r"^(?:visit|check out|see|shop|browse) (?:our|the) (?:website|site|store|shop|online|web ?site"
        r"|full range|facebook|page)\b.{0,80}",
        0.8,
        20,
    ),
    # --- boilerplate
    _rule(
        "cookie-notice",
        "boilerplate",
        r"\b(?:(?:we|this (?:web)?site|our (?:partners"
        r"|(?:web)?site))(?: and our partners)? uses? cookies|(?:accept|reject"
        r"|manage)(?: all)? cookies|cookies? (?:policy|settings|preferences|consent|notice))\b",
        0.95,
        80,
    ),
    _rule(
        "cookie-notice",
        "boilerplate",
        r"^(?:please )?(?:enable|turn on) javascript\b|\bjavascript (?:is|must be|to be) (?:disabled"
        r"|enabled|required)\b|^your browser (?:does not|is not|is out)\b|^by (?:continuing|clicking"
        r"|signing up|using this site|subscribing)\b.{0,80}\b(?:cookies|privacy|terms|agree)\b",
        0.93,
        50,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^(?:also )?(?:read|watch|see|view|listen)(?: |-)?(?:also|more|next|too|now|on|here"
        r"|full story|the full (?:story|article|report))? ?[:|>»–—-](?! ?\d+[:.]\d)",
        0.95,
        45,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^(?:also (?:read|see|watch)|see also|read also|read next|watch next|read on|up next"
        r"|next up)\b.{0,120}$",
        0.93,
        25,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^(?:read|see|view|show|load|learn|find out|discover) (?:more|all|less|the (?:full|whole"
        r"|entire|original|rest))\b.{0,80}[^.]$|^read more\b|^(?:read|learn|find out) more (?:about|at"
        r"|from|here|on)\b",
        0.9,
        18,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^(?:related|recommended|suggested|popular|trending|latest|more|top|featured|similar|other"
        r"|further)(?: \w+){0,2} (?:articles?|stories|posts?|content|news|reading|topics?|links?"
        r"|coverage|videos?|items|tags|reads?|headlines|searches|galleries)\W*(?::.{0,160})?$",
        0.93,
        25,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^(?:related|recommended|(?:don['’]t|do not) miss(?: this| it)?|must[ -]reads?"
        r"|editors?['’]?s?['’]? (?:pick|choice)s?|most (?:read|popular|viewed|shared|recent)"
        r"|trending(?: now| on)?|in case you missed it|more (?:on|about) this(?: story| topic)?"
        r"|more to read|what to read next|next (?:article|story|post)|previous (?:article|story|post)"
        r"|explore more|you (?:might|may) have missed|what others are reading)(?:\W*$| ?[:"
        r"|>»–—-].{0,160}$)",
        0.93,
        25,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^you (?:may|might|could|['’]ll)(?: also)?(?: be)? (?:like|enjoy|love|want to (?:read|see"
        r"|watch)|interested in)\b[^.]{0,60}$",
        0.93,
        15,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^(?:more (?:from|on|in)|continue reading|keep reading|keep scrolling"
        r"|scroll down)\b.{0,50}[^.?!\"”]$",
        0.85,
        9,
    ),
    _rule(
        "read-also",
        "boilerplate",
        r"^(?:(?:click|tap|press) (?:here|on the|below)|(?:for more|for the latest|for full"
        r"|for all the latest|for other|to read more|to see more)\b.{0,60}\b(?:click|visit|follow|see"
        r"|go to|check|here|head to|sign|log on))\b.{0,120}",
        0.88,
        35,
    ),
    _rule(
        "story-continues",
        "boilerplate",
        r"^\W*(?:(?:story|article|post) continues(?: below)?(?: (?:the )?(?:advertisement|ad|video"
        r"|gallery))?|continue(?:s)? (?:reading )?below|continue reading the main story"
        r"|scroll to continue(?: with content)?|(?:this )?(?:advertisement|ad) (?:has not loaded|\d+"
        r"|will end).{0,60})\W*$",
        0.96,
        14,
    ),
    _rule(
        "advertisement",
        "boilerplate",
        r"^\W*(?:advertisement|advertising|advert|ads?|ad feedback|sponsor message|- ?advertisement ?-"
        r"|loading\W*)\W*$",
        0.97,
        4,
    ),
    _rule(
        "image-credit",
        "boilerplate",
        r"^(?:(?:featured|cover|header|main|lead|stock|file|top|banner|archive|handout|courtesy|ap|afp"
        rf"|reuters|getty) )?{_IMAGE}s?(?: (?:credits?|copyright|sources?|courtesy(?: of)?|illustration"
        rf"|via|from|©))* ?[:©/|].{{0,140}}$",
        0.93,
        25,
    ),
    _rule(
        "image-credit",
        "boilerplate",
        rf"^(?:(?:featured|cover|header|main|lead|stock|file|top|banner) )?{_IMAGE}s? (?:credits?"
        rf"|copyright|courtesy|by|via|from the) .{{0,120}}[^.?!]$",
        0.9,
        14,
    ),
    _rule(
        "image-credit",
        "boilerplate",
        r"^(?:credits?|courtesy|pictures?|pic|photos? credits?|images? credits?"
        r"|video credits?) ?[:/] ?.{1,100}$",
        0.9,
        14,
    ),
    _rule(
        "image-credit",
        "boilerplate",
        r"^(?:courtesy of|handout (?:via|from|photo)|screenshot (?:via|from|by|of))\b.{1,60}[^.?!]$",
        0.85,
        10,
    ),
    _rule(
        "image-credit",
        "boilerplate",
        rf"^(?:©|\(c\)|copyright) ?(?:\d{{4}} )?(?:{_NAME} ?[/,|] ?)?{_AGENCIES}\W*$",
        0.95,
        12,
    ),
    _rule(
        "image-credit",
        "boilerplate",
        rf"^(?:[\w.'’&-]+ ){{0,6}}[\w.'’&-]+ ?(?:/| via | for |\| ?|, ?via |© ?|– "
        rf"|- ){_AGENCIES}(?: ?[/,|] ?[\w .'’&-]{{2,40}})?\W*$",
        0.85,
        12,
    ),
    _rule("image-credit", "boilerplate", rf"^{_AGENCIES}\W*$", 0.8, 3),
    _rule(
        "caption",
        "boilerplate",
        r"^(?:FILE(?: PHOTO| IMAGE| PICTURE| VIDEO)?|File (?:photo|image|picture)|Stock (?:photo"
        r"|image)|Handout(?: photo| image)?)(?: ?[:(–—-]|\W*$)",
        0.95,
        80,
        case=True,
    ),
    _rule(
        "caption",
        "boilerplate",
        rf"^(?:in )?(?:this|an?)\b.{{0,40}}\b(?:file|undated|handout|still|aerial|satellite|booking"
        rf"|photo|video)\b.{{0,24}}\b(?:{_IMAGE}|frame|still|sketch)\b.{{0,40}}\b(?:provided|released"
        r"|taken|made|shows?|from|by|,)",
        0.85,
        80,
    ),
    _rule("caption", "boilerplate", r"^(?:enlarge this image|toggle caption|hide caption)\b.{1,400}$", 0.93, 80),
    _rule("caption", "boilerplate", r"^(?:image|media|video|photo) (?:copyright|caption|source|playback)\b", 0.95, 80),
    _rule(
        "caption",
        "boilerplate",
        r"^(?:(?:hide|show|toggle|view|expand|read) caption|enlarge(?: this)? (?:image|photo|text)"
        r"|(?:view|open|see|launch)(?: \w+){0,2} (?:gallery|slideshow|photos|images?)|(?:photos?"
        r"|pictures?|gallery|slideshow|images?|video)(?: gallery)? ?:?|play video|click to enlarge"
        r"|\d+ ?(?:/|of) ?\d+(?: photos| images)?|loading the player.{0,20})\W*$",
        0.9,
        8,
    ),
    _rule(
        "byline",
        "boilerplate",
        r"^(?:[Bb]y|BY|Written by|Words by|Story by|Author ?:|Text by|Posted by|Reported by|Report by"
        r"|Edited by|Reviewed by|Medically reviewed by|Analysis by|Opinion by"
        rf"|Review by) ?:? ?(?:the )?{_NAME}(?:(?:,| and| &|,? with| in) {_NAME}){{0,4}}(?:(?:,| ["
        rf"|/•·–—-]) ?.{{0,70}})?$",
        0.9,
        16,
        "edge",
        case=True,
    ),
    _rule(
        "byline",
        "boilerplate",
        r"^\W{0,2}(?:(?:additional |with )?(?:reporting|writing|editing|research"
        r"|graphics?)(?: and (?:writing|editing|reporting))?(?: for [\w ]{2,20})? (?:by|from)"
        r"|(?:additional|with) (?:reporting|files?) (?:by|from)|compiled (?:by|from)|translated by"
        r"|edited by|our standards:|with inputs? from|with agencies|(?:this|the) (?:story|report"
        r"|article) was (?:reported|written|edited|compiled) by)\b.{0,200}",
        0.93,
        60,
    ),
    _rule(
        "byline",
        "boilerplate",
        r"^.{0,160}\b(?:also )?contributed (?:\w+ )?to this (?:report|story|article|piece)\b",
        0.93,
        45,
    ),
    _rule(
        "byline",
        "boilerplate",
        r"^(?:(?:first )?published|(?:last )?updated|posted|(?:last )?modified|created|added|date"
        rf"|issued)\b ?(?:on|at|:)? ?.{{0,24}}(?:{_DATE}|{_CLOCK}|\bago\b)",
        0.92,
        16,
    ),
    _rule(
        "byline",
        "boilerplate",
        rf"^{_DATE}(?:(?:,? (?:at )?|\W{{1,3}}){_CLOCK})?(?: ?[|•·/–—-] ?.{{0,60}})?\W*$",
        0.75,
        14,
        "edge",
    ),
    _rule(
        "byline",
        "boilerplate",
        r"^(?:\d+|an?|one|two|a few) (?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?) ago\W*$"
        r"|^\d+[ -]min(?:ute)?s?(?: read)?\W*$|^reading time\b.{0,20}$",
        0.92,
        6,
    ),
    _rule("about-author", "boilerplate", r"^about (?:the )?(?:author|writer)s?\b", 0.95, 60),
    _rule(
        "about-author",
        "boilerplate",
        rf"^{_NAME} (?:is|was|has been|writes|covers|reports|serves as)\b.{{0,80}}\b(?:reporter"
        r"|correspondent|editor|journalist|columnist|contributor|staff writer|freelance"
        r"|contributing writer|senior writer|blogger|covers?|covering"
        rf"|bureau chief)\b(?:.{{0,120}}\b(?:for|at|based|of|with|covers?|covering|on|in)\b|\W*$)",
        0.75,
        60,
        "end",
        case=True,
    ),
    _rule(
        "contact",
        "boilerplate",
        r"^(?:(?:you can )?(?:e-?mail|contact|reach|write to) |send (?:us )?(?:an? )?(?:e-?mail|tips?"
        r"|letters?|comments?|feedback)|(?:got|have) (?:a|any) (?:news )?(?:tips?|story|stories"
        r"|question|comments?|correction)|to contact (?:the|our)|do you have (?:a|any) (?:story|tips?"
        r"|information))\b.{0,200}(?:@|\bus\b|e-?mail|reporter|here)",
        0.9,
        60,
    ),
    _rule(
        "contact",
        "boilerplate",
        r"^(?:e-?mail|phone|tel|fax|contact)(?: us| me| the author)?\W*$|^(?:e-?mail|tel|phone"
        r"|fax)\b ?: ?\S+@?\S*\W*$|^\S+@\S+\.\w{2,}\W*$|^.{0,80}\bcan be reached (?:at|by"
        r"|via)\b.{0,60}(?:@|\d{3}|e-?mail)",
        0.9,
        25,
    ),
    _rule(
        "copyright",
        "boilerplate",
        r"^(?:.{0,80})?(?:(?<!\w)©(?= ?(?:\d|[a-z]))|\(c\) ?\d{4}|copyright (?:©|\(c\)|\d{4}|by|19|20)"
        r"|\ball rights reserved\b|all contents? (?:©|copyright))",
        0.93,
        60,
    ),
    _rule(
        "copyright",
        "boilerplate",
        r"^(?:.{0,60})?\b(?:may not be (?:published|reproduced|copied|republished)"
        r"|reproduced with permission|republished with permission|this (?:material|content) (?:is"
        r"|may))\b.{0,40}",
        0.85,
        45,
    ),
    _rule(
        "copyright",
        "boilerplate",
        r"^(?:terms (?:of (?:use|service)|and conditions|& conditions)|privacy(?: policy| notice"
        r"| statement)?|legal (?:notice|disclaimer)|disclaimer ?:.{0,200}"
        r"|disclaimer)\b(?:\W.{0,40})?$",
        0.9,
        40,
    ),
    _rule(
        "syndication",
        "boilerplate",
        r"^(?:this|the) (?:article|story|post|piece|report|column|interview|essay|op-ed"
        r"|excerpt) (?:was |has been |is )?(?:(?:originally|first|previously|also|recently|updated"
        r"|republished|reprinted|adapted|syndicated|corrected|excerpted|part of|provided|produced"
        r"|published)\b).{0,160}",
        0.9,
        45,
    ),
    _rule(
        "syndication",
        "boilerplate",
        r"^(?:the views expressed|the opinions expressed|opinions expressed|views expressed"
        r"|the views and opinions|note to readers|editor['’]?s['’]? note ?:"
        r"|correction ?:(?= \S+(?: \S+){6}))",
        0.85,
        70,
    ),
    _rule(
        "comments",
        "boilerplate",
        r"^(?:(?:leave|post|add|write|make|submit)(?: a| your)? (?:comment|reply)s?|(?:view|show|hide"
        r"|see|load|read|all)(?: all| the| more)?(?: \d+)? comments?|(?:no|\d+) comments?"
        r"|comments? ?(?:\(\d+\)|: ?\d+)?|comments (?:are|have been) (?:closed|disabled|off)"
        r"|your e-?mail address will not be published|required fields are marked|have your say"
        r"|log ?in to (?:comment|reply)|sign in to (?:comment|reply)|be the first to comment"
        r"|join the (?:conversation|discussion)|(?:log|sign) ?in|log ?out|register(?: now)?|password"
        r"|username|reply|report abuse|report(?: this)? comment|reply to)\b\W*(?:\(\d+\)|\d+)?.{0,30}$",
        0.9,
        10,
    ),
    _rule(
        "comments",
        "boilerplate",
        r"\b(?:let us know|tell us|share your (?:thoughts|views|opinions?|experiences?)|have your say"
        r"|sound off)\b.{0,60}\b(?:in (?:the|our) comments?|comments? (?:section|below|box)|below)\b"
        r"|^what do you think\?.{0,40}\b(?:comment|tell us|let us)\b",
        0.9,
        35,
    ),
    _rule(
        "share-tools",
        "boilerplate",
        r"^(?=[\d\W]*[a-z]{2})(?:(?:share|tweet|pin(?: it)?|e-?mail|print|copy(?: link)?|save|like"
        r"|bookmark|whats ?app|facebook|twitter|reddit|pinterest|linkedin|telegram|messenger|flipboard"
        r"|instagram|youtube|tumblr|link|text|x|rss|this|more|shares?|\d+)[\s,|/·•:+]*){1,12}$",
        0.92,
        14,
    ),
    _rule(
        "share-tools",
        "boilerplate",
        r"^(?:click (?:here )?to )?(?:share|e-?mail|tweet|print|pin)(?: this)?(?: (?:article|story"
        r"|post|page|link))?(?: (?:on|via|to|with|by|using|in|a))\b.{0,60}$|^share (?:this|the"
        r"|it)\b.{0,40}$|\(opens in new window\)|^copy (?:this )?link\b.{0,40}$|^(?:print|e-?mail"
        r"|save) this (?:article|story|page)\b.{0,20}$|^e-?mail this to\b.{0,30}$"
        r"|^printable version\W*$|^shares?\W*\d*\W*$",
        0.93,
        12,
    ),
    _rule(
        "tags",
        "boilerplate",
        r"^(?:(?:tags?|topics?|categor(?:y|ies)|keywords?|labels?|tagged) ?:.{0,160}"
        r"|(?:this article )?(?:filed under|filed in"
        r"|posted in|tagged (?:under|with|as))\b.{0,160}|(?:in this (?:story|article)|follow topics|tags|topics)\W*)$",
        0.85,
        20,
    ),
    _rule("navigation", "boilerplate", r"^.{2,60} ?[-–—|•·] ?(?:.{0,40} )?page \d+(?: of \d+)?\W*$", 0.9, 14),
    _rule(
        "navigation",
        "boilerplate",
        r"^(?:home(?: ?page)?|menu|search|skip (?:to|navigation)\b.{0,30}|(?:back )?to (?:the )?top"
        r"|close|next(?: page)?|previous(?: page)?|prev|sections?|site ?map|contact(?: us)?"
        r"|about(?: us)?|faqs?|help|top stories|breaking news|news|opinion|sports?|business"
        r"|entertainment|lifestyle|politics|world|local|weather|videos?|photos|more|less|see more"
        r"|show more|load more|view all|see all|cancel|submit|no thanks|careers|archives?|subscribe"
        r"|rss|edition|e-?paper|login|follow|listen|watch live|live|listen now|watch now|play|pause"
        r"|mute)[^\w.!?]*$",
        0.8,
        5,
    ),
    _rule("navigation", "boilerplate", r"^[\w&'’ .-]{2,30}(?: ?[|»›>•·] ?[\w&'’ .-]{2,30}){2,20}$", 0.88, 40),
)

_LINKS: Final = Rule(
    "navigation", "boilerplate", re.compile(r"(?:\W{0,5}\[[^\]\n]{1,80}\]\([^)\n]{1,200}\)){2,}\W*$"), 0.93, 100
)
_IMAGE_LINK: Final = Rule("image", "boilerplate", re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{1,300}\)\W*$"), 0.95, 100)
# Markdown: nothing but links, or an image with its description.

LEAD: Final = re.compile(r"[^\w\"“”‘’'©@$£€]{0,20}_{0,5}")
"""Blanks, bullets, arrows, pictographs and opening brackets before the wording."""

CREDIT_TAIL: Final = re.compile(
    rf"[(\[]\s?(?:(?:[\w ]{{0,24}}\b)?{_IMAGE}s?(?: credits?| copyright| courtesy| by| via"
    rf"| from)?\s?[:/©|]|{_IMAGE}s? (?:by|via|courtesy|credit|from)\b|(?:image "
    r"|photo )?credits?\s?:"
    r"|(?:AP|AFP|EPA|Reuters|Getty|CBS|NBC|ABC)(?: Photo| Images| News)?\s?[/)\]]"
    rf"|(?:[\w.'’-]+ ){{1,4}}?/ ?{_AGENCIES}|[\w.'’-]+(?: [\w.'’-]+){{0,3}} ?(?:/| via "
    rf"| for ){_AGENCIES}"
    r"|file(?: photo| image)?\s?[)\]]|stock (?:photo|image))[^()\[\]\n]{0,120}[)\]]?",
    re.IGNORECASE,
)
"""A credit in brackets inside or at the end of a line."""

BARE_TAIL: Final = re.compile(
    r"(?:[.!?…]|\s[-–—|])\s+(?:(?:[Ii]mage|[Pp]hoto|[Pp]hotograph|[Pp]icture|IMAGE|PHOTO"
    r"|PICTURE)s?(?: credits?| courtesy| by| Credit| CREDIT)?\s?[:/©]\s?[^.!?\n]{2,70}"
    r"|(?:[Ii]mage|[Pp]hoto) (?:by|courtesy of|credit) [^.!?\n]{2,70}|(?:REUTERS|AFP|AP"
    r"|EPA)\s?/\s?[^.!?\n]{2,50}"
    r"|(?:[\w.'’-]+(?: [\w.'’-]+){0,2}\s?/\s?)?(?:via )?(?:Getty Images|PA Images|PA Wire|AP Photo"
    r"|AFP|REUTERS|Reuters|Shutterstock|Alamy|EPA))[^\w.!?\n]*$"
)
"""A credit without brackets after the last sentence of a caption."""

CAPTION_CUE: Final = re.compile(
    r"\b(?:pictured(?: here| above| below| left| right| with| in| at| on)?|seen here|(?:seen|shown"
    r"|depicted) in (?:this|an?|the|file)\b|file (?:photo|image|picture)"
    r"|stock (?:photo|image)|from left(?: to right)?|poses? (?:for|with|in|at|on)|looks on"
    r"|(?:artist|illustrator)['’]?s?['’]? (?:impression|rendering|concept|illustration|conception)"
    r"|in this (?:image|photo|photograph|picture|frame|illustration|view|still|file)|(?:this"
    r"|the) (?:image|photo|photograph|picture|illustration) (?:shows?|depicts|was taken|is|from"
    r"|provided|released)"
    r"|(?:is|are) (?:shown|seen|pictured)|an? (?:view|image|photo|photograph|picture|illustration"
    r"|rendering|aerial view|general view) (?:of|from|shows?|taken|showing))\b"
    r"|[(,] ?(?:left|right|centre|center|second left|l|r|c|far left|far right|bottom|top)(?:[),]| and )",
    re.IGNORECASE,
)
"""Wording that speaks of a picture."""

# Reworded calls: the parts count, whatever their order. A spinner changes the words around them.
_OBJECT: Final = re.compile(
    rf"\b(?:{SOCIAL}|newsletters?|mailing list|social (?:page|account|profile|feed|tab)s?"
    r"|(?:facebook|twitter|instagram|youtube) (?:page|account|channel|profile|handle)s?)\b",
    re.IGNORECASE,
)
_ACTION: Final = re.compile(
    r"\b(?:follow(?:ing)?|subscrib(?:e|ing)|sign(?:ing)? up|join(?:ing)?|connect(?:ing)?"
    r"|like (?:us|me|our|this|the (?:page|channel))|stay (?:tuned|connected|updated|informed|in touch|up to date)"
    r"|keep (?:up|in touch)|get in touch|add|retweet|tweet|share)\b",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"\b(?:you|your|our|(?-i:us))\b|\b(?:please|we) (?:encourage|invite|urge|ask|recommend|follow"
    r"|subscribe|join|like)\b",
    re.IGNORECASE,
)
_CHANNEL: Final = re.compile(
    r"\b(?:page|account|profile|handle|tab|channel|feed|group|button|updates|news|posts|content|site)\b", re.IGNORECASE
)
_REPORTED: Final = re.compile(
    r"[\"“”]|\b(?:said|says|told|tells|asked|wrote|writes|added|posted|tweeted|announced|according"
    r"|urged|urging|encouraged|was|were|had)\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(r"\b(?:he|she|they|his|her|their)\b", re.IGNORECASE)


def reworded_call(unit: str) -> tuple[float, list[str]]:
    """How much a sentence is a call to follow or subscribe whatever its words, and the words that say so.

    A platform or newsletter (what), an action (do) and the reader or the publisher addressed (who) must all be
    there; a page, account or channel adds to it. Reported speech, other people's doings and long sentences take from
    it. Returns a probability (0 when one of the three parts is missing).
    """
    words = unit.count(" ") + 1
    if words > 40:
        return 0.0, []
    found: list[str] = []
    for pattern in (_ADDRESS, _ACTION, _OBJECT):
        part = pattern.search(unit)
        if not part:
            return 0.0, []
        found.append(part.group().lower())
    score = 0.8
    channel = _CHANNEL.search(unit)
    if channel:
        score += 0.1
        found.append(channel.group().lower())
    if unit.endswith(":") or words <= 15:
        score += 0.05
    reported = _REPORTED.search(_QUOTED_NAME.sub("", unit))
    if reported:
        score -= 0.5
    if _OTHERS.search(unit):
        score -= 0.1
    if words > 25:
        score -= 0.2
    return max(0.0, min(0.95, round(score, 2))), found


_QUOTED_NAME: Final = re.compile(r"[\"“][\w.@ -]{1,24}[\"”]")
"""A name or account in quotation marks is not reported speech."""

_URL: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|co\.uk|info|biz|ru|io)\b/?\S*", re.IGNORECASE
)


_ENDINGS: Final = (".com", ".org", ".net", ".co.uk", ".info", ".biz", ".ru", ".io")


def link_share(unit: str) -> tuple[int, float]:
    """How many addresses of web pages a unit holds, and the share of its characters they take; 0 below three."""
    if unit.count("http") + unit.count("www.") + sum(unit.count(ending) for ending in _ENDINGS) < 3:
        return 0, 0.0  # the usual case, and much cheaper than the pattern
    found = [m.end() - m.start() for m in _URL.finditer(unit)]
    return len(found), sum(found) / max(1, len(unit))


LINK_FARM: Final = Rule("link-farm", "spam", _URL, 0.85, 200)
REWORDED: Final = Rule("social-follow", "spam", _ACTION, 0.85, 40)


def first_hit(text: str, start: int, end: int, allowed: Callable[[Rule], bool]) -> Hit | None:
    """Give the first rule that finds its wording in ``text[start:end]`` and is allowed there.

    Only the unit's first 600 characters are looked at: no rule is about more words than fit there.
    """
    if text[start] in "![":
        for rule in (_IMAGE_LINK, _LINKS):
            found = rule.pattern.match(text, start, min(end, start + 600))
            if found and allowed(rule):
                return Hit(rule, start, found.end())
    lead = LEAD.match(text, start, end)
    begin = lead.end() if lead else start
    unit = text[begin : min(end, begin + 600)]
    if not unit:
        return None
    words = unit.count(" ") + 1 if end - begin <= 600 else 1000
    for rule in RULES:
        if words > rule.most_words or not allowed(rule):
            continue
        found = rule.pattern.match(unit) if rule.anchored else rule.pattern.search(unit)
        if found:
            return Hit(rule, begin + found.start(), begin + found.end())
    return None
