"""Damages sentences in known ways, so that a model of garble has something to learn and to be measured on.

Every operation takes the sentence's blank-separated words, a random generator and a pool of other sentences, and gives
the damaged sentence. They imitate what broken pipelines do: reordered tokens, lost function words, stuck decoders,
glued or split words, bad scans, sentences pasted together from parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from annotate.models.features import FUNCTION_WORDS

Words = list[str]
Damage = Callable[[Words, Random, Sequence[Words]], str]

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def shuffled_near(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Words change places within stretches of four to six."""
    result: Words = []
    at = 0
    while at < len(words):
        width = random.randint(4, 6)
        part = words[at : at + width]
        random.shuffle(part)
        result.extend(part)
        at += width
    return " ".join(result)


def shuffled(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Words change places all over the sentence."""
    result = list(words)
    random.shuffle(result)
    return " ".join(result)


def function_words_lost(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Three in four function words are missing."""
    kept = [w for w in words if w.lower().strip(".,;:") not in FUNCTION_WORDS or random.random() > 0.75]
    return " ".join(kept)


def stuck(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Let a phrase of one to four words come three to six times."""
    width = random.randint(1, 4)
    at = random.randrange(max(1, len(words) - width))
    phrase = words[at : at + width]
    return " ".join(words[:at] + phrase * random.randint(3, 6) + words[at + width :])


def spliced(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Parts of three to five words of several sentences stand in a row."""
    result: Words = []
    others = [words, *(random.choice(pool) for _ in range(3))]
    while len(result) < max(10, len(words)):
        other = random.choice(others)
        width = random.randint(3, 5)
        at = random.randrange(max(1, len(other) - width))
        result.extend(other[at : at + width])
    return " ".join(result)


def halves(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Let the first half of one sentence run on into the second half of another."""
    other = random.choice(pool)
    return " ".join(words[: random.randint(len(words) // 3, 2 * len(words) // 3)] + other[len(other) // 2 :])


def words_replaced(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Two in five words are words of other sentences."""
    return " ".join(random.choice(random.choice(pool)) if random.random() < 0.4 else word for word in words)


def letters_wrong(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Make a letter wrong, missing, doubled or misplaced in every third word."""
    return " ".join(_wrong(word, random) if len(word) > 2 and random.random() < 0.35 else word for word in words)


def _wrong(word: str, random: Random) -> str:
    at = random.randrange(1, len(word))
    what = random.randrange(4)
    if what == 0:
        return word[:at] + random.choice(_LETTERS) + word[at + 1 :]
    if what == 1:
        return word[:at] + word[at + 1 :]
    if what == 2:
        return word[:at] + random.choice(_LETTERS) + word[at:]
    return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]


def run_together(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Two in five blanks are missing."""
    result = words[0]
    for word in words[1:]:
        result += word if random.random() < 0.4 else " " + word
    return result


def split_up(words: Words, random: Random, pool: Sequence[Words]) -> str:
    """Two in five words have a blank inside."""
    result = []
    for word in words:
        if len(word) > 3 and random.random() < 0.4:
            at = random.randint(1, len(word) - 1)
            word = word[:at] + " " + word[at:]
        result.append(word)
    return " ".join(result)


DAMAGES: Final[dict[str, Damage]] = {
    "function-words-lost": function_words_lost,
    "halves": halves,
    "letters-wrong": letters_wrong,
    "run-together": run_together,
    "shuffled": shuffled,
    "shuffled-near": shuffled_near,
    "spliced": spliced,
    "split-up": split_up,
    "stuck": stuck,
    "words-replaced": words_replaced,
}
