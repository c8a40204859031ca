"""What is trained of a base: small low-rank matrices beside its weights, or all of its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import save_file

from runner.atomic import write_json
from runner.errors import RunnerError


def make_trainable(model: Any, adapter: Mapping[str, Any]) -> Any:
    """The model with the weights that are to learn, and only those, asking for gradients."""
    model.config.use_cache = False
    if adapter["kind"] == "full":
        model.requires_grad_(True)
        return model
    targets = adapter["targets"]
    config = LoraConfig(
        r=adapter["rank"],
        lora_alpha=adapter["alpha"],
        lora_dropout=adapter["dropout"],
        target_modules=list(targets) if targets else "all-linear",
        bias="none",
        task_type="CAUSAL_LM",
    )
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        raise RunnerError(
            f"LoRA cannot be put on this base: {str(error).splitlines()[0]}",
            fix="check executor.targets, or leave it out for all linear layers",
        ) from error


def trained_weights(model: Any) -> dict[str, torch.Tensor]:
    """The weights that learn, by name: what a checkpoint holds."""
    return {name: weight.data for name, weight in model.named_parameters() if weight.requires_grad}


def restore_weights(model: Any, weights: Mapping[str, torch.Tensor]) -> None:
    """Put saved weights back. Errors: `KeyError` if one is missing."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.requires_grad:
                weight.copy_(weights[name])


def write_adapter(model: Any, folder: Path, base: str) -> None:
    """The LoRA matrices in PEFT's own files. The base is named, not its path on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    save_file(
        {name: weight.cpu().contiguous() for name, weight in sorted(state.items())},
        folder / "adapter_model.safetensors",
        metadata={"format": "pt"},
    )
    model.peft_config["default"].save_pretrained(folder)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    # PEFT keeps the targets in a set: sorted, so that the file is the same every time.
    config |= {"base_model_name_or_path": base, "target_modules": sorted(config["target_modules"])}
    write_json(path, dict(sorted(config.items())))


def merged(model: Any, adapter: Mapping[str, Any]) -> Any:
    """The plain model with what was learned in it: added in float32, then rounded once to bfloat16."""
    plain = model if adapter["kind"] == "full" else model.merge_and_unload()
    plain.config.use_cache = True
    return plain.to(torch.bfloat16)
