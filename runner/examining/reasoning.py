"""Judges a block of reasoning: that the model takes it, in which turn, beside what, and that it is text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from runner.examining.rules import Fault, Report, Rules

_MEDIA = ("image", "video", "document")


def reasoning(
    rules: Rules, path: str, role: str, value: Any, beside: Collection[str], report: Report
) -> None:
    """One `reasoningContent` block; `beside` are the kinds of all blocks of its turn.

    `D267`: reasoning that the model does not take, in a wrong turn, beside media, or that is no text.
    """
    rule = rules.content("reasoning")
    source = rules.cite(rule)
    if not rule.get("allowed"):
        message = f"a block of reasoning, which {rules.who} does not take"
        report(Fault("D267", path, message, "leave the block out; keep the answer", source))
        return
    turns = rule.get("turns") or ()
    if turns and role not in turns:
        message = f"reasoning in a turn of the {role}; it belongs in turns of the {turns[0]}"
        report(Fault("D267", path, message, "move it to the answer that it leads to", source))
    if rule.get("with_media") is False and (media := [kind for kind in _MEDIA if kind in beside]):
        message = f"reasoning beside {media[0]} in one turn"
        report(Fault("D267", path, message, "keep media in the user's turn", source))
    text = value.get("reasoningText") if isinstance(value, dict) else None
    said = text.get("text") if isinstance(text, dict) else None
    if not isinstance(said, str) or not said.strip():
        message = "the reasoning holds no text; only reasoning in text is learned"
        hint = 'write {"reasoningContent": {"reasoningText": {"text": "…"}}}'
        report(Fault("D267", f"{path}.reasoningContent", message, hint, source))
