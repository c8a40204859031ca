"""`python -m runner.docs [--check]`: write the reference pages, or say which ones are out of date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from runner.atomic import write_text
from runner.docs.reference import pages


def main(argv: Sequence[str] | None = None) -> int:
    """0 when every page is as it should be, or has been written; 1 with the names of the others."""
    parser = argparse.ArgumentParser(prog="python -m runner.docs", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if a page is out of date"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("docs"), metavar="DIR", help="folder (default: docs)"
    )
    args = parser.parse_args(argv)
    stale = [name for name, text in pages().items() if _text(args.out / name) != text]
    if args.check:
        if stale:
            print(f"out of date: {', '.join(stale)}\n    fix: python -m runner.docs", file=sys.stderr)
        return 1 if stale else 0
    for name, text in pages().items():
        if name in stale:
            write_text(args.out / name, text)
            print(f"wrote {args.out / name}")
    return 0


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
