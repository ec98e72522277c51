"""Quotations that the document itself says were translated, by a machine or a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, Label
from annotate.documents.translated import NAME_OF_LANGUAGE, NAME_OF_TOOL, translated_quotations


class QuotedTranslation(Detector, frozen=True, kw_only=True):
    """Ties the words by which a document says that it quotes a translation to the quotations they speak of."""

    id: ClassVar[str] = "quoted_translation@1"
    labels: ClassVar[tuple[Label, ...]] = ("quoted-translation",)
    about: ClassVar[str] = "quotations that the document itself says were translated; information, not damage"

    def detect(self, document: Document) -> Iterable[Flag]:
        """Flag each such quotation with its marks; the evidence gives the cue's words and place."""
        for found in translated_quotations(document):
            cue, quotation = found.cue, found.quotation
            words = document.text[cue.start : cue.end]
            language = NAME_OF_LANGUAGE.search(words)
            tool = NAME_OF_TOOL.search(words)
            evidence: dict[str, object] = {"cue": words, "cue_start": cue.start, "cue_end": cue.end}
            if language:
                evidence["source_language"] = language[0]
            if tool:
                evidence["tool"] = tool[0]
            reason = "machine-translated-quotation" if cue.kind == "machine" else "translated-quotation"
            yield self.flag(
                document,
                quotation.start,
                quotation.end,
                "quoted-translation",
                "neutral",
                found.score,
                reason,
                **evidence,
            )
