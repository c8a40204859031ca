"""The source `huggingface`: a hub on loopback and local folders, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub.records import records
from hub.server import COMMIT, REPO, Hub, Repo, dolly, serving
from sources.packing import jsonl, parquet

READER = Path(__file__).parents[1] / "hub" / "reader.py"
FAQ: list[dict[str, Any]] = [{"q": f"質問{number}", "a": f"答え{number}"} for number in range(2500)]
OTHER_COMMIT = "f" * 40


def run(root: Path, environment: dict[str, str], *calls: dict[str, Any]) -> list[dict[str, Any]]:
    """What `reader.py` answers; nothing may leak to standard error."""
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", str(READER)],
        input=json.dumps({"root": str(root), "calls": calls}),
        env={**os.environ, **environment},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with repositories of many kinds."""
    outside = "---\nconfigs:\n- config_name: default\n  data_files: {}\n---\n"
    secret = tmp_path_factory.mktemp("secret") / "secret.jsonl"
    secret.write_text('{"key": "hunter2"}\n')
    repos = dolly() | {
        "acme/faq": Repo({"data/train-0.parquet": parquet(FAQ), "data/test-0.parquet": parquet(FAQ[:5])}),
        "acme/gated": Repo({"a.jsonl": jsonl(FAQ)}, refuses="GatedRepo"),
        "acme/empty": Repo({"README.md": b"nothing here"}),
        "acme/outside": Repo({"README.md": outside.format(secret).encode(), "a.jsonl": jsonl(FAQ)}),
        "acme/script": Repo({"script.py": b"raise SystemExit('ran')", "a.jsonl": jsonl(FAQ)}),
        "acme/uneven": Repo({"a.jsonl": b'{"a": 1}\n{"a": {"b": []}}\nnot json\n'}),
    }
    with serving(repos, home=str(tmp_path_factory.mktemp("hf_home"))) as running:
        yield running


def test_a_pinned_dataset_is_read(hub: Hub, tmp_path: Path) -> None:
    """A commit stands for itself: its address is known without `datasets`; the rows are the repository's."""
    (found,) = run(tmp_path, hub.environment, {"repo": REPO, "revision": COMMIT})
    assert found["rows"] == records()
    assert found["facts"]["revision"] == COMMIT
    assert found["imported_before_reading"] is False
    assert found["first"] == [0]


def test_a_branch_is_resolved_to_its_commit(several: Hub, tmp_path: Path) -> None:
    """The manifest records the commit; branch, tag and commit have one address; parts of a split another."""
    branch, tag, commit, part, test = run(
        tmp_path,
        several.environment,
        {"repo": "acme/faq"},
        {"repo": "acme/faq", "revision": "v1"},
        {"repo": "acme/faq", "revision": COMMIT},
        {"repo": "acme/faq", "split": "train[:7]"},
        {"repo": "acme/faq", "split": "test"},
    )
    assert branch["facts"] == {"revision": COMMIT, "requested": "main", "config": None, "split": "train"}
    assert branch["digest"] == tag["digest"] == commit["digest"]
    assert branch["rows"] == FAQ
    assert branch["first"] == [0, 1000, 2000]
    assert part["rows"] == FAQ[:7]
    assert test["rows"] == FAQ[:5]
    assert len({branch["digest"], part["digest"], test["digest"]}) == 3


def test_refusals_in_words(several: Hub, tmp_path: Path) -> None:
    """Not there, gated, no such revision or split, no data, a script: a sentence and a next step."""
    script = {"repo": "acme/script", "revision": COMMIT}
    answers = run(
        tmp_path,
        several.environment,
        {"repo": "acme/none"},
        {"repo": "acme/none", "revision": OTHER_COMMIT},
        {"repo": "acme/gated"},
        {"repo": "acme/gated", "revision": COMMIT},
        {"repo": "acme/faq", "revision": "v9"},
        {"repo": "acme/faq", "revision": OTHER_COMMIT},
        {"repo": "acme/faq", "split": "nope"},
        {"repo": "acme/faq", "config": "nope"},
        {"repo": "acme/empty"},
        {"repo": "acme/uneven"},
        {"repo": "acme/outside"},
        script,
    )
    assert all(answer.get("error") and answer.get("fix") for answer in answers), answers
    words = [
        "does not exist", "does not exist", "gated", "gated", "no such revision", "no such revision",
        'Unknown split "nope"', "'nope' not found", "no data files", "cannot be read", "don't belong",
        "script",
    ]  # fmt: skip
    for answer, expected in zip(answers, words, strict=True):
        assert expected in answer["error"]
    assert "hunter2" not in json.dumps(answers)


def test_without_a_connection(hub: Hub, tmp_path: Path) -> None:
    """What was read once is read again; another commit never takes its place."""
    pinned = {"repo": REPO, "revision": COMMIT}
    run(tmp_path, hub.environment, pinned, {"repo": REPO, "revision": "v1"})
    nowhere = {**hub.environment, "HF_ENDPOINT": "http://127.0.0.1:9"}
    before = len(hub.requests)
    same, branch, other, unknown = run(
        tmp_path,
        hub.environment,
        {**pinned, "offline": True},
        {"repo": REPO, "revision": "v1", "offline": True},
        {"repo": REPO, "revision": OTHER_COMMIT, "offline": True},
        {"repo": REPO, "revision": "v2", "offline": True},
    )
    assert len(hub.requests) == before
    assert same["rows"] == branch["rows"] == records()
    assert "not in the cache" in other["error"]
    assert "--offline" in unknown["fix"]
    unresolved, cached, unreachable = run(
        tmp_path, nowhere, {"repo": REPO}, pinned, {"repo": REPO, "revision": OTHER_COMMIT}
    )
    assert cached["rows"] == records()
    assert "cannot be reached" in unreachable["error"]
    assert "cannot be reached" in unresolved["error"]


def test_a_local_folder(tmp_path: Path, hub: Hub) -> None:
    """Addressed by its content: moved it is the same, a changed byte is read even with the old time."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.jsonl").write_bytes(jsonl(FAQ))
    first, second = run(tmp_path, hub.environment, {"repo": "./one"}, {"repo": "./two"})
    assert first["rows"] == second["rows"] == FAQ
    assert first["digest"] == second["digest"]
    file = tmp_path / "one" / "train.jsonl"
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    file.write_bytes(jsonl(FAQ).replace("質問0".encode(), "疑問0".encode()))
    os.utime(file, ns=times)
    (changed,) = run(tmp_path, hub.environment, {"repo": "./one"})
    assert changed["rows"][0]["q"] == "疑問0"
    assert changed["digest"] != first["digest"]


def test_a_saved_dataset(tmp_path: Path, hub: Hub) -> None:
    """What `save_to_disk` wrote, is read back; its list of files cannot lead outside."""
    script = (
        "import datasets, json, sys\n"
        "data = datasets.Dataset.from_list(json.load(sys.stdin))\n"
        "data.save_to_disk('single')\n"
        "datasets.DatasetDict({'train': data, 'test': data.select([0])}).save_to_disk('splits')\n"
        "data.save_to_disk('evil')\n"
    )
    environment = {**os.environ, **hub.environment, "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(FAQ[:9]),
        text=True,
        env=environment,
        cwd=tmp_path,
        check=True,
    )
    state = tmp_path / "evil" / "state.json"
    state.write_text(state.read_text().replace("data-00000", "../single/data-00000"))
    single, splits, test, evil = run(
        tmp_path,
        hub.environment,
        {"repo": "./single"},
        {"repo": "./splits"},
        {"repo": "./splits", "split": "test"},
        {"repo": "./evil"},
    )
    assert single["rows"] == splits["rows"] == FAQ[:9]
    assert test["rows"] == FAQ[:1]
    assert "not in the folder" in evil["error"]


@pytest.mark.parametrize(
    "data_files",
    ["http://127.0.0.1:9/x.jsonl", "/etc/*.conf", "../other/*.jsonl", "zip://x::http://127.0.0.1:9/x"],
)
def test_a_folders_card_cannot_name_data_elsewhere(tmp_path: Path, data_files: str) -> None:
    """Neither a file of this machine nor an address: refused before anything is looked at."""
    from runner.reading.confine import OutsideError, Reach
    from runner.reading.hub_folder import folder_files

    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "train.jsonl").write_bytes(jsonl(FAQ[:2]))
    card = {"configs": [{"config_name": "default", "data_files": [{"split": "train", "path": data_files}]}]}
    (tmp_path / "faq" / "README.md").write_text(f"---\n{json.dumps(card)}\n---\n")
    with pytest.raises(OutsideError, match="outside its folder"):
        folder_files("./faq", Reach.of(tmp_path, (), trusted=False))


def test_without_the_library(tmp_path: Path) -> None:
    """A machine without `datasets` gets the sentence that names the extra, for a pin and for a branch."""
    block = "import sys\nsys.modules['datasets'] = sys.modules['huggingface_hub'] = None\n"
    block += f"import runpy; runpy.run_path({str(READER)!r}, run_name='__main__')"
    calls = [{"repo": REPO, "revision": COMMIT}, {"repo": REPO}]
    done = subprocess.run(
        [sys.executable, "-c", block],
        input=json.dumps({"root": str(tmp_path), "calls": calls}), capture_output=True, text=True, check=True,
    )  # fmt: skip
    for answer in json.loads(done.stdout):
        assert "`datasets`, which is not installed" in answer["error"]
        assert "bedrock-recipe-runner[hub]" in answer["fix"]
