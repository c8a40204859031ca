"""The grader and settings of a reinforcement fine-tuning job."""

from __future__ import annotations

from typing import Any

from runner.simulator import elsewhere
from runner.simulator.refused import Refused
from runner.simulator.rules import rule

GRADER = rule(
    "A reinforcement job has rftConfig with a Lambda grader that exists in the job's region",
    provenance="documented",
    source="user guide, rft-submit-job and reward-functions; that the call refuses is assumed",
)


def require_grader(region: str, params: dict[str, Any]) -> str:
    """The grader's ARN. Errors: `Refused` (ValidationException)."""
    config = params.get("customizationConfig", {}).get("rftConfig")
    grader = (config or {}).get("graderConfig", {}).get("lambdaGrader")
    if grader is None:
        message = "customizationConfig.rftConfig.graderConfig.lambdaGrader is required."
        raise Refused("ValidationException", message, rule=GRADER)
    arn = str(grader["lambdaArn"])
    if arn.split(":")[3] != region or not elsewhere.function_exists(arn):
        raise Refused("ValidationException", f"Could not find the Lambda function {arn}", rule=GRADER)
    return arn
