"""Asks IAM whether the role and you may do what the job needs: policy simulation, where you may ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from runner.aws.calls import Refused, look
from runner.bedrock.buckets import used
from runner.bedrock.errand import Errand
from runner.bedrock.explaining import DENIED
from runner.bedrock.places import place
from runner.bedrock.roles import not_asked
from runner.finding import Finding

_ALLOWED = "allowed"
_NO_POLICY = ("NoSuchEntity", "InvalidInput")
_PRINTS = "`runner doctor --iam` prints the policy"


@dataclass(frozen=True, slots=True)
class Need:
    """Actions that someone must be allowed on one resource."""

    actions: tuple[str, ...]
    resource: str
    path: str
    elsewhere: bool = False
    """Another policy (of the bucket, of the key) may allow it too: IAM alone cannot refuse."""


def findings(errand: Errand, role_exists: bool) -> Iterator[Finding]:
    """What the role and the caller lack."""
    if role_exists:
        yield from _denied(errand, "P303", str(errand.options.role_arn), "the role", list(role_needs(errand)))
    if (caller := caller_arn(errand.cloud.caller)) is not None:
        yield from _denied(errand, "P304", caller, "you", list(caller_needs(errand)))


def role_needs(errand: Errand) -> Iterator[Need]:
    """What Bedrock does with the role: read the data, write the output, and what the method adds."""
    options, request = errand.options, errand.request
    for bucket, path in used(errand).items():
        yield Need(("s3:ListBucket",), f"arn:aws:s3:::{bucket}", path)
        yield Need(("s3:GetObject",), f"arn:aws:s3:::{bucket}/*", path)
    output = place(str(options.output_uri)).below("model-customization-job-x/metrics")
    yield Need(("s3:PutObject",), output.arn, "executor.output_uri")
    if options.kms_key_arn:
        actions = ("kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")
        yield Need(actions, options.kms_key_arn, "executor.kms_key_arn", elsewhere=True)
    if options.subnet_ids:
        yield Need(
            ("ec2:DescribeNetworkInterfaces", "ec2:CreateNetworkInterface"), "*", "executor.subnet_ids"
        )
    extra = request.get("customizationConfig") or {}
    grader = ((extra.get("rftConfig") or {}).get("graderConfig") or {}).get("lambdaGrader") or {}
    if arn := grader.get("lambdaArn"):
        yield Need(("lambda:InvokeFunction",), str(arn), "hyperparameters.lambdaArn", elsewhere=True)
    teacher = (extra.get("distillationConfig") or {}).get("teacherModelConfig") or {}
    identifier = str(teacher.get("teacherModelIdentifier") or "")
    if ":inference-profile/" in identifier:
        yield Need(("bedrock:InvokeModel",), identifier, "hyperparameters.teacherModelIdentifier")


def caller_needs(errand: Errand) -> Iterator[Need]:
    """What you do yourself: upload, hand the role over, start the job and read its results."""
    options = errand.options
    data = place(options.data_uri or str(options.output_uri)).below("x.jsonl")
    yield Need(("s3:PutObject", "s3:GetObject"), data.arn, "executor.data_uri", elsewhere=True)
    yield Need(("iam:PassRole",), str(options.role_arn), "executor.role_arn")
    actions = (
        "bedrock:CreateModelCustomizationJob",
        "bedrock:GetModelCustomizationJob",
        "bedrock:StopModelCustomizationJob",
        "bedrock:GetCustomModel",
        "bedrock:TagResource",
    )
    yield Need(actions, "*", "executor")


def caller_arn(arn: str) -> str | None:
    """The user or role behind the credentials; None where no policy applies that could be simulated."""
    parts = arn.split(":")
    kind, _, name = parts[-1].partition("/")
    if kind == "user":
        return arn
    if kind == "assumed-role":
        return f"arn:{parts[1]}:iam::{parts[4]}:role/{name.partition('/')[0]}"
    return None  # the account's root, a federated user


def _denied(errand: Errand, code: str, who: str, called: str, needs: list[Need]) -> Iterator[Finding]:
    for need in needs:
        try:
            reply = look(
                "asking for permissions",
                errand.cloud.client("iam").simulate_principal_policy,
                needs=("EvaluationResults",),
                PolicySourceArn=who,
                ActionNames=list(need.actions),
                ResourceArns=[need.resource],
            )
        except Refused as refused:
            if refused.code in _NO_POLICY:
                return  # whoever it is, IAM has no policies of theirs to look at
            if refused.code not in DENIED:
                raise
            yield not_asked(f"what {called} may do", "iam:SimulatePrincipalPolicy", "executor.role_arn")
            return
        for row in reply["EvaluationResults"]:
            if row.get("EvalDecision") != _ALLOWED:
                yield _finding(code, called, need, str(row["EvalActionName"]), str(row["EvalDecision"]))


def _finding(code: str, called: str, need: Need, action: str, decision: str) -> Finding:
    doubtful = need.elsewhere and decision == "implicitDeny"
    unless = ", unless the resource's own policy allows it" if doubtful else ""
    return Finding(
        code,
        f"{called} may not {action} on {need.resource}{unless}",
        "warning" if doubtful else "error",
        path=need.path,
        fix=f"allow {action} on {need.resource}; {_PRINTS}",
        source="iam:SimulatePrincipalPolicy, asked just now",
    )
