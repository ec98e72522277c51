"""The labeling workflow: scored documents out to human labelers. Talks to no server."""

from annotate.labeling.labelstudio import Exported, export

__all__ = ["Exported", "export"]
