"""Reading the files of weights: one ``.npz`` with its facts as JSON inside."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from annotate.errors import AnnotateError

WEIGHTS_FOLDER: Final = Path(__file__).with_name("weights")

T = TypeVar("T")


def read_archive(path: Path, parse: Callable[[Mapping[str, npt.NDArray[Any]]], T]) -> tuple[T, str]:
    """Read a file of weights.

    Args:
        path: the ``.npz`` file.
        parse: makes a model of the file's arrays by name; its ``KeyError`` or ``ValueError`` means damage.

    Returns:
        What ``parse`` made, and the first 12 hexadecimal digits of the file's SHA-256: what a signature says of it.

    Raises:
        AnnotateError: if the file is missing or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AnnotateError(
            f"Cannot read the model {path}: {error.strerror}; install annotate again or train it with `annotate train`."
        ) from error
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            parsed = parse(arrays)
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise AnnotateError(
            f"The model {path} is damaged ({' '.join(str(error).split())}); install annotate again or train the "
            "model with `annotate train`."
        ) from error
    return parsed, sha256(data).hexdigest()[:12]
