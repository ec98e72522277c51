"""What the detectors with a model of the user's choice have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec

from annotate.detectors.base import Detector
from annotate.models import hub
from annotate.models.hub import HubModel, Task


class HubDetector(Detector, frozen=True, kw_only=True):
    """A detector that runs a ``transformers`` model; off unless the configuration names the model."""

    task: ClassVar[Task]
    """What the model must be able to do."""

    model: str
    """A folder written by ``save_pretrained``, or a hub name (``owner/name``) whose files are in the cache."""
    revision: str | None = None
    """Branch, tag or commit of a model on the hub."""
    max_length: Annotated[int, msgspec.Meta(ge=8)] = 512
    """Tokens of one window, special ones included; the model's own limit holds if it is lower."""

    def resources(self) -> Mapping[str, str]:
        """Name the model's files and the libraries that run it.

        Raises:
            AnnotateError: if an extra, the model or a part of it is missing, or it does not go with the options.
        """
        found = hub.resources(f"{self._name()}.model", self.task, self.model, self.revision)
        self._check(self._open())
        return found

    def _open(self) -> HubModel:
        return hub.open_model(self.task, self.model, self.revision)

    def _check(self, model: HubModel) -> None:
        """Check that the model goes with the options; raises AnnotateError."""

    @classmethod
    def _name(cls) -> str:
        return cls.id.split("@")[0]
