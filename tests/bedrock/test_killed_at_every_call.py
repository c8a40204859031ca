"""The runner is killed at every call of a whole run, before AWS sees the call and after AWS has done it.

The same command run again ends with one job, one custom model and one reservation, and uploads nothing twice.

`python tests/bedrock/test_killed_at_every_call.py` prints the table of kill points and outcomes.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("moto", reason="the simulated AWS needs the extra `simulator`")
if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from bedrock.stage import Cloud, Kill, Runners, cloud, forget, ledger, new_project, standing

WORDS = ("run", "recipes/faq.yaml", "--format", "json")
ONE_OF_EACH = {
    "jobs": 1,
    "models": 1,
    "alive": {"custom-model": 1, "training-data": 2},
    "reservations": ["booked"],
}


@dataclass(frozen=True)
class Outcome:
    """One kill point and what came of it."""

    operation: str
    number: int
    after: bool
    first: int
    second: int
    left: dict[str, object]
    creations: int
    puts: int

    @property
    def good(self) -> bool:
        """Killed, then completed, and one of each."""
        return (
            (self.first, self.second) == (-signal.SIGKILL, 0) and self.left == ONE_OF_EACH and self.puts == 2
        )


def calls_of_a_run(runners: Runners, project: Path) -> list[str]:
    """The operations of an undisturbed run, in order."""
    forget(project)
    with cloud() as aws:
        ended = runners.run(project, *WORDS, cloud=aws)
        assert ended.code == 0, ended.text
        assert standing(aws, project) == ONE_OF_EACH
        return list(aws.world.calls)


def killed_at(runners: Runners, project: Path, operation: str, kill: Kill) -> Outcome:
    """Kill there, run again, count."""
    forget(project)
    with cloud() as aws:
        aws.kill = kill
        first = runners.run(project, *WORDS, cloud=aws)
        second = runners.run(project, *WORDS, cloud=aws)
        committed = objects(aws)
        left = dict(standing(aws, project))
        assert not aws.world.problems, aws.world.problems
        creations = aws.world.calls.count("CreateModelCustomizationJob")
    return Outcome(operation, kill.number, kill.after, first.code, second.code, left, creations, committed)


def objects(aws: Cloud) -> int:
    """Training files on S3, all versions of them."""
    from runner.aws.connection import Connection

    s3 = Connection("us-east-1", simulator=aws.url).client("s3")
    buckets = [row["Name"] for row in s3.list_buckets()["Buckets"]]
    return sum(
        "/data/" in row["Key"]
        for bucket in buckets
        for row in s3.list_object_versions(Bucket=bucket).get("Versions", ())
    )


def matrix(runners: Runners, project: Path, operations: list[str]) -> Iterator[Outcome]:
    """Every call, before and after; of polls in a row the first and the last are enough."""
    for number, operation in enumerate(operations):
        around = operations[max(0, number - 1) : number + 2]
        if around == [operation] * 3:
            continue
        for after in (False, True):
            yield killed_at(runners, project, operation, Kill(number, after))


def test_killed_around_the_call_that_costs(runners: Runners, project: Path) -> None:
    """Before the job is asked for, and when AWS has made it: a sample for every run of the tests."""
    operations = calls_of_a_run(runners, project)
    number = operations.index("CreateModelCustomizationJob")
    for after in (False, True):
        outcome = killed_at(runners, project, operations[number], Kill(number, after))
        assert outcome.good, outcome


@pytest.mark.slow
def test_killed_at_every_call(runners: Runners, project: Path) -> None:
    """The whole matrix."""
    operations = calls_of_a_run(runners, project)
    assert len(set(operations)) > 12
    outcomes = list(matrix(runners, project, operations))
    assert [outcome for outcome in outcomes if not outcome.good] == []
    assert {outcome.operation for outcome in outcomes} == set(operations)


def test_two_runners_at_once_make_one_job(runners: Runners, project: Path, aws: Cloud) -> None:
    """Started together on one recipe: both end well, and there is one of each."""
    ended = runners.at_once(2, project, *WORDS, cloud=aws)
    assert [one.code for one in ended] == [0, 0], [one.text for one in ended]
    assert {one.json["job"]["arn"] for one in ended} == {aws.world.find("job")[0]["arn"]}
    assert standing(aws, project) == ONE_OF_EACH
    assert {entry.state for entry in ledger(project).alive()} == {"made"}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        project, runners = new_project(Path(folder) / "faq-project"), Runners(Path(folder))
        operations = calls_of_a_run(runners, project)
        print(f"{'call':>4}  {'operation':<28}  {'killed':<16}  run again  jobs  models  creations  objects")
        bad = 0
        for row in matrix(runners, project, operations):
            when = "after commit" if row.after else "before it is sent"
            bad += not row.good
            print(
                f"{row.number:>4}  {row.operation:<28}  {when:<17} exit {row.second:<4} "
                f"{row.left['jobs']:>4}  {row.left['models']:>6}  {row.creations:>9}  {row.puts:>7}"
                f"{'' if row.good else '   WRONG'}",
                flush=True,
            )
        print(f"{bad} wrong")
        runners.close()
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
