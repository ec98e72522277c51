"""Detectors: one file each, from a document to flags. Others are added by entry point; see :class:`Detector`."""

from annotate.detectors.base import Detector
from annotate.detectors.registry import build, installed

__all__ = ["Detector", "build", "installed"]
