"""What the repository promises about itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from runner import __version__
from runner.cli import command_of, main, parser_for, verbs
from runner.docs.__main__ import main as docs

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
PINS = [
    line
    for line in (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_the_changelog_has_this_version() -> None:
    """A release without a line for people is no release."""
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {__version__} - " in changelog


def test_the_reference_pages_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """They are generated: `python -m runner.docs` writes them."""
    code = docs(["--check", "--out", str(REPOSITORY / "docs")])
    assert (code, capsys.readouterr().err) == (0, "")


def test_a_stale_page_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The check writes nothing, says which page, and how to mend it."""
    assert docs(["--out", str(tmp_path)]) == 0
    (tmp_path / "steps.md").write_text("old", encoding="utf-8")
    assert docs(["--check", "--out", str(tmp_path)]) == 1
    assert "out of date: steps.md" in capsys.readouterr().err
    assert (tmp_path / "steps.md").read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("verb", verbs())
def test_every_command_is_documented(verb: str) -> None:
    """In both READMEs, and every one of its arguments has a help text."""
    for name in ("README.md", "README.ja.md"):
        assert f"runner {verb}" in (REPOSITORY / name).read_text(encoding="utf-8")
    parser = parser_for(verb, command_of(verb))
    assert [action.dest for action in parser._actions if not action.help] == []


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`runner --help` is complete, and each line says something."""
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    described = [line.split()[0] for line in lines if re.match(r"  \w+ +\w", line)]
    assert set(verbs()) <= set(described)
    assert len(verbs()) >= 10


def test_pins_are_exact_and_name_no_place() -> None:
    """No address, no hash, no local build: any index can serve them."""
    assert [pin for pin in PINS if not re.fullmatch(r"[A-Za-z0-9][\w.-]*==[\w.]+", pin)] == []


def test_every_requirement_is_pinned() -> None:
    """Each direct requirement of the core and of every extra has its version in constraints.txt."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(each for extra in extras for each in extra)]
    names = {_normal(re.split(r"[\[<>=~! ]", each)[0]) for each in wanted} - {"bedrock-recipe-runner"}
    assert names - {_normal(pin.partition("==")[0]) for pin in PINS} == set()


def test_the_scripts_of_ci_are_valid_bash() -> None:
    """They are only run as a whole in CI; a slip should show earlier."""
    for script in ("run", "wheel"):
        subprocess.run(["bash", "-n", REPOSITORY / ".ci" / script], check=True)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
