"""Which files a pattern names: `*` and `?` inside a name, `**` for any number of folders, sorted by name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from runner.reading.confine import Reach

_MAGIC = re.compile(r"[*?]")


def is_pattern(text: str) -> bool:
    """Whether the text names files by a pattern."""
    return _MAGIC.search(text) is not None


def split_pattern(text: str) -> tuple[str, str]:
    """The fixed folder at the beginning, and the pattern for what lies below it."""
    parts = text.split("/")
    first = next(number for number, part in enumerate(parts) if is_pattern(part))
    return "/".join(parts[:first]) + ("/" if first else ""), "/".join(parts[first:])


def matcher(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression over a whole relative name with `/`."""
    out = ""
    for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern):
        out += {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(part, re.escape(part))
    return re.compile(out, re.DOTALL)


def is_hidden(name: str) -> bool:
    """Names that tools leave beside data: `.DS_Store`, `.part` files, `_SUCCESS`, `__MACOSX/`."""
    return any(part.startswith((".", "_")) for part in PurePosixPath(name).parts)


def below(folder: Path, reach: Reach, pattern: str = "**") -> list[str]:
    """Relative names of the files under `folder` that match, in the order of their characters.

    Links to folders are followed, once each, and only where `reach` allows it.
    """
    wanted = matcher(pattern)
    depth = None if "**" in pattern else pattern.count("/")
    hidden = any(part.startswith((".", "_")) for part in pattern.split("/"))
    found = []
    for name, entry in _walk(reach.resolve(folder), "", reach, depth, frozenset()):
        if wanted.fullmatch(name) and (hidden or not is_hidden(name)):
            if entry.is_symlink():
                reach.resolve(Path(entry.path))
            found.append(name)
    return sorted(found)


def _walk(
    folder: Path, prefix: str, reach: Reach, depth: int | None, above: frozenset[Path]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if not entry.is_dir():
            yield prefix + entry.name, entry
        elif depth is None or depth > 0:
            real = reach.resolve(Path(entry.path)) if entry.is_symlink() else folder / entry.name
            if real != folder and real not in above:  # a link to a folder above would never end
                deeper = None if depth is None else depth - 1
                yield from _walk(real, f"{prefix}{entry.name}/", reach, deeper, above | {folder, real})
