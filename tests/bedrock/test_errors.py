"""What AWS refuses, in words: what is missing, where, and what to do. Nothing is lost by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")

from bedrock.account import errand, furnish
from bedrock.stage import Cloud

from runner.aws.calls import Refused, Unanswered, call, look
from runner.bedrock.attempts import latest_attempt
from runner.bedrock.creating import create_job
from runner.bedrock.explaining import failure_fix, in_words, role_unknown
from runner.bedrock.rejected import about_data, located, rejected_record
from runner.bedrock.submitting import _uploaded
from runner.bedrock.waiting import pauses
from runner.errors import BusyError, JobError, RunnerError
from runner.runs import RunFolder

VALIDATION, DENIED = "ValidationException", "AccessDeniedException"


def refused(reason: str, code: str = VALIDATION) -> Refused:
    """A refusal of CreateModelCustomizationJob."""
    return Refused(
        f"creating the job: {reason}", code=code, reason=reason, operation="CreateModelCustomizationJob"
    )


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (refused("Could not assume provided IAM role. Please verify the role"), "aws:SourceAccount"),
        (
            refused(
                "User: arn:aws:iam::1:user/me is not authorized to perform: iam:PassRole on resource:"
                " arn:aws:iam::1:role/job because no identity-based policy allows it", DENIED
            ),
            "allow iam:PassRole on arn:aws:iam::1:role/job",
        ),
        (refused("You don't have access to the model with the specified model ID.", DENIED), "allow"),
        (refused("You don't have access to the model with the specified model ID."), "Model access"),
        (refused("The model is in Legacy state and cannot be customized"), "runner models"),
        (refused("The S3 bucket must be in the same region as the job"), "must be in the job's region"),
        (refused("KMS key arn:aws:kms:x is not accessible"), "kms:Decrypt"),
        (refused("Too many jobs", "ServiceQuotaExceededException"), "Service Quotas"),
        (refused("The bucket does not exist", "NoSuchBucket"), "executor.output_uri"),
    ],
)  # fmt: skip
def test_each_known_refusal_has_its_fix(error: Refused, words: str) -> None:
    """And AWS's own sentence is kept."""
    said = in_words(error)
    assert words in said.fix
    assert error.reason in said.message


def test_only_a_full_quota_is_busy() -> None:
    """A sweep waits for room; it does not wait for a right that is missing."""
    assert isinstance(in_words(refused("x", "ServiceQuotaExceededException")), BusyError)
    assert not isinstance(in_words(refused("x", DENIED)), BusyError)
    assert not role_unknown(refused("hyperparameter out of range"))
    assert failure_fix("something new") == ""


@pytest.mark.parametrize(
    ("message", "file", "number"),
    [
        ("Training data validation failed: line 2 exceeds the token limit", "train.jsonl", 2),
        ("Invalid record at index 0", "train.jsonl", 1),
        ("Sample number 3 in validation dataset has no completion", "validation.jsonl", 3),
        ("Record #2: unknown key", "train.jsonl", 2),
        ("The job failed", "", 0),
        ("line 99 is too long", "", 0),
    ],
)
def test_a_message_leads_to_the_record(tmp_path: Path, message: str, file: str, number: int) -> None:
    """File, line and text; nothing where the message names no line that is there."""
    run = RunFolder(tmp_path / "runs" / "faq" / "abc")
    run.path.mkdir(parents=True)
    for name in ("train", "validation"):
        (run.path / f"{name}.jsonl").write_text("".join(f'{{"n": "{name}{n}"}}\n' for n in (1, 2, 3)))
    record = rejected_record(message, run)
    if not file:
        assert record is None
        assert located(message, run) == message
        return
    assert record is not None
    assert (record["file"], record["line"]) == (file, number)
    assert f"{file}:{number}" in located(message, run)
    assert about_data(message)


def test_a_new_role_is_tried_again_until_it_is_seen(aws: Cloud, tmp_path: Path, monkeypatch: Any) -> None:
    """ValidationException for a while after the role was made: one job in the end."""
    furnish(aws)
    asked = errand(aws, tmp_path)
    _with_data(asked)
    aws.world.set(role_propagation_seconds=2000)
    monkeypatch.setattr("runner.bedrock.creating._ROLE_PAUSE", 0)
    found = create_job(asked)
    assert aws.world.calls.count("CreateModelCustomizationJob") > 1
    assert [job["arn"] for job in aws.world.find("job")] == [found["jobArn"]]


def test_a_refused_job_gives_its_money_back(aws: Cloud, tmp_path: Path, monkeypatch: Any) -> None:
    """The ledger holds nothing alive, and the refusal says what to do."""
    furnish(aws)
    asked = errand(aws, tmp_path, role_arn="arn:aws:iam::123456789012:role/none")
    _with_data(asked)
    monkeypatch.setattr("runner.bedrock.creating.PROPAGATION_SECONDS", 0)
    with pytest.raises(RunnerError, match="role") as caught:
        create_job(asked)
    assert "runner doctor --iam" in caught.value.fix
    assert {entry.kind for entry in asked.ledger.alive()} <= {"training-data"}


def test_a_job_that_failed_on_its_data_is_not_paid_twice(aws: Cloud, tmp_path: Path) -> None:
    """The record is shown, and no second attempt is made with the same bytes."""
    furnish(aws)
    asked = errand(aws, tmp_path)
    _with_data(asked, bad=3)
    create_job(asked)
    aws.world.advance(4000)
    with pytest.raises(JobError) as caught:
        latest_attempt(asked)
    assert "failed on this very data" in caught.value.message
    assert "train.jsonl:3" in caught.value.message
    assert aws.world.calls.count("CreateModelCustomizationJob") == 1


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (
            "RequestTimeTooSkewed",
            "The difference between the request time and the server's is too large",
            "clock",
        ),
        ("InvalidSignatureException", "Signature not yet current: 20261122T0 is still later than", "clock"),
        ("SignatureDoesNotMatch", "Signature expired: 20261122T0 is now earlier than 20261122T1", "clock"),
        ("ExpiredTokenException", "The security token included in the request is expired", "sign in"),
        ("ThrottlingException", "Rate exceeded", "wait a little"),
    ],
)
def test_what_is_wrong_with_clock_or_credentials_is_told(code: str, reason: str, words: str) -> None:
    """And that nothing is lost."""
    from botocore.exceptions import ClientError

    def refuse() -> None:
        raise ClientError({"Error": {"Code": code, "Message": reason}}, "GetCallerIdentity")

    with pytest.raises(Refused) as caught:
        call("asking", refuse)
    assert words in caught.value.fix


def test_a_cut_reply_is_not_a_success() -> None:
    """An empty reply lacks what is needed; what only reads is asked again."""
    replies = iter([{}, {}, {"jobArn": "a"}])
    assert look("looking", lambda: next(replies), needs=("jobArn",)) == {"jobArn": "a"}
    with pytest.raises(Unanswered, match="cut short"):
        call("making", dict, needs=("jobArn",))


def test_waiting_grows_to_a_minute() -> None:
    """A hundred looks take more than an hour and a half: no quota is drained."""
    steps = [pause for pause, _ in zip(pauses(simulated=False), range(100), strict=False)]
    assert steps[0] == 5
    assert max(steps) == 60
    assert sum(steps) > 5400


def _with_data(asked: Any, *, bad: int = 0) -> None:
    """Two files' worth of records, one of them of another format, on S3."""
    import hashlib

    def row(number: int) -> dict[str, Any]:
        if number == bad:
            return {"prompt": "x", "completion": "y"}
        turns = [{"role": who, "content": [{"text": f"{who} {number}"}]} for who in ("user", "assistant")]
        return {"schemaVersion": "bedrock-conversation-2024", "messages": turns}

    text = "".join(json.dumps(row(number)) + "\n" for number in range(1, 13))
    (asked.run.path / "train.jsonl").write_text(text)
    asked.plan["dataset"]["train_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    _uploaded(asked)
