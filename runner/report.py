"""The report stage: what was asked, built, measured and paid, from the files of a run folder alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.atomic import write_json, write_text
from runner.reporting.evidence import Evidence, read_evidence, section
from runner.reporting.figures import plain
from runner.runs import RunFolder

_METRICS_LEFT_OUT = ("samples", "notes", "state")


def make_report(run: RunFolder) -> Path:
    """Write `report.html` and `report.json`; the same files give the same bytes."""
    evidence = read_evidence(run)
    write_json(run.path / "report.json", plain(summary(evidence)))
    write_text(run.path / "report.html", page(evidence))
    return run.path / "report.html"


def summary(evidence: Evidence) -> dict[str, Any]:
    """The content of `report.json`: the numbers of the page, for machines."""
    from runner.reporting import facts, results
    from runner.reporting.money import actual_cost

    recipe, dataset, plan = section(evidence.plan, "recipe"), evidence.dataset, evidence.plan
    metrics = results.measured(evidence)
    losses = {
        f"{name}_{when}": None for name in ("validation_loss", "perplexity") for when in ("before", "after")
    }
    return {
        "recipe": {
            "name": evidence.name,
            "file": facts.recipe_file(evidence),
            "overrides": list(recipe.get("overrides") or []),
            "model": section(plan, "model").get("id"),
            "method": plan.get("method"),
            "hyperparameters": plan.get("hyperparameters", {}),
        },
        "fingerprint": evidence.fingerprint,
        "dataset": {
            "address": dataset.get("address"),
            "totals": dataset.get("totals", {}),
            "tokens": dataset.get("tokens", {}),
            "sha256": {name: sha256 for name, _, _, sha256 in facts.files(evidence)},
        },
        "cost": {**section(plan, "cost"), "actual": actual_cost(evidence)},
        "job": {"state": evidence.state, **evidence.job},
        "metrics": {
            **losses,
            **{name: value for name, value in metrics.items() if name not in _METRICS_LEFT_OUT},
        },
        **({"evaluation": dict(evidence.evaluation)} if evidence.evaluation else {}),
        "notes": results.notes(evidence),
        "reproduce": {
            "command": facts.command_line(evidence),
            "recipe_digest": recipe.get("digest"),
            "model_digest": section(plan, "model").get("digest"),
            "dataset_address": dataset.get("address"),
            "sources": facts.sources(evidence),
            "settings": dict(facts.settings(evidence)),
        },
    }


def page(evidence: Evidence) -> str:
    """The content of `report.html`."""
    from runner.reporting import built, charts, curves, evaluation, facts, money, results
    from runner.reporting.pages import render

    tone, word = results.state(evidence)
    return render(
        "report.html.j2",
        run=evidence,
        tone=tone,
        word=word,
        description=str(evidence.recipe.get("description") or ""),
        failure=str(evidence.job.get("failure") or ""),
        synthetic=bool(evidence.metrics.get("synthetic")),
        cost=section(evidence.plan, "cost"),
        budget=section(evidence.plan, "budget"),
        findings=_findings(evidence),
        length_charts=(
            built.lengths(evidence, charts.WIDE, "lengths-wide"),
            built.lengths(evidence, charts.NARROW, "lengths-narrow"),
        ),
        built=built,
        curves=curves.loss_curves(evidence),
        facts=facts,
        money=money,
        results=results,
        evaluation=evaluation,
    )


def _findings(evidence: Evidence) -> list[Mapping[str, Any]]:
    """The findings of the plan (it holds them all), and any of the recipe that it does not have."""
    planned = evidence.plan.get("findings")
    found = [*(planned if isinstance(planned, list) else []), *evidence.findings]
    distinct = {(one.get("code"), one.get("path"), one.get("message")): one for one in reversed(found)}
    return list(reversed(distinct.values()))
