"""Losses of a model folder, as exact hexadecimal numbers: run it under two library versions and compare.

    python tests/training/second_environment.py FOLDER

Also checks that the tokenizer and its chat template load. Prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import warnings

warnings.simplefilter("ignore")

TEXTS = ("The capital of France is Paris.", "東京は日本の首都です。" * 20, "a b c " * 150)


def main(folder: str) -> None:
    """Load, compute, print."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    torch.set_num_threads(1)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32).eval()
    losses = []
    with torch.no_grad():
        for text in TEXTS:
            ids = tokenizer(text, return_tensors="pt")["input_ids"]
            logits = model(input_ids=ids).logits[0, :-1]
            losses.append(torch.nn.functional.cross_entropy(logits, ids[0, 1:]).item().hex())
    question = [{"role": "user", "content": "やあ"}]
    rendered = tokenizer.apply_chat_template(question, tokenize=False, add_generation_prompt=True)
    print(json.dumps({"transformers": transformers.__version__, "losses": losses, "rendered": rendered}))


if __name__ == "__main__":
    main(sys.argv[1])
