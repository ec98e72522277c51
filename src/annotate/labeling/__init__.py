"""The labeling workflow: scored documents out to human labelers, and what they say back."""

from annotate.labeling.exporting.exporter import Exported, export

__all__ = ["Exported", "export"]
