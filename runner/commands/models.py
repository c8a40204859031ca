"""Show what each model can do: methods, regions, lifecycle, price, and how old these facts are.

`runner models MODEL` shows everything about one, by id or alias, with the source of every number.
`runner models refresh` compares these facts with what AWS says now; it has options of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from datetime import date

from runner.catalogue.description import sections
from runner.catalogue.overview import OVERVIEW, ordered, overview, summary
from runner.facts import age_in_days, facts_as_of
from runner.model import Model, load_model
from runner.reporting.table import fitted

INNER = {"refresh": "_models_refresh"}
"""Words that are commands of their own: their module in this folder."""

_INDENT = "  "


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runner models`."""
    parser.add_argument("model", metavar="MODEL", nargs="?", help="id or alias of one model")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="how to print (default: text)"
    )
    parser.add_argument("--no-color", action="store_true", help="accepted everywhere; there is no color here")


def run(args: argparse.Namespace) -> int:
    """Print the table, or one model."""
    today = date.today()
    bounded = sys.stdout.isatty() or "COLUMNS" in os.environ
    width = shutil.get_terminal_size().columns if bounded else None
    chosen = [load_model(args.model)] if args.model else ordered()
    if args.format == "json":
        data = [summary(model, today) for model in chosen]
        found = {**data[0], **chosen[0].data, "digest": chosen[0].digest} if args.model else data
        print(json.dumps(found, ensure_ascii=False, indent=2))
    elif args.model:
        print("\n".join(_described(chosen[0], today, width)))
    else:
        print("\n".join(_listed(chosen, today, width)))
    return 0


def _listed(chosen: list[Model], today: date, width: int | None) -> list[str]:
    rows = [(*row, _age(model, today)) for row, model in zip(overview(), chosen, strict=True)]
    return fitted([(*OVERVIEW, "age"), *rows], width)


def _described(model: Model, today: date, width: int | None) -> list[str]:
    lines = [f"{model.id}  (facts: {facts_as_of(model)}, {_age(model, today)})"]
    for section in sections(model):
        if section.title:
            lines += ["", section.title]
        room = None if width is None else width - len(_INDENT)
        lines += [f"{_INDENT}{line}" for line in (*section.lines, *fitted(section.rows, room))]
    return lines


def _age(model: Model, today: date) -> str:
    days = age_in_days(facts_as_of(model), today)
    return "undated" if days is None else f"{days} day{'' if days == 1 else 's'}"
