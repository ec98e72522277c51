"""From bytes to text: encodings, what is no text at all, and the two characters that no output can carry."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

SAMPLE: Final = 1 << 16
"""Bytes that are looked at to tell text from other data and to guess an encoding."""

_BOMS: Final = (  # UTF-32 first: its little-endian mark begins with the one of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# First bytes of common formats that are not text, from their specifications.
_MAGIC: Final = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a[\x00-\xff][\x00-\x1f]|%PDF-|PK\x03\x04|PK\x05\x06|\x1f\x8b\x08|\x28\xb5\x2f\xfd"
    rb"|BZh[1-9]1AY|\xfd7zXZ\x00|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x7fELF|MZ[\x00-\xff][\x00\x01]|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    rb"|PAR1\x15|ARROW1\x00|OggS\x00|fLaC\x00|ID3[\x02-\x04]\x00|RIFF[\x00-\xff]{4}(?:WEBPVP8|WAVEfmt|AVI LIST)"
    rb"|\x00\x00\x00[\x00-\xff]ftyp|SQLite format 3\x00|II\*\x00|MM\x00\*|wOF[F2]\x00|\x00\x01\x00\x00\x00"
    rb"|[\x00-\xff]{257}ustar[\x00 ][\x000 ]"
)
_CONTROLS: Final = bytes(c for c in range(32) if c not in b"\t\n\v\f\r\b\x1b") + b"\x7f"
_STRAY_CONTROLS: Final = 4
_ASCII: Final = bytes(range(128))
_LATIN_SHARE: Final = 0.4
_FEW_BYTES: Final = 4
_ZEROS: Final = 0.7
_NO_ZEROS: Final = 0.1
_UNSTORABLE: Final = re.compile(r"[\ud800-\udfff\0]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and what had to be guessed or replaced to get it."""

    text: str
    notes: tuple[str, ...] = ()


def bom_of(data: bytes) -> tuple[str, int] | None:
    """Find the encoding that a byte order mark announces, and the mark's length in bytes."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None


def wide_encoding_of(sample: bytes) -> str | None:
    """Recognise UTF-16 and UTF-32 without a mark: Western text then has NULs in every second byte or three of four."""
    if len(sample) < 8 or b"\0" not in sample:
        return None
    zeros = [sample[i::4].count(0) * 4 / len(sample) for i in range(4)]
    # Letters beyond U+00FF keep a share below 1; the byte that tells letters apart is hardly ever zero.
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if even < _NO_ZEROS and odd > _ZEROS:
        return "utf-16-le"
    if odd < _NO_ZEROS and even > _ZEROS:
        return "utf-16-be"
    if zeros[0] < _NO_ZEROS and min(zeros[1:]) > _ZEROS:
        return "utf-32-le"
    if zeros[3] < _NO_ZEROS and min(zeros[:3]) > _ZEROS:
        return "utf-32-be"
    return None


def is_binary(sample: bytes) -> bool:
    """Whether the beginning of a file (up to :data:`SAMPLE` bytes) shows that it is no text.

    Either its first bytes are those of a well-known format, or it holds more control characters than text does:
    over 2 % where it is no UTF-8 either (compressed data has some 10 %), over 30 % where it is. A handful of them
    in a short text is damage, not another format.
    """
    sample = sample[:SAMPLE]
    if bom_of(sample) is not None or wide_encoding_of(sample) is not None:
        return False
    if _MAGIC.match(sample):
        return True
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > _STRAY_CONTROLS and controls > len(sample) * (0.3 if _is_utf8(sample) else 0.02)


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # not final: the sample may end inside a character
    except UnicodeDecodeError:
        return False
    return True


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode a whole text: byte order mark, UTF-8, the declared encoding, then a guess.

    Args:
        data: the bytes.
        declared: an encoding named by the data itself (an HTML page's meta element), tried after UTF-8.

    Returns:
        The text without byte order mark, otherwise exactly as the bytes have it (see :func:`clean`).
    """
    mark = bom_of(data)
    if mark is not None:
        encoding, length = mark
        return _decode_as(data[length:], encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_otherwise(data, declared)
    if "\0" in text and (wide := wide_encoding_of(data[:SAMPLE])) is not None:
        return _with_note(_decode_as(data, wide), f"read as {wide} (guessed)")
    return Decoded(text)


def _decode_otherwise(data: bytes, declared: str | None) -> Decoded:
    wide = wide_encoding_of(data[:SAMPLE])
    if wide is not None:
        return _with_note(_decode_as(data, wide), f"read as {wide} (guessed)")
    if is_damaged_utf8(data):
        return _decode_as(data, "utf-8")
    if declared is not None:
        try:
            return Decoded(data.decode(declared))
        except (LookupError, UnicodeError):
            pass  # a page that names a wrong encoding is common; the guess below says what was used
    encoding = guess(data)
    return _with_note(_decode_as(data, encoding), f"read as {encoding} (guessed)")


def _decode_as(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        return Decoded(text, (f"some bytes are not valid {encoding} and were read as U+FFFD",))


def _with_note(decoded: Decoded, note: str) -> Decoded:
    return Decoded(decoded.text, (note, *decoded.notes))


def is_damaged_utf8(data: bytes) -> bool:
    """Whether data that is not valid UTF-8 is so for a few broken places only, not because it is something else."""
    text = data.decode("utf-8", "replace")
    errors = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return beyond_ascii - errors > errors


def guess(data: bytes) -> str:
    """Guess the encoding of bytes that are no UTF-8.

    Where fewer than two fifths of the bytes are beyond ASCII the text is in Latin letters, and its encoding is taken to
    be windows-1252, as browsers do (WHATWG Encoding Standard, default for English): a few accents and quotation
    marks are too little to tell the code pages apart. Otherwise charset-normalizer decides, on a part of the text.
    """
    sample = data
    if len(data) > SAMPLE:
        first = len(data) - len(data.lstrip(_ASCII))
        # Begin at a line's start or a blank, which no multi-byte encoding uses inside a character.
        start = max(data.rfind(b"\n", 0, first), data.rfind(b" ", 0, first)) + 1
        sample = data[start : start + SAMPLE]
    beyond_ascii = len(sample.translate(None, _ASCII))
    if beyond_ascii < max(_FEW_BYTES, _LATIN_SHARE * len(sample)):
        return "windows-1252"
    import charset_normalizer  # seldom needed, and a good part of a quick start

    best = charset_normalizer.from_bytes(sample).best()
    return "windows-1252" if best is None else best.encoding.replace("_", "-")


def clean(text: str) -> Decoded:
    """Replace NUL and lone surrogates, which JSON outputs and UTF-8 cannot carry, one for one by U+FFFD."""
    if "\0" not in text and _encodes(text):
        return Decoded(text)
    cleaned, count = _UNSTORABLE.subn("\ufffd", text)
    nuls = text.count("\0")
    parts = [f"{n} {what}" for n, what in ((nuls, "NUL"), (count - nuls, "lone surrogate")) if n]
    return Decoded(cleaned, (f"read as U+FFFD: {' and '.join(parts)} character{'s' if count > 1 else ''}",))


def _encodes(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
