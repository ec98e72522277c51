"""``annotate schema``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from annotate.cli.schema import command
from annotate.schemas import load_schema


@pytest.mark.parametrize("name", ["input", "record"])
def test_it_prints_the_shipped_schema(name):
    result = CliRunner().invoke(command, [name])
    assert result.exit_code == 0
    assert json.loads(result.output) == load_schema(name)
    assert result.output.endswith("}\n")


def test_another_name_is_wrong_usage():
    result = CliRunner().invoke(command, ["output"])
    assert result.exit_code == 2
    assert "'input', 'record'" in result.output
