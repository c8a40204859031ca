"""`python -m runner.training JOB.json PARENT`: the trainer's process."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from runner.errors import RunnerError
from runner.runs import RunFolder
from runner.training.job import read_job
from runner.training.watch import Stopped, Watch

RESULT = "trainer_result.json"


def main(job_file: str, parent: str) -> int:
    """Run the job of that file for the process `parent`; 0 completed, 1 failed, 3 stopped."""
    watch = Watch(int(parent))
    watch.start()
    job = read_job(Path(job_file))
    run = RunFolder(job.folder)
    try:
        from runner.training.quiet import quiet

        quiet()
        # Imported here: it takes seconds, during which a signal must already be heard.
        from runner.training.session import run_training

        watch.check()
        run_training(job, watch, lambda text: run.log("trainer", text=text))
    except Stopped:
        run.write(RESULT, {"state": "Stopped", "failure": "", "fix": ""})
        return 3
    except RunnerError as error:
        run.write(RESULT, {"state": "Failed", "failure": error.message, "fix": error.fix})
        return 1
    except (Exception, MemoryError) as error:
        traceback.print_exc()
        run.write(RESULT, {"state": "Failed", "failure": _sentence(error), "fix": ""})
        return 1
    run.write(RESULT, {"state": "Completed", "failure": "", "fix": ""})
    return 0


def _sentence(error: BaseException) -> str:
    text = (str(error).strip().splitlines() or [""])[0]
    if isinstance(error, MemoryError) or "allocate memory" in text or "out of memory" in text.lower():
        return "the memory was not enough; a smaller executor.micro_batch_tokens needs less"
    return f"the trainer broke off: {type(error).__name__}: {text}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
