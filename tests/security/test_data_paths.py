"""A recipe's paths cannot leave the project and the declared data folders, in `validate` or in the build."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from runner.compose import compose
from runner.errors import RunnerError
from runner.finding import Finding
from runner.making import recipe_from
from runner.model import load_model
from runner.reading.confine import MissingError, OutsideError, Reach
from runner.reading.shard import rows
from runner.reading.source import SourceContext, source_context
from runner.reading.storage import list_inputs, open_input
from runner.recipe import Recipe
from runner.sources.files import files

SECRET = '{"q": "secret", "a": "hunter2"}\n'
RECIPE = """\
defaults: [base, _self_]
name: faq
model: amazon.nova-micro-v1:0
method: fine_tuning
region: us-east-1
sources:
  faq:
    kind: KIND
    LOCATION
    fields: {prompt: q, completion: a}
hyperparameters: {epochCount: 2}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project beside a folder that is none of its business, with links that lead there."""
    outside, root = tmp_path / "outside", tmp_path / "project"
    (root / "recipes").mkdir(parents=True)
    (root / "data" / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.jsonl").write_text(SECRET)
    (root / "data" / "faq.jsonl").write_text('{"q": "x", "a": "y"}\n')
    (root / "link.jsonl").symlink_to(outside / "secret.jsonl")
    (root / "data" / "deep" / "link.jsonl").symlink_to("../../../outside/secret.jsonl")
    (root / "folder").symlink_to(outside)
    (root / "data" / "loop").symlink_to(root / "data")
    (root / "inside.jsonl").symlink_to("data/faq.jsonl")
    (root / "broken.jsonl").symlink_to("data/none.jsonl")
    return root


HOSTILE = [
    "../outside/secret.jsonl",
    "data/../../outside/secret.jsonl",
    "/etc/passwd",
    "/proc/self/environ",
    "link.jsonl",
    "folder/secret.jsonl",
    "folder",
    "folder/*.jsonl",
    "../outside/*.jsonl",
    "../*/secret.jsonl",
    "/proc/self/*",
    "data/**/*.jsonl",
    "*/secret.jsonl",
    "data/deep",
    "../outside/none.jsonl",
]


def found(root: Path, location: str, *overrides: str, kind: str = "files") -> tuple[Recipe, list[Finding]]:
    """The recipe with this location, and what the checks of files say."""
    from runner import plugins

    file = root / "recipes" / "faq.yaml"
    file.write_text(RECIPE.replace("LOCATION", location).replace("KIND", kind))
    composed = compose(file, overrides)
    recipe = recipe_from(composed, load_model("amazon.nova-micro-v1:0"))
    assert recipe is not None
    checks = [plugins.load("checks.files", name) for name in plugins.names("checks.files")]
    return recipe, [finding for check in checks for finding in check(recipe, composed)]


def context(root: Path, *, trusted: bool = False) -> SourceContext:
    """A source of the project."""
    return SourceContext("faq", root, (), trusted, False, root / ".runner" / "cache")


@pytest.mark.parametrize("path", HOSTILE)
def test_the_check_refuses(project: Path, path: str) -> None:
    """`../`, absolute paths, links, patterns that reach outside: a finding with its place."""
    _, findings = found(project, f"path: {path!r}")
    assert [finding.code for finding in findings] == ["R310"]
    (finding,) = findings
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (9, 11)
    assert finding.severity == "error"
    assert "hunter2" not in f"{finding}"


@pytest.mark.parametrize("path", HOSTILE)
def test_the_build_refuses_by_itself(project: Path, path: str) -> None:
    """Also where no check ran before."""
    with pytest.raises(OutsideError):
        files(context(project), path=path)


@pytest.mark.parametrize(
    "path", ["~/secret.jsonl", "~root/secret.jsonl", "$HOME/secret.jsonl", "%2e%2e/outside/secret.jsonl"]
)
def test_nothing_is_expanded(project: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tilde or a variable in a file is a name like another: nothing is there."""
    monkeypatch.setenv("HOME", str(project.parent / "outside"))
    with pytest.raises(MissingError):
        files(context(project), path=path)


def test_what_a_link_inside_may_do(project: Path) -> None:
    """A link that stays inside is fine; one that leads nowhere is missing."""
    assert [rows(shard) for shard in files(context(project), path="inside.jsonl").shards()] == [
        [{"q": "x", "a": "y"}]
    ]
    with pytest.raises(MissingError):
        files(context(project), path="broken.jsonl")


def test_a_data_root_opens_a_folder(project: Path) -> None:
    """`--data-root` allows its folder, and nothing beside it."""
    outside = project.parent / "outside"
    allowed = SourceContext("faq", project, (outside,), False, False, project / ".runner")
    assert files(allowed, path="../outside/secret.jsonl").facts["files"][0]["bytes"] == len(SECRET)
    with pytest.raises(OutsideError):
        files(allowed, path="/etc/passwd")


def test_a_sibling_with_the_same_beginning_is_outside(project: Path) -> None:
    """`project-2` is not inside `project`."""
    (project.parent / "project-2").mkdir()
    (project.parent / "project-2" / "a.jsonl").write_text(SECRET)
    with pytest.raises(OutsideError):
        files(context(project), path="../project-2/a.jsonl")


def test_a_path_on_the_command_line_is_the_users(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may name any file, and starts at the working directory."""
    monkeypatch.chdir(project.parent / "outside")
    recipe, findings = found(project, "path: none.jsonl", "sources.faq.path=secret.jsonl")
    assert findings == []
    trusted = source_context(recipe, "faq", cache=project / ".runner", offline=True)
    assert files(trusted, path="secret.jsonl").facts["files"][0]["bytes"] == len(SECRET)


@pytest.mark.parametrize(
    "override", ["sources.faq.limit=1", "sources.faq.fields.prompt=a", "sources.faq.path=${x}"]
)
def test_another_override_does_not_vouch_for_the_path(project: Path, override: str) -> None:
    """Who overrides the limit has not looked at the path; who refers to a value has not typed it."""
    location = "path: ../outside/secret.jsonl"
    (project / "conf").mkdir()
    base = Path(__file__).parents[2] / "conf" / "base.yaml"
    (project / "conf" / "base.yaml").write_text(base.read_text() + "\nx: ../outside/secret.jsonl\n")
    recipe, findings = found(project, location, override)
    assert "R310" in {finding.code for finding in findings}
    assert source_context(recipe, "faq", cache=project, offline=True).trusted is False


@pytest.mark.parametrize("path", ["pipe.jsonl", "socket.jsonl", "/dev/zero", "/dev/stdin", "data"])
def test_only_regular_files_are_opened(project: Path, path: str) -> None:
    """A pipe would wait for ever, a device never end: refused at once, also for a trusted path."""
    import socket

    os.mkfifo(project / "pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(project / "socket.jsonl"))
        reach = Reach(project, None)
        with (
            pytest.raises(RunnerError, match=r"not a regular file|cannot be read"),
            reach.open(project / path),
        ):
            pass


def test_a_pipe_is_a_finding(project: Path) -> None:
    """`validate` says so and does not wait."""
    os.mkfifo(project / "pipe.jsonl")
    _, findings = found(project, "path: pipe.jsonl")
    assert {finding.code for finding in findings} <= {"R401", "R404"}
    assert findings


def test_a_link_turned_after_the_check(project: Path) -> None:
    """Between listing and opening a file is replaced by a link to the outside: the open refuses."""
    file = project / "data" / "faq.jsonl"
    listed = list_inputs(["data/faq.jsonl"], Reach.of(project, (), trusted=False), cache=project)
    file.unlink()
    file.symlink_to(project.parent / "outside" / "secret.jsonl")
    with pytest.raises(OutsideError), open_input(listed[0]):
        pass


def test_a_folder_turned_after_the_check(project: Path) -> None:
    """The same with a folder above the file, between making the input and reading its shards."""
    source = files(context(project), path="data/faq.jsonl")
    (project / "data").rename(project / "data-old")
    (project.parent / "outside" / "faq.jsonl").write_text(SECRET)
    (project / "data").symlink_to(project.parent / "outside")
    with pytest.raises(OutsideError):
        list(source.shards())


def test_folders_that_contain_themselves(project: Path) -> None:
    """A link to a folder above is walked once, not for ever."""
    (project / "data" / "deep" / "link.jsonl").unlink()
    listed = list_inputs(["data/**/*.jsonl"], Reach.of(project, (), trusted=False), cache=project)
    assert [file.name for file in listed] == ["faq.jsonl"]


@pytest.mark.parametrize("repo", ["../outside", "/etc", "./folder", "./data/deep"])
def test_a_local_dataset_folder_is_confined_too(project: Path, repo: str) -> None:
    """The source `huggingface` reads local folders under the same rule."""
    from runner.sources.huggingface import huggingface

    _, findings = found(project, f"repo: {repo}", kind="huggingface")
    assert [finding.code for finding in findings] == ["R310"]
    with pytest.raises(OutsideError):
        huggingface(context(project), repo=repo)


@pytest.mark.parametrize("repo", ["json", "buckets/x", "data", "a/b/c", "http://x/y", "-x/y", "a/../b"])
def test_only_owner_and_name_are_asked_of_the_hub(project: Path, repo: str) -> None:
    """Names that `datasets` would take for a format, a folder, a bucket or an address are refused."""
    from runner.sources.huggingface import huggingface

    with pytest.raises(RunnerError):
        huggingface(context(project), repo=repo, revision="0" * 40)


def test_messages_hold_no_content(project: Path) -> None:
    """A file that is no data, named with a format: what cannot be read is not quoted anywhere."""
    (project / "data" / ".env").write_text("TOKEN=hunter2\n")
    source = files(context(project), path="data/.env", format="jsonl")
    text: Any = [rows(shard) for shard in source.shards()]
    assert "hunter2" not in repr(text)
