"""Closed lists about reported speech: verbs of saying, who is quoted to, and words that turn or keep a meaning."""

from __future__ import annotations

import re
from typing import Final

from annotate.lexicon.lexicon import word_tuple

SAYING: Final = word_tuple(
    "said says say saying told tells telling asked asks asking added adds adding noted notes noting wrote writes "
    "writing written explained explains explaining argued argues arguing tweeted tweets tweeting announced announces "
    "announcing claimed claims claiming stated states stating declared declares declaring insisted insists insisting "
    "replied replies replying responded responds responding warned warns warning suggested suggests suggesting "
    "acknowledged acknowledges acknowledging admitted admits admitting concluded concludes concluding continued "
    "continues joked jokes joking recalled recalls recalling observed observes observing remarked remarks remarking "
    "reported reports reporting predicted predicts predicting stressed stresses stressing emphasized emphasised "
    "emphasizes emphasises emphasizing confirmed confirms confirming denied denies denying promised promises "
    "promising pledged pledges vowed vows vowing urged urges urging complained complains complaining charged charges "
    "charging contended contends contending maintained maintains maintaining asserted asserts asserting alleged "
    "alleges alleging quipped quips testified testifies commented comments commenting cautioned cautions cautioning "
    "conceded concedes countered counters boasted boasts agreed agrees lamented laments mused muses reiterated "
    "reiterates reiterating repeated repeats revealed reveals revealing shouted shouts yelled exclaimed posted posts "
    "answered answers read reads quoted described describes describing called calls calling dubbed proclaimed "
    "proclaims demanded demands indicated indicates tweet indicating retorted retorts deadpanned fumed gushed "
    "recounted recounts relayed whispered pleaded begged intoned opined opines estimated estimates describe argue "
    "insist contend warn put puts thinks thought believes believed expects hopes hoped fears feared wondered "
    "wonders expressed criticized criticised mocked praised dismissed denounced blasted slammed ridiculed"
)
"""Verbs that can introduce a quotation, in the forms met beside one."""

REPORTING: Final = word_tuple(
    "said says saying told tells telling added adds adding noted notes noting wrote writes explained explains argued "
    "argues arguing tweeted announced announces claimed claiming stated declared declares insisted "
    "insists insisting replied responded warned warns warning suggested suggests acknowledged acknowledges admitted "
    "admits concluded concludes joked recalled observed observes remarked reported reports predicted predicts "
    "stressed stresses emphasized emphasised confirmed confirms denied denies promised promises "
    "vowed vows complained complains contended contends maintains asserted asserts alleged alleges "
    "testified cautioned conceded boasted reiterated revealed reveals indicated indicates estimated estimates "
    "agreed agrees say believe believes believed thinks thought hope hopes hoped expects fear fears feared argue "
    "insist contend warn"
)
"""Verbs that can introduce a reported clause without quotation marks."""

AGENCIES: Final = (
    "Reuters",
    "Associated Press",
    "The Associated Press",
    "AP",
    "AFP",
    "Agence France-Presse",
    "Agence France Presse",
    "UPI",
    "United Press International",
    "dpa",
    "DPA",
    "German Press Agency",
    "Deutsche Presse-Agentur",
    "TASS",
    "Tass",
    "ITAR-TASS",
    "Itar-Tass",
    "RIA",
    "RIA Novosti",
    "Interfax",
    "Xinhua",
    "Kyodo",
    "Yonhap",
    "Anadolu",
    "Anadolu Agency",
    "Bloomberg",
    "Ukrinform",
    "Belta",
    "ANSA",
    "EFE",
    "PTI",
    "Press Trust of India",
    "Press Association",
    "PA",
    "IRNA",
    "SANA",
    "KCNA",
    "CNN",
    "BBC",
    "NBC",
    "ABC",
    "CBS",
    "MSNBC",
    "CNBC",
    "PBS",
    "NPR",
    "C-SPAN",
    "ITV",
    "RTE",
    "ARD",
    "ZDF",
    "Al Jazeera",
    "Al Arabiya",
    "Politico",
    "POLITICO",
    "Breitbart",
    "Axios",
    "BuzzFeed",
    "Newsmax",
    "Le Monde",
    "Le Figaro",
    "Der Spiegel",
    "Bild",
    "El Pais",
    "Haaretz",
    "Vox",
    "Variety",
    "TMZ",
    "Fox",
    "Sky",
    "Fortune",
    "Newsweek",
    "Forbes",
    "Esquire",
    "GQ",
    "TIME",
)
"""News agencies, broadcasters and papers whose names alone do not show that they are ones."""

OUTLET_WORDS: Final = word_tuple(
    "News Times Post Journal Herald Tribune Telegraph Guardian Gazette Chronicle Globe Standard Observer Mail Mirror "
    "Daily Weekly Magazine magazine newspaper Newspaper Radio radio Television television TV Press Agency Review "
    "Register Inquirer Examiner Dispatch Bulletin Reporter Today Monitor Wire Network Broadcasting Beast Examiner "
    "Atlantic Economist Independent Intercept Hill podcast website"
)
"""Words in the name of an outlet that show it to be one."""

TITLES: Final = frozenset(
    word_tuple(
        "Mr Mrs Ms Miss Dr Sir Dame Lord Lady Prof Professor President Vice Senator Sen Representative Rep Governor "
        "Gov Secretary Minister Prime Chancellor King Queen Prince Princess Pope Judge Justice General Gen Colonel Col "
        "Major Maj Captain Capt Lieutenant Lt Sergeant Sgt Admiral Adm Commander Speaker Chairman Chairwoman Mayor "
        "Sheriff Chief Director Ambassador Attorney Congressman Congresswoman Rev Reverend Bishop Archbishop Cardinal "
        "Former Deputy Acting Spokesman Spokeswoman Spokesperson Officer Detective Coach Republican Democrat "
        "Democratic Rival The Mr. Mrs. Ms. Dr. Sen. Rep. Gov. Gen. Lt. Col. Rev. Prof."
    )
)
"""Words before a name that are no part of it."""

BODIES: Final = word_tuple(
    "agency company group firm party ministry operator website newspaper outlet giant bank corporation network "
    "service team club organization organisation carrier maker start-up startup union operator broadcaster magazine "
    "manufacturer retailer airline movement militia university institute platform site portal channel think-tank"
)
"""Nouns before the name of something that is no person."""

NOT_PEOPLE: Final = frozenset(
    word_tuple(
        "Moscow Kyiv Kiev Washington Beijing London Paris Berlin Brussels Tehran Ankara Tokyo Seoul Delhi Russia "
        "Ukraine China Israel Iran Germany France Britain Japan Turkey India Poland Canada Australia Brazil Mexico "
        "Congress Parliament Kremlin Pentagon Police Officials Experts Scientists Researchers Authorities Republicans "
        "Democrats Google Apple Amazon Facebook Twitter Microsoft Tesla Boeing Airbus Netflix Uber Scripture Wikipedia "
        "Hamas Hezbollah Taliban Critics Supporters Lawmakers Analysts Economists Voters Doctors Prosecutors "
        "Investigators Witnesses Others Some Many Most Everyone Nobody People Americans Russians Ukrainians Europe "
        "Conservatives Liberals Lawyers Residents Sources Protesters Opponents Activists Roscosmos Gazprom"
    )
)
"""Lone capitalised words that say things and are no surnames."""

PRONOUNS: Final = frozenset(word_tuple("he she they it we i you who one"))

FILLERS: Final = frozenset(
    {
        "uh",
        "um",
        "er",
        "ah",
        "eh",
        "hmm",
        "mm",
        "huh",
        "well",
        "you know",
        "i mean",
        "okay",
        "look",
        "yeah",
        "so",
        "and",
    }
    | {"but", "now", "like", "you see", "oh", "please"}
)
"""What transcripts of speech leave out; "so", "and", "but" and "now" only where a sentence begins with them."""

SENTENCE_OPENERS: Final = frozenset(word_tuple("so and but now well okay look yeah oh because"))

FUNCTION_WORDS: Final = frozenset(
    word_tuple(
        "a an the this that these those of in on at to for from by with about as into onto over under through upon "
        "toward within among between against during until before after up out off and or but nor so if then than "
        "because while when where which who whom whose what how why whether there here it its he him his she her hers "
        "they them their theirs we us our ours you your yours i me my mine is are was were be been being am do does "
        "did done has have had having will would shall should can could may might must not also just only even very "
        "too any some such own both either each all every other another more most much many now still yet well really "
        "again ever get got going go let like one's itself himself themselves ourselves myself yourself 's itself oh "
        "regarding per via amid"
    )
)

NEGATIONS: Final = frozenset(word_tuple("not never no none nobody nothing neither nor without ain't nowhere"))

OBLIGATION: Final = frozenset({"must", "shall"})
POSSIBILITY: Final = frozenset({"may", "might", "could", "can"})
MODALS: Final[dict[str, int]] = {
    # How far a speaker binds himself: forms of one number say much the same in a news quotation. Can, could, may and
    # might are not told apart, nor should and ought.
    "must": 5,
    "shall": 4,
    "will": 4,
    "would": 3,
    "should": 2,
    "ought": 2,
    "can": 1,
    "could": 1,
    "may": 1,
    "might": 1,
}

OPPOSITES: Final = frozenset(
    frozenset(pair.split("/"))
    for pair in word_tuple(
        "more/less more/fewer increase/decrease increased/decreased increases/decreases increase/reduce "
        "increasing/decreasing rise/fall rose/fell rising/falling up/down before/after always/never best/worst "
        "better/worse high/low higher/lower highest/lowest win/lose won/lost support/oppose supports/opposes "
        "supported/opposed accept/reject accepted/rejected allow/ban allow/prohibit allowed/banned true/false "
        "strong/weak stronger/weaker strengthen/weaken above/below buy/sell bought/sold most/least right/wrong "
        "safe/dangerous safe/unsafe good/bad guilty/innocent friend/enemy friends/enemies ally/enemy success/failure "
        "succeed/fail succeeded/failed start/end started/ended begin/end open/close opened/closed open/closed "
        "confirm/deny confirmed/denied include/exclude included/excluded inside/outside everyone/nobody all/none "
        "everything/nothing maximum/minimum legal/illegal remember/forget love/hate gain/loss agree/disagree "
        "raise/lower raised/lowered hire/fire hired/fired arrive/leave present/absent war/peace major/minor "
        "majority/minority early/late easy/hard easier/harder many/few larger/smaller largest/smallest big/small "
        "bigger/smaller biggest/smallest men/women man/woman husband/wife son/daughter brother/sister father/mother "
        "import/export imports/exports attack/defend attacked/defended victory/defeat won/lost alive/dead "
        "north/south east/west northern/southern eastern/western left/right"
    )
)
"""Words that turn the meaning when one stands for the other."""


def alternation(words: tuple[str, ...]) -> str:
    """Give the words as an alternative of a regular expression, by first letter and the longer first."""
    groups: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (w[0], -len(w), w)):
        groups.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in groups.items())
