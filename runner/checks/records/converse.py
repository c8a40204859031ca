"""Records in Bedrock's conversation schema: Nova, Llama 3.2 and 3.3, prompts for distillation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from runner.examining.content_blocks import block_judge
from runner.examining.keys import is_kind, is_text, known_keys, seen
from runner.examining.rules import Checker, Fault, Fit, Report, Rules, Text, fitting
from runner.examining.strings import step
from runner.examining.turns import in_order, judge_turns


def converse(rules: Rules) -> Checker:
    """`schemaVersion`, perhaps `system`, and `messages` with lists of content blocks.

    `D216`: `schemaVersion` is another one than the model's.
    `D219`: more system texts than the model takes.
    The other findings on keys, texts and turns are those of prompt_completion and of the turns.
    """
    blocks = block_judge(rules)

    def judge(row: Any, report: Report) -> None:
        known_keys(row, "$", ("schemaVersion", "messages"), _optional(rules), rules, report)
        if "schemaVersion" in row and is_text(row["schemaVersion"], "$.schemaVersion", report):
            _judge_version(row["schemaVersion"], rules, report)
        if "system" in row:
            _judge_system(row["system"], rules, report)
        if "messages" in row and is_kind(row["messages"], list, "$.messages", report):
            _judge_messages(row["messages"], rules, report)
        if _other_blocks(row):
            blocks.judge(row, report)

    return Checker(_fitting(rules), judge, _texts, _others, blocks.begin, blocks.finish)


def _fitting(rules: Rules) -> Callable[[Any], Fit | None]:
    """The fast path: records of one text a turn."""
    right_order = in_order(rules)
    version = rules.content("schema_version").get("value")

    def fit(row: Any) -> Fit | None:
        if type(row) is not dict:
            return None
        named, messages, system = row.get("schemaVersion"), row.get("messages"), row.get("system")
        if type(named) is not str or type(messages) is not list or not seen(named):
            return None
        if version is not None and named != version:
            return None
        said = ""
        if len(row) != 2:
            if len(row) != 3 or type(system) is not list or len(system) != 1:
                return None
            if not (said := _only_text(system[0])):
                return None
        texts = [said]
        roles: list[str] = []
        for turn in messages:
            if type(turn) is not dict or len(turn) != 2:
                return None
            role, content = turn.get("role"), turn.get("content")
            if type(role) is not str or type(content) is not list or len(content) != 1:
                return None
            if not (text := _only_text(content[0])):
                return None
            roles.append(role)
            texts.append(text)
        if not right_order(tuple(roles)):
            return None
        return fitting((6 if said else 3) + 5 * len(roles), tuple(texts))

    return fit


def _only_text(block: Any) -> str:
    """The text of a block that is a text and nothing else, if it shows something; else ""."""
    if type(block) is dict and len(block) == 1:
        text = block.get("text")
        if type(text) is str and seen(text):
            return text
    return ""


def _optional(rules: Rules) -> tuple[str, ...]:
    return ("system", "toolConfig") if rules.content("tools").get("allowed") else ("system",)


def _judge_version(found: str, rules: Rules, report: Report) -> None:
    rule = rules.content("schema_version")
    if (wanted := rule.get("value")) is not None and found != wanted:
        message = f"is {found!r}; {rules.who} is documented with {wanted!r}"
        severity = rules.severity(rule)
        report(Fault("D216", "$.schemaVersion", message, f'write "{wanted}"', rules.cite(rule), severity))


def _judge_system(system: Any, rules: Rules, report: Report) -> None:
    if not is_kind(system, list, "$.system", report):
        return
    rule = rules.content("system")
    most = rule.get("maximum", 1)
    if not system:
        report(Fault("D219", "$.system", "the list is empty", "leave the key out", rules.cite(rule)))
    elif most is not None and len(system) > most:
        message = f"{len(system)} system texts; {rules.who} takes {most}"
        source, severity = rules.cite(rule), rules.severity(rule)
        report(Fault("D219", "$.system", message, "join them to one text", source, severity))
    for number, block in enumerate(system):
        path = f"$.system[{number}]"
        if is_kind(block, dict, path, report):
            known_keys(block, path, ("text",), (), rules, report)
            if "text" in block:
                is_text(block["text"], f"{path}.text", report)


def _judge_messages(messages: list[Any], rules: Rules, report: Report) -> None:
    for number, turn in enumerate(messages):
        path = f"$.messages[{number}]"
        if not is_kind(turn, dict, path, report):
            continue
        known_keys(turn, path, ("role", "content"), (), rules, report)
        if "content" in turn:
            _judge_content(turn["content"], f"{path}.content", report)
    judge_turns([turn["role"] for turn in messages if type(turn) is dict and "role" in turn], rules, report)


def _judge_content(content: Any, path: str, report: Report) -> None:
    if content is None:
        report(Fault("D215", path, "is null, where a list of texts is needed", "drop the record"))
    elif is_kind(content, list, path, report):
        if not content:
            report(Fault("D215", path, "the turn is empty", "drop the record, or write the text"))
        for number, block in enumerate(content):
            if _is_text_block(block):
                is_text(block["text"], f"{path}[{number}].text", report)


def _is_text_block(block: Any) -> bool:
    return type(block) is dict and block.keys() == {"text"}


def _contents(row: Any) -> Iterator[tuple[str, Any, list[Any]]]:
    """Path, role and blocks of each turn that has some."""
    messages = row.get("messages") if type(row) is dict else None
    for number, turn in enumerate(messages if type(messages) is list else ()):
        content = turn.get("content") if type(turn) is dict else None
        if type(content) is list:
            yield f"$.messages[{number}].content", turn.get("role"), content


def _other_blocks(row: Any) -> bool:
    """Whether there is more than text: media, tools, reasoning, or something that nobody knows."""
    return "toolConfig" in row or any(
        not _is_text_block(block) for _, _, content in _contents(row) for block in content
    )


def _texts(row: Any) -> Iterator[Text]:
    system = row.get("system") if type(row) is dict else None
    placed = [("$.system", "system", system)] if type(system) is list else []
    for path, role, content in (*placed, *_contents(row)):
        for number, block in enumerate(content):
            if type(block) is not dict:
                continue
            if type(text := block.get("text")) is str:
                yield Text(step(path, number) + ".text", str(role), text)
            elif (text := _reasoning(block)) is not None:
                where = f"{step(path, number)}.reasoningContent.reasoningText.text"
                yield Text(where, str(role), text)
            else:
                yield from _tool_texts(step(path, number), block)
    if type(row) is dict and row.get("toolConfig") is not None:
        yield Text("$.toolConfig", "tool", _as_json(row["toolConfig"]))


def _tool_texts(path: str, block: dict[str, Any]) -> Iterator[Text]:
    """What a call and its result hold: it fills the model's context like any other text."""
    for kind, part in (("toolUse", "input"), ("toolResult", "content")):
        value = block.get(kind)
        held = value.get(part) if type(value) is dict else None
        if kind == "toolUse" and held is not None:
            yield Text(f"{path}.{kind}.{part}", "tool", _as_json(held))
        for number, item in enumerate(held if kind == "toolResult" and type(held) is list else ()):
            if type(item) is dict:
                text = item["text"] if type(item.get("text")) is str else _as_json(item.get("json"))
                yield Text(f"{path}.{kind}.{part}[{number}]", "tool", text)


def _as_json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _reasoning(block: dict[str, Any]) -> str | None:
    """The text of a reasoning block: it is trained on, and AWS's validator looks for reserved words in it."""
    content = block.get("reasoningContent")
    inner = content.get("reasoningText") if type(content) is dict else None
    text = inner.get("text") if type(inner) is dict else None
    return text if type(text) is str else None


def _others(row: Any) -> tuple[Hashable, ...]:
    """Media, tool calls and the like, as the text that JSON makes of them."""
    import json

    if type(row) is not dict or not _other_blocks(row):
        return ()
    return (json.dumps([row.get("messages"), row.get("toolConfig")], sort_keys=True),)
