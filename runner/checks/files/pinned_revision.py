"""Datasets of the hub are pinned.

`R405`: a dataset of the hub is named by a branch or tag, which can stand for other data tomorrow.
"""

from __future__ import annotations

from collections.abc import Iterator

from runner.compose import Composed
from runner.errors import RunnerError
from runner.finding import Finding
from runner.reading.hub import commit_of, is_commit, is_repo
from runner.recipe import Recipe
from runner.seal import private_cache


def pinned_revision(recipe: Recipe, composed: Composed) -> Iterator[Finding]:
    """Warns about a hub dataset without a commit; the fix names the commit that the last build used."""
    for part in recipe.sources:
        if part.kind != "huggingface" or not is_repo(part.options["repo"]):
            continue
        repo, revision = part.options["repo"], part.options.get("revision")
        if revision is not None and is_commit(revision):
            continue
        named = f"revision {revision!r} of {repo}" if revision else f"{repo} without a revision"
        yield composed.finding(
            f"sources.{part.label}.revision",
            "R405",
            f"{named} can be other data tomorrow",
            severity="warning",
            fix=_fix(recipe, repo, revision),
        )


def _fix(recipe: Recipe, repo: str, revision: str | None) -> str:
    try:
        commit = commit_of(repo, revision, cache=private_cache(recipe.root) / "hub", offline=True)
    except RunnerError:
        return "set `revision` to a commit; after a build, dataset.json names the one that was used"
    return f"write `revision: {commit}`: what the last build used"
