"""Model folders in the form that Amazon Bedrock's Custom Model Import reads (transformers 4.51.3).

What transformers 5 saves is not readable there, or is read wrong without a word: the RoPE base falls back to
10000. So the JSON files are rewritten here in the older spelling, which both read alike.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from runner.atomic import write_json

_CONFIG_NOISE = (
    "_name_or_path",
    "_model_name_or_path",
    "transformers_version",
    "_attn_implementation_autoset",
)
_TOKENIZER_NOISE = ("backend", "is_local", "local_files_only", "name_or_path", "chat_template")
_GENERATION_KEYS = ("bos_token_id", "eos_token_id", "pad_token_id")
_SAFE_TOKENIZERS = (
    "PreTrainedTokenizerFast",
    "LlamaTokenizerFast",
    "GPT2TokenizerFast",
    "Qwen2TokenizerFast",
)
"""Classes that the import lists and that need nothing but tokenizer.json."""


def write_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write weights (in the model's own dtype), configuration and tokenizer into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    dtype = str(model.dtype).removeprefix("torch.")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    write_json(folder / "config.json", importable_config(config, dtype))
    _write_generation(folder, config)
    _write_tokenizer(folder, tokenizer, config)
    for weights in folder.glob("*.safetensors"):
        weights.chmod(0o644)


def importable_config(config: dict[str, Any], dtype: str) -> dict[str, Any]:
    """A version 5 `config.json` in the spelling of version 4: `rope_theta`, `rope_scaling`, `torch_dtype`."""
    kept = {
        key: value for key, value in config.items() if key not in (*_CONFIG_NOISE, "dtype", "rope_parameters")
    }
    rope = config.get("rope_parameters")
    if isinstance(rope, dict) and "rope_theta" in rope:
        rest = {key: value for key, value in rope.items() if key != "rope_theta"}
        kept["rope_theta"] = rope["rope_theta"]
        kept["rope_scaling"] = None if rest.get("rope_type", "default") == "default" else rest
    elif rope is not None:
        # One table per kind of layer: no architecture that can be imported has that, so it stays as it is.
        kept["rope_parameters"] = rope
    kept["torch_dtype"] = dtype
    return dict(sorted(kept.items()))


def _write_generation(folder: Path, config: dict[str, Any]) -> None:
    path = folder / "generation_config.json"
    saved = json.loads(path.read_text(encoding="utf-8")) if path.exists() else config
    write_json(path, {key: saved[key] for key in _GENERATION_KEYS if saved.get(key) is not None})


def _write_tokenizer(folder: Path, tokenizer: Any, config: dict[str, Any]) -> None:
    """One `tokenizer_config.json` with the template inside, and no template file, which would win."""
    path = folder / "tokenizer_config.json"
    saved = json.loads(path.read_text(encoding="utf-8"))
    kept = {key: value for key, value in saved.items() if key not in _TOKENIZER_NOISE}
    if kept.get("tokenizer_class") not in _SAFE_TOKENIZERS:
        kept["tokenizer_class"] = "PreTrainedTokenizerFast"
    if (limit := config.get("max_position_embeddings")) is not None:
        kept["model_max_length"] = limit
    if tokenizer.chat_template is not None:
        kept["chat_template"] = tokenizer.chat_template
    write_json(path, dict(sorted(kept.items())))
    (folder / "chat_template.jinja").unlink(missing_ok=True)
    shutil.rmtree(folder / "additional_chat_templates", ignore_errors=True)
