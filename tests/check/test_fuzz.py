"""Whatever stands in a recipe: `check` returns, or raises `RecipeError` with findings that have places."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from recipe_projects import RECIPE, new_project

from runner.check import check
from runner.errors import RecipeError

SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TOKENS = [
    "*a", "&a", "!!python/name:os.system", "- ", ": ", "{", "}", "[", "]", "? ", "|", ">", "'",
    "\"", "#", "%", "@", "`", "\t", "\n", "---", "...", "${", "${name}", "${oc.env:HOME}", "<<: ",
    "null", "~", "1e999", ".nan", "-", "_target_: x\n", "hydra: {}\n", "defaults: ", "日本", "\x00",
    "\ufeff", "kind: ", "[[[[", "{{", "!!int ", "0x", "'''", "???",
]  # fmt: skip


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recipe file to be written again and again."""
    return new_project(tmp_path_factory.mktemp("fuzz")).recipe()


def accepted_or_explained(file: Path, overrides: tuple[str, ...] = ()) -> None:
    """The property."""
    try:
        check(file, overrides)
    except RecipeError as error:
        findings = error.findings
    else:
        return
    assert findings
    assert all(finding.place is not None and finding.code for finding in findings)


@SLOW
@given(data=st.binary(max_size=400))
def test_any_bytes(recipe: Path, data: bytes) -> None:
    """Arbitrary bytes."""
    recipe.write_bytes(data)
    accepted_or_explained(recipe)


@SLOW
@given(seed=st.integers(0, 2**32), edits=st.integers(1, 6))
def test_mutations_of_a_recipe(recipe: Path, seed: int, edits: int) -> None:
    """A good recipe with pieces cut out, moved, doubled, or replaced by YAML's own signs."""
    chance = random.Random(seed)
    text = RECIPE
    for _ in range(edits):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 0, 1, 3, 20)))
        piece = chance.choice([*TOKENS, text[start:end] * 2, ""])
        text = text[:start] + piece + text[end:]
    recipe.write_bytes(text.encode("utf-8", "surrogatepass"))
    accepted_or_explained(recipe)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(TOKENS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
PATHS = str.split("""
name description model method region sources sources.faq sources.faq.path sources.faq.fields
sources.faq.fields.prompt sources.faq.kind sources.faq.limit steps steps.drop_empty steps.x.kind
format format.kind split split.validation split.train_records split.seed hyperparameters
hyperparameters.epochCount hyperparameters.learningRate budget budget.max_usd executor executor.kind
executor.base defaults
""")


@SLOW
@given(path=st.sampled_from(PATHS), value=VALUES)
@example(path="method", value=["fine_tuning"])
@example(path="model", value={"a": 1})
@example(path="sources.faq.fields", value={"prompt": ["a"]})
def test_any_value_at_any_key(recipe: Path, path: str, value: object) -> None:
    """Valid YAML with the wrong thing in the right place."""
    import json

    import yaml

    data = yaml.safe_load(RECIPE)
    *parents, last = path.split(".")
    node = data
    for name in parents:
        node[name] = node.get(name) or {}
        node = node[name]
    node[last] = value
    recipe.write_bytes(json.dumps(data).encode("utf-8", "replace"))
    accepted_or_explained(recipe)


@SLOW
@given(
    words=st.lists(
        st.text(max_size=12) | st.sampled_from([f"{path}=" for path in PATHS] + TOKENS), max_size=4
    )
)
def test_any_override(recipe: Path, words: list[str]) -> None:
    """Arbitrary words where overrides are expected."""
    recipe.write_text(RECIPE)
    accepted_or_explained(recipe, ("".join(words),))
