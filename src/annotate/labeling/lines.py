"""JSON lines written whole or not at all, and read back one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from annotate.errors import AnnotateError

T = TypeVar("T", bound=msgspec.Struct)


def write_lines(path: str | Path, items: Iterable[msgspec.Struct]) -> int:
    """Write a line for each item; the file appears whole or not at all. Returns how many there are.

    Raises:
        AnnotateError: if it cannot be written.
    """
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    encoder = msgspec.json.Encoder()
    count = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            for item in items:
                file.write(encoder.encode(item) + b"\n")
                count += 1
        partial.replace(target)
    except OSError as error:
        raise AnnotateError(f"Cannot write {target}: {error.strerror or error}; check the path and disk.") from error
    finally:
        partial.unlink(missing_ok=True)
    return count


def read_lines(path: str | Path, kind: type[T], remedy: str) -> Iterator[tuple[str, T]]:
    """Yield where each line stands, and what it holds; blank lines are passed over.

    Args:
        path: the file.
        kind: what each line must be.
        remedy: what to do about a line that is something else: "give the file that … wrote".

    Raises:
        AnnotateError: if the file cannot be read or a line is something else.
    """
    decoder = msgspec.json.Decoder(kind)
    try:
        with Path(path).open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    item = decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise AnnotateError(f"{path}, line {number}, cannot be used ({error}); {remedy}.") from error
                yield f"{path}, line {number},", item
    except OSError as error:
        raise AnnotateError(f"Cannot read {path}: {error.strerror or error}; check the path.") from error
