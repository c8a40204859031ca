"""Training on this machine, seen from outside the trainer: nothing here imports torch."""
