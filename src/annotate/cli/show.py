"""``annotate show``: one document in the terminal with its flags marked and explained."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import msgspec

from annotate.config import Config, load_config
from annotate.documents import Document, Record, Unread, mqm_penalty
from annotate.errors import AnnotateError

_LISTED = 20


@click.command("show")
@click.argument("source", metavar="INPUT")
@click.argument("identity", metavar="[ID]", required=False)
@click.option("--scores", type=click.Path(path_type=Path), help="Records to show instead of scoring now.")
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Configuration (YAML).")
@click.option(
    "--min-score", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Show only flags this likely."
)
@click.option(
    "--color/--no-color",
    "colour",
    default=None,
    help="Mark with colours or with brackets.  [default: colours on a terminal; NO_COLOR and FORCE_COLOR are heeded]",
)
def command(
    source: str, identity: str | None, scores: Path | None, config: Path | None, min_score: float, colour: bool | None
) -> None:
    """Show the document ID of INPUT (or its only one) with its flags marked and explained.

    It is held against the other documents of INPUT that tell the same story.
    """
    from annotate.reading import read
    from annotate.writing.marked import MAXIMUM_WIDTH, MINIMUM_WIDTH, paragraph, render

    settings = load_config(config)
    if scores is None:
        item, record = _score(read([source], settings.reading, sys.stdin.buffer), identity, source, settings)
    else:
        item = _find(read([source], settings.reading, sys.stdin.buffer), identity, source)
        record = _look_up(item, scores)
    text = item.text if isinstance(item, Document) else ""
    title = item.title if isinstance(item, Document) else None
    kept = [flag for flag in record.flags if flag.score >= min_score]
    if colour is None:
        colour = _wants_colour()
    width = shutil.get_terminal_size().columns
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a character gets its code instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    shown = render(msgspec.structs.replace(record, flags=kept), text, width=width, colour=colour, title=title)
    click.echo(shown, nl=False, color=colour)
    if record.verdict is not None:
        points = mqm_penalty(kept, record.verdict.words, settings.severity_weights)
        said = f"MQM-style penalty of the flags shown: {points:.1f} points per 1,000 words."
        click.echo("\n".join(paragraph(said, min(max(width, MINIMUM_WIDTH), MAXIMUM_WIDTH))))
    if len(kept) < len(record.flags):
        click.echo(f"Flags below --min-score {min_score:g}, not shown: {len(record.flags) - len(kept)}.", err=True)


def _wants_colour() -> bool:
    """Whether to write colours: on a terminal that has them, unless the user says otherwise (no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")


def _find(items: Iterable[Document | Unread], identity: str | None, source: str) -> Document | Unread:
    """Find the document of that id, or the only one."""
    from annotate.writing.marked import visible

    first: Document | Unread | None = None
    ids: list[str] = []
    more = False
    for item in items:
        if identity is not None and item.id == identity:
            return item
        first = first or item
        if len(ids) == _LISTED:
            more = True
            if identity is None:
                break
        else:
            ids.append(item.id)
    if first is None:
        raise AnnotateError(f"{source} holds no document; check the path.")
    if identity is None and len(ids) == 1:
        return first
    listed = ", ".join(visible(name) for name in ids) + (", …" if more else "")
    if identity is None:
        raise AnnotateError(f"{source} holds several documents; name one: {listed}.")
    raise AnnotateError(f"{source} holds no document {visible(identity)!r}; it has {listed}.")


def _score(
    items: Iterable[Document | Unread], identity: str | None, source: str, config: Config
) -> tuple[Document | Unread, Record]:
    """Score the document, and hold it against the others of the input that tell the same story."""
    from annotate.corroboration.corroborate import apply, find_one
    from annotate.corroboration.store import Store, keep
    from annotate.scorer import load

    if not config.corroboration.enabled:
        item = _find(items, identity, source)
        return item, load(config)(item)
    with Store(None) as store:
        place: dict[str, int] = {}

        def kept() -> Iterator[Document | Unread]:
            for item in items:
                place.setdefault(item.id, len(store))
                store.append(keep(item) if isinstance(item, Document) else b"")
                yield item

        stream = kept()
        item = _find(stream, identity, source)
        for _ in stream:
            pass
        scorer = load(config)
        record = scorer(item)
        if record.status == "ok" and len(store) > 1:
            record = apply(record, scorer.adjust(find_one(store, place[item.id], config.corroboration)))
        return item, record


def _look_up(item: Document | Unread, scores: Path) -> Record:
    from annotate.labeling.checks import check_flag, shown
    from annotate.writing import read_records

    for record in read_records(scores):
        if record.id != item.id:
            continue
        if isinstance(item, Document) and record.sha256 is not None and record.sha256 != item.sha256:
            raise AnnotateError(f"The record of {item.id!r} in {scores} is of another text; score the document again.")
        for number, flag in enumerate(record.flags, 1):
            text = item.text if isinstance(item, Document) else ""
            check_flag(msgspec.to_builtins(flag), text, f"{scores.name}, document {shown(record.id)}, flag {number}")
        return record
    raise AnnotateError(f"{scores} has no record of {item.id!r}; score the document, or leave out --scores.")
