"""One step at work: every record that goes in comes out, and what happened to it is counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from runner.errors import RunnerError
from runner.plugins import load, module_constant
from runner.recipe import Part
from runner.record import Drop, Record
from runner.text.characters import torn

Scope = Literal["record", "dataset"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the recipe with the function that does it."""

    label: str
    kind: str
    function: Callable[..., Iterator[Record]]
    options: Mapping[str, Any]
    scope: Scope


@dataclass(slots=True)
class Tally:
    """What one step did. `read + created = kept + dropped` holds at the end.

    `changed` counts records whose text the step changed or cut, `created` the pieces beyond the first.
    """

    label: str
    kind: str
    read: int = 0
    kept: int = 0
    changed: int = 0
    created: int = 0
    dropped: dict[str, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Count another part of the same step in."""
        self.read += other.read
        self.kept += other.kept
        self.changed += other.changed
        self.created += other.created
        for reason, number in other.dropped.items():
            self.dropped[reason] = self.dropped.get(reason, 0) + number

    def require_balance(self) -> None:
        """Errors: `AssertionError`, a bug of this program, when a record is unaccounted for."""
        if self.read + self.created != self.kept + sum(self.dropped.values()):
            raise AssertionError(f"step {self.label} does not balance: {self}")

    def as_dict(self) -> dict[str, Any]:
        """The step's row of the manifest."""
        return {
            "label": self.label,
            "kind": self.kind,
            "in": self.read,
            "kept": self.kept,
            "changed": self.changed,
            "created": self.created,
            "dropped": dict(sorted(self.dropped.items())),
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Tally:
        """The inverse of `as_dict`."""
        rest = dict(row)
        return cls(read=rest.pop("in"), **rest)


def load_steps(parts: Sequence[Part]) -> list[Step]:
    """The steps of a recipe, ready to work."""
    return [
        Step(
            part.label,
            part.kind,
            load("steps", part.kind),
            part.options,
            module_constant("steps", part.kind, "SCOPE", "dataset"),
        )
        for part in parts
    ]


def apply(
    step: Step, records: Iterable[Record], tally: Tally, file: Callable[[Record], None]
) -> Iterator[Record]:
    """The records that `step` keeps, in order; those it drops are given to `file` with the step's label.

    Errors: `RunnerError` naming the step when it loses, invents or reorders records.
    """
    waiting: deque[Record] = deque()

    def feed() -> Iterator[Record]:
        for record in records:
            waiting.append(record)
            tally.read += 1
            yield record

    try:
        output = step.function(feed(), **step.options)
    except (TypeError, ValueError) as error:  # a step looks at its options before the first record
        fix = f"correct the options of steps.{step.label}"
        raise RunnerError(f"the step {step.label} ({step.kind}): {error}", fix=fix) from error
    pieces = 0
    for record in output:
        origin, pieces = _origin(step, record, waiting, pieces)
        tally.changed += pieces == 1
        tally.created += pieces > 1
        if record is origin:
            tally.kept += 1
            yield record
        elif (drop := record.dropped or _unwritable(record)) is not None:
            tally.dropped[drop.reason] = tally.dropped.get(drop.reason, 0) + 1
            file(replace(record, dropped=Drop(drop.reason, drop.detail, step.label)))
        else:
            tally.kept += 1
            if record.fields != origin.fields:
                tally.changed += not pieces
                if record.tokens is origin.tokens is not None:
                    record = replace(record, tokens=None)  # a count of the text before the change
            yield record
    if pieces:
        waiting.popleft()
    if waiting:
        raise _broken(step, f"lost record {waiting[0].id}")


def _unwritable(record: Record) -> Drop | None:
    """Why a record that a step has changed can be neither counted nor written."""
    why = torn(record.fields)
    return Drop("broken_text", why) if why else None


def _origin(step: Step, record: Record, waiting: deque[Record], pieces: int) -> tuple[Record, int]:
    """The record that went in for this one, and how many pieces of it have come out, this one included."""
    while waiting:
        origin = waiting[0]
        if record.document != origin.document:
            same = piece = False
        else:
            same = record.id == origin.id and not pieces
            piece = not same and record.id.startswith(origin.id + "#")
        if same:
            return waiting.popleft(), 0
        if piece:
            return origin, pieces + 1
        if not pieces:
            raise _broken(step, f"put record {record.id} in the place of {origin.id}")
        waiting.popleft()
        pieces = 0
    raise _broken(step, f"invented record {record.id}")


def _broken(step: Step, what: str) -> RunnerError:
    return RunnerError(
        f"the step {step.label} ({step.kind}) {what}",
        fix="a step yields every record it gets, in order: as it was, changed, in pieces, or dropped",
    )
