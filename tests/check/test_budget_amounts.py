"""Money: an amount in dollars or a finding with a place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from recipe_projects import Project, codes_of, findings_of

from runner.check import check

NO_AMOUNTS = """
ten dollars|"ten dollars"|""|.nan|.inf|-.inf|-1|-0.01|1e3|"1e3"|1E-2|true|no|99999999999999999999
1e400|0.0000001|"nan"|"Infinity"|$20|"20 USD"|1,000|[20]|{a: 1}|12:30|0x
"""


@pytest.mark.parametrize("amount", NO_AMOUNTS.strip().replace("\n", "|").split("|"))
@pytest.mark.parametrize("key", ["max_usd", "max_usd_per_sweep"])
def test_what_is_no_amount_is_a_finding(project: Project, amount: str, key: str) -> None:
    """One finding, at the value, with a fix."""
    file = project.recipe(f"budget:\n  {key}: {amount}\n")
    findings = [finding for finding in findings_of(file) if finding.severity == "error"]
    assert [finding.code for finding in findings] in (["R112"], ["R104"])
    place = findings[0].place
    assert place is not None
    assert (place.file, place.line) == ("recipes/faq.yaml", 17)
    assert place.column in (3, len(key) + 5)


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        ("20", "20"),
        ("19.50", "19.5"),
        ('"19.50"', "19.50"),
        ("0", "0"),
        ("0.1", "0.1"),
        ("1_000", "1000"),
        ("null", None),
    ],
)
def test_amounts_become_exact_decimals(project: Project, amount: str, value: str | None) -> None:
    """0.1 is a tenth; no float arithmetic enters."""
    budget = check(project.recipe(f"budget: {{max_usd: {amount}}}\n")).recipe.budget
    assert budget.max_usd == (None if value is None else Decimal(value))


def test_a_job_limit_above_the_sweep_limit_is_a_warning(project: Project) -> None:
    """The recipe still runs."""
    findings = findings_of(project.recipe("budget: {max_usd: 20, max_usd_per_sweep: 10}\n"))
    assert [(finding.code, finding.severity) for finding in findings] == [("R116", "warning")]


@pytest.mark.parametrize("value", ["-0.1", "1.0", "1.5", ".nan", ".inf", "1e300", "x", "true", "[1]", "null"])
def test_impossible_validation_shares_are_findings(project: Project, value: str) -> None:
    """Neither a share below 1 nor a whole number of records."""
    codes = codes_of(project.recipe(f"split: {{validation: {value}}}\n"))
    assert codes in (["R113"], ["R104"]) or (value == "1e300" and codes == [])


@pytest.mark.parametrize(
    ("key", "value"), [("train_records", "0"), ("train_records", "-5"), ("train_records", "1.5")]
)
def test_impossible_record_numbers_are_findings(project: Project, key: str, value: str) -> None:
    """At least one whole record."""
    assert codes_of(project.recipe(f"split: {{{key}: {value}}}\n"))[0] in {"R113", "R104"}


@pytest.mark.parametrize(
    "text", ["split: {seed: 99999999999999999999}\n", "executor: {kind: local, dropout: .nan}\n"]
)
def test_numbers_that_cannot_be_held_are_findings(project: Project, text: str) -> None:
    """Beyond 64 bits, or NaN."""
    assert "R115" in codes_of(project.recipe(text))


@pytest.mark.parametrize(
    "value", ["12", "0", "-1", "1.5", "x", "true", ".nan", ".inf", "[1]", "99999999999999999999999"]
)
def test_hyperparameters_outside_the_range_are_findings(project: Project, value: str) -> None:
    """Whatever is not a whole number from 1 to 5."""
    codes = codes_of(
        project.recipe(f"hyperparameters: {{epochCount: {value}}}\n", text=_without_hyperparameters())
    )
    assert set(codes) in ({"R102"}, {"R104"}, {"R102", "R104"})


@pytest.mark.parametrize(("value", "number"), [('"3"', 3), ("3", 3), ("3.0", 3), ('"3.0"', 3)])
def test_numbers_in_quotes_are_numbers(project: Project, value: str, number: int) -> None:
    """The service takes strings; people write both."""
    file = project.recipe(f"hyperparameters: {{epochCount: {value}}}\n", text=_without_hyperparameters())
    found = check(file).recipe.hyperparameters["epochCount"]
    assert (found, type(found)) == (number, int)


@pytest.mark.parametrize("value", ["1e-5", "1.0e-05", '"1e-5"', "0.00001"])
def test_a_learning_rate_without_a_point_is_a_number(project: Project, value: str) -> None:
    """YAML 1.1 reads 1e-5 as text; we do not."""
    file = project.recipe(f"hyperparameters: {{learningRate: {value}}}\n", text=_without_hyperparameters())
    assert check(file).recipe.hyperparameters["learningRate"] == 1e-5


def _without_hyperparameters() -> str:
    from recipe_projects import RECIPE

    return RECIPE.partition("hyperparameters:")[0]
