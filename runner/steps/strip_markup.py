"""Remove HTML from text."""

from __future__ import annotations

from collections.abc import Iterator

from runner.record import Record, Records
from runner.text.markup import ELEMENTS, without_entities, without_references, without_tags
from runner.text.rewriting import rewrite

SCOPE = "record"


def strip_markup(
    records: Records,
    *,
    keep: tuple[str, ...] = (),
    unknown: bool = False,
    entities: bool = True,
    references: bool = False,
    fields: tuple[str, ...] = (),
) -> Iterator[Record]:
    """Remove HTML tags, comments, scripts and style sheets, and write out entities such as `&amp;`.

    Only names of HTML elements count as tags, so `a < b`, `List<String>` and `<context>` stay as they are; so
    does a tag without attributes that is never closed, such as the place holder in `SELECT * FROM <table>`.
    A tag that starts or ends a block (`<p>`, `<br>`, `<li>`, …) becomes a line end, a table cell a space;
    `normalize_whitespace` after this step tidies them up. Entities come last: `&lt;b&gt;` is a text about a
    tag and becomes `<b>`.

    `keep`: names of tags that stay, such as `code`.
    `unknown`: also remove tags that HTML does not know; then `keep: [context]` keeps those of a grounding
      context.
    `entities`: write out entities that end in `;`.
    `references`: also remove reference marks as in Wikipedia: `[3]`, `[注 1]`, `[要出典]`. Off by
      itself, since `a[3]` may be code.
    `fields`: names of fields; empty means every field that is trained on.
    """
    kept = frozenset(name.lower() for name in keep)

    def is_tag(name: str) -> bool:
        return name not in kept and (unknown or name in ELEMENTS)

    def change(text: str) -> str:
        text = without_tags(text, is_tag) if "<" in text else text
        text = without_references(text) if references else text
        return without_entities(text) if entities else text

    return rewrite(records, fields, change)
