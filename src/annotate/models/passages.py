"""The sentences and passages of the article itself, page furniture left out."""

from __future__ import annotations

from bisect import bisect_left

from annotate.documents import Document, Range
from annotate.models.features import tokenize
from annotate.models.lines import furniture_ranges
from annotate.models.origin import passage_bounds


def article_sentences(document: Document) -> tuple[Range, ...]:
    """Give the sentences that touch no page furniture, in order; found once per document."""
    return document.once("article:sentences", _sentences)


def article_passages(document: Document) -> tuple[Range, ...]:
    """Give runs of whole sentences of about 100 words that cover :func:`article_sentences`; once per document."""
    return document.once("article:passages", _passages)


def count_words(document: Document, part: Range) -> int:
    """Count the words that begin in a part of a document."""
    words = document.layout.words
    return bisect_left(words, part.end, key=_start) - bisect_left(words, part.start, key=_start)


def without_blanks(text: str, part: Range) -> Range:
    """Leave out the blanks at both ends of a part; some tokenizers count them to their tokens."""
    inside = part.of(text)
    start = part.start + len(inside) - len(inside.lstrip())
    return Range(start, start + len(inside.strip()))


def _start(part: Range) -> int:
    return part.start


def _sentences(document: Document) -> tuple[Range, ...]:
    furniture = furniture_ranges(document)
    kept: list[Range] = []
    at = 0
    for sentence in document.layout.sentences:
        while at < len(furniture) and furniture[at][1] <= sentence.start:
            at += 1
        if at == len(furniture) or furniture[at][0] >= sentence.end:
            kept.append(sentence)
    return tuple(kept)


def _passages(document: Document) -> tuple[Range, ...]:
    sentences = article_sentences(document)
    bounds = passage_bounds(tokenize(document.text, sentences))
    return tuple(Range(sentences[first].start, sentences[last - 1].end) for first, last in bounds)
