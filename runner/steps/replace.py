"""Replace words, such as another company's way of naming itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runner.record import Record, Records
from runner.text.rewriting import rewrite

SCOPE = "record"


def replace(records: Records, *, texts: dict[str, str], fields: tuple[str, ...] = ()) -> Iterator[Record]:
    """Replace texts by others, literally: `{弊社: 当社, ＡＣＭＥ: ACME}`.

    All are looked for at once, from left to right, the longest first; what was put in is not looked at again.

    `texts`: what is replaced, and by what; an empty value deletes it.
    `fields`: names of fields; empty means every field that is trained on.
    """
    if not texts or "" in texts:
        raise ValueError("texts must name at least one text to replace, and none of them may be empty")
    found = re.compile(
        "|".join(re.escape(text) for text in sorted(texts, key=lambda text: (-len(text), text)))
    )
    return rewrite(records, fields, lambda text: found.sub(lambda match: texts[match[0]], text))
