"""Everything that can be asked before money is spent, asked; every finding comes at once, with its fix.

`P301`: executor.role_arn or executor.output_uri is not set.
`P302`: the role does not exist, or does not let Bedrock assume it for this account.
`P303`: the role lacks a permission that the job needs.
`P304`: you lack a permission that the run needs.
`P305`: a bucket does not exist, is not reachable, or is in another region than the job.
`P306`: there is no room for one more job or custom model now.
`P307`: the encryption key does not exist, is disabled, or is in another region.
`P308`: something could not be asked, and was not checked.
`P309`: the custom model to train further does not exist, or is not ready.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from runner.aws.calls import Refused, look
from runner.bedrock import buckets, keys, permissions, quotas, roles
from runner.bedrock.draft import request_findings, unset_findings
from runner.bedrock.errand import Errand
from runner.errors import BusyError, RecipeError
from runner.finding import Finding, Place, errors


def preflight(errand: Errand) -> None:
    """Check the whole way; what is no error is shown.

    Errors: `RecipeError` with all findings; `BusyError` when only the room for one more job is missing.
    """
    found = [_placed(finding, errand) for finding in findings(errand)]
    errand.run.log("preflight", findings=[finding.as_dict() for finding in found])
    if wrong := errors(found):
        if all(finding.code == "P306" for finding in wrong):
            raise BusyError(wrong[0].message, fix=wrong[0].fix)
        raise RecipeError(found)
    told = {(each["code"], each["message"]) for each in errand.plan.get("findings") or ()}
    for finding in found:
        if (finding.code, finding.message) in told:
            continue  # the plan has shown it
        errand.progress.say(f"{finding.severity}: {finding.message} [{finding.code}]")


def findings(errand: Errand) -> Iterator[Finding]:
    """All findings, in the order of the path: request, model, role, permissions, buckets, key, quotas."""
    unset = list(unset_findings(errand.options.role_arn, errand.options.output_uri, "error"))
    if unset:
        yield from unset
        return
    breaches = list(request_findings(errand.request))
    yield from breaches
    if breaches:
        return
    yield from live_findings(errand)
    yield from base_findings(errand)
    role = yield from roles.findings(errand)
    yield from buckets.findings(errand)
    yield from permissions.findings(errand, role)
    yield from keys.findings(errand)
    yield from quotas.findings(errand)


def base_findings(errand: Errand) -> Iterator[Finding]:
    """Whether the custom model that is to be trained further is there and ready."""
    name, path = errand.options.base_custom_model, "executor.base_custom_model"
    if not name:
        return
    try:
        found = look(
            "looking up the base model", errand.cloud.client("bedrock").get_custom_model, modelIdentifier=name
        )
    except Refused as refused:
        if refused.code != "ResourceNotFoundException":
            raise
        fix = "`aws bedrock list-custom-models` lists yours; the region must be the job's"
        yield Finding("P309", f"there is no custom model {name}", path=path, fix=fix)
        return
    status = found.get("modelStatus") or "Active"  # replies of early models lack it
    if status != "Active":
        yield Finding("P309", f"the custom model {name} is {status}", path=path, fix="wait, or use another")


def live_findings(errand: Errand) -> Iterator[Finding]:
    """What AWS itself says of the model today."""
    from datetime import UTC, datetime

    from runner.live.lifecycle import ask
    from runner.live.lifecycle import findings as judged
    from runner.model import load_model

    model, method = load_model(str(errand.plan["model"]["id"])), str(errand.plan["method"])
    answer = ask(errand.cloud.connection, model)
    yield from judged(model, method, errand.cloud.region, answer, datetime.now(UTC).date())


def _placed(finding: Finding, errand: Errand) -> Finding:
    """With the place where the recipe says the value, as the run folder's `origins.json` has it."""
    if finding.place is not None or not finding.path:
        return finding
    origin = (errand.run.read("origins.json") or {}).get(finding.path)
    if not origin:
        return finding
    file, *numbers = str(origin["place"]).rsplit(":", 2)
    if len(numbers) == 2 and all(number.isdecimal() for number in numbers):
        return replace(finding, place=Place(file, int(numbers[0]), int(numbers[1])))
    return replace(finding, place=Place(str(origin["place"])))
