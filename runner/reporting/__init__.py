"""The pages and tables made from the files of runs and sweeps."""
