from __future__ import annotations

from pathlib import Path

import pytest

from annotate.errors import AnnotateError
from annotate.training.card import BEGIN, END, table, write_card


def test_table() -> None:
    assert table(("a", "b"), [["x", 0.12345], ["y", [0.1, 0.2]]]) == [
        "| a | b |",
        "|---|---|",
        "| x | 0.123 |",
        "| y | 0.100–0.200 |",
    ]


def test_only_what_stands_between_the_markers_changes(tmp_path: Path) -> None:
    card = tmp_path / "model.md"
    card.write_text(f"# Model\n\n{BEGIN}\nold\n{END}\n\nrest\n", encoding="utf-8")
    write_card(card, {"Figures": ["new"]})
    text = card.read_text(encoding="utf-8")
    assert text == f"# Model\n\n{BEGIN}\n\n### Figures\n\nnew\n\n{END}\n\nrest\n"
    write_card(card, {"Figures": ["new"]})
    assert card.read_text(encoding="utf-8") == text


def test_missing_card_is_left_alone(tmp_path: Path) -> None:
    write_card(tmp_path / "none.md", {})
    assert not (tmp_path / "none.md").exists()


def test_missing_marker(tmp_path: Path) -> None:
    card = tmp_path / "model.md"
    card.write_text(BEGIN, encoding="utf-8")
    with pytest.raises(AnnotateError, match="end of figures"):
        write_card(card, {})
