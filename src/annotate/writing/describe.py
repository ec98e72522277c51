"""Flags, evidence and verdicts in words, for people: on the terminal and beside a region in Label Studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from annotate.documents import Evidence, Flag, Record, Reliability, Verdict

SEPARATOR = " · "


def describe_flag(flag: Flag) -> str:
    """One line for a flag: score, label and severity, reason and evidence, detector.

    >>> from annotate.documents import make_flag
    >>> describe_flag(make_flag("a gift", 2, 6, label="terminology", severity="major", score=0.8,
    ...     detector="terms@1", reason="false-friend", evidence={"german": "Gift", "means": ["poison"]}))
    "0.80 · terminology, major · false-friend: german 'Gift'; means 'poison' · terms@1"
    """
    why = flag.reason
    if flag.evidence:
        why += f": {describe_evidence(flag.evidence)}"
    return SEPARATOR.join((f"{flag.score:.2f}", f"{flag.label}, {flag.severity}", why, flag.detector))


def describe_evidence(evidence: Mapping[str, Any]) -> str:
    """Evidence in words: ``key value`` pairs in the order given; nothing is left out."""
    return "; ".join(f"{_key(key)} {_value(value)}" for key, value in evidence.items())


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
    words = one.split(), other.split()
    sides: tuple[list[str], list[str]] = ([], [])
    first, second = ([w.strip(".,;:!?\"'“”‘’").lower() for w in side] for side in words)
    for tag, a, a_end, b, b_end in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        for side, parts, begin, end in ((sides[0], words[0], a, a_end), (sides[1], words[1], b, b_end)):
            run = " ".join(parts[begin:end])
            if run:
                side.append(run if tag == "equal" else f"[{run}]")
    return " ".join(sides[0]), " ".join(sides[1])


def describe_verdict(verdict: Verdict) -> str:
    """Put the verdict in a sentence, with the words it rests on and what its threshold means at that length."""
    words = f"{verdict.words} word{'' if verdict.words == 1 else 's'}"
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
    one = evidence.origins == 1
    parts = [f"One of {evidence.documents} documents of a story, from {evidence.origins} origin{'' if one else 's'}"]
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
        return ", ".join(f"{_key(k)} {_value(v)}" for k, v in value.items()) or "none"
    if isinstance(value, Sequence):
        if len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], (int, float)):
            return f"'{value[0]}' ({_value(value[1])})"
        return ", ".join(_value(v) for v in value) or "none"
    return str(value)
