"""Source-reliability and translation-quality annotator for English news."""

__version__ = "0.1.0"
