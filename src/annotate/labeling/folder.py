"""The folder of an export: made, told from other people's folders, and filled only when all is right."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Final

from annotate.errors import AnnotateError
from annotate.labeling import labelstudio
from annotate.labeling.exporting import doccano, inception, tables
from annotate.labeling.guidelines import GENERATOR

PARTIAL: Final = ".partial"
GUIDELINES: Final = "guidelines.html"
KEY: Final = "key.jsonl"
BLIND: Final = "blind"
"""Folder of the blind arm: an import of its own."""

_FILES: Final = (labelstudio.FILES, doccano.FILES, inception.FILES, tables.JSONL_FILES, tables.CSV_FILES)


def prepare(folder: Path) -> bool:
    """Make the folder, or make sure that it holds nothing but an earlier export. Says whether it was made.

    Raises:
        AnnotateError: if it cannot be made, or holds other things.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            return True
        if not folder.is_dir():
            raise AnnotateError(f"{folder} is a file; name a folder for the export.")
        others = sorted(p.name for p in folder.iterdir() if p.name != PARTIAL and not _is_ours(p))
        if others:
            first = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
            raise AnnotateError(
                f"{folder} holds other things ({first}); name a new folder, or one with an earlier export."
            )
        if (folder / PARTIAL).exists():
            shutil.rmtree(folder / PARTIAL)  # what an interrupted export left
    except OSError as error:
        raise AnnotateError(f"Cannot write the export to {folder}: {why(error)}.") from error
    return False


def _is_ours(path: Path) -> bool:
    if path.name == BLIND and path.is_dir():
        return all(_is_ours(inside) for inside in path.iterdir())
    mark = path.with_name(GUIDELINES)
    known = path.name in (GUIDELINES, KEY) or any(files.fullmatch(path.name) for files in _FILES)
    if not (known and path.is_file() and mark.is_file()):
        return False
    return path.name != GUIDELINES or GENERATOR in mark.read_text(encoding="utf-8", errors="replace")


def move(partial: Path, folder: Path) -> None:
    """Put what was written in place of an earlier export.

    Raises:
        AnnotateError: if the earlier export has the key of other checks, without which its labels cannot be judged.
        OSError: if something cannot be moved.
    """
    key = folder / KEY
    if key.exists() and not ((partial / KEY).exists() and (partial / KEY).read_bytes() == key.read_bytes()):
        raise AnnotateError(
            f"{key} is the key of other attention checks, whose labels cannot be judged without it; export to a new "
            "folder, or move the key away first."
        )
    new = sorted(p.name for p in partial.iterdir())
    for old in [p for p in folder.iterdir() if p.name != PARTIAL]:
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name not in new:
            old.unlink()
    for name in new:
        (partial / name).replace(folder / name)
    partial.rmdir()


def why(error: OSError) -> str:
    """Say what is wrong with a disk or path, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; make room and export again"
    return f"{error.strerror or error}; check the path and its permissions"
