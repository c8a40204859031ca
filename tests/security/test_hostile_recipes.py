"""A recipe arrives as a pull request: it can't run code or read the environment or other folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from recipe_projects import RECIPE, Project, codes_of, findings_of

from runner.compose import compose_all

HOSTILE: dict[str, tuple[str, str]] = {
    "target at the top": ("_target_: os.system\n", "R301"),
    "target in a source": ("other: {a: {_target_: os.system, command: id}}\n", "R301"),
    "target in a list": ("other: [{_target_: os.system}]\n", "R301"),
    "partial": ("other: {_partial_: true}\n", "R301"),
    "args": ("other: {_args_: [1]}\n", "R301"),
    "recursive": ("other: {_recursive_: true}\n", "R301"),
    "convert": ("other: {_convert_: all}\n", "R301"),
    "environment": ("description: ${oc.env:AWS_SECRET_ACCESS_KEY}\n", "R303"),
    "environment with default": ("description: ${oc.env:AWS_SECRET_ACCESS_KEY,none}\n", "R303"),
    "environment in a text": ("description: 'key ${oc.env:AWS_SECRET_ACCESS_KEY} here'\n", "R303"),
    "environment with spaces": ("description: '${ oc.env : AWS_SECRET_ACCESS_KEY }'\n", "R303"),
    "old environment resolver": ("description: ${env:AWS_SECRET_ACCESS_KEY}\n", "R303"),
    "nested environment": ("description: ${oc.env:${name}}\n", "R303"),
    "nested resolver name": ("description: ${${name}:x}\n", "R303"),
    "nested reference": ("description: ${a.${name}}\n", "R303"),
    "decode": ("description: ${oc.decode:'[1]'}\n", "R303"),
    "select": ("description: ${oc.select:name}\n", "R303"),
    "create": ("description: '${oc.create:{a: b}}'\n", "R303"),
    "custom resolver": ("description: ${anything:1}\n", "R303"),
    "hydra resolver": ("description: ${hydra:runtime.cwd}\n", "R303"),
    "unclosed": ("description: '${name'\n", "R303"),
    "empty expression": ("description: ${}\n", "R303"),
    "resolver in a list": ("other: ['${oc.env:HOME}']\n", "R303"),
    "escaped twice": (r"description: '\\${oc.env:HOME}'" + "\n", "R303"),
    "hydra block": ("hydra: {searchpath: ['file:///etc']}\n", "R304"),
    "hydra sweeper": ("hydra:\n  sweeper: {_target_: os.system}\n", "R301"),
    "python tag": ("other: !!python/object/apply:os.system ['id']\n", "R302"),
}

DEFAULTS: dict[str, tuple[str, str]] = {
    "parent folder": ("../secret", "R305"),
    "parent folder in a group": ("steps: ../../secret", "R305"),
    "parent folder inside": ("a/../../secret", "R305"),
    "absolute path": ("/etc/passwd", "R007"),
    "other scheme": ("file:///etc/passwd", "R305"),
    "package scheme": ("pkg://os", "R305"),
    "hydra group": ("override hydra/launcher: joblib", "R304"),
    "hydra group in full": ("/hydra/sweeper: basic", "R304"),
    "into hydra's settings": ("budget@hydra.sweeper: pilot", "R304"),
    "into hydra's settings by the back door": ("budget@_global_.hydra: pilot", "R304"),
    "environment": ("steps: ${oc.env:HOME}", "R303"),
    "reference": ("steps: ${name}", "R303"),
    "backslashes": ("steps: ..\\..\\secret", "R305"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_values_are_refused_with_a_place(
    project: Project, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a finding in the recipe's line, and the secret appears nowhere."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sesame-opens")
    text, code = HOSTILE[case]
    file = project.recipe(text)
    findings = [finding for finding in findings_of(file) if finding.code == code]
    assert findings
    assert findings[0].place is not None
    assert findings[0].place.line > RECIPE.count("\n")
    composed, every = compose_all(file)
    assert composed is not None
    assert "sesame-opens" not in repr((composed.mapping, every))


@pytest.mark.parametrize("case", HOSTILE)
def test_the_same_in_a_conf_file(project: Project, case: str) -> None:
    """A conf file is no back door."""
    text, code = HOSTILE[case]
    project.write("conf/evil.yaml", text)
    assert code in codes_of(project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - evil\n")))


@pytest.mark.parametrize("case", DEFAULTS)
def test_hostile_defaults_lists_are_refused(project: Project, case: str) -> None:
    """A defaults list stays on the search path and away from Hydra itself."""
    entry, code = DEFAULTS[case]
    project.write("secret.yaml", "name: secret\n")
    assert code in codes_of(project.recipe(text=RECIPE.replace("  - base\n", f"  - base\n  - {entry}\n")))


def test_an_allowed_variable_is_read_and_no_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--allow-env NAME` allows that name only."""
    monkeypatch.setenv("STAGE", "dev")
    file = project.recipe("description: 'on ${oc.env:STAGE}'\n")
    composed, findings = compose_all(file, allow_env=["STAGE"])
    assert composed is not None
    assert composed.mapping["description"] == "on dev"
    assert not findings
    assert codes_of(file) == ["R303"]
    assert codes_of(file, allow_env=("STAGES",)) == ["R303"]


def test_a_package_header_cannot_reach_hydra(project: Project) -> None:
    """`# @package hydra.sweeper` is refused."""
    project.write("conf/steps/evil.yaml", "# @package hydra.sweeper\n_: 1\n")
    assert "R304" in codes_of(
        project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - steps: evil\n"))
    )


def test_links_out_of_the_folders_are_refused(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A conf file, a conf group, conf/ itself and the recipe may not be links to somewhere else."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.yaml").write_text("api_key: sesame-opens\n")
    text = RECIPE.replace("  - base\n", "  - base\n  - steps: secret\n")
    for link, target in (
        ("conf/steps/secret.yaml", "secret.yaml"),
        ("conf/steps", "."),
        ("recipes/steps", "."),
    ):
        path = project.root / link
        path.parent.mkdir(exist_ok=True)
        path.symlink_to(outside / target)
        findings = findings_of(project.recipe(text=text))
        assert {finding.code for finding in findings} & {"R305", "R007"}, link
        assert "sesame-opens" not in repr(findings)
        path.unlink()
        if link == "conf/steps/secret.yaml":
            path.parent.rmdir()
    (project.root / "conf").rmdir()
    (project.root / "conf").symlink_to(outside)
    assert "R305" in codes_of(project.recipe())
    recipe = project.root / "recipes" / "link.yaml"
    recipe.symlink_to(outside / "secret.yaml")
    findings = findings_of(recipe)
    assert "R305" in [finding.code for finding in findings]
    assert "sesame" not in repr(findings)


def test_a_link_within_the_project_is_fine(project: Project) -> None:
    """A recipe may be a link to another file of the same project."""
    project.recipe()
    link = project.root / "recipes" / "link.yaml"
    link.symlink_to(project.root / "recipes" / "faq.yaml")
    assert codes_of(link) == []


@pytest.mark.parametrize("way", ["module", "script"])
def test_python_files_of_the_repository_are_never_imported(project: Project, way: str) -> None:
    """Neither a `hydra_plugins` folder nor modules that shadow ours or Python's are run."""
    evil = "import pathlib; pathlib.Path('OWNED').touch()\n"
    for name in (
        "hydra_plugins/evil/__init__.py",
        "hydra_plugins/__init__.py",
        "yaml.py",
        "omegaconf.py",
        "sitecustomize.py",
    ):
        project.write(name, evil)
    project.write("evil.egg-info/entry_points.txt", "[runner.steps]\nevil = yaml:evil\n")
    file = project.recipe()
    if way == "module":
        done = project.run("validate", str(file), "split.seed=1")
    else:
        import subprocess
        import sys

        program = Path(sys.executable).with_name("runner")
        if not program.exists():
            pytest.skip("the command `runner` is not installed")
        done = subprocess.run(
            [program, "validate", file],
            cwd=project.root,
            capture_output=True,
            text=True,
            env=dict(os.environ),
        )
    assert done.returncode == 0, done.stderr
    assert not (project.root / "OWNED").exists()


def test_composition_leaves_no_resolver_and_no_plugin_behind(project: Project) -> None:
    """Composing registers nothing with OmegaConf and does not scan Hydra's plug-ins."""
    code = (
        "import sys; from pathlib import Path; from runner.compose import compose;"
        "compose(Path('recipes/faq.yaml'));"
        "from hydra.core.singleton import Singleton; from hydra.core.plugins import Plugins;"
        "sys.exit(Plugins in Singleton._instances)"
    )
    import subprocess
    import sys

    project.recipe()
    assert subprocess.run([sys.executable, "-c", code], cwd=project.root).returncode == 0


def test_text_in_findings_cannot_move_the_cursor(project: Project) -> None:
    """Escape sequences that YAML can spell (`\\e`) are shown, not sent."""
    done = project.run(
        "validate", str(project.recipe('name: "\\e[2Jfoo"\n', text=RECIPE.replace("name: faq\n", "")))
    )
    assert done.returncode == 2
    assert "\x1b" not in done.stdout + done.stderr


def test_growth_by_references_is_bounded(project: Project) -> None:
    """References that double a text again and again end in a finding."""
    lines = ["a0: xxxxxxxxxx", *(f"a{n}: ${{a{n - 1}}}${{a{n - 1}}}" for n in range(1, 40))]
    assert "R009" in codes_of(project.recipe("\n".join(lines) + "\n"))


def test_growth_by_defaults_lists_is_bounded(project: Project) -> None:
    """Files that include the next one twice, many levels deep, and files in a circle end in a finding."""
    for level in range(30):
        project.write(f"conf/l{level}.yaml", f"defaults: [l{level + 1}@a, l{level + 1}@b]\n")
    project.write("conf/l30.yaml", "x: 1\n")
    assert "R007" in codes_of(project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - l0\n")))
    project.write("conf/one.yaml", "defaults: [two]\n")
    project.write("conf/two.yaml", "defaults: [one]\n")
    assert "R007" in codes_of(project.recipe(text=RECIPE.replace("  - base\n", "  - base\n  - one\n")))
