"""The Admiralty code: reliability of a source (A–F) and credibility of information (1–6), two independent axes.

FM 2-22.3, appendix B, with the values that MISP's ``admiralty-scale`` taxonomy (version 5) gives the grades. "The
reliability of the source does not influence the assessed accuracy of the report": nothing here takes a letter to make a
number, or a number to make a letter. F and 6 mean "cannot be judged"; MISP's 50 for them is not used.
"""

from __future__ import annotations

from typing import Final, Literal

from annotate.documents.evidence import ClaimCounts

Letter = Literal["A", "B", "C", "D", "E", "F"]
Digit = Literal["1", "2", "3", "4", "5", "6"]

LETTERS: Final[dict[Letter, str]] = {
    "A": "Completely reliable",
    "B": "Usually reliable",
    "C": "Fairly reliable",
    "D": "Not usually reliable",
    "E": "Unreliable",
    "F": "Reliability cannot be judged",
}
DIGITS: Final[dict[Digit, str]] = {
    "1": "Confirmed by other independent sources",
    "2": "Probably true",
    "3": "Possibly true",
    "4": "Doubtful",
    "5": "Improbable",
    "6": "Truth cannot be judged",
}
FEWEST_CLAIMS: Final = 10.0
"""Claims of a source that other origins speak of, copies of one origin counted once, below which it is F unless a dated
list speaks of it."""


def letter(mean: float, interval: tuple[float, float]) -> Letter:
    """Grade a posterior.

    The grade whose MISP value (A 1, B .75, C .5, D .25, E 0) is nearest to the mean, moved towards C until the interval
    leaves out the value of the next grade towards C: D, say, is only given if the whole interval is at or below .5.

    Args:
        mean: of the posterior, in [0, 1].
        interval: its 90 % interval.
    """
    low, high = interval
    if mean >= 0.875 and low >= 0.75:
        return "A"
    if mean >= 0.625 and low >= 0.5:
        return "B"
    if mean < 0.125 and high <= 0.25:
        return "E"
    if mean < 0.375 and high <= 0.5:
        return "D"
    return "C"


def claim_information(agreeing: int, conflicting: int, *, compatible: bool = False) -> Digit:
    """Grade one claim of one document.

    Args:
        agreeing: independent origins with this value, the document's own included: at least 1.
        conflicting: independent origins with a conflicting value.
        compatible: whether another document has a value that agrees or is compatible (bound, update, scope), from
            whatever origin. Copies of the claim's own origin make it 2 at best, never 1.
    """
    if conflicting > agreeing:
        return "5"
    if conflicting:
        return "3" if agreeing >= 2 else "4"
    if agreeing >= 2:
        return "1"
    return "2" if compatible else "6"


def document_information(claims: ClaimCounts, origins: int) -> Digit:
    """Grade a document by its claims that other documents speak of; the others are no mark against it.

    Args:
        claims: what was found.
        origins: independent origins of the story. With one there is nobody to confirm anything.
    """
    agreeing = claims.confirmed + claims.consistent
    if not claims.compared:
        return "6"
    if claims.contradicted or claims.disputed:
        if claims.contradicted > agreeing:
            return "5"
        return "3" if agreeing else "4"
    # Most of what others speak of must be confirmed: one confirmed date does not confirm nine compatible figures.
    return "1" if origins >= 2 and claims.confirmed >= claims.consistent else "2"


def source_tag(grade: Letter) -> str:
    """MISP machine tag of the source axis."""
    return f'admiralty-scale:source-reliability="{grade.lower()}"'


def information_tag(grade: Digit) -> str:
    """MISP machine tag of the information axis."""
    return f'admiralty-scale:information-credibility="{grade}"'
