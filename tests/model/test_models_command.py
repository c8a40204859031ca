"""`runner models`, and the docs page made of the same facts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from runner.catalogue.confidence import confidence_rows
from runner.catalogue.description import sections
from runner.catalogue.overview import overview
from runner.docs.models import models_page
from runner.facts import age_in_days
from runner.model import load_model, models
from runner.reporting.table import fitted


def runner(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, whatever width the terminal of the tests has."""
    command = [sys.executable, "-m", "runner", *words]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | variables
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_the_table_has_a_row_for_each_model() -> None:
    """Every model is listed with its methods, and whether it takes jobs today."""
    done = runner("models")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1 + len(list(models()))
    row = next(line for line in done.stdout.splitlines() if line.startswith("amazon.nova-micro-v1:0"))
    assert "fine_tuning, distillation" in row
    assert "0.001 / 1000 tokens x epoch" in row
    assert " yes " in row


def test_the_table_fits_a_stated_width() -> None:
    """With COLUMNS=80 every model is a block of short lines, in a pipe, too; without it a table to search."""
    lines = runner("models", COLUMNS="80").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert {model.id for model in models()} <= set(lines)


def test_models_that_take_jobs_come_first() -> None:
    """The reader meets what can be used today before what has ended."""
    allowed = [load_model(row[0]).jobs_allowed for row in overview()]
    assert allowed.index(False) > max(i for i, value in enumerate(allowed) if value is not False)


def test_one_model_is_shown_with_sources() -> None:
    """An alias shows everything about the model: ranges, limits, prices, and where each comes from."""
    done = runner("models", "titan-text-express")
    assert done.returncode == 0
    for word in ("1 to 10", "0.008", "not stated", "instead: amazon.nova-2-lite", "custom-models-hp.html"):
        assert word in done.stdout


def test_json_for_machines() -> None:
    """`--format json` gives the rows with age and prices; one model gives its whole file, too."""
    rows = json.loads(runner("models", "--format", "json").stdout)
    nova = next(row for row in rows if row["id"] == "amazon.nova-2-lite-v1:0")
    assert nova["training_prices"][0]["usd"] == "0.00378"
    assert nova["facts_age_days"] >= 0
    whole = json.loads(runner("models", "nova-2-lite", "--format", "json").stdout)
    assert whole["sources"]
    assert whole["facts_as_of"] == nova["facts_as_of"]
    assert whole["methods"]["fine_tuning"]["limits"]["train_records"]["minimum"] == 200


def test_an_unknown_model_is_an_error_with_a_fix() -> None:
    """No traceback: a sentence, a suggestion, exit code 1."""
    done = runner("models", "nova-mcro")
    assert done.returncode == 1
    assert "did you mean nova-micro" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("as_of", "days"), [("2026-11-20", 1), ("2026-11", 20), ("2026", 324), ("undated", None)]
)
def test_age_of_facts(as_of: str, days: int | None) -> None:
    """A month or a year counts from its first day, so an age is never too young."""
    assert age_in_days(as_of, date(2026, 11, 21)) == days


def test_a_narrow_terminal_gets_blocks() -> None:
    """A table that does not fit becomes a block for each row, with nothing cut off."""
    rows = [("model", "price"), ("a" * 30, "1"), ("b", "2")]
    assert fitted(rows, 80) == ["model                           price", f"{'a' * 30}  1", f"b{' ' * 29}  2"]
    assert fitted(rows, 20) == ["a" * 30, "  price: 1", "b", "  price: 2"]


def test_the_page_is_deterministic_and_whole() -> None:
    """docs/models.md names every model, and two writings are the same bytes."""
    page = models_page()
    assert page == models_page()
    for model in models():
        assert f"`{model.id}`" in page


def test_the_page_counts_confidence() -> None:
    """A row for each method of each model, and the sum: most numbers are documented, few are recalled."""
    rows = {(row[0], row[1]): row[2:] for row in confidence_rows()}
    for model in models():
        assert all((model.id, name) in rows for name in model.methods)
    known = [int(number or 0) for number in rows["all", "methods"]]
    assert known[1] > sum(known[2:4])  # B: documented
    assert rows["amazon.titan-text-express-v1", "prices"] == ("", "", "", "1", "1")
    assert "## How sure the numbers are" in models_page()


def test_refresh_is_a_command_of_its_own() -> None:
    """`runner models refresh` has options that `runner models` lacks."""
    done = runner("models", "refresh", "--help")
    assert done.returncode == 0
    assert "--write" in done.stdout
    assert "--write" not in runner("models", "--help").stdout


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            "gpt-oss-20b",
            ("openai_fine_tuning_jobs at bedrock-mantle", "CreateModelCustomizationJob does not"),
        ),
        ("nova-premier", ("teaches, by the documents: amazon.nova-lite-v1:0", "2026-09-14")),
        ("nova-micro", ("ended: amazon.nova-premier-v1:0", "kinds: none", "ends with: .gz")),
        ("titan-multimodal-embeddings", ("1 to 100 or Auto", "at most 12,528,912", "jpeg, png")),
        ("nova-2-lite", ("USE1-Nova2.0Lite-RFT-Training-Hours", "doubtful: allowed", "png, jpeg, gif")),
    ],
)
def test_everything_about_one_model(model: str, words: tuple[str, ...]) -> None:
    """Another API, pairs, media, rules of a record and usage types are shown, too."""
    text = "\n".join([*(line for s in sections(load_model(model)) for line in s.lines), *_cells(model)])
    for word in words:
        assert word in text


def _cells(model: str) -> list[str]:
    return ["  ".join(row) for section in sections(load_model(model)) for row in section.rows]
