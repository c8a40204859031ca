"""A process that forks one real runner per order, and lets it die by SIGKILL at its n-th HTTP call to AWS.

Orders and answers are JSON lines. `when` is `before` (the call is never sent) or `after` (AWS has done it,
and the answer is not read). botocore is loaded once, so that a whole matrix of deaths takes seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.httpsession
import sacrebleu

from runner.cli import main
from runner.commands import cleanup, deploy, import_  # loaded before forking
from runner.hosting import deploying, importing
from runner.simulator import daemon

LOADED = (boto3, sacrebleu, cleanup, deploy, import_, deploying, importing, daemon)


def die_at(number: int, when: str) -> list[str]:
    """From now on note the calls, and kill this process at one of them; 0 only notes."""
    sent: list[str] = []
    original = botocore.httpsession.URLLib3Session.send

    def send(self: Any, request: Any) -> Any:
        sent.append(f"{request.method} {urlsplit(request.url).path}")
        if len(sent) == number and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        reply = original(self, request)
        if len(sent) == number and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return reply

    botocore.httpsession.URLLib3Session.send = send  # type: ignore[method-assign]
    return sent


def live(order: dict[str, Any], answer: int) -> None:
    """The child: one command from beginning to end, or to its death."""
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    sent = die_at(order.get("number", 0), order.get("when", ""))
    code = main(order["words"])
    os.write(answer, json.dumps({"code": code, "calls": sent}).encode())
    os._exit(0)


def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, wait, and tell how it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            live(order, writing)
        finally:
            os._exit(70)
    os.close(writing)
    said = b"".join(iter(lambda: os.read(reading, 65536), b""))
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"signal": os.WTERMSIG(status)}
    return dict(json.loads(said)) if said else {"code": os.WEXITSTATUS(status), "calls": []}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(carry_out(json.loads(line))), flush=True)
