"""Hand-written run folders for the report's tests: our own sentences, small numbers that add up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from runner.errors import RecipeError
from runner.finding import Finding
from runner.report import make_report
from runner.reporting.sweep_summary import ended_job, write_sweep
from runner.runs import RunFolder

HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
FINGERPRINT = "3f9c1e7ab24d" + "0" * 52

PLAN: dict[str, Any] = {
    "plan_version": 1,
    "fingerprint": FINGERPRINT,
    "recipe": {
        "file": "recipes/support_tone.yaml",
        "name": "support-tone",
        "overrides": ["hyperparameters.epochCount=2", "sources.faq.path=data/一覧 2026.jsonl"],
        "digest": "7a" * 32,
    },
    "model": {
        "id": "example.small-v1:0",
        "name": "Example Small",
        "platform": "bedrock",
        "digest": "5b" * 32,
    },
    "method": "fine_tuning",
    "region": "us-east-1",
    "dataset": {
        "address": "c4" * 32,
        "train_records": 120,
        "validation_records": 14,
        "train_tokens": 18_240,
        "tokenizer": "cl100k_base",
        "train_sha256": "1d" * 32,
        "validation_sha256": "2e" * 32,
    },
    "executor": {
        "kind": "local",
        "settings": {
            "summary": [
                "LoRA, rank 16, on the attention and feed-forward layers",
                "bfloat16, 2 threads, seed 0",
            ],
            "hyperparameters": {"epochCount": 2, "batchSize": 8, "learningRate": 0.0005},
            "seed": 0,
            "threads": 2,
            "precision": "bfloat16",
            "base": {"name": "tiny-example", "sha256": "9e" * 32},
            "versions": {"torch": "2.13.0", "peft": "0.21.2"},
        },
    },
    "hyperparameters": {"epochCount": 2, "batchSize": 8, "learningRate": 0.00001},
    "job": {"name": "support-tone-3f9c1e7ab24d"},
    "cost": {
        "platform": "Amazon Bedrock",
        "rehearsal": True,
        "lines": [
            {
                "item": "training_tokens",
                "quantity": "36480",
                "unit": "tokens x epochs",
                "low": "0.021",
                "likely": "0.036",
                "high": "0.059",
                "usd": "0.001",
                "per": "1000 tokens x epoch",
                "source": "price list (example)",
                "as_of": "2026-11-01",
                "confidence": "documented",
            },
            {
                "item": "storage",
                "quantity": "1",
                "unit": "month",
                "low": "1.95",
                "likely": "1.95",
                "high": "1.95",
                "usd": "1.95",
                "per": "month",
                "source": "price list (example)",
                "as_of": "2026-11-01",
                "confidence": "documented",
            },
        ],
        "low": "1.971",
        "likely": "1.986",
        "high": "2.009",
        "unknown": ["provisioned_throughput"],
    },
    "budget": {"max_usd": "20", "within": True},
    "findings": [],
}

DATASET: dict[str, Any] = {
    "address": "c4" * 32,
    "format": "not_a_format",
    "sources": [
        {
            "label": "faq",
            "kind": "files",
            "location": "data/一覧 2026.jsonl",
            "digest": "ab" * 32,
            "records": 168,
            "licence": "CC0-1.0",
        }
    ],
    "steps": [
        {
            "label": "read",
            "kind": "read",
            "in": 168,
            "kept": 167,
            "changed": 0,
            "created": 0,
            "dropped": {"unreadable": 1},
        },
        {
            "label": "clean",
            "kind": "strip_markup",
            "in": 167,
            "kept": 167,
            "changed": 31,
            "created": 0,
            "dropped": {},
        },
        {
            "label": "drop_empty",
            "kind": "drop_empty",
            "in": 167,
            "kept": 158,
            "changed": 0,
            "created": 0,
            "dropped": {"empty": 9},
        },
        {
            "label": "drop_duplicates",
            "kind": "drop_duplicates",
            "in": 158,
            "kept": 139,
            "changed": 0,
            "created": 0,
            "dropped": {"duplicate": 19},
        },
        {
            "label": "limit_tokens",
            "kind": "limit_tokens",
            "in": 139,
            "kept": 140,
            "changed": 2,
            "created": 4,
            "dropped": {"too_long": 3},
        },
    ],
    "totals": {
        "read": 168,
        "created": 4,
        "dropped": 32,
        "kept": 140,
        "train": 120,
        "validation": 14,
        "unused": 6,
    },
    "dropped": {
        "read:unreadable": 1,
        "drop_empty:empty": 9,
        "drop_duplicates:duplicate": 19,
        "limit_tokens:too_long": 3,
    },
    "tokens": {
        "tokenizer": "cl100k_base",
        "train": {"total": 18_240, "min": 22, "p50": 141, "p90": 288, "p99": 470, "max": 509},
        "validation": {"total": 2_117, "min": 31, "p50": 138, "p90": 270, "p99": 402, "max": 402},
    },
    "histogram": {
        "edges": [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600],
        "train": [6, 18, 34, 25, 14, 10, 6, 3, 2, 1, 1, 0],
    },
    "categories": {"返品・交換": 48, "配送": 37, "お支払い": 22, "product": 19, "その他": 14},
    "languages": {"ja": 121, "en": 16, "other": 3},
    "files": {
        "train.jsonl": {"records": 120, "bytes": 81_342, "sha256": "1d" * 32},
        "validation.jsonl": {"records": 14, "bytes": 9_120, "sha256": "2e" * 32},
        "dropped.jsonl": {"records": 32, "bytes": 20_411, "sha256": "3f" * 32},
    },
    "samples": [
        {
            "prompt": "注文した傘が届きません。いつ届きますか。",
            "completion": "ご心配をおかけしております。お届け予定日は発送のお知らせに記載しております。",
        },
        {"prompt": f"Is this safe? {HOSTILE}", "completion": "It is shown as text."},
    ],
    "versions": {"runner": "0.1.0", "unicode": "14.0.0"},
}

METRICS: dict[str, Any] = {
    "state": "Completed",
    "training_loss_first": 2.71,
    "training_loss_last": 1.62,
    "validation_loss_before": 2.634,
    "validation_loss_after": 1.871,
    "perplexity_before": 13.93,
    "perplexity_after": 6.49,
    "bits_per_character_before": 2.91,
    "bits_per_character_after": 2.07,
    "chrf_before": None,
    "chrf_after": None,
    "records": 120,
    "steps": 30,
    "tokens_trained": 36_480,
    "seconds": 192.4,
    "synthetic": False,
    "base": "tiny-example",
    "samples": [
        {
            "prompt": "色違いに交換できますか。",
            "reference": "はい、未使用でしたら到着から14日以内に承ります。",
            "before": "色色色色色です です",
            "after": "はい、未使用の場合は14日以内に交換を承ります。",
        },
        {
            "prompt": HOSTILE,
            "reference": "& < > \" '",
            "before": "\x00\x1b[31m",
            "after": "\ud800 half a character",
        },
    ],
    "notes": [
        "The base model does not speak Japanese: the loss is the only evidence here, and the answers are not."
    ],
}


def curve() -> list[dict[str, Any]]:
    """Thirty training steps and three validations."""
    lines: list[dict[str, Any]] = [{"kind": "validation", "step": 0, "epoch": 0, "validation_loss": 2.634}]
    for step in range(1, 31):
        wobble = 0.12 * ((step * 7) % 5 - 2) / 2
        loss = 1.58 + 1.1 * 0.9**step + wobble
        lines.append(
            {"kind": "train", "step": step, "epoch": 1 + step // 16, "training_loss": loss, "tokens": 1216}
        )
        if step in (15, 30):
            lines.append(
                {
                    "kind": "validation",
                    "step": step,
                    "epoch": step // 15,
                    "validation_loss": {15: 2.012, 30: 1.871}[step],
                }
            )
    return lines


def job(state: str = "Completed", **more: Any) -> dict[str, Any]:
    """A job of the local executor."""
    return {
        "name": "support-tone-3f9c1e7ab24d",
        "executor": "local",
        "state": state,
        "started": "2026-11-21T09:00:00Z",
        "ended": "2026-11-21T09:03:12Z",
        "failure": "",
        "details": {},
        **more,
    }


def finding(**more: Any) -> dict[str, Any]:
    """A warning as `findings.json` holds it."""
    return {
        "code": "D104",
        "severity": "warning",
        "file": "recipes/support_tone.yaml",
        "line": 14,
        "column": 9,
        "message": "16 records are not Japanese",
        "path": "sources.faq",
        "fix": "add a `language` step",
        "source": "",
        "overrode": "",
        **more,
    }


def write_run(
    root: Path, *, name: str = "support-tone", fingerprint: str = FINGERPRINT, **files: Any
) -> RunFolder:
    """A run folder. `files` replaces the content of a file; None leaves it out: `metrics=None`."""
    run = RunFolder(root / "runs" / name / fingerprint[:12])
    run.path.mkdir(parents=True)
    recipe = {**PLAN["recipe"], "name": name}
    content: dict[str, Any] = {
        "plan": {**PLAN, "fingerprint": fingerprint, "recipe": recipe},
        "dataset": DATASET,
        "job": job(),
        "metrics": METRICS,
        "findings": [finding()],
        **{key: value for key, value in files.items() if key != "curve"},
    }
    for key, value in content.items():
        if value is not None:
            (run.path / f"{key}.json").write_text(json.dumps(value), encoding="utf-8")
    lines = files.get("curve", curve())
    if lines is not None:
        text = "".join(json.dumps(line) + "\n" for line in lines) + '{"kind": "train", "st'
        (run.path / "metrics.jsonl").write_text(text, encoding="utf-8")
    recipe_text = (
        f"name: {name}\ndescription: 当社のサポートの言葉づかい\nsplit: {{validation: 0.1, seed: 0}}\n"
    )
    (run.path / "recipe.yaml").write_text(recipe_text, encoding="utf-8")
    (run.path / "dropped.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in _dropped()), encoding="utf-8"
    )
    return run


def _dropped() -> list[dict[str, Any]]:
    marks = [
        ("drop_empty", "empty", "completion"),
        ("drop_duplicates", "duplicate", "of faq/3"),
        ("limit_tokens", "too_long", "612 tokens"),
        ("drop_duplicates", "duplicate", HOSTILE),
    ]
    return [
        {
            "id": f"faq/{number}",
            "fields": {"prompt": f"送料はいくらですか。({number})", "completion": ""},
            "meta": {},
            "dropped": {"reason": reason, "detail": detail, "step": step},
        }
        for number, (step, reason, detail) in enumerate(marks * 5)
    ]


def write_sweep_of(root: Path, name: str = "swept") -> Path:
    """A sweep over two parameters: eight jobs that completed, one that failed, one refused, one not begun."""
    jobs = []
    for number, (epochs, records) in enumerate((e, n) for e in (1, 2, 4) for n in (50, 100, 200)):
        loss = 2.6 - 0.15 * epochs**0.5 - 0.002 * records
        files: dict[str, Any] = {"metrics": {**METRICS, "validation_loss_after": loss}}
        if (epochs, records) == (2, 100):
            files = {"job": job("Failed", failure=f"Out of memory. {HOSTILE}"), "metrics": None}
        run = write_run(root, name=name, fingerprint=f"{number:02d}" * 32, **files)
        make_report(run)
        jobs.append(ended_job(number, _point(epochs, records), run))
    refused = Finding(
        "R102", "hyperparameters.epochCount is 99, the model allows 1 to 10", fix="use up to 10"
    )
    jobs.append(ended_job(9, _point(99, 50), error=RecipeError([refused])))
    jobs.append(ended_job(10, _point(4, 400)))
    folder = root / "runs" / name / "sweeps" / "2026-11-21"
    return write_sweep(folder, jobs, recipe=name, overrides=["hyperparameters.epochCount=1,2,4,99"])


def _point(epochs: int, records: int) -> tuple[str, ...]:
    return (f"hyperparameters.epochCount={epochs}", f"split.train_records={records}")
