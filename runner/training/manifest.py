"""`training.json`: everything that decides the bits of the result."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

import torch

from runner.atomic import file_digest
from runner.local.models import folder_digest
from runner.training.bases import LoadedBase
from runner.training.encode import Example
from runner.training.job import TrainingJob


def training_manifest(
    job: TrainingJob, base: LoadedBase, model: Any, train: Sequence[Example], validation: Sequence[Example]
) -> dict[str, Any]:
    """The settings, and what the trainer found when it applied them."""
    data = [job.folder / f"{name}.jsonl" for name in ("train", "validation")]
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    return {
        "settings": {key: value for key, value in job.settings.items() if key != "summary"},
        "base_folder_digest": folder_digest(base.folder),
        "weights": {"all": sum(weight.numel() for weight in model.parameters()), "trained": trained},
        "data": {path.name: file_digest(path) for path in data if path.exists()},
        "records": {"train": len(train), "validation": len(validation)},
        "tokens": {
            name: {"all": sum(len(e.tokens) for e in part), "learned": sum(len(e.learned) for e in part)}
            for name, part in (("train", train), ("validation", validation))
        },
        "optimizer": {
            "name": "AdamW",
            "betas": [0.9, 0.999],
            "eps": 1e-8,
            "weight_decay": 0.0,
            "gradient_norm": 1.0,
        },
        "found": {
            "threads": torch.get_num_threads(),
            "cpu": torch.backends.cpu.get_cpu_capability(),
            "device": torch.cuda.get_device_name() if model.device.type == "cuda" else "cpu",
            "attention": model.config._attn_implementation,
            "python": platform.python_version(),
        },
    }
