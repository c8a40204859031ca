"""Charts: well-formed, labelled, and right for any numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.reporting.charts import NARROW, Axes, Mark, Series, bar, histogram, line_chart
from runner.reporting.ticks import tick_labels, ticks

_NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
_POINTS = st.lists(st.tuples(_NUMBERS, _NUMBERS), min_size=1, max_size=8)


@given(_POINTS, st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")))
def test_a_line_chart_is_well_formed_and_inside_its_box(
    points: list[tuple[float, float]], label: str
) -> None:
    """Whatever the values and the label, the SVG parses and every point lies inside."""
    chart = line_chart(
        [Series(label, tuple(points))],
        Axes(label, "loss"),
        title=label,
        description=label,
        name="c",
        box=NARROW,
    )
    root = ElementTree.fromstring(chart)
    assert len(root.findall("circle")) == len(points)
    for dot in root.findall("circle"):
        assert -0.1 <= float(dot.attrib["cx"]) <= NARROW.width + 0.1
        assert -0.1 <= float(dot.attrib["cy"]) <= NARROW.height + 0.1


def test_a_chart_names_itself_and_both_axes() -> None:
    """Somebody who cannot see the curve gets title and description; both axes are labelled."""
    chart = line_chart(
        [Series("loss", ((0.0, 2.0), (10.0, 1.0)))],
        Axes("step", "loss per token"),
        title="Loss",
        description="It falls.",
        name="losses",
        marks=[Mark(10.0, "stopped early")],
    )
    root = ElementTree.fromstring(chart)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "losses-title losses-desc"
    texts = [text.text for text in root.findall("text")]
    assert {"step", "loss per token", "stopped early"} <= set(texts)
    assert {"1.0", "2.0", "0", "10"} <= set(texts)


def test_steps_are_whole_numbers() -> None:
    """There is no half step on the axis of a short run."""
    chart = line_chart(
        [Series("loss", ((0.0, 2.0), (2.0, 1.0)))],
        Axes("step", "loss", whole_x=True),
        title="",
        description="",
        name="c",
    )
    labels = re.findall(r'class="tick middle"[^>]*>([^<]*)<', chart)
    assert labels == ["0", "1", "2"]


def test_no_points_no_chart() -> None:
    """An empty chart would look like a measurement."""
    assert line_chart([Series("loss", ())], Axes("x", "y"), title="", description="", name="c") == ""
    assert histogram([], [], x="", y="", title="", description="", name="h") == ""


@pytest.mark.parametrize("upper_edge", [True, False])
def test_a_histogram_has_a_bar_for_every_count(upper_edge: bool) -> None:
    """The last bucket may have no upper edge."""
    edges = [1, 2, 4, 8] if upper_edge else [1, 2, 4]
    chart = histogram(edges, [3, 0, 9], x="tokens", y="records", title="t", description="d", name="h")
    notes = re.findall(r"<rect[^>]*><title>([^<]*)</title>", chart)
    assert notes == ["1 to 2: 3", "2 to 4: 0", "4 to 8: 9" if upper_edge else "4 or more: 9"]
    heights = [float(height) for height in re.findall(r'class="bin".*?height="([\d.]+)"', chart)]
    assert heights[2] == pytest.approx(3 * heights[0], rel=0.01)
    assert heights[1] == 0


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_bar_is_never_longer_than_its_track(part: int, whole: int) -> None:
    """Created records can make a step larger than what was read."""
    width = float(re.findall(r'class="fill" width="([\d.]+)%"', bar(part, whole))[0])
    assert 0 <= width <= 100


@given(st.floats(-1e4, 1e4), st.floats(1e-2, 1e6))
def test_ticks_are_round_and_inside(low: float, span: float) -> None:
    """Between two and a dozen ticks, rising, none outside the axis."""
    high = low + span
    found = ticks(low, high)
    assert 1 <= len(found) <= 12
    assert found == sorted(set(found))
    assert all(low - span * 0.01 <= tick <= high + span * 0.01 for tick in found)
    assert len(set(tick_labels(found))) == len(found)
