"""What a record is judged by, and what a checker of a format offers: protocol of `runner/checks/records/`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from runner.finding import Severity
from runner.model import Method, Model

Side = Literal["train", "validation"]


class Fault(NamedTuple):
    """One thing that is wrong with a record; the engine adds file and line."""

    code: str
    path: str
    """JSON path in the record, such as `$.messages[1].content[0].text`; "" is the record itself."""
    message: str
    hint: str = ""
    source: str = ""
    severity: Severity = "error"


Report = Callable[[Fault], None]


class Text(NamedTuple):
    """One text of a record: where it stands, who says it (`system`, `user`, `assistant`, `tool`, `text`)."""

    path: str
    role: str
    text: str


class Fit(NamedTuple):
    """A record that is exactly as it should be."""

    strings: int
    """JSON strings in it, keys and values: a line that holds more of them repeats a key."""
    texts: tuple[str, ...]
    """What is trained on, in order, the system text first ("" if the format has one and it is absent)."""
    others: tuple[Hashable, ...] = ()
    """What else makes two records different, such as the address of an image."""


_new_tuple = tuple.__new__


def fitting(strings: int, texts: tuple[str, ...], others: tuple[Hashable, ...] = ()) -> Fit:
    """A `Fit`, made twice as fast as by calling the class: for fast paths."""
    return _new_tuple(Fit, (strings, texts, others))


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file under examination."""

    name: str
    """As findings show it: the path as typed, or the S3 URI."""
    location: str
    """Absolute path, or S3 URI."""
    side: Side


def _nothing(*_given: Any) -> None:
    return None


def _no_others(_row: Any) -> tuple[Hashable, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Checker:
    """How records of one format are judged. One checker sees all files of one examination, in order."""

    fit: Callable[[Any], Fit | None]
    """The fast path: `Fit` if the parsed line is right in every way, None if it must be looked at."""
    judge: Callable[[Any, Report], None]
    """The slow path, only where `fit` gave None: reports everything that is wrong. Nothing reported is fine.

    The report knows file and line, so that it may be kept and called later, up to `finish`.
    """
    texts: Callable[[Any], Iterable[Text]]
    """Every text that can be found in a parsed line of any shape; never fails."""
    others: Callable[[Any], tuple[Hashable, ...]] = _no_others
    """For a line that `judge` has seen: what `Fit.others` holds for one that `fit` took."""
    begin: Callable[[DataFile], None] = _nothing
    """A file begins."""
    finish: Callable[[Report], None] = _nothing
    """All files are read: what only the whole shows is reported without a line."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Who speaks when."""

    first: str
    last: str | None
    """None: user or assistant."""
    roles: tuple[str, ...]
    alternating: bool
    minimum: int
    maximum: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one model, method and side, as its capability schema has them."""

    model: Model
    method: Method
    format: str
    side: Side = "train"
    images: Path | None = None
    """Folder with local copies of what records name on S3."""
    teacher: str | None = None
    """Model whose logged answers are to be used."""
    batch_size: int | None = None
    """The job's `batchSize`, where a limit depends on it."""

    @property
    def who(self) -> str:
        """`fine_tuning of amazon.nova-lite-v1:0`: the subject of messages."""
        return f"{self.method.name} of {self.model.id}"

    def content(self, name: str) -> Mapping[str, Any]:
        """A content rule such as `reserved_words`; empty if the schema has none."""
        return (self.method.data.get("content_rules") or {}).get(name) or {}

    def limit(self, name: str) -> Mapping[str, Any]:
        """A limit such as `record_tokens`; empty if not known."""
        return self.method.limit(name)

    def cite(self, rule: Mapping[str, Any]) -> str:
        """Where a rule or limit comes from: title, address and date; "" if it names no source."""
        return self.model.source(rule["source"]) if rule.get("source") else ""

    def severity(self, rule: Mapping[str, Any]) -> Severity:
        """`warning` for a rule on which sources differ or that AWS can lift on request, else `error`."""
        return "warning" if rule.get("doubtful") or rule.get("adjustable") else "error"

    @property
    def turns(self) -> Turns:
        """Who speaks when; where the schema says nothing, as the format is written: user, assistant, …"""
        rule = self.content("turns")
        open_end = rule.get("answer") == "optional"
        return Turns(
            first=rule.get("first", "user"),
            last=None if open_end else rule.get("last", "assistant"),
            roles=tuple(rule.get("roles", ("user", "assistant"))),
            alternating=rule.get("alternating", not rule),
            minimum=rule.get("minimum", 1 if open_end else 2),
            maximum=2 if rule.get("several") is False else None,
            source=self.cite(rule),
        )
