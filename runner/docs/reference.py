"""All generated pages by file name."""

from __future__ import annotations

from collections.abc import Mapping

from runner.docs.command_page import command_page
from runner.docs.finding_page import finding_page
from runner.docs.models import models_page
from runner.docs.plugin_pages import plugin_page
from runner.docs.recipe_page import recipe_page

_SOURCES = """\
A source reads records. Every source also takes `fields` (required), `limit` (the first so many rows),
`licence` and `description`.

`fields` maps a record's fields to columns: `prompt`, `completion`, `text` and `system` are trained on, every
other name is kept as metadata. A value without braces is a column's name; with braces it is a template:
`{column}` is replaced by the column, what stands in `[[ ]]` is left out when a column in it is empty, `{{`
and `}}` are braces.

```yaml
sources:
  support:
    kind: files
    path: recipes/data/support_tone_ja.jsonl
    fields:
      prompt: "{instruction}[[\\n\\n<context>\\n{input}\\n</context>]]"
      completion: output
```"""
_STEPS = """\
A step changes, drops or splits records; it never loses one silently. Steps run in the order of the recipe's
`steps`, a mapping of labels: the kind is the label unless `kind:` says otherwise, so one kind can stand there
twice."""
_FORMATS = """\
A format is the shape of one line of `train.jsonl`. A recipe need not name one: each model has its own."""
_EXECUTORS = """\
An executor runs the planned job. The same recipe, files and hyperparameters go to any of them."""


def pages() -> Mapping[str, str]:
    """Text of every page by its name in `docs/`."""
    return {
        "commands.md": command_page(),
        "executors.md": plugin_page("executors", "Executors", _EXECUTORS),
        "findings.md": finding_page(),
        "formats.md": plugin_page("formats", "Formats", _FORMATS),
        "models.md": models_page(),
        "recipe.md": recipe_page(),
        "sources.md": plugin_page("sources", "Sources", _SOURCES),
        "steps.md": plugin_page("steps", "Steps", _STEPS),
    }
