"""Flags, evidence and verdicts in words, for people: on the terminal and beside a region in Label Studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from string import Formatter
from typing import Any, Final

from annotate.documents import Evidence, Flag, Label, Record, Reliability, Verdict
from annotate.documents.evidence import ComparedClaim, SharedText
from annotate.writing.differences import differences

SEPARATOR = " · "


_PHRASES: Final[dict[Label, tuple[str, ...]]] = {
    "encoding": ("{suggestion} is meant, the text has {characters}", "{suggestion} is meant"),
    "spelling": ("{suggestion} is meant", "known from {documents} documents"),
    "punctuation": ("{suggestion} is meant",),
    "boilerplate": ("recognised by {matched}",),
    "spam": ("recognised by {matched}",),
    "untranslated": ("in language {language}",),
    "duplicated": ("{words} words that stand at {first} already",),
    "garbled": ("least likely are {least_likely}",),
    "inconsistency": ("{form} ({count} in the text), elsewhere in it {other} ({other_count})",),
    "terminology": (
        "{entity} is {here} here, {elsewhere} in other documents",
        "in English rather {expected}",
        "as in language {source_language}: {foreign}",
        "other terms that this language explains: {others_of_this_language}",
    ),
    "conflicting-claim": (
        "{here} here, {elsewhere} in other documents",
        "may be explained by {explanations}",
        "Admiralty information number {information}",
    ),
    "altered-quote": ("said by {speaker}", "{edits}"),
    "machine-translated": ("driven by {words}",),
    "machine-paraphrased": ("driven by {words}",),
    "machine-generated": ("driven by {words}",),
    "quoted-translation": ("the document says so: {cue}",),
    "uncredited-copy": ("from {outlet}", "in {document} it reads {elsewhere}"),
}
"""How the built-in detectors' evidence is said, where a name and a value would not say it."""


def describe_flag(flag: Flag) -> str:
    """One line for a flag: score, label and severity, reason and evidence, detector.

    >>> from annotate.documents import make_flag
    >>> describe_flag(make_flag("a gift", 2, 6, label="terminology", severity="major", score=0.8,
    ...     detector="terms@1", reason="false-friend", evidence={"expected": ["poison"], "domain": "crime"}))
    "0.80 · terminology, major · false-friend: in English rather 'poison'; domain 'crime' · terms@1"
    """
    why = flag.reason
    if flag.evidence:
        why += f": {describe_evidence(flag.evidence, flag.label)}"
    return SEPARATOR.join((f"{flag.score:.2f}", f"{flag.label}, {flag.severity}", why, flag.detector))


def describe_evidence(evidence: Mapping[str, Any], label: str = "") -> str:
    """Evidence in words: phrases for what is known of flags of that label, then ``key value``; nothing is left out."""
    return "; ".join(evidence_phrases(evidence, label))


def evidence_phrases(evidence: Mapping[str, Any], label: str = "") -> list[str]:
    """Give :func:`describe_evidence` in its parts."""
    said: list[str] = []
    left = dict(evidence)
    for phrase in _PHRASES.get(label, ()):  # type: ignore[call-overload]
        keys = [key for _, key, _, _ in Formatter().parse(phrase) if key]
        if all(left.get(key) not in (None, [], {}) for key in keys):
            said.append(phrase.format(**{key: _value(left.pop(key)) for key in keys}))
    return said + [f"{_key(key)} {_value(value)}" for key, value in left.items()]


_RELATIONS: Final = {
    "update": "an update, no conflict",
    "bound": "a bound, no conflict",
    "scope": "of another time or part, no conflict",
}
_STANDINGS: Final = {
    "contradicted": "more origins have another value",
    "disputed": "as many origins have another value",
    "consistent": "no other origin has it",
    "confirmed": "",
}
_EXPLANATIONS: Final = {
    "later-report": "a later report may know more",
    "time-zone": "a time zone may explain the day",
    "rounding": "rounding may explain it",
    "date-format": "day and month may be written the other way round",
    "at-least": "one says at least",
    "at-most": "one says at most",
    "different-scope": "",
}


def describe_claim(claim: ComparedClaim) -> str:
    """Say in plain words what the other documents make of a value, and what may explain a difference.

    >>> describe_claim(ComparedClaim(0, 5, "date", "consistent", "update", 1, {"March": ["b"]}, ["later-report"]))
    'an update, no conflict; a later report may know more'
    """
    if claim.standing == "confirmed":
        said = f"confirmed by {claim.origins} independent origins"
    elif claim.standing == "consistent" and claim.relation == "conflict":
        said = "another document contradicts it, but more origins have it"
    elif claim.relation in _RELATIONS:
        said = _RELATIONS[claim.relation]
    else:
        said = _STANDINGS[claim.standing]
    explained = [_EXPLANATIONS.get(name, f"{name.replace('-', ' ')} may explain it") for name in claim.explanations]
    return "; ".join(filter(None, (said, *explained)))


def claim_rank(claim: ComparedClaim) -> tuple[int, int]:
    """Give a key to sort by what is worth a look: conflicts, updates and bounds, what most confirm, the rest."""
    if claim.standing in ("contradicted", "disputed"):
        return 0, 0
    if claim.standing == "confirmed":
        return 2, -claim.origins
    return (1 if claim.relation in ("update", "bound") else 3), 0


_LINES: Final = 10
_COPIES: Final = 3


def describe_compared(evidence: Evidence, text: str) -> list[str]:
    """Say what other documents make of one, a line each: updates, bounds, confirmed values, shared text.

    Conflicts are flags and left to those. At most ten values and three documents are named, the others counted.

    Args:
        evidence: what was found.
        text: of the document.
    """
    worth = [c for c in sorted(evidence.compared, key=claim_rank) if claim_rank(c)[0] > 0]
    named = [c for c in worth if claim_rank(c)[0] < 3][:_LINES]
    lines = []
    for said, claims in groupby(named, key=describe_claim):
        values = [f"“{text[c.start : c.end]}” [{c.start}, {c.end}){_others(c, text)}" for c in claims]
        lines.append(f"{said}: {', '.join(values)}")
    if len(named) < len(worth):
        lines.append(f"{_number(len(worth) - len(named), 'more value')} that others speak of")
    if evidence.credit:
        lines.append(f"credits its whole text to {evidence.credit}")
    lines += [f"{shared.document}: {describe_copy(shared)}" for shared in evidence.copies[:_COPIES]]
    if len(evidence.copies) > _COPIES:
        lines.append(f"{_number(len(evidence.copies) - _COPIES, 'more document')} with shared text")
    return lines


def _others(claim: ComparedClaim, text: str) -> str:
    """Give the other values and who has them, and whose word it is; what is confirmed others have too."""
    here = text[claim.start : claim.end].lower()
    other = {} if claim.standing == "confirmed" else claim.elsewhere
    values = [f"“{value}” in {', '.join(ids)}" for value, ids in other.items() if value.lower() != here]
    chain = [f"from {' → '.join(claim.chain)}"] if claim.chain else []
    return f" ({'; '.join(values + chain)})" if values or chain else ""


_BASES: Final = {
    "credit": "a credit tells",
    "published": "the one was published on an earlier day",
    "completeness": "the one is a mere part of the other",
    None: "",
}


def describe_copy(shared: SharedText) -> str:
    """Say in plain words how much text a document shares with another one, and who has it from whom.

    >>> describe_copy(SharedText("b", "wholesale-duplicate", 0.941, "from", "credit"))
    '94.1 % of the words are shared, nearly the whole text; this text has them from there, a credit tells'
    """
    said = f"{_percent(shared.share)} of the words are shared"
    if shared.originality == "wholesale-duplicate":
        said += ", nearly the whole text"
    elif shared.originality == "quotes-extensively":
        said += ", mostly as quotations"
    if shared.direction is None:
        return f"{said}; nothing tells who has them from whom"
    whose = "this text has them from there" if shared.direction == "from" else "that text has them from here"
    return ", ".join(filter(None, (f"{said}; {whose}", _BASES[shared.basis])))


def describe_edit(here: str, elsewhere: str, kind: str) -> str:
    """Say which words of a quotation stand in place of which.

    >>> describe_edit("main", "prime", "content-substitution")
    "'main' here, 'prime' elsewhere (content substitution)"
    """
    sides = (_value(words) if words else "nothing" for words in (here, elsewhere))
    return "{} here, {} elsewhere ({})".format(*sides, kind.replace("-", " "))


def side_by_side(flag: Flag, here: str) -> list[str]:
    """Set what a flag's document says under what the other documents say, a line each; nothing to compare gives none.

    Of a quotation the words that differ stand in brackets; of a claim the sentences of the others are given.

    Args:
        flag: the flag.
        here: id of its document.
    """
    evidence = flag.evidence
    if flag.label == "altered-quote" and isinstance(evidence.get("elsewhere"), str):
        theirs, ours = mark_differences(evidence["elsewhere"], evidence["here"])
        return [f"{evidence['document']}: “{theirs}”", f"{here}: “{ours}”"]
    return [f"{passage['document']}: “{passage['text']}”" for passage in evidence.get("passages", ())]


def mark_differences(one: str, other: str) -> tuple[str, str]:
    """Put brackets around the words in which two texts differ.

    >>> mark_differences("that is our prime focus now", "that is our main focus")
    ('that is our [prime] focus [now]', 'that is our [main] focus')
    """
    here, there = (
        " ".join(f"[{run}]" if differs else run for run, differs in side) for side in differences(one, other)
    )
    return here, there


def describe_verdict(verdict: Verdict) -> str:
    """Put the verdict in a sentence, with the words it rests on and what its threshold means at that length."""
    words = _number(verdict.words, "word")
    if verdict.label == "insufficient-text":
        said = f"insufficient-text: too short to call an origin, with {words}."
    else:
        said = f"{verdict.label}, probability {verdict.score:.2f}, on {words}."
    likeliest = max(verdict.scores, key=verdict.scores.__getitem__, default="human")
    if verdict.label == "human" and likeliest != "human":
        said += f" {likeliest.capitalize()} is likelier ({verdict.scores[likeliest]:.2f}), yet below the threshold."
    point = verdict.operating_point
    if point is None:
        return said
    if verdict.label == "insufficient-text":
        return (
            f"{said} A verdict at this length ({point.length_band} words) would find {_percent(point.tpr)} of "
            f"machine-made documents while calling {_percent(point.fpr)} of human ones machine-made."
        )
    return (
        f"{said} At this threshold and length ({point.length_band} words), {_percent(point.fpr)} of human documents "
        f"are called machine-made and {_percent(point.tpr)} of machine-made ones are found."
    )


def describe_comparison(evidence: Evidence, reliability: Reliability) -> str:
    """Put into a sentence what was found by holding a document against the others of its story."""
    claims, quotations = evidence.claims, evidence.quotations
    parts = [f"One of {evidence.documents} documents of a story, from {_number(evidence.origins, 'origin')}"]
    parts.append(f"claims: {claims.confirmed} confirmed, {claims.contradicted} contradicted")
    parts[-1] += f", {claims.uncorroborated} found nowhere else"
    if quotations.checked:
        altered = quotations.altered_wording + quotations.altered_meaning
        parts.append(f"quotations: {quotations.verbatim + quotations.equivalent} kept, {altered} altered")
    if evidence.copied not in (None, "original"):
        parts.append(str(evidence.copied).replace("-", " "))
    code = reliability.admiralty
    return f"{'; '.join(parts)}. Admiralty {code.source}{code.information}."


def describe_status(record: Record) -> str:
    """Why a record has no verdict, in a few words; empty for one that has."""
    if record.status == "skipped":
        return f"skipped: {record.reason}"
    if record.status == "failed":
        return f"failed: {record.error}"
    return ""


def _key(key: str) -> str:
    return str(key).replace("_", " ")


def _number(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Mapping):
        if {"text", "start", "end"} <= value.keys() and len(value) == 4:
            # A phrase with its place and what it weighs.
            (weight,) = (v for k, v in value.items() if k not in ("text", "start", "end"))
            return f"'{value['text']}' [{value['start']}, {value['end']}) {_value(weight)}"
        if value.keys() == {"here", "elsewhere", "kind"}:
            return describe_edit(value["here"], value["elsewhere"], value["kind"])
        if value and all(type(times) is int for times in value.values()):
            said = ((k, "once" if times == 1 else f"{times} times") for k, times in value.items())
            return ", ".join(f"'{k}' ({times})" for k, times in said)
        return ", ".join(f"{_key(k)} {_value(v)}" for k, v in value.items()) or "none"
    if isinstance(value, Sequence):
        if len(value) == 2 and all(type(place) is int for place in value):
            return f"[{value[0]}, {value[1]})"
        if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], (int, float)):
            return f"'{value[0]}' ({_value(value[1])})"
        return ", ".join(_value(v) for v in value) or "none"
    return str(value)
