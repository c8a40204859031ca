"""Judges the tools of a reinforcement record: functions in OpenAI's form."""

from __future__ import annotations

from typing import Any

from runner.examining.rules import Fault, Report, Rules


def functions(tools: Any, rules: Rules, report: Report) -> None:
    """The `tools` of one record: each a function with its own name, a description and parameters."""
    if not isinstance(tools, list) or not tools:
        message = "tools holds no tool" if isinstance(tools, list) else "tools is no list"
        _fault("", message, "list the functions, or leave the key out", rules, report)
        return
    names: list[str] = []
    for number, tool in enumerate(tools):
        _function(f"[{number}]", tool, names, rules, report)


def _function(path: str, tool: Any, names: list[str], rules: Rules, report: Report) -> None:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or tool.get("type") != "function":
        hint = 'write {"type": "function", "function": {"name", "description", "parameters"}}'
        _fault(path, "the tool is no function", hint, rules, report)
        return
    path += ".function"
    name, parameters = function.get("name"), function.get("parameters")
    if not isinstance(name, str) or not name.strip():
        _fault(f"{path}.name", "the function has no name", "name it", rules, report)
    elif name in names:
        _fault(f"{path}.name", f"two functions are named {name!r}", "names must differ", rules, report)
    else:
        names.append(name)
    description = function.get("description")
    if not isinstance(description, str) or not description.strip():
        hint = "say what it does: the model chooses by it"
        _fault(f"{path}.description", "the function has no description", hint, rules, report)
    if not isinstance(parameters, dict) or parameters.get("type") != "object":
        hint = 'write {"type": "object", "properties": {…}}'
        _fault(f"{path}.parameters", "the parameters are no JSON Schema of an object", hint, rules, report)


def _fault(path: str, message: str, hint: str, rules: Rules, report: Report) -> None:
    source = rules.cite(rules.content("tools"))
    report(Fault("D278", f"$.tools{path}", message, hint, source))
