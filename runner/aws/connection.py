"""Where AWS calls go: one account and region of AWS, or a simulated AWS on this machine.

Credentials and endpoint of the real one come from where every AWS tool looks for them (environment, profile,
role; `AWS_ENDPOINT_URL` and its per-service forms included). Nothing here keeps or prints a credential.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

from runner.aws.refusals import explained
from runner.errors import RunnerError

_ONE_AT_A_TIME = threading.Lock()
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
        if self.simulator is not None:
            settings["proxies"] = {}  # it is on this machine, whatever HTTP_PROXY says
        config = Config(user_agent_extra="bedrock-recipe-runner", **settings)
        with explained(f"making a client for {service}"):
            if self.simulator is not None:
                with _ONE_AT_A_TIME:  # a session is shared here, and boto3's are not made for threads
                    session = _simulated_session(self.region)
                    return session.client(service, endpoint_url=self.simulator, config=config)
            # A session of its own: boto3's default one keeps the credentials that it found first.
            session = boto3.Session(
                region_name=self.region, profile_name=self.profile, botocore_session=fresh_session()
            )
            return session.client(service, config=config)  # type: ignore[call-overload]


def fresh_session() -> Any:
    """A session of botocore that has read nothing yet; service models are parsed once a process."""
    import botocore.session

    session, models = botocore.session.Session(), _models()
    models.search_paths[:] = dict.fromkeys(models.search_paths)  # each session of boto3 adds its folder again
    session.register_component("data_loader", models)
    return session


@cache
def _simulated_session(region: str | None) -> Any:
    """Credentials are stated, never looked up: a simulated call cannot reach AWS."""
    import boto3

    return boto3.Session(
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",
        region_name=region,
        botocore_session=fresh_session(),
    )


@cache
def _models() -> Any:
    """botocore's own loader: it keeps what it has read, tens of milliseconds for each service."""
    import botocore.session

    return botocore.session.Session().get_component("data_loader")


def client(service: str) -> Any:
    """A client for the region and profile of the environment."""
    return Connection().client(service)
