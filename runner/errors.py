"""The expected ways to fail; each has its own exit code, and none is shown with a traceback.

RunnerError (1)          something expected went wrong: message, no traceback
|- RecipeError (2)       the recipe or its data have findings
|- BudgetError (3)       the plan costs more than the recipe allows
|- StalePlanError (4)    a saved plan no longer matches its inputs
`- JobError (5)          the customization job failed
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runner.finding import Finding


class RunnerError(Exception):
    """An expected failure. `fix` says what to do next; the command line prints both."""

    exit_code = 1

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class RecipeError(RunnerError):
    """The recipe, or the data it names, has findings of severity error."""

    exit_code = 2

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{len(findings)} finding(s)")
        self.findings = tuple(findings)


class BudgetError(RunnerError):
    """The plan costs more than `budget.max_usd`."""

    exit_code = 3


class BusyError(RunnerError):
    """The platform has no room for one more job now; the same command goes through later."""


class StalePlanError(RunnerError):
    """The data, the recipe or the facts changed since the plan was saved."""

    exit_code = 4


class JobError(RunnerError):
    """The customization job ended in a state other than Completed."""

    exit_code = 5
