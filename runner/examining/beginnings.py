"""What the first bytes of a file tell: whether it is lines at all, and in which format its records are."""

from __future__ import annotations

from runner.examining.encodings import not_utf8
from runner.examining.rules import Fault, Rules
from runner.examining.shapes import recognised
from runner.examining.unreadable import BOM, LINES

_LOOKED_AT = 50


def not_lines(head: bytes) -> Fault | None:
    """Why a file is not read at all, if so; its first block tells.

    `D200`: the file is empty.
    """
    if not head:
        return Fault("D200", "", "the file is empty", "name a file with records, one a line", LINES)
    if kind := not_utf8(head):
        hint = f"convert it: iconv -f {kind} -t UTF-8" if kind.startswith("UTF") else "write it as JSON Lines"
        return Fault("D205", "", f"the file is {kind}, not lines of UTF-8", hint, LINES)
    text = head.removeprefix(BOM).lstrip()
    if _is_spread(text):
        message = "a record is spread over several lines; JSON Lines has each on a line of its own"
        return Fault("D203", "", message, "convert it: jq -c . FILE > FILE.jsonl", LINES)
    if _is_array(text):
        message = "the file is a JSON array; JSON Lines has one record a line and no brackets around them"
        return Fault("D203", "", message, "convert it: jq -c '.[]' FILE > FILE.jsonl", LINES)
    return None


def format_of(head: bytes, rules: Rules) -> str:
    """The format of the first record that is in one of those that the method takes, else its main one."""
    from orjson import JSONDecodeError, loads

    wanted = (rules.format, *((rules.method.data.get("other_formats") or {}).get("value") or ()))
    if len(wanted) == 1:
        return rules.format
    for line in head.removeprefix(BOM).splitlines()[:_LOOKED_AT]:
        try:
            found = recognised(loads(line))
        except JSONDecodeError:
            continue
        if found in wanted:
            return found
    return rules.format


def _is_spread(text: bytes) -> bool:
    """Whether the file begins like a printed object: a bracket alone, and a key on the next line."""
    first, _, rest = text.partition(b"\n")
    return first.strip() == b"{" and rest.lstrip().startswith(b'"')


def _is_array(text: bytes) -> bool:
    """Whether an array is what the whole file is, and not just one line of it."""
    from orjson import JSONDecodeError, loads

    if not text.startswith(b"["):
        return False
    line, _, rest = text.partition(b"\n")
    try:
        loads(line)
    except JSONDecodeError:
        return True
    return not rest.strip()
