"""Ask a deployed or imported model one thing and print its answer.

MODEL is a recipe (its newest run), a run folder, or an ARN. A custom model must be deployed first.
"""

from __future__ import annotations

import argparse
import json
import sys

from runner.commands._numbers import counted


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner invoke`."""
    parser.add_argument("model", metavar="MODEL", help="a recipe, a run folder, or an ARN")
    parser.add_argument("prompt", metavar="PROMPT", help="what to ask; `-` reads it from the standard input")
    parser.add_argument("--system", default="", metavar="TEXT", help="the system prompt")
    parser.add_argument("--max-tokens", type=counted, default=512, metavar="N", help="longest answer")
    parser.add_argument("--temperature", type=float, default=0.0, metavar="T", help="0 to 1 (default: 0)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument(
        "--no-color", action="store_true", help="accepted everywhere; this command prints no colour"
    )


def run(args: argparse.Namespace) -> int:
    """Ask through Converse."""
    from runner.hosting.asking import converse, endpoint
    from runner.hosting.home import cloud_at
    from runner.hosting.target import target_of
    from runner.ledger import open_ledger

    ledger = open_ledger()
    target = target_of(args.model, ledger)
    model = endpoint(target, ledger, args.model)
    prompt = sys.stdin.read() if args.prompt == "-" else args.prompt
    answer = converse(
        cloud_at(target.region, target.simulator),
        model,
        [{"role": "user", "content": [{"text": prompt}]}],
        system=[{"text": args.system}] if args.system else (),
        max_tokens=args.max_tokens,
        temperature=args.temperature,
    )
    if args.format == "json":
        data = {
            "model": model,
            "answer": answer.text,
            "input_tokens": answer.input_tokens,
            "output_tokens": answer.output_tokens,
            "stop_reason": answer.stop_reason,
            "simulated": bool(target.simulator),
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print(answer.text)
        if target.simulator:
            print("simulated: no model has answered this", file=sys.stderr)
    return 0
