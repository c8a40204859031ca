"""Bad files: every kind of broken YAML is a finding with a place, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from recipe_projects import RECIPE, Project, codes_of, findings_of

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
BROKEN: dict[str, tuple[bytes, str, int, int]] = {
    "duplicate key": (b"name: a\nmodel: b\nname: c\n", "R004", 3, 1),
    "nested duplicate key": (b"split:\n  seed: 1\n  seed: 2\n", "R004", 3, 3),
    "tab": (b"split:\n\tseed: 1\n", "R003", 2, 1),
    "utf-8 byte order mark": (b"\xef\xbb\xbfname: a\n", "R002", 1, 1),
    "utf-16": ("name: a\n".encode("utf-16"), "R002", 1, 1),
    "shift-jis": ("name: a\ndescription: 日本\n".encode("shift-jis"), "R002", 2, 14),
    "latin-1": ("description: caf\xe9\n".encode("latin-1"), "R002", 1, 17),
    "nul byte": (b"name: a\nmodel: \x00\n", "R002", 2, 8),
    "escape sequence": (b"name: \x1b[2J\n", "R002", 1, 7),
    "bomb": (BOMB.encode(), "R005", 0, 0),
    "alias of itself": (b"a: &a [*a]\n", "R005", 1, 8),
    "alias of nothing": (b"a: *b\n", "R003", 1, 4),
    "deep lists": (b"a: " + b"[" * 100_000, "R005", 1, 35),
    "deep mappings": ("\n".join(" " * n + "a:" for n in range(60)).encode(), "R005", 33, 33),
    "several documents": (b"name: a\n---\nname: b\n", "R006", 2, 1),
    "list": (b"- a\n- b\n", "R006", 1, 1),
    "word": (b"just text\n", "R006", 1, 1),
    "empty": (b"", "R006", 1, 1),
    "comments only": (b"# nothing\n\n", "R006", 1, 1),
    "number as key": (b"name: a\n1: b\n", "R006", 2, 1),
    "yes as key": (b"yes: b\n", "R006", 1, 1),
    "list as key": (b"? [a, b]\n: c\n", "R006", 1, 3),
    "open bracket": (b"name: [a\n", "R003", 0, 0),
    "open quote": (b'name: "a\n', "R003", 0, 0),
    "two colons": (b"name: a: b\n", "R003", 1, 8),
    "python tag": (b"name: !!python/object/apply:os.system [id]\n", "R302", 1, 7),
    "python name": (b"name: !!python/name:os.system\n", "R302", 1, 7),
    "custom tag": (b"name: !secret x\n", "R302", 1, 7),
    "binary tag": (b"name: !!binary aGk=\n", "R302", 1, 7),
    "bad integer tag": (b"name: !!int x\n", "R003", 1, 7),
    "merge of a word": (b"split:\n  <<: word\n", "R003", 2, 7),
    "anchor line": (b"%YAML 9.9\n---\nname: a\n", "R003", 0, 0),
    "defaults as mapping": (b"defaults: {base: x}\nname: a\n", "R007", 1, 11),
    "defaults with a number": (b"defaults: [1]\nname: a\n", "R007", 1, 12),
    "defaults with two keys": (b"defaults: [{a: b, c: d}]\nname: a\n", "R007", 1, 12),
    "missing conf": (b"defaults: [bse]\nname: a\n", "R007", 1, 12),
    "missing option": (b"defaults: [base, steps: instruction_jp]\nname: a\n", "R007", 1, 25),
    "bad package header": (b"# @package a b\nname: a\n", "R007", 1, 1),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_yaml_is_a_finding_with_a_place(project: Project, case: str) -> None:
    """The finding has the code, the file, and the line and column where it goes wrong."""
    data, code, line, column = BROKEN[case]
    findings = [finding for finding in findings_of(project.recipe(text=data)) if finding.code == code]
    assert findings, findings_of(project.recipe(text=data))
    place = findings[0].place
    assert place is not None
    assert place.file == "recipes/faq.yaml"
    assert place.line
    assert (line, column) in {(0, 0), (place.line, place.column)}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_conf_file_is_reported_at_its_own_place(project: Project, case: str) -> None:
    """The same mistakes in a conf file name that file, and the recipe's own mistakes are still found."""
    if case in {"empty", "comments only"}:
        pytest.skip("an empty conf file is fine")
    data, code, *_ = BROKEN[case]
    project.write("conf/steps/mine.yaml", data)
    recipe = RECIPE.replace("  - base\n", "  - base\n  - steps: mine\n") + "nme: x\n"
    findings = findings_of(project.recipe(text=recipe))
    places = {(finding.code, finding.place.file if finding.place else "") for finding in findings}
    assert (code, "conf/steps/mine.yaml") in places
    assert ("R101", "recipes/faq.yaml") in places
    assert "R103" not in {finding.code for finding in findings}


def test_every_broken_file_is_reported_at_once(project: Project) -> None:
    """Two broken conf files and a bad override: three findings."""
    project.write("conf/steps/one.yaml", b"a: [\n")
    project.write("conf/budget/two.yaml", b"\xff\n")
    recipe = RECIPE.replace("  - base\n", "  - base\n  - steps: one\n  - budget: two\n")
    codes = codes_of(project.recipe(text=recipe), "hydra.verbose=true")
    assert {"R003", "R002", "R304"} <= set(codes)


def test_what_is_not_a_file_is_a_finding(project: Project) -> None:
    """A missing file, a folder, a pipe, a huge file and an unreadable one."""
    assert codes_of(project.root / "recipes" / "nope.yaml") == ["R001"]
    assert codes_of(project.root / "recipes") == ["R001"]
    pipe = project.root / "recipes" / "pipe.yaml"
    os.mkfifo(pipe)
    assert codes_of(pipe) == ["R001"]
    assert codes_of(project.write("recipes/huge.yaml", b"# " + b"x" * 2_000_000)) == ["R001"]
    assert codes_of(project.root / ("x" * 300 + ".yaml")) == ["R001"]
    assert codes_of(project.root / "nope" / "nope.yaml") == ["R001"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_finding(project: Project) -> None:
    """Missing permission is told as such."""
    file = project.recipe()
    file.chmod(0)
    assert codes_of(file) == ["R001"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-5", 1e-5), ("1E5", 1e5), (".5", 0.5), ("1_000", 1000), ("0x10", 16), ("-3", -3), ("+4", 4),
        ("010", "010"), ("12:30", "12:30"), ("2026-11-21", "2026-11-21"), ("1.2.3", "1.2.3"), ("~", None),
        ("yes", True), ("'1'", "1"), ("!!str 1", "1"), ("!!float 1", 1.0), ("1e", "1e"),
        ("-", "-"), (".", "."),
    ],
)  # fmt: skip
def test_plain_words_mean_what_people_expect(project: Project, written: str, value: object) -> None:
    """`1e-5` is a number; dates, times and `010` stay text."""
    from runner.compose import compose_all

    if written == "-":
        written = '"-"'
    composed, _ = compose_all(project.recipe(text=f"x: {written}\n"))
    assert composed is not None
    assert composed.mapping["x"] == value
    assert type(composed.mapping["x"]) is type(value)


def test_anchors_aliases_and_merge_keys_work(project: Project) -> None:
    """Ordinary use of aliases is fine, and the mapping's own keys win over merged ones."""
    from runner.compose import compose

    file = project.recipe("steps: &s {a: 1, b: 2}\nother: {<<: *s, b: 3}\nlist: [*s, *s]\n", text="name: x\n")
    composed = compose(file)
    assert composed.mapping["other"] == {"a": 1, "b": 3}
    assert composed.mapping["list"] == [{"a": 1, "b": 2}] * 2


@pytest.mark.parametrize(
    "name", ["my recipe.yaml", "レシピ.yaml", "recipe.yml", "recipe.txt", "a.b.yaml", "base.yaml"]
)
def test_a_recipe_may_have_any_file_name(project: Project, name: str) -> None:
    """A recipe is given by path; its name means nothing to the composition."""
    assert codes_of(project.write(f"recipes/{name}", RECIPE)) == ([] if name != "base.yaml" else ["R007"])


def test_a_recipe_may_lie_in_a_sub_folder_and_shadow_conf(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search path is: the recipe's folder, the project's conf/, the packaged conf/."""
    from runner.compose import compose

    file = project.write(
        "recipes/team/deep.yaml", RECIPE.replace("  - base\n", "  - base\n  - budget: pilot\n")
    )
    monkeypatch.chdir("/")
    assert compose(file).mapping["budget"]["max_usd"] == 20
    project.write("conf/budget/pilot.yaml", "max_usd: 7\n")
    assert compose(file).mapping["budget"]["max_usd"] == 7
    project.write("recipes/team/budget/pilot.yaml", "max_usd: 8\n")
    composed = compose(Path(file))
    assert composed.mapping["budget"]["max_usd"] == 8
    assert composed.root == project.root.resolve()


def test_a_list_where_a_mapping_belongs_is_a_finding_at_its_place(project: Project) -> None:
    """Steps written as a list: Hydra would stop; here the rest is checked too."""
    findings = findings_of(
        project.recipe("nme: x\n", text=RECIPE.replace("  drop_empty:\n", "  - drop_empty\n"))
    )
    assert [(finding.code, str(finding.place)) for finding in findings] == [
        ("R104", "recipes/faq.yaml:13:1"),
        ("R101", "recipes/faq.yaml:16:1"),
    ]
