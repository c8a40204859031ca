"""The regions that a service has, as the installed boto3 knows them: no call is made."""

from __future__ import annotations

from runner.aws.refusals import explained


def available_regions(service: str) -> list[str]:
    """Every commercial region of the service. Errors: `RunnerError`."""
    with explained(f"looking for the regions of {service}"):
        import boto3

        return sorted(boto3.Session(region_name="us-east-1").get_available_regions(service))
