"""The sections of a report: each file turns a run's evidence into the values one part of the page shows."""
