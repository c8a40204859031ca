"""From bytes to text that may be parsed, or one finding that says where it goes wrong.

`R001`: the file cannot be read (missing, a folder, no permission, too large).
`R002`: the file is not clean UTF-8 text (other encoding, byte order mark, control characters).
"""

from __future__ import annotations

import re
import stat
from pathlib import Path

from runner.finding import Finding, Place

MAX_BYTES = 1_000_000
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class BadFile(Exception):
    """The file cannot become a document; carries the one finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def read_bytes(path: Path, shown: str) -> bytes:
    """The bytes of a regular file of reasonable size. Errors: `BadFile`."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise _unreadable(
                shown, "is a folder, not a recipe file", f"name one file, such as {shown}/recipe.yaml"
            )
        if not stat.S_ISREG(mode):
            raise _unreadable(shown, "is not a regular file", "write the recipe to a file")
        with path.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _unreadable(shown, "does not exist", "check the path; recipes are given by path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unreadable(shown, f"cannot be read: {reason}", "check the path and its permissions") from None
    if len(data) > MAX_BYTES:
        raise _unreadable(
            shown,
            f"is larger than {MAX_BYTES:,} bytes",
            "a recipe holds settings; data goes into files of its own",
        )
    return data


def decoded(data: bytes, shown: str) -> str:
    """The text of UTF-8 bytes without byte order mark and control characters. Errors: `BadFile`."""
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = "UTF-8" if data[0] == 0xEF else "UTF-16"
        raise _unclean(shown, Place(shown, 1, 1), f"the file starts with a byte order mark ({name})")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        raise _unclean(
            shown, place_of(before, len(before), shown), f"byte 0x{data[error.start]:02x} is not UTF-8"
        ) from None
    if bad := UNPRINTABLE.search(text):
        message = f"control character U+{ord(bad.group()):04X} is not allowed"
        raise _unclean(shown, place_of(text, bad.start(), shown), message)
    return text


def place_of(text: str, offset: int, shown: str) -> Place:
    """Line and column of an offset."""
    before = text[:offset]
    return Place(shown, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


def _unreadable(shown: str, message: str, fix: str) -> BadFile:
    return BadFile(Finding("R001", f"{shown} {message}", place=Place(shown), fix=fix))


def _unclean(shown: str, place: Place, message: str) -> BadFile:
    fix = f"save {Path(shown).name} as UTF-8 without a byte order mark and without control characters"
    return BadFile(Finding("R002", message, place=place, fix=fix))
