"""Submits one training as a command would, for tests that interrupt and kill processes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from runner.executors.local import local
from runner.runs import RunFolder


def main(file: str) -> int:
    """Run the order in `file`; exit like `runner run` would."""
    from runner.progress import Progress

    order = json.loads(Path(file).read_text(encoding="utf-8"))
    try:
        job = local(**order["options"]).submit(
            SimpleNamespace(data=order["plan"]), RunFolder(Path(file).parent), Progress()
        )
    except KeyboardInterrupt as interrupt:
        print(interrupt)
        return 130
    print(job.state)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
