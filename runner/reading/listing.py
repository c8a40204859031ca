"""Which files a pattern names: `*` and `?` inside a name, `**` for any number of folders, sorted by name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from runner.errors import RunnerError
from runner.reading.confine import Reach

_MAGIC = re.compile(r"[*?]")
_MAX_LINKS = 1000  # a few folders of links to each other can spell more paths than any walk could end


def is_pattern(text: str) -> bool:
    """Whether the text names files by a pattern."""
    return _MAGIC.search(text) is not None


def split_pattern(text: str) -> tuple[str, str]:
    """The fixed folder at the beginning, and the pattern for what lies below it."""
    parts = text.split("/")
    first = next(number for number, part in enumerate(parts) if is_pattern(part))
    return "/".join(parts[:first]) + ("/" if first else ""), "/".join(parts[first:])


def matcher(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression over a whole relative name with `/`.

    Each wildcard takes as little as lets what stands up to the next one match, and is not asked again
    (`(?>...)`): taking more would never help, and asking again takes for ever where a name is made for it.
    """
    first, *others = re.split(r"((?:\A|(?<=/))\*\*/|\*\*)", pattern)
    wilds = ["(?:[^/]+/)*?" if "/" in wild else ".*?" for wild in others[::2]]
    blocks = list(zip(["", *wilds], [first, *others[1::2]], strict=True))
    inner = "".join(f"(?>{wild}{_block(text)})" for wild, text in blocks[:-1] if wild or text)
    wild, text = blocks[-1]
    return re.compile(f"{inner}{wild}{_block(text, ends=True)}", re.DOTALL)


def _block(text: str, *, ends: bool = False) -> str:
    """What stands between two `**`; where the name `ends` with it, its last `*` reaches to the end."""
    first, *others = [re.escape(part).replace(r"\?", "[^/]") for part in text.split("*")]
    atomic = len(others) - 1 if ends else len(others)
    return first + "".join(
        f"(?>[^/]*?{part})" if number < atomic else f"[^/]*{part}" for number, part in enumerate(others)
    )


def is_hidden(name: str) -> bool:
    """Names that tools leave beside data: `.DS_Store`, `.part` files, `_SUCCESS`, `__MACOSX/`."""
    return any(part.startswith((".", "_")) for part in PurePosixPath(name).parts)


def below(folder: Path, reach: Reach, pattern: str = "**") -> list[str]:
    """Relative names of the files under `folder` that match, in the order of their characters.

    Links to folders are followed, but not to a folder above, and only where `reach` allows it.
    """
    wanted = matcher(pattern)
    depth = None if "**" in pattern else pattern.count("/")
    hidden = any(part.startswith((".", "_")) for part in pattern.split("/"))
    found = []
    for name, entry in _walk(reach.resolve(folder), reach, depth):
        if wanted.fullmatch(name) and (hidden or not is_hidden(name)):
            if entry.is_symlink():
                reach.resolve(Path(entry.path))
            found.append(name)
    return sorted(found)


def _walk(folder: Path, reach: Reach, depth: int | None) -> Iterator[tuple[str, os.DirEntry[str]]]:
    waiting: list[tuple[Path, str, frozenset[Path]]] = [(folder, "", frozenset())]
    links = 0
    while waiting:
        here, prefix, above = waiting.pop()
        for entry in _entries(here):
            if not entry.is_dir():
                yield prefix + entry.name, entry
            elif depth is None or depth > prefix.count("/"):
                real = here / entry.name
                if entry.is_symlink():
                    real, links = reach.resolve(Path(entry.path)), links + 1
                if links > _MAX_LINKS:
                    raise RunnerError(
                        f"{folder}: more than {_MAX_LINKS:,} links to folders lie below it",
                        fix="name the folders that hold the files",
                    )
                if real != here and real not in above:  # a link to a folder above would never end
                    waiting.append((real, f"{prefix}{entry.name}/", above | {here, real}))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise RunnerError(f"{folder} cannot be listed: {error.strerror}") from None
