"""A declarative recipe runner for customizing foundation models on Amazon Bedrock and locally."""

__version__ = "0.2.0"
