"""The configuration: every key has a default, an unknown key is refused with the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import yaml

from annotate.documents import SEVERITIES, SEVERITY_WEIGHTS, Severity
from annotate.errors import AnnotateError

FPRS: Final = (0.01, 0.02, 0.05, 0.1)
"""False-positive rates that the shipped models have thresholds for."""

Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class ReadingConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How input becomes documents."""

    html_furniture: Literal["drop", "flag"] = "drop"
    """``drop``: only the main text of an HTML page is the document. ``flag``: the whole visible text is, and
    everything outside the main text is flagged as boilerplate."""
    max_characters: Annotated[int, msgspec.Meta(ge=1)] = 5_000_000
    """A longer text becomes a failed record instead of taking minutes and gigabytes."""
    columns: dict[str, str] = {}
    """Field of a document → the input's name for it, e.g. ``{text: body, id: article_id}``."""


class LanguageConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which documents are scored at all."""

    minimum_words: Annotated[int, msgspec.Meta(ge=0)] = 8
    """Below this a text's language is not judged and it is scored."""
    probability: Probability = 0.8
    """How sure the identification of another language must be before a document is skipped."""


class VerdictConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a document is called machine-made."""

    fpr: float = 0.05
    """Share of human documents, of each length band, that may be called machine-made (calibration data)."""
    garbled_share: Probability = 0.3
    """Share of garbled sentences from which the whole document is called garbled."""

    def __post_init__(self) -> None:
        if self.fpr not in FPRS:
            raise ValueError(f"Expected one of {', '.join(map(str, FPRS))}, got {self.fpr:g}")


class CorroborationConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the documents of a run are held against each other."""

    enabled: bool = True
    """Whether they are. Records can then be written only once all documents have been read."""
    days: Annotated[int, msgspec.Meta(ge=0)] = 3
    """Most days between the publication of two documents of one story."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that changes a score. ``configs/default.yaml`` says the same, with every default spelled out."""

    reading: ReadingConfig = ReadingConfig()
    language: LanguageConfig = LanguageConfig()
    verdict: VerdictConfig = VerdictConfig()
    corroboration: CorroborationConfig = CorroborationConfig()
    tier: Literal["auto", "linear", "encoder"] = "linear"
    """Which models answer: ``linear`` the fast ones alone, ``encoder`` the encoder on every document, ``auto`` the fast
    ones on every document and the encoder where it can change the answer."""
    severity_weights: dict[Severity, float] = msgspec.field(default_factory=lambda: dict(SEVERITY_WEIGHTS))
    """Penalty points of each severity."""
    detectors: dict[str, Any] = {}
    """Detector name → its options, or false to leave it out."""
    learned: str | None = None
    """File that ``annotate learn`` wrote, beside the configuration file or from the root: what labels taught. None for
    the scores as they are."""


def check_keys(given: Iterable[Any], valid: Iterable[str], where: str) -> None:
    """Refuse keys that are not valid, naming the nearest one that is.

    Raises:
        AnnotateError: for the first unknown key.
    """
    names = list(valid)
    for key in given:
        if key in names:
            continue
        near = difflib.get_close_matches(str(key), names, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"valid keys: {', '.join(names)}."
        name = f"{where}.{key}" if where else str(key)
        raise AnnotateError(f"Unknown configuration key {name!r}; {hint}")


def config_folder() -> Path:
    """Find the folder of shipped configurations: in the package when installed, at the top level of a checkout."""
    packaged = Path(__file__).with_name("configs")
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "configs"


def load_config(path: str | Path | None = None) -> Config:
    """Read a configuration file (YAML); without one, the defaults.

    Raises:
        AnnotateError: if it cannot be read, is no YAML mapping, or has an unknown key or a value of the wrong type.
    """
    if path is None:
        return Config()
    try:
        data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise AnnotateError(f"Cannot read the configuration {path}: {error.strerror}; check the path.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AnnotateError(f"The configuration {path} is not valid YAML: {' '.join(str(error).split())}.") from error
    if data is None:
        return Config()
    if not isinstance(data, Mapping):
        raise AnnotateError(
            f"The configuration {path} must be a mapping of keys to values, not a {type(data).__name__}."
        )
    config = make_config(data, str(path))
    if config.learned is not None:
        config = msgspec.structs.replace(config, learned=str(Path(path).parent / config.learned))
    return config


def make_config(data: Mapping[str, Any], origin: str = "configuration") -> Config:
    """Check a mapping and turn it into a :class:`Config`.

    Raises:
        AnnotateError: as :func:`load_config`.
    """
    check_keys(data, Config.__struct_fields__, "")
    for section in (s for s in ("reading", "language", "verdict", "corroboration") if isinstance(data.get(s), Mapping)):
        valid = type(getattr(Config(), section)).__struct_fields__
        check_keys(data[section], valid, section)
    if isinstance(data.get("severity_weights"), Mapping):
        check_keys(data["severity_weights"], SEVERITIES, "severity_weights")
    try:
        config = msgspec.convert({key: value for key, value in data.items() if value is not None}, Config)
    except msgspec.ValidationError as error:
        raise AnnotateError(f"{origin}: {error}.") from error
    return msgspec.structs.replace(config, severity_weights={**SEVERITY_WEIGHTS, **config.severity_weights})
