"""Two texts side by side, word by word."""

from __future__ import annotations

from difflib import SequenceMatcher

Runs = list[tuple[str, bool]]
"""Words in a row, and whether the other text has other words in their place."""


def differences(one: str, other: str) -> tuple[Runs, Runs]:
    """Split two texts into runs of words that agree and that differ, without regard to case and marks.

    >>> differences("that is our prime focus", "that is our focus")
    ([('that is our', False), ('prime', True), ('focus', False)], [('that is our', False), ('focus', False)])
    """
    words = one.split(), other.split()
    bare = [[w.strip(".,;:!?\"'“”‘’").lower() for w in side] for side in words]
    runs: tuple[Runs, Runs] = ([], [])
    for tag, a, a_end, b, b_end in SequenceMatcher(None, bare[0], bare[1], autojunk=False).get_opcodes():
        for side, text, begin, end in ((runs[0], words[0], a, a_end), (runs[1], words[1], b, b_end)):
            if begin < end:
                side.append((" ".join(text[begin:end]), tag != "equal"))
    return runs
