"""The merged folder: keys in the spelling that transformers 4.51.3 reads, the same losses after reloading."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from training.cases import Case

pytestmark = pytest.mark.slow


def losses(folder: Path, interpreter: str) -> list[str]:
    """Losses of a model folder in another process, spelled exactly."""
    script = Path(__file__).parent / "second_environment.py"
    done = subprocess.run(
        [interpreter, str(script), str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout)["losses"])


def test_every_key_is_in_the_older_spelling(completed: Case) -> None:
    """What version 5 writes would be unreadable, or read wrong, by version 4.51.3: none of it is left."""
    merged = completed.run.path / "artifacts" / "merged"
    assert sorted(path.name for path in merged.iterdir()) == [
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    config = json.loads((merged / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert config["rope_theta"] == 10000.0
    assert config["rope_scaling"] is None
    assert config["torch_dtype"] == "bfloat16"
    assert config["use_cache"] is True
    assert not {"rope_parameters", "dtype", "_name_or_path", "transformers_version"} & set(config)
    tokenizer = json.loads((merged / "tokenizer_config.json").read_text())
    assert tokenizer["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert "<|im_start|>" in tokenizer["chat_template"]
    assert tokenizer["model_max_length"] == 2048
    assert not {"backend", "is_local", "local_files_only", "name_or_path"} & set(tokenizer)
    assert str(completed.root) not in "".join(path.read_text() for path in merged.glob("*.json"))


def test_rope_scaling_moves_to_the_top_level() -> None:
    """A scaled RoPE keeps its table under the old name, its base beside it."""
    from runner.training.export import importable_config

    rope = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0}
    config = importable_config({"rope_parameters": rope, "dtype": "float32"}, "bfloat16")
    assert config == {
        "rope_theta": 500000.0,
        "rope_scaling": {"rope_type": "llama3", "factor": 8.0},
        "torch_dtype": "bfloat16",
    }


def test_the_adapter_on_its_base_is_the_merged_model(completed: Case, model_cache: Path) -> None:
    """PEFT reads the adapter folder; merged in float32, rounded once, it is the merged file, bit for bit."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # between PEFT and transformers: deprecated names, at import and in use
        import torch
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        (base,) = (model_cache / "models").glob("Tiny*")
        artifacts = completed.run.path / "artifacts"
        model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
        again = PeftModel.from_pretrained(model, artifacts / "adapter").merge_and_unload().to(torch.bfloat16)
        merged = AutoModelForCausalLM.from_pretrained(artifacts / "merged")
    assert merged.dtype == torch.bfloat16
    weights = merged.state_dict()
    assert all(torch.equal(weight, weights[name]) for name, weight in again.state_dict().items())


def test_an_older_library_computes_bit_equal_losses(completed: Case) -> None:
    """transformers 4.51.3 and ours read the merged folder alike."""
    older = os.environ.get("RUNNER_TRANSFORMERS_4513")
    if not older:
        pytest.skip("set RUNNER_TRANSFORMERS_4513 to a Python with transformers 4.51.3 and the same torch")
    import sys

    merged = completed.run.path / "artifacts" / "merged"
    assert losses(merged, older) == losses(merged, sys.executable)
