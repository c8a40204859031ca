"""Does AWS take this job now? What it says of the model in the job's region wins over the capability schema.

`P110`: AWS lists the model as Legacy in the region: no new job is taken; dates and what is left are told.
`P111`: AWS does not offer the method for this model in the region.
`P112`: AWS offers what the capability schema calls ended or uncertain: AWS is believed.
`P113`: AWS could not be asked: the facts of the capability schema were used, of the date that is named.
`P114`: AWS customizes the model under another identifier than the capability schema has.
`P115`: AWS has announced the day on which the model becomes Legacy or ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from runner.aws.connection import Connection
from runner.errors import RunnerError
from runner.finding import Finding, Severity
from runner.live.asking import (
    NO_CREDENTIALS,
    NOT_INSTALLED,
    NOT_REACHED,
    Unanswered,
    listed_models,
    one_model,
)
from runner.live.aws_names import is_listed
from runner.live.offers import Offer, belongs, job_identifier, offer
from runner.live.replies import ListedModel
from runner.model import Model, instead

_IMPATIENT = {
    "connect_timeout": 3,
    "read_timeout": 20,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
_ANSWERED = {"P110", "P111", "P112"}
_OUTDATED = {"P101", "P102"}
_ASKED = "GetFoundationModel, asked now"


def ask(connection: Connection, model: Model) -> Offer | Unanswered:
    """What the connection's region says of the model; never raises: a plan is made without AWS as well."""
    region = connection.region or ""
    try:
        entry = one_model(connection, job_identifier(model), **_IMPATIENT)
    except RunnerError as error:
        if any(words in error.message for words in (NO_CREDENTIALS, NOT_INSTALLED, NOT_REACHED)):
            # Nor would another call be answered.
            return Unanswered("models", region, error.message, error.fix)
        return _listed(connection, model, error)
    if entry is not None and (entry.customizations or not any(map(is_listed, model.methods))):
        return Offer(region, (entry,))
    # Unknown under this identifier, or not to be customized: another context size may have taken its place.
    return _listed(connection, model, None)


def findings(
    model: Model, method: str, region: str, answer: Offer | Unanswered, today: date
) -> list[Finding]:
    """What a plan must say after asking; no finding means that AWS and the capability schema agree."""
    if method in model.methods and "api" in model.methods[method].data:
        return []  # another service's API takes these jobs; the list of models says nothing of them
    if isinstance(answer, Unanswered):
        return [_unanswered(model, region, answer)]
    taking = answer.taking(method, today)
    if taking is None:
        return [_refused(model, method, region, answer, today)]
    return list(_taken(model, method, region, taking))


def live_wins(found: Iterable[Finding]) -> list[Finding]:
    """The findings without those of the capability schema that AWS's answer has overtaken."""
    found = list(found)
    if not any(finding.code in _ANSWERED for finding in found):
        return found
    return [finding for finding in found if finding.code not in _OUTDATED]


def _listed(connection: Connection, model: Model, before: RunnerError | None) -> Offer | Unanswered:
    region = connection.region or ""
    try:
        listed = listed_models(connection, **_IMPATIENT)
    except RunnerError as error:
        first = before or error
        return Unanswered("models", region, first.message, first.fix)
    return offer(model, region, listed.values())


def _unanswered(model: Model, region: str, answer: Unanswered) -> Finding:
    life = model.lifecycle
    as_of = model.data["sources"][life["source"]]["as_of"]
    message = f"AWS was not asked whether {model.name} takes jobs in {region} now ({answer.why}); "
    message += f"used: the facts of {as_of}, {life['status']}"
    fix = answer.fix or "run it again with AWS credentials, or say --offline"
    # Who has no account yet only wants to see a plan; who has one should know that it was of no use.
    no_account = NO_CREDENTIALS in answer.why or NOT_INSTALLED in answer.why
    severity: Severity = "advice" if no_account else "warning"
    return Finding("P113", message, severity, path="model", fix=fix, source=model.source(life["source"]))


def _refused(model: Model, method: str, region: str, answer: Offer, today: date) -> Finding:
    legacy = answer.legacy
    fix = instead(model, method)
    if legacy is not None and (method.upper() in legacy.customizations or not answer.methods(today)):
        dates = _dates(legacy)
        message = f"{model.name} takes no new {method} jobs in {region}: AWS lists it as Legacy{dates}"
        return Finding("P110", message, path="model", fix=fix, source=_ASKED)
    offered = ", ".join(sorted(answer.methods(today)))
    if offered:
        why = f"it offers {offered}"
    elif answer.listed:
        why = "it lists the model for inference only"
    else:
        why = "it does not list the model there"
    message = f"AWS offers no {method} of {model.name} in {region}: {why}"
    return Finding("P111", message, path="model", fix=fix, source=_ASKED)


def _taken(model: Model, method: str, region: str, taking: ListedModel) -> Iterator[Finding]:
    if model.jobs_allowed is not True:
        file = "ended" if model.jobs_allowed is False else "uncertain"
        message = f"AWS takes {method} jobs of {model.name} in {region} today, which the facts call {file}"
        severity: Severity = "warning" if model.jobs_allowed is False else "advice"
        fix = f"bring the facts up to date: runner models refresh {model.id} --write"
        yield Finding("P112", message, severity, path="model", fix=fix, source=_ASKED)
    known = model.data["identifiers"].get("customization")
    if is_listed(method) and known and taking.id != known and belongs(model, taking.id):
        message = f"AWS customizes {model.name} as {taking.id} in {region}; the facts say {known}"
        fix = f"runner models refresh {model.id} --write"
        yield Finding("P114", message, "warning", path="model", fix=fix, source=_ASKED)
    if coming := _dates(taking):
        message = f"AWS has announced for {model.name} in {region}{coming}"
        fix = "start the job before, and plan where the custom model will be served after"
        yield Finding("P115", message, "warning", path="model", fix=fix, source=_ASKED)


def _dates(entry: ListedModel) -> str:
    named = (("legacy from", entry.legacy_date), ("end on", entry.end_date))
    told = [f"{word} {day}" for word, day in named if day]
    return f": {', '.join(told)}" if told else ""
