"""Are the buckets there, ours, and in the region of the job?"""

from __future__ import annotations

import os
from collections.abc import Iterator

from runner.aws.calls import Refused, look
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import DENIED
from runner.bedrock.places import place
from runner.bedrock.roles import not_asked
from runner.finding import Finding

TRUSTED = "RUNNER_BUCKET_OWNERS"
"""Numbers of further accounts whose buckets may be used. A recipe, which may come with a pull request, cannot
choose them: it could send what your credentials can read to a stranger."""


def used(errand: Errand) -> dict[str, str]:
    """Every bucket of the job, and the option that names it."""
    options = errand.options
    named = [
        (options.output_uri, "executor.output_uri"),
        (options.data_uri, "executor.data_uri"),
        (options.invocation_logs_uri, "executor.invocation_logs_uri"),
        *((uri, "executor.validators") for uri in options.validators),
    ]
    found: dict[str, str] = {}
    for uri, path in named:
        if uri:
            found.setdefault(place(uri).bucket, path)
    return found


def findings(errand: Errand) -> Iterator[Finding]:
    """One finding for each bucket that the job could not use."""
    owner = errand.options.bucket_owner
    trusted = (errand.cloud.account, *os.environ.get(TRUSTED, "").replace(",", " ").split())
    if owner and owner not in trusted:
        yield Finding(
            "P305",
            f"executor.bucket_owner is {owner}, another account than yours: data would be sent there because"
            " a recipe says so",
            path="executor.bucket_owner",
            fix=f"if that account is one of yours, say so where no recipe can: {TRUSTED}={owner} in your"
            " environment",
        )
        return
    for bucket, path in used(errand).items():
        yield from _one(errand, bucket, path)


def _one(errand: Errand, bucket: str, path: str) -> Iterator[Finding]:
    region = errand.cloud.region
    owner = errand.options.bucket_owner or errand.cloud.account
    try:
        head = look(
            f"looking at bucket {bucket}",
            errand.cloud.client("s3").head_bucket,
            Bucket=bucket,
            ExpectedBucketOwner=owner,
        )
    except Refused as refused:
        if refused.code in ("NoSuchBucket", "NoSuchKey", "NotFound"):
            fix = f"make it in {region}, or correct the name: `aws s3 mb s3://{bucket} --region {region}`"
            yield Finding("P305", f"there is no bucket {bucket}", path=path, fix=fix)
            return
        if refused.code == "PermanentRedirect":
            yield _elsewhere(bucket, "another region", region, path)
            return
        if refused.code not in DENIED:
            raise
        yield Finding(
            "P305",
            f"bucket {bucket} is not reachable: you may not list it, or account {owner} does not own it",
            path=path,
            fix="allow s3:ListBucket on it; for a bucket of another account set executor.bucket_owner",
        )
        return
    stated = head.get("BucketRegion") or head.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get(
        "x-amz-bucket-region"
    )
    if not stated:
        yield not_asked(f"the region of bucket {bucket}", "s3:GetBucketLocation", path)
    elif stated != region:
        yield _elsewhere(bucket, str(stated), region, path)


def _elsewhere(bucket: str, stated: str, region: str, path: str) -> Finding:
    return Finding(
        "P305",
        f"bucket {bucket} is in {stated}, the job runs in {region}: Bedrock reads only its own region",
        path=path,
        fix=f"use a bucket in {region}",
        source="Bedrock user guide: Prerequisites for model customization",
    )
