"""What comes after a job: hosting a model for a time, asking it, importing one, deleting what costs."""
