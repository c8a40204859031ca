"""Custom Model Import: a model folder of this machine becomes an imported model on Bedrock, once."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from runner.atomic import digest, file_digest
from runner.aws.calls import PROPAGATION_SECONDS, Refused, Unanswered, call
from runner.bedrock.cloud import Cloud
from runner.bedrock.explaining import in_words, role_unknown
from runner.bedrock.names import tags
from runner.bedrock.places import Place
from runner.bedrock.upload import Vault, upload
from runner.errors import JobError, RunnerError
from runner.hosting.prices import import_facts
from runner.hosting.things import found, is_ours
from runner.hosting.waiting import until
from runner.ledger import Entry, Ledger
from runner.planning.money import plain, product

_NAME_LIMIT = 52


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be imported, from which run, and where its files go."""

    folder: Path
    root: Path
    recipe: str
    fingerprint: str
    role_arn: str
    bucket: str
    prefix: str
    kms_key_arn: str | None = None
    owner: str | None = None

    @property
    def name(self) -> str:
        """The model's name, and how the job's name begins."""
        words = re.sub(r"[^0-9A-Za-z]+", "-", f"{self.recipe}-{self.fingerprint[:12]}").strip("-")
        return words[-_NAME_LIMIT:].strip("-")


def bring(cloud: Cloud, ledger: Ledger, wanted: Wanted, say: Callable[[str], None]) -> Entry:
    """The imported model's ledger entry; what an earlier run has done is not done again.

    Errors: `RunnerError`; `JobError` when AWS could not read the model.
    """
    model = _entry(cloud, wanted, "imported-model", wanted.name)
    standing = ledger.find(model.kind, model.name, model.account, model.region, model.simulator)
    record = found(cloud, standing or model)
    if record is None and standing is not None and standing.state == "made":
        ledger.gone(standing, "AWS has it no longer")
    if record is not None:
        if not is_ours(cloud, standing or model, record):
            raise RunnerError(
                f"an imported model named {wanted.name} exists, and this tool did not make it",
                fix="delete it in the AWS console; nothing was changed",
            )
        return _booked(ledger, model, record)
    place = _uploaded(cloud, ledger, wanted, say)
    # The job makes the model by itself, and the model is billed by the month until it is deleted.
    ledger.intend(model)
    job = _job(cloud, ledger, wanted, place)
    ended = until(cloud, job, lambda seen: seen["status"] != "InProgress", say)
    if ended is None or ended["status"] != "Completed":
        reason = (ended or {}).get("failureMessage") or "AWS gives no reason"
        for entry in (job, model):
            ledger.gone(entry, f"the import failed: {reason}")
        raise JobError(f"import job {job.name} failed: {reason}", fix="the same command makes a new job")
    ledger.gone(job, "Completed")
    record = found(cloud, model)
    if record is None:
        raise RunnerError(f"the job has completed, and there is no model {wanted.name}", fix="run it again")
    return _booked(ledger, model, record)


def storage(units: int, region: str) -> str | None:
    """US dollars a month for an imported model of so many custom model units; None where unknown."""
    (price,) = [one for one in import_facts()["prices"] if one["item"] == "import_storage"]
    return plain(product(Decimal(price["usd"]), units)) if region in price["regions"] else None


def _booked(ledger: Ledger, model: Entry, record: Mapping[str, Any]) -> Entry:
    units = record.get("customModelUnits", {}).get("customModelUnitsPerModelCopy")
    priced = replace(model, usd=storage(int(units), model.region) if units else None, per="month")
    return ledger.made(priced, str(record["modelArn"]))


def _uploaded(cloud: Cloud, ledger: Ledger, wanted: Wanted, say: Callable[[str], None]) -> Place:
    """Every file, under a folder named by what is in them."""
    files = sorted(file for file in wanted.folder.iterdir() if file.is_file() and file.name[0] != ".")
    hashes = {file.name: file_digest(file) for file in files}
    place = Place(wanted.bucket, f"{wanted.prefix.strip('/')}/{digest(hashes)[:32]}".strip("/"))
    entry = ledger.intend(_entry(cloud, wanted, "training-data", place.uri))
    vault = Vault(cloud.client("s3"), wanted.owner, wanted.kms_key_arn)
    for file in files:
        sent = upload(vault, file, place.below(file.name), hashes[file.name])
        say(f"{'uploaded' if sent else 'already there'}: {place.below(file.name).uri}")
    ledger.made(entry, place.uri)
    return place


def _job(cloud: Cloud, ledger: Ledger, wanted: Wanted, place: Place) -> Entry:
    """The job that is under way, else a new one; the name of a job that has ended is taken for ever."""
    for attempt in range(1, 100):
        suffix = "-import" if attempt == 1 else f"-import-{attempt}"
        job = _entry(cloud, wanted, "import-job", f"{wanted.name}{suffix}")
        record = found(cloud, job)
        if record is None:
            return _created(cloud, ledger, wanted, place, job)
        model = _entry(cloud, wanted, "imported-model", wanted.name)
        # It may have ended since the model was looked for.
        if record.get("status") == "InProgress" or found(cloud, model) is not None:
            return ledger.made(ledger.intend(job), str(record["jobArn"]))
    raise RunnerError(
        f"there are 99 import jobs of {wanted.name}", fix="ask AWS why they end without a model"
    )


def _created(cloud: Cloud, ledger: Ledger, wanted: Wanted, place: Place, job: Entry) -> Entry:
    entry, model = ledger.intend(job), _entry(cloud, wanted, "imported-model", wanted.name)
    labels = [{"key": key, "value": value} for key, value in entry.tags.items()]
    kms = {"importedModelKmsKeyId": wanted.kms_key_arn} if wanted.kms_key_arn else {}
    deadline = time.monotonic() + PROPAGATION_SECONDS
    while True:
        try:
            reply = call(
                f"creating import job {entry.name}",
                cloud.client("bedrock").create_model_import_job,
                needs=("jobArn",),
                jobName=entry.name,
                importedModelName=wanted.name,
                roleArn=wanted.role_arn,
                modelDataSource={"s3DataSource": {"s3Uri": f"{place.uri}/"}},
                jobTags=labels,
                importedModelTags=labels,
                clientRequestToken=entry.token,
                **kms,
            )
            return ledger.made(entry, str(reply["jobArn"]))
        except Refused as refused:
            if not role_unknown(refused) or time.monotonic() > deadline:
                for one in (entry, model):
                    ledger.gone(one, f"refused: {refused.reason or refused.code}")
                raise in_words(refused) from None
        except Unanswered:
            if (record := found(cloud, entry)) is None:
                raise
            return ledger.made(entry, str(record["jobArn"]))
        time.sleep(0.2 if cloud.simulator else 5)


def _entry(cloud: Cloud, wanted: Wanted, kind: str, name: str) -> Entry:
    return Entry(
        kind=kind,
        name=name,
        account=cloud.account,
        region=cloud.region,
        simulator=cloud.simulator,
        token=uuid.uuid4().hex,
        project=str(wanted.root),
        recipe=wanted.recipe,
        fingerprint=wanted.fingerprint,
        tags=tags(str(wanted.root), wanted.recipe, wanted.fingerprint, {}),
    )
