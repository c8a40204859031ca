"""The summary of a sweep: every job in it, whatever became of it, after every job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from reading import Page
from run_folders import FINGERPRINT, METRICS, job, write_run, write_sweep_of

from runner.errors import RecipeError, RunnerError
from runner.finding import Finding
from runner.report import make_report
from runner.reporting.sweep_summary import SweepJob, ended_job, table, write_sweep


def sweep_json(page: Path) -> dict[str, Any]:
    """The data beside a sweep's page."""
    return dict(json.loads((page.parent / "sweep.json").read_text(encoding="utf-8")))


def test_a_failing_job_hides_no_other(tmp_path: Path) -> None:
    """Completed, failed, refused and waiting jobs all stand in the data, the table and the page."""
    page_file = write_sweep_of(tmp_path)
    data, page = sweep_json(page_file), Page(page_file)
    assert data["states"] == {"Completed": 8, "Failed": 2, "Waiting": 1}
    assert [job["number"] for job in data["jobs"]] == list(range(11))
    assert data["jobs"][9]["findings"][0]["code"] == "R102"
    assert "epochCount is 99" in data["jobs"][9]["error"]
    assert page.says(
        "Lowest validation loss: 1.900, with hyperparameters.epochCount = 4, split.train_records = 200."
    )
    assert page.says("Out of memory.")
    assert not {tag for tag, _ in page.tags} & {"script", "img"}


def test_jobs_are_sorted_by_loss_and_linked(tmp_path: Path) -> None:
    """The best job comes first; every link leads to a report that exists."""
    page_file = write_sweep_of(tmp_path)
    page = Page(page_file)
    links = [str(attrs["href"]) for tag, attrs in page.tags if tag == "a" and str(attrs["href"])[0] != "#"]
    assert len(links) == 9
    assert links[0].startswith("../../080808080808/")
    assert all((page_file.parent / unquote(link)).is_file() for link in links)


def test_two_parameters_make_small_multiples(tmp_path: Path) -> None:
    """A panel for every value of the other parameter, with the rest in grey."""
    page = Page(write_sweep_of(tmp_path))
    charts = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(charts) == 6
    assert len(page.ids) == len(set(page.ids))
    assert page.source.count('class="curve context"') == 2 * 3 * 2
    assert page.says("train_records = 50")


def test_names_as_values_make_a_plot_too(tmp_path: Path) -> None:
    """A swept value need not be a number."""
    jobs = [
        SweepJob(
            number, (f"steps={name}",), "Completed", metrics={"validation_loss_after": 2.0 - number / 10}
        )
        for number, name in enumerate(("plain", "日本語", "a_very_long_name_of_a_group_of_steps"))
    ]
    page = Page(write_sweep(tmp_path, jobs, recipe="r", complete=True))
    assert "日本語" in page.source
    assert not page.says("Not complete")


def test_a_killed_sweep_leaves_what_has_ended(tmp_path: Path) -> None:
    """After the first of three jobs the file is whole, and says that it is not complete."""
    run = write_run(tmp_path)
    make_report(run)
    jobs = [ended_job(0, ["a=1"], run), ended_job(1, ["a=2"]), ended_job(2, ["a=3"])]
    data = sweep_json(
        write_sweep(tmp_path / "runs" / "support-tone" / "sweeps" / "s", jobs, recipe="support-tone")
    )
    assert data["complete"] is False
    assert data["states"] == {"Completed": 1, "Waiting": 2}
    assert data["jobs"][0]["run"] == f"../../{FINGERPRINT[:12]}"
    assert data["jobs"][0]["cost"]["likely"] == "1.986"


def test_the_table_is_aligned(tmp_path: Path) -> None:
    """Columns stand under their heads, with Japanese values too; long errors are cut."""
    jobs = [
        ended_job(0, ["steps=日本語", "split.train_records=50"], write_run(tmp_path)),
        ended_job(
            1, ["steps=en", "split.train_records=100"], error=RunnerError("no space left on the device " * 9)
        ),
    ]
    head, first, second = table(jobs).splitlines()
    assert head.split()[:4] == ["#", "steps", "train_records", "state"]
    assert first.index("Completed") + 3 == second.index("Failed") == head.index("state")
    assert "2.634  1.871  36,480  3 min 12 s  $1.99" in first
    assert second.endswith("…")


def test_an_error_after_the_job_counts(tmp_path: Path) -> None:
    """A run that completed, but could not be reported, failed as a job of the sweep."""
    run = write_run(tmp_path)
    assert ended_job(0, ["a=1"], run, RunnerError("disk full")).state == "Failed"
    assert ended_job(0, ["a=1"], write_run(tmp_path, name="b", job=job("Stopped"))).state == "Stopped"


def test_findings_are_kept_whole() -> None:
    """The summary names the first error; the data holds all."""
    error = RecipeError(
        [Finding("R102", "too many"), Finding("R103", "too few"), Finding("R200", "hm", "warning")]
    )
    failed = ended_job(3, ["a=1"], error=error)
    assert failed.error == "too many [R102] (and 1 more)"
    assert len(failed.findings) == 3


def test_synthetic_losses_are_called_synthetic(tmp_path: Path) -> None:
    """On the sweep's page too."""
    run = write_run(tmp_path, metrics={**METRICS, "synthetic": True})
    job = ended_job(0, ["a=1"], run)
    assert Page(write_sweep(tmp_path, [job], recipe="r")).says("synthetic")
    assert "synthetic" in table([job])
    assert "synthetic" not in table([ended_job(0, ["a=1"], write_run(tmp_path, name="real"))])
