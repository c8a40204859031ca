"""A simulated connection states where it goes and who it is; the machine's AWS settings decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.aws.connection import Connection

if TYPE_CHECKING:
    from runner.simulator.running import Simulator

SERVICES = ("bedrock", "bedrock-runtime", "s3", "iam", "sts", "kms", "scheduler", "service-quotas", "pricing")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("ignored", ["", "true"])
def test_a_simulated_call_cannot_reach_aws(
    monkeypatch: pytest.MonkeyPatch, service: str, ignored: str
) -> None:
    """Neither an endpoint, nor credentials, nor the switch that ignores endpoints gets through."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignored)

    client = Connection("us-east-1", simulator="http://127.0.0.1:9").client(service)

    assert client.meta.endpoint_url == "http://127.0.0.1:9"
    credentials = client._request_signer._credentials
    assert (credentials.access_key, credentials.token) == ("simulated", None)


def test_a_proxy_is_not_asked_for_what_is_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator
) -> None:
    """As on a company's machine, where everything else goes through the proxy."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    client = Connection("us-east-1", simulator=simulator.url).client("sts")

    assert client.get_caller_identity()["Account"] == "123456789012"
