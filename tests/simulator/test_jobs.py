"""A job from creation to its model, and back."""

from __future__ import annotations

import csv
import io

import pytest
from simulator.accounts import account, request


def test_a_job_runs_its_course(simulator):
    role, bedrock, s3 = account(simulator), simulator.client("bedrock"), simulator.client("s3")
    job = bedrock.create_model_customization_job(**request(role))["jobArn"]
    seen = []
    for _ in range(40):
        reply = bedrock.get_model_customization_job(jobIdentifier=job)
        seen.append((reply["status"], *(each["status"] for each in reply["statusDetails"].values())))
        simulator.advance(60)
    assert list(dict.fromkeys(seen)) == [
        ("InProgress", "InProgress", "NotStarted", "NotStarted"),
        ("InProgress", "Completed", "InProgress", "NotStarted"),
        ("InProgress", "Completed", "Completed", "InProgress"),
        ("Completed", "Completed", "Completed", "Completed"),
    ]
    model = bedrock.get_custom_model(modelIdentifier=reply["outputModelArn"])
    assert (model["modelName"], model["jobArn"], model["modelStatus"]) == ("model-1", job, "Active")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="bucket", Prefix="out/")["Contents"]]
    folder = f"out/model-customization-job-{job.rpartition('/')[2]}"
    assert keys == [f"{folder}/SYNTHETIC.txt", f"{folder}/training_artifacts/step_wise_training_metrics.csv"]
    body = s3.get_object(Bucket="bucket", Key=keys[1])["Body"].read().decode()
    rows = list(csv.DictReader(io.StringIO(body)))
    assert list(rows[0]) == ["step_number", "epoch_number", "training_loss", "perplexity"]
    assert float(rows[-1]["training_loss"]) == reply["trainingMetrics"]["trainingLoss"]
    bedrock.delete_custom_model(modelIdentifier=reply["outputModelArn"])
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_custom_model(modelIdentifier="model-1")
