"""Wrong characters: what is left when bytes were read in the wrong encoding, or escapes were never resolved."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from ftfy import fix_encoding

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label

# UTF-8 read as any single-byte encoding shows as neighbouring characters above ASCII, save for a no-break space that
# was turned into a plain one. A single such character is never enough.
_RUN: Final = re.compile(r"[^\x00-\x7f]{2,}|(?<=[a-z])[ÃÂ](?= )")
_BROKEN: Final = re.compile("[\ufffd\x00\ud800-\udfff\x80-\x84\x86-\x9f]+")  # U+0085 is a line end
# Between letters, with the ends that English hangs on an apostrophe; never in an address ("?s=").
_QUESTION: Final = re.compile(r"(?<![\w/=&.])[A-Za-z]{1,30}(\?{1,3})(?:s|t|re|ve|ll|d|m)(?![\w=])")
_TELLING: Final = re.compile("â€|Ã[\x80-\xbf¢Š]|^[ÃÂ]$|ï»¿")
_WORD_REACH: Final = 30
"""Letters on each side that can belong to a word with wrong characters in it."""
_LONE: Final = ("Ã", "Â")
_ENTITY: Final = re.compile(r"&(?:amp;)*(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}\d{0,2});")
_ESCAPE: Final = re.compile(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}(?![0-9a-fA-F])")
_INVISIBLE: Final = re.compile("(?<=[A-Za-z])[\u00ad\u200b\ufeff\u2060]+(?=[A-Za-z])|[\ue000-\uf8fe]+")

# Nobody writes these on purpose: read by hand, every hit on clean news was damage.
_SURE: Final = 0.97
_LIKELY: Final = 0.9


class Encoding(Detector, frozen=True):
    """Flags mojibake, replacement characters, stray controls, and escapes left in the text."""

    id: ClassVar[str] = "encoding@1"
    labels: ClassVar[tuple[Label, ...]] = ("encoding",)
    about: ClassVar[str] = "Mojibake (ftfy), replacement and control characters, unresolved entities and escapes."

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give the flags of a document, in the order of their start."""
        text = document.text
        flags: list[Flag] = []
        if not text.isascii():
            for flag in self._mojibake(document):
                if not flags or flag.start >= flags[-1].end:  # a word can hold two wrong letters
                    flags.append(flag)
            taken = {position for flag in flags for position in range(flag.start, flag.end)}
            flags.extend(
                self.flag(document, m.start(), m.end(), "encoding", "major", _SURE, _broken_reason(m.group()))
                for m in _BROKEN.finditer(text)
                if m.start() not in taken
            )
            hidden = list(_INVISIBLE.finditer(text))
            if hidden:  # a page set with soft hyphens has thousands of them: the first speaks for all
                start, end = hidden[0].span()
                told = {"code": f"U+{ord(text[start]):04X}", "count": len(hidden)}
                flags.append(self.flag(document, start, end, "encoding", "minor", 0.6, "invisible-character", **told))
        elif "\x00" in text:
            flags.extend(
                self.flag(document, m.start(), m.end(), "encoding", "major", _SURE, "control-character")
                for m in _BROKEN.finditer(text)
            )
        if "?" in text:
            flags.extend(
                self.flag(document, m.start(), m.end(), "encoding", "major", _LIKELY, "question-mark-for-character")
                for m in _QUESTION.finditer(text)
            )
        if "&" in text:
            flags.extend(self._entities(document))
        if "\\" in text:
            flags.extend(
                self.flag(document, m.start(), m.end(), "encoding", "minor", _LIKELY, "unresolved-escape")
                for m in _ESCAPE.finditer(text)
            )
        return sorted(flags, key=lambda flag: (flag.start, flag.end))

    def _mojibake(self, document: Document) -> Iterator[Flag]:
        text = document.text
        for match in _RUN.finditer(text):
            start, end = match.start(), match.end()
            run = text[start:end]
            before = text[start - 1] if start and text[start - 1].isascii() else ""
            after = text[end : end + 1]
            # ftfy judges with a letter of context on each side; the context itself must come out as it went in.
            fixed = fix_encoding(before + run + after)
            # A dagger in running text is "â€" without its last byte, not a restored character.
            if (
                fixed == before + run + after
                or "†" in fixed
                or not (fixed.startswith(before) and fixed.endswith(after))
            ):
                # Part of the bytes is gone, so that nothing can be restored; only pairs that no language writes count.
                if _TELLING.search(run):
                    yield self.flag(document, start, end, "encoding", "major", _LIKELY, "mojibake")
                continue
            core = fixed[len(before) : len(fixed) - len(after)]
            if len(core) > len(run) or (len(core) == len(run) and run not in _LONE and not _BROKEN.search(run)):
                continue
            left = 0
            while left < len(core) and left < len(run) and core[left] == run[left]:
                left += 1
            right = 0
            while right < len(core) - left and right < len(run) - left and core[-1 - right] == run[-1 - right]:
                right += 1
            if left == len(core) - right and right:
                right -= 1  # only something to remove: show it with the character that it stands for
            meant = core[left : len(core) - right]
            start, end = start + left, end - right
            wrong = text[start:end]
            if meant.isalpha():  # a letter gone wrong is a word gone wrong
                while start > 0 and match.start() - start < _WORD_REACH and text[start - 1].isalpha():
                    start -= 1
                while end < len(text) and end - match.end() < _WORD_REACH and text[end].isalpha():
                    end += 1
                meant = fix_encoding(text[start:end])
            yield self.flag(
                document, start, end, "encoding", "major", _SURE, "mojibake", suggestion=meant, characters=wrong
            )

    def _entities(self, document: Document) -> Iterator[Flag]:
        for match in _ENTITY.finditer(document.text):
            meant = _unescape(match.group())
            if meant != match.group() and not meant.endswith(";"):
                yield self.flag(
                    document,
                    match.start(),
                    match.end(),
                    "encoding",
                    "minor",
                    _LIKELY,
                    "unresolved-entity",
                    suggestion=meant,
                )


def _broken_reason(run: str) -> str:
    return "replacement-character" if "\ufffd" in run else "control-character"


def _unescape(text: str) -> str:
    """Resolve entities until nothing changes: each reading of a page by a careless program escapes them once more."""
    while (resolved := html.unescape(text)) != text:
        text = resolved
    return text
