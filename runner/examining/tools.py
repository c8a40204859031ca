"""Judges tool use in a conversation: who calls, who answers, identifiers in pairs, and the tools declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard

from runner.examining.blocks import Block
from runner.examining.rules import Fault, Report, Rules
from runner.schema import did_you_mean

_RESULTS = ("text", "json")


class ToolJudge:
    """Judges the tools of one record.

    `D268`: a tool is called or answered in a wrong turn, or the model is not known to learn tool use.
    `D269`: a call without an identifier, an identifier used twice, or an answer to no call.
    `D270`: a tool that is not declared, or declared without what a declaration needs.
    """

    def __init__(self, rules: Rules, report: Report) -> None:
        self._rules, self._report = rules, report
        self._rule = rules.content("tools")
        self._called: set[str] = set()
        self._answered: set[str] = set()

    def judge(self, config: Any, blocks: Iterable[Block]) -> None:
        """The declared tools, then every call and answer in order."""
        blocks = [block for block in blocks if block.kind in ("toolUse", "toolResult")]
        if config is None and not blocks:
            return
        self._allowed("$.toolConfig" if config is not None else blocks[0].path)
        declared = self._declared(config)
        for block in blocks:
            self._turn(block)
            if block.kind == "toolUse":
                self._call(block, declared)
            else:
                self._answer(block)

    def _allowed(self, path: str) -> None:
        rule = self._rule
        if rule and rule.get("allowed") is not False and not rule.get("doubtful"):
            return
        text_only = not rule and self._rules.content("media").get("kinds") == []
        if text_only or rule.get("allowed") is False:
            message = f"tools, which {self._rules.who} does not take"
            self._fault("D268", path, message, "write the call as text, or leave the record out")
        else:
            note = f": {rule['note']}" if rule.get("note") else ""
            message = f"nothing says for sure that {self._rules.who} learns tool use{note}"
            hint = "try it with a small job first, or write the call as text"
            self._report(Fault("D268", path, message, hint, self._rules.cite(rule), "warning"))

    def _turn(self, block: Block) -> None:
        key, default = ("use_turns", "assistant") if block.kind == "toolUse" else ("result_turns", "user")
        turns = self._rule.get(key) or (default,)
        if block.role not in turns:
            message = f"{block.kind} in a turn of the {block.role}; it belongs in turns of the {turns[0]}"
            self._fault("D268", block.path, message, "move it")

    def _call(self, block: Block, declared: list[str] | None) -> None:
        path = f"{block.path}.toolUse"
        value = block.value if isinstance(block.value, dict) else {}
        id, name = value.get("toolUseId"), value.get("name")
        if not _is_word(id):
            self._fault("D269", f"{path}.toolUseId", "the call has no identifier", "give each call its own")
        elif id in self._called:
            message = f"the identifier {id!r} names two calls"
            self._fault("D269", f"{path}.toolUseId", message, "give each call its own")
        else:
            self._called.add(id)
        if not isinstance(value.get("input"), dict):
            hint = 'write the arguments as an object: "input": {"city": "Kyoto"}'
            self._fault("D269", f"{path}.input", "the call's input is no object", hint)
        if not _is_word(name):
            self._fault("D270", f"{path}.name", "the call names no tool", "name a tool of toolConfig")
        elif declared is not None and name not in declared and self._rule.get("config", True):
            message = f"{name!r} is not declared in toolConfig{did_you_mean(name, declared)}"
            self._fault("D270", f"{path}.name", message, "declare it under toolConfig.tools")

    def _answer(self, block: Block) -> None:
        path = f"{block.path}.toolResult"
        value = block.value if isinstance(block.value, dict) else {}
        id, content = value.get("toolUseId"), value.get("content")
        if not _is_word(id) or id not in self._called:
            message = "the answer says not to which call it is"
            if _is_word(id):
                message = f"the answer is to {id!r}, which no earlier call has"
            self._fault("D269", f"{path}.toolUseId", message, "use the toolUseId of the call")
        elif id in self._answered:
            message = f"the call {id!r} is answered twice"
            self._fault("D269", f"{path}.toolUseId", message, "keep one answer, or make a second call")
        else:
            self._answered.add(id)
        items = content if isinstance(content, list) and content else None
        for number, item in enumerate(items or ()):
            if not isinstance(item, dict) or len(item) != 1 or next(iter(item)) not in _RESULTS:
                where, message = f"{path}.content[{number}]", "a tool's answer is text or json"
                self._fault("D269", where, message, 'write {"text": …} or {"json": {…}}')
        if items is None:
            self._fault("D269", f"{path}.content", "the answer is empty", 'write [{"text": "…"}]')

    def _declared(self, config: Any) -> list[str] | None:
        """Names of the declared tools; None where nothing is declared."""
        if config is None:
            return None
        tools = config.get("tools") if isinstance(config, dict) else None
        if not isinstance(tools, list) or not tools:
            message = "toolConfig declares no tool"
            self._fault("D270", "$.toolConfig.tools", message, "list one, or leave it out")
            return None
        names: list[str] = []
        for number, tool in enumerate(tools):
            path = f"$.toolConfig.tools[{number}].toolSpec"
            for where, message, hint in _spec_problems(tool, names):
                self._fault("D270", path + where, message, hint)
        return names

    def _fault(self, code: str, path: str, message: str, hint: str) -> None:
        self._report(Fault(code, path, message, hint, self._rules.cite(self._rule)))


def _spec_problems(tool: Any, names: list[str]) -> Iterator[tuple[str, str, str]]:
    """Where, what and how to fix; adds the tool's name to `names`."""
    spec = tool.get("toolSpec") if isinstance(tool, dict) else None
    if not isinstance(spec, dict):
        yield "", "the tool has no toolSpec", 'write {"toolSpec": {"name", "description", "inputSchema"}}'
        return
    name = spec.get("name")
    if not _is_word(name):
        yield ".name", "the tool has no name", "name it"
    elif name in names:
        yield ".name", f"two tools are named {name!r}", "names must differ"
    else:
        names.append(name)
    if not _is_word(spec.get("description")):
        yield ".description", "the tool has no description", "say what it does: the model chooses by it"
    schema = spec.get("inputSchema")
    schema = schema.get("json") if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or "type" not in schema:
        hint = 'write {"json": {"type": "object", "properties": {…}}}'
        yield ".inputSchema.json", "the tool's inputSchema is no JSON Schema with a type", hint


def _is_word(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())
