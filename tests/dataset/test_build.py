"""Stage build on real files: what comes out, and when it is found again instead of made again."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from small_recipe import ids_of, model, qa, small_recipe, source, step, write_rows

from runner.dataset import Dataset, build
from runner.progress import Progress
from runner.recipe import Part, Recipe, Split
from runner.seal import private_cache

STEPS = (
    step("normalize_unicode"),
    step("drop_empty"),
    step("drop_duplicates"),
    step("limit_tokens", max_tokens=64),
)


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """Two sources: good records, copies, an empty answer, a long one, and lines that are no records."""
    rows = [qa(n) for n in range(60)]
    noise = [
        qa(3),
        {"q": "空", "a": " "},
        qa(500, "長い。" * 100),
        "{broken",
        "[1]",
        {"q": "ＡＢＣ", "a": "ｶﾅ"},
    ]
    first = write_rows(tmp_path / "data/a.jsonl", [*rows[:30], *noise])
    second = write_rows(tmp_path / "data/b.jsonl", rows[30:])
    return small_recipe(tmp_path, [source(first), source(second, "more", licence="CC0-1.0")], STEPS)


def built(recipe: Recipe, workers: int | None = 1) -> Dataset:
    """The dataset of a recipe."""
    return build(recipe, model(), workers=workers)


def said(recipe: Recipe) -> str:
    """What a build tells about its progress: nothing if there was nothing to do."""
    stream = io.StringIO()
    build(recipe, model(), progress=Progress(stream=stream))
    return stream.getvalue()


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a dataset."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


def test_the_manifest_reconciles(recipe: Recipe) -> None:
    """Every record that was read or created is kept or dropped, and every kept one has its place."""
    manifest = built(recipe).manifest
    totals = manifest["totals"]
    assert totals["read"] == 66 == sum(row["records"] for row in manifest["sources"])
    assert totals["read"] + totals["created"] == totals["kept"] + totals["dropped"]
    assert totals["kept"] == totals["train"] + totals["validation"] + totals["unused"]
    assert sum(manifest["dropped"].values()) == totals["dropped"]
    for before, after in zip(manifest["steps"], manifest["steps"][1:], strict=False):
        assert before["kept"] == after["in"]
    for row in manifest["steps"]:
        assert row["in"] + row["created"] == row["kept"] + sum(row["dropped"].values())


def test_the_statistics_add_up(recipe: Recipe) -> None:
    """Histogram, languages and categories describe each training record exactly once."""
    dataset = built(recipe)
    train = dataset.manifest["totals"]["train"]
    assert sum(dataset.manifest["histogram"]["train"]) == train
    assert sum(dataset.manifest["languages"].values()) == train
    assert sum(dataset.manifest["categories"].values()) == train - 1  # one record has none
    index = json.loads((dataset.folder / "index.json").read_bytes())
    assert dataset.manifest["tokens"]["train"]["total"] == sum(index["train"]["tokens"])


def test_the_files_are_what_the_manifest_says(recipe: Recipe) -> None:
    """Records, bytes and SHA-256 of every file, and the first three rows as samples."""
    dataset = built(recipe)
    for name, facts in dataset.manifest["files"].items():
        content = (dataset.folder / name).read_bytes()
        assert facts == {
            "records": content.count(b"\n"),
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        assert all(isinstance(json.loads(line), dict) for line in content.splitlines())
    first = (dataset.folder / "train.jsonl").read_text(encoding="utf-8").splitlines()[:3]
    assert [json.loads(line) for line in first] == dataset.manifest["samples"]


def test_dropped_records_are_filed_with_their_reason(recipe: Recipe) -> None:
    """Unreadable lines too, by file and line; a long text is cut, its id never lost."""
    rows = [json.loads(line) for line in (built(recipe).folder / "dropped.jsonl").read_bytes().splitlines()]
    assert {(row["id"], row["step"], row["reason"]) for row in rows} == {
        ("faq/30", "drop_duplicates", "duplicate"),
        ("faq/31", "drop_empty", "empty"),
        ("faq/32", "limit_tokens", "too_many_tokens"),
        ("faq/33", "read", "unreadable"),
        ("faq/34", "read", "unreadable"),
    }
    unreadable = next(row for row in rows if row["id"] == "faq/33")
    assert unreadable["detail"].startswith("data/a.jsonl:34: ") or "a.jsonl:34" in unreadable["detail"]


def test_a_second_build_does_nothing(recipe: Recipe) -> None:
    """The dataset is found by its address, and its files are not touched."""
    first = built(recipe)
    before = {file.name: file.stat().st_mtime_ns for file in first.folder.iterdir()}
    assert said(recipe) == ""
    assert {file.name: file.stat().st_mtime_ns for file in first.folder.iterdir()} == before


def test_a_new_mtime_does_not_rebuild_and_a_new_byte_does(recipe: Recipe, tmp_path: Path) -> None:
    """Content decides, not time."""
    first, file = built(recipe), tmp_path / "data/b.jsonl"
    os.utime(file, (1, 1))
    assert built(recipe).address == first.address
    file.write_bytes(file.read_bytes().replace("質問40".encode(), "質問4x".encode()))
    os.utime(file, (1, 1))
    changed = built(recipe)
    assert changed.address != first.address
    assert (
        "質問4x"
        in (changed.folder / "train.jsonl").read_text() + (changed.folder / "validation.jsonl").read_text()
    )


def test_another_licence_is_told_without_working_on_a_record(recipe: Recipe) -> None:
    """The manifest names it, so it may not come out of the cache with the old one."""
    built(recipe)
    shutil.rmtree(private_cache(recipe.root) / "shards")
    other = replace(recipe.sources[1], options={**recipe.sources[1].options, "licence": "CC-BY-4.0"})
    manifest = built(replace(recipe, sources=(recipe.sources[0], other))).manifest
    assert manifest["sources"][1]["licence"] == "CC-BY-4.0"
    assert not (private_cache(recipe.root) / "shards").exists()


def test_a_damaged_corpus_is_made_again(recipe: Recipe) -> None:
    """Another split finds out that the file of records was cut short or deleted."""
    first = built(recipe)
    expected = contents(first.folder)
    (corpus,) = (private_cache(recipe.root) / "corpora").iterdir()
    for damage in (b"", b"{}\n", None):
        (corpus / "records.jsonl").unlink()
        if damage is not None:
            (corpus / "records.jsonl").write_bytes(damage)
        shutil.rmtree(first.folder)
        assert contents(built(recipe).folder) == expected


def test_the_same_bytes_in_another_folder(recipe: Recipe, tmp_path: Path) -> None:
    """Another machine, another project folder: the same address and the same files."""
    other = tmp_path / "elsewhere"
    shutil.copytree(tmp_path / "data", other / "data")
    here, there = (
        built(
            replace(
                recipe,
                root=root,
                data_roots=(root,),
                sources=(
                    source(Path("data/a.jsonl")),
                    source(Path("data/b.jsonl"), "more", licence="CC0-1.0"),
                ),
            )
        )
        for root in (tmp_path, other)
    )
    assert here.address == there.address
    assert contents(here.folder) == contents(there.folder)


def test_training_sets_of_a_sweep_are_nested_and_share_the_work(recipe: Recipe) -> None:
    """`split.train_records` 10 and 20: byte prefixes, one validation set, and the steps ran once."""
    small, large = (replace(recipe, split=Split(0.1, number, 0)) for number in (10, 20))
    first = built(small)
    shutil.rmtree(private_cache(recipe.root) / "shards")
    second = built(large)
    assert not (private_cache(recipe.root) / "shards").exists()  # no shard was worked on again
    ten, twenty = ((dataset.folder / "train.jsonl").read_bytes() for dataset in (first, second))
    assert twenty.startswith(ten)
    assert (ten.count(b"\n"), twenty.count(b"\n")) == (10, 20)
    assert (first.folder / "validation.jsonl").read_bytes() == (
        second.folder / "validation.jsonl"
    ).read_bytes()


def test_another_split_or_format_works_from_the_corpus(recipe: Recipe) -> None:
    """Once the corpus is there, a change of the split or the format works on no shard."""
    built(recipe)
    shards = list((private_cache(recipe.root) / "shards").glob("*/*"))
    for file in shards:
        file.unlink()
    built(replace(recipe, format=Part("format", "converse", {})))
    built(replace(recipe, split=Split(0.3, None, 7)))
    assert not list((private_cache(recipe.root) / "shards").glob("*/*"))


def test_a_later_step_reuses_the_shards(recipe: Recipe) -> None:
    """A step after the first one that needs all records changes nothing in the shards' results."""
    built(recipe)
    folder = private_cache(recipe.root) / "shards"
    before = {file.name: file.stat().st_mtime_ns for file in folder.glob("*/*")}
    built(replace(recipe, steps=(*STEPS[:3], step("limit_tokens", max_tokens=40))))
    assert {file.name: file.stat().st_mtime_ns for file in folder.glob("*/*")} == before
    built(replace(recipe, steps=STEPS[1:]))
    assert len(list(folder.glob("*/*"))) == 2 * len(before)


def test_a_damaged_shard_result_is_made_again(recipe: Recipe) -> None:
    """A torn file in the cache is noticed by its checksum."""
    first = built(recipe)
    for file in (private_cache(recipe.root) / "shards").glob("*/*"):
        file.write_bytes(file.read_bytes()[:-3])
    for folder in ("datasets", "corpora"):
        shutil.rmtree(private_cache(recipe.root) / folder)
    assert contents(built(recipe).folder) == contents(first.folder)


def test_a_damaged_dataset_is_made_again(recipe: Recipe) -> None:
    """A file that was cut short or deleted in the cache does not get into a job."""
    first = built(recipe)
    expected = contents(first.folder)
    (first.folder / "train.jsonl").write_bytes(b"{}")
    assert contents(built(recipe).folder) == expected
    (first.folder / "index.json").unlink()
    assert contents(built(recipe).folder) == expected


def test_a_limit_takes_the_first_rows(recipe: Recipe) -> None:
    """`limit` counts rows as they stand in the source."""
    file = recipe.root / "data/a.jsonl"
    dataset = built(replace(recipe, sources=(source(file, limit=7),), steps=()))
    assert dataset.manifest["totals"]["read"] == 7
    ids = ids_of(dataset.folder)
    assert sorted([*ids["train"], *ids["validation"]]) == [f"faq/{n}" for n in range(7)]


@pytest.mark.parametrize("workers", [2, 5])
def test_workers_do_not_change_a_byte(recipe: Recipe, workers: int, tmp_path: Path) -> None:
    """One process or five: the same files."""
    big = write_rows(tmp_path / "data/big.jsonl", [qa(n, "あいうえお" * 60) for n in range(9000)])
    assert big.stat().st_size > 8_000_000  # several shards
    large = replace(recipe, sources=(source(big), *recipe.sources))
    one = contents(built(large).folder)
    shutil.rmtree(tmp_path / ".runner")
    assert contents(built(large, workers).folder) == one


def test_no_record_at_all_is_an_empty_dataset(recipe: Recipe) -> None:
    """A source without rows is not a crash: the checks have something to say about it."""
    empty = write_rows(recipe.root / "data/none.jsonl", ["", " "])
    manifest = built(replace(recipe, sources=(source(empty),))).manifest
    assert manifest["totals"] == dict.fromkeys(manifest["totals"], 0)
    assert "validation.jsonl" not in manifest["files"]


def test_a_build_that_fails_leaves_nothing(recipe: Recipe) -> None:
    """No half folder stays behind, and the next build works."""
    wrong = replace(recipe, format=Part("format", "no_such_format", {}))
    with pytest.raises(Exception, match="no_such_format"):
        built(wrong)
    assert not list(private_cache(recipe.root).rglob("*.part"))
    assert built(recipe).manifest["totals"]["train"] > 0
