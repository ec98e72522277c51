"""Predictions for tasks that Label Studio asks about: the same that ``label push`` stores for the same text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import msgspec

from annotate.config import Config
from annotate.documents import Document, Severity
from annotate.errors import AnnotateError
from annotate.labeling.checks import check_task
from annotate.labeling.configuration import Configuration, labeling_config, read_config
from annotate.labeling.tasks import keep_flag, make_task
from annotate.reading.decoding import clean
from annotate.reading.rows import too_long
from annotate.scorer import Scorer
from annotate.writing.describe import describe_status

_USED: Final = ("label", "severity", "origin")
"""Controls that predictions answer."""
_REMEDY: Final = "give the project the config.xml that annotate label export writes"


class Predictor:
    """Scores the texts of tasks, each by itself. Not safe for several threads at once.

    Args:
        config: what to score with; comparison with other documents is left out whatever it says, because what a task
            gets must not depend on which others are asked about with it.
        minimum_score: flags below this probability are left out.
        minimum_severity: and those milder than this.

    Raises:
        AnnotateError: if the configuration or a model cannot be used; models are loaded here.
    """

    def __init__(
        self, config: Config | None = None, *, minimum_score: float = 0.0, minimum_severity: Severity = "neutral"
    ) -> None:
        config = config or Config()
        apart = msgspec.structs.replace(config.corroboration, enabled=False)
        self._scorer = Scorer(msgspec.structs.replace(config, corroboration=apart))
        self._scorer("The first text loads the models, so that nobody has to wait for them.")
        self._minimum_score = minimum_score
        self._minimum_severity: Severity = minimum_severity

    @property
    def model_version(self) -> str:
        """Short signature of what scores, as in the records of ``annotate score --alone``."""
        return self._scorer.signature.short

    def predict(self, data: Mapping[str, Any], field: str, task: str) -> dict[str, Any]:
        """Make the prediction for one task.

        A text that cannot be scored, or belongs to a blind arm, gives an empty prediction with the ``reason``.

        Args:
            data: the task's data; ``doc_id``, ``title``, ``source``, ``url`` and ``published`` are used where it has
                them, as in an export.
            field: the field that holds the text, see :func:`text_field`.
            task: what the document is called where the data has no ``doc_id``.

        Raises:
            AnnotateError: if the field holds no text, or a model is damaged.
        RuntimeError: if scoring made something that Label Studio would store wrong.
        """
        text = data.get(field)
        if not isinstance(text, str):
            raise AnnotateError(
                f"A task has no text in the field {field!r}, which the labeling configuration shows; import tasks that "
                "annotate label export wrote, or name that field in the configuration."
            )
        if data.get("split") == "blind":
            return self._empty("its labelers must not see what the scorer found")
        document = Document(
            clean(text).text,
            id=_known(data, "doc_id") or task,
            source=_known(data, "source"),
            url=_known(data, "url"),
            title=_known(data, "title"),
            published=_known(data, "published"),
        )
        limit = self._scorer.config.reading
        if len(document.text) > limit.max_characters:
            return self._empty(f"the text {too_long(len(document.text), limit)}")
        record = self._scorer(document)
        if record.status != "ok":
            return self._empty(describe_status(record))
        kept = [flag for flag in record.flags if keep_flag(flag, self._minimum_score, self._minimum_severity)]
        try:
            made = make_task(record, document, kept)
            check_task(made, _ours(), "A prediction")
        except AnnotateError as error:
            raise RuntimeError("a prediction that Label Studio would store wrong") from error
        prediction: dict[str, Any] = made["predictions"][0]
        return prediction

    def _empty(self, reason: str) -> dict[str, Any]:
        return {"model_version": self.model_version, "score": None, "result": [], "reason": reason}


def _known(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    return clean(value).text if isinstance(value, str) and value else None


def text_field(label_config: str) -> str:
    """Check that a project's labeling configuration can show our predictions, and find the field with the text.

    Raises:
        AnnotateError: if it is no XML, or lacks a control, label or choice that predictions may use.
    """
    if "<!DOCTYPE" in label_config or "<!ENTITY" in label_config:  # entities can blow up to gigabytes
        raise AnnotateError(f"The project's labeling configuration declares a document type; {_REMEDY}.")
    try:
        theirs = read_config(label_config)
    except ValueError as error:  # a limit that is no number
        raise AnnotateError(f"The project's labeling configuration has a wrong number; {_REMEDY}.") from error
    for name in _USED:
        ours, control = _ours().controls[name], theirs.controls.get(name)
        wanted = (ours.type, ours.to_name, ours.per_region)
        if control is None or (control.type, control.to_name, control.per_region) != wanted:
            where = "each region" if ours.per_region else "the whole"
            raise AnnotateError(
                f"The project's labeling configuration has no {ours.type} {name!r} for {where} of {ours.to_name!r}; "
                f"{_REMEDY}."
            )
        lacking = sorted(ours.values - control.values)
        if lacking:
            more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
            raise AnnotateError(
                f"The project's labeling configuration lacks {', '.join(lacking[:3])}{more} in {name!r}; {_REMEDY}."
            )
    field = theirs.objects[_ours().controls["label"].to_name]
    if field not in theirs.fields:
        raise AnnotateError(f"The project's labeling configuration shows no field of the tasks as text; {_REMEDY}.")
    return field


@cache
def _ours() -> Configuration:
    return read_config(labeling_config())
