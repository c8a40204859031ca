"""Base models as folders of safetensors: made, converted or fetched once, kept in the user's cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from runner.atomic import file_digest
from runner.errors import RunnerError
from runner.local.models import MODEL_FILES, cache_home
from runner.model import load_model
from runner.training.export import write_model
from runner.training.job import TrainingJob
from runner.training.tiny import make_tiny

_FORM = 1
"""Raise when the converted form changes: older cache entries are then left alone."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LoadedBase:
    """A base in memory: float32 weights and the tokenizer, and the folder they came from."""

    model: Any
    tokenizer: Any
    folder: Path


def open_base(job: TrainingJob, say: Say) -> LoadedBase:
    """The job's base, ready to train."""
    folder = base_folder(job, say)
    load = {"local_files_only": True, "trust_remote_code": False}
    tokenizer = AutoTokenizer.from_pretrained(folder, **load)
    attention = job.settings["attention"]
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, use_safetensors=True, attn_implementation=attention, **load
    )
    return LoadedBase(model, tokenizer, folder)


def base_folder(job: TrainingJob, say: Say) -> Path:
    """A folder with the base's safetensors; made now if this user has none yet."""
    base = job.settings["base"]
    if base["kind"] == "folder":
        assert job.location is not None
        return job.location
    target = cache_home() / "models" / f"{_file_name(base)}-{base['digest'][:16]}-{_FORM}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # The second process waits here, and then finds the folder.
        if not target.is_dir():
            _make(base, job.location, target, say)
    return target


def _file_name(base: dict[str, Any]) -> str:
    return "".join(letter if letter.isalnum() or letter in "-._" else "-" for letter in base["title"])


def _make(base: dict[str, Any], location: Path | None, target: Path, say: Say) -> None:
    """Build the folder aside and rename it: it is whole or absent."""
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    try:
        if base["kind"] == "made":
            make_tiny(aside, load_model(base["name"]).data["artifact"]["seed"])
        elif base["kind"] == "package":
            assert location is not None
            _convert(location, base, aside, say)
        else:
            _fetch(base["name"], aside, say)
        aside.chmod(0o755)
        os.rename(aside, target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _convert(gguf: Path, base: dict[str, Any], target: Path, say: Say) -> None:
    say(f"converting {gguf.name} to safetensors (once, about 30 s); kept in {cache_home()}")
    if file_digest(gguf) != base["digest"]:
        raise RunnerError(f"{gguf.name} is not the file that the capability schema names (SHA-256)")
    load: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, **load)
    # Stated, because the default keeps a GGUF quantization config, with which a model cannot be saved.
    model = AutoModelForCausalLM.from_pretrained(
        gguf.parent, **load, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    write_model(model, tokenizer, target)


def _fetch(name: str, target: Path, say: Say) -> None:
    from huggingface_hub import snapshot_download

    repo, _, revision = name.partition("@")
    say(f"fetching {repo} from the model hub (once); kept in {cache_home()}")
    try:
        snapshot_download(repo, revision=revision, local_dir=target, allow_patterns=list(MODEL_FILES))
    except Exception as error:  # the client raises a dozen unrelated types for "no network"
        raise RunnerError(
            f"the base {repo} could not be fetched: {str(error).splitlines()[0]}",
            fix="check the network and HF_ENDPOINT, or give the path of a model folder: executor.base=DIR",
        ) from error
    shutil.rmtree(target / ".cache", ignore_errors=True)
