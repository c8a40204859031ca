"""Real texts at hand, for `token_bounds.py`: data beside the checkout and installed Python packages."""

from __future__ import annotations

import ast
import bz2
import gzip
import hashlib
import json
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

_CUT = 6000
_FILES = 600
_PAGE = re.compile(r"<text[^>]*>(.*?)</text>", re.DOTALL)
_MESSAGE = re.compile(r'^msg(id|str) ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Text:
    """One record and where it is from."""

    source: str
    text: str


def texts(data: Path, folders: list[Path]) -> list[Text]:
    """Everything that is there."""
    found = [*_dolly(data), *_wiki(data), *_samples(data), *_html(data)]
    found += [*_packages(Path(sysconfig.get_paths()["purelib"])), *_translations(folders)]
    # In an order that nothing prefers: the first so many of a source are then a sample of it.
    found.sort(key=lambda text: hashlib.sha256(text.text.encode("utf-8", "replace")).digest())
    return [text for text in found if text.text.strip()]


def _dolly(data: Path) -> Iterator[Text]:
    for file in (data / "dolly-ja").glob("*.jsonl.gz"):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in islice(lines, 0, None, 9):
                row = json.loads(line)
                yield Text("dolly-ja", "\n".join([row["instruction"], row["input"], row["output"]]))


def _wiki(data: Path) -> Iterator[Text]:
    for language in ("en", "ja"):
        for file in sorted((data / "wiki").glob(f"{language}wiki*-articles*.xml.bz2")):
            pages = _PAGE.findall(bz2.decompress(file.read_bytes()).decode())
            for page in islice(pages, 500):
                yield from _cut(f"{language}wiki", _plain(page))
                yield from islice(_cut(f"{language}wiki as written", page), 1)


def _plain(page: str) -> str:
    """Roughly the prose of a wiki page."""
    page = re.sub(r"\{\{[^{}]*\}\}|\{\|.*?\|\}|&lt;ref.*?(?:/ref|/)&gt;", "", page, flags=re.DOTALL)
    page = re.sub(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]", r"\1", page)
    return re.sub(r"&lt;.*?&gt;|'{2,}|\[https?:\S*|^[*#:;=|!{} ]+|&[a-z]+;", "", page, flags=re.MULTILINE)


def _samples(data: Path) -> Iterator[Text]:
    for file in sorted((data / "aws-examples").glob("*.jsonl*")):
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for line in raw.decode().splitlines():
            yield Text("AWS samples", "\n".join(_strings(json.loads(line))))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def _html(data: Path) -> Iterator[Text]:
    for file in sorted((data / "html").glob("*.html")):
        yield from _cut("HTML", file.read_text(errors="replace"))


def _packages(folder: Path) -> Iterator[Text]:
    """Source code, the prose of docstrings, and read-me files."""
    for file in islice(_spread(folder.glob("*/**/*.py"), 40), _FILES):
        code = file.read_text(errors="replace")
        yield from islice(_cut("Python", code), 2)
        yield Text("docstrings", _docstrings(code))
    for file in islice(_spread(folder.glob("*/**/*.js"), 3), 150):
        yield from islice(_cut("JavaScript", file.read_text(errors="replace")), 2)
    for file in islice(_spread(folder.glob("*/**/*.json"), 10), 150):
        yield from islice(_cut("JSON", file.read_text(errors="replace")[:20_000]), 1)
    for file in sorted(folder.glob("*.dist-info/METADATA")):
        yield from islice(_cut("read-me files", file.read_text(errors="replace").partition("\n\n")[2]), 6)


def _spread(files: Iterator[Path], every: int) -> Iterator[Path]:
    return islice((file for file in files if file.stat().st_size > 400), 0, None, every)


def _docstrings(code: str) -> str:
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except (SyntaxError, ValueError, RecursionError):
        return ""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return "\n\n".join(filter(None, (ast.get_docstring(node) for node in nodes if isinstance(node, kinds))))[
        :_CUT
    ]


def _translations(folders: list[Path]) -> Iterator[Text]:
    """Messages of .po files: the translation by itself, and beside its original."""
    for file in sorted(path for folder in folders for path in folder.rglob("*.po")):
        language = file.parent.parent.name.partition("_")[0]
        pairs = _MESSAGE.findall(file.read_text(encoding="utf-8", errors="replace"))
        words = [("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)), kind) for kind, text in pairs]
        source = "messages in Japanese" if language == "ja" else "messages in other languages"
        yield from islice(_cut(source, "\n".join(t for t, kind in words if kind == "str")), 2)
        if language == "ja":
            yield from islice(_cut("messages in two languages", "\n".join(t for t, _ in words)), 4)


def _cut(source: str, text: str) -> Iterator[Text]:
    """Pieces of at most so many characters, cut at line ends."""
    piece: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        if size and size + len(line) > _CUT:
            yield Text(source, "".join(piece))
            piece, size = [], 0
        piece.append(line[:_CUT])
        size += len(line)
    yield Text(source, "".join(piece))
