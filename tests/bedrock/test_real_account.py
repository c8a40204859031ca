"""The way on real AWS: credentials and endpoint from the environment, here the simulator's."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")

from bedrock.account import ROLE, furnish
from bedrock.stage import CREDENTIALS, Cloud, Runners, ledger

from runner.simulator import faults

REAL = (
    "executor.simulate=false",
    f"executor.role_arn={ROLE}",
    "executor.output_uri=s3://bucket/out",
)
RUN = ("run", "recipes/faq.yaml", *REAL)
CANARIES = [text.encode() for text in (*CREDENTIALS.values(), "canary-session-token")]


def environment(aws: Cloud, **more: str) -> dict[str, str]:
    """Credentials as a user has them, and the simulated AWS as the endpoint of everything."""
    return {
        **CREDENTIALS,
        "AWS_SESSION_TOKEN": "canary-session-token",
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


def leaks(project: Path, *texts: str) -> list[str]:
    """Where a credential can be read."""
    files = [file for file in project.rglob("*") if file.is_file()]
    found = [str(file) for file in files if any(canary in file.read_bytes() for canary in CANARIES)]
    return found + [text for text in texts if any(canary in text.encode() for canary in CANARIES)]


def test_a_whole_run_and_no_credential_anywhere(runners: Runners, project: Path, aws: Cloud) -> None:
    """Left after the start, followed later; the cost is booked; no file, log or message holds a secret."""
    furnish(aws)
    left = runners.run(project, *RUN, "--yes", "--no-wait", "--format", "json", **environment(aws))
    assert left.code == 0, left.text
    aws.world.advance(4000)
    done = runners.run(project, *RUN, "--yes", "--format", "json", **environment(aws))
    assert done.code == 0, done.text
    assert done.json["job"]["state"] == "Completed"
    assert float(done.json["cost"]["actual"]["usd"]) > 0
    assert done.json["job"]["details"]["simulator"] == ""
    (reservation,) = ledger(project).reservations()
    assert (reservation.state, reservation.simulator) == ("booked", "")
    tags = {row["key"] for job in aws.world.find("job") for row in _tags(aws, job["arn"])}
    assert {"runner:project", "runner:recipe", "runner:fingerprint"} <= tags
    assert leaks(project, left.text, done.text) == []


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("GetCallerIdentity", "expired token"),
        pytest.param("PutObject", "access denied", marks=pytest.mark.slow),
        ("CreateModelCustomizationJob", "access denied"),
    ],
)
def test_no_refusal_shows_a_credential(
    runners: Runners, project: Path, aws: Cloud, operation: str, kind: str
) -> None:
    """Whatever AWS says, and with everything that Python could print."""
    furnish(aws)
    faults.add(aws.world, faults.Fault(operation, kind, 9))
    ended = runners.run(project, *RUN, "--yes", **environment(aws))
    assert ended.code == 1, ended.text
    assert "fix" in ended.text.lower()
    assert "Traceback" not in ended.text
    assert leaks(project, ended.text) == []


def test_ctrl_c_says_what_goes_on_and_how_to_stop_it(runners: Runners, project: Path, aws: Cloud) -> None:
    """Exit code 130, the job's price, the command that stops it; the next run follows the same job."""
    from concurrent.futures import ThreadPoolExecutor

    furnish(aws)
    aws.world.set(training_seconds=10**6)
    with ThreadPoolExecutor(1) as pool:
        words = (*RUN, "--yes", "--format", "json")
        running = pool.submit(runners.run, project, *words, **environment(aws))
        _until(lambda: _waits(project))
        os.kill(_child(runners), signal.SIGINT)
        ended = running.result(30)
    assert ended.code == 130, ended.text
    assert ended.json["exit_code"] == 130
    assert "goes on at AWS and is paid for" in ended.json["error"]
    assert "runner cancel" in ended.text
    assert "USD" in ended.text
    assert len(aws.world.find("job")) == 1


def _waits(project: Path) -> bool:
    return any("InProgress" in file.read_text() for file in project.glob("runs/faq/*/job.json"))


def _child(runners: Runners) -> int:
    parent = runners._process.pid
    return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])


def _until(ready: Any) -> None:
    for _ in range(600):
        if ready():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to pass")


def _tags(aws: Cloud, arn: str) -> list[dict[str, str]]:
    from bedrock.account import client

    reply = client(aws, "bedrock").list_tags_for_resource(resourceARN=arn)
    return list(reply["tags"])
