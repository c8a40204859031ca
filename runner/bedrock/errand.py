"""One planned job on its way: what every step from preflight to outcome has to know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.bedrock import names
from runner.bedrock.cloud import Cloud
from runner.bedrock.options import Options
from runner.bedrock.request import request
from runner.ledger import Entry, Ledger
from runner.progress import Progress
from runner.runs import RunFolder


@dataclass(frozen=True, slots=True)
class Errand:
    """A plan, who carries it out, and where its traces go. `attempt` counts from 1."""

    plan: Mapping[str, Any]
    """The content of `plan.json`."""
    options: Options
    cloud: Cloud
    run: RunFolder
    progress: Progress
    ledger: Ledger
    sweep: str = ""
    attempt: int = 1

    @property
    def root(self) -> Path:
        """The project folder."""
        return self.run.path.resolve().parents[2]

    @property
    def project(self) -> str:
        """The project folder, as the ledger writes it; the tags have its name."""
        return str(self.root)

    @property
    def name(self) -> str:
        """The job's name, legal for Bedrock."""
        return names.job_name(str(self.plan["job"]["name"]), self.attempt)

    @property
    def model_name(self) -> str:
        """The custom model's name."""
        return names.model_name(self.name)

    @property
    def recipe(self) -> str:
        """The recipe's name."""
        return str(self.plan["recipe"]["name"])

    @property
    def request(self) -> dict[str, Any]:
        """The request of CreateModelCustomizationJob."""
        return request(self.plan, self.options, project=self.project, attempt=self.attempt)

    def entry(self, kind: str, name: str, **price: Any) -> Entry:
        """A thing of this job as the ledger writes it."""
        return Entry(
            kind=kind,
            name=name,
            account=self.cloud.account,
            region=self.cloud.region,
            simulator=self.cloud.simulator,
            token=names.token(str(self.plan["fingerprint"]), self.attempt),
            project=self.project,
            recipe=self.recipe,
            fingerprint=str(self.plan["fingerprint"]),
            tags={row["key"]: row["value"] for row in self.request["jobTags"]},
            **price,
        )
