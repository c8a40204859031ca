"""The data build: shards through the steps, one merge in order, split, training files."""
