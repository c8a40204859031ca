"""Our training loop beside TRL's SFTTrainer: tokens per CPU second on the same records, and peak memory.

    python benchmarks/local_training.py [RECORDS.jsonl] [--records 16] [--trl-python /path/to/python]

Records are lines with `prompt` and `completion`; by default a made English set. LoRA of rank 8 on every
linear layer of SmolLM2-135M, batches of 8. Every row is a process of its own with one thread; CPU seconds,
so that a busy machine does not decide. Real (unpadded) tokens are counted. Without TRL its rows say so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BATCH = 8
WORDS = ("the", "meeting", "starts", "at", "nine", "and", "we", "talk", "about", "new", "plans", "for", "our")


def made_records(count: int) -> list[dict[str, str]]:
    """Questions and answers of the lengths that dialogue summaries have (about 290 tokens, up to 512)."""
    source = random.Random(0)

    def text(words: int) -> str:
        return " ".join(source.choice(WORDS) for _ in range(words))

    return [
        {"prompt": text(source.randint(80, 380)), "completion": text(source.randint(15, 60))}
        for _ in range(count)
    ]


def ours(file: Path, base: Path, precision: str, budget: int) -> tuple[int, float]:
    """The product's own step, over all records: tokens, CPU seconds."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from runner.training.adapters import make_trainable
    from runner.training.batches import collate, micro_batches
    from runner.training.encode import read_examples
    from runner.training.loss import summed_loss
    from runner.training.low_rank import speed_up

    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    adapter = {"kind": "lora", "rank": 8, "alpha": 16, "dropout": 0.0, "targets": []}
    model = make_trainable(model, adapter)
    model.train()
    speed_up(model)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-3, weight_decay=0.0)
    examples = read_examples(file, "prompt_completion", tokenizer, "fine_tuning", None)

    def step(batch: list[Any]) -> None:
        learned = sum(len(example.learned) for example in batch)
        optimizer.zero_grad(set_to_none=True)
        for piece in micro_batches(batch, budget):
            loss = summed_loss(model, collate(piece, tokenizer.pad_token_id), precision) / learned
            loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    step(examples[:1])
    started = time.process_time()
    for start in range(0, len(examples), BATCH):
        step(examples[start : start + BATCH])
    return sum(len(example.tokens) for example in examples), time.process_time() - started


def trl(file: Path, base: Path, precision: str, grouped: bool, micro_batch: int) -> tuple[int, float]:
    """SFTTrainer: same LoRA, same batch size, no gradient checkpointing, loss on the completion only."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback

    library: Any = importlib.import_module("trl")  # not among our own dependencies

    tokenizer = AutoTokenizer.from_pretrained(base)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    turns: list[dict[str, Any]] = [
        {
            "prompt": [{"role": "user", "content": row["prompt"]}],
            "completion": [{"role": "assistant", "content": row["completion"]}],
        }
        for row in rows
    ]
    options: dict[str, Any] = {
        "output_dir": tempfile.mkdtemp(),
        "per_device_train_batch_size": micro_batch,
        "gradient_accumulation_steps": BATCH // micro_batch,
        "num_train_epochs": 1,
        "learning_rate": 1e-3,
        "max_length": None,
        "gradient_checkpointing": False,
        "bf16": precision == "bf16",
        "use_cpu": True,
        "report_to": [],
        "save_strategy": "no",
        "logging_strategy": "no",
        "disable_tqdm": True,
        "completion_only_loss": True,
    }
    if grouped:
        options["train_sampling_strategy"] = "group_by_length"

    class Clock(TrainerCallback):
        """CPU seconds between the first step's begin and the end of training."""

        def on_train_begin(self, *_args: Any, **_kwargs: Any) -> None:
            self.started = time.process_time()

        def on_train_end(self, *_args: Any, **_kwargs: Any) -> None:
            self.spent = time.process_time() - self.started

    clock = Clock()
    trainer = library.SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32),
        args=library.SFTConfig(**options),
        train_dataset=Dataset.from_list(turns),
        processing_class=tokenizer,
        peft_config=LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"),
        callbacks=[clock],
    )
    trainer.train()
    tokens = sum(
        len(
            tokenizer(tokenizer.apply_chat_template(turn["prompt"] + turn["completion"], tokenize=False))[
                "input_ids"
            ]
        )
        for turn in turns
    )
    return tokens, clock.spent


def floor(precision: str) -> float:
    """Peak matrix multiplication of one thread, in GFLOP per CPU second, best of five."""
    import torch

    left, right = (
        torch.randn(1024, 1536).to(torch.bfloat16 if precision == "bf16" else torch.float32) for _ in "ab"
    )
    best = 0.0
    for _ in range(5):
        started = time.process_time()
        for _ in range(8):
            left @ right.T
        best = max(best, 8 * 2 * 1024 * 1024 * 1536 / (time.process_time() - started) / 1e9)
    return best


def child(order: dict[str, Any]) -> None:
    """One row: run it here and print its figures."""
    import logging
    import warnings

    import torch

    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    file, base, precision = Path(order["file"]), Path(order["base"]), order["precision"]
    if order["what"] == "floor":
        print(json.dumps({"gflops": floor(precision)}))
        return
    if order["what"] == "ours":
        tokens, seconds = ours(file, base, precision, order["budget"])
    else:
        tokens, seconds = trl(file, base, precision, order["grouped"], order["micro_batch"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"tokens": tokens, "seconds": seconds, "peak": peak}))


def measured(python: str, **order: Any) -> dict[str, Any] | str:
    """A row's figures from a fresh process, or the reason why there are none."""
    here = Path(__file__)
    environment = {
        **os.environ,
        "PYTHONPATH": str(here.parents[1]),
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
    }
    command = [python, str(here), "--child", json.dumps(order)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or ["no output"])[-1]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def rows(args: argparse.Namespace, file: Path, base: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Every row: its name and its figures."""
    common = {"file": str(file), "base": str(base)}
    for precision in args.precision:
        run = {**common, "precision": precision}
        for budget in (512, 1024):
            name = f"ours, {precision}, pieces of {budget} tokens"
            yield name, measured(sys.executable, what="ours", budget=budget, **run)
        for grouped, micro_batch in ((False, 1), (False, 2), (True, 2), (True, 8)):
            order = "grouped by length" if grouped else "its own order"
            name = f"TRL SFTTrainer, {precision}, {micro_batch} records at once, {order}"
            figures = measured(args.trl_python, what="trl", grouped=grouped, micro_batch=micro_batch, **run)
            yield name, figures


def base_folder() -> Path:
    """SmolLM2 as safetensors, from the user's cache; converted now if it is not there."""
    from runner.local.models import DEFAULT_BASE, find_base, location
    from runner.reading.confine import Reach
    from runner.training.bases import base_folder as folder_of
    from runner.training.job import TrainingJob

    base = find_base(DEFAULT_BASE, Reach.of(Path.cwd(), (), trusted=False)).as_dict()
    job = TrainingJob(Path.cwd(), location(base, Path.cwd()), {"base": base}, {}, 1)
    return folder_of(job, print)


def main() -> None:
    """Print one line a row, then the ratios."""
    from runner.local.hardware import best_precision, cpu_capability

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--records", type=int, default=16)
    parser.add_argument("--trl-python", default=sys.executable, help="interpreter that has trl 1.16")
    parser.add_argument("--precision", nargs="+", default=None, choices=["fp32", "bf16"])
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        child(json.loads(args.child))
        return
    args.precision = args.precision or [best_precision("cpu", cpu_capability())]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.jsonl"
        lines = args.file.read_text(encoding="utf-8").splitlines() if args.file else None
        records = [json.loads(line) for line in lines] if lines else made_records(args.records)
        file.write_text("".join(json.dumps(r) + "\n" for r in records[: args.records]), encoding="utf-8")
        base = base_folder()
        report(args, file, base)


def report(args: argparse.Namespace, file: Path, base: Path) -> None:
    """The rows, the floor beside them, and how much faster ours is than the best of TRL's."""
    best: dict[str, float] = {}
    for name, figures in rows(args, file, base):
        if isinstance(figures, str):
            print(f"{name:62} n/a: {figures}", flush=True)
            continue
        speed = figures["tokens"] / figures["seconds"]
        kind = name.split(",")[0]
        best[kind] = max(best.get(kind, 0.0), speed)
        print(
            f"{name:62} {speed:7.1f} tokens/CPU-s  {figures['tokens']:7d} tokens  "
            f"peak {figures['peak'] / 1e9:.2f} GB",
            flush=True,
        )
    for precision in args.precision:
        peak = measured(sys.executable, what="floor", file=str(file), base=str(base), precision=precision)
        if isinstance(peak, str):
            continue
        # LoRA: a forward pass and the activations' gradients, one multiply-add a weight each.
        floor_speed = peak["gflops"] * 1e9 / (4 * 134.5e6)
        name = f"floor, {precision}: 4 FLOP a weight and token"
        print(f"{name:62} {floor_speed:7.1f} tokens/CPU-s  at {peak['gflops']:.0f} GFLOP/s")
    if len(best) == 2:
        print(f"ratio to the fastest TRL row: {best['ours'] / best['TRL SFTTrainer']:.2f} x (target 1.7)")


if __name__ == "__main__":
    main()
