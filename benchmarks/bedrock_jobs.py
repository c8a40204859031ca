"""Many customization jobs in flight in one process, on a simulated AWS in a process of its own.

`python benchmarks/bedrock_jobs.py` prints peak memory and CPU beside the floor (`import boto3` and one
client), how often AWS was asked, and what throttling did. Two ways to have many jobs in one process:

`threads`: one thread a job, each in `runner.bedrock.submitting.submit` from preflight to metrics. All jobs
are in flight before any may end; then AWS throttles the looks, and then simulated time passes. The dataset
is built before, in another process: what counting tokens takes is not what jobs in flight take.
`sweep`: the real command, `runner run RECIPE -m hyperparameters.learningRate=...`, which starts all points,
then looks at each in turn; Hydra and the checks of every point are in its figures. AWS throttles its looks,
too.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile
from pathlib import Path
from typing import Any

from measure import Measured, measure

from runner.simulator import daemon

REPOSITORY = Path(__file__).resolve().parents[1]
RECIPE = "recipes/quickstart.yaml"
SIMULATED = (
    "executor=bedrock",
    "executor.simulate=true",
    "budget.max_usd=1000",
    "budget.max_usd_per_sweep=1000",
)
TARGET_MEGABYTES = 150
FASTER = 10
"""How much faster than on AWS the measured threads look at their jobs."""
LOOK = "GetModelCustomizationJob"
BASE = "import boto3; boto3.client('bedrock', 'us-east-1', aws_access_key_id='x', aws_secret_access_key='x')"


def in_threads(project: Path, jobs: int, throttles: int) -> None:
    """The measured process: start all, disturb when all are in flight, let time pass. Prints a JSON line."""
    address = daemon.standing(project / ".runner" / "simulator")
    if address is None:
        raise SystemExit("the simulator is gone")
    from runner.bedrock import waiting

    # Simulated jobs are looked at up to twenty times a second: with so many, that alone fills the machine.
    first, longest = waiting._PAUSES
    waiting._SIMULATED_PAUSES = (first / FASTER, longest / FASTER)
    ended: list[str] = []
    threads = [threading.Thread(target=_one, args=(planned, ended)) for planned in _planned(project, jobs)]
    for thread in threads:
        thread.start()
    while daemon.order(address, "status")["jobs"].get("InProgress", 0) + len(ended) < jobs:
        time.sleep(0.5)
    before, began = _looks(address), time.monotonic()
    daemon.order(address, "faults", {"operation": LOOK, "kind": "throttle", "times": throttles})
    time.sleep(10)
    seconds, looks = time.monotonic() - began, _looks(address) - before
    left = len(daemon.order(address, "status")["faults"])
    daemon.order(address, "advance", {"seconds": 100_000})
    for thread in threads:
        thread.join()
    found = {
        "states": Counter(ended),
        "looks": looks,
        "seconds": seconds,
        "faults left": left,
        "quota": _quota(),
    }
    print(json.dumps(found))


def _planned(project: Path, jobs: int) -> Iterator[tuple[Any, Any]]:
    """Plans of one recipe that differ in their fingerprint, each with its run folder."""
    from runner.check import check
    from runner.dataset import build
    from runner.execute import _fill
    from runner.plan import Plan, make_plan
    from runner.runs import run_folder

    checked = check(project / RECIPE, SIMULATED)
    dataset = build(checked.recipe, checked.model)
    text = make_plan(checked, dataset).to_json()
    for number in range(jobs):
        data = json.loads(text)
        data["fingerprint"] = f"{number:012x}{data['fingerprint'][12:]}"
        data["job"]["name"] = f"quickstart-{number:012x}"
        data["budget"]["max_usd"] = None
        plan = Plan(data, project)
        run = run_folder(project, plan.name, plan.fingerprint)
        _fill(run, plan, checked, dataset)
        yield data, run


def _one(planned: tuple[Any, Any], ended: list[str]) -> None:
    from runner.bedrock.options import Options
    from runner.bedrock.submitting import collect, submit
    from runner.errors import RunnerError
    from runner.progress import Progress

    data, run = planned
    options = Options(simulate=True)
    try:
        job = submit(data, options, run, Progress(quiet=True))
        collect(job, options, run)
        ended.append(job.state)
    except RunnerError as error:
        ended.append(error.message)


def _quota() -> int:
    """What is left of the fullest-drained retry quota of all clients; each begins with 500."""
    from botocore.retries.quota import RetryQuota

    return min(one.available_capacity for one in gc.get_objects() if isinstance(one, RetryQuota))


def _looks(address: daemon.Address) -> int:
    return int(daemon.order(address, "calls")["calls"].count(LOOK))


def sweep(project: Path, jobs: int, throttles: int) -> tuple[Measured, Counter[str], int]:
    """The real command; its looks are throttled after the first pass. Its jobs' states, and its looks."""
    address = daemon.ensure_up(project / ".runner" / "simulator")
    daemon.order(address, "set", {"rate": 20, "training_seconds": 3000})
    # Each point looks for its job once before it makes it; the throttling begins with the second pass.
    fault = {"operation": LOOK, "kind": "throttle", "times": throttles, "skip": jobs}
    daemon.order(address, "faults", fault)
    before = _looks(address)
    points = ",".join(f"{(number + 1) * 1e-6:.6f}" for number in range(jobs))
    words = [*_runner("run"), *SIMULATED, f"hyperparameters.learningRate={points}", "--yes", "-m"]
    measured = measure(words, folder=project, environment={"RUNNER_STATE": str(project / "state")})
    rows = [json.loads(file.read_text()) for file in project.glob("runs/quickstart/sweeps/*/jobs/*.json")]
    return measured, Counter(str(row["state"]) for row in rows), _looks(address) - before


def _runner(verb: str) -> list[str]:
    return [sys.executable, "-m", "runner", verb, RECIPE]


def looks_of_a_job(hours: float) -> int:
    """How often AWS is asked about a job that takes so long: the schedule that is not simulated."""
    from runner.bedrock.waiting import pauses

    return sum(1 for _ in takewhile(lambda at: at < hours * 3600, accumulate(pauses(simulated=False))))


def project_in(folder: Path, jobs: int) -> Path:
    """A project with its dataset built, and a simulated AWS whose clock stands nearly still."""
    for name in ("recipes", "conf"):
        shutil.copytree(REPOSITORY / name, folder / name)
    address = daemon.ensure_up(folder / ".runner" / "simulator", rate=20)
    settings = {"concurrent_jobs": jobs + 1, "custom_models": jobs + 1, "training_seconds": 60_000}
    daemon.order(address, "set", settings)
    measure(_runner("build"), folder=folder)
    return folder


def show(name: str, measured: Measured, said: str = "") -> bool:
    """Print a row; whether it holds the target."""
    good = measured.peak_megabytes < TARGET_MEGABYTES
    figures = f"{measured.peak_megabytes:>7.0f} {measured.cpu_seconds:>7.1f} {measured.wall_seconds:>7.1f}"
    print(f"{name:<34} {figures}  {said}", flush=True)
    return good


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; 1 if `--check` is given and the target is missed or a job did not complete."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--throttles", type=int, default=50, help="looks that AWS refuses as too many")
    parser.add_argument("--only", choices=("threads", "sweep"))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(words)
    if args.child:
        in_threads(args.child, args.jobs, args.throttles)
        return 0
    good = True
    print(f"{args.jobs} jobs, {args.throttles} looks throttled; target < {TARGET_MEGABYTES} MB")
    print(f"{'':<34} {'peak MB':>7} {'CPU s':>7} {'wall s':>7}")
    show("python -c pass", measure([sys.executable, "-c", "pass"], folder=REPOSITORY))
    show("import boto3, one client", measure([sys.executable, "-c", BASE], folder=REPOSITORY))
    for way in (args.only,) if args.only else ("threads", "sweep"):
        with tempfile.TemporaryDirectory() as name:
            project = project_in(Path(name) / "project", args.jobs)
            try:
                good &= (_threads if way == "threads" else _sweep)(project, args)
            finally:
                daemon.down(project / ".runner" / "simulator")
    print(
        f"on AWS a job is looked at {looks_of_a_job(1)} times in the first hour, {looks_of_a_job(10)} in ten"
    )
    return 1 if args.check and not good else 0


def _threads(project: Path, args: argparse.Namespace) -> bool:
    me = [sys.executable, __file__, "--jobs", str(args.jobs), "--throttles", str(args.throttles)]
    environment = {"RUNNER_STATE": str(project / "state")}
    measured = measure([*me, "--child", str(project)], folder=project, environment=environment)
    found = json.loads(measured.output.splitlines()[-1])
    states, each = found["states"], found["looks"] / args.jobs
    said = (
        f"{states}; {each:.1f} looks a job in {found['seconds']:.0f} s ({FASTER} times faster than on AWS);"
        f" throttles left {found['faults left']}, retry quota left {found['quota']} of 500"
    )
    return show("threads", measured, said) and states == {"Completed": args.jobs}


def _sweep(project: Path, args: argparse.Namespace) -> bool:
    measured, states, looks = sweep(project, args.jobs, args.throttles)
    said = f"{dict(states)}; {looks / args.jobs:.1f} looks a job in all"
    return show("sweep", measured, said) and states == {"Completed": args.jobs}


if __name__ == "__main__":
    sys.exit(main())
