"""The pipeline: shards, leading steps, one merge in order; whatever the steps are."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from small_recipe import step

from runner.atomic import canonical_json
from runner.building.engine import InProcess, Result, Task
from runner.building.pipeline import Pipeline, SourceRows
from runner.reading.shard import Shard
from runner.recipe import Part

TEXTS = (
    "",
    " ",
    "短い",
    "ＡＢＣ",
    "<b>太字</b>です",
    "一文目です。二文目です。" * 40,
    "同じ",
    "同じ",
    "a  b\r\nc",
)
STEPS = (
    step("normalize_unicode"),
    step("strip_markup"),
    step("normalize_whitespace"),
    step("drop_empty"),
    step("drop_duplicates"),
    step("limit_tokens", max_tokens=32),
    step("limit_tokens", "cut", max_tokens=40, action="split"),
    step("drop_outliers"),
)
FIELDS = {"text": "t"}

lines = st.lists(st.one_of(st.sampled_from(TEXTS).map(lambda text: {"t": text}), st.just(None)), max_size=20)
steps = st.lists(st.sampled_from(STEPS), max_size=5, unique_by=lambda part: part.label)


class Backwards:
    """An engine that works on the tasks backwards, as other machines might, and answers in order."""

    def run(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """`function` of every task, in the order of the tasks."""
        return reversed([function(task) for task in reversed(list(tasks))])


def source(rows: list[dict[str, str] | None], cuts: int, label: str = "s") -> SourceRows:
    """A source in shards of `cuts` rows; None is a line that cannot be read."""
    encoded = [b"{broken" if row is None else canonical_json(row) for row in rows]

    def shards() -> Iterator[Shard]:
        for index, first in enumerate(range(0, len(encoded), cuts)):
            yield Shard(
                label, index, first, b"\n".join(encoded[first : first + cuts]), "jsonl", "f.jsonl", first + 1
            )

    return SourceRows(label, FIELDS, None, shards)


def ran(
    parts: list[Part], sources: list[SourceRows], engine: Any = None
) -> tuple[list[Any], list[Any], Pipeline]:
    """Kept records, dropped rows and the pipeline."""
    with tempfile.TemporaryDirectory() as cache:
        pipeline = Pipeline(parts, "cl100k_base", engine or InProcess(), Path(cache))
        dropped: list[Any] = []
        kept = list(pipeline.records(sources, dropped.append))
    return kept, dropped, pipeline


@settings(max_examples=60)
@given(lines, lines, steps, st.integers(1, 7))
def test_every_record_is_accounted_for(
    first: list[dict[str, str] | None], second: list[dict[str, str] | None], parts: list[Part], cuts: int
) -> None:
    """Any steps in any order: read + created = kept + dropped, and every drop is filed with its step."""
    kept, dropped, pipeline = ran(parts, [source(first, cuts, "a"), source(second, cuts, "b")])
    created = sum(tally.created for tally in pipeline.tallies)
    assert pipeline.tallies[0].read == len(first) + len(second)
    assert len(first) + len(second) + created == len(kept) + len(dropped)
    assert sum(sum(tally.dropped.values()) for tally in pipeline.tallies) == len(dropped)
    assert {row["step"] for row in dropped} <= {"read", *(part.label for part in parts)}
    assert pipeline.rows_read == {"a": len(first), "b": len(second)}


@settings(max_examples=60)
@given(lines, steps, st.integers(1, 7), st.integers(1, 7))
def test_shards_and_engines_do_not_matter(
    rows: list[dict[str, str] | None], parts: list[Part], cuts: int, other_cuts: int
) -> None:
    """Cut anywhere, worked on in any order: the same records in the same order, the same drops and counts."""
    kept, dropped, pipeline = ran(parts, [source(rows, cuts)])
    other_kept, other_dropped, other = ran(parts, [source(rows, other_cuts)], Backwards())
    assert kept == other_kept
    assert [t.as_dict() for t in pipeline.tallies] == [t.as_dict() for t in other.tallies]
    key = canonical_json
    assert sorted(map(key, dropped)) == sorted(map(key, other_dropped))


@given(lines, st.integers(1, 5))
def test_kept_records_stay_in_input_order(rows: list[dict[str, str] | None], cuts: int) -> None:
    """Ids count up by their position in the source."""
    kept, _, _ = ran([step("drop_duplicates")], [source(rows, cuts)])
    positions = [int(record.id.partition("/")[2]) for record in kept]
    assert positions == sorted(positions)


def test_every_kept_record_comes_out_of_the_shards_with_its_tokens() -> None:
    """Counted in one batch a shard, so that later steps and the manifest need no second count."""
    kept, _, _ = ran([step("drop_empty")], [source([{"t": "hello world"}, {"t": "こんにちは"}], 1)])
    assert [record.tokens for record in kept] == [("cl100k_base", 2), ("cl100k_base", 1)]


def test_the_text_of_a_dropped_record_is_cut() -> None:
    """Every dropped id is kept, a book is not."""
    _, dropped, _ = ran([step("limit_tokens", max_tokens=32)], [source([{"t": "長い" * 5000}], 1)])
    assert dropped[0]["id"] == "s/0"
    assert dropped[0]["fields"]["text"].endswith("… (10000 characters)")
    assert len(dropped[0]["fields"]["text"]) < 2100
