"""Judging training files that may come from anywhere: reading lines, rules of a model, tallying findings."""
