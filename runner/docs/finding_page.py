"""The page of finding codes, collected from the docstrings that document them."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from runner.docs.markdown import page, table

_CODE = re.compile(r"`([A-Z]\d{3})`: ")
_GROUPS = {
    "R0": "Reading and composing",
    "R1": "The recipe's schema and the model's facts",
    "R2": "Values of the recipe",
    "R3": "Security",
    "R4": "Files and paths",
    "D1": "The built dataset",
    "D2": "Training files: `runner validate --data`",
    "P1": "The plan",
    "P2": "The executor",
}
_INTRO = """\
Each code names one rule. `runner validate` prints `R` findings; `runner build` adds `D` findings and
`runner plan` adds `P` findings. An error stops the command with exit code 2; a warning or advice does not."""


def finding_page() -> str:
    """Every code, what it means, and the file that finds it."""
    found = codes()
    parts = [_INTRO]
    for group in sorted({code[:2] for code in found}, key=_in_order):
        rows = [
            (f"`{code}`", meaning, where)
            for code, (meaning, where) in sorted(found.items())
            if code[:2] == group
        ]
        parts.append(f"## {_GROUPS.get(group, group)}\n\n" + table(("code", "meaning", "found in"), rows))
    return page("Findings", "the docstrings in runner/", parts)


def _in_order(group: str) -> int:
    known = list(_GROUPS)
    return known.index(group) if group in known else len(known)


def codes() -> dict[str, tuple[str, str]]:
    """Meaning and files by code. A code found in several places is told with all that they tell."""
    meanings: dict[str, list[str]] = defaultdict(list)
    places: dict[str, set[str]] = defaultdict(set)
    top = Path(__file__).parent.parent
    for file in sorted(top.rglob("*.py")):
        if file.parent == Path(__file__).parent:
            continue
        for code, meaning in _documented(file):
            if not meaning.startswith("see `"):
                meanings[code].append(meaning.rstrip("."))
            places[code].add(f"`{file.relative_to(top.parent).as_posix()}`")
    return {
        code: ("; ".join(dict.fromkeys(told)) + ".", ", ".join(sorted(places[code])))
        for code, told in meanings.items()
    }


def _documented(file: Path) -> Iterator[tuple[str, str]]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                # The pieces after each code: `R102`: text `R103`: text ...
                pieces = _CODE.split(paragraph)
                yield from zip(pieces[1::2], (" ".join(text.split()) for text in pieces[2::2]), strict=True)
