"""The data build of databricks-dolly-15k-ja, whole command, beside a script of the usual tools.

    python benchmarks/dolly.py [--data FILE.jsonl[.gz]] [--peer SCRIPT [--peer-python PYTHON]] [--runs 5]

`exact` does what the peer does: clean, drop empty and exact duplicates, limit tokens, split, write.
`recipe` is `recipes/dolly_ja_nova_micro.yaml` as it ships, on all records, which does more.
Every run starts in an empty project folder. The peer is called as `SCRIPT ft QA.jsonl OUT` with NEAR=0.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Measured, Row, measure, repeat, table

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = REPOSITORY.parent / "shared/data/dolly-ja/databricks-dolly-15k-ja.jsonl.gz"
TARGET_CPU_SECONDS = 2.5

EXACT = """\
defaults: [base, _self_]
name: dolly-exact
model: amazon.nova-micro-v1:0
method: fine_tuning
region: us-east-1
sources:
  dolly:
    kind: files
    path: dolly.jsonl
    fields: {prompt: "{instruction}[[\\n\\n{input}]]", completion: output, category: category}
steps:
  strip_markup: {}
  normalize_unicode: {}
  normalize_whitespace: {}
  drop_empty: {}
  drop_duplicates: {match: exact}
  limit_tokens: {max_tokens: 4096}
split: {validation: 0.1, train_records: null, seed: 0}
executor: {kind: local}
"""
SHIPPED = (
    "source@sources.dolly=dolly_15k_ja_file",
    "sources.dolly.path=dolly.jsonl",
    "split.train_records=null",
)


def main() -> int:
    """Measure and print; 1 if the target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", type=Path, help="a script to compare with")
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--peer-runs", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = _unpacked(args.data, folder)
        rows = [repeat("exact", args.runs, lambda: _build(folder, data, "exact.yaml"))]
        rows.append(repeat("recipe", args.runs, lambda: _build(folder, data, "shipped.yaml", *SHIPPED)))
        rows.append(repeat("exact, found again", args.runs, lambda: _again(folder, data)))
        if args.peer:
            rows.append(
                repeat("peer", args.peer_runs, lambda: _peer(args.peer, args.peer_python, folder, data))
            )
    print(table(rows, base="exact"))
    return _verdict(rows[0])


def _verdict(row: Row) -> int:
    within = row.least <= TARGET_CPU_SECONDS
    print(
        f"target: {TARGET_CPU_SECONDS} CPU s for `exact`: {'met' if within else 'missed'} ({row.least:.2f})"
    )
    return 0 if within else 1


def _unpacked(data: Path, folder: Path) -> Path:
    """Both sides read the same plain file."""
    file = folder / "dolly.jsonl"
    with gzip.open(data) if data.suffix == ".gz" else data.open("rb") as source, file.open("wb") as target:
        shutil.copyfileobj(source, target)
    return file


def _project(folder: Path, data: Path) -> Path:
    """An empty project folder with the two recipes and the data."""
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    (project / "recipes").mkdir(parents=True)
    (project / "recipes/exact.yaml").write_text(EXACT, encoding="utf-8")
    shutil.copy(REPOSITORY / "recipes/dolly_ja_nova_micro.yaml", project / "recipes/shipped.yaml")
    shutil.copy(data, project / "dolly.jsonl")
    return project


def _build(folder: Path, data: Path, recipe: str, *overrides: str) -> Measured:
    project = _project(folder, data)
    return measure([sys.executable, "-m", "runner", "build", f"recipes/{recipe}", *overrides], folder=project)


def _again(folder: Path, data: Path) -> Measured:
    """The same command a second time."""
    _build(folder, data, "exact.yaml")
    return measure([sys.executable, "-m", "runner", "build", "recipes/exact.yaml"], folder=folder / "project")


def _peer(script: Path, python: str, folder: Path, data: Path) -> Measured:
    out = folder / "peer"
    shutil.rmtree(out, ignore_errors=True)
    environment = {
        "NEAR": "0",
        "TIKTOKEN_CACHE_DIR": str(_vocabulary(folder)),
        "HF_HOME": str(folder / "hf"),
        "HF_DATASETS_OFFLINE": "1",
    }
    command = [python, str(script.resolve()), "ft", str(data), str(out)]
    return measure(command, folder=folder, environment=environment)


def _vocabulary(folder: Path) -> Path:
    """A cache folder for tiktoken, so that the peer downloads nothing."""
    from runner.text.tokens import definition
    from runner.text.vocabulary import content

    cache = folder / "tiktoken"
    cache.mkdir(exist_ok=True)

    def keep(address: str, expected_hash: str) -> dict[bytes, int]:
        name = hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
        (cache / name).write_bytes(content(address, expected_hash))
        return {}

    definition("cl100k_base", keep)
    return cache


if __name__ == "__main__":
    sys.exit(main())
