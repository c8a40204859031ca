"""The report: what it says of whole, partial and hostile runs, and that it is the same page every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from reading import Page
from run_folders import FINGERPRINT, HOSTILE, METRICS, PLAN, curve, finding, job, write_run

from runner.errors import RunnerError
from runner.report import make_report
from runner.reporting import curves
from runner.reporting.evidence import read_evidence

_NOTHING: dict[str, Any] = {
    "plan": None,
    "dataset": None,
    "job": None,
    "metrics": None,
    "findings": None,
    "curve": None,
}


def report_json(root: Path, **files: Any) -> dict[str, Any]:
    """`report.json` of a run with these files."""
    page = make_report(write_run(root, **files))
    return dict(json.loads((page.parent / "report.json").read_text(encoding="utf-8")))


def test_a_whole_run_is_told_in_order(tmp_path: Path) -> None:
    """From what was asked to how to do it again; the headline says what was measured."""
    page = Page(make_report(write_run(tmp_path)))
    assert page.says("Validation loss fell by 29.0%: 2.634 before, 1.871 after.")
    assert page.ids[:1] == ["asked"]
    order = [one for one in page.ids if "-" not in one]
    assert order == ["asked", "built", "losses", "results", "cost", "findings", "reproduce", "notes"]
    for text in (
        "all sources 168",
        "drop_duplicates −19 139",
        "18,240",
        "返品・交換",
        "D104 warning",
        "$1.99",
        "FINGERPRINT",
    ):
        assert page.says(text.replace("FINGERPRINT", FINGERPRINT)), text


def test_the_command_line_makes_the_run_again(tmp_path: Path) -> None:
    """Overrides are quoted for a shell, Japanese names and spaces included."""
    data = report_json(tmp_path)
    assert data["reproduce"]["command"] == (
        "runner run recipes/support_tone.yaml hyperparameters.epochCount=2 "
        "'sources.faq.path=data/一覧 2026.jsonl'"
    )
    assert data["reproduce"]["settings"]["base.sha256"] == "9e" * 32
    assert data["reproduce"]["settings"]["seed"] == "0"


def test_report_json_has_the_promised_keys(tmp_path: Path) -> None:
    """The keys that other programs rely on."""
    data = report_json(tmp_path)
    assert data["recipe"]["name"] == "support-tone"
    assert data["fingerprint"] == FINGERPRINT
    assert data["dataset"]["sha256"]["train.jsonl"] == "1d" * 32
    assert data["cost"]["likely"] == "1.986"
    assert data["cost"]["actual"]["usd"] == "0"
    assert data["job"]["state"] == "Completed"
    assert (data["metrics"]["validation_loss_before"], data["metrics"]["validation_loss_after"]) == (
        2.634,
        1.871,
    )


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """Wherever the project lies, and however often the report is made."""
    first, second = (make_report(write_run(tmp_path / name)) for name in ("here", "elsewhere"))
    assert first.read_bytes() == second.read_bytes() == make_report_again(first).read_bytes()


def make_report_again(page: Path) -> Path:
    """The report of the folder that holds this page."""
    from runner.runs import RunFolder

    return make_report(RunFolder(page.parent))


def test_hostile_text_is_escaped_everywhere(tmp_path: Path) -> None:
    """Records, names, findings, failures and settings are text, whatever they hold."""
    plan = {
        **PLAN,
        "region": HOSTILE,
        "executor": {"kind": HOSTILE, "settings": {HOSTILE: HOSTILE, "summary": [HOSTILE]}},
    }
    run = write_run(
        tmp_path,
        plan=plan,
        job=job("Failed", failure=HOSTILE),
        findings=[finding(message=HOSTILE, file=HOSTILE)],
        metrics={**METRICS, "base": HOSTILE, "notes": [HOSTILE]},
    )
    page = Page(make_report(run))
    assert not {tag for tag, _ in page.tags} & {"script", "img", "iframe", "object", "link"}
    assert page.text.count(HOSTILE) >= 8


def test_the_page_loads_nothing_and_forbids_it(tmp_path: Path) -> None:
    """No address but links inside the page, and a policy without any source but the style's own hash."""
    page = Page(make_report(write_run(tmp_path)))
    addresses = [attrs[name] for _, attrs in page.tags for name in ("src", "href") if name in attrs]
    assert addresses == ["#notes"]
    assert "style=" not in page.source
    policy = next(
        attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")


def test_the_page_is_accessible(tmp_path: Path) -> None:
    """One first-level heading, no level skipped, no id twice, captions on tables and titles on charts."""
    page = Page(make_report(write_run(tmp_path)))
    assert page.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.levels, page.levels[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("table") == tags.count("caption") > 6
    labels = [
        str(attrs.get("aria-labelledby")).split()
        for tag, attrs in page.tags
        if tag == "svg" and "role" in attrs
    ]
    assert len(labels) == 4
    assert {one for names in labels for one in names} <= set(page.ids)
    assert ("html", {"lang": "en"}) in page.tags
    assert any(attrs.get("lang") == "ja" for _, attrs in page.tags)


@pytest.mark.parametrize("missing", sorted(_NOTHING))
def test_any_file_may_be_missing(tmp_path: Path, missing: str) -> None:
    """A run that was stopped at any moment has a report."""
    page = Page(make_report(write_run(tmp_path, **{missing: None})))
    assert page.says("support-tone")


def test_an_empty_folder_has_a_report(tmp_path: Path) -> None:
    """Nothing is claimed where nothing is known."""
    run = write_run(tmp_path, **_NOTHING)
    page = Page(make_report(run))
    for text in ("Not started", "Nothing has been measured yet.", "No dataset has been built yet."):
        assert page.says(text)
    data = json.loads((run.path / "report.json").read_text(encoding="utf-8"))
    assert data["metrics"]["validation_loss_before"] is None
    assert data["job"]["state"] == "NotStarted"


def test_a_failed_job_says_why(tmp_path: Path) -> None:
    """The failure stands at the top, and the losses so far are called that."""
    failed = job("Failed", failure="Out of memory at step 12.")
    page = Page(make_report(write_run(tmp_path, job=failed, metrics=None)))
    assert page.says("Why it failed. Out of memory at step 12.")
    assert page.says("Validation loss fell by 29.0% so far")


def test_synthetic_losses_are_called_synthetic(tmp_path: Path) -> None:
    """Nobody can take a simulated loss for a measured one."""
    page = Page(make_report(write_run(tmp_path, metrics={**METRICS, "synthetic": True})))
    assert page.says("The losses on this page are synthetic")
    assert "synthetic" not in Page(make_report(write_run(tmp_path, name="real"))).text


def test_a_loss_that_is_not_finite_is_not_hidden(tmp_path: Path) -> None:
    """NaN is named on the page, is null in JSON, and is not drawn."""
    lines = [*curve(), {"kind": "train", "step": 31, "training_loss": float("nan")}]
    run = write_run(tmp_path, metrics={**METRICS, "validation_loss_after": float("nan")}, curve=lines)
    page = Page(make_report(run))
    assert page.says("not finite")
    assert page.says("1 value was not a finite number and is not drawn.")
    data = json.loads((run.path / "report.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert data["metrics"]["validation_loss_after"] is None


def test_early_stopping_is_marked(tmp_path: Path) -> None:
    """The step where training stopped, and the step whose weights were kept."""
    metrics = {**METRICS, "stopped_early_at_step": 30, "validation_loss_after": 2.012}
    page = Page(make_report(write_run(tmp_path, metrics=metrics)))
    assert "stopped early at step 30" in page.source
    assert "weights kept from step 15" in page.source


def test_a_long_curve_is_thinned_and_says_so(tmp_path: Path) -> None:
    """A page of ten thousand steps stays small."""
    lines = [{"kind": "train", "step": step, "training_loss": 1 / step} for step in range(1, 10_001)]
    run = write_run(tmp_path, curve=lines)
    drawn = curves.loss_curves(read_evidence(run))
    assert drawn.remarks == ("Each training point is the mean of 25 steps.",)
    assert len(drawn.wide) < 20_000


def test_a_step_repeated_after_a_resume_counts_once(tmp_path: Path) -> None:
    """The last value of a step is drawn."""
    lines = [
        {"kind": "train", "step": step, "training_loss": loss}
        for step, loss in ((1, 9.0), (2, 8.0), (1, 3.0))
    ]
    drawn = curves.loss_curves(read_evidence(write_run(tmp_path, curve=lines)))
    assert drawn.wide.count("9.0") == 0


def test_samples_are_read_the_way_the_trainer_reads_them(tmp_path: Path) -> None:
    """A row of a known format is shown as turns, not as JSON."""
    row = {"prompt": "送料はいくらですか。", "completion": "全国一律です。"}
    dataset = {"format": "prompt_completion", "samples": [row]}
    page = Page(make_report(write_run(tmp_path, dataset=dataset)))
    assert page.says("user 送料はいくらですか。 assistant 全国一律です。")


def test_what_a_paid_run_cost_is_unknown_until_stated(tmp_path: Path) -> None:
    """No zero where a bill may come."""
    assert report_json(tmp_path / "a", job=job(executor="bedrock"))["cost"]["actual"]["usd"] is None
    stated = job(executor="bedrock", details={"cost": {"usd": "1.20"}})
    assert report_json(tmp_path / "b", job=stated)["cost"]["actual"]["usd"] == "1.20"


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """Not a traceback: the file, and what writes it again."""
    run = write_run(tmp_path)
    (run.path / "plan.json").write_text('{"plan_ver', encoding="utf-8")
    with pytest.raises(RunnerError, match=r"plan\.json is not readable JSON"):
        make_report(run)
