"""AWS that is asked too often: later is another thing than never."""

from __future__ import annotations

import pytest

from runner.aws.calls import THROTTLED, Refused
from runner.bedrock.explaining import in_words
from runner.errors import BusyError


@pytest.mark.parametrize("code", sorted(THROTTLED))
def test_a_sweep_looks_again_at_a_job_whose_look_was_throttled(code: str) -> None:
    """`BusyError` is what a sweep waits for; another error ends the row while the job goes on."""
    refused = Refused("looking up job a", code=code, reason="Too many", operation="GetJob", fix="")
    told = in_words(refused)
    assert isinstance(told, BusyError)
    assert (told.message, told.fix) == ("looking up job a", "")
