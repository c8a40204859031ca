"""The trainer: a process of its own, and the only home of torch, transformers and peft."""
