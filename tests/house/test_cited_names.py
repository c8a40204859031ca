"""What the hand-written pages cite is there: files, tests, and the example of a plug-in."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from runner.docs.plugin_pages import plugin_page, told
from runner.record import Record
from runner.signatures import options_schema

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/*.md"), *REPOSITORY.glob("recipes/**/*.md")])
FOLDERS = ("runner", "tests", "conf", "recipes", "schemas", "docs", "benchmarks")
PATH = re.compile(rf"(?<![\w/.-])((?:{'|'.join(FOLDERS)})/[\w./*<>{{}},-]*[\w*/>}}])")
# What a command writes, or the reader's own repository holds.
ELSEWHERE = {"schemas/records/<name>.json"}


def cited(page: Path) -> set[str]:
    """Paths of this repository that a page names."""
    return set(PATH.findall(page.read_text(encoding="utf-8"))) - ELSEWHERE


def exists(path: str) -> bool:
    """Placeholders stand for any name, braces for each of theirs."""
    if braces := re.search(r"\{([\w,]+)\}", path):
        return all(exists(path.replace(braces[0], name, 1)) for name in braces[1].split(","))
    pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
    return any(True for _ in REPOSITORY.glob(pattern))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_it_cites_is_there(page: Path) -> None:
    """A page that names a file that has moved sends its reader astray."""
    assert sorted(path for path in cited(page) if not exists(path)) == []


def test_the_pages_do_cite_files() -> None:
    """The rule above looks at something."""
    assert len(PAGES) >= 13
    assert len(set().union(*map(cited, PAGES))) >= 60
    assert not exists("runner/steps/drop_nothing.py")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_it_cites_is_there(page: Path) -> None:
    """A promise whose test was renamed or removed is a promise no more."""
    named = set(re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8")))
    written = "\n".join(
        path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py")
    )
    assert {name for name in named if f"def {name}(" not in written} == set()
    assert len(named) >= 6 or page.name != "security.md"


def example(folder: Path) -> ModuleType:
    """The step that CONTRIBUTING.md shows in full, as a module."""
    blocks = re.findall(
        r"^```python\n(.*?)^```$", (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.M | re.S
    )
    assert len(blocks) == 1
    file = folder / "drop_unanswered.py"
    file.write_text(blocks[0], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("drop_unanswered", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_step_shown_to_contributors_works(tmp_path: Path) -> None:
    """It keeps, drops with its reason, refuses bad options at once, and documents itself."""
    step = example(tmp_path).drop_unanswered
    answers = {"faq/0": "yes", "faq/1": ""}
    asked = [Record(id, {"prompt": "?", "completion": text}, {}, id) for id, text in answers.items()]
    assert [record.dropped and record.dropped.reason for record in step(iter(asked))] == [None, "unanswered"]
    with pytest.raises(ValueError, match="field is empty"):
        step(iter(asked), field="")
    schema = options_schema(step)
    assert schema["properties"]["field"]["description"] == "the field that must hold text."
    assert told(step, schema["properties"])[1] == {"unanswered": "the field is empty."}


def test_a_documented_option_keeps_its_whole_text() -> None:
    """A line that goes on below must be indented: no cell of a page ends in the middle of a sentence."""
    for folder in ("sources", "steps", "formats", "executors"):
        rows = [line for line in plugin_page(folder, "", "").splitlines() if line.startswith("| `")]
        assert [row for row in rows if not row.rstrip(" |").endswith((".", ")"))] == []
        assert rows
