"""The way of one job: found or made once, followed to its end, its accounts closed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runner.aws.calls import Refused, call
from runner.bedrock.attempts import departures, find_job, latest_attempt
from runner.bedrock.cloud import known_cloud, open_cloud
from runner.bedrock.creating import create_job
from runner.bedrock.demo import with_demo_places
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import in_words
from runner.bedrock.money import hold, reserve
from runner.bedrock.options import Options
from runner.bedrock.outcome import collect_metrics, settle
from runner.bedrock.places import data_place
from runner.bedrock.preflight import preflight
from runner.bedrock.record import ALIVE, ENDED, job_from
from runner.bedrock.request import uploads
from runner.bedrock.upload import Vault, upload
from runner.bedrock.waiting import follow
from runner.errors import RunnerError
from runner.job import Job
from runner.ledger import open_ledger
from runner.planning.money import dollars
from runner.progress import Progress
from runner.runs import RunFolder


def submit(
    plan: Mapping[str, Any], options: Options, run: RunFolder, progress: Progress, *, sweep: str = ""
) -> Job:
    """The job, ended unless nobody waits for it. May be called again after any crash."""
    root = run.path.resolve().parents[2]
    cloud = open_cloud(plan["region"], options.profile, root, simulate=options.simulate)
    errand = Errand(plan, options, cloud, run, progress, open_ledger(), sweep)
    try:
        errand, found = _found_or_made(errand)
        job = follow(errand, found) if options.wait else job_from(errand, found)
        run.write("job.json", job.as_dict())
        return job if job.state in ALIVE else settle(errand, job)
    except Refused as refused:
        raise in_words(refused) from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_what_goes_on(errand)) from None


def refresh(job: Job, options: Options, run: RunFolder) -> Job:
    """The job as it stands now; its accounts are closed if it has ended."""
    errand = _errand_of(job, options, run)
    try:
        found = find_job(errand.cloud, str(job.details["arn"]))
        if found is None:
            raise RunnerError(
                f"AWS does not know job {job.name} any more", fix="`runner run` starts it again"
            )
        fresh = job_from(errand, found)
        return fresh if fresh.state in ALIVE else settle(errand, fresh)
    except Refused as refused:
        raise in_words(refused) from None


def stop(job: Job, options: Options, run: RunFolder) -> None:
    """Ask AWS to stop the job. A job that has ended meanwhile is left as it is."""
    cloud = known_cloud(job.details, options.profile, run.path.resolve().parents[2])
    try:
        call(
            f"stopping job {job.name}",
            cloud.client("bedrock").stop_model_customization_job,
            jobIdentifier=str(job.details["arn"]),
        )
    except Refused as refused:
        if refused.code != "ConflictException":
            raise in_words(refused) from None


def collect(job: Job, options: Options, run: RunFolder) -> dict[str, Any]:
    """The metrics of a job that has ended."""
    cloud = known_cloud(job.details, options.profile, run.path.resolve().parents[2])
    # A simulated AWS has one account: see `runner.bedrock.demo`.
    owner = cloud.account if cloud.simulator else options.bucket_owner or cloud.account
    return collect_metrics(cloud, Vault(None, owner).guard, job, run)


def _found_or_made(errand: Errand) -> tuple[Errand, Mapping[str, Any]]:
    """AWS's record of the job. Whatever has been done before, by whomever, is not done again."""
    errand = replace(errand, options=with_demo_places(errand.cloud, errand.options, errand.progress))
    latest = latest_attempt(errand, followed=_followed(errand))
    errand = replace(errand, attempt=latest.number)
    if latest.job is not None:
        errand.progress.say(f"job {errand.name} is there already ({latest.job['status']}): following it")
        for departure in departures(errand, latest.job):
            errand.progress.say(f"warning: {departure}")
        if latest.job["status"] not in ENDED:
            errand.ledger.intend(errand.entry("customization-job", errand.name))
        hold(errand)  # the ledger may be lost, or another machine's
        errand.run.log("found", job=errand.name, arn=str(latest.job["jobArn"]))
        return errand, latest.job
    if latest.before:
        errand.progress.say(f"attempt {latest.number}: {latest.before}")
    preflight(errand)
    reserve(errand)
    _uploaded(errand)
    found = create_job(errand)
    errand.run.log("made", job=errand.name, arn=str(found["jobArn"]))
    errand.progress.say(f"job {errand.name}: {found['jobArn']}")
    return errand, found


def _followed(errand: Errand) -> str:
    """The job that the last run left under way. Errors: `RunnerError` if that is in another account."""
    known = errand.run.job() or {}
    if known.get("state") not in ALIVE:
        return ""
    account = known["details"].get("account")
    if account and account != errand.cloud.account:
        raise RunnerError(
            f"job {known['name']} goes on in account {account}, and your credentials are of account"
            f" {errand.cloud.account}, where it would be started again",
            fix=f"use credentials of {account} (AWS_PROFILE, executor.profile); then `runner cancel` ends it",
        )
    return str(known["name"])


def _uploaded(errand: Errand) -> None:
    options = errand.options
    owner = options.bucket_owner or errand.cloud.account
    vault = Vault(errand.cloud.client("s3"), owner, options.kms_key_arn)
    for name, sha256 in uploads(options, errand.plan["dataset"]).items():
        file, target = errand.run.path / name, data_place(options.data_uri, str(options.output_uri), sha256)
        entry = errand.ledger.intend(errand.entry("training-data", target.uri))
        size = file.stat().st_size

        def shown(sent: int, name: str = name, size: int = size) -> None:
            errand.progress.show(f"uploading {name}, bytes", sent, size)

        upload(vault, file, target, sha256, shown)
        errand.ledger.made(entry, target.uri)


def _errand_of(job: Job, options: Options, run: RunFolder) -> Errand:
    """What a job that was started before needs to be asked about."""
    cloud = known_cloud(job.details, options.profile, run.path.resolve().parents[2])
    options = replace(options, output_uri=options.output_uri or str(job.details["output_uri"]))
    attempt = int(job.details.get("attempt") or 1)
    return Errand(
        run.read("plan.json"), options, cloud, run, Progress(quiet=True), open_ledger(), "", attempt
    )


def _what_goes_on(errand: Errand) -> str:
    """What an interrupted run leaves at AWS, and how to stop that."""
    job, alive = errand.run.job(), errand.ledger.alive()
    again = "the same `runner run` follows it again"
    fingerprint = str(errand.plan["fingerprint"])
    if not any(one.kind == "customization-job" and one.fingerprint == fingerprint for one in alive):
        return "no job was asked for; what is uploaded stays, and the same `runner run` goes on from there"
    if not job or job.get("state") not in ALIVE:
        return "the job may have been made just now; the same `runner run` finds it, `runner status` lists it"
    if errand.cloud.simulator:
        return f"job {job['name']} goes on in the simulated AWS and costs nothing; {again}"
    likely, high = (dollars(errand.plan["cost"][bound]) for bound in ("likely", "high"))
    price = f"likely {likely} USD in all, at most {high}"
    return (
        f"job {job['name']} goes on at AWS and is paid for ({price}); {again},"
        f" `runner cancel {shlex.quote(str(errand.run.path))}` stops it"
    )
