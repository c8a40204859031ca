"""Has imported the runner and forks a child for each command line: real processes that start at once.

One JSON line in (`words`, `folder`, `environment`, `output`), one line out with the
child's number at once, one with its exit status when it has ended.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys


def main() -> None:
    """Serve until standard input ends."""
    _import()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked)
        _say(child)
        _say(os.waitpid(child, 0)[1])


def _import() -> None:
    """What every run needs, once."""
    import runner.bedrock.submitting
    import runner.cli
    import runner.commands.run
    import runner.dataset
    import runner.execute
    import runner.plan
    import runner.reporting.pages
    from runner.aws.connection import Connection
    from runner.text.tokens import count

    count(["warm"])
    for service in ("bedrock", "s3", "iam", "sts", "service-quotas"):
        Connection("us-east-1", simulator="http://127.0.0.1:9").client(service)
    for template in ("report.html.j2", "sweep.html.j2"):
        runner.reporting.pages._environment().get_template(template)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        runner.cli.main(["plan", sys.argv[1]])


def _become(asked: dict[str, object]) -> None:
    """Be the runner. Never returns."""
    code = 70
    try:
        for stream, ending in ((1, ""), (2, ".errors")):
            name = str(asked["output"]) + ending
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
        os.close(0)
        os.chdir(str(asked["folder"]))
        os.environ.update(asked["environment"])  # type: ignore[arg-type]
        from runner.cli import main as runner

        code = runner([str(word) for word in asked["words"]])  # type: ignore[union-attr]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _say(number: int) -> None:
    print(number, flush=True)


if __name__ == "__main__":
    main()
