"""How to make prompts for distillation of records in another form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TURN = "{role: %s, content: [{text: %s}]}"
_VERSION = "bedrock-conversation-2024"


def convert_hint(row: Mapping[str, Any]) -> str:
    """A command that writes records of this form as conversations; "" where the form is not known."""
    turns = _turns(row)
    if not turns:
        return ""
    said = ", ".join(_TURN % (f'"{role}"', text) for role, text in turns)
    system = " system: [{text: .system}]," if isinstance(row.get("system"), str) else ""
    record = f'{{schemaVersion: "{_VERSION}",{system} messages: [{said}]}}'
    return f"write conversations: jq -c '{record}' FILE > prompts.jsonl"


def _turns(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Role and jq path of each turn. The answer is optional: a prompt alone will do."""
    for asked, answered in (("prompt", "completion"), ("instruction", "output"), ("question", "answer")):
        if isinstance(row.get(asked), str):
            turns = [("user", _asked(row, asked))]
            return [*turns, ("assistant", f".{answered}")] if isinstance(row.get(answered), str) else turns
    return []


def _asked(row: Mapping[str, Any], key: str) -> str:
    """The Alpaca form has a second part of the prompt."""
    if key == "instruction" and isinstance(row.get("input"), str):
        return '(.instruction + (if (.input // "") == "" then "" else "\\n\\n" + .input end))'
    return f".{key}"
