"""Metrics are found by listing and read whatever their layout, origin or dirt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runner.bedrock.metrics import (
    TRAINING,
    VALIDATION,
    Table,
    as_jsonl,
    diverged,
    fetch,
    last,
    lines,
    read_table,
)

ARN = (
    "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon.nova-micro-v1:0:128k/abcdefghijkl"
)
FOLDER = "out/model-customization-job-abcdefghijkl"
LAYOUTS = (
    "validation_artifacts/post_fine_tuning_validation/",
    "validation_artifacts/post_fine_tuning_validation/validation/",
    "validation_artifacts/",
)


class Bucket:
    """As much of an S3 client as reading takes."""

    def __init__(self, objects: dict[str, str]) -> None:
        self.objects = {key: text.encode() for key, text in objects.items()}

    def get_paginator(self, _name: str) -> Bucket:
        return self

    def paginate(self, *, Prefix: str, **_: Any) -> list[dict[str, Any]]:
        found = [
            {"Key": key, "Size": len(body)} for key, body in self.objects.items() if key.startswith(Prefix)
        ]
        return [{"Name": "bucket", "Contents": found[:1]}, {"Name": "bucket", "Contents": found[1:]}]

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        import io

        return {"Body": io.BytesIO(self.objects[Key])}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("origin", [0, 1])
def test_every_layout_and_origin_gives_the_same_lines(layout: str, origin: int) -> None:
    """Steps are counted from 1, whatever the file does."""
    steps = "".join(f"{n + origin},{origin},{3 - n},20\n" for n in range(3))
    objects = {
        f"{FOLDER}/training_artifacts/{TRAINING}": "step_number,epoch_number,training_loss,perplexity\n"
        + steps,
        f"{FOLDER}/{layout}{VALIDATION}": "step_number,epoch_number,validation_loss,perplexity\n"
        f"{2 + origin},{origin},1.5,4.5\n",
        "out/model-customization-job-other/training_artifacts/" + TRAINING: "step_number\n1\n",
    }
    found = list(lines(*fetch(Bucket(objects), "s3://bucket/out/", ARN, {})))
    assert [(line["kind"], line["step"], line["epoch"]) for line in found] == [
        ("train", 1, 1), ("train", 2, 1), ("train", 3, 1), ("validation", 3, 1),
    ]  # fmt: skip
    assert last(found, "validation", "validation_loss") == 1.5
    assert last(found, "train", "training_loss") == 1.0


def test_dirt_is_counted_not_fatal() -> None:
    """A byte order mark, empty cells, words, infinities and further columns."""
    text = "step_number,epoch_number,training_loss,critic/rewards/mean\n0,0,inf,0.5\n1,0,,0.7\nx,y,z,\n"
    table = read_table("k", text)
    assert table.skipped == 1
    found = list(lines([table], []))
    assert found[1] == {"kind": "train", "step": 2, "epoch": 1, "critic/rewards/mean": 0.7}
    assert last(found, "train", "training_loss") is None
    assert list(lines([Table("k", (), 0)], [])) == []


def test_a_diverged_training_is_json_and_no_traceback() -> None:
    """NaN, infinities, huge losses, counters that are none, a cell that no reader takes."""
    text = "step_number,epoch_number,training_loss\n0,0,1e300\n1,0,nan\n2,0,inf\nnan,0,1\n3,inf,1\n"
    table = read_table("k", text + f"4,0,{'9' * 200_000}\n5,0,\0\n")
    found = list(lines([table], []))
    assert table.skipped >= 3
    assert [line["training_loss"] for line in found][:3] == [1e300, None, None]
    assert diverged(found) >= 2
    for line in as_jsonl(found).splitlines():
        json.loads(line, parse_constant=pytest.fail)


def test_no_files_is_no_error() -> None:
    """A job may leave none: then there are no lines."""
    assert fetch(Bucket({}), "s3://bucket/out", ARN, {}) == ([], [])
