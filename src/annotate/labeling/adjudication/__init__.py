"""Settling what several annotators said: by rule where they agree enough, by a person where they do not."""

from annotate.labeling.adjudication.settle import Adjudication, adjudicate

__all__ = ["Adjudication", "adjudicate"]
