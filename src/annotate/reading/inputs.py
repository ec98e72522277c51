"""From what the user named to the list of files to read, in order, with the ids their documents will have."""

from __future__ import annotations

import importlib.util
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from annotate.errors import AnnotateError
from annotate.reading.datasets import is_hub_name, is_saved, split_hub_name
from annotate.reading.formats import FORMS, HUB, SAVED, TEXT, form_of, split_name
from annotate.reading.opening import COMPRESSIONS
from annotate.reading.sources import Form, Source, printable


def find(inputs: Sequence[str | Path], stdin: BinaryIO | None = None) -> list[Source]:
    """List what is to be read: inputs in their order, folders recursively by relative path.

    Hidden files and folders inside a folder are left out. Links are followed; a folder that was already seen in
    the same input is not entered again.

    Raises:
        AnnotateError: if an input does not exist, cannot be opened, has an ending that is not known, or is a folder
            with nothing to read; or if something needs an extra that is not installed.
    """
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    if not inputs:
        raise AnnotateError("No input given; name files or folders, or - for standard input.")
    sources: list[Source] = []
    for given in inputs:
        sources.extend(_expand(os.fspath(given), stdin))
    for source in sources:
        if source.form is not None:
            _check_extra(source.form, source)
    _name_documents(sources)
    return sources


def _expand(path: str, stdin: BinaryIO | None) -> list[Source]:
    if path == "-":
        if stdin is None:
            raise AnnotateError("Standard input (-) was named as an input, but none was handed over.")
        return [Source(path, path, is_stream=True, stream=stdin, id="stdin")]
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        if is_hub_name(path):
            return [Source(path, path, HUB)]
        raise AnnotateError(f"Cannot read {printable(path)}: {error.strerror}; check the path.") from error
    except ValueError as error:  # a NUL in the name
        raise AnnotateError(f"Cannot read {printable(path.replace(chr(0), chr(0xFFFD)))}: {error}.") from error
    if stat.S_ISDIR(mode):
        return [_saved(path, _folder_name(path))] if is_saved(path) else _expand_folder(path)
    return [_expand_file(path, is_regular=stat.S_ISREG(mode))]


def _saved(path: str, relative: str) -> Source:
    return Source(path, relative, SAVED)


def _folder_name(path: str) -> str:
    return os.path.basename(os.path.abspath(path)) or "dataset"


def _expand_file(path: str, *, is_regular: bool) -> Source:
    name = os.path.basename(path)
    _, ending, compression = split_name(name)
    form = form_of(ending, compression)
    if form is None:
        raise AnnotateError(
            f"Cannot read {printable(path)}: the ending {ending + _compression_ending(compression)!r} is not known; "
            f"use {_known_endings()}, or hand text over on standard input (-)."
        )
    if is_regular:  # opening a pipe for a try would lose what it holds
        try:
            with open(path, "rb"):
                pass
        except OSError as error:
            raise AnnotateError(f"Cannot read {printable(path)}: {error.strerror}; check its permissions.") from error
    # A pipe or device cannot be opened twice, nor sought in.
    return Source(path, name, form, compression, is_stream=not is_regular and form is TEXT)


def _compression_ending(compression: str | None) -> str:
    return "" if compression is None else f".{compression}"


def _known_endings() -> str:
    endings = [ending for form in FORMS for ending in form.endings]
    return f"{', '.join(endings)} (the text formats also with {' or '.join(COMPRESSIONS)})"


def _expand_folder(path: str) -> list[Source]:
    try:
        found = sorted(_walk(path, "", set()), key=lambda source: source.relative)
    except OSError as error:
        raise AnnotateError(
            f"Cannot read the folder {printable(path)}: {error.strerror}; check its permissions."
        ) from error
    if not any(source.problem is None and not source.not_a_file for source in found):
        why = f" ({found[0].problem})" if found and found[0].problem else ""
        raise AnnotateError(f"The folder {printable(path)} holds no file to read{why}; name another one.")
    return found


def _walk(folder: str, prefix: str, seen: set[tuple[int, int]]) -> Iterator[Source]:
    """Everything in a folder; raises OSError only for the folder itself."""
    here = os.stat(folder)
    seen.add((here.st_dev, here.st_ino))
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    for name in names:
        path, relative = os.path.join(folder, name), f"{prefix}{name}"
        try:
            status = os.stat(path)
            if stat.S_ISDIR(status.st_mode):
                if is_saved(path):
                    yield _saved(path, relative)
                elif (status.st_dev, status.st_ino) not in seen:
                    yield from _walk(path, f"{relative}/", seen)
                continue
        except OSError as error:
            yield Source(path, relative, problem=f"Cannot read {printable(path)}: {error.strerror}.")
            continue
        if not stat.S_ISREG(status.st_mode):
            yield Source(path, relative, not_a_file=True)
            continue
        _, ending, compression = split_name(name)
        form = form_of(ending, compression)
        yield Source(path, relative, form, compression)


def _check_extra(form: Form, source: Source) -> None:
    if form.extra is not None and form.module is not None and importlib.util.find_spec(form.module) is None:
        raise AnnotateError(f"Reading {source.name} needs {form.module}: pip install 'annotate[{form.extra}]'.")


def _name_documents(sources: list[Source]) -> None:
    """Give every file the shortest id that no other file of the run has.

    Plain files are called by their name up to the first underscore or dot; where two would get the same, all of
    them get their whole stem, then their path below the input, then their path as given. Files of rows begin with
    the stem, and so do streams and data sets.
    """
    level = [1 if source.form is not None and source.form.rows else 0 for source in sources]
    pending = [index for index, source in enumerate(sources) if source.path != "-"]
    for index in pending:
        sources[index].id = _ID_FORMS[level[index]](sources[index])
    while pending:
        groups: dict[str, list[int]] = {}
        for index, source in enumerate(sources):
            groups.setdefault(source.id, []).append(index)
        pending = []
        for group in groups.values():
            if len(group) > 1:
                pending.extend(i for i in group if level[i] + 1 < len(_ID_FORMS) and sources[i].path != "-")
        for index in pending:
            level[index] += 1
            sources[index].id = _ID_FORMS[level[index]](sources[index])


def _short_id(source: Source) -> str:
    name = os.path.basename(source.relative)
    short = name.replace(".", "_").split("_", 1)[0]
    return printable(short) or _stem(source)


def _stem(source: Source) -> str:
    if source.form is HUB:
        name, split = split_hub_name(source.path)
        return f"{os.path.basename(name)}/{split}" if split else os.path.basename(name)
    if source.form is SAVED:  # a folder has no ending
        return printable(os.path.basename(source.relative))
    return printable(split_name(os.path.basename(source.relative))[0])


_ID_FORMS: Final[tuple[Callable[[Source], str], ...]] = (
    _short_id,
    _stem,
    lambda source: printable(source.relative),
    lambda source: printable(Path(source.path).as_posix()),
)
