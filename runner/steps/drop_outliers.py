"""Drop records that are too short, too long, out of proportion, or say the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from runner.record import Drop, Record, Records

SCOPE = "record"


def drop_outliers(
    records: Records,
    *,
    min_characters: dict[str, int] | None = None,
    max_characters: dict[str, int] | None = None,
    min_ratio: float | None = None,
    max_ratio: float | None = None,
    different: tuple[str, ...] = ("prompt", "completion"),
) -> Iterator[Record]:
    """Drop records whose lengths are out of bounds, or whose answer only repeats the question.

    Lengths are in characters, without white space around the text.

    `min_characters`: shortest length by field, such as `{completion: 2}`; a field the record lacks has length
      0.
    `max_characters`: longest length by field, such as `{prompt: 8000, completion: 4000}`.
    `min_ratio`: lowest length of the completion divided by the length of the prompt.
    `max_ratio`: highest length of the completion divided by the length of the prompt.
    `different`: fields (or other mapped columns) of which no two may hold the same text; empty texts do not
      count.

    Drops with reason `too_short`: a field has fewer characters than `min_characters`.
    Drops with reason `too_long`: a field has more characters than `max_characters`.
    Drops with reason `ratio`: the completion is too short or too long for its prompt.
    Drops with reason `same_text`: two of the fields in `different` are equal.
    """
    shortest, longest = dict(min_characters or {}), dict(max_characters or {})
    _require_order(shortest, longest, min_ratio, max_ratio)

    def why(record: Record) -> Drop | None:
        lengths = {name: len(text.strip()) for name, text in record.fields.items()}
        return (
            _length(lengths, shortest, longest)
            or _ratio(lengths, min_ratio, max_ratio)
            or _same(record, different)
        )

    def kept() -> Iterator[Record]:
        for record in records:
            drop = why(record)
            yield record.drop(drop.reason, drop.detail) if drop else record

    return kept()


def _require_order(
    shortest: Mapping[str, int], longest: Mapping[str, int], min_ratio: float | None, max_ratio: float | None
) -> None:
    for name, least in shortest.items():
        if least > longest.get(name, least):
            raise ValueError(
                f"min_characters.{name} is {least}, above max_characters.{name}, {longest[name]}"
            )
    for option, value in (("min_ratio", min_ratio), ("max_ratio", max_ratio)):
        if value is not None and not value >= 0:
            raise ValueError(f"{option} is {value}, but must be 0 or more")
    if min_ratio is not None and max_ratio is not None and min_ratio > max_ratio:
        raise ValueError(f"min_ratio is {min_ratio}, above max_ratio, {max_ratio}")


def _length(
    lengths: Mapping[str, int], shortest: Mapping[str, int], longest: Mapping[str, int]
) -> Drop | None:
    for name, least in shortest.items():
        if (length := lengths.get(name, 0)) < least:
            return Drop("too_short", f"{name} has {length} characters, at least {least} are asked for")
    for name, most in longest.items():
        if (length := lengths.get(name, 0)) > most:
            return Drop("too_long", f"{name} has {length} characters, at most {most} are allowed")
    return None


def _ratio(lengths: Mapping[str, int], least: float | None, most: float | None) -> Drop | None:
    prompt, completion = lengths.get("prompt", 0), lengths.get("completion", 0)
    if not prompt:
        return None
    ratio = completion / prompt
    if (least is not None and ratio < least) or (most is not None and ratio > most):
        return Drop("ratio", f"{completion} characters of completion for {prompt} of prompt")
    return None


def _same(record: Record, names: tuple[str, ...]) -> Drop | None:
    texts = [(name, str(record.fields.get(name) or record.meta.get(name) or "").strip()) for name in names]
    for (one, text), (other, again) in combinations(texts, 2):
        if text and text == again:
            return Drop("same_text", f"{one} and {other} hold the same text")
    return None
