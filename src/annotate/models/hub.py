"""Models of the ``transformers`` library: found, checked, loaded and run. Needs the extra ``transformers``.

A model is a folder that ``save_pretrained`` wrote, or a hub name whose files are already in the Hugging Face cache.
Scoring never downloads anything: what is scored with must not change, nor gigabytes start to arrive, between two runs
of the same command. Code that comes with a model is never run.

A configuration and a tokenizer are read when a scorer is made, so that every mistake is known before the first
document; weights are read with the first document, once per process.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from annotate.errors import AnnotateError

Task = Literal["token-classification", "sequence-classification", "causal-lm"]

_CLASSES: Final[Mapping[Task, tuple[str, str]]] = {
    "token-classification": ("AutoModelForTokenClassification", "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES"),
    "sequence-classification": (
        "AutoModelForSequenceClassification",
        "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",
    ),
    "causal-lm": ("AutoModelForCausalLM", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"),
}
"""Task → the class that loads its models, and the table of the architectures that class knows."""

_LIBRARIES: Final = ("tokenizers", "torch", "transformers")
"""Their versions can move a score, so that they are signed."""
_HUB_NAME: Final = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)?", re.ASCII)
_WEIGHTS: Final = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_POSITIONS_BEFORE_TEXT: Final = 2
"""Models of the RoBERTa kind count positions from 2, and their number of positions includes those two."""
_ROBERTA_KIND: Final = re.compile(r"roberta|camembert|mpnet|longformer|data2vec-text|xmod|ernie-m")
_NO_LIMIT: Final = 10**9
"""Tokenizers without a limit say a number above this."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a model lies, and what exactly it is."""

    folder: Path
    digest: str
    """First 12 hexadecimal digits: of the hub's commit, or of the SHA-256 over a folder's files."""


def find(model: str, revision: str | None = None) -> Found:
    """Find a model's files, without the network.

    Args:
        model: a folder, or the name of a model on the hub (``owner/name``).
        revision: branch, tag or commit of a model on the hub; its main branch if left out.

    Raises:
        AnnotateError: if ``torch`` or ``transformers`` is missing, if there is neither such a folder nor such a model
            in the Hugging Face cache, if it has no weights, or if a folder is given with a revision.
    """
    check_installed()
    folder = Path(model).expanduser()
    if model and folder.is_dir():
        if revision is not None:
            raise AnnotateError(
                f"The model {model!r} is a folder, which has no revision {revision!r}; leave the revision out."
            )
        _check_weights(model, folder)
        return Found(folder, _digest(folder))
    if not _HUB_NAME.fullmatch(model):
        raise AnnotateError(f"There is no folder {model!r} to load a model from; check the path.")
    from huggingface_hub import snapshot_download

    try:
        snapshot = Path(snapshot_download(model, revision=revision, local_files_only=True))
    except (OSError, ValueError) as error:
        at = f" --revision {revision}" if revision is not None else ""
        raise AnnotateError(
            f"There is no folder {model!r}, and the Hugging Face cache has no model of that name"
            f"{f' at {revision!r}' if revision is not None else ''}; check the path, or download the model once with "
            f"`hf download {model}{at}`."
        ) from error
    _check_weights(model, snapshot)
    return Found(snapshot, snapshot.name[:12])


def check_installed() -> None:
    """Check that the extra is there.

    Raises:
        AnnotateError: if it is not, saying what to install.
    """
    for name in ("torch", "transformers"):
        try:
            import_module(name)
        except (ImportError, OSError) as error:
            raise AnnotateError(
                f"Detectors with a model of the hub need {name}, which cannot be imported "
                f"({' '.join(str(error).split())}): pip install 'annotate[transformers]', or leave these detectors out "
                "of the configuration."
            ) from error


class HubModel:
    """One model: its configuration and tokenizer, and its weights once they are asked for.

    Args:
        task: what it must be able to do.
        name: as the configuration names it, for messages.
        found: where it is.

    Raises:
        AnnotateError: if it cannot do the task, or its configuration or tokenizer cannot be used.
    """

    def __init__(self, task: Task, name: str, found: Found) -> None:
        self.task = task
        self.name = name
        self.folder = found.folder
        self.digest = found.digest
        import transformers

        local = {"local_files_only": True, "trust_remote_code": False}
        with _explained(name, "read"), _quiet():
            self.config = transformers.AutoConfig.from_pretrained(self.folder, **local)
            # The text is a stranger's: "[SEP]" or "<|endoftext|>" in it are words like any other.
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(self.folder, split_special_tokens=True, **local)
        if not self.tokenizer.is_fast:
            raise AnnotateError(
                f"The tokenizer of model {name!r} does not tell the offsets of its tokens; use a model with a "
                "tokenizer.json."
            )
        _check_architecture(task, name, self.config)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of a classifier's outputs, in order."""
        names: dict[int, str] = self.config.id2label
        return tuple(names[i] for i in sorted(names))

    def length(self, most: int) -> int:
        """Tokens of one window, special ones included: ``most``, or what the model can take if that is less."""
        limits = [most]
        positions = getattr(self.config.get_text_config(), "max_position_embeddings", None)
        if isinstance(positions, int) and positions > 0:
            taken = _POSITIONS_BEFORE_TEXT if _ROBERTA_KIND.search(str(self.config.model_type)) else 0
            limits.append(positions - taken)
        if self.tokenizer.model_max_length < _NO_LIMIT:
            limits.append(int(self.tokenizer.model_max_length))
        return min(limits)

    def room(self, most: int) -> int:
        """Tokens of the text itself that fit into a window beside the special ones.

        Raises:
            AnnotateError: if there are none.
        """
        special = int(self.tokenizer.num_special_tokens_to_add())
        room = self.length(most) - special
        if room < 1:
            raise AnnotateError(
                f"A window of {self.length(most)} tokens has no room for text beside the {special} special tokens of "
                f"model {self.name!r}; raise max_length."
            )
        return room

    def encode(self, *texts: str, **options: Any) -> Any:
        """Tokenize a text, or a pair of texts, whatever its length; ``options`` as of a ``transformers`` tokenizer."""
        return self.tokenizer(*texts, verbose=False, **options)

    @cached_property
    def network(self) -> Any:
        """The model itself: float32, on the CPU, in evaluation mode.

        Raises:
            AnnotateError: if its weights are damaged or lack a part, which would be left at random values.
        """
        import transformers

        loader = getattr(transformers, _CLASSES[self.task][0])
        with _explained(self.name, "loaded"), _quiet():
            network, told = loader.from_pretrained(
                self.folder, output_loading_info=True, local_files_only=True, trust_remote_code=False
            )
        missing = sorted(told["missing_keys"])
        if missing:
            raise AnnotateError(
                f"The weights of model {self.name!r} lack {missing[0]!r}"
                f"{f' and {len(missing) - 1} more' if len(missing) > 1 else ''}; use a model trained for "
                f"{self.task.replace('-', ' ')}."
            )
        return network.float().eval()

    def logits(self, inputs: Mapping[str, Any]) -> Any:
        """Run the model on one window.

        Args:
            inputs: what the tokenizer gave for it, lists of integers by name: ``input_ids``, ``attention_mask`` and
                so on. What the model does not know must not be among them.

        Returns:
            The logits, a float32 tensor without the dimension of the batch.
        """
        import torch

        with torch.no_grad(), _one_thread():
            return self.network(**{name: torch.tensor([values]) for name, values in inputs.items()}).logits[0]

    def inputs(self, encoded: Any, window: int | None = None) -> dict[str, Any]:
        """Pick what the model takes from what the tokenizer gave, of one window if there are several."""
        names = [name for name in self.tokenizer.model_input_names if name in encoded]
        return {name: encoded[name] if window is None else encoded[name][window] for name in names}


_LOOKED_AT: Final[dict[tuple[str, str | None], Found]] = {}
"""What :func:`resources` found last: scoring goes on with what was signed, even if the files change meanwhile."""


def resources(role: str, task: Task, model: str, revision: str | None = None) -> dict[str, str]:
    """Look at a model anew and say what it is, for signatures.

    Args:
        role: name of the entry.
        task: what the model must be able to do.
        model: folder or hub name.
        revision: of a model on the hub.

    Returns:
        The digest of the model's files, and the versions of the libraries that run it.

    Raises:
        AnnotateError: as :func:`find` and :class:`HubModel`: all that can be said without loading the weights.
    """
    _LOOKED_AT[model, revision] = find(model, revision)
    digest = open_model(task, model, revision).digest
    return {role: digest, **{name: version(name).partition("+")[0] for name in _LIBRARIES}}


def open_model(task: Task, model: str, revision: str | None = None) -> HubModel:
    """Open a model, once per process.

    Raises:
        AnnotateError: as :func:`find` and :class:`HubModel`.
    """
    if (model, revision) not in _LOOKED_AT:
        _LOOKED_AT[model, revision] = find(model, revision)
    return _open(task, model, _LOOKED_AT[model, revision])


@lru_cache(maxsize=8)
def _open(task: Task, model: str, found: Found) -> HubModel:
    return HubModel(task, model, found)


def _digest(folder: Path) -> str:
    """Digest of the names and contents of a folder's files, without the hidden ones that tools leave there."""
    whole = hashlib.sha256()
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted(files):
        if any(part.startswith(".") for part in name.split("/")):
            continue
        try:
            with files[name].open("rb") as stream:
                content = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise AnnotateError(
                f"Cannot read {files[name]}, which belongs to a model: {error.strerror}; check its permissions."
            ) from error
        whole.update(f"{content}  {name}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()[:12]


def _check_weights(name: str, folder: Path) -> None:
    if (folder / "adapter_config.json").is_file():
        raise AnnotateError(
            f"The model {name!r} is an adapter, which needs another model; merge the two (merge_and_unload of peft) "
            "and name the result."
        )
    found = next((folder / file for file in _WEIGHTS if (folder / file).is_file()), None)
    if found is None:
        raise AnnotateError(
            f"The model {name!r} has no weights (model.safetensors or pytorch_model.bin); download it whole, or save "
            "it there with save_pretrained."
        )
    if found.suffix != ".json":
        return
    try:
        shards = sorted(set(json.loads(found.read_bytes())["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AnnotateError(f"The file {found.name} of model {name!r} is damaged; download the model again.") from error
    gone = [shard for shard in shards if not (folder / shard).is_file()]
    if gone:
        raise AnnotateError(
            f"The model {name!r} lacks {len(gone)} of its {len(shards)} files of weights ({gone[0]}, …); download it "
            "whole."
        )


def _check_architecture(task: Task, name: str, config: Any) -> None:
    """Refuse a model made for something else: it would load, with a part of it random or reading ahead."""
    from transformers.models.auto import modeling_auto

    known = set(getattr(modeling_auto, _CLASSES[task][1]).values())
    given = list(config.architectures or ())
    if given and known.isdisjoint(given):
        raise AnnotateError(
            f"The model {name!r} is a {given[0]}, not one for {task.replace('-', ' ')}; name a model trained for that."
        )
    both = task == "causal-lm" and config.model_type in modeling_auto.MODEL_FOR_MASKED_LM_MAPPING_NAMES
    if both and not getattr(config, "is_decoder", False):
        raise AnnotateError(
            f"The model {name!r} ({config.model_type}) sees the words to come, its is_decoder not being set; name one "
            "that predicts each word from those before it."
        )


@contextmanager
def _explained(name: str, done: str) -> Iterator[None]:
    """Turn whatever the libraries raise over a model's files into one sentence."""
    try:
        yield
    except AnnotateError:
        raise
    except Exception as error:
        if "trust_remote_code" in str(error):
            raise AnnotateError(
                f"The model {name!r} brings code of its own, which is not run; use a model that transformers knows."
            ) from error
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise AnnotateError(
            f"The model {name!r} cannot be {done} ({lines[0].strip().rstrip('.')[:300]}); download or save it again."
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the progress bars and reports of ``transformers`` out of ours; what matters of them is checked."""
    from transformers.utils import logging as untyped

    logging: Any = untyped
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute on one thread: the last bits of a sum depend on how it is divided, and workers share the cores."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
