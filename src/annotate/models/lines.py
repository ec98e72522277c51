"""The line model: which lines (and sentences of lines) are page furniture or calls to follow, subscribe or buy.

Two steps, each a linear model. The first reads a line's own words (hashed n-grams, :mod:`annotate.models.linear`). The
second weighs that answer with the line's shape, the patterns of :mod:`annotate.models.line_rules`, the answers for
the neighbouring lines and the place in the document, because the same short line is a heading between two paragraphs
and furniture between two bylines. Patterns give the reason, and carry a flag alone where their wording is plain.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from annotate.documents import Document, Range
from annotate.models.archive import WEIGHTS_FOLDER
from annotate.models.features import FUNCTION_WORDS, Tokens, tokenize
from annotate.models.line_rules import (
    BARE_TAIL,
    CAPTION_CUE,
    CREDIT_TAIL,
    LINK_FARM,
    REWORDED,
    Furniture,
    Hit,
    Rule,
    first_hit,
    link_share,
    reworded_call,
)
from annotate.models.linear import Floats, LinearModel, load_model

MODEL: Final = "lines"
OUTPUTS: Final = ("boilerplate", "spam")

_ENDS_SENTENCE: Final = re.compile(r"[.!?…][\"'”’»)\]]*$")
_MARKS: Final = frozenset("|•·»›►▶©®™")
_SPEECH: Final = re.compile(r"[\"“”]")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text with what the patterns and the eye see of them; arrays have one row per line."""

    ranges: tuple[Range, ...]
    hits: tuple[Hit | None, ...]
    calls: tuple[float, ...]
    """How much the line is a reworded call (:func:`annotate.models.line_rules.reworded_call`)."""
    shape: Floats
    """Lines × :data:`SHAPE`."""


SHAPE: Final = (
    "words_1_2", "words_3_4", "words_5_8", "words_9_15", "words_16_30", "words_over_30", "log_words",
    "ends_sentence", "ends_colon", "ends_ellipsis", "starts_lower", "starts_quote", "starts_digit", "starts_mark",
    "capitals", "all_capitals", "digits", "function_words", "address", "separators", "question", "repeated",
    "short_sentence", "short_open", "rule_boilerplate", "rule_spam", "credit_tail", "caption_cue", "call",
)  # fmt: skip
"""What is measured of each line alone."""

CONTEXT: Final = (
    "own", "own_clipped", "spam_own", "previous", "next", "before_2_4", "after_2_4", "all_before", "all_after",
    "own_x_next", "own_x_previous", "previous_long", "next_long", "previous_rule", "next_rule", "rules_after",
    "first", "second", "line_3_6", "last", "last_2_3", "last_4_8", "place", "log_lines", "long_lines",
    "long_after", "long_before", "short_between_long",
)  # fmt: skip
"""What is measured of each line among the others, after the first step."""


class ContextStep(msgspec.Struct, frozen=True):
    """The second step's weights and the thresholds chosen for it; kept in the model's ``extra``."""

    weights: dict[str, list[float]]
    """Output → weight of each of SHAPE + CONTEXT."""
    bias: dict[str, float]
    threshold: dict[str, float]
    """Output → probability from which a line is flagged on the model's word alone."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One stretch of page furniture or one call, with what says so."""

    start: int
    end: int
    label: Furniture
    reason: str
    score: float
    evidence: dict[str, Any]
    by_model: bool = False
    """No rule says so, only the model."""


def place_allows(index: int, count: int) -> Callable[[Rule], bool]:
    """Make the test whether a rule may be believed in line ``index`` of ``count``."""

    def allowed(rule: Rule) -> bool:
        if rule.place == "any":
            return True
        if rule.place == "edge":
            return index < 6 or index >= count - 4
        return index >= count - 6

    return allowed


OPENING: Final = 240
"""Characters of a line whose n-grams the first step reads: furniture shows itself in its opening."""


def openings(ranges: Sequence[Range]) -> list[Range]:
    """Give the part of each line that the first step reads."""
    return [line if len(line) <= OPENING else Range(line.start, line.start + OPENING) for line in ranges]


def look_at(text: str, ranges: tuple[Range, ...]) -> Lines:
    """Measure each line alone."""
    count = len(ranges)
    seen: dict[str, int] = {}
    units = [line.of(text) if len(line) <= 2000 else text[line.start : line.start + 2000] for line in ranges]
    for unit in units:
        seen[unit] = seen.get(unit, 0) + 1
    hits: list[Hit | None] = []
    calls: list[float] = []
    shape = np.zeros((count, len(SHAPE)))
    for i, (line, unit) in enumerate(zip(ranges, units, strict=True)):
        hit = first_hit(text, line.start, line.end, place_allows(i, count))
        call = reworded_call(unit)[0] if len(line) <= 400 else 0.0
        hits.append(hit)
        calls.append(call)
        shape[i] = _shape(unit, hit, call, seen[unit] > 1)
    return Lines(ranges, tuple(hits), tuple(calls), shape)


def _shape(unit: str, hit: Hit | None, call: float, repeated: bool) -> list[float]:
    words = unit.split()
    n = len(words)
    # Shares are taken from the opening, as the n-grams are.
    opening = unit[:OPENING]
    some = opening.split()
    letters = [word for word in some if word[0].isalpha()]
    upper = sum([word[0].isupper() for word in letters])
    plain = sum([word.lower().rstrip(".,;:!?") in FUNCTION_WORDS for word in some])
    ends = _ENDS_SENTENCE.search(unit, max(0, len(unit) - 4)) is not None
    first = unit[0]
    return [
        n <= 2,
        3 <= n <= 4,
        5 <= n <= 8,
        9 <= n <= 15,
        16 <= n <= 30,
        n > 30,
        math.log1p(n),
        ends,
        unit.endswith(":"),
        unit.endswith(("...", "…")),
        first.islower(),
        first in "\"'“‘«",
        first.isdigit(),
        not (first.isalnum() or first in "\"'“‘«"),
        upper / len(letters) if letters else 0.0,
        opening.isupper(),
        sum(map(str.isdigit, opening)) / len(opening),
        plain / len(some),
        "@" in opening or "#" in opening or "http" in opening or "www." in opening,
        not _MARKS.isdisjoint(opening) or " / " in opening or " > " in opening,
        unit.endswith("?"),
        repeated,
        ends and n <= 8,
        not ends and n <= 8,
        hit.rule.prior if hit and hit.rule.label == "boilerplate" else 0.0,
        hit.rule.prior if hit and hit.rule.label == "spam" else 0.0,
        _has_bracket(unit[-200:]) and CREDIT_TAIL.search(unit[-200:]) is not None,
        n <= 60 and CAPTION_CUE.search(unit) is not None,
        call,
    ]


def _has_bracket(text: str) -> bool:
    return "(" in text or "[" in text


def in_context(lines: Lines, logits: Floats) -> Floats:
    """Put the first step's logits (lines × outputs) together with shape and place: lines × (SHAPE + CONTEXT)."""
    count = len(lines.ranges)
    own = np.clip(logits[:, 0], -6.0, 6.0)
    lengths = lines.shape[:, SHAPE.index("log_words")]
    long = (lengths > np.log1p(15)).astype(np.float64)
    rule = np.maximum(lines.shape[:, SHAPE.index("rule_boilerplate")], lines.shape[:, SHAPE.index("rule_spam")])
    index = np.arange(count)
    from_end = count - 1 - index
    total = np.cumsum(own)
    total_long = np.cumsum(long)
    total_rule = np.cumsum(rule)
    before = np.maximum(index, 1)
    after = np.maximum(from_end, 1)
    previous, following = _shifted(own, 1, -2.0), _shifted(own, -1, 1.0)
    columns = [
        own,
        np.clip(own, -1.5, 1.5),
        np.clip(logits[:, 1], -6.0, 6.0),
        previous,
        following,
        (_shifted(own, 2, -2.0) + _shifted(own, 3, -2.0) + _shifted(own, 4, -2.0)) / 3,
        (_shifted(own, -2, 1.0) + _shifted(own, -3, 1.0) + _shifted(own, -4, 1.0)) / 3,
        (total - own) / before,
        (total[-1] - total) / after if count else total,
        own * following / 6,
        own * previous / 6,
        _shifted(long, 1, 0.0),
        _shifted(long, -1, 0.0),
        _shifted(rule, 1, 0.0),
        _shifted(rule, -1, 0.0),
        (total_rule[-1] - total_rule) / after if count else total,
        index == 0,
        index == 1,
        (index >= 2) & (index < 6),
        from_end == 0,
        (from_end >= 1) & (from_end < 3),
        (from_end >= 3) & (from_end < 8),
        index / max(1, count - 1),
        np.full(count, np.log1p(count)),
        np.full(count, long.mean() if count else 0.0),
        (total_long[-1] - total_long) / after if count else total,
        (total_long - long) / before,
        (1 - long) * _shifted(long, 1, 0.0) * _shifted(long, -1, 0.0),
    ]
    return np.column_stack([lines.shape, *[np.asarray(c, dtype=np.float64) for c in columns]])


def _shifted(values: Floats, by: int, outside: float) -> Floats:
    """``result[i] = values[i - by]``, ``outside`` where there is none."""
    result = np.full(len(values), outside)
    if by > 0:
        result[by:] = values[:-by]
    else:
        result[:by] = values[-by:]
    return result


@dataclass(frozen=True, slots=True)
class Judged:
    """The lines of a document with the model's probabilities."""

    model: LinearModel
    step2: ContextStep
    lines: Lines
    furniture: Floats
    """Per line: probability that it is no part of the article, a call included."""
    spam: Floats
    """Per line: probability that it is a call to follow, subscribe or buy, or promotion."""
    own: Floats
    """Per line: the first step's logit of ``boilerplate``."""


@lru_cache(maxsize=4)
def load_lines(folder: Path = WEIGHTS_FOLDER) -> tuple[LinearModel, ContextStep]:
    """Read the two steps of the model; once per process.

    Raises:
        AnnotateError: if the file is missing or damaged.
    """
    model = load_model(MODEL, folder)
    return model, msgspec.convert(model.meta.extra["step2"], ContextStep)


def probabilities(step2: ContextStep, matrix: Floats) -> tuple[Floats, Floats]:
    """Second step: probabilities of (any furniture, spam) for rows of :func:`in_context`."""
    found = []
    for output in OUTPUTS:
        # Row by row, so that a line's score does not depend on how many others are multiplied with it.
        logit = (matrix * np.array(step2.weights[output])).sum(axis=1) + step2.bias[output]
        found.append(1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0))))
    return found[0], found[1]


def judge_lines(text: str, ranges: tuple[Range, ...], model: LinearModel, step2: ContextStep) -> Judged:
    """Measure and judge the lines of a text."""
    lines = look_at(text, ranges)
    logits = model.logits(tokenize(text, openings(ranges)))
    furniture, spam = probabilities(step2, in_context(lines, logits))
    return Judged(model, step2, lines, furniture, spam, logits[:, 0])


# Rules whose wording speaks of one sentence; what stands beside it in the line may be the article's.
_OF_A_SENTENCE: Final = frozenset({"social-follow", "newsletter", "subscription", "promotion", "read-also"})
# Without one of these no rule about a sentence can match: most sentences cost one search.
_TRIGGER: Final = re.compile(
    r"\b(?:follow|subscri|sign|newsletter|click|tap|inbox|app|join|like us|find us|twitter|facebook|instagram|youtube"
    r"|social|telegram|whatsapp|code|commission|affiliate|comments|visit|free|bonus|risk|apply|download|notifications"
    r"|never miss|check out|read more|reach|contributed|donate|support|stay|connect)",
    re.IGNORECASE,
)
_PLAIN_ENOUGH: Final = 0.9
"""A rule with a lower prior needs the model not to be sure of the opposite (``_DOUBT``)."""
_DOUBT: Final = 0.1
_CALL: Final = 0.75
"""Reworded calls from this value on are flagged near the end or in short lines; elsewhere from ``_CALL_INSIDE``."""
_CALL_INSIDE: Final = 0.9


_OWN_ALONE: Final = 1.0
_OWN_AMONG: Final = -1.0
_LONG: Final = 0.95
"""On the model's word alone: the first step's logit a line needs among the article's lines and among other furniture,
and the probability a line of more than 30 words needs. Set by reading flags in the training half of human news."""
_MOJIBAKE: Final = re.compile(r"[ÂÃ][\u0080-\u00bf]|â€|ï¿½")
_HEADING: Final = re.compile(r"#{1,6}\s")
_LETTER: Final = re.compile(r"[^\W_]")


def find_furniture(document: Document) -> tuple[Finding, ...]:
    """Find page furniture and calls of a document, in order and without overlap. Shared by all who ask."""
    return document.once("lines:furniture", lambda d: find_with(d, *load_lines()))


def furniture_ranges(document: Document) -> list[tuple[int, int]]:
    """Give the ranges that are no part of the article, sorted and disjoint: other models leave them out."""
    return [(finding.start, finding.end) for finding in find_furniture(document) if finding.score >= 0.5]


def find_with(document: Document, model: LinearModel, step2: ContextStep) -> tuple[Finding, ...]:
    """As :func:`find_furniture`, with a given model."""
    text = document.text
    kept = _known(document)
    # In text wrapped by hand a line's end says nothing: there the paragraph is the line.
    ranges = document.layout.paragraphs
    if not ranges:
        return tuple(kept)
    judged = judge_lines(text, ranges, model, step2)
    sentences = _sentences_of(document)
    flagged: dict[int, list[Finding]] = {}
    for i in range(len(ranges)):
        if not _covered(ranges[i], kept):
            found = _line(text, judged, i, sentences[i])
            if found:
                flagged[i] = found
    for i, finding in _captions(text, judged, flagged, kept):
        flagged[i] = [finding]
    findings = kept + [finding for found in flagged.values() for finding in found]
    return tuple(sorted(findings, key=lambda f: (f.start, f.end)))


def _known(document: Document) -> list[Finding]:
    """Give what the reader knows to be furniture."""
    found: list[Finding] = []
    for start, end in sorted(document.furniture):
        while start < end and document.text[start].isspace():
            start += 1
        while end > start and document.text[end - 1].isspace():
            end -= 1
        if found and start < found[-1].end:
            start = found[-1].end
        if start < end:
            evidence: dict[str, Any] = {"known": "outside the main text of the page"}
            found.append(Finding(start, end, "boilerplate", "html-furniture", 0.97, evidence))
    return found


def _covered(line: Range, known: list[Finding]) -> bool:
    return any(f.start < line.end and line.start < f.end for f in known)


def _sentences_of(document: Document) -> list[list[Range]]:
    """Sort the sentences into their lines."""
    lines, sentences = document.layout.paragraphs, document.layout.sentences
    found: list[list[Range]] = [[] for _ in lines]
    at = 0
    for sentence in sentences:
        while at < len(lines) and lines[at].end <= sentence.start:
            at += 1
        if at < len(lines) and lines[at].start <= sentence.start and sentence.end <= lines[at].end:
            found[at].append(sentence)
    return found


def _line(text: str, judged: Judged, i: int, sentences: list[Range]) -> list[Finding]:
    line = judged.lines.ranges[i]
    hit = judged.lines.hits[i]
    p = float(judged.furniture[i])
    words = len(line.of(text).split()) if len(line) <= 2000 else 1000
    links, share = link_share(line.of(text)) if len(line) <= 5000 else (0, 0.0)
    if links >= 3 and share > 0.4:
        return [
            Finding(
                line.start,
                line.end,
                "spam",
                LINK_FARM.reason,
                LINK_FARM.prior,
                {"links": links, "share": round(share, 2)},
            )
        ]
    if hit and not _believed(hit, p):
        hit = None
    several = len(sentences) > 1 and words > 12
    if hit and not (several and hit.rule.reason in _OF_A_SENTENCE and p < 0.5):
        return [_from_rule(text, judged, i, line, hit)]
    found = _calls(text, judged, i, sentences if several else [line])
    if found:
        return found
    tail = BARE_TAIL.search(text, max(line.start, line.end - 160), line.end) if words <= 60 else None
    if tail:
        matched = tail.group().lstrip(' .!?…"”')
        return [
            Finding(
                line.start, line.end, "boilerplate", "caption", 0.9, {"matched": matched, **_drivers(text, judged, i)}
            )
        ]
    credit = _credit(text, line)
    if credit:
        end_of_line = credit.end >= line.end - 1
        whole = line if end_of_line and words <= 45 else credit
        reason = "image-credit" if whole is credit or len(credit) > 0.7 * len(line) else "caption"
        return [
            Finding(
                whole.start,
                whole.end,
                "boilerplate",
                reason,
                0.9,
                {"matched": credit.of(text), **_drivers(text, judged, i)},
            )
        ]
    return _from_model(text, judged, i, words)


def _believed(hit: Hit, p: float) -> bool:
    return hit.rule.prior >= _PLAIN_ENOUGH or p >= _DOUBT


def _from_rule(text: str, judged: Judged, i: int, where: Range, hit: Hit) -> Finding:
    score = max(hit.rule.prior, min(0.99, float(judged.furniture[i])))
    evidence = {"matched": text[hit.start : min(hit.end, hit.start + 120)], **_drivers(text, judged, i)}
    return Finding(where.start, where.end, hit.rule.label, hit.rule.reason, round(score, 4), evidence)


def _calls(text: str, judged: Judged, i: int, units: list[Range]) -> list[Finding]:
    """Sentences that are calls, by rule or reworded; a run of them is one finding."""
    count = len(judged.lines.ranges)
    near_end = i >= count - 4 and i >= 0.6 * count
    found: list[Finding] = []
    allowed = place_allows(i, count)
    for unit in units:
        sentence = unit.of(text) if len(unit) <= 600 else ""
        if not _TRIGGER.search(sentence):
            continue
        hit = first_hit(text, unit.start, unit.end, lambda rule: rule.reason in _OF_A_SENTENCE and allowed(rule))
        if hit and hit.rule.prior >= _PLAIN_ENOUGH and not _inside_speech(text, judged.lines.ranges[i], unit):
            found.append(
                Finding(
                    unit.start,
                    unit.end,
                    hit.rule.label,
                    hit.rule.reason,
                    hit.rule.prior,
                    {"matched": text[hit.start : hit.end]},
                )
            )
            continue
        score, parts = reworded_call(sentence)
        alone = len(units) == 1 and sentence.count(" ") < 25
        if score >= (_CALL if near_end or alone else _CALL_INSIDE):
            found.append(Finding(unit.start, unit.end, REWORDED.label, REWORDED.reason, score, {"words": parts}))
    return _runs(found, text)


def _runs(found: list[Finding], text: str) -> list[Finding]:
    joined: list[Finding] = []
    for finding in found:
        last = joined[-1] if joined else None
        if last and last.reason == finding.reason and not text[last.end : finding.start].strip():
            evidence = {
                key: last.evidence.get(key, finding.evidence.get(key)) for key in (*last.evidence, *finding.evidence)
            }
            joined[-1] = Finding(
                last.start, finding.end, last.label, last.reason, max(last.score, finding.score), evidence
            )
        else:
            joined.append(finding)
    return joined


def _inside_speech(text: str, line: Range, unit: Range) -> bool:
    """Whether a sentence stands between quotation marks opened before it in the line: somebody says it."""
    before = _SPEECH.findall(text, line.start, unit.start)
    opened = sum(mark in '“"' for mark in before) - sum(mark == "”" for mark in before)
    straight = sum(mark == '"' for mark in before)
    curly = opened - straight
    return curly > 0 or straight % 2 == 1 or text[unit.start] in '“"'


def _credit(text: str, line: Range) -> Range | None:
    """Find a credit in brackets near the end of a line, brackets included."""
    found = None
    if not _has_bracket(text[max(line.start, line.end - 300) : line.end]):
        return None
    for match in CREDIT_TAIL.finditer(text, max(line.start, line.end - 300), line.end):
        found = Range(match.start(), match.end())
    return found if found and text[found.end - 1] in ")]" else None


def _from_model(text: str, judged: Judged, i: int, words: int) -> list[Finding]:
    """Flag what no rule names but the model is sure of."""
    p, spam = float(judged.furniture[i]), float(judged.spam[i])
    if p < judged.step2.threshold["boilerplate"]:
        return []
    start, end = judged.lines.ranges[i].start, judged.lines.ranges[i].end
    if _MOJIBAKE.search(text, start, end) or _HEADING.match(text, start, end):
        return []  # their marks look like those of copyright lines and hashtags
    ranges = judged.lines.ranges
    line = ranges[i]
    if not _LETTER.search(text, line.start, line.end):
        return [
            Finding(
                line.start,
                line.end,
                "boilerplate",
                "separator",
                round(p, 4),
                {"probability": round(p, 4)},
                by_model=True,
            )
        ]
    # A heading stands between two paragraphs, a short answer between two others: the words themselves must speak for
    # furniture, and those of a long line plainly.
    sentence = words >= 6 and _ENDS_SENTENCE.search(text, line.end - 4, line.end) is not None
    around = [float(judged.furniture[j]) for j in (i - 1, i + 1) if 0 <= j < len(ranges)]
    least = _OWN_ALONE if sentence or max(around, default=0.0) < 0.5 else _OWN_AMONG
    if judged.own[i] < least or (words > 30 and p < _LONG):
        return []
    drivers = _drivers(text, judged, i)
    if spam >= judged.step2.threshold["spam"]:
        return [Finding(line.start, line.end, "spam", "promotion", round(min(p, spam), 4), drivers, by_model=True)]
    reason = "navigation" if words <= 4 else "page-furniture"
    return [Finding(line.start, line.end, "boilerplate", reason, round(p, 4), drivers, by_model=True)]


def _captions(
    text: str, judged: Judged, flagged: dict[int, list[Finding]], known: list[Finding]
) -> list[tuple[int, Finding]]:
    """Lines that speak of a picture and stand next to its credit."""
    found: list[tuple[int, Finding]] = []
    ranges = judged.lines.ranges
    for i, findings in flagged.items():
        if findings[0].reason != "image-credit":
            continue
        for j in (i - 1, i + 1):
            if not 0 <= j < len(ranges) or j in flagged or len(ranges[j]) > 500 or _covered(ranges[j], known):
                continue
            cue = CAPTION_CUE.search(text, ranges[j].start, ranges[j].end)
            if cue:
                evidence = {"matched": cue.group(), "credit": text[findings[0].start : findings[0].end][:120]}
                found.append((j, Finding(ranges[j].start, ranges[j].end, "boilerplate", "caption", 0.88, evidence)))
    return found


def _drivers(text: str, judged: Judged, i: int) -> dict[str, Any]:
    """Give the model's probability for a line and up to five of its words that speak most for furniture."""
    line = judged.lines.ranges[i]
    tokens: Tokens = tokenize(text, openings([line]))
    weights = judged.model.token_weights(tokens, "boilerplate")
    best = sorted(range(len(weights)), key=lambda k: (-round(float(weights[k]), 3), k))[:5]
    words = [
        [text[tokens.starts[k] : tokens.ends[k]], round(float(weights[k]), 3)]
        for k in best
        if round(float(weights[k]), 3) > 0
    ]
    return {"probability": round(float(judged.furniture[i]), 4), "words": words}


def resources() -> dict[str, str]:
    """Digest of the weights, for signatures."""
    return {"models/lines": load_model(MODEL).digest}
