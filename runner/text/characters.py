"""Characters that no training text needs: invisible, broken, or meant for another machine than the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping

BROKEN = "\ufffd"
"""The replacement character: something could not be decoded."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_LINE_CONTROL = re.compile("\x0b|\x0c|\x85|\u2028|\u2029")
_UNWANTED = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 controls but tab and line ends
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"  # soft hyphen, joiners and fillers that show nothing
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero width, joiners, direction marks and overrides
    "\u3164\uffa0\ufeff\ufff0-\ufffb\ufffe\uffff"  # fillers, byte order mark, annotations, non-characters
    "\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e007f"  # musical controls, tags
    "]"
)
# Scripts in which a joiner changes how a word is read, and pictures that are joined to one.
_JOINING = (
    "\u0590-\u0dff\u0e80-\u109f\u1780-\u18af\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc"
    "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
)
_NEEDED = re.compile(
    rf"(?<=[{_JOINING}])[\u200c\u200d]"
    "|(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f"  # flags: Wales, …
)


def well_formed(text: str) -> str:
    """The text with every lone surrogate, which UTF-8 cannot hold, made the replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub(BROKEN, text)
    return text


def torn(fields: Mapping[str, str]) -> str:
    """Why these texts can be neither counted nor written; "" if they can."""
    try:
        for text in fields.values():
            text.encode()
    except UnicodeEncodeError:
        names = [name for name, text in fields.items() if _SURROGATE.search(text)]
        return f"half of a surrogate pair in {', '.join(names)}"
    return ""


def without_controls(text: str) -> str:
    """The text without control and invisible characters; see the step `strip_control` for what stays."""
    if not text.isascii():
        text = well_formed(text)
    text = _LINE_CONTROL.sub("\n", text)
    return _WITH_NEEDED.sub(_needed_only, text) if _UNWANTED.search(text) else text


_WITH_NEEDED = re.compile(f"({_NEEDED.pattern})|{_UNWANTED.pattern}")


def _needed_only(match: re.Match[str]) -> str:
    return match[1] or ""
