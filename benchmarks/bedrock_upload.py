"""Our upload against boto3's own transfer, on one server in one run: `python -m benchmarks.bedrock_upload`.

Both send the same file to the same server by turns; ours also checks, writes only once and can be resumed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from runner.bedrock.places import Place
from runner.bedrock.upload import Vault, upload

_BUCKET = "bench"


def main() -> None:
    """Print both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from ledger import seaweed  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.jsonl"
        file.write_bytes(os.urandom(1 << 20) * asked.mib)
        sha256 = hashlib.file_digest(file.open("rb"), "sha256").hexdigest()
        data = Path(folder) / "weed"
        data.mkdir()
        with seaweed.serving(data) as address:
            s3 = seaweed.client(address)
            s3.create_bucket(Bucket=_BUCKET)
            plain, ours = [], []
            for number in range(asked.rounds):
                plain.append(_seconds(lambda n=number: s3.upload_file(str(file), _BUCKET, f"plain/{n}")))
                ours.append(_seconds(lambda n=number: _ours(s3, file, f"ours/{n}", sha256)))
    rates = [asked.mib / median(times) for times in (plain, ours)]
    print(f"s3transfer {rates[0]:.0f} MiB/s, ours {rates[1]:.0f} MiB/s, ratio {rates[1] / rates[0]:.2f}")


def _ours(s3: Any, file: Path, key: str, sha256: str) -> None:
    upload(Vault(s3), file, Place(_BUCKET, key), sha256)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
