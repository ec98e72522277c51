"""Records held against gold: spans, verdicts, calibration, each with intervals. Nothing here scores a text."""

from __future__ import annotations

from annotate.evaluation.gold import GoldDocument, GoldFlag, read_gold
from annotate.evaluation.report import Report, evaluate

__all__ = ["GoldDocument", "GoldFlag", "Report", "evaluate", "read_gold"]
