"""The real command: exit codes, the three formats, several recipes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from recipe_projects import RECIPE, Project

REPOSITORY = Path(__file__).resolve().parents[2]
BAD = RECIPE.replace("epochCount: 2", "epochCount: 12").replace("name: faq", "nme: faq")


def test_a_good_recipe_exits_0(project: Project) -> None:
    """One line, on standard output."""
    done = project.run("validate", str(project.recipe()))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("faq.yaml: ok\n")


def test_a_bad_recipe_exits_2_with_everything(project: Project) -> None:
    """Places, codes, fixes, sources and a count, on standard error; stable."""
    project.recipe(text=BAD)
    done = project.run("validate", "recipes/faq.yaml")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "recipes/faq.yaml:1:1: name is missing [R103]",
        "    fix: Name of the recipe; becomes a folder of runs/ and part of the job's name.",
        "recipes/faq.yaml:4:1: nme is not a known key; did you mean 'name'? [R101]",
        "    fix: known here: name, description, model, method, region, sources, steps, format, split, "
        "hyperparameters, budget, evaluation, executor",
        "recipes/faq.yaml:15:31: hyperparameters.epochCount is 12, amazon.nova-micro-v1:0 allows 1 to 5 for "
        "fine_tuning [R102]",
        "    fix: use 1 to 5; the default is 2",
        done.stderr.splitlines()[6],
        "recipes/faq.yaml: 3 errors",
    ]
    assert done.stderr.splitlines()[6].startswith("    source: Bedrock user guide")


def test_json_for_machines(project: Project) -> None:
    """A summary and one object for each finding, on standard output."""
    project.recipe(text=BAD)
    done = project.run("validate", "recipes/faq.yaml", "--format", "json")
    assert (done.returncode, done.stderr) == (2, "")
    data = json.loads(done.stdout)
    assert data["summary"] == {"accepted": False, "errors": 3, "warnings": 0}
    finding = data["findings"][2]
    assert {key: finding[key] for key in ("code", "severity", "file", "line", "column", "path")} == {
        "code": "R102",
        "severity": "error",
        "file": "recipes/faq.yaml",
        "line": 15,
        "column": 31,
        "path": "hyperparameters.epochCount",
    }
    good = project.run("validate", str(project.recipe()), "--format=json")
    assert json.loads(good.stdout) == {
        "summary": {"accepted": True, "errors": 0, "warnings": 0},
        "findings": [],
    }


def test_github_annotations(project: Project) -> None:
    """A workflow command for each finding; `%`, line ends, `:` and `,` are escaped."""
    project.recipe("description: '50%${a,b:c}'\n", text=BAD)
    done = project.run("validate", "recipes/faq.yaml", "--format", "github", "x%\ny")
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert lines
    assert all(
        re.match(r"::(error|warning|notice) (file=[^:,]+,line=\d+,col=\d+,)?title=\w+::", line)
        for line in lines
    )
    assert any(
        line.startswith("::error file=recipes/faq.yaml,line=15,col=31,title=R102::hyper") for line in lines
    )
    assert any("x%25" in line for line in lines)


def test_several_recipes_and_overrides(project: Project) -> None:
    """What CI types: `runner validate recipes/*.yaml`; overrides apply to each."""
    project.recipe()
    project.write("recipes/other.yaml", BAD)
    done = project.run("validate", "recipes/faq.yaml", "recipes/other.yaml", "split.seed=3")
    assert done.returncode == 2
    assert "recipes/faq.yaml: ok" in done.stdout
    assert "recipes/other.yaml: 3 errors" in done.stderr
    both = project.run("validate", "recipes/faq.yaml", "recipes/gone.yaml", "--format", "json")
    assert [finding["code"] for finding in json.loads(both.stdout)["findings"]] == ["R001"]


@pytest.mark.parametrize("format", ["text", "json", "github"])
@pytest.mark.parametrize(
    "words", [["gone.yaml"], ["recipes"], ["recipes/faq.yaml", "nonsense"], ["recipes/faq.yaml", "a=["]]
)
def test_mistakes_never_give_a_traceback(project: Project, format: str, words: list[str]) -> None:
    """Exit code 2, a finding, in every format."""
    project.recipe()
    done = project.run("validate", *words, "--format", format)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout
    assert (done.stderr if format == "text" else done.stdout).strip()


def test_no_color_when_not_a_terminal(project: Project) -> None:
    """Piped text is plain."""
    done = project.run("validate", str(project.recipe(text=BAD)), env={"FORCE_COLOR": "1"})
    assert "\x1b" not in done.stderr


def test_colors_on_a_terminal_unless_refused(project: Project) -> None:
    """A real pseudo-terminal; NO_COLOR and --no-color win."""
    pty = pytest.importorskip("pty")
    import subprocess
    import sys

    file = str(project.recipe(text=BAD))

    def output(*extra: str, **env: str) -> bytes:
        leader, follower = pty.openpty()
        command = [sys.executable, "-m", "runner", "validate", file, *extra]
        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        subprocess.run(command, stderr=follower, cwd=project.root, env={**environment, **env}, check=False)
        os.close(follower)
        data = os.read(leader, 100_000)
        os.close(leader)
        return data

    assert b"\x1b[31m" in output()
    assert b"\x1b" not in output("--no-color")
    assert b"\x1b" not in output(NO_COLOR="1")


def test_our_own_recipes_are_valid() -> None:
    """Every shipped recipe, with what it says about files that only the user has left aside."""
    recipes = sorted((REPOSITORY / "recipes").glob("*.yaml"))
    assert len(recipes) >= 5
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "runner", "validate", *map(str, recipes), "--format", "json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_a_file_name_cannot_move_the_cursor_or_begin_a_line(project: Project) -> None:
    """The name of a recipe comes with the pull request, too."""
    name = "recipes/\x1b[2J\n::error::日本.yaml"
    project.write(name, RECIPE.replace("epochCount: 2", "epochCount: 99"))
    for format in ("text", "json", "github"):
        done = project.run("validate", name, "--format", format)
        assert done.returncode == 2
        shown = done.stdout + done.stderr
        assert "\x1b" not in shown
        assert not any(line.startswith("::error::") for line in shown.splitlines())
        if format == "json":
            assert json.loads(done.stdout)["findings"][0]["file"] == name
