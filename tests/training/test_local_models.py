"""Finding a base model: what is accepted, what is refused, and how its content is named."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from runner.local.models import UnusableBaseError, find_base, folder_digest, location
from runner.reading.confine import OutsideError, Reach


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that looks like a model."""
    path = tmp_path / "models" / "mine"
    path.mkdir(parents=True)
    (path / "config.json").write_text(
        json.dumps({"architectures": ["LlamaForCausalLM"], "max_position_embeddings": 99})
    )
    (path / "model.safetensors").write_bytes(b"weights")
    return path


def reach(root: Path) -> Reach:
    """What a recipe file in this project may read."""
    return Reach.of(root, (), trusted=False)


def test_a_folder_is_named_by_its_content(folder: Path, tmp_path: Path) -> None:
    """The digest follows the weights, not the path or the time."""
    base = find_base("models/mine", reach(tmp_path))
    assert (base.kind, base.max_tokens, base.title) == ("folder", 99, "LlamaForCausalLM in mine")
    os.utime(folder / "model.safetensors", (1, 1))
    assert find_base("models/mine", reach(tmp_path)).digest == base.digest
    assert location(base.as_dict(), tmp_path) == folder
    (folder / "model.safetensors").write_bytes(b"WEIGHTS")
    assert folder_digest(folder) != base.digest
    with pytest.raises(UnusableBaseError, match="changed since the plan"):
        location(base.as_dict(), tmp_path)


def test_pickled_weights_are_never_read(folder: Path, tmp_path: Path) -> None:
    """A pickle can run code."""
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UnusableBaseError, match="a pickle can run code"):
        find_base("models/mine", reach(tmp_path))


def test_a_model_with_code_of_its_own_is_refused(folder: Path, tmp_path: Path) -> None:
    """No remote code, whatever the model asks for."""
    (folder / "config.json").write_text(json.dumps({"auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(UnusableBaseError, match="never run"):
        find_base("models/mine", reach(tmp_path))


def test_a_broken_configuration_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    """No traceback for a file that is no JSON."""
    (folder / "config.json").write_bytes(b"\xff{")
    with pytest.raises(UnusableBaseError, match="cannot be read"):
        find_base("models/mine", reach(tmp_path))


def test_a_link_out_of_the_project_is_refused(folder: Path, tmp_path: Path) -> None:
    """Neither the folder nor one of its files may lead outside; on the command line both may."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "base").symlink_to(folder)
    with pytest.raises(OutsideError):
        find_base("base", reach(project))
    (project / "own").mkdir()
    for name in ("config.json", "model.safetensors"):
        (project / "own" / name).symlink_to(folder / name)
    with pytest.raises(OutsideError):
        find_base("own", reach(project))
    assert find_base(str(project / "own"), Reach.of(project, (), trusted=True)).kind == "folder"


def test_a_hub_model_must_be_pinned(tmp_path: Path) -> None:
    """A branch can move: only a commit names one content."""
    for name in ("someone/model", "someone/model@main"):
        with pytest.raises(UnusableBaseError, match="not pinned"):
            find_base(name, reach(tmp_path))
    assert find_base(f"someone/model@{'a' * 40}", reach(tmp_path)).kind == "hub"
