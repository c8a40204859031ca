"""README.md and README.ja.md say what is true, and the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.ja.md")
PAGES = sorted(f"docs/{path.name}" for path in (REPOSITORY / "docs").glob("*.md"))


def text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def marked(name: str, marker: str, language: str = "sh") -> list[str]:
    """The fenced blocks that stand right after a marker line."""
    return re.findall(rf"^<!-- {marker} -->\n```{language}\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("marker", ["quickstart", "tests"])
def test_each_command_stands_once_and_is_the_same_in_both_languages(marker: str) -> None:
    """`.ci/run` runs the English ones; a reader of the Japanese page gets the same."""
    english, japanese = (marked(name, marker) for name in READMES)
    assert len(english) == 1
    assert english == japanese


@pytest.mark.parametrize("marker", ["quickstart", "tests"])
def test_a_command_is_one_command_line(marker: str) -> None:
    """Every line but the last goes on, so a reader can paste the block as a whole."""
    *rest, last = marked("README.md", marker)[0].splitlines()
    assert all(line.endswith(" && \\") for line in rest)
    assert not last.endswith("\\")


@pytest.mark.parametrize("marker", ["quickstart", "tests"])
def test_a_command_is_valid_bash(marker: str) -> None:
    """Checked by bash itself, without running it."""
    subprocess.run(["bash", "-n", "-c", marked("README.md", marker)[0]], check=True)


def test_the_other_code_blocks_are_the_same_in_both_languages() -> None:
    """Recipe, plan output and overrides do not drift apart."""
    block = re.compile(r"^```\w+\n(?:#[^\n]*\n)?(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks = [block.findall(text(name)) for name in READMES]
    assert blocks[0] == blocks[1]
    assert len(blocks[0]) == 7


def test_the_recipe_shown_is_the_recipe() -> None:
    """The shortened recipe leaves things out, but says nothing else than the file."""
    block = re.search(r"^```yaml\n(.*?)^```$", text("README.md"), re.MULTILINE | re.DOTALL)
    assert block
    shown = yaml.safe_load(block[1])
    real = yaml.safe_load(text("recipes/quickstart.yaml"))
    real["hyperparameters"].pop("learningRateWarmupSteps")
    assert {key: real[key] for key in shown} == shown


def test_the_plan_shown_is_what_plan_prints() -> None:
    """Every line that is not `[...]` is printed, in this order."""
    command = [sys.executable, "-m", "runner", "plan", "recipes/quickstart.yaml"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, env=plain(), check=True)
    rest = iter([line.rstrip() for line in done.stdout.splitlines()])
    block = marked("README.md", "plan output", "text")[0]
    shown = [line for line in block.splitlines() if line not in {"", "[...]"}]
    missing = [line for line in shown if not any(line == each for each in rest)]
    assert missing == []
    assert len(shown) > 15


@pytest.mark.parametrize("page", [*READMES, "CONTRIBUTING.md", *PAGES])
def test_links_lead_to_files(page: str) -> None:
    """A page that cites a file that has moved is wrong."""
    folder = (REPOSITORY / page).parent
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text(page))
    assert [target for target in targets if not (folder / target).exists()] == []


def plain() -> dict[str, str]:
    return {**os.environ, "NO_COLOR": "1"}
