"""The report and the sweep page in a real browser: what a reader sees, and that nothing is asked for."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from headless import Browser, Picture, Site, find_browser, serving
from reading import contrast, luminance
from run_folders import METRICS, job, write_run, write_sweep_of

from runner.report import make_report

pytestmark = pytest.mark.slow

_MEASURE = """<!doctype html><meta charset="utf-8"><title>measure</title>
<style>iframe {{ border: 0; height: 900px; display: block }}</style>
{frames}
<pre id="measured"></pre>
<script>
addEventListener("load", () => {{
  const shown = (element) => element.getClientRects().length > 0;
  const own = ".scroll, svg, .unseen";
  const result = [...document.querySelectorAll("iframe")].map((frame) => {{
    const page = frame.contentDocument, root = page.documentElement;
    const wide = [...page.body.querySelectorAll("*")].filter((element) =>
      shown(element) && !element.closest(own) &&
      element.getBoundingClientRect().right > root.clientWidth + 1);
    return {{
      page: frame.dataset.page, width: root.clientWidth, scroll: root.scrollWidth, title: page.title,
      overflowing: wide.map((element) => element.outerHTML.slice(0, 80)),
      charts: [...page.querySelectorAll("svg.chart")].filter(shown).map((chart) => {{
        const box = chart.getBoundingClientRect(), text = chart.querySelector("text").getBoundingClientRect();
        return {{width: box.width, height: box.height, text: text.height,
                 marks: chart.querySelectorAll("polyline, circle, rect").length}};
      }}),
      scripts: page.scripts.length, images: page.images.length, text: page.body.innerText.length,
      style: frame.contentWindow.getComputedStyle(page.body).lineHeight,
    }};
  }});
  document.getElementById("measured").textContent = JSON.stringify(result);
}});
</script>"""

_GLYPHS = """<!doctype html><meta charset="utf-8"><title>glyphs</title>
<iframe src="report.html"></iframe><pre id="measured"></pre>
<script>
addEventListener("load", () => {
  const frame = document.querySelector("iframe").contentWindow;
  const font = frame.getComputedStyle(frame.document.body).fontFamily;
  const drawn = (character) => {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d", {willReadFrequently: true});
    canvas.width = canvas.height = 48;
    pen.font = `32px ${font}`;
    pen.fillText(character, 6, 38);
    return [...pen.getImageData(0, 0, 48, 48).data].filter((_, index) => index % 4 === 3).join("");
  };
  const characters = [..."返品交換配送いろはカナ、。"], missing = drawn("\\u{10FFFD}");
  document.getElementById("measured").textContent = JSON.stringify({
    different: new Set(characters.map(drawn)).size, asked: characters.length,
    missing: characters.filter((character) => drawn(character) === missing),
  });
});
</script>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A report, reports of jobs that failed or never began, and a sweep page, each at an address."""
    root = tmp_path_factory.mktemp("project")
    nothing = {"plan": None, "dataset": None, "metrics": None, "findings": None, "curve": None}
    failed = job("Failed", failure=f"Out of memory. {'x' * 300}")
    pages = {
        "report.html": make_report(write_run(root)),
        "failed.html": make_report(write_run(root, name="failed", job=failed, metrics=None)),
        "begun.html": make_report(write_run(root, name="begun", job=job("InProgress"), **nothing)),
        "synthetic.html": make_report(write_run(root, name="fake", metrics={**METRICS, "synthetic": True})),
        "sweep.html": write_sweep_of(root),
    }
    with serving() as site:
        for name, file in pages.items():
            site.add(name, file.read_bytes())
        yield site


@pytest.fixture(scope="module")
def browser(site: Site) -> Browser:
    """Chromium or Chrome."""
    program = find_browser()
    if program is None:
        pytest.skip("no browser: install Chromium or Chrome, or name one in RUNNER_BROWSER")
    return Browser(program, site.address)


@pytest.fixture(scope="module")
def measured(site: Site, browser: Browser) -> list[dict[str, Any]]:
    """Every page at the width of a phone, a tablet and a desktop."""
    names = [name.removeprefix("/") for name in site.pages]
    frames = [
        f'<iframe data-page="{name}" src="{name}" style="width:{width}px"></iframe>'
        for name in names
        for width in (360, 700, 1200)
    ]
    result = browser.measured(site.add("measure.html", _MEASURE.format(frames="\n".join(frames))))
    assert len(result) == 3 * len(names)
    return list(result)


@pytest.fixture(scope="module")
def pictures(site: Site, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Picture]:
    """The top of the report in light and dark."""
    folder, address = tmp_path_factory.mktemp("pictures"), f"{site.address}/report.html"
    return {
        name: browser.screenshot(address, folder / f"{name}.png", width=700, height=600, dark=name == "dark")
        for name in ("light", "dark")
    }


def test_no_page_overflows_its_window(measured: list[dict[str, Any]]) -> None:
    """Nothing is cut off or has to be scrolled sideways from 360 px on; a wide table scrolls by itself."""
    assert {page["width"] for page in measured} == {360, 700, 1200}
    problems = [page for page in measured if page["scroll"] > page["width"] or page["overflowing"]]
    assert problems == []


def test_charts_have_size_and_readable_text(measured: list[dict[str, Any]]) -> None:
    """A chart fills its column; its labels do not shrink below 9 px on a phone."""
    pages = [page for page in measured if page["page"] in {"report.html", "sweep.html"}]
    charts = [chart for page in pages for chart in page["charts"]]
    assert len(charts) >= 12
    assert all(chart["width"] > 200 and chart["height"] > 120 and chart["marks"] for chart in charts)
    assert min(chart["text"] for chart in charts) >= 9


def test_hostile_text_stays_text(measured: list[dict[str, Any]], site: Site, browser: Browser) -> None:
    """A record that closes tags and opens a script is shown as it is: no script, no image, its own title."""
    for page in measured:
        assert (page["scripts"], page["images"]) == (0, 0)
        assert "owned" not in page["title"]
    assert "&lt;/script&gt;&lt;script&gt;document.title='owned'" in browser.dom(f"{site.address}/report.html")


def test_the_style_passes_the_pages_own_policy(measured: list[dict[str, Any]]) -> None:
    """The hash in the Content-Security-Policy is that of the style: otherwise the page would be unstyled."""
    assert {page["style"] for page in measured} == {"25.6px"}


def test_pages_ask_for_nothing(site: Site, browser: Browser, measured: list[dict[str, Any]]) -> None:
    """No page makes a request to any host; a page that does is noticed, so the test can see one."""
    assert measured
    assert site.foreign() == []
    assert not any(b"google" in page for page in site.pages.values())
    browser.dom(site.add("control.html", '<img src="http://example.invalid/pixel.png">'))
    assert any("example.invalid" in one for one in site.foreign())
    site.requests.clear()


def test_light_and_dark_are_readable(pictures: dict[str, Picture]) -> None:
    """The page follows the system's colour scheme, and its text stands out in both."""
    light, dark = (luminance(pictures[name].pixel(3, 3)) for name in ("light", "dark"))
    assert light > 0.9
    assert dark < 0.05
    for picture in pictures.values():
        paper = picture.pixel(3, 3)
        assert max(contrast(paper, colour) for colour in picture.colours()) > 12


def test_japanese_text_is_drawn(site: Site, browser: Browser) -> None:
    """Kanji, kana and punctuation have glyphs of their own, not the box of a missing one."""
    if not _japanese_fonts():
        pytest.skip("no Japanese font is installed here")
    result = browser.measured(site.add("glyphs.html", _GLYPHS))
    assert result["missing"] == []
    assert result["different"] == result["asked"]


def _japanese_fonts() -> bool:
    if not shutil.which("fc-list"):
        return True
    return bool(subprocess.run(["fc-list", ":lang=ja"], capture_output=True, check=True).stdout.strip())
