"""Where AWS calls go: one account and region of AWS, or a simulated AWS on this machine.

Credentials and endpoint of the real one come from where every AWS tool looks for them (environment, profile,
role; `AWS_ENDPOINT_URL` and its per-service forms included). Nothing here keeps or prints a credential.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runner.aws.refusals import explained
from runner.errors import RunnerError

INSTALL = "pip install 'bedrock-recipe-runner[aws]'"


@dataclass(frozen=True, slots=True)
class Connection:
    """Makes clients for one region. Threads may share it; it holds no credential."""

    region: str | None = None
    """None: as the environment or profile says."""
    profile: str | None = None
    simulator: str | None = None
    """Address of a simulated AWS, such as `http://127.0.0.1:41234`; None is AWS itself."""

    def client(self, service: str, **settings: Any) -> Any:
        """A boto3 client; `settings` go to botocore's `Config`.

        Errors: `RunnerError` when boto3 is not installed or its settings are wrong.
        """
        try:
            import boto3
            from botocore.config import Config
        except ImportError:
            raise RunnerError("AWS needs boto3, which is not installed", fix=INSTALL) from None
        settings = {"retries": {"mode": "standard"}, "connect_timeout": 10, **settings}
        config = Config(user_agent_extra="bedrock-recipe-runner", **settings)
        with explained(f"making a client for {service}"):
            if self.simulator is not None:
                # Address and credentials are stated, never looked up: a simulated call cannot reach AWS.
                return boto3.Session(
                    aws_access_key_id="simulated", aws_secret_access_key="simulated", region_name=self.region
                ).client(service, endpoint_url=self.simulator, config=config)  # type: ignore[call-overload]
            # A session of its own: boto3's default one keeps the credentials that it found first.
            session = boto3.Session(region_name=self.region, profile_name=self.profile)
            return session.client(service, config=config)  # type: ignore[call-overload]


def client(service: str) -> Any:
    """A client for the region and profile of the environment."""
    return Connection().client(service)
