"""Customization jobs on Amazon Bedrock: preflight, upload, one job once, waiting, metrics, outcome."""
