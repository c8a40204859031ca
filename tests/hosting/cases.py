"""A project with one finished job on a simulated Bedrock, as the executor leaves it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from runner.ledger import Entry, Ledger, open_ledger
from runner.runs import RunFolder
from runner.simulator.bedrock.custom_models import plant
from runner.simulator.running import Simulator

ACCOUNT = "123456789012"
FINGERPRINT = "ab" * 32
NAME = "tone-abababababab"


@dataclass(frozen=True, slots=True)
class Case:
    """The project, its run, and the simulated AWS that has its model."""

    root: Path
    recipe: Path
    run: Path
    model_arn: str
    simulator: Simulator

    @property
    def ledger(self) -> Ledger:
        """The ledger of the test."""
        return open_ledger()


def finished_job(
    root: Path, simulator: Simulator, called: str = "tone", model: str = "amazon.nova-2-lite-v1:0"
) -> Case:
    """Write the run folder, the ledger's entry, and the custom model into the simulated world."""
    region = "us-east-1"
    name = f"{called}-{FINGERPRINT[:12]}"
    recipe = root / "recipes" / "tone.yaml"
    recipe.parent.mkdir(parents=True)
    recipe.write_text(f"name: {called}\n", encoding="utf-8")
    run = root / "runs" / called / FINGERPRINT[:12]
    run.mkdir(parents=True)
    tags = {"runner:project": root.name, "runner:recipe": called, "runner:fingerprint": FINGERPRINT}
    labels = [{"key": key, "value": value} for key, value in tags.items()]
    arn = plant(simulator.world, name=name, base=f"{model}:256k", region=region, tags=labels)
    details = {
        "arn": "arn:job", "region": region, "account": ACCOUNT, "simulator": simulator.url,
        "custom_model": {"name": name, "arn": arn},
    }  # fmt: skip
    job = {"name": name, "executor": "bedrock", "state": "Completed", "details": details}
    plan = {
        "fingerprint": FINGERPRINT, "recipe": {"name": called, "file": "recipes/tone.yaml"},
        "model": {"id": model}, "method": "fine_tuning",
    }  # fmt: skip
    RunFolder(run).write("job.json", job)
    RunFolder(run).write("plan.json", plan)
    ledger = open_ledger()
    entry = Entry(
        "custom-model", name, ACCOUNT, region, simulator.url, token="t", project=str(root), recipe=called,
        fingerprint=FINGERPRINT, usd="1.95", per="month", tags=tags,
    )  # fmt: skip
    ledger.made(ledger.intend(entry), arn)
    return Case(root, recipe, run, arn, simulator)


def records(run: Path, number: int) -> None:
    """A validation file in Converse form."""
    lines = [
        {
            "schemaVersion": "bedrock-conversation-2024",
            "system": [{"text": "Be short."}],
            "messages": [
                {"role": "user", "content": [{"text": f"question {index}"}]},
                {"role": "assistant", "content": [{"text": f"answer {index}"}]},
            ],
        }
        for index in range(number)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (run / "validation.jsonl").write_text(text, encoding="utf-8")
