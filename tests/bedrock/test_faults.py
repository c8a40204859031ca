"""Faults of AWS during a whole run: each is survived, or reported without loss, and the next run ends well.

`python tests/bedrock/test_faults.py` prints the table of faults and outcomes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")
if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from bedrock.stage import Cloud, Runners, cloud, forget, new_project, standing
from bedrock.test_killed_at_every_call import ONE_OF_EACH, WORDS, calls_of_a_run, objects

from runner.simulator import faults

PASSING = ("throttle", "5xx", "reset", "truncated", "commit then drop")
FINAL = ("access denied", "expired token")
Row = tuple[str, str, int, int, bool, str]


def met(runners: Runners, project: Path, operation: str, kind: str, times: int = 1) -> Row:
    """One run that meets the fault, and one after it."""
    forget(project)
    with cloud() as aws:
        faults.add(aws.world, faults.Fault(operation, kind, times))
        first = runners.run(project, *WORDS, cloud=aws)
        faults.clear(aws.world)
        second = runners.run(project, *WORDS, cloud=aws)
        good = second.code == 0 and standing(aws, project) == ONE_OF_EACH and objects(aws) == 2
        said = "" if first.code == 0 else _said(first.json)
        assert "Traceback" not in first.text + second.text, first.text + second.text
    return operation, kind, first.code, second.code, good, said


def _said(printed: dict[str, Any]) -> str:
    """The error, or the errors among the findings."""
    findings = [one["message"] for one in printed.get("findings", ()) if one["severity"] == "error"]
    return str(printed.get("error") or "; ".join(findings))


def table(runners: Runners, project: Path) -> Iterator[Row]:
    """Every operation of a run with every fault."""
    for operation in dict.fromkeys(calls_of_a_run(runners, project)):
        for kind in (*PASSING, *FINAL):
            yield met(runners, project, operation, kind)


@pytest.mark.slow  # a kill after the commit, in every run of the tests, shows nearly the same
def test_a_lost_reply_is_survived(runners: Runners, project: Path) -> None:
    """The one that costs: the run ends well, with one of each. All others: the slow table below."""
    row = met(runners, project, "CreateModelCustomizationJob", "commit then drop")
    assert row[2:5] == (0, 0, True), row


def test_expired_credentials_lose_nothing(runners: Runners, project: Path) -> None:
    """The run says how to sign in; the next one goes on with what was uploaded."""
    row = met(runners, project, "CreateModelCustomizationJob", "expired token")
    assert row[2:5] == (1, 0, True), row
    assert "expired" in row[5].lower()


@pytest.mark.slow
def test_every_operation_with_two_faults(runners: Runners, project: Path) -> None:
    """Whatever the first run says, the second ends with one of each. The whole table: run this file."""
    kinds = (*PASSING, *FINAL)
    rows = []
    for number, operation in enumerate(dict.fromkeys(calls_of_a_run(runners, project))):
        # Each kind meets a different operation, so that all of them are met.
        for kind in (kinds[number % len(kinds)], kinds[(number + 3) % len(kinds)]):
            rows.append(met(runners, project, operation, kind))
    assert {row[1] for row in rows} == set(kinds)
    assert [row for row in rows if not row[4]] == []
    assert [row for row in rows if row[1] in PASSING and row[2] != 0] == []


def test_a_job_that_aws_made_is_found_by_name(runners: Runners, project: Path, aws: Cloud) -> None:
    """The ledger and the run folder are lost: the job is found, followed, and not made again."""
    assert runners.run(project, *WORDS, cloud=aws).code == 0
    arn = aws.world.find("job")[0]["arn"]
    forget(project)
    again = runners.run(project, *WORDS, cloud=aws)
    assert again.code == 0, again.text
    assert again.json["job"]["arn"] == arn
    assert aws.world.calls.count("CreateModelCustomizationJob") == 1


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        project, runners = new_project(Path(folder) / "faq-project"), Runners(Path(folder))
        bad = 0
        print(f"{'operation':<28}  {'fault':<17}  first run  run again  outcome")
        for operation, kind, first, second, good, said in table(runners, project):
            bad += not good
            word = "one of each" if good else "WRONG"
            print(
                f"{operation:<28}  {kind:<17}  exit {first:<4}  exit {second:<4}  {word}  {said[:120]}",
                flush=True,
            )
        print(f"{bad} wrong")
        runners.close()
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
