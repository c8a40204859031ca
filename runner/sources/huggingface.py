"""Datasets of the Hugging Face hub and local dataset folders: the home of the library `datasets`."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from runner.atomic import digest
from runner.errors import RunnerError
from runner.reading.hub import UnreachableError, ask, commit_of, explained, is_repo, set_up
from runner.reading.hub_folder import folder_files, folder_of, require_listed, saved_folder, saved_paths
from runner.reading.shard import Shard
from runner.reading.source import Input, SourceContext
from runner.reading.storage import StoredFile

# Formats that hold rows of text and numbers. The others unpack archives, decode media or read whatever their
# files name. `cache` is what was read before, without a connection.
_ROW_FORMATS = frozenset({"json", "csv", "parquet", "arrow", "text", "cache"})
_ROWS_AT_ONCE = 1000


def huggingface(
    context: SourceContext,
    *,
    repo: str,
    revision: str | None = None,
    config: str | None = None,
    split: str = "train",
) -> Input:
    """Read a dataset of the Hugging Face hub.

    `repo`: `owner/name` on the hub, or a local dataset folder, written with `./`, `../` or `/` in front.
    `revision`: the commit (40 hexadecimal digits), which can never change; a branch or tag is resolved to the
      commit it stands for each time, and the manifest records that commit. A local folder has none.
    `config`: the dataset's configuration, where it has several.
    `split`: the split, or a part of it such as `train[:1000]`.

    `HF_ENDPOINT`, `HF_HOME` and the hub's own sign-in are honoured. Code from the hub is never run.
    """
    if not is_repo(repo):
        return _from_folder(context, repo, config, split)
    commit = commit_of(repo, revision, cache=context.cache / "hub", offline=context.offline)
    facts = {"revision": commit, "requested": revision or "main", "config": config, "split": split}
    tables = partial(_hub_tables, repo, commit, config, split, offline=context.offline)
    return Input(
        location=f"hf://datasets/{repo}",
        digest=digest([repo, commit, config, split]),
        facts=facts,
        shards=lambda: _shards(context.label, repo, tables()),
    )


def _from_folder(context: SourceContext, repo: str, config: str | None, split: str) -> Input:
    found = folder_files(repo, context.reach)
    files = [{"name": file.name, "sha256": file.sha256, "bytes": file.size} for file in found]
    address = digest([[[file["name"], file["sha256"]] for file in files], config, split])
    cache = context.cache / "datasets" / address[:16]
    tables = partial(_folder_tables, context, repo, found, cache, config, split)
    return Input(
        location=repo,
        digest=address,
        facts={"files": files, "config": config, "split": split},
        shards=lambda: _shards(context.label, Path(repo).name, tables()),
    )


def _shards(label: str, name: str, tables: Iterator[Any]) -> Iterator[Shard]:
    from runner.reading.arrow import table_pieces

    index = first = 0
    for table in tables:
        for piece in table_pieces(table):
            yield Shard(label, index, first, piece.payload, piece.decoder, name)
            index, first = index + 1, first + piece.count


def _hub_tables(repo: str, commit: str, config: str | None, split: str, *, offline: bool) -> Iterator[Any]:
    """The rows as Arrow tables; downloaded into the cache of `datasets` the first time."""
    try:
        if not offline:
            ask(repo, commit)  # says quickly and plainly what `datasets` says after half a minute of trying
        found = _load(repo, commit, config, split, offline=offline)
    except UnreachableError as unreachable:
        try:
            found = _load(repo, commit, config, split, offline=True)
        except RunnerError:
            raise unreachable from None
    yield from _tables(found)


def _load(repo: str, commit: str, config: str | None, split: str, *, offline: bool) -> Any:
    with explained(f"{repo}@{commit[:12]}"), _quiet(offline=offline):
        import datasets

        # With this prefix a folder of the same name in the working directory cannot take the dataset's place.
        builder = datasets.load_dataset_builder(f"hf://datasets/{repo}", name=config, revision=commit)
        _require_rows(builder, repo)
        _require_commit(builder, repo, commit)
        builder.download_and_prepare()
        return builder.as_dataset(split=split)


def _folder_tables(
    context: SourceContext, repo: str, found: list[StoredFile], cache: Path, config: str | None, split: str
) -> Iterator[Any]:
    """The rows of a local folder. `datasets` knows files by their times, `cache` by their content."""
    folder = folder_of(repo, context.reach)
    with explained(repo), _quiet(offline=context.offline):
        import datasets

        if saved := saved_folder(folder, split):
            require_listed(saved_paths(saved), found, repo, context.reach)
            rows = datasets.load_from_disk(str(saved))
        else:
            builder = datasets.load_dataset_builder(str(folder), name=config, cache_dir=str(cache))
            _require_rows(builder, repo)
            listed = [str(file) for files in (builder.config.data_files or {}).values() for file in files]
            require_listed(listed, found, repo, context.reach)
            builder.download_and_prepare()
            rows = builder.as_dataset(split=split)
    yield from _tables(rows)


def _tables(found: Any) -> Iterator[Any]:
    yield from found.with_format("arrow").iter(batch_size=_ROWS_AT_ONCE)


def _require_rows(builder: Any, repo: str) -> None:
    kinds = {kind.__module__.rpartition(".")[2] for kind in type(builder).__mro__}
    if not kinds & _ROW_FORMATS:
        raise RunnerError(
            f"{repo} holds no rows of text",
            fix="use a dataset of JSON, CSV, Parquet, Arrow or text files",
        )


def _require_commit(builder: Any, repo: str, commit: str) -> None:
    """Without a connection `datasets` takes any commit in its cache; only this one will do.

    And a dataset card may name files elsewhere: no commit pins them, and they could be files of this machine.
    """
    if builder.hash != commit:
        raise RunnerError(
            f"{repo}@{commit[:12]} is not in the cache of `datasets`, and the hub cannot be asked for it",
            fix="run once with a connection and without --offline",
        )
    inside = f"hf://datasets/{repo}@{commit}/"
    for files in (builder.config.data_files or {}).values():
        for file in files:
            if not str(file).startswith(inside):
                raise RunnerError(
                    f"the dataset card of {repo} names a file outside the repository: {file}",
                    fix="use a dataset whose files lie in its repository",
                )


@contextmanager
def _quiet(*, offline: bool) -> Iterator[None]:
    """`datasets` without its bars, log lines and warnings."""
    set_up(offline=offline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import datasets
        import huggingface_hub

        datasets.disable_progress_bars()
        datasets.logging.set_verbosity_error()
        huggingface_hub.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        yield
