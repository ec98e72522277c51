"""From one document to its record: language, detectors, origin, verdict."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from annotate.config import Config
from annotate.detectors import build
from annotate.detectors.base import Detector
from annotate.documents import Document, Flag, PassageScores, Range, Record, Unread, Verdict, in_order
from annotate.errors import AnnotateError
from annotate.language import is_english
from annotate.learning.learned import Learned, read_learned
from annotate.models import garbled, lines, origin
from annotate.models.origin import OriginScores
from annotate.reading.decoding import clean
from annotate.signature import Signature, basis, sign

if TYPE_CHECKING:
    from annotate.corroboration.story import Finding


class Scorer:
    """Scores documents one at a time. Picklable; the same document gives the same record in every process.

    Args:
        config: what to use instead of the defaults.

    Raises:
        AnnotateError: if the configuration names an unknown detector, option or file, or something learned on scores of
            other models or settings.
    """

    def __init__(self, config: Config | None = None) -> None:
        self.config = config or Config()
        self.detectors: tuple[Detector, ...] = build(self.config.detectors, tier=self.config.tier)
        models = {**garbled.resources(self.config.tier), **lines.resources(), **origin.resources(self.config.tier)}
        self.basis: str = basis(self.config, self.detectors, models)
        """What scores rest on before anything learned is applied, see :func:`annotate.signature.basis`."""
        self._learned = self._read_learned()
        if self._learned is not None:
            models["learned"] = self._learned.digest
        self.signature: Signature = sign(self.config, self.detectors, models)
        self.seconds: dict[str, float] | None = None
        """Stage → seconds spent so far; set it to ``{}`` to have the stages timed."""

    def __call__(self, item: Document | Unread | str) -> Record:
        """Score a document (or a plain text) and return its record. Raises nothing for any content.

        A detector that breaks makes the record ``failed`` and names the detector: flags that silently lack one
        detector's share would look like a cleaner document.

        Raises:
            AnnotateError: if a model or word list that scoring needs is missing or damaged.
        """
        if isinstance(item, Unread):
            return self._unread(item)
        document = item if isinstance(item, Document) else _from_text(item)
        if not document.text or document.text.isspace():
            return self._unread(
                Unread(document.id, "skipped", reason="empty", source=document.source, sha256=document.sha256)
            )
        stage = "layout"
        try:
            with self._timed(stage):
                _ = document.layout
            stage = "language"
            with self._timed(stage):
                english, _, _ = is_english(document, self.config.language)
            if not english:
                return self._unread(
                    Unread(document.id, "skipped", reason="not-english", source=document.source, sha256=document.sha256)
                )
            stage = "models"
            with self._timed("model:lines"):
                furniture = [Range(start, end) for start, end in lines.furniture_ranges(document)]
            with self._timed("model:origin"):
                scores = origin.score_origin(document, furniture, self.config.tier)
            with self._timed("model:garbled"):
                share = garbled.garbled_share(document, self.config.tier)
            flags: list[Flag] = []
            for detector in self.detectors:
                stage = type(detector).id
                with self._timed(stage):
                    flags.extend(detector.detect(document))
        except AnnotateError:
            raise  # a damaged model or word list is nothing that a document is to blame for
        except Exception as error:  # noqa: BLE001 - reported in the record and counted in the exit code
            return self._broken(document, stage, error)
        flags, verdict = in_order(flags), self._verdict(scores, share)
        if self._learned is not None:
            flags, verdict = self._learned.flags(flags, len(document.text)), self._learned.judge(verdict)
        return Record(
            id=document.id,
            source=document.source,
            status="ok",
            signature=self.signature.short,
            sha256=document.sha256,
            tier=scores.tier,
            verdict=verdict,
            flags=flags,
            passages=[PassageScores(p.start, p.end, _rounded(p.scores)) for p in scores.passages],
            notes=list(document.notes) or msgspec.UNSET,
        )

    def adjust(self, finding: Finding) -> Finding:
        """Score the flags that comparison with other documents gave by what was learned from labels, if anything."""
        if self._learned is None:
            return finding
        return msgspec.structs.replace(finding, flags=self._learned.flags(finding.flags))

    def _read_learned(self) -> Learned | None:
        if self.config.learned is None:
            return None
        learned = read_learned(self.config.learned)
        if learned.basis != self.basis:
            raise AnnotateError(
                f"{self.config.learned} was learned on scores of other models or settings ({learned.basis}, not "
                f"{self.basis}); learn again, or leave out the configuration's key 'learned'."
            )
        return learned

    def _verdict(self, scores: OriginScores, garbled_share: float) -> Verdict:
        judged = origin.verdict(scores, self.config.verdict.fpr)
        if garbled_share >= self.config.verdict.garbled_share and scores.sufficient:
            return msgspec.structs.replace(judged, label="garbled", score=round(garbled_share, 4), operating_point=None)
        return judged

    def _unread(self, item: Unread) -> Record:
        return Record(
            id=item.id,
            source=item.source,
            status=item.status,
            signature=self.signature.short,
            sha256=item.sha256,
            reason=msgspec.UNSET if item.reason is None else item.reason,
            error=msgspec.UNSET if item.error is None else item.error,
        )

    def _broken(self, document: Document, stage: str, error: Exception) -> Record:
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        return self._unread(
            Unread(
                document.id,
                "failed",
                error=f"{stage} broke on document {document.id!r} ({what}); leave it out in the configuration or "
                "report it.",
                source=document.source,
                sha256=document.sha256,
            )
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        if self.seconds is None:
            yield
            return
        begin = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - begin


def load(config: Config | None = None) -> Scorer:
    """Make a scorer: ``annotate.load()(text)`` returns the record of a text. See :class:`Scorer`."""
    return Scorer(config)


def _from_text(text: str) -> Document:
    cleaned = clean(text)
    return Document(cleaned.text, id="text", notes=cleaned.notes)


def _rounded(scores: dict[str, float]) -> dict[str, float]:
    return {label: round(score, 4) for label, score in scores.items()}
