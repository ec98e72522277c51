from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from bad_input import CASES, Case, run


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_named_in_one_sentence(case: Case, tmp_path: Path) -> None:
    outcome = run(case, tmp_path)
    assert re.search(case.says, outcome.errors), outcome.errors
    assert outcome.code == case.code, outcome.errors
    assert outcome.statuses == case.statuses
    assert "Traceback" not in outcome.errors
    assert outcome.sentence.count("\n") == 0
    if case.code == 2 and case.room is None:
        assert not os.path.exists(tmp_path / "out.jsonl.run")
