from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from annotate.cli.train import trainers

RECIPES = sorted((Path(__file__).parents[2] / "configs/train").glob("*.yaml"))


def test_every_recipe_names_a_trainer() -> None:
    pytest.importorskip("torch", reason="the encoder's trainer needs the extra 'transformers'")
    found = trainers()
    named = {line.split()[1] for path in RECIPES for line in path.read_text().splitlines() if line.startswith("model:")}
    assert named == set(found)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
@pytest.mark.parametrize("missing", ["sklearn", "scipy"])
def test_a_missing_extra_is_one_sentence(recipe: Path, missing: str, tmp_path: Path) -> None:
    """As after a bare install, where neither is there."""
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from annotate.cli import main\n"
        f"main(['train', {str(recipe)!r}, '--data', {str(tmp_path)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1 and "annotate[train" in done.stderr, done.stderr
