"""A build in a process of its own, to be killed: `killed_build.py ROOT WORKERS`; prints the folder."""

from __future__ import annotations

import sys
from pathlib import Path

from small_recipe import model, small_recipe, source, step

from runner.dataset import build


def main(root: Path, workers: int) -> None:
    """Build the dataset of `data/big.jsonl` in the project `root`."""
    recipe = small_recipe(
        root, [source(Path("data/big.jsonl"))], [step("normalize_unicode"), step("drop_duplicates")]
    )
    print(build(recipe, model(), workers=workers).folder, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
