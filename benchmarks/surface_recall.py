"""How much of a damage done on purpose the surface detectors find, kind by kind.

Each human document of the part gets one damage of each kind, one at a time, at a place drawn at random; it counts as
found when a flag of the label meant overlaps it that was not there before.

    python benchmarks/surface_recall.py --part dev --limit 400
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from annotate.detectors import Detector
from annotate.detectors.apostrophes import Apostrophes
from annotate.detectors.duplicated import Duplicated
from annotate.detectors.encoding import Encoding
from annotate.detectors.spelling import Spelling
from annotate.detectors.truncated import Truncated
from annotate.documents import Document
from false_positives import documents

Damaged = tuple[str, int, int]
"""The text, and where in it the damage is."""


def one(pattern: str, text: str, pick: random.Random) -> re.Match[str] | None:
    found = list(re.finditer(pattern, text))
    return pick.choice(found) if found else None


def replaced(text: str, start: int, end: int, new: str) -> Damaged:
    return text[:start] + new + text[end:], start, start + len(new)


def lost_contraction(text: str, pick: random.Random) -> Damaged | None:
    match = one(r"\b(?!(?:we|it|she|he|I)['’])[A-Za-z]+(?:n['’]t|['’](?:ve|re|ll))\b", text, pick)
    return match and replaced(text, *match.span(), re.sub("['’]", "", match.group()))


def lost_possessive(text: str, pick: random.Random) -> Damaged | None:
    match = one(r"\b[A-Za-z]{3,}(?<!\bthat)(?<!\bwhat)(?<!\bhere)(?<!\bshe)['’]s(?= [a-z])", text, pick)
    return match and replaced(text, *match.span(), re.sub("['’]", "", match.group()))


def glued_name(text: str, pick: random.Random) -> Damaged | None:
    match = one(r"\b(?:the|of|in|and|that|by) [A-Z][A-Za-z-]{2,}\b", text, pick)
    return match and replaced(text, *match.span(), match.group().replace(" ", ""))


def glued_words(text: str, pick: random.Random) -> Damaged | None:
    match = one(r"(?<![\w'’-])(?:the|of|and|that) [a-z]{4,}(?![\w'’-])", text, pick)
    return match and replaced(text, *match.span(), match.group().replace(" ", ""))


def glued_sentences(text: str, pick: random.Random) -> Damaged | None:
    match = one(r"\b[a-z]{3,}\. [A-Z][a-z]+\b", text, pick)
    return match and replaced(text, *match.span(), match.group().replace(" ", ""))


def misspelt(text: str, pick: random.Random) -> Damaged | None:
    match = one(r"(?<![\w'’-])[a-z]{7,}(?![\w'’-])", text, pick)
    if match is None:
        return None
    word = match.group()
    at = pick.randrange(1, len(word) - 1)
    kind = pick.choice(("swap", "drop", "double", "change"))
    if kind == "swap":
        new = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif kind == "drop":
        new = word[:at] + word[at + 1 :]
    elif kind == "double":
        new = word[:at] + word[at] + word[at:]
    else:
        new = word[:at] + pick.choice("abcdefghijklmnopqrstuvwxyz".replace(word[at], "")) + word[at + 1 :]
    return None if new == word else replaced(text, *match.span(), new)


def mojibake(text: str, pick: random.Random) -> Damaged | None:
    match = one("[’“”–—é]", text, pick)
    if match is None:
        return None
    return replaced(text, *match.span(), match.group().encode("utf-8").decode("latin-1"))


def repeated(text: str, pick: random.Random) -> Damaged | None:
    sentences = [s for s in Document(text=text).layout.sentences if 8 <= s.of(text).count(" ") <= 60]
    if len(sentences) < 10:
        return None
    first, later = sorted(pick.sample(range(len(sentences)), 2))
    start = sentences[later].start
    copy = sentences[first].of(text) + " "
    return (text[:start] + copy + text[start:], start, start + len(copy) - 1) if first < later else None


def cut_start(text: str, pick: random.Random) -> Damaged | None:
    layout = Document(text=text).layout
    if layout.paragraphs[0].of(text)[-1] not in '.!?"”':
        return None  # a headline: without its beginning it is another headline
    first = layout.sentences[0].of(text)
    places = [layout.sentences[0].start + m.start() for m in re.finditer(r"(?<= )[a-z]+(?= [a-z])", first)][2:]
    return (cut := text[pick.choice(places) :], 0, min(20, len(cut))) if places else None


def cut_end(text: str, pick: random.Random) -> Damaged | None:
    last = Document(text=text).layout.sentences[-1]
    places = [m.end() for m in re.finditer(r"[A-Za-z]+(?= [a-z])", text[last.start : last.end])][4:]
    if not places:
        return None
    end = last.start + pick.choice(places)
    return text[:end], end - 5, end


KINDS: dict[str, tuple[Callable[[str, random.Random], Damaged | None], Detector]] = {
    "contraction without apostrophe": (lost_contraction, Apostrophes()),
    "possessive without apostrophe": (lost_possessive, Apostrophes()),
    "word glued to a name": (glued_name, Spelling()),
    "words glued": (glued_words, Spelling()),
    "sentences glued": (glued_sentences, Spelling()),
    "misspelt word of 7 letters or more": (misspelt, Spelling()),
    "character misread": (mojibake, Encoding()),
    "sentence repeated": (repeated, Duplicated()),
    "beginning cut off": (cut_start, Truncated()),
    "end cut off": (cut_end, Truncated()),
}


def hits(text: str, detector: Detector) -> Iterator[tuple[int, int]]:
    return ((flag.start, flag.end) for flag in detector.detect(Document(text=text)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--file", default="human_news")
    parser.add_argument("--limit", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--misses", type=int, default=0, help="print so many misses of each kind")
    options = parser.parse_args()
    pick = random.Random(options.seed)
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    missed: dict[str, list[str]] = {}
    for _, document in documents(options.data, options.part, options.file, options.limit, options.seed):
        for kind, (damage, detector) in KINDS.items():
            done = damage(document.text, pick)
            if done is None:
                continue
            text, start, end = done
            tried[kind] += 1
            if any(a < end and b > start for a, b in hits(text, detector)):
                found[kind] += 1
            else:
                missed.setdefault(kind, []).append(text[max(0, start - 20) : end + 20].replace("\n", "⏎"))
    print(f"{options.part}/{options.file}, one damage of a kind in a document")
    for kind in KINDS:
        if tried[kind]:
            print(f"{kind:36} {found[kind]:5d} of {tried[kind]:5d} {found[kind] / tried[kind]:6.2f}")
    for kind, lines in missed.items():
        for line in lines[: options.misses]:
            print(f"- {kind}: {line[:160]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
