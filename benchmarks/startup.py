"""CPU seconds that a hand waits for: help, validate, plan; least of five, beside bare Python and bare Hydra.

`python benchmarks/startup.py` prints a table with the targets; all rows come from the same run of the script.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
RECIPE = "recipes/quickstart.yaml"
_RUNNER = "import sys; from runner.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Row:
    """One measured command; `before` runs, unmeasured, ahead of each repetition."""

    name: str
    words: Sequence[str]
    target: float | None = None
    before: Callable[[Path], None] | None = None


def rows() -> list[Row]:
    """What is measured, references first."""
    runner = [sys.executable, "-c", _RUNNER]
    return [
        Row("python -c pass", [sys.executable, "-c", "pass"]),
        Row('python -c "import hydra"', [sys.executable, "-c", "import hydra"]),
        Row("runner --help", [*runner, "--help"], 0.15),
        Row("runner validate, unchanged", [*runner, "validate", RECIPE], 0.15),
        Row("runner validate, changed", [*runner, "validate", RECIPE], 0.8, _change),
        Row("runner plan --offline, dataset cached", [*runner, "plan", "--offline", RECIPE], 0.9),
    ]


def _change(root: Path) -> None:
    """Another content each time, so that nothing of the check is in the cache."""
    recipe = root / RECIPE
    recipe.write_text(recipe.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")


def cpu_seconds(row: Row, root: Path, repetitions: int) -> float:
    """The least user and system time of the process and its children, after one run that is not counted."""
    spent = []
    for _ in range(repetitions + 1):
        if row.before:
            row.before(root)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(row.words, cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent[1:])


def main() -> int:
    """Print the table; 1 if `--check` is given and a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="exit code 1 when a target is missed")
    args = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("recipes", "conf"):
            shutil.copytree(REPOSITORY / name, root / name)
        print(f"{'CPU seconds, least of ' + str(args.repetitions):<40} {'measured':>9} {'target':>7}")
        for row in rows():
            seconds = cpu_seconds(row, root, args.repetitions)
            late = row.target is not None and seconds > row.target
            missed += late
            target = "" if row.target is None else f"{row.target:7.2f}"
            print(f"{row.name:<40} {seconds:9.3f} {target}{'  missed' if late else ''}", flush=True)
    return 1 if args.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
