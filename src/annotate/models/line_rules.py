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


class Hit(NamedTuple):
    """What a rule found in one unit."""

    rule: Rule
    start: int
    end: int
    """Offsets of the matched wording."""


SOCIAL: Final = (
    r"(?:social[ -](?:media|network(?:s|ing)?(?: sites?)?|sites?|channels?)|facebook|twitter|instagram|youtube|tik ?tok"
    r"|telegram|whatsapp|linkedin|pinterest|snapchat|mastodon|bluesky|reddit|flipboard|google ?(?:news|\+)|discord|viber"
    r"|vkontakte|weibo|wechat|tumblr|messenger|truth social|(?:apple )?podcasts?|spotify)"
)
_AGENCIES: Final = (
    r"(?:getty(?: images)?|afp|reuters|shutterstock|i ?stock(?:photo)?|associated press|ap(?: photo)?|epa(?:-efe)?|alamy"
    r"|pa(?: wire| images| media)?|unsplash|pixabay|pexels|flickr|wikimedia(?: commons)?|creative commons|bloomberg|dpa"
    r"|anadolu(?: agency)?|xinhua|rex(?: features)?|zuma(?: press)?|sipa|imago|nurphoto|adobe ?stock|depositphotos|tass"
    r"|cbs|nbc|abc|cnn|bbc|via ap|upi|nasa|esa|noaa|handout|supplied|file)"
)
_IMAGE: Final = r"(?:image|photo|photograph|picture|pic|video|graphic|illustration|screenshot|screengrab|artwork|map|chart)"
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY: Final = r"(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?"
_CLOCK: Final = r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: ?\(?(?:[A-Z]{2,4}|gmt|local time)\)?)?"
_DATE: Final = (
    rf"{_DAY}(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?[ -]{_MONTH},?[ -]\d{{2,4}}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})"
)
# A person's name: capitalised words, with the particles that stand inside names.
_NAME: Final = r"[A-Z][\w.'’-]*(?: (?:[A-Z][\w.'’-]*|de|da|del|van|von|der|bin|al|el)){0,4}"


def _rule(
    reason: str, label: Furniture, pattern: str, prior: float, most: int, place: Literal["any", "edge", "end"] = "any", case: bool = False
) -> Rule:
    return Rule(reason, label, re.compile(pattern, 0 if case else re.IGNORECASE), prior, most, place)


# The patterns are matched from the first letter, digit or mark of a unit that is no bullet (see ``LEAD``). The order is
# the order of preference where several match.
RULES: Final[tuple[Rule, ...]] = (
    # --- spam: calls to follow, subscribe, buy; promotion; link farms
    _rule(
        "social-follow",
        "spam",
        rf"^(?:(?:please|kindly|also|and|don['’]t forget to|be sure to|make sure (?:to|you)|remember to|you can(?: also)?|for more,?|to stay \w+,?) )*"
        rf"(?:follow|like|find|join|add|friend|connect with|keep up with|catch|visit|subscribe to)\b.{{1,80}}\b(?:on|at|via|in|through)\b.{{0,40}}\b{SOCIAL}\b",
        0.93,
        30,
    ),
    _rule("social-follow", "spam", r"^follow (?:us|me|our|@\w+|[a-z. ]{3,40} (?:on|at) (?:twitter|x|@))", 0.95, 25),
    _rule(
        "social-follow",
        "spam",
        rf"^(?:he|she|they|[A-Z]\w+|[A-Z]\w+ [A-Z]\w+)? ?(?:can be (?:followed|found|reached)|tweets?|is) (?:on|at|@) ?(?:twitter|x|facebook|instagram|@\w+)\b",
        0.85,
        14,
        "end",
    ),
    _rule("social-follow", "spam", rf"^(?:find|like|join|see|meet|friend|add|watch) (?:us|me) (?:on|at|in) ?(?:{SOCIAL}|\W*$)", 0.95, 25),
    _rule("social-follow", "spam", r"^(?:follow|like) (?:us|(?:this |our )?page)?\W*$", 0.95, 4),
    _rule("social-follow", "spam", rf"^(?:stay connected|connect with us|keep in touch|let['’]s connect)\b.{{0,60}}$", 0.85, 12),
    _rule(
        "newsletter",
        "spam",
        r"^(?:.{0,60}[,;:] ?)?(?:please |click here to |don['’]t forget to |be sure to |you can )?"
        r"(?:sign(?:ing)? up|subscribe|register|opt in|enter your e-?mail(?: address)?)\b.{0,80}"
        r"\b(?:newsletters?|e-?mails?(?: list| address| alerts?)?|alerts?|updates|briefings?|mailing list|inbox|notifications?|digest|bulletin|channel)\b",
        0.93,
        45,
    ),
    _rule(
        "newsletter",
        "spam",
        r"^(?:get|receive|want|have|like)\b.{3,120}\b(?:(?:delivered |sent |straight |direct(?:ly)? |right )+(?:to|into) your "
        r"(?:e-?mail |personal )?(?:inbox|e-?mail|phone|device)|in your inbox|by e-?mail)\b",
        0.93,
        45,
    ),
    _rule("newsletter", "spam", r"^(?:sign up|subscribe)(?: now| today| here| free| to (?:our|the|us|this|my)\b.{0,60}| for (?:our|the|free|full)\b.{0,60})\W*$", 0.93, 14),
    _rule("newsletter", "spam", r"^(?:subscribe|sign up|signup|join (?:our )?(?:the )?(?:newsletter|mailing list))\W*$", 0.95, 6),
    _rule("newsletter", "spam", r"^(?:you can )?unsubscribe (?:at )?any ?time\b|^(?:daily|weekly|morning|evening|our|free)(?: \w+)? newsletters?\W*$", 0.9, 15),
    _rule("subscription", "spam", r"^(?:already a|become a|not a|for) (?:subscribers?|members?)\b.{0,60}(?:\?|log ?in|sign ?in|only|today|now|!)", 0.9, 20),
    _rule("subscription", "spam", r"^(?:to (?:continue reading|read the (?:full|rest)|keep reading|view this|access)|this (?:article|content|story) is (?:for|only|available|exclusive))\b.{0,100}\b(?:subscri\w+|members?|log ?in|sign ?in|register\w*)\b", 0.93, 35),
    _rule("subscription", "spam", r"^(?:subscribe|join|become a (?:member|subscriber|patron|supporter)|start your (?:free )?trial)\b.{0,100}\b(?:now|today|here|free|access|month|week|year|membership|only [$£€]\d|for [$£€]\d)\b", 0.9, 30),
    _rule("promotion", "spam", r"\b(?:promo|discount|coupon|voucher) codes?\b.{0,60}|\b(?:use|enter) (?:the )?code [A-Z0-9]{4,}\b", 0.85, 40),
    _rule("promotion", "spam", r"^(?:buy|order|shop|book|get (?:it|yours?|up to)|save(?: up to)?|grab|claim|try)\b.{0,80}\b(?:now|today|here|online|\d+ ?% off|before it['’]s gone|while (?:stocks?|supplies) last|free trial)\W*$", 0.85, 25),
    _rule("promotion", "spam", r"^(?:.{0,40} )?(?:download|get|install) (?:our|the)(?: \w+){0,4} app\b.{0,80}", 0.88, 30),
    _rule("promotion", "spam", r"\b(?:we|[A-Z]\w+) (?:may|might|can|could|will) (?:earn|receive|get) (?:an? )?(?:\w+ )?commissions?\b|\baffiliate (?:links?|commissions?|partnerships?)\b.{0,60}\b(?:earn|commission|purchase|links?|we)\b", 0.9, 60),
    _rule("promotion", "spam", r"^(?:sponsored|promoted|paid|partner)(?: (?:content|post|stories|links?|by\b.{0,40}|posts?|article|program))*\W*$", 0.9, 8),
    _rule("promotion", "spam", r"^(?:please )?(?:donate|support|contribute)\b(?: to| us| our| independent| quality| local| this)*.{0,60}\b(?:journalism|newsroom|today|here|now|patreon|paypal|donation|reporting)\b", 0.8, 30),
    _rule("promotion", "spam", r"\b(?:best|top|cheap|online|buy)(?: \w+){0,2} (?:casinos?|betting sites?|payday loans?|essay writing services?|viagra|cialis|seo services?|replica watches|forex brokers?|sportsbooks?|slots?)\b", 0.8, 40),
    _rule("promotion", "spam", r"^(?:visit|check out|see|shop|browse) (?:our|the) (?:website|site|store|shop|online|web ?site|full range|facebook|page)\b.{0,80}", 0.8, 20),
    # --- boilerplate
    _rule("cookie-notice", "boilerplate", r"\b(?:(?:we|this (?:web)?site|our (?:partners|(?:web)?site))(?: and our partners)? uses? cookies|(?:accept|reject|manage)(?: all)? cookies|cookies? (?:policy|settings|preferences|consent|notice))\b", 0.95, 80),
    _rule("cookie-notice", "boilerplate", r"^(?:please )?(?:enable|turn on) javascript\b|\bjavascript (?:is|must be|to be) (?:disabled|enabled|required)\b|^your browser (?:does not|is not|is out)\b|^by (?:continuing|clicking|signing up|using this site|subscribing)\b.{0,80}\b(?:cookies|privacy|terms|agree)\b", 0.93, 50),
    _rule("read-also", "boilerplate", r"^(?:also )?(?:read|watch|see|view|listen)(?: |-)?(?:also|more|next|too|now|on|here|full story|the full (?:story|article|report))? ?[:|>»–—-](?! ?\d+[:.]\d)", 0.95, 45),
    _rule("read-also", "boilerplate", r"^(?:also (?:read|see|watch)|see also|read also|read next|watch next|read on|up next|next up)\b.{0,120}$", 0.93, 25),
    _rule("read-also", "boilerplate", r"^(?:read|see|view|show|load|learn|find out|discover) (?:more|all|less|the (?:full|whole|entire|original|rest))\b.{0,80}[^.]$|^read more\b|^(?:read|learn|find out) more (?:about|at|from|here|on)\b", 0.9, 18),
    _rule("read-also", "boilerplate", r"^(?:related|recommended|suggested|popular|trending|latest|more|top|featured|similar|other|further)(?: \w+){0,2} (?:articles?|stories|posts?|content|news|reading|topics?|links?|coverage|videos?|items|tags|reads?|headlines|searches|galleries)\W*(?::.{0,160})?$", 0.93, 25),
    _rule("read-also", "boilerplate", r"^(?:related|recommended|(?:don['’]t|do not) miss(?: this| it)?|must[ -]reads?|editors?['’]?s?['’]? (?:pick|choice)s?|most (?:read|popular|viewed|shared|recent)|trending(?: now| on)?|in case you missed it|more (?:on|about) this(?: story| topic)?|more to read|what to read next|next (?:article|story|post)|previous (?:article|story|post)|explore more|you (?:might|may) have missed|what others are reading)(?:\W*$| ?[:|>»–—-].{0,160}$)", 0.93, 25),
    _rule("read-also", "boilerplate", r"^you (?:may|might|could|['’]ll)(?: also)?(?: be)? (?:like|enjoy|love|want to (?:read|see|watch)|interested in)\b.{0,60}[^.]$", 0.93, 15),
    _rule("read-also", "boilerplate", r"^(?:more (?:from|on|in)|continue reading|keep reading|keep scrolling|scroll down)\b.{0,50}[^.?!\"”]$", 0.85, 9),
    _rule("read-also", "boilerplate", r"^(?:(?:click|tap|press) (?:here|on the|below)|(?:for more|for the latest|for full|for all the latest|for other|to read more|to see more)\b.{0,60}\b(?:click|visit|follow|see|go to|check|here|head to|sign|log on))\b.{0,120}", 0.88, 35),
    _rule("story-continues", "boilerplate", r"^\W*(?:(?:story|article|post) continues(?: below)?(?: (?:the )?(?:advertisement|ad|video|gallery))?|continue(?:s)? (?:reading )?below|continue reading the main story|scroll to continue(?: with content)?|(?:this )?(?:advertisement|ad) (?:has not loaded|\d+|will end).{0,60})\W*$", 0.96, 14),
    _rule("advertisement", "boilerplate", r"^\W*(?:advertisement|advertising|advert|ads?|ad feedback|sponsor message|- ?advertisement ?-|loading\W*)\W*$", 0.97, 4),
    _rule("image-credit", "boilerplate", rf"^(?:(?:featured|cover|header|main|lead|stock|file|top|banner|archive|handout|courtesy|ap|afp|reuters|getty) )?{_IMAGE}s?(?: (?:credits?|copyright|sources?|courtesy(?: of)?|illustration|via|from|©))* ?[:©/|].{{0,140}}$", 0.93, 25),
    _rule("image-credit", "boilerplate", rf"^(?:(?:featured|cover|header|main|lead|stock|file|top|banner) )?{_IMAGE}s? (?:credits?|copyright|courtesy|by|via|from the) .{{0,120}}[^.?!]$", 0.9, 14),
    _rule("image-credit", "boilerplate", r"^(?:credits?|courtesy|pictures?|pic|photos? credits?|images? credits?|video credits?) ?[:/] ?.{1,100}$", 0.9, 14),
    _rule("image-credit", "boilerplate", r"^(?:courtesy of|handout (?:via|from|photo)|screenshot (?:via|from|by|of))\b.{1,60}[^.?!]$", 0.85, 10),
    _rule("image-credit", "boilerplate", rf"^(?:©|\(c\)|copyright) ?(?:\d{{4}} )?(?:{_NAME} ?[/,|] ?)?{_AGENCIES}\W*$", 0.95, 12),
    _rule("image-credit", "boilerplate", rf"^(?:[\w.'’&-]+ ){{0,6}}[\w.'’&-]+ ?(?:/| via | for |\| ?|, ?via |© ?|– |- ){_AGENCIES}(?: ?[/,|] ?[\w .'’&-]{{2,40}})?\W*$", 0.85, 12),
    _rule("image-credit", "boilerplate", rf"^{_AGENCIES}\W*$", 0.8, 3),
    _rule("caption", "boilerplate", r"^(?:FILE(?: PHOTO| IMAGE| PICTURE| VIDEO)?|File (?:photo|image|picture)|Stock (?:photo|image)|Handout(?: photo| image)?)(?: ?[:(–—-]|\W*$)", 0.95, 80, case=True),
    _rule("caption", "boilerplate", rf"^(?:in )?(?:this|an?)\b.{{0,40}}\b(?:file|undated|handout|still|aerial|satellite|booking|photo|video)\b.{{0,24}}\b(?:{_IMAGE}|frame|still|sketch)\b.{{0,40}}\b(?:provided|released|taken|made|shows?|from|by|,)", 0.85, 80),
    _rule("caption", "boilerplate", r"^(?:enlarge this image|toggle caption|hide caption)\b.{1,400}$", 0.93, 80),
    _rule("caption", "boilerplate", r"^(?:image|media|video|photo) (?:copyright|caption|source|playback)\b", 0.95, 80),
    _rule("caption", "boilerplate", r"^(?:(?:hide|show|toggle|view|expand|read) caption|enlarge(?: this)? (?:image|photo|text)|(?:view|open|see|launch)(?: \w+){0,2} (?:gallery|slideshow|photos|images?)|(?:photos?|pictures?|gallery|slideshow|images?|video)(?: gallery)? ?:?|play video|click to enlarge|\d+ ?(?:/|of) ?\d+(?: photos| images)?|loading the player.{0,20})\W*$", 0.9, 8),
    _rule("byline", "boilerplate", rf"^(?:[Bb]y|BY|Written by|Words by|Story by|Author ?:|Text by|Posted by|Reported by|Report by|Edited by|Reviewed by|Medically reviewed by|Analysis by|Opinion by|Review by) ?:? ?(?:the )?{_NAME}(?:(?:,| and| &|,? with| in) {_NAME}){{0,4}}(?:(?:,| [|/•·–—-]) ?.{{0,70}})?$", 0.9, 16, "edge", case=True),
    _rule("byline", "boilerplate", r"^\W{0,2}(?:(?:additional |with )?(?:reporting|writing|editing|research|graphics?)(?: and (?:writing|editing|reporting))?(?: for [\w ]{2,20})? (?:by|from)|(?:additional|with) (?:reporting|files?) (?:by|from)|compiled (?:by|from)|translated by|edited by|our standards:|with inputs? from|with agencies|(?:this|the) (?:story|report|article) was (?:reported|written|edited|compiled) by)\b.{0,200}", 0.93, 60),
    _rule("byline", "boilerplate", r"^.{0,160}\b(?:also )?contributed (?:\w+ )?to this (?:report|story|article|piece)\b", 0.93, 45),
    _rule("byline", "boilerplate", rf"^(?:(?:first )?published|(?:last )?updated|posted|(?:last )?modified|created|added|date|issued)\b ?(?:on|at|:)? ?.{{0,24}}(?:{_DATE}|{_CLOCK}|\bago\b)", 0.92, 16),
    _rule("byline", "boilerplate", rf"^{_DATE}(?:(?:,? (?:at )?|\W{{1,3}}){_CLOCK})?(?: ?[|•·/–—-] ?.{{0,60}})?\W*$", 0.75, 14, "edge"),
    _rule("byline", "boilerplate", r"^(?:\d+|an?|one|two|a few) (?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?) ago\W*$|^\d+[ -]min(?:ute)?s?(?: read)?\W*$|^reading time\b.{0,20}$", 0.92, 6),
    _rule("about-author", "boilerplate", r"^about (?:the )?(?:author|writer)s?\b", 0.95, 60),
    _rule(
        "about-author",
        "boilerplate",
        rf"^{_NAME} (?:is|was|has been|writes|covers|reports|serves as)\b.{{0,80}}\b(?:reporter|correspondent|editor|journalist|columnist|contributor|staff writer|freelance|contributing writer|senior writer|blogger|covers?|covering|bureau chief)\b(?:.{{0,120}}\b(?:for|at|based|of|with|covers?|covering|on|in)\b|\W*$)",
        0.75,
        60,
        "end",
        case=True,
    ),
    _rule("contact", "boilerplate", r"^(?:(?:you can )?(?:e-?mail|contact|reach|write to|tweet)|send (?:us )?(?:an? )?(?:e-?mail|tips?|letters?|comments?|feedback)|(?:got|have) (?:a|any) (?:news )?(?:tips?|story|stories|question|comments?|correction)|to contact (?:the|our)|do you have (?:a|any) (?:story|tips?|information))\b.{0,200}(?:@|\bus\b|e-?mail|reporter|here)", 0.9, 60),
    _rule("contact", "boilerplate", r"^(?:e-?mail|phone|tel|fax|contact)(?: us| me| the author)?\W*$|^(?:e-?mail|tel|phone|fax)\b ?: ?\S+@?\S*\W*$|^\S+@\S+\.\w{2,}\W*$|^.{0,80}\bcan be reached (?:at|by|via)\b.{0,60}(?:@|\d{3}|e-?mail)", 0.9, 25),
    _rule("copyright", "boilerplate", r"^(?:.{0,80})?(?:©|\(c\) ?\d{4}|copyright (?:©|\(c\)|\d{4}|by|19|20)|\ball rights reserved\b|all contents? (?:©|copyright))", 0.93, 60),
    _rule("copyright", "boilerplate", r"^(?:.{0,60})?\b(?:may not be (?:published|reproduced|copied|republished)|reproduced with permission|republished with permission|this (?:material|content) (?:is|may))\b.{0,40}", 0.85, 45),
    _rule("copyright", "boilerplate", r"^(?:terms (?:of (?:use|service)|and conditions|& conditions)|privacy(?: policy| notice| statement)?|legal(?: notice| disclaimer)?|disclaimer ?:.{0,200}|disclaimer)\b(?:\W.{0,40})?$", 0.9, 40),
    _rule("syndication", "boilerplate", r"^(?:this|the) (?:article|story|post|piece|report|column|interview|essay|op-ed|excerpt) (?:was |has been |is )?(?:(?:originally|first|previously|also|recently|updated|republished|reprinted|adapted|syndicated|corrected|excerpted|part of|provided|produced|published)\b).{0,160}", 0.9, 45),
    _rule("syndication", "boilerplate", r"^(?:the views expressed|the opinions expressed|opinions expressed|views expressed|the views and opinions|note to readers|editor['’]?s['’]? note ?:|correction ?:)", 0.85, 70),
    _rule("comments", "boilerplate", r"^(?:(?:leave|post|add|write|make|submit)(?: a| your)? (?:comment|reply)s?|(?:view|show|hide|see|load|read|all)(?: all| the| more)?(?: \d+)? comments?|(?:no|\d+) comments?|comments? ?(?:\(\d+\)|: ?\d+)?|comments (?:are|have been) (?:closed|disabled|off)|your e-?mail address will not be published|required fields are marked|have your say|log ?in to (?:comment|reply)|sign in to (?:comment|reply)|be the first to comment|join the (?:conversation|discussion)|(?:log|sign) ?in|log ?out|register(?: now)?|password|username|reply|report abuse|report(?: this)? comment|reply to)\b\W*(?:\(\d+\)|\d+)?.{0,30}$", 0.9, 10),
    _rule("comments", "boilerplate", r"\b(?:let us know|tell us|share your (?:thoughts|views|opinions?|experiences?)|have your say|sound off)\b.{0,60}\b(?:in (?:the|our) comments?|comments? (?:section|below|box)|below)\b|^what do you think\?.{0,40}\b(?:comment|tell us|let us)\b", 0.9, 35),
    _rule("share-tools", "boilerplate", r"^(?=[\d\W]*[a-z]{2})(?:(?:share|tweet|pin(?: it)?|e-?mail|print|copy(?: link)?|save|like|bookmark|whats ?app|facebook|twitter|reddit|pinterest|linkedin|telegram|messenger|flipboard|instagram|youtube|tumblr|link|text|x|rss|this|more|shares?|\d+)[\s,|/·•:+]*){1,12}$", 0.92, 14),
    _rule("share-tools", "boilerplate", rf"^(?:click (?:here )?to )?(?:share|e-?mail|tweet|print|pin)(?: this)?(?: (?:article|story|post|page|link))?(?: (?:on|via|to|with|by|using|in|a))\b.{{0,60}}$|^share (?:this|the|it)\b.{{0,40}}$|\(opens in new window\)|^copy (?:this )?link\b.{{0,40}}$|^(?:print|e-?mail|save) this (?:article|story|page)\b.{{0,20}}$|^e-?mail this to\b.{{0,30}}$|^printable version\W*$|^shares?\W*\d*\W*$", 0.93, 12),
    _rule("tags", "boilerplate", r"^(?:tags?|topics?|filed (?:under|in)|categor(?:y|ies)|posted in|tagged|keywords?|labels?|in this (?:story|article)|follow topics) ?:?(?: ?\W? ?.{0,160})?$", 0.85, 20),
    _rule("navigation", "boilerplate", r"^(?:home(?: ?page)?|menu|search|skip (?:to|navigation)\b.{0,30}|(?:back )?to (?:the )?top|close|next(?: page)?|previous(?: page)?|prev|sections?|site ?map|contact(?: us)?|about(?: us)?|faqs?|help|top stories|breaking news|news|opinion|sports?|business|entertainment|lifestyle|politics|world|local|weather|videos?|photos|more|less|see more|show more|load more|view all|see all|cancel|submit|no thanks|careers|archives?|subscribe|rss|edition|e-?paper|login|follow|listen|watch live|live|listen now|watch now|play|pause|mute)[^\w.!?]*$", 0.8, 5),
    _rule("navigation", "boilerplate", r"^[\w&'’ .-]{2,30}(?: ?[|»›>•·] ?[\w&'’ .-]{2,30}){2,20}$", 0.88, 40),
)

LEAD: Final = re.compile(r"[\s\-–—*•·▪■►▶→»>|+~_#(\[{<]*")
"""Bullets, arrows and brackets before the wording."""

CREDIT_TAIL: Final = re.compile(
    rf"[(\[]\s?(?:(?:[\w ]{{0,24}}\b)?{_IMAGE}s?(?: credits?| copyright| courtesy| by| via| from)?\s?[:/©|]|{_IMAGE}s? (?:by|via|courtesy|credit|from)\b|(?:image |photo )?credits?\s?:"
    rf"|(?:AP|AFP|EPA|Reuters|Getty|CBS|NBC|ABC)(?: Photo| Images| News)?\s?[/)\]]|(?:[\w.'’-]+ ){{1,4}}?/ ?{_AGENCIES}|[\w.'’-]+(?: [\w.'’-]+){{0,3}} ?(?:/| via | for ){_AGENCIES}"
    rf"|file(?: photo| image)?\s?[)\]]|stock (?:photo|image))[^()\[\]\n]{{0,120}}[)\]]?",
    re.IGNORECASE,
)
"""A credit in brackets inside or at the end of a line."""

CAPTION_CUE: Final = re.compile(
    r"\b(?:pictured(?: here| above| below| left| right| with| in| at| on)?|seen here|(?:seen|shown|depicted) in (?:this|an?|the|file)\b|file (?:photo|image|picture)"
    r"|stock (?:photo|image)|from left(?: to right)?|poses? (?:for|with|in|at|on)|looks on|(?:artist|illustrator)['’]?s?['’]? (?:impression|rendering|concept|illustration|conception)"
    r"|in this (?:image|photo|photograph|picture|frame|illustration|view|still|file)|(?:this|the) (?:image|photo|photograph|picture|illustration) (?:shows?|depicts|was taken|is|from|provided|released)"
    r"|(?:is|are) (?:shown|seen|pictured)|an? (?:view|image|photo|photograph|picture|illustration|rendering|aerial view|general view) (?:of|from|shows?|taken|showing))\b"
    r"|[(,] ?(?:left|right|centre|center|second left|l|r|c|far left|far right|bottom|top)(?:[),]| and )",
    re.IGNORECASE,
)
"""Wording that speaks of a picture."""

# Reworded calls: the parts count, whatever their order. A spinner changes the words around them.
_OBJECT: Final = re.compile(
    rf"\b(?:{SOCIAL}|newsletters?|mailing list|social (?:page|account|profile|feed|tab)s?|(?:facebook|twitter|instagram|youtube) (?:page|account|channel|profile|handle)s?)\b",
    re.IGNORECASE,
)
_ACTION: Final = re.compile(
    r"\b(?:follow(?:ing)?|subscrib(?:e|ing)|sign(?:ing)? up|join(?:ing)?|like|connect(?:ing)?|stay (?:tuned|connected|updated|informed|in touch|up to date)"
    r"|keep (?:up|in touch)|get in touch|add|retweet|tweet|share)\b",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(
    r"\b(?:you|your|us|our)\b|\b(?:please|we) (?:encourage|invite|urge|ask|recommend|follow|subscribe|join|like)\b", re.IGNORECASE
)
_CHANNEL: Final = re.compile(r"\b(?:page|account|profile|handle|tab|channel|feed|group|button|updates|news|posts|content|site)\b", re.IGNORECASE)
_REPORTED: Final = re.compile(
    r"[\"“”]|\b(?:said|says|told|tells|asked|wrote|writes|added|posted|tweeted|announced|according|urged|urging|encouraged|was|were|had|he|she|they|his|her|their)\b",
    re.IGNORECASE,
)


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
    if words > 25:
        score -= 0.2
    return max(0.0, min(0.95, round(score, 2))), found


_QUOTED_NAME: Final = re.compile(r"[\"“][\w.@ -]{1,24}[\"”]")
"""A name or account in quotation marks is not reported speech."""

_URL: Final = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|co\.uk|info|biz|ru|io)\b/?\S*", re.IGNORECASE)


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
    """The first rule that finds its wording in ``text[start:end]`` and is allowed there.

    Only the unit's first 600 characters are looked at: no rule is about more words than fit there.
    """
    lead = LEAD.match(text, start, end)
    begin = lead.end() if lead else start
    unit = text[begin : min(end, begin + 600)]
    if not unit:
        return None
    words = unit.count(" ") + 1 if end - begin <= 600 else 1000
    for rule in RULES:
        if words > rule.most_words or not allowed(rule):
            continue
        found = rule.pattern.search(unit)
        if found:
            return Hit(rule, begin + found.start(), begin + found.end())
    return None
