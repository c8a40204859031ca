"""`runner.bedrock.upload` as a process of its own, with AWS's settings from the environment, as always."""

from __future__ import annotations

import sys
from pathlib import Path

from runner.aws.connection import Connection
from runner.bedrock.cloud import Cloud
from runner.bedrock.places import place
from runner.bedrock.upload import Vault, upload


def main() -> None:
    """FILE SHA256 s3://BUCKET/KEY."""
    file, sha256, uri = sys.argv[1:]
    cloud = Cloud(Connection("us-east-1"), "us-east-1")
    upload(Vault(cloud.client("s3")), Path(file), place(uri), sha256)


if __name__ == "__main__":
    main()
