"""Whole files through the stage: real samples, and one finding of each kind at its line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pictures import png, webp

from runner.examine import Examination, examine
from runner.plugins import load
from runner.record import Record
from runner.resources import shipped

GENERATOR = "amazon.titan-image-generator-v2:0"


def written(path: Path, rows: list[Any]) -> str:
    """A file of these rows; compressed if its name says so."""
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return str(path)


def lines(result: Examination) -> list[tuple[int, str]]:
    """Line and code of each error and warning that stands at a line."""
    places = [
        (found.finding.place.line if found.finding.place else 0, found.finding.code)
        for found in result.findings
    ]
    return sorted(place for place in places if place[0])


def test_a_manifest_with_a_defect_of_each_kind(tmp_path: Path) -> None:
    """All in one pass, each at its line."""
    images = tmp_path / "copies"
    images.mkdir()
    (images / "good.png").write_bytes(png(600, 600))
    (images / "small.png").write_bytes(png(60, 60))
    (images / "web.png").write_bytes(webp(600, 600))
    rows = [{"image-ref": f"s3://pictures/{n}/good.png", "caption": f"bus number {n}"} for n in range(6)]
    rows[1]["image-ref"] = "s3://pictures/small.png"
    rows[2]["image-ref"] = "s3://pictures/web.png"
    rows[3]["image-ref"] = "good.png"
    rows[4]["caption"] = "x"
    rows += [rows[5], {"caption": "no image"}, rows[5] | {"image-ref": "s3://pictures/gone.png"}]
    result = examine([written(tmp_path / "train.jsonl", rows)], GENERATOR, "fine_tuning", images=images)
    expected = [(2, "D258"), (3, "D255"), (4, "D250"), (5, "D271"), (7, "D230"), (8, "D212"), (9, "D253")]
    assert lines(result) == expected
    assert not result.accepted


def test_the_same_caption_of_two_images_is_no_duplicate(tmp_path: Path) -> None:
    rows = [{"image-ref": f"s3://pictures/{n}.png", "caption": "a red bus"} for n in range(6)]
    result = examine([written(tmp_path / "train.jsonl", rows)], GENERATOR, "fine_tuning")
    assert [code for _, code in lines(result)] == []


def test_aws_s_reinforcement_sample(shared_data: Path) -> None:
    file = shared_data / "aws-examples" / "rft-gsm8k-100.jsonl"
    for model in ("nova-2-lite", "amazon.nova-2-lite-v1:0:256k", "openai.gpt-oss-20b-1:0"):
        result = examine([str(file)], model, "reinforcement_fine_tuning")
        assert (result.records, result.errors, result.format) == (100, 0, "openai_chat")


def test_aws_s_tool_use_sample(shared_data: Path) -> None:
    file = shared_data / "aws-examples" / "nova-converse-tooluse-test120.jsonl.gz"
    for model in ("amazon.nova-micro-v1:0", "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0"):
        result = examine([str(file)], model, "fine_tuning")
        assert (result.records, result.errors) == (120, 0)


def test_made_logs(shared_data: Path) -> None:
    """Accepted for distillation and for reinforcement; what cannot be used is a warning."""
    pattern = f"{shared_data}/invocation-logs/made/AWSLogs/**/*.gz"
    result = examine([pattern], "amazon.nova-micro-v1:0", "distillation", structure_only=True)
    assert (result.records, result.errors, result.warnings, result.format) == (185, 0, 9, "invocation_log")
    result = examine([pattern], "nova-2-lite", "reinforcement_fine_tuning", structure_only=True)
    assert (result.records, result.errors) == (185, 0)


def test_a_log_with_too_few_usable_records(tmp_path: Path) -> None:
    body = {"messages": [{"role": "user", "content": [{"text": "Why?"}]}]}
    row = {
        "schemaType": "ModelInvocationLog",
        "modelId": "m",
        "input": {"inputBodyJson": body},
        "errorCode": "x",
    }
    result = examine([written(tmp_path / "a.json.gz", [row] * 100)], "nova-micro", "distillation")
    assert result.errors == 1
    assert {found.finding.code for found in result.findings if found.finding.severity == "error"} == {"D293"}


def test_prompt_and_completion_for_distillation(shared_data: Path) -> None:
    """The form is named, and how to convert it."""
    file = shared_data / "aws-examples" / "distillation-promptcompletion-first20.jsonl"
    result = examine([str(file)], "amazon.nova-micro-v1:0", "distillation")
    wrong = [found for found in result.findings if found.finding.code == "D211"]
    assert wrong[0].count == 20
    assert "prompt_completion" in wrong[0].finding.message
    assert "jq -c" in wrong[0].finding.fix


def schema(name: str) -> jsonschema.Draft202012Validator:
    """The schema of a line."""
    text = (shipped("schemas") / "records" / f"{name}.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def test_the_schemas_take_what_the_checks_take(shared_data: Path) -> None:
    """Real lines of two formats, and a made line of the third."""
    sample = (shared_data / "aws-examples" / "rft-gsm8k-100.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(schema("openai_chat").is_valid(json.loads(line)) for line in sample)
    files = (shared_data / "invocation-logs").rglob("*.json.gz")
    logged = [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
    assert sum(map(schema("invocation_log").is_valid, logged)) == 186 - 3 - 1  # without answer, or apart
    assert schema("image_caption").is_valid({"image-ref": "s3://pictures/a.png", "caption": ""})
    assert not schema("image_caption").is_valid({"image-ref": "s3://pictures/", "caption": "a"})


@pytest.mark.parametrize(
    ("model", "method"), [(GENERATOR, "fine_tuning"), ("nova-2-lite", "reinforcement_fine_tuning")]
)
def test_what_the_formats_write_is_accepted(tmp_path: Path, model: str, method: str) -> None:
    """The lines that a recipe builds pass the checks of the same format."""
    name = "image_caption" if method == "fine_tuning" else "openai_chat"
    rows = []
    for number in range(100):
        fields = {"prompt": f"a bus with number {number}", "completion": str(number)}
        record = Record(f"r/{number}", fields, {"image": f"s3://pictures/{number}.png"}, f"r/{number}")
        rows.append(load("formats", name)(record))
    result = examine([written(tmp_path / "train.jsonl", rows)], model, method)
    assert (result.format, result.records, result.errors) == (name, 100, 0)
