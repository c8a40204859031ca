"""The options of the `bedrock` executor as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Options:
    """What the recipe says about where and how the job runs; see `runner.executors.bedrock.bedrock`."""

    role_arn: str | None = None
    output_uri: str | None = None
    data_uri: str | None = None
    bucket_owner: str | None = None
    kms_key_arn: str | None = None
    subnet_ids: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    base_custom_model: str | None = None
    validators: tuple[str, ...] = ()
    invocation_logs_uri: str | None = None
    use_prompt_response: bool = False
    metadata_filters: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None
    simulate: bool = False
    wait: bool = True
