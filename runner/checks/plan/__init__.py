"""Rules about the job as a whole, checked when it is planned; one file is one rule."""
