"""The simulator knows its own facts and says how well; it shares none with the runner."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from runner.cli import main
from runner.simulator.fixture import FOLDER, fixture
from runner.simulator.rules import PROVENANCES, counts, rule, rules

SIMULATOR = Path(__file__).resolve().parents[2] / "runner" / "simulator"
ALLOWED = {"runner.errors", "runner.atomic", "runner.project", "runner.aws.connection", "runner"}


def test_it_imports_nothing_of_the_runners_facts():
    """No module of the simulator imports models, schemas, checks or prices, and none reads `schemas/`."""
    files = sorted(SIMULATOR.rglob("*.py"))
    assert len(files) > 30
    for file in files:
        text = file.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                if name.partition(".")[0] == "runner":
                    assert name.startswith("runner.simulator") or name in ALLOWED, f"{file}: {name}"
        assert "schemas/" not in text, file


def test_every_rule_has_provenance_and_source():
    found = rules()
    assert sum(counts().values()) == len(found) > 40
    assert all(each.provenance in PROVENANCES and each.source and each.text for each in found)
    assert all(counts()[each] for each in PROVENANCES)
    with pytest.raises(ValueError, match="provenance"):
        rule("half a rule", provenance="guessed", source="")


def test_the_command_prints_them(capsys):
    assert main(["simulator", "rules"]) == 0
    text = capsys.readouterr().out
    assert text.splitlines()[-1].startswith(f"{len(rules())} rules: {counts()['documented']} documented")
    assert main(["simulator", "rules", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == counts()


def test_fixtures_name_their_sources():
    for file in FOLDER.glob("*.json"):
        data = json.loads(file.read_text(encoding="utf-8"))
        if file.stem == "settings":
            assert all(each.keys() == {"value", "provenance", "about"} for each in data.values())
            assert all(each["provenance"] in PROVENANCES for each in data.values())
        else:
            assert data.get("sources") or "ritten by hand" in data["about"], file
    assert fixture("base_models")["models"]


def test_help_needs_no_simulator():
    """The command's own imports stay small: moto and boto3 are loaded only by a daemon or a test."""
    heavy = "{'moto', 'boto3', 'botocore', 'flask'}"
    at_exit = (
        f"import atexit, sys; atexit.register(lambda: print('LOADED', sorted({heavy} & set(sys.modules))))"
    )
    command = "from runner.cli import main; main(['simulator', '--help'])"
    done = subprocess.run(
        [sys.executable, "-c", f"{at_exit}; {command}"], capture_output=True, text=True, check=False
    )
    assert "LOADED []" in done.stdout
