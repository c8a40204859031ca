"""Make spaces, line ends and empty lines uniform."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runner.record import Record, Records
from runner.text.rewriting import rewrite

SCOPE = "record"

_WIDE = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_RARE_END = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_RARE_SPACE = re.compile(f"[{_WIDE}]")
_SPACE_RUN = re.compile(f"[{_WIDE}][ {_WIDE}]*| [ {_WIDE}]+")
_LINE_TAIL = re.compile(f"(?<![ {_WIDE}])[ {_WIDE}]+$", re.MULTILINE)
_LINE_EDGE = re.compile(r" ?\n ?")


def normalize_whitespace(
    records: Records, *, max_newlines: int = 2, keep_indent: bool = False, fields: tuple[str, ...] = ()
) -> Iterator[Record]:
    r"""Make white space uniform: one space between words, `\n` at line ends, none around lines and the text.

    Tabs, ideographic (full-width) and other wide or unbreakable spaces count as spaces; CR LF, CR, form feed
    and Unicode's line and paragraph separators count as line ends.

    `max_newlines`: longest run of line ends that stays; 2 keeps one empty line between paragraphs.
    `keep_indent`: keep the white space inside lines and at their start as it is, for program code and tables;
      only white space at line ends, extra empty lines and other kinds of line end are changed.
    `fields`: names of fields; empty means every field that is trained on.
    """
    if max_newlines < 1:
        raise ValueError(f"max_newlines is {max_newlines}, but must be at least 1")
    empty_lines = re.compile(rf"\n{{{max_newlines + 1},}}")
    most = "\n" * max_newlines

    def change(text: str) -> str:
        # Most texts need none of these: looking for a plain set or string first is several times faster.
        if _RARE_END.search(text):
            text = _LINE_END.sub("\n", text)
        text = _LINE_TAIL.sub("", text).strip("\n") if keep_indent else _narrow(text)
        return empty_lines.sub(most, text)

    return rewrite(records, fields, change)


def _narrow(text: str) -> str:
    """Single plain spaces inside lines, none around them."""
    if "  " in text or _RARE_SPACE.search(text):
        text = _SPACE_RUN.sub(" ", text)
    if " \n" in text or "\n " in text:
        text = _LINE_EDGE.sub("\n", text)
    return text.strip(" \n")
