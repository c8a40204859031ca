"""Is a record too long? Most lines are shorter in bytes than the limit in tokens, and need no tokenizer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runner.examining.rules import Fault, Fit, Report, Rules
from runner.finding import Severity
from runner.text.counting import Counter, counter_for
from runner.text.token_bounds import script_of


@dataclass(frozen=True, slots=True)
class Limit:
    """The most tokens of a record, or of one of its texts."""

    most: int
    what: str
    part: int | None
    """Which text of the record; None is all of them together."""
    path: str
    rule: Mapping[str, Any]
    note: str = ""


@dataclass(slots=True)
class Lengths:
    """The limits of tokens and characters of one model and method.

    `D221`: over the token limit, even by the lower bound of the count.
    `D222`: perhaps over the token limit: the upper bound of the count is.
    `D223`: more characters than the method takes.
    """

    rules: Rules
    counter: Counter | None
    """None where no limit of tokens is known."""
    limits: list[Limit]
    most_characters: int | None
    least: float
    """A line of at most this many bytes breaks none of the limits."""
    waiting: list[tuple[Fit, Report]] = field(default_factory=list)

    @classmethod
    def of(cls, rules: Rules, *, tokens: bool = True) -> Lengths:
        """The limits that the capability schema states; without `tokens`, of characters only."""
        limits = list(_limits(rules)) if tokens else []
        characters = _characters(rules)
        bounds = [limit.most for limit in limits] + ([characters] if characters is not None else [])
        counter = counter_for(rules.model) if limits else None
        return cls(rules, counter, limits, characters, min(bounds, default=float("inf")))

    def look(self, fit: Fit, report: Report) -> None:
        """Judge a record at once if its characters tell, else put it aside for `settle`."""
        if self.most_characters is not None and (found := sum(map(len, fit.texts))) > self.most_characters:
            rule = self.rules.limit("record_characters")
            message = f"{found:,} characters; {self.rules.who} takes {self.most_characters:,}"
            report(Fault("D223", "", message, _SHORTEN, self.rules.cite(rule), self.rules.severity(rule)))
        # A tokenizer never makes more tokens than there are bytes.
        sizes = [len(text.encode("utf-8", "replace")) for text in fit.texts]
        if any(_part(sizes, limit.part) > limit.most for limit in self.limits):
            self.waiting.append((fit, report))

    def settle(self) -> None:
        """Count what was put aside, in one batch."""
        if not self.waiting or self.counter is None:
            return
        waiting, self.waiting = self.waiting, []
        texts = [text for fit, _ in waiting for text in fit.texts]
        counts = iter(self.counter.count([text.encode("utf-8", "replace").decode() for text in texts]))
        for fit, report in waiting:
            counted = [next(counts) for _ in fit.texts]
            for limit in self.limits:
                self._judge(fit, counted, limit, self.counter, report)

    def _judge(self, fit: Fit, counted: list[int], limit: Limit, counter: Counter, report: Report) -> None:
        text = "\n".join(fit.texts) if limit.part is None else fit.texts[limit.part]
        bounds = counter.bounds(_part(counted, limit.part), script_of(text))
        high = min(bounds.high, len(text.encode("utf-8", "replace")))
        if high <= limit.most:
            return
        surely = bounds.low > limit.most
        severity: Severity = self.rules.severity(limit.rule) if surely else "warning"
        found = (
            f"{bounds.likely:,} tokens"
            if counter.exact
            else (f"between {bounds.low:,} and {high:,} tokens, most likely {min(bounds.likely, high):,}")
        )
        message = f"{limit.what} {'has' if surely else 'may be too long:'} {found};"
        message += f" {self.rules.who} takes {limit.most:,}{limit.note}"
        code = "D221" if surely else "D222"
        report(Fault(code, limit.path, message, _SHORTEN, self.rules.cite(limit.rule), severity))


_SHORTEN = "shorten it, cut it into several records, or drop it; in a recipe: the step limit_tokens"


def _part(numbers: list[int], part: int | None) -> int:
    if part is None:
        return sum(numbers)
    return numbers[part] if part < len(numbers) else 0


def _limits(rules: Rules) -> list[Limit]:
    found = []
    whole = rules.limit("record_tokens")
    most, note = _by_batch_size(whole, rules.batch_size)
    if most is not None:
        found.append(Limit(most, "the record", None, "", whole, note))
    for part, name in enumerate(("prompt", "completion")):
        rule = rules.limit(f"{name}_tokens")
        if rules.format == "prompt_completion" and rule.get("maximum") is not None:
            found.append(Limit(int(rule["maximum"]), f"the {name}", part, f"$.{name}", rule))
    return found


def _by_batch_size(rule: Mapping[str, Any], batch_size: int | None) -> tuple[int | None, str]:
    """The limit for a batch size; without one, that of the smallest batches, which allow most."""
    if batch_size is not None:
        # Beyond the last row of the table nothing is stated: a larger batch cannot be allowed more.
        rows = [row["tokens"] for row in rule.get("by_batch_size") or () if row["minimum"] <= batch_size]
        if rows:
            return int(min(rows)), f" at batchSize {batch_size}"
    most = rule.get("maximum")
    return (None if most is None else int(most)), ""


def _characters(rules: Rules) -> int | None:
    rule = rules.limit("record_characters")
    if rule.get("maximum") is not None:
        return int(rule["maximum"])
    per_token = rule.get("per_token")
    limit = rules.limit("record_tokens")
    most = _by_batch_size(limit, rules.batch_size)[0]
    if most is None:  # Cohere: one limit for each side
        prompt, completion = (
            rules.limit(f"{name}_tokens").get("maximum") for name in ("prompt", "completion")
        )
        most = prompt + completion if prompt and completion else None
    return most * int(per_token) if per_token and most is not None else None
