"""Data sets of the ``datasets`` library: saved on disk or by their name on a hub. Needs the extra ``datasets``."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from typing import Any, Final

from annotate.config import ReadingConfig
from annotate.errors import AnnotateError
from annotate.reading.parquet import BATCH, batch_rows, row_item, wanted_columns
from annotate.reading.sources import Placed, Source, fail, skip

_SCHEME: Final = "hf://"
_CONNECT_SECONDS: Final = 5.0
_NAME: Final = re.compile(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}(?::[\w.-]+)?", re.ASCII)


def is_saved(folder: str) -> bool:
    """Whether a folder is what ``Dataset.save_to_disk`` or ``DatasetDict.save_to_disk`` writes."""
    files = ("dataset_info.json", "state.json")
    return os.path.isfile(os.path.join(folder, "dataset_dict.json")) or all(
        os.path.isfile(os.path.join(folder, name)) for name in files
    )


def is_hub_name(given: str) -> bool:
    """Whether an input that does not exist as a path may be ``owner/name`` or ``owner/name:split`` on a hub.

    Not where the first part is a folder here: then the path was mistyped.
    """
    if given.startswith(_SCHEME):
        return True
    return _NAME.fullmatch(given) is not None and not os.path.isdir(given.split("/", 1)[0])


def split_hub_name(given: str) -> tuple[str, str | None]:
    """Split ``hf://owner/name:split`` into the data set's name and the split, if one is named."""
    name, _, split = given.removeprefix(_SCHEME).partition(":")
    return name, split or None


def read_saved(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read a data set saved on disk, all of its splits in their stored order."""
    import datasets

    try:
        loaded = datasets.load_from_disk(source.path)
    except Exception as error:  # noqa: BLE001 - a damaged folder can raise anything in the library
        yield source.name, fail(source, f"Cannot read the data set {source.name}: {_one_line(error)}; save it again.")
        return
    yield from _read_splits(loaded, source, config)


def count_saved(path: str) -> int:
    """Rows of a data set saved on disk; 1 if it is damaged, for the item that says so."""
    import datasets

    try:
        loaded = datasets.load_from_disk(path)
    except Exception:  # noqa: BLE001 - an estimate; reading gives one item that says what is wrong
        return 1
    return sum(len(split) for split in _splits(loaded).values())


def open_hub(source: Source) -> Any:
    """Open a data set of the hub for streaming.

    Raises:
        AnnotateError: if the hub cannot be reached or has no such data set or split.
    """
    import datasets

    name, split = split_hub_name(source.path)
    try:
        _check_hub(datasets.config)
        return datasets.load_dataset(name, split=split, streaming=True)
    except Exception as error:
        raise AnnotateError(
            f"Cannot read {source.name}: there is no such path, and as a data set of the hub it cannot be opened "
            f"({_one_line(error)}); check the name and the network."
        ) from error


def _check_hub(config: Any) -> None:
    """Try once to connect: the library tries for half a minute, too long for what may be a mistyped path.

    Raises:
        OSError: if there is no connection, and no proxy or cache that the library may use instead.
    """
    from urllib.parse import urlsplit
    from urllib.request import getproxies  # with all of http.client: only where it is needed

    if config.HF_HUB_OFFLINE or getproxies():
        return
    hub = urlsplit(config.HF_ENDPOINT)
    port = hub.port or (80 if hub.scheme == "http" else 443)
    socket.create_connection((hub.hostname or "", port), timeout=_CONNECT_SECONDS).close()


def read_hub(source: Source, config: ReadingConfig) -> Iterator[Placed]:
    """Read a data set of the hub as a stream, all of its splits or the one that was named."""
    yield from _read_splits(source.dataset, source, config)


def _splits(loaded: Any) -> dict[str, Any]:
    return dict(loaded) if isinstance(loaded, dict) else {"": loaded}


def _read_splits(loaded: Any, source: Source, config: ReadingConfig) -> Iterator[Placed]:
    found = False
    for name, split in _splits(loaded).items():
        # Each split is a source of its own: its rows are counted from 1.
        part = Source(f"{source.path}:{name}", source.relative, id=f"{source.id}/{name}") if name else source
        number = 0
        try:
            for row in _rows(split, config):
                number += 1
                found = True
                yield row_item(row, part, number, config)
        except Exception as error:  # noqa: BLE001 - storage, network and format libraries, each with its own errors
            found = True
            yield part.name, fail(part, f"Cannot read {part.name} after row {number}: {_one_line(error)}.")
    if not found:
        yield source.name, skip(source, "empty")


def _rows(split: Any, config: ReadingConfig) -> Iterator[dict[str, Any]]:
    names = split.column_names
    if names is None:  # a stream that does not say beforehand
        yield from split
        return
    wanted = wanted_columns(names, config)
    if not wanted:
        for _ in split.select_columns(names[:1]):
            yield dict.fromkeys(names)
        return
    for table in split.select_columns(wanted).with_format("arrow").iter(batch_size=BATCH):
        yield from batch_rows(table, names, config)


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split()).rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
