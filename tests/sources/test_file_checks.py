"""The checks of files: what `validate` says about data before anything is built."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from sources.packing import COMPRESSIONS, FORMATS, parquet

from runner import plugins
from runner.compose import compose
from runner.finding import Finding
from runner.making import recipe_from
from runner.model import load_model
from runner.seal import private_cache

ROWS = [{"question": f"q{number}", "answer": f"a{number}", "kind": "x"} for number in range(30)]
RECIPE = """\
defaults: [base, _self_]
name: faq
model: amazon.nova-micro-v1:0
method: fine_tuning
region: us-east-1
sources:
  faq:
    kind: files
    path: data/faq.jsonl
    fields:
      prompt: question
      completion: answer
hyperparameters: {epochCount: 2}
"""
FILES = "    kind: files\n    path: data/faq.jsonl\n"
HUB = """\
    kind: huggingface
    repo: acme/faq
    revision: main
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose recipe and data agree."""
    (tmp_path / "recipes").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "faq.jsonl").write_bytes(FORMATS[".jsonl"](ROWS))
    return tmp_path


def findings(root: Path, *, path: str = "", prompt: str = "", kind: str = "") -> list[Finding]:
    """What the checks say when these parts of the recipe are replaced."""
    text = RECIPE.replace(FILES, kind or FILES).replace("data/faq.jsonl", path or "data/faq.jsonl")
    text = text.replace("prompt: question", f"prompt: {prompt or 'question'}")
    file = root / "recipes" / "faq.yaml"
    file.write_text(text)
    composed = compose(file)
    recipe = recipe_from(composed, load_model("amazon.nova-micro-v1:0"))
    assert recipe is not None
    checks = [plugins.load("checks.files", name) for name in plugins.names("checks.files")]
    return [finding for check in checks for finding in check(recipe, composed)]


def test_data_that_is_as_it_should(project: Path) -> None:
    """Nothing is said."""
    assert findings(project) == []


@pytest.mark.parametrize("suffix", COMPRESSIONS)
@pytest.mark.parametrize("ending", FORMATS)
def test_every_container_is_looked_into(project: Path, ending: str, suffix: str) -> None:
    """A right column passes, a wrong one is told (Parquet would need a heavy import)."""
    (project / "data" / f"faq{ending}{suffix}").write_bytes(COMPRESSIONS[suffix](FORMATS[ending](ROWS)))
    path = f"data/faq{ending}{suffix}"
    assert findings(project, path=path) == []
    wrong = findings(project, path=path, prompt="questoin")
    assert [finding.code for finding in wrong] == ([] if ending == ".parquet" else ["R403"])


def test_a_column_that_no_row_has(project: Path) -> None:
    """Placed at the field, with a did-you-mean and the columns that are there."""
    (finding,) = findings(project, prompt="questoin")
    assert (finding.code, finding.severity) == ("R403", "error")
    assert finding.path == "sources.faq.fields.prompt"
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (11, 15)
    assert finding.fix == "did you mean 'question'? the columns are answer, kind, question"


def test_a_column_that_later_rows_may_have(project: Path) -> None:
    """In a template it may be optional: a doubt, unless the whole file was seen."""
    template = '"{question}[[ {context}]]"'
    (finding,) = findings(project, prompt=template)
    assert (finding.code, finding.severity) == ("R403", "warning")
    (project / "data" / "faq.jsonl").write_bytes(FORMATS[".jsonl"](ROWS[:3]))
    (finding,) = findings(project, prompt=template)
    assert finding.severity == "error"


def test_a_path_that_does_not_exist(project: Path) -> None:
    """With the nearest name and what the folder holds."""
    (finding,) = findings(project, path="data/fqa.jsonl")
    assert finding.code == "R401"
    assert finding.fix == "did you mean faq.jsonl? data holds faq.jsonl"
    (finding,) = findings(project, path="dta/faq.jsonl")
    assert finding.fix.startswith("did you mean data?")


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"[]", gzip.compress(b"")])
def test_data_without_a_record(project: Path, content: bytes) -> None:
    """Empty, blank, an empty array, an empty compressed file: an empty input is found before the build."""
    name = "none.json.gz" if content.startswith(b"\x1f") else "none.json"
    (project / "data" / name).write_bytes(content)
    (finding,) = findings(project, path=f"data/{name}")
    assert (finding.code, finding.severity) == ("R402", "error")


@pytest.mark.parametrize("path", ["data/*.csv", "data/**/x.jsonl", "recipes/none/*"])
def test_a_pattern_that_matches_nothing(project: Path, path: str) -> None:
    """The same; a folder that is not there is told as well."""
    (finding,) = findings(project, path=path)
    assert finding.code == "R402"
    assert finding.fix


def test_lines_that_are_no_records(project: Path) -> None:
    """Every line would be dropped: said before the build."""
    (project / "data" / "text.jsonl").write_text("これは文章です。\n二行目。\n")
    (finding,) = findings(project, path="data/text.jsonl")
    assert finding.code == "R402"
    assert "none of the first 2 lines is a JSON object" in finding.message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", FORMATS[".jsonl"](ROWS)),
        ("a.jsonl", gzip.compress(FORMATS[".jsonl"](ROWS))),
        ("a.txt", FORMATS[".jsonl"](ROWS)),
        ("a.jsonl.zst", gzip.compress(FORMATS[".jsonl"](ROWS))),
        ("a.jsonl.gz", gzip.compress(FORMATS[".jsonl"](ROWS))[:-9]),
    ],
    ids=["not compressed", "compressed", "no ending", "other compression", "cut short"],
)
def test_a_file_that_is_not_what_its_name_says(project: Path, name: str, content: bytes) -> None:
    """Told with what it is and how to name it."""
    (project / "data" / name).write_bytes(content)
    (finding,) = findings(project, path=f"data/{name}")
    assert finding.code == "R404"
    assert finding.fix


def test_a_dataset_that_is_not_pinned(project: Path) -> None:
    """A branch is a warning, whose fix names the commit of the last build if there was one."""
    from runner.atomic import digest, write_json

    (finding,) = findings(project, kind=HUB)
    assert (finding.code, finding.severity) == ("R405", "warning")
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (10, 15)
    note = private_cache(project) / "hub" / f"{digest(['acme/faq', 'main'])}.json"
    write_json(note, {"commit": "a" * 40})
    (finding,) = findings(project, kind=HUB)
    assert f"revision: {'a' * 40}" in finding.fix
    assert findings(project, kind=HUB.replace("main", "b" * 40)) == []


@pytest.mark.parametrize("path", ["[]", '""'])
def test_no_path_at_all(project: Path, path: str) -> None:
    """An empty list or an empty text is told like an empty file."""
    (finding,) = findings(project, path=path)
    assert finding.code == "R402"


def test_a_remote_source_is_not_asked(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`validate` contacts neither S3 nor the hub."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert findings(project, path="s3://bucket/dt=2026/*.jsonl") == []


def test_the_checks_import_nothing_heavy(project: Path) -> None:
    """No pyarrow, datasets, boto3 or zstandard for a plain file, and no pyarrow for a Parquet file."""
    (project / "data" / "faq.parquet").write_bytes(parquet(ROWS))
    (project / "recipes" / "a.yaml").write_text(RECIPE)
    script = (
        "import sys; from pathlib import Path\n"
        "from runner.check import check\n"
        "recipe = Path('recipes/a.yaml')\n"
        "check(recipe); check(recipe, ['sources.faq.path=data/faq.parquet'])\n"
        "heavy = {'pyarrow', 'datasets', 'huggingface_hub', 'boto3', 'botocore', 'zstandard', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
