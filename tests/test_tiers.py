"""Which models answer: what ``--tier`` forces, and that ``auto`` says what the forced tier would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from annotate.cli.score import command
from annotate.config import Config
from annotate.documents import Document
from annotate.scorer import Scorer

CORPUS = Path(__file__).parents[1] / "corpus"


def score(tmp_path: Path, tier: str, *more: str) -> tuple[list[dict[str, Any]], str]:
    out = tmp_path / f"{tier}{len(more)}.jsonl"
    result = CliRunner().invoke(command, [str(CORPUS), "-o", str(out), "--tier", tier, *more], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], result.stderr


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[dict[str, Any]], str]]:
    folder = tmp_path_factory.mktemp("tiers")
    return {tier: score(folder, tier) for tier in ("linear", "auto", "encoder")}


def test_a_tier_can_be_forced_and_the_summary_says_what_was_sent_where(
    scored: dict[str, tuple[list[dict[str, Any]], str]],
) -> None:
    for tier in ("linear", "encoder"):
        records, said = scored[tier]
        assert {r["tier"] for r in records} == {tier}
        assert f"tiers:    {tier} {len(records)} (100%)" in said
    records, said = scored["auto"]
    sent = sum(r["tier"] == "encoder" for r in records)
    assert 0 < sent < len(records)
    assert f"encoder {sent} ({sent / len(records):.0%})" in said


def test_auto_says_what_the_tier_that_answered_would_say(
    scored: dict[str, tuple[list[dict[str, Any]], str]],
) -> None:
    by_tier = {tier: {r["id"]: r for r in records} for tier, (records, _) in scored.items()}
    for name, record in by_tier["auto"].items():
        forced = by_tier[record["tier"]][name]
        assert record["verdict"]["scores"] == forced["verdict"]["scores"], name
        assert record["passages"] == forced["passages"], name


def test_the_tier_is_signed(scored: dict[str, tuple[list[dict[str, Any]], str]]) -> None:
    assert len({records[0]["signature"] for records, _ in scored.values()}) == 3


def test_the_same_bytes_whatever_the_batch_and_the_workers(
    tmp_path: Path, scored: dict[str, tuple[list[dict[str, Any]], str]]
) -> None:
    again, _ = score(tmp_path, "auto", "--workers", "2", "--batch-size", "3")
    assert again == scored["auto"][0]


def test_a_detector_can_be_given_another_tier_than_the_rest() -> None:
    config = Config(tier="encoder", detectors={"origin": {"tier": "linear"}})
    tiers = {type(d).id.split("@")[0]: d.tier for d in Scorer(config).detectors if hasattr(d, "tier")}
    assert tiers == {"garbled": "encoder", "origin": "linear"}


@pytest.mark.parametrize("tier", ["fast", "Encoder", ""])
def test_an_unknown_tier_is_refused_with_the_known_ones(tier: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(CORPUS), "-o", str(tmp_path / "o.jsonl"), "--tier", tier])
    assert result.exit_code == 2
    assert "'auto', 'linear', 'encoder'" in result.stderr


@pytest.mark.parametrize("tier", ["linear", "auto", "encoder"])
@pytest.mark.parametrize("text", ["x", "?" * 3000, "🚀 " * 500, "The crew came home.\n" * 200, "-\u200b-" * 400])
def test_odd_texts_are_scored_by_every_tier(tier: str, text: str) -> None:
    record = Scorer(Config(tier=tier))(Document(text, id="odd"))  # type: ignore[arg-type]
    assert record.status in ("ok", "skipped")
