"""What a plan says after asking AWS about a model: recorded replies, and the simulated AWS."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from live.recorded import Recorded, named

from runner.aws.connection import Connection
from runner.finding import Finding
from runner.live.lifecycle import ask, findings, live_wins
from runner.live.teacher import teacher_findings
from runner.model import load_model

if TYPE_CHECKING:
    from runner.simulator.running import Simulator

MICRO = "amazon.nova-micro-v1:0"
LLAMA = "meta.llama3-1-8b-instruct-v1:0"
PRO = "amazon.nova-pro-v1:0"
LITE2 = "amazon.nova-2-lite-v1:0"
TITAN = "amazon.titan-text-lite-v1"
TODAY = date(2026, 11, 22)


def told(connection: Connection, name: str, method: str = "fine_tuning") -> list[Finding]:
    """The findings of one question."""
    model = load_model(name)
    return findings(model, method, connection.region or "", ask(connection, model), TODAY)


def codes(connection: Connection, name: str, method: str = "fine_tuning") -> list[str]:
    """Their codes."""
    return [finding.code for finding in told(connection, name, method)]


def test_agreement_is_silent_and_one_call(aws: Recorded) -> None:
    """A model that the facts and AWS call active: nothing to say, one request."""
    assert codes(Connection("us-east-1"), MICRO) == []
    assert aws.calls == ["GetFoundationModel.us-east-1"]


def test_a_method_that_the_list_never_shows(aws: Recorded) -> None:
    """Reinforcement fine-tuning is not among the customizations that AWS lists: no error."""
    assert codes(Connection("us-east-1"), LITE2, "reinforcement_fine_tuning") == []
    del aws


def test_legacy_is_refused_with_dates_and_a_way_out(aws: Recorded) -> None:
    """The finding names both dates and models that take such jobs."""
    life = {"status": "LEGACY", "legacyTime": 1793491200, "endOfLifeTime": 1809129600}
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": {"modelLifecycle": life}}))
    (finding,) = told(Connection("us-east-1"), MICRO)
    assert (finding.code, finding.severity) == ("P110", "error")
    assert "legacy from 2026-11-01, end on 2027-05-01" in finding.message
    assert finding.fix


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"customizationsSupported": ["DISTILLATION"]}, "P111", "it offers distillation"),
        ({"customizationsSupported": []}, "P111", "inference only"),
        (None, "P111", "inference only"),
        ({"modelId": f"{MICRO}:256k"}, "P114", f"as {MICRO}:256k"),
        ({"modelLifecycle": {"status": "ACTIVE", "endOfLifeTime": 1809129600}}, "P115", "end on 2027-05-01"),
        ({"modelLifecycle": {"status": "ACTIVE", "endOfLifeTime": 1793491200}}, "P111", "inference only"),
        ({"modelLifecycle": {"status": "SOMETHING_NEW"}}, "", ""),
    ],
)
def test_what_else_aws_may_say(aws: Recorded, change: dict[str, Any] | None, code: str, words: str) -> None:
    """Another method, none, another identifier, an announced end, an end that has come, an unknown word."""
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": change}))
    found = told(Connection("us-east-1"), MICRO)
    assert [finding.code for finding in found] == ([code] if code else [])
    assert all(words in finding.message for finding in found)


def test_aws_is_believed_over_the_facts(aws: Recorded) -> None:
    """Uncertain in the facts, listed by AWS: advice, and the doubt of the facts is dropped."""
    found = told(Connection("us-west-2"), LLAMA)
    assert [(finding.code, finding.severity) for finding in found] == [("P112", "advice")]
    doubt = Finding("P102", "it is not certain", "warning")
    other = Finding("P104", "a warm-up", "advice")
    assert live_wins([doubt, other, *found]) == [other, *found]
    assert live_wins([doubt, other]) == [doubt, other]
    del aws


def test_ended_in_the_facts_and_listed_again(aws: Recorded) -> None:
    """A model that the facts call ended may be trained if AWS lists it: a warning in place of the refusal."""
    back = {"modelId": f"{TITAN}:0:4k", "customizationsSupported": ["FINE_TUNING"]}
    aws.say("ListFoundationModels.us-east-1", named({f"{MICRO}:128k": back}))
    found = told(Connection("us-east-1"), TITAN)
    assert [(finding.code, finding.severity) for finding in found] == [("P112", "warning")]
    assert live_wins([Finding("P101", "takes no new jobs"), *found]) == found


def test_a_region_that_lacks_the_model(aws: Recorded) -> None:
    """Asked in a region where AWS does not list it."""
    (finding,) = told(Connection("us-west-2"), MICRO)
    assert finding.code == "P111"
    assert "does not list the model there" in finding.message
    del aws


@pytest.mark.parametrize("reply", ["denied", "throttled", "expired", "GetFoundationModel.cut-off"])
def test_no_answer_uses_the_facts_of_a_date(aws: Recorded, reply: str) -> None:
    """The plan goes on with a warning that names the date of the facts and why AWS said nothing."""
    aws.say("GetFoundationModel.us-east-1", reply)
    aws.say("ListFoundationModels.us-east-1", reply)
    (finding,) = told(Connection("us-east-1"), MICRO)
    assert (finding.code, finding.severity) == ("P113", "warning")
    assert "the facts of 2026-10-09" in finding.message


def test_one_permission_is_enough(aws: Recorded) -> None:
    """Who may not call GetFoundationModel, but may list, gets the answer from the list."""
    aws.say("GetFoundationModel.us-east-1", "denied")
    assert codes(Connection("us-east-1"), MICRO) == []


def test_no_credentials_and_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Neither raises: the facts are used, and the finding says so."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    (finding,) = told(Connection("us-east-1"), MICRO)
    assert "cannot be reached" in finding.message
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    (finding,) = told(Connection("us-east-1"), MICRO)
    assert (finding.severity, "no AWS credentials" in finding.message) == ("advice", True)
    monkeypatch.setitem(sys.modules, "boto3", None)
    (finding,) = told(Connection("us-east-1"), MICRO)
    assert (finding.severity, "boto3, which is not installed" in finding.message) == ("advice", True)


def test_the_teacher_is_asked_for(aws: Recorded) -> None:
    """Listed: nothing to say; Legacy: a warning; unknown there: an error; no answer: no finding."""
    here = Connection("us-east-1")
    assert not list(teacher_findings(here, PRO, TODAY))
    (finding,) = teacher_findings(Connection("us-west-2"), PRO, TODAY)
    assert (finding.code, finding.severity) == ("P116", "error")
    life = {"status": "LEGACY", "endOfLifeTime": 1809129600}
    aws.say("ListFoundationModels.us-east-1", named({PRO: {"modelLifecycle": life}}))
    (finding,) = teacher_findings(here, PRO, TODAY)
    assert (finding.severity, "ends on 2027-05-01" in finding.message) == ("warning", True)
    aws.say("GetFoundationModel.us-east-1", "throttled")
    assert not list(teacher_findings(here, PRO, TODAY))


def test_the_simulated_aws_answers_the_same_way(simulator: Simulator) -> None:
    """Active, then Legacy by its own clock and fixture; the uncertain one is listed; one is gone."""
    here, west = simulator.connection("us-east-1"), simulator.connection("us-west-2")
    assert codes(here, MICRO) == []
    assert codes(west, LLAMA) == ["P112"]
    assert codes(here, TITAN) == ["P111"]
    simulator.world.set(legacy_models=[f"{MICRO}:128k"])
    assert codes(here, MICRO) == ["P110"]
    simulator.fault("GetFoundationModel", "throttle", times=2)
    simulator.fault("ListFoundationModels", "truncated", times=2)
    assert codes(here, MICRO) == ["P113"]
