"""The cache of checked recipes: fast when nothing changed, and never wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from recipe_projects import RECIPE, Project, codes_of, findings_of

from runner.check import check


def entries(project: Project) -> list[Path]:
    """The files of the cache."""
    return sorted((project.root / ".runner" / "cache" / "checked").glob("*.json"))


def test_an_unchanged_validate_imports_nothing_heavy(project: Project) -> None:
    """The second call reads the entry: no Hydra, YAML, jsonschema; none imports boto3, datasets, torch."""
    file = project.recipe()
    code = (
        "import sys\nfrom runner.cli import main\nfrom pathlib import Path\n"
        f"assert main(['validate', {str(file)!r}]) == 0\n"
        "print(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    loaded = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=True
        )
        loaded.append(set(done.stdout.splitlines()[-1].split()))
    first, second = loaded
    assert {"hydra", "omegaconf", "jsonschema"} <= first
    assert not {"hydra", "omegaconf", "jsonschema", "yaml"} & second
    assert not {"boto3", "botocore", "datasets", "torch", "transformers", "pyarrow", "numpy"} & (
        first | second
    )


def test_the_kept_result_equals_a_fresh_one(project: Project) -> None:
    """Mapping, origins and findings survive the round trip, findings of every severity."""
    file = project.recipe("budget: {max_usd: 20, max_usd_per_sweep: 10}\n")
    fresh, kept = check(file), check(file)
    assert len(entries(project)) == 1
    assert fresh == kept
    bad = project.recipe("hyperparameters: {epochCount: 12}\n", text=RECIPE.partition("hyperparameters")[0])
    assert findings_of(bad) == findings_of(bad)


@pytest.mark.parametrize("change", ["recipe", "conf", "shadow", "beside", "override", "gone", "option"])
def test_every_change_is_noticed(project: Project, change: str) -> None:
    """A changed file, a new file that shadows another, another override, a file that goes."""
    project.write("conf/budget/mine.yaml", "max_usd: 5\n")
    text = RECIPE.replace("  - base\n", "  - base\n  - budget: mine\n")
    file = project.recipe(text=text)
    assert check(file).recipe.budget.max_usd == 5
    overrides: list[str] = []
    if change == "recipe":
        project.recipe("budget: {max_usd: 6}\n", text=text)
    elif change == "conf":
        project.write("conf/budget/mine.yaml", "max_usd: 6\n")
    elif change in {"shadow", "beside"}:
        project.write("recipes/budget/mine.yaml", "max_usd: 6\n")
    elif change == "override":
        overrides = ["budget.max_usd=6"]
    elif change == "option":
        project.write("conf/budget/other.yaml", "max_usd: 6\n")
        overrides = ["budget=other"]
    else:
        (project.root / "conf" / "budget" / "mine.yaml").unlink()
        assert codes_of(file) == ["R007"]
        return
    assert check(file, overrides).recipe.budget.max_usd == 6


def test_a_new_base_shadows_the_packaged_one(project: Project) -> None:
    """A conf/base.yaml that appears in the project is used at once."""
    file = project.recipe()
    assert check(file).recipe.split.seed == 0
    packaged = (Path(__file__).parents[2] / "conf" / "base.yaml").read_text("utf-8")
    project.write("conf/base.yaml", packaged.replace("seed: 0", "seed: 7"))
    assert check(file).recipe.split.seed == 7


def test_an_allowed_variable_is_part_of_the_key(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another value, another result; the entry is for the user's eyes only."""
    file = project.recipe("description: ${oc.env:STAGE}\n")
    for stage in ("dev", "prod"):
        monkeypatch.setenv("STAGE", stage)
        assert check(file, allow_env=["STAGE"]).recipe.description == stage
    assert {entry.stat().st_mode & 0o777 for entry in entries(project)} == {0o600}


@pytest.mark.parametrize("junk", [b"", b"{", b"[]", b"null", b'{"looked_at": {}}', b"\xff", b"[" * 100_000])
def test_a_damaged_entry_is_made_again(project: Project, junk: bytes) -> None:
    """Whatever stands in the file."""
    file = project.recipe()
    check(file)
    (entry,) = entries(project)
    entry.write_bytes(junk)
    assert check(file).recipe.name == "faq"
    assert json.loads(entry.read_bytes())["mapping"]["name"] == "faq"


def test_a_folder_that_cannot_be_written_is_no_error(project: Project) -> None:
    """A read-only checkout validates."""
    file = project.recipe()
    (project.root / ".runner").write_text("in the way")
    assert check(file).recipe.name == "faq"


def test_files_named_by_the_recipe_are_looked_at_every_time(project: Project) -> None:
    """The data may go between two calls; that is not cached."""
    file = project.recipe()
    assert codes_of(file) == []
    (project.root / "data" / "faq.jsonl").unlink()
    assert codes_of(file) != []


@pytest.mark.parametrize("broken", ["large", "link"])
def test_a_file_that_becomes_readable_is_read(
    project: Project, broken: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What was wrong was no part of the file's state, so nothing was kept."""
    path = project.root / "conf" / "steps" / "mine.yaml"
    path.parent.mkdir()
    if broken == "large":
        path.write_text("a: " + "x" * 1_100_000)
    else:
        outside = tmp_path_factory.mktemp("outside") / "mine.yaml"
        outside.write_text("drop_empty:\n")
        path.symlink_to(outside)
    file = project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - steps: mine\n"))
    assert codes_of(file) != []
    path.unlink()
    path.write_text("drop_empty:\n")
    assert codes_of(file) == []
