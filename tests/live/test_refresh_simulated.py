"""`runner models refresh` against the simulated AWS: real requests, checked by the service model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.cli import main

if TYPE_CHECKING:
    from runner.simulator.running import Simulator

MICRO = "amazon.nova-micro-v1:0"


def test_written_once_there_is_no_more_drift(
    simulator: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All models in two regions: differences, written elsewhere; read from there, none are left."""
    words = ["models", "refresh", "--simulator", simulator.url, "--format", "json"]
    assert main([*words, "--write", "--into", str(tmp_path)]) == 2
    data = json.loads(capsys.readouterr().out)
    assert {"lifecycle", "methods", "prices"} <= {
        row["path"].partition(".")[0] for row in data["differences"]
    }
    assert not data["unanswered"]
    monkeypatch.setenv("RUNNER_MODELS", str(tmp_path))
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []


def test_a_year_later(
    simulator: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The simulated AWS ages: a model becomes Legacy, a quota is raised, a price changes."""
    world = simulator.world
    world.set(legacy_models=[f"{MICRO}:128k"])
    world.put("quota", "L-SIM00011", {"code": "L-SIM00011", "value": 90000})
    usage = "USE1-Nova2.0Lite-Customization-Training"
    world.put("price", usage, {"usagetype": usage, "usd": "0.0050000000"})
    monkeypatch.setenv("RUNNER_MODELS", str(tmp_path))
    chosen = [MICRO, "nova-lite", "nova-2-lite"]
    assert main(["models", "refresh", *chosen, "--simulator", simulator.url, "--format", "json"]) == 2
    rows = {row["path"]: row for row in json.loads(capsys.readouterr().out)["differences"]}
    assert rows["lifecycle.status"]["aws"] == "legacy"
    assert rows["methods.fine_tuning.limits.total_records.maximum"]["account_only"]
    assert rows["prices.training_tokens in us-east-1"]["aws"] == "0.005"


@pytest.mark.parametrize(
    ("operation", "kind", "what"),
    [
        ("ListFoundationModels", "truncated", "models"),
        ("ListServiceQuotas", "access denied", "quotas"),
        ("GetProducts", "expired token", "prices"),
    ],
)
def test_one_service_fails(
    simulator: Simulator, capsys: pytest.CaptureFixture[str], operation: str, kind: str, what: str
) -> None:
    """A cut-off reply, a missing permission, expired credentials: told, and the rest compared."""
    simulator.fault(operation, kind, times=5)
    main(["models", "refresh", MICRO, "--simulator", simulator.url, "--format", "json"])
    data = json.loads(capsys.readouterr().out)
    assert [(row["what"], row["region"]) for row in data["unanswered"]] == [(what, "us-east-1")]
    assert not [row for row in data["differences"] if row["asked"] == f"aws_{what}"]
