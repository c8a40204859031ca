"""Run a simulated AWS on this machine: up, down, status, faults, advance, rules.

up                         start it, or say where it is; `--rate` sets simulated seconds in a real second
down                       end it; buckets, roles, jobs and models are there again at the next `up`
status                     what it holds, and what nobody could answer
faults                     list the faults to come; `--clear` removes them
faults OPERATION KIND      let the next calls of an operation fail: throttle, 5xx, delay, reset,
                           "commit then drop", truncated, "access denied", "expired token"
advance SECONDS            let simulated time pass
rules                      every rule that it enforces: documented, recorded or assumed, and the source

Nothing that it is asked reaches AWS or costs money, and what it measures is synthetic.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from runner.errors import RunnerError

ACTIONS = ("up", "down", "status", "faults", "advance", "rules")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner simulator`."""
    parser.add_argument("action", choices=ACTIONS, help="what to do")
    parser.add_argument(
        "words", metavar="WORD", nargs="*", help="of faults: OPERATION KIND; of advance: SECONDS"
    )
    parser.add_argument(
        "--folder", metavar="FOLDER", help="where its state lies (default: the project's .runner/simulator)"
    )
    parser.add_argument("--rate", type=float, help="up: simulated seconds in a real second (default: 300)")
    parser.add_argument("--times", type=int, default=1, help="faults: how many calls fail (default: 1)")
    parser.add_argument("--skip", type=int, default=0, help="faults: how many calls pass before (default: 0)")
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="faults: how long a delay takes (default: 1)"
    )
    parser.add_argument("--clear", action="store_true", help="faults: remove those that are to come")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )
    parser.add_argument("--no-color", action="store_true", help="accepted everywhere; there is no color here")


def run(args: argparse.Namespace) -> int:
    """Do it, and print what there is to say."""
    expected = {"faults": (0, 2), "advance": (1,)}.get(args.action, (0,))
    if len(args.words) not in expected:
        raise RunnerError(
            f"`runner simulator {args.action}` does not take {len(args.words)} words",
            fix="`runner simulator --help` shows what it takes",
        )
    data, text = _DO[args.action](args)
    print(json.dumps(data, ensure_ascii=False, indent=2) if args.format == "json" else text)
    return 0


def _up(args: argparse.Namespace) -> tuple[Any, str]:
    from runner.simulator import daemon

    rate = {} if args.rate is None else {"rate": args.rate}
    address = daemon.ensure_up(_folder(args), **rate)
    if rate:
        daemon.order(address, "set", rate)
    data = {"url": address.url, "pid": address.pid, "folder": str(_folder(args))}
    idle = daemon.IDLE_SECONDS // 60
    text = (
        f"A simulated AWS listens at {address.url} (process {address.pid}).\n"
        f"Its state is in {_folder(args)}; it ends after {idle} minutes without a call.\n"
        f"Other tools reach it with: AWS_ENDPOINT_URL={address.url} AWS_ACCESS_KEY_ID=simulated "
        "AWS_SECRET_ACCESS_KEY=simulated"
    )
    return data, text


def _down(args: argparse.Namespace) -> tuple[Any, str]:
    from runner.simulator import daemon

    ended = daemon.down(_folder(args))
    kept = f"What it held is kept in {_folder(args)}."
    return {
        "ended": ended
    }, f"The simulated AWS has ended. {kept}" if ended else "No simulated AWS is running here."


def _status(args: argparse.Namespace) -> tuple[Any, str]:
    from runner.simulator import daemon

    address = daemon.standing(_folder(args))
    if address is None:
        return {"running": False}, "No simulated AWS is running here; `runner simulator up` starts one."
    told = daemon.order(address, "status")
    data = {"running": True, "url": address.url, "folder": str(_folder(args)), **told}
    jobs = ", ".join(f"{number} {state}" for state, number in told["jobs"].items()) or "none"
    lines = [
        f"running at {address.url} (process {address.pid}), state in {_folder(args)}",
        f"time there: {told['time']}, {told['rate']:g} simulated seconds in a real one",
        f"jobs: {jobs}; custom models: {told['custom_models']}; calls answered: {told['calls']}",
        *map(_fault_line, told["faults"]),
        *(f"not simulated: {problem.splitlines()[0]}" for problem in told["problems"]),
    ]
    return data, "\n".join(lines)


def _faults(args: argparse.Namespace) -> tuple[Any, str]:
    from runner.simulator import daemon

    words: dict[str, Any] = {"clear": args.clear}
    if args.words:
        operation, kind = args.words
        words |= {
            "operation": operation,
            "kind": kind,
            "times": args.times,
            "skip": args.skip,
            "seconds": args.seconds if kind == "delay" else 0.0,
        }
    told = daemon.order(_living(args), "faults", words)
    return told, "\n".join(map(_fault_line, told["faults"])) or "No faults are to come."


def _advance(args: argparse.Namespace) -> tuple[Any, str]:
    from runner.simulator import daemon

    try:
        seconds = float(args.words[0])
    except ValueError:
        raise RunnerError(f"{args.words[0]!r} is not a number of seconds") from None
    told = daemon.order(_living(args), "advance", {"seconds": seconds})
    return told, f"The time there is now {told['time']}."


def _rules(_args: argparse.Namespace) -> tuple[Any, str]:
    from dataclasses import asdict

    from runner.simulator.rules import counts, rules

    found, numbers = rules(), counts()
    data = {"counts": numbers, "rules": [asdict(each) for each in found]}
    lines = [f"{each.provenance:<10}  {each.topic}: {each.text}\n{'':<12}{each.source}" for each in found]
    summary = ", ".join(f"{number} {provenance}" for provenance, number in numbers.items())
    return data, "\n".join([*lines, "", f"{len(found)} rules: {summary}"])


_DO = {
    "up": _up,
    "down": _down,
    "status": _status,
    "faults": _faults,
    "advance": _advance,
    "rules": _rules,
}


def _folder(args: argparse.Namespace) -> Path:
    from runner.bedrock.cloud import simulator_folder
    from runner.project import project_root

    if args.folder:
        return Path(args.folder).absolute()
    return simulator_folder(project_root(Path.cwd() / "recipe.yaml"))


def _living(args: argparse.Namespace) -> Any:
    from runner.simulator import daemon

    address = daemon.standing(_folder(args))
    if address is None:
        raise RunnerError("no simulated AWS is running here", fix="runner simulator up")
    return address


def _fault_line(fault: dict[str, Any]) -> str:
    after = f" after {fault['skip']} good calls" if fault["skip"] else ""
    return f"fault to come: {fault['operation']}: {fault['kind']}, {fault['times']} times{after}"
