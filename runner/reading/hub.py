"""The Hugging Face hub: which commit a revision stands for, and its refusals in words a user can act on."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner.atomic import digest, write_json
from runner.errors import RunnerError

INSTALL = "pip install 'bedrock-recipe-runner[hub]'"

_REPO = re.compile(r"(?!buckets/)[A-Za-z0-9][\w.-]*/[\w.-]+")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SETTINGS = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",
}
# By the name of the exception's class, most telling first: the libraries wrap each other's errors, and which
# HTTP library's errors they pass on differs from one version to the next. `{}` is `repo@revision`.
_NETWORK = "check the network and HF_ENDPOINT"
_WORDS = {
    "GatedRepoError": (
        "{} is gated: this account may not read it",
        "accept its terms on the hub and sign in: `hf auth login`",
    ),
    "RevisionNotFoundError": (
        "{}: there is no such revision",
        "set `revision` to a commit, tag or branch of the dataset",
    ),
    "RepositoryNotFoundError": (
        "{} does not exist on the hub, or is private",
        "check `repo`; sign in for a private one: `hf auth login`",
    ),
    "OfflineModeIsEnabled": ("{} is not in the cache, and the hub may not be asked", "run without --offline"),
    "ConnectError": ("{}: the hub cannot be reached", _NETWORK),
    "TimeoutException": ("{}: the hub did not answer in time", f"{_NETWORK}, and try again"),
    "DatasetNotFoundError": (
        "{} does not exist on the hub, or this account may not read it",
        "check `repo`; sign in: `hf auth login`",
    ),
    "LocalEntryNotFoundError": ("{}: the hub cannot be reached", _NETWORK),
    "EmptyDatasetError": ("{} holds no data files that can be read", "look at its files on the hub"),
    "DataFilesNotFoundError": ("{} holds no data files that can be read", "look at its files on the hub"),
    "DatasetGenerationError": ("{} cannot be read as a table", "look at its files: rows need equal columns"),
}
_LIBRARIES = ("datasets", "huggingface_hub", "httpx", "httpx2", "fsspec", "pyarrow", "pandas")


class UnreachableError(RunnerError):
    """The hub does not answer."""


def commit_of(repo: str, revision: str | None, *, cache: Path, offline: bool) -> str:
    """The commit that a revision stands for now; a commit stands for itself, without asking anyone.

    `offline` uses the last answer of the hub. Errors: `RunnerError` when there is none, or the hub refuses.
    """
    wanted = revision or "main"
    if is_commit(wanted):
        return wanted
    note = cache / f"{digest([repo, wanted])}.json"
    if offline:
        if note.exists():
            return str(json.loads(note.read_text(encoding="utf-8"))["commit"])
        raise RunnerError(
            f"the commit of {repo}@{wanted} is not known, and --offline forbids to ask the hub",
            fix="set `revision` to a commit, or run once without --offline",
        )
    commit = ask(repo, wanted)
    write_json(note, {"repo": repo, "revision": wanted, "commit": commit})
    return commit


def ask(repo: str, revision: str) -> str:
    """The hub's own answer: the commit. Errors: `RunnerError`, among them `UnreachableError`."""
    with explained(f"{repo}@{revision[:12]}"):
        set_up(offline=False)
        from huggingface_hub import HfApi

        return str(HfApi().dataset_info(repo, revision=revision, timeout=30).sha)


def is_repo(repo: str) -> bool:
    """Whether it names a dataset of the hub, `owner/name`; a local folder starts with `./`, `../` or `/`."""
    return _REPO.fullmatch(repo) is not None


def is_commit(revision: str) -> bool:
    """Whether it is a whole commit id: the only kind of revision that can never change."""
    return _COMMIT.fullmatch(revision) is not None


def set_up(*, offline: bool) -> None:
    """What the libraries read when they are imported: no bars, no telemetry, no connection if `offline`."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    if offline:
        os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn what the hub's libraries raise in the block into `RunnerError`s about `what`."""
    try:
        yield
    except RunnerError:
        raise
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"datasets", "huggingface_hub"}:
            raise
        raise RunnerError(
            "the source `huggingface` needs `datasets`, which is not installed", fix=INSTALL
        ) from None
    except Exception as error:
        # The libraries raise dozens of types; what is not theirs is a fault of ours and goes on as it is.
        library = type(error).__module__.partition(".")[0]
        known = isinstance(error, (OSError, ValueError, RuntimeError))
        if library not in _LIBRARIES and not known and _raised_in(error) not in _LIBRARIES:
            raise
        raise _in_words(error, what) from error


def _raised_in(error: BaseException) -> str:
    """The package whose code raised the error: a malformed file makes a library stumble over a type, say."""
    package = ""
    trace = error.__traceback__
    while trace is not None:
        package = str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        trace = trace.tb_next
    return package


def _in_words(error: BaseException, what: str) -> RunnerError:
    names = set()
    cause: BaseException | None = error
    while cause is not None:
        names |= {kind.__name__ for kind in type(cause).__mro__}
        cause = cause.__cause__ or cause.__context__
    for name, (words, fix) in _WORDS.items():
        if name in names:
            kind = UnreachableError if fix.startswith(_NETWORK) else RunnerError
            return kind(words.format(what), fix=fix)
    first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return RunnerError(
        f"{what} cannot be read: {first_line}", fix="check `repo`, `revision`, `config` and `split`"
    )
