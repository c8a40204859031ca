"""The defaults lists of a recipe and of the conf files it names, walked before Hydra does.

Hydra stops at the first problem; here all are found, and entries that cannot be followed are left out.

`R007`: a malformed defaults list, a conf file that does not exist, files that include each other in a circle.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.composition.documents import Document, Documents, display
from runner.composition.rules import hydra_refused
from runner.composition.tree import Node
from runner.finding import Finding, Place

MAX_FILES = 200
MAX_VALUES = 50_000
_WORDS = ("optional", "override")
_PACKAGE = re.compile(r"[\w.:-]{0,100}\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a defaults list: `group/name` or `group: name`."""

    group: str
    names: tuple[str, ...]
    package: str
    words: frozenset[str]
    place: Place
    spelled: str
    is_group: bool


class Malformed(ValueError):
    """The entry is none that Hydra knows."""


def entry_of(node: Node) -> Entry | None:
    """The entry that a node of a defaults list spells; None for `_self_` and for a choice of nothing."""
    if isinstance(node.value, str):
        path, _, package = node.value.partition("@")
        group, _, name = path.rpartition("/")
        return (
            None
            if path == "_self_"
            else Entry(group, (name,), package, frozenset(), node.place, node.value, False)
        )
    if not isinstance(node.value, dict) or len(node.value) != 1:
        raise Malformed("write `- name` or `- group: name`")
    ((key, choice),) = node.value.items()
    *words, group = key.split()
    if not set(words) <= set(_WORDS):
        raise Malformed(f"{key!r} is not a group; only `optional` and `override` may stand before one")
    group, _, package = group.partition("@")
    names = [item.value for item in choice.value] if isinstance(choice.value, list) else [choice.value]
    if names == [None]:
        return None
    if not all(isinstance(name, str) for name in names):
        raise Malformed(f"the choice for {group!r} must be the name of a file in conf/{group}/")
    return Entry(
        group, tuple(names), package, frozenset(words), choice.place, f"{key}: {choice.raw or names}", True
    )


@dataclass(slots=True)
class Walk:
    """One walk; `choices` are the groups that the command line chooses for, and the names it chooses."""

    documents: Documents
    choices: Mapping[str, Collection[str]]
    visited: int = 0
    values: int = 0
    chosen: Collection[str] = ()
    edges: set[tuple[str, str]] = field(default_factory=set)

    def start(self) -> None:
        """Walk from the recipe. Findings go to the documents."""
        main = self.documents.read(self.documents.main, self.documents.main.name)
        overridden = {
            entry.group.lstrip("/")
            for _, entry in self._entries(main, report=False)
            if "override" in entry.words
        }
        self.chosen = {*self.choices, *overridden}
        self._visit(main, "", (self.documents.main.name,))
        for full in (f"{group}/{name}" for group, names in self.choices.items() for name in names):
            if (path := self.documents.find(full)) and path != self.documents.main:
                self._visit(self.documents.read(path, full), full.rpartition("/")[0], (full,))

    def _visit(self, document: Document, base: str, trail: tuple[str, ...]) -> None:
        self.visited += 1
        self.values += document.tree.size
        kept: list[Node] = []
        for node, entry in self._entries(document, report=True):
            if self.visited > MAX_FILES:
                self._report(node.place, f"the defaults lists include more than {MAX_FILES} files")
                break
            if self.values > MAX_VALUES:
                self._report(node.place, f"the files included hold more than {MAX_VALUES:,} values")
                break
            if entry is None or self._follow(document, entry, base, trail):
                kept.append(node)
        if document.defaults is not None:
            document.defaults.value = kept

    def _follow(self, document: Document, entry: Entry, base: str, trail: tuple[str, ...]) -> bool:
        """Whether Hydra may follow an entry."""
        group = (
            entry.group.lstrip("/")
            if entry.group.startswith("/")
            else "/".join(filter(None, (base, entry.group)))
        )
        if refused := self._refused(entry, group):
            self.documents.findings.append(refused)
            return False
        if entry.is_group and group in self.chosen and "override" not in entry.words:
            return True
        for name in entry.names:
            full = "/".join(filter(None, (group, name.lstrip("/"))))
            if full in trail:
                self._report(entry.place, f"{' -> '.join((*trail, full))} include each other in a circle")
                return False
            path = self.documents.find(full)
            if path is None:
                left_to_hydra = bool(entry.words)  # optional, or an override of a choice made elsewhere
                if not left_to_hydra:
                    self._missing(entry, group, name, full)
                return left_to_hydra
            if path == self.documents.main:
                self._report(entry.place, f"{document.shown} includes the recipe itself, {display(path)}")
                return False
            child = self.documents.read(path, full)
            if (full, document.name) not in self.edges or self.visited <= MAX_FILES:
                self._visit(child, full.rpartition("/")[0], (*trail, full))
        return True

    def _refused(self, entry: Entry, group: str) -> Finding | None:
        names = (group, *entry.names)
        if (
            "hydra" in group.split("/")[:1]
            or "hydra" in re.split(r"[.:]", entry.package)
            or "hydra" in entry.names
        ):
            return hydra_refused(entry.spelled, entry.place)
        if (
            any(".." in name.split("/") or "\\" in name or "\0" in name for name in names)
            or "://" in entry.spelled
        ):
            fix = "name a file below conf/ or beside the recipe"
            return Finding("R305", f"{entry.spelled!r} leaves the search path", place=entry.place, fix=fix)
        if any("${" in name for name in (*names, entry.package)):
            fix = f"write the name; `{group or 'group'}=other` on the command line chooses another"
            return Finding("R303", "a defaults list takes no ${...}", place=entry.place, fix=fix)
        if not _PACKAGE.match(entry.package):
            return Finding("R007", f"not a package: {entry.package!r}", place=entry.place)
        return None

    def _entries(self, document: Document, *, report: bool) -> Iterator[tuple[Node, Any]]:
        node = document.defaults
        if node is None:
            return
        if not isinstance(node.value, list):
            if report:
                self._report(node.place, "`defaults` must be a list", "write `defaults: [base, _self_]`")
                document.defaults = None
            return
        for item in list(node.value):
            try:
                entry = entry_of(item)
            except Malformed as error:
                if report:
                    self._report(item.place, f"not an entry of a defaults list: {error}")
                continue
            if entry is not None or report:
                yield item, entry

    def _missing(self, entry: Entry, group: str, name: str, full: str) -> None:
        options = self.documents.options(group) if group else self._top_level()
        close = difflib.get_close_matches(name, options, n=1)
        where = f"conf/{group}/" if group else "conf/ or beside the recipe"
        guess = f"; did you mean {close[0]!r}?" if close else ""
        fix = f"one of: {', '.join(options)}" if options else f"write {full}.yaml in {where}"
        self._report(entry.place, f"there is no {full}.yaml in {where}{guess}", fix)

    def _top_level(self) -> list[str]:
        return sorted({path.stem for folder in self.documents.folders[1:] for path in folder.glob("*.yaml")})

    def _report(self, place: Place, message: str, fix: str = "") -> None:
        self.documents.findings.append(Finding("R007", message, place=place, fix=fix))
