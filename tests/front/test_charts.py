"""Charts: structure, accessibility, the same text every time."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from coop.errors import InvalidInput
from coop.front import charts

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = [date(2026, month, 1) for month in range(1, 7)]
INCOME = {"name": "Income <b>", "values": [412000, 180000, None, 90000, -72000, 310000]}
PAY = {"name": "Pay", "values": [285000] * 6}
BAND = {"name": "half", "lows": [None, None, None, 1, 2, 3], "highs": [None, None, None, 100, 200, 300]}
PARTS = [{"name": "Pay", "value": 118900}, {"name": "Tax", "value": 6590}, {"name": "None of it", "value": 0}]
GIVEN: dict[str, dict[str, Any]] = {
    "bars": {"labels": MONTHS, "series": [INCOME, PAY]},
    "lines": {"labels": MONTHS, "series": [INCOME, PAY], "bands": [BAND], "area": True},
    "parts": {"parts": PARTS},
    "spark": {"values": [1, 5, 3]},
}


def _draw(kind: str, **more: Any) -> charts.Chart:
    return charts.draw(kind, language="de", id="one", title="Where <it> goes", **{**GIVEN[kind], **more})


def _read(svg: str) -> Any:
    return etree.fromstring(svg)


@pytest.mark.parametrize("kind", GIVEN)
def test_chart_is_an_image_with_title_and_description(kind: str) -> None:
    chart = _draw(kind)
    root = _read(chart.svg)
    assert root.get("role") == "img"
    named = {node.get("id"): node.text for node in root if node.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert [named[one] for one in root.get("aria-labelledby").split()] == ["Where <it> goes", chart.description]
    assert chart.description


@pytest.mark.parametrize("kind", GIVEN)
def test_chart_passes_a_strict_policy(kind: str) -> None:
    root = _read(_draw(kind).svg)
    for node in root.iter():
        assert node.tag not in {f"{SVG}style", f"{SVG}script", f"{SVG}foreignObject"}
        assert not [name for name in node.attrib if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("kind", GIVEN)
def test_each_colour_class_has_a_fallback_for_paper(kind: str) -> None:
    for node in _read(_draw(kind).svg).iter():
        if re.match(r"series-|chart-band", node.get("class", "")):
            assert node.get("fill", "").startswith("#")
        if re.match(r"line-", node.get("class", "")):
            assert node.get("stroke", "").startswith("#")


@pytest.mark.parametrize("kind", GIVEN)
def test_equal_figures_give_equal_text(kind: str) -> None:
    assert _draw(kind) == _draw(kind)


def test_series_differ_without_colour() -> None:
    bars = _read(_draw("bars").svg)
    assert [node.get("id") for node in bars.iter(f"{SVG}pattern")] == ["one-pattern-2"]
    lines = _read(_draw("lines").svg)
    dashes = {node.get("class"): node.get("stroke-dasharray") for node in lines.iter(f"{SVG}path")}
    assert dashes["line-1"] is None
    assert dashes["line-2"] == "7 4"


def test_table_beside_the_chart_holds_the_exact_figures() -> None:
    chart = _draw("bars")
    assert chart.heads == ("", "Income <b>", "Pay")
    assert chart.rows[0] == ("Jan 26", "4.120,00\u00a0€", "2.850,00\u00a0€")
    assert chart.rows[2][1] == "–"
    assert chart.rows[4][1] == "−720,00\u00a0€"


def test_a_gap_parts_the_line() -> None:
    root = _read(_draw("lines").svg)
    runs = [node for node in root.iter(f"{SVG}path") if node.get("class") == "line-1" and node.get("fill") == "none"]
    assert len(runs) == 2


def test_stacked_bars_stand_on_each_other() -> None:
    plain = {"labels": ["a"], "series": [{"name": "x", "values": [300]}, {"name": "y", "values": [100]}]}
    root = _read(_draw("bars", **plain, stacked=True, unit="count").svg)
    lower, upper = (
        next(node for node in root.iter(f"{SVG}rect") if node.get("class") == kind and len(node))
        for kind in ("series-1", "series-2")
    )
    top = float(upper.get("y")) + float(upper.get("height"))
    assert top == pytest.approx(float(lower.get("y")), abs=0.11)
    assert float(lower.get("height")) == pytest.approx(3 * float(upper.get("height")), rel=0.02)


def test_parts_fill_the_bar_and_say_their_share() -> None:
    chart = _draw("parts")
    root = _read(chart.svg)
    drawn = [node for node in root.iter(f"{SVG}rect") if node.get("height") == "42" and node.get("class")]
    assert len(drawn) == 2  # what is zero is listed, not drawn
    assert chart.rows[0] == ("Pay", "1.189,00\u00a0€", "94,7\u00a0%")
    assert chart.rows[-1][1:] == ("1.254,90\u00a0€", "100\u00a0%")


@pytest.mark.parametrize(
    ("kind", "wrong", "says"),
    [
        ("bars", {"series": [{"name": "x", "values": [1]}]}, "one value for each"),
        ("bars", {"labels": [], "series": []}, "nothing to draw"),
        ("lines", {"bands": [{"name": "b", "lows": [1], "highs": [2]}]}, "one value for each"),
        ("parts", {"parts": [{"name": "x", "value": -1}]}, "negative"),
        ("parts", {"parts": []}, "all zero"),
        ("spark", {"values": [1]}, "two values"),
        ("bars", {"id": "Not good"}, "small letters"),
    ],
)
def test_what_cannot_be_drawn_says_why(kind: str, wrong: dict[str, Any], says: str) -> None:
    given: dict[str, Any] = {"language": "de", "id": "one", "title": "t", **GIVEN[kind], **wrong}
    with pytest.raises(InvalidInput, match=says):
        charts.draw(kind, **given)


def test_unknown_kind_says_which_there_are() -> None:
    with pytest.raises(InvalidInput, match="bars, lines, parts, spark"):
        charts.draw("donut", language="de")


@given(low=st.integers(-(10**9), 10**9), high=st.integers(-(10**9), 10**9), smallest=st.sampled_from([0.01, 1, 100]))
def test_ticks_cover_the_range_in_round_steps(low: int, high: int, smallest: float) -> None:
    low, high = sorted((low, high))
    ticks = charts.nice_ticks(low, high, smallest=smallest)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8
    step = Decimal(str(ticks[1])) - Decimal(str(ticks[0]))
    assert step % Decimal(str(smallest)) == 0
    assert step.normalize().as_tuple().digits in {(1,), (2,), (2, 5), (5,)}


@given(st.lists(st.integers(-(10**12), 10**12) | st.none(), min_size=1, max_size=40))
def test_any_figures_can_be_drawn(values: list[int | None]) -> None:
    labels = [str(place) for place in range(len(values))]
    for kind in ("bars", "lines"):
        chart = _draw(
            kind, labels=labels, series=[{"name": "x", "values": values}], **({"bands": []} if kind == "lines" else {})
        )
        _read(chart.svg)
        assert "nan" not in chart.svg
