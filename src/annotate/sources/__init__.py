"""Ratings of documents and sources with their uncertainty, and outside lists as dated priors."""

from annotate.documents.evidence import Evidence
from annotate.sources.priors import PriorList, read_prior
from annotate.sources.ratings import DocumentRating, Ratings, SourceRating, rate, rate_document, reliability

__all__ = [
    "DocumentRating",
    "Evidence",
    "PriorList",
    "Ratings",
    "SourceRating",
    "rate",
    "rate_document",
    "read_prior",
    "reliability",
]
