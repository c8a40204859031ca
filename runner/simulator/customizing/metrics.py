"""Metric files of a completed job. The losses are SYNTHETIC: a curve made from the job's id, no training."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from typing import Any

from runner.simulator import keeping
from runner.simulator.customizing.locations import split
from runner.simulator.rules import rule
from runner.simulator.world import World

FOLDER = rule(
    "A job writes <output>/model-customization-job-<id>/training_artifacts/step_wise_training_metrics.csv",
    provenance="documented",
    source="user guide, Analyze the results of a model customization job",
)
LAYOUTS = rule(
    "validation_metrics.csv lies in one of three folders (setting metrics_layout: guide, samples, flat)",
    provenance="documented",
    source="guide: the second; AWS notebooks read the third (Llama 2, Nova Micro) and the first (Llama 3.1)",
)
ORIGINS = rule(
    "step_number and epoch_number begin at 0 or at 1",
    provenance="documented",
    source="guide: from 0; AWS samples' plots begin at 1",
)
SYNTHETIC = rule(
    "Losses and rewards are synthetic: no model is trained; SYNTHETIC.txt beside the metrics says so",
    provenance="assumed",
    source="ours: the curve is made from the job's id",
)
REWARDS = rule(
    "A reinforcement job's metrics have critic/rewards/mean, max, min and actor/entropy in place of losses",
    provenance="assumed",
    source="names: user guide, rft; that they are columns of this file is assumed",
)
_PLACES = {
    "guide": "validation_artifacts/post_fine_tuning_validation/validation_metrics.csv",
    "samples": "validation_artifacts/post_fine_tuning_validation/validation/validation_metrics.csv",
    "flat": "validation_artifacts/validation_metrics.csv",
}
_NOTE = """SYNTHETIC: these metrics were made by a simulated AWS (bedrock-recipe-runner).
No model was trained. The numbers say nothing about any data or setting.
"""


def write(world: World, job: dict[str, Any]) -> dict[str, Any]:
    """Write the files; returns `trainingLoss` and `validationLosses` for the job's reply."""
    bucket, key = split(job["outputUri"])
    folder = f"{key.rstrip('/')}/model-customization-job-{job['id']}".lstrip("/")
    origin = _chosen(world, "step_origin", job["id"], (0, 1))
    rows = _curve(world, job, origin)
    rewarded = job["customizationType"] == "REINFORCEMENT_FINE_TUNING"

    def put(name: str, body: bytes) -> None:
        keeping.write_object(world, bucket, f"{folder}/{name}", body)

    put("SYNTHETIC.txt", _NOTE.encode())
    head = (
        ("critic/rewards/mean", "critic/rewards/max", "critic/rewards/min", "actor/entropy")
        if rewarded
        else (
            "training_loss",
            "perplexity",
        )
    )
    values = [
        (step, epoch, *((1 / (1 + loss), 1.0, 0.0, loss) if rewarded else (loss, math.exp(loss))))
        for step, epoch, loss in rows
    ]
    put("training_artifacts/step_wise_training_metrics.csv", _csv(head, values))
    losses = []
    if job["counts"].get("validation"):
        place = _PLACES[_chosen(world, "metrics_layout", job["id"], tuple(_PLACES))]
        last = {epoch: (step, epoch, loss * 1.1) for step, epoch, loss in rows}
        body = _csv(("validation_loss", "perplexity"), [(s, e, v, math.exp(v)) for s, e, v in last.values()])
        put(place, body)
        losses = [round(rows[-1][2] * 1.1, 6)] * len(job["validationUris"])
    return {"trainingLoss": None if rewarded else round(rows[-1][2], 6), "validationLosses": losses}


def _curve(world: World, job: dict[str, Any], origin: int) -> list[tuple[int, int, float]]:
    """Step, epoch and loss."""
    settings = job["hyperParameters"] or {}
    epochs = int(settings.get("epochCount", 2)) if str(settings.get("epochCount", "2")).isdigit() else 2
    batch = int(settings.get("batchSize", 1)) if str(settings.get("batchSize", "1")).isdigit() else 1
    steps = max(1, math.ceil(job["counts"]["training"] * epochs / batch))
    rows = min(steps, max(int(world.setting("metric_rows")), epochs))
    found = []
    for row in range(rows):
        step = row * steps // rows
        noise = hashlib.sha256(f"{job['id']}:{row}".encode()).digest()[0] / 255 - 0.5
        loss = 0.6 + 1.8 * math.exp(-4 * step / steps) + 0.05 * noise
        found.append((step + origin, step * epochs // steps + origin, round(loss, 6)))
    return found


def _csv(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("step_number", "epoch_number", *head))
    writer.writerows(rows)
    return text.getvalue().encode()


def _chosen(world: World, setting: str, job_id: str, choices: tuple[Any, ...]) -> Any:
    value = world.setting(setting)
    if value != "by_job":
        return value
    return choices[hashlib.sha256(f"{setting}:{job_id}".encode()).digest()[0] % len(choices)]
