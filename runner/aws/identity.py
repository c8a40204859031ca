"""Which AWS identity a command would use."""

from __future__ import annotations

from dataclasses import dataclass

from runner.aws.connection import client
from runner.aws.refusals import explained


@dataclass(frozen=True, slots=True)
class Identity:
    """Which credentials a command would use; never the credentials themselves."""

    method: str
    """How boto3 found them, such as `env`, `shared-credentials-file`, `sso`."""
    profile: str
    region: str
    account: str = ""
    """The account's number, known only when AWS was asked."""


def identity(*, online: bool = False) -> Identity | None:
    """The credentials that boto3 finds here, or None. Only `online` makes network calls.

    Errors: `RunnerError` when AWS refuses them, or the settings are broken.
    """
    import botocore.session

    with explained("looking for AWS credentials"):
        session = botocore.session.Session()
        if not online:
            # These two ask a server; without them the search reads only the environment and files.
            for provider in ("container-role", "iam-role"):
                session.get_component("credential_provider").remove(provider)
        found = session.get_credentials()
        if found is None:
            return None
        region = str(session.get_config_variable("region") or "")
        profile = str(session.get_config_variable("profile") or "default")
        account = str(client("sts").get_caller_identity()["Account"]) if online else ""
        return Identity(str(found.method), profile, region, account)
