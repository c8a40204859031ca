"""The page `docs/models.md`: every model with its methods, limits, prices and their sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runner.catalogue.confidence import CONFIDENCE, confidence_rows
from runner.catalogue.description import sections
from runner.catalogue.overview import OVERVIEW, ordered, overview
from runner.catalogue.words import Row

_INTRODUCTION = """\
# Models

Made from `schemas/models/*.json`; `runner models` and `runner models MODEL` show the same. Adding a model is
adding one file there, described by `schemas/capability.schema.json`.

Every fact stands with its source as [key, date, confidence]; the keys are resolved under each model.
Confidence: A is the service's own model, an own probe or a dump of the live API; B the provider's
documentation or samples; C a third party or a derivation; D a recollection, to be verified before use.
What no source tells is `unknown`, never a guess. Prices and lifecycles change: ask before a paid job.
"""

_CONFIDENCE = """\
## How sure the numbers are

How many numbers of each method, of the token bounds and of the prices have which confidence; `unknown` are
those that no source gives, with the reason in the file.
"""


def models_page() -> str:
    """The whole page as Markdown; the same for the same files."""
    lines = [_INTRODUCTION, *_table([OVERVIEW, *overview()]), ""]
    lines += [_CONFIDENCE, *_table([CONFIDENCE, *confidence_rows()])]
    for model in ordered():
        lines += ["", f"## {model.name}: `{model.id}`"]
        for section in sections(model):
            if section.title:
                lines += ["", f"### {section.title}"]
            lines += ["", *(f"- {_escaped(line)}" for line in section.lines)] if section.lines else []
            lines += ["", *_table(section.rows)] if section.rows else []
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    head, *body = rows
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in body:
        yield f"| {' | '.join(_escaped(cell) for cell in row)} |"


def _escaped(text: str) -> str:
    """Text that Markdown would read as a table's border or as a tag."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace(">", "&gt;")
