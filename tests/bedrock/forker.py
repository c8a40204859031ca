"""Has imported the runner and forks a child for each command line: real processes that start at once.

One JSON line in (`words`, `folder`, `environment`, `outputs`: a child for each), one line out with the
children's numbers at once, one with their exit statuses when they have ended.
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
        children = []
        for output in asked["outputs"]:
            child = os.fork()
            if child == 0:
                _become(asked, output)
            children.append(child)
        _say(children)
        _say([os.waitpid(child, 0)[1] for child in children])


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


def _become(asked: dict[str, object], output: str) -> None:
    """Be the runner. Never returns."""
    code = 70
    try:
        for stream, ending in ((1, ""), (2, ".errors")):
            os.dup2(os.open(output + ending, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
        os.close(0)
        os.chdir(str(asked["folder"]))
        os.environ.update(asked["environment"])  # type: ignore[arg-type]
        from runner.cli import main as runner

        code = runner([str(word) for word in asked["words"]])  # type: ignore[union-attr]
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _say(numbers: list[int]) -> None:
    print(json.dumps(numbers), flush=True)


if __name__ == "__main__":
    main()
