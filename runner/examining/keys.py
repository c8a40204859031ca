"""What every judge of records asks: are the keys known, is the value a text that shows something?"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from runner.examining.rules import Fault, Report, Rules
from runner.examining.strings import step
from runner.reading.shard import kind_of
from runner.schema import did_you_mean

UNSEEN = (
    r"\s\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
"""Characters that show nothing: white space of any script, zero width, controls, fillers."""

_SEEN = re.compile(f"[^{UNSEEN}]").search


def seen(text: str) -> bool:
    """Whether a text shows anything. The fast paths ask it for every text: most first characters tell."""
    return (
        "\u3041" <= text < "\u3164"
        or "!" <= text < "\x7f"
        or "\u4e00" <= text < "\ua000"
        or _SEEN(text) is not None
    )


def is_text(value: Any, path: str, report: Report) -> bool:
    """Whether the value is a text that shows something; if not, what it is has been reported."""
    if type(value) is str:
        if seen(value):
            return True
        what = "only white space or invisible characters" if value else "empty"
        report(Fault("D215", path, f"the text is {what}", "drop the record, or write the text"))
    elif value is None:
        report(Fault("D215", path, "is null, where a text is needed", "drop the record, or write the text"))
    else:
        report(Fault("D214", path, f"is {kind_of(value)}, where a text is needed", 'write it as text: "…"'))
    return False


def is_kind(value: Any, kind: type, path: str, report: Report) -> bool:
    """Whether the value is an object (`dict`) or an array (`list`); if not, that has been reported."""
    if type(value) is kind:
        return True
    wanted = kind_of(kind())
    report(Fault("D214", path, f"is {kind_of(value)}, where {wanted} is needed", _EXAMPLES[kind]))
    return False


def known_keys(
    row: Mapping[str, Any],
    path: str,
    required: Collection[str],
    optional: Collection[str],
    rules: Rules,
    report: Report,
) -> None:
    """Report keys that are missing and keys that nobody knows."""
    for name in required:
        if name not in row:
            unknown = [key for key in row if key not in required and key not in optional]
            report(Fault("D212", step(path, name), "is missing", did_you_mean(name, unknown)[2:]))
    known = [*required, *optional]
    rule = rules.content("extra_keys")
    refused = rule.get("allowed") is False
    for key in row:
        if key not in known:
            hint = f"known here: {', '.join(known)}"
            report(
                Fault(
                    "D213",
                    step(path, key),
                    f"is not a known key{did_you_mean(key, known)}",
                    hint,
                    rules.cite(rule),
                    "error" if refused else "warning",
                )
            )


_EXAMPLES: dict[type, str] = {dict: 'write {"key": …}', list: "write a list: [ … ]"}
