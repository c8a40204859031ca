"""Takes HTML out of a text and leaves everything else as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from html.entities import html5

_NAMES = """
    a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas
    caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed
    fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr
    html i iframe img input ins kbd label legend li link main map mark menu meta meter nav noframes
    noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script
    search section select small source span strike strong style sub summary sup svg table tbody td
    template textarea tfoot th thead time title tr track tt u ul var video wbr
"""
_BLOCKS = """
    address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer
    form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table title tr ul
"""
_UNPAIRED = """
    area base body br caption col colgroup dd dt embed head hr html img input li link meta option optgroup p
    param rp rt source tbody td tfoot th thead tr track wbr
"""
ELEMENTS = frozenset(_NAMES.split())
"""Names of HTML elements, obsolete ones included."""

_LINES = frozenset(_BLOCKS.split())
_CELLS = frozenset(("td", "th"))
_NEED_NO_END = frozenset(_UNPAIRED.split())

# Attributes end at the next `<` whatever the quotes say, and nothing is tried twice (`*+`): a hostile text of
# many `<` is read once, not once for each of them.
_TAG = re.compile(
    r"<(?:(?P<comment>!--)|!doctype\b[^<>]*+>|\?xml\b[^<>]*+>"
    r"|/?(?P<name>[a-z][a-z0-9:_-]*+)(?P<attributes>(?:\s(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+)?+)/?>)",
    re.IGNORECASE | re.ASCII,
)
_CLOSED = re.compile(r"</([A-Za-z][A-Za-z0-9:_-]*+)")
_ENDS = {
    "comment": re.compile("-->"),
    "script": re.compile(r"</script\s*>", re.IGNORECASE),
    "style": re.compile(r"</style\s*>", re.IGNORECASE),
}
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_REFERENCE = re.compile(
    r"\[(?:(?:注釈|注|註|脚注|出典|note|nb)\s?)?\d{1,3}\]|\[(?:要出典|citation needed)\]", re.ASCII
)


def without_tags(text: str, is_tag: Callable[[str], bool]) -> str:
    """The text without comments, scripts, style sheets and tags whose lower-case name `is_tag` accepts.

    A tag that starts or ends a block becomes a line end, a table cell a space, so that no words run together.
    """
    closed = frozenset(map(str.lower, _CLOSED.findall(text)))
    parts: list[str] = []
    endless: set[str] = set()  # looked for once: what has no end here has none further on
    done = position = 0
    while match := _TAG.search(text, position):
        position = match.end()
        name = "comment" if match["comment"] else (match["name"] or "").lower()
        if match["name"] and not (is_tag(name) and _credible(name, match["attributes"] or "", closed)):
            continue
        if name in _ENDS and text[match.start() + 1] != "/" and name not in endless:
            if end := _ENDS[name].search(text, position):
                position = end.end()
            else:
                endless.add(name)
        if name == "comment" and name in endless:
            continue
        parts += (text[done : match.start()], "\n" if name in _LINES else " " if name in _CELLS else "")
        done = position
    return "".join((*parts, text[done:])) if done else text


def without_references(text: str) -> str:
    """The text without reference marks as Wikipedia sets them: `[3]`, `[注 1]`, `[要出典]`."""
    return _REFERENCE.sub("", text) if "[" in text else text


def without_entities(text: str) -> str:
    """The text with `&lt;`, `&#12354;` and the like written out; an unknown name, or one without `;`,
    stays."""
    return _ENTITY.sub(_written_out, text) if "&" in text else text


def _credible(name: str, attributes: str, closed: Collection[str]) -> bool:
    """Whether this is a tag: `<b and c>` is not, nor is `<table>` in `SELECT * FROM <table>`."""
    if "=" in attributes:
        return True
    return not attributes.strip(" \t\r\n/") and (name in _NEED_NO_END or name in closed)


def _written_out(match: re.Match[str]) -> str:
    entity = match[0]
    return html.unescape(entity) if entity[1] == "#" else html5.get(entity[1:], entity)
