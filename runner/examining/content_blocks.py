"""Judges conversation blocks that are no plain text: media, reasoning, tool calls and their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runner.examining.blocks import Block, blocks_of, named_object
from runner.examining.images import spelled
from runner.examining.media_judge import KINDS, MediaJudge
from runner.examining.reasoning import reasoning
from runner.examining.rules import DataFile, Fault, Report, Rules
from runner.examining.tools import ToolJudge


@dataclass(frozen=True, slots=True)
class BlockJudge:
    """Judges the blocks of all records of one examination."""

    rules: Rules
    media: MediaJudge

    @property
    def _source(self) -> str:
        return self.rules.cite(self.rules.content("media"))

    def begin(self, file: DataFile) -> None:
        """A file begins."""
        self.media.begin(file)

    def finish(self, report: Report) -> None:
        """All records are read."""
        self.media.finish(report)

    def judge(self, record: Mapping[str, Any], report: Report) -> None:
        """Every block of one record that is no text, and the tools that it declares.

        `D264`: media in a turn where the model takes none.
        """
        blocks = list(blocks_of(record, self._source, report))
        found = [block.kind for block in blocks if block.kind in KINDS]
        self.media.count(found, "$.messages", report)
        beside: dict[str, set[str]] = {}
        for block in blocks:
            beside.setdefault(block.turn, set()).add(block.kind)
        for block in blocks:
            if block.kind in KINDS:
                self._media(block, report)
            elif block.kind == "reasoningContent":
                reasoning(self.rules, block.path, block.role, block.value, beside[block.turn], report)
        ToolJudge(self.rules, report).judge(record.get("toolConfig"), blocks)

    def _media(self, block: Block, report: Report) -> None:
        rule = self.rules.content("media")
        if not self.media.taken(block.kind, block.path, report):
            return
        if (turns := rule.get("turns")) and block.role not in turns:
            message = f"{block.kind} in a turn of the {block.role}; media belong in turns of the {turns[0]}"
            report(Fault("D264", block.path, message, "move it", self.rules.cite(rule)))
        named = named_object(block, self._source, report)
        if named is not None:
            self._format(block, report)
            self.media.object(named, report)

    def _format(self, block: Block, report: Report) -> None:
        """The `format` that a block states, against those that the model takes."""
        limit = self.rules.method.media(block.kind).get("formats") or {}
        stated, taken = block.value.get("format"), limit.get("value") or ()
        path = f"{block.path}.{block.kind}.format"
        if not isinstance(stated, str) or not stated:
            hint = f"write one of: {', '.join(taken)}" if taken else "write it, such as png"
            report(Fault("D266", path, "the format is missing", hint, self._source))
        elif taken and spelled(stated) not in taken:
            message = f"format {stated!r}; {self.rules.who} takes {', '.join(taken)}"
            source, severity = self.rules.cite(limit), self.rules.severity(limit)
            report(Fault("D255", path, message, f"convert it to {taken[0]}", source, severity))


def block_judge(rules: Rules) -> BlockJudge:
    """The judge of one examination's blocks."""
    return BlockJudge(rules, MediaJudge(rules))
