"""Reads the files of one composition, each once, and remembers everything it looked at.

`R305`: a conf file that is a link to somewhere outside its folder, or a name that leaves the search path.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from runner.composition.file_state import state_of
from runner.composition.rules import enforce, hydra_refused
from runner.composition.text import BadFile, decoded, read_bytes
from runner.composition.tree import Builder, Node
from runner.finding import Finding, Place

_HEADER = re.compile(r"#\s*@(?P<key>\w+)(?P<rest>.*)")
_PACKAGE = re.compile(r"(?:_global_|_group_|[A-Za-z_][\w-]*)(?:\.[A-Za-z_][\w-]*){0,31}\Z")


@dataclass(slots=True)
class Document:
    """One file: its tree without the defaults list, its defaults list, its package header."""

    name: str
    shown: str
    tree: Node
    defaults: Node | None = None
    package: str | None = None
    broken: bool = False


@dataclass(slots=True)
class Documents:
    """The files below the search path, first folder first."""

    folders: tuple[Path, ...]
    main: Path
    root: Path
    allow_env: Collection[str] = ()
    findings: list[Finding] = field(default_factory=list)
    looked_at: dict[str, str | None] = field(default_factory=dict)
    """Every path looked at and its state, as `runner.composition.file_state` tells it."""
    _read: dict[Path, Document] = field(default_factory=dict)

    def locate(self, name: str, folder: Path) -> Path | None:
        """The file of a config name such as `steps/instruction_ja` in one folder of the search path."""
        if folder == self.main.parent and name == self.main.name:
            return self.main
        if not is_inside(name):
            return None
        path = folder / f"{name}.yaml"
        if os.path.isfile(path):  # unlike `Path.is_file`, no error for a name too long for the system
            return path
        self.looked_at.setdefault(str(path), state_of(str(path)))
        return None

    def find(self, name: str) -> Path | None:
        """The first file of that config name on the search path."""
        return next((path for folder in self.folders if (path := self.locate(name, folder))), None)

    def is_group(self, name: str, folder: Path) -> bool:
        """Whether a folder of conf files has that name."""
        path = folder / name
        found = is_inside(name) and os.path.isdir(path) and path.resolve().is_relative_to(folder.resolve())
        self.looked_at.setdefault(str(path), state_of(str(path)))
        return found

    def options(self, group: str, folder: Path | None = None) -> list[str]:
        """The names of the files of a group."""
        found: set[str] = set()
        for place in self.folders if folder is None else (folder,):
            path = place / group
            if not self.is_group(group, place):
                continue
            found.update(name.removesuffix(".yaml") for name in listing(path) if name.endswith(".yaml"))
        return sorted(found)

    def read(self, path: Path, name: str) -> Document:
        """The document of a file; a broken one is empty and has findings."""
        if path not in self._read:
            shown = display(path)
            try:
                self._read[path] = self._document(path, name, shown)
            except BadFile as bad:
                self.findings.append(bad.finding)
                self._read[path] = Document(name, shown, Node({}, Place(shown, 1, 1)), broken=True)
        return self._read[path]

    def _document(self, path: Path, name: str, shown: str) -> Document:
        self._refuse_links(path, shown)
        data = read_bytes(path, shown)
        self.looked_at[str(path)] = hashlib.sha256(data).hexdigest()
        text = decoded(data, shown)
        builder = Builder(shown, text, self.findings)
        root = builder.build()
        if root is None or root.value is None:
            if path == self.main:
                fix = "`runner init` writes a recipe to start from"
                raise BadFile(Finding("R006", "the recipe is empty", place=Place(shown, 1, 1), fix=fix))
            root = Node({}, Place(shown, 1, 1))
        if not isinstance(root.value, dict):
            kind = "a list" if isinstance(root.value, list) else "a single value"
            fix = "write `name: value` lines"
            raise BadFile(
                Finding("R006", f"a mapping of settings was expected, not {kind}", place=root.place, fix=fix)
            )
        self.findings += enforce(root, self.allow_env)
        defaults = root.value.pop("defaults", None)
        return Document(name, shown, root, defaults, self._package(text, shown))

    def _refuse_links(self, path: Path, shown: str) -> None:
        """A link may not lead out of the folder that the search path names."""
        home = next((folder for folder in self.folders if path.is_relative_to(folder)), path.parent)
        home = self.root if path == self.main else home
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return  # reading it says what is wrong
        if not real.is_relative_to(home.resolve()):
            fix = "put the file itself there"
            message = f"{shown} is a link to a file outside {display(home)}"
            raise BadFile(Finding("R305", message, place=Place(shown), fix=fix))

    def _package(self, text: str, shown: str) -> str | None:
        """The `# @package` header."""
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip() and not line.lstrip().startswith("#"):
                return None
            header = _HEADER.match(line.strip())
            if header is None or header["key"] != "package":
                continue
            package, place = header["rest"].strip(), Place(shown, number, 1)
            if not _PACKAGE.match(package):
                fix = "write `# @package _global_` or a dotted name"
                self.findings.append(Finding("R007", f"not a package: {package!r}", place=place, fix=fix))
            elif "hydra" in package.split("."):
                self.findings.append(hydra_refused(f"@package {package}", place))
            else:
                return package
        return None


def is_inside(name: str) -> bool:
    """Whether a config name stays on the search path."""
    return (
        bool(name)
        and not name.startswith("/")
        and "\0" not in name
        and "\\" not in name
        and ".." not in name.split("/")
    )


def listing(folder: Path) -> list[str]:
    """The names in a folder, sorted."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def display(path: Path) -> str:
    """A path as findings show it: relative to the working directory if it lies below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
