"""From YAML text to nodes that know their places, with bounds on depth and size.

`R003`: the text is not YAML (the parser's reason, tabs).
`R004`: a key stands twice in one mapping.
`R005`: the file is too deep, too large, or its aliases expand beyond bounds (a "YAML bomb").
`R006`: one mapping of named settings was expected (empty file, list, several documents, key that is no text).
`R302`: a YAML tag other than the standard scalar ones (`!!python/...` and every custom tag).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from runner.composition import scalars
from runner.composition.text import BadFile
from runner.finding import Finding, Place

MAX_DEPTH = 32
MAX_NODES = 20_000
_STANDARD = "tag:yaml.org,2002:"
_SCALARS = frozenset({"str", "int", "float", "bool", "null"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Node:
    """A value and where it stands. `value` holds nodes if it is a mapping or a list."""

    value: Any
    place: Place
    key: Place | None = None
    """Where its key stands, if it has one."""
    raw: str = ""
    """A plain scalar as written."""
    size: int = 1
    height: int = 1

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end was not read yet."""

    node: Node
    anchor: str | None
    key: Node | None = None
    merged: list[Node] = field(default_factory=list)
    expects_value: bool = False


@dataclass(slots=True)
class Builder:
    """Turns the parser's events into one tree; state of one file."""

    shown: str
    text: str
    findings: list[Finding] = field(default_factory=list)
    root: Node | None = None
    _stack: list[_Open] = field(default_factory=list)
    _anchors: dict[str, Node | None] = field(default_factory=dict)
    _documents: int = 0

    def build(self) -> Node | None:
        """The root node; None if the file is empty. Errors: `BadFile`."""
        try:
            for event in yaml.parse(self.text, Loader=_LOADER):
                self._take(event)
        except yaml.YAMLError as error:
            raise BadFile(_syntax(error, self.text, self.shown)) from None
        return self.root

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._scalar(event), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._start(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._bad(
                    "R006",
                    "the file holds several YAML documents",
                    self._place(event),
                    "keep one document per file: remove the `---` line",
                )

    def _place(self, event: Any) -> Place:
        return Place(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)

    def _bad(self, code: str, message: str, place: Place, fix: str = "") -> BadFile:
        return BadFile(Finding(code, message, place=place, fix=fix))

    def _scalar(self, event: Any) -> Node:
        place, tag = self._place(event), event.tag
        if tag is None or tag == "!":
            plain = bool(event.implicit[0]) and tag is None
            return Node(
                scalars.plain(event.value) if plain else event.value, place, raw=event.value if plain else ""
            )
        kind = tag.removeprefix(_STANDARD)
        if kind not in _SCALARS:
            self._refuse_tag(tag, place)
            return Node(None, place)
        try:
            return Node(scalars.tagged(event.value, kind), place)
        except ValueError as error:
            raise self._bad("R003", str(error), place) from None

    def _refuse_tag(self, tag: str, place: Place) -> None:
        spelled = tag.replace(_STANDARD, "!!")
        fix = "write plain values: a recipe cannot create objects"
        self.findings.append(Finding("R302", f"YAML tag {spelled!r} is not allowed", place=place, fix=fix))

    def _start(self, event: Any) -> None:
        place = self._place(event)
        mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _STANDARD + ("map" if mapping else "seq")):
            self._refuse_tag(event.tag, place)
        if len(self._stack) >= MAX_DEPTH:
            raise self._bad("R005", f"values are nested more than {MAX_DEPTH} deep", place)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(_Open(Node({} if mapping else [], place), event.anchor))

    def _end(self) -> None:
        done = self._stack.pop()
        if done.merged:
            self._merge(done)
        self._add(done.node, done.anchor)

    def _alias(self, event: Any) -> None:
        place = self._place(event)
        node = self._anchors.get(event.anchor)
        if node is None:
            known = event.anchor in self._anchors
            message = f"alias *{event.anchor} " + ("contains itself" if known else "has no anchor")
            raise self._bad("R005" if known else "R003", message, place)
        if len(self._stack) + node.height > MAX_DEPTH:
            raise self._bad("R005", f"values are nested more than {MAX_DEPTH} deep", place)
        self._add(Node(node.value, node.place, None, node.raw, node.size, node.height), None)

    def _add(self, node: Node, anchor: str | None) -> None:
        """Put a finished node where it belongs."""
        if anchor:
            self._anchors[anchor] = node
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if top.node.size + node.size > MAX_NODES:
            fix = "write the values out: aliases must stay small"
            raise self._bad("R005", f"the file expands to more than {MAX_NODES:,} values", node.place, fix)
        top.node.height = max(top.node.height, node.height + 1)
        if isinstance(top.node.value, list):
            top.node.size += node.size
            top.node.value.append(node)
        elif not top.expects_value:
            top.key, top.expects_value = node, True
        else:
            top.expects_value = False
            top.node.size += node.size
            self._entry(top, node)

    def _entry(self, top: _Open, node: Node) -> None:
        key = top.key
        assert key is not None
        if key.raw == "<<":
            top.merged.append(node)
        elif not isinstance(key.value, str):
            spelled = (
                f"`{key.raw}` is read as {_described(key.value)}"
                if key.raw
                else "a key cannot be a list or mapping"
            )
            fix = f'quote it: "{key.raw}"' if key.raw else ""
            self.findings.append(Finding("R006", f"a key must be text; {spelled}", place=key.place, fix=fix))
        elif key.value in top.node.value:
            first = top.node.value[key.value].key
            message = f"key {key.value!r} stands twice in one mapping, first at {first}"
            self.findings.append(
                Finding("R004", message, place=key.place, path=key.value, fix="keep one of the two")
            )
        else:
            node.key = key.place
            top.node.value[key.value] = node

    def _merge(self, done: _Open) -> None:
        """Merge keys (`<<: *anchor`): what the mapping itself says wins, then the first mapping named."""
        parts: list[Node] = []
        for node in done.merged:
            parts += node.value if isinstance(node.value, list) else [node]
        merged: dict[str, Node] = {}
        for part in parts:
            if not isinstance(part.value, dict):
                raise self._bad("R003", "`<<` merges mappings only", part.place)
            for key, node in part.value.items():
                merged.setdefault(key, node)
        merged.update(done.node.value)
        done.node.value = merged


def _described(value: Any) -> str:
    return (
        "nothing"
        if value is None
        else str(value).lower()
        if isinstance(value, bool)
        else f"the number {value}"
    )


def _syntax(error: yaml.YAMLError, text: str, shown: str) -> Finding:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    line_text = lines[line - 1] if line <= len(lines) else ""
    indent = line_text[: len(line_text) - len(line_text.lstrip())]
    if "\t" in indent:
        return Finding(
            "R003", "a tab indents this line; YAML indents with spaces",
            place=Place(shown, line, indent.index("\t") + 1), fix="replace the tab by spaces",
        )  # fmt: skip
    problem = getattr(error, "problem", None) or "the text cannot be parsed"
    context = getattr(error, "context", None)
    message = f"not valid YAML: {problem}" + (f" ({context})" if context else "")
    fix = "quote the value if it contains `: `, `#`, `@`, `%`, `*` or starts with a bracket"
    return Finding("R003", message, place=Place(shown, line, column), fix=fix)
