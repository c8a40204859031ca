"""Reads `huggingface` sources in a process of its own, for the libraries read their settings when imported.

Standard input: {"root": folder, "calls": [options, …]}.
Standard output: for each call {facts, digest, rows, …} or {error, fix}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from runner.errors import RunnerError
from runner.reading.shard import rows
from runner.reading.source import SourceContext
from runner.sources.huggingface import huggingface


def main() -> None:
    """Answer the calls in order."""
    asked = json.load(sys.stdin)
    json.dump([_answer(Path(asked["root"]), dict(call)) for call in asked["calls"]], sys.stdout)


def _answer(root: Path, call: dict[str, Any]) -> dict[str, Any]:
    offline, roots = call.pop("offline", False), tuple(Path(folder) for folder in call.pop("data_roots", ()))
    context = SourceContext("dolly", root, roots, False, offline, root / ".runner" / "cache")
    try:
        source = huggingface(context, **call)
        imported = "datasets" in sys.modules
        shards = list(source.shards())
        found = [row for shard in shards for row in rows(shard)]
        return {
            "digest": source.digest, "facts": dict(source.facts), "rows": found,
            "imported_before_reading": imported, "first": [shard.first for shard in shards],
        }  # fmt: skip
    except RunnerError as error:
        return {"error": error.message, "fix": error.fix}


if __name__ == "__main__":
    main()
