"""What a detector is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import msgspec

from annotate.documents import Document, Flag, Label, Severity, make_flag


class Detector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every detector: its fields are its options, settable in the configuration.

    A detector whose options all have defaults is on by default. One with an option that has none (a model of the user's
    choice) is off until the configuration gives it.

    A detector is a pure function of the document: it reads nothing else, keeps nothing, and gives the same flags
    in the same order every time. It must be picklable. A change that can alter any flag needs a new version in
    ``id``. Packages add detectors with an entry point in the group ``annotate.detectors`` whose name is the part
    of the id before the ``@``.
    """

    id: ClassVar[str]
    """``name@version``: lower-case words joined by ``_``, then a whole number."""
    labels: ClassVar[tuple[Label, ...]]
    """Every label it can give."""
    about: ClassVar[str]
    """One line for ``annotate detectors``: what it finds and by what means."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Extras and models that must be present, as a user would install them."""

    def detect(self, document: Document) -> Iterable[Flag]:
        """Give the flags of a document, in the order of their start."""
        raise NotImplementedError

    def resources(self) -> Mapping[str, str]:
        """Name → short digest of everything outside the options that decides the flags: weights, word lists.

        It becomes part of the signature, so that changed resources never pass for the same scores.
        """
        return {}

    def flag(
        self,
        document: Document,
        start: int,
        end: int,
        label: Label,
        severity: Severity,
        score: float,
        reason: str,
        **evidence: Any,
    ) -> Flag:
        """Build one flag of this detector on ``document.text[start:end]``."""
        return make_flag(
            document.text,
            start,
            end,
            label=label,
            severity=severity,
            score=score,
            detector=type(self).id,
            reason=reason,
            evidence=evidence,
        )
