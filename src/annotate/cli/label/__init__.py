"""``annotate label``: hand scored documents to human labelers, and take back what they say. One file per verb."""

from __future__ import annotations

from typing import Final

import click

from annotate.cli.lazy import LazyGroup

_COMMANDS: Final = {
    "select": ("annotate.cli.label.select", "Choose which documents to label."),
    "export": ("annotate.cli.label.export", "Write files that a labeling tool imports."),
    "push": ("annotate.cli.label.push", "Send an export to a Label Studio project; safe to repeat."),
    "status": ("annotate.cli.label.status", "How far a project is: done, left, skipped, by annotator."),
    "pull": ("annotate.cli.label.pull", "Fetch the labels of a project, checked against the texts."),
    "agree": ("annotate.cli.label.agree", "How far annotators agree, on documents and on spans."),
    "adjudicate": ("annotate.cli.label.adjudicate", "Settle what annotators disagree on."),
    "review": ("annotate.cli.label.review", "What annotators kept, changed, deleted and added."),
}


@click.group("label", cls=LazyGroup, modules=_COMMANDS)
def command() -> None:
    """Hand documents to human labelers, fetch and measure what they say."""
