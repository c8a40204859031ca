"""Many jobs in flight in one process, on a simulated AWS in another: `python -m benchmarks.bedrock_jobs`.

Prints the peak memory of this process, its CPU seconds, and how often AWS was asked. The dataset is built
before, in a process of its own: what counting tokens takes is not what jobs in flight take.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]


def main() -> None:
    """Start them all, look until all have ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100)
    asked = parser.parse_args()
    from runner.simulator import daemon

    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(_ROOT / "recipes", project / "recipes")
        os.environ["RUNNER_STATE"] = str(Path(folder) / "state")
        address = daemon.ensure_up(project / ".runner" / "simulator")
        try:
            daemon.order(address, "set", {"concurrent_jobs": asked.jobs + 1, "training_seconds": 60_000})
            build = [sys.executable, "-m", "runner", "build", "recipes/quickstart.yaml"]
            subprocess.run(build, cwd=project, check=True, capture_output=True)
            states = _run(project, asked.jobs, lambda: daemon.order(address, "advance", {"seconds": 70_000}))
            calls = len(daemon.order(address, "calls")["calls"])
        finally:
            daemon.down(project / ".runner" / "simulator")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{states}; peak {usage.ru_maxrss / 1024:.0f} MiB, {cpu:.1f} s CPU, {calls} calls")


def _run(project: Path, count: int, finish: Any) -> dict[str, int]:
    """Submit `count` jobs of one plan without waiting, let them end, follow each to its metrics."""
    from runner.bedrock.options import Options
    from runner.bedrock.submitting import collect, refresh, submit
    from runner.check import check
    from runner.dataset import build
    from runner.execute import _fill
    from runner.plan import Plan, make_plan
    from runner.progress import Progress
    from runner.runs import run_folder

    checked = check(project / "recipes" / "quickstart.yaml", ["executor=bedrock", "executor.simulate=true"])
    dataset = build(checked.recipe, checked.model)
    planned = make_plan(checked, dataset)
    options, progress = Options(simulate=True, wait=False), Progress(quiet=True)
    started = []
    for number in range(count):
        data = json.loads(planned.to_json())
        data["fingerprint"] = f"{number:012x}{data['fingerprint'][12:]}"
        data["job"]["name"] = f"quickstart-{number:012x}"
        data["budget"]["max_usd"] = None
        plan = Plan(data, planned.root)
        run = run_folder(planned.root, plan.name, plan.fingerprint)
        _fill(run, plan, checked, dataset)
        started.append((submit(plan.data, options, run, progress), run))
    in_flight = sum(job.state == "InProgress" for job, _ in started)
    print(f"{in_flight} in flight at once after {time.process_time():.1f} s CPU")
    finish()
    ended: dict[str, int] = {}
    for job, run in started:
        job = refresh(job, replace(options, output_uri=str(job.details["output_uri"])), run)
        collect(job, options, run)
        ended[job.state] = ended.get(job.state, 0) + 1
    return ended


if __name__ == "__main__":
    main()
