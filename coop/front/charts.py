"""Accessible charts as SVG text out of plain figures: no script, no style attribute, no clock, no database.

Each chart has a title and a description for screen readers, the same figures as rows of a table, classes that
take their colours from static/css/tokens.css, and presentation attributes with the light colours, so that it
looks the same in a PDF. Series differ by pattern, dash and label too: a chart reads in grey. Equal input gives
equal text, to the byte.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from coop.errors import InvalidInput
from coop.front import localized

WIDTH = 400
WIDE = 800
HEIGHT = 250
_TOP, _RIGHT, _BOTTOM = 40, 16, 34
_FONT = 12.5
_LETTER = 7.4  # mean width of a figure at that size, in pixels
_INK, _SOFT, _GRID, _ZERO, _PAPER, _BAND = "#1c2827", "#54605e", "#ded6c7", "#827969", "#fffdf9", "#b4d5ca"
_COLOURS = ("#0d5a52", "#d08a3c", "#5b7fa8", "#a3a08f", "#8a4a5e", "#7a8f3c")
_DASHES = ("", "7 4", "2 4", "10 4 2 4", "4 2", "1 3")
_ID = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A finished chart and the figures it shows."""

    id: str
    title: str
    description: str
    svg: SafeString
    heads: tuple[str, ...]
    """Heads of the table beside the chart."""
    rows: tuple[tuple[str, ...], ...]
    """Rows of that table, as people read them: label first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Figures of one kind, one a label; None leaves a gap."""

    name: str
    values: tuple[int | float | None, ...]
    steps: bool = False
    """Whether the figure holds for the whole of each label and then jumps, as a salary does; lines alone know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A range around a line (of a forecast), one low and one high a label; None where there is no range."""

    name: str
    lows: tuple[int | float | None, ...]
    highs: tuple[int | float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a whole, in the chart's unit (cents for money); never negative."""

    name: str
    value: int


def bars(
    *,
    id: str,  # noqa: A002 (the word of HTML)
    title: str,
    labels: Sequence[str | date],
    series: Sequence[Series],
    language: str,
    unit: str = "cents",
    stacked: bool = False,
    wide: bool = False,
) -> Chart:
    """Bars per label, beside each other or stacked. `unit` is cents, count or share; dates are shown as months.

    Raises: InvalidInput, where lengths differ or a chart would be empty.
    """
    words = _labels(labels, language)
    _check(id, words, [one.values for one in series])
    reach = _stack_reach(series) if stacked else _known(series)
    plane = _Plane.over(reach=[0, *reach], count=len(words), unit=unit, language=language, wide=wide)
    slot = plane.width / len(words)
    marks: list[str] = []
    for place in range(len(words)):
        left = plane.left + slot * place + slot * 0.16
        room = slot * 0.68
        base = {1: 0.0, -1: 0.0}
        for number, one in enumerate(series):
            value = one.values[place]
            if not value:
                continue
            side = 1 if value > 0 else -1
            start = base[side] if stacked else 0.0
            if stacked:
                base[side] += value
            x = left if stacked else left + room / len(series) * number
            step = room if stacked else room / len(series)
            low, high = sorted((plane.y(start), plane.y(start + value)))
            name = f"{words[place]}, {one.name}: {_exact(value, unit, language)}"
            marks += _bar(id, number, x=x, y=low, width=max(step - 1.5, 1), height=max(high - low, 0.5), says=name)
    body = [*plane.axes(words), *marks, plane.zero(), *_legend([one.name for one in series], id=id)]
    return _chart(id=id, title=title, words=words, series=series, body=body, unit=unit, language=language, wide=wide)


def lines(
    *,
    id: str,  # noqa: A002
    title: str,
    labels: Sequence[str | date],
    series: Sequence[Series],
    language: str,
    unit: str = "cents",
    bands: Sequence[Band] = (),
    area: bool = False,
    wide: bool = False,
) -> Chart:
    """Lines over labels, named at their ends; `bands` (widest first) lie behind them as a fan, `area` fills the first.

    Raises: InvalidInput, where lengths differ or a chart would be empty.
    """
    words = _labels(labels, language)
    _check(id, words, [one.values for one in series] + [half for band in bands for half in (band.lows, band.highs)])
    reach = _known(series) + [v for band in bands for v in (*band.lows, *band.highs) if v is not None]
    room = max((len(one.name) for one in series), default=0) * _LETTER + 24
    plane = _Plane.over(
        reach=[0, *reach],
        count=len(words),
        unit=unit,
        language=language,
        wide=wide,
        right=min(room, 170) if len(series) > 1 else _RIGHT,
    )
    body = plane.axes(words, points=True)
    for number, band in enumerate(bands):
        body += _band(band, plane, opacity=round(0.55 + 0.45 * number / max(len(bands), 1), 2))
    if area and series:
        body += _area(series[0], plane)
    body.append(plane.zero())
    for number, one in enumerate(series):
        body += _line(one, number, plane, words=words, unit=unit, language=language)
    if len(series) > 1:
        body += _end_labels(series, plane)
    if bands:
        body += _band_legend(bands)
    extra = [Series(name=f"{band.name}, {_('low')}", values=band.lows) for band in bands]
    extra += [Series(name=f"{band.name}, {_('high')}", values=band.highs) for band in bands]
    return _chart(
        id=id,
        title=title,
        words=words,
        series=series,
        body=body,
        unit=unit,
        language=language,
        table=[*series, *extra],
        wide=wide,
    )


def parts(
    *,
    id: str,  # noqa: A002
    title: str,
    parts: Sequence[Part],
    language: str,
    unit: str = "cents",
) -> Chart:
    """One bar that shows where a whole goes, each part listed below with its figure and its share.

    Raises: InvalidInput, where a part is negative or all are zero.
    """
    total = sum(part.value for part in parts)
    if any(part.value < 0 for part in parts) or total <= 0:
        raise InvalidInput(f"{id}: parts of a whole cannot be negative or all zero; show a table instead")
    _check(id, [part.name for part in parts], [])
    shares = [localized.percent(Decimal(part.value) / total, language, places=1) for part in parts]
    row, top = 27, 62
    height = top + row * len(parts)
    body: list[str] = []
    x = 0.0
    for number, part in enumerate(parts):
        wide = part.value / total * WIDTH
        if part.value:
            says = f"{part.name}: {_exact(part.value, unit, language)} ({shares[number]})"
            body += _bar(id, number, x=x, y=4, width=max(wide - 1.5, 0.8), height=42, says=says)
        x += wide
    for number, part in enumerate(parts):
        y = top + row * number
        body += _bar(id, number, x=0, y=y + 3, width=13, height=13)
        body.append(_text(part.name, x=22, y=y + 14))
        body.append(_text(_exact(part.value, unit, language), x=WIDTH - 62, y=y + 14, anchor="end"))
        body.append(_text(shares[number], x=WIDTH, y=y + 14, anchor="end", soft=True))
        if number:
            body.append(_tag("path", {"class": "chart-grid", "d": f"M0 {_n(y - 4)}H{WIDTH}", "stroke": _GRID}))
    description = "; ".join(f"{part.name} {share}" for part, share in zip(parts, shares, strict=True))
    rows = tuple(
        (part.name, _exact(part.value, unit, language), share) for part, share in zip(parts, shares, strict=True)
    )
    return Chart(
        id=id,
        title=title,
        description=description,
        svg=_svg(id, title, description, [_patterns(id, len(parts)), *body], height=height, kind="chart"),
        heads=(_("Part"), _("Amount"), _("Share")),
        rows=(*rows, (_("Total"), _exact(total, unit, language), localized.percent(1, language))),
    )


def spark(
    *,
    id: str,  # noqa: A002
    title: str,
    values: Sequence[int | float],
    language: str,
    unit: str = "cents",
) -> Chart:
    """A line without axes, as large as a word, its last point marked.

    Raises: InvalidInput, with fewer than two values.
    """
    if len(values) < 2:  # noqa: PLR2004 (a line has two ends)
        raise InvalidInput(f"{id}: a line needs two values or more")
    _check(id, [""] * len(values), [tuple(values)])
    low, high = min(values), max(values)
    span = (high - low) or 1
    wide, tall, edge = 140, 36, 5
    points = [
        (edge + (wide - 2 * edge) * place / (len(values) - 1), tall - edge - (tall - 2 * edge) * (value - low) / span)
        for place, value in enumerate(values)
    ]
    d = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    body = [
        _tag("path", {"class": "line-1", "d": d, "fill": "none", "stroke": _COLOURS[0], "stroke-width": 2, **_ROUND}),
        _tag(
            "circle",
            {"class": "series-1", "cx": _n(points[-1][0]), "cy": _n(points[-1][1]), "r": 3.5, "fill": _COLOURS[0]},
        ),
    ]
    description = _("From %(first)s to %(last)s; lowest %(low)s, highest %(high)s.") % {
        "first": _exact(values[0], unit, language),
        "last": _exact(values[-1], unit, language),
        "low": _exact(low, unit, language),
        "high": _exact(high, unit, language),
    }
    rows = tuple((str(place + 1), _exact(value, unit, language)) for place, value in enumerate(values))
    svg = _svg(id, title, description, body, height=tall, width=wide, kind="chart spark")
    return Chart(id=id, title=title, description=description, svg=svg, heads=("", title), rows=rows)


def draw(kind: str, *, language: str, **given: Any) -> Chart:
    """A chart by name out of plain values: series, bands and parts may be mappings instead of their classes.

    Raises: InvalidInput, for a kind that does not exist.
    """
    kinds: dict[str, Callable[..., Chart]] = {"bars": bars, "lines": lines, "parts": parts, "spark": spark}
    if kind not in kinds:
        raise InvalidInput(f"chart: choose one of {', '.join(kinds)}, not {kind}")
    shapes: dict[str, Callable[..., Any]] = {"series": Series, "bands": Band, "parts": Part}
    for key, shape in shapes.items():
        if key in given:
            given[key] = [_shaped(one, shape) for one in given[key]]
    return kinds[kind](language=language, **given)


def nice_ticks(low: float, high: float, *, about: int = 5, smallest: float = 1) -> list[float]:
    """Round steps (1, 2, 2.5 or 5 times a power of ten) that cover `low` to `high`, whole multiples of `smallest`."""
    lower, upper, least = (Decimal(str(value)) for value in (low, high, smallest))
    raw = max((upper - lower) / about, least)
    power = Decimal(1).scaleb(raw.adjusted())
    steps = [factor * power for factor in map(Decimal, ("1", "2", "2.5", "5", "10"))]
    step = next(one for one in steps if one >= raw and one % least == 0)  # or the label of 2.5 would read 3
    first = int((lower / step).to_integral_value(ROUND_FLOOR))
    last = int((upper / step).to_integral_value(ROUND_CEILING))
    return [float(place * step) for place in range(first, max(last, first + 1) + 1)]


# How it is drawn

_ROUND = {"stroke-linecap": "round", "stroke-linejoin": "round"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plane:
    """The area between the axes and where a value lies on it."""

    left: float
    width: float
    ticks: tuple[float, ...]
    tick_labels: tuple[str, ...]
    count: int

    @classmethod
    def over(
        cls, *, reach: Sequence[float], count: int, unit: str, language: str, right: float = _RIGHT, wide: bool = False
    ) -> "_Plane":
        smallest = {"cents": 100, "count": 1}.get(unit, 0.01)
        ticks = tuple(nice_ticks(min(reach), max(reach), smallest=smallest))
        texts = tuple(_short(tick, unit, language) for tick in ticks)
        left = max(len(text) for text in texts) * _LETTER + 10
        return cls(
            left=left, width=(WIDE if wide else WIDTH) - left - right, ticks=ticks, tick_labels=texts, count=count
        )

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return HEIGHT - _BOTTOM - (HEIGHT - _BOTTOM - _TOP) * (value - low) / (high - low)

    def x(self, place: int) -> float:
        """Where a point of a line lies; bars lie around the middles of equal slots instead."""
        return self.left + 8 + (self.width - 16) * (place / (self.count - 1) if self.count > 1 else 0.5)

    def axes(self, words: Sequence[str], *, points: bool = False) -> list[str]:
        result = []
        for tick, text in zip(self.ticks, self.tick_labels, strict=True):
            y = _n(self.y(tick))
            d = f"M{_n(self.left)} {y}H{_n(self.left + self.width)}"
            result.append(_tag("path", {"class": "chart-grid", "d": d, "stroke": _GRID}))
            result.append(_text(text, x=self.left - 8, y=self.y(tick) + 4, anchor="end", soft=True))
        slot = self.width / len(words)
        widest = max(len(word) for word in words) * _LETTER + 8
        every = max(1, -(-int(widest) // max(int(slot), 1)))
        for place, word in enumerate(words):
            if place % every == 0 or len(words) <= 2:  # noqa: PLR2004 (both ends are always named)
                x = self.x(place) if points else self.left + slot * (place + 0.5)
                result.append(_text(word, x=x, y=HEIGHT - 12, anchor="middle", soft=True))
        return result

    def zero(self) -> str:
        d = f"M{_n(self.left)} {_n(self.y(0))}H{_n(self.left + self.width)}"
        return _tag("path", {"class": "chart-zero", "d": d, "stroke": _ZERO, "stroke-width": 1.2})


def _bar(id: str, number: int, *, x: float, y: float, width: float, height: float, says: str = "") -> list[str]:  # noqa: A002
    place = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height), "rx": 2}
    colour = number % len(_COLOURS)
    title = [_tag("title", {}, [says])] if says else []
    result = [_tag("rect", {"class": f"series-{colour + 1}", **place, "fill": _COLOURS[colour]}, title)]
    if colour:  # the first series stays plain, the others differ in pattern too
        result.append(_tag("rect", {**place, "fill": f"url(#{id}-pattern-{colour + 1})", "pointer-events": "none"}))
    return result


def _patterns(id: str, count: int) -> str:  # noqa: A002
    drawings = ("", "M-2 8 8-2M2 12 12 2", "M4 1.5v3", "M0 3.5h8", "M2.5 0v8", "M-2 0 8 10M2-4 12 6")
    result = []
    for number in range(1, min(count, len(_COLOURS))):
        path = _tag(
            "path",
            {
                "class": "chart-hatch",
                "d": drawings[number],
                "fill": "none",
                "stroke": _PAPER,
                "stroke-width": 1.4,
                "stroke-opacity": 0.75,
            },
        )
        size = {"width": 8, "height": 8, "patternUnits": "userSpaceOnUse"}
        result.append(_tag("pattern", {"id": f"{id}-pattern-{number + 1}", **size}, [path]))
    return _tag("defs", {}, result) if result else ""


def _legend(names: Sequence[str], *, id: str) -> list[str]:  # noqa: A002
    if len(names) < 2:  # noqa: PLR2004 (one series needs no key: the title names it)
        return []
    result: list[str] = []
    x = 0.0
    for number, name in enumerate(names):
        result += _bar(id, number, x=x, y=4, width=13, height=13)
        result.append(_text(name, x=x + 20, y=15))
        x += 20 + len(name) * _LETTER + 22
    return result


def _line(one: Series, number: int, plane: _Plane, *, words: Sequence[str], unit: str, language: str) -> list[str]:
    colour = number % len(_COLOURS)
    stroke = {"class": f"line-{colour + 1}", "fill": "none", "stroke": _COLOURS[colour], "stroke-width": 2.5, **_ROUND}
    if _DASHES[colour]:
        stroke["stroke-dasharray"] = _DASHES[colour]
    way = _stairs if one.steps else _course
    result = [_tag("path", {**stroke, "d": way(run, plane)}) for run in _runs(one.values)]
    for place, value in enumerate(one.values):
        if value is not None:
            title = _tag("title", {}, [f"{words[place]}, {one.name}: {_exact(value, unit, language)}"])
            spot = {"cx": _n(plane.x(place)), "cy": _n(plane.y(value)), "r": 3, "fill": _COLOURS[colour]}
            result.append(_tag("circle", {"class": f"series-{colour + 1}", **spot}, [title]))
    return result


def _course(run: Sequence[tuple[int, float]], plane: _Plane) -> str:
    return "M" + "L".join(f"{_n(plane.x(place))} {_n(plane.y(value))}" for place, value in run)


def _stairs(run: Sequence[tuple[int, float]], plane: _Plane) -> str:
    """Level until half-way between two labels, then straight up or down."""
    d = f"M{_n(plane.x(run[0][0]))} {_n(plane.y(run[0][1]))}"
    for (place, _before), (_next, value) in pairwise(run):
        d += f"H{_n((plane.x(place) + plane.x(place + 1)) / 2)}V{_n(plane.y(value))}"
    return d + f"H{_n(plane.x(run[-1][0]))}"


def _area(one: Series, plane: _Plane) -> list[str]:
    result = []
    for run in _runs(one.values):
        points = "L".join(f"{_n(plane.x(place))} {_n(plane.y(value))}" for place, value in run)
        d = f"M{_n(plane.x(run[0][0]))} {_n(plane.y(0))}L{points}L{_n(plane.x(run[-1][0]))} {_n(plane.y(0))}Z"
        result.append(_tag("path", {"class": "chart-band", "d": d, "fill": _BAND, "fill-opacity": 0.6}))
    return result


def _band(band: Band, plane: _Plane, *, opacity: float) -> list[str]:
    both = [
        None if low is None or high is None else (low, high) for low, high in zip(band.lows, band.highs, strict=True)
    ]
    result = []
    run: list[tuple[int, float, float]] = []
    for place, pair in enumerate([*both, None]):
        if pair is not None:
            run.append((place, *pair))
        elif run:
            upper = "L".join(f"{_n(plane.x(at))} {_n(plane.y(high))}" for at, _low, high in run)
            lower = "L".join(f"{_n(plane.x(at))} {_n(plane.y(low))}" for at, low, _high in reversed(run))
            title = _tag("title", {}, [band.name])
            shape = {"class": "chart-band", "d": f"M{upper}L{lower}Z", "fill": _BAND, "fill-opacity": opacity}
            result.append(_tag("path", shape, [title]))
            run = []
    return result


def _band_legend(bands: Sequence[Band]) -> list[str]:
    result = []
    x = 0.0
    for number, band in enumerate(bands):
        opacity = round(0.55 + 0.45 * number / max(len(bands), 1), 2)
        swatch = {"x": _n(x), "y": 4, "width": 13, "height": 13, "rx": 2, "fill": _BAND, "fill-opacity": opacity}
        result.append(_tag("rect", {"class": "chart-band", **swatch}))
        result.append(_text(band.name, x=x + 20, y=15))
        x += 20 + len(band.name) * _LETTER + 22
    return result


def _end_labels(series: Sequence[Series], plane: _Plane) -> list[str]:
    """Each line's name at its end, moved apart where lines end close together."""
    ends = []
    for number, one in enumerate(series):
        known = [(place, value) for place, value in enumerate(one.values) if value is not None]
        if known:
            ends.append((plane.y(known[-1][1]), number, one.name))
    ends.sort()
    result = []
    above = float(_TOP) - 16
    for y, number, name in ends:
        above = max(y, above + 16)
        x = plane.left + plane.width + 6
        dash = {"stroke-dasharray": _DASHES[number]} if _DASHES[number % len(_DASHES)] else {}
        key = {
            "class": f"line-{number + 1}",
            "d": f"M{_n(x - 4)} {_n(above)}h14",
            "stroke": _COLOURS[number],
            "stroke-width": 2.5,
        }
        result.append(_tag("path", {**key, **dash}))
        result.append(_text(name, x=x + 15, y=above + 4))
    return result


def _chart(
    *,
    id: str,  # noqa: A002
    title: str,
    words: Sequence[str],
    series: Sequence[Series],
    body: Sequence[str],
    unit: str,
    language: str,
    wide: bool,
    table: Sequence[Series] | None = None,
) -> Chart:
    told = []
    for one in series:
        known = [(value, words[place]) for place, value in enumerate(one.values) if value is not None]
        if known:
            low, high = min(known, key=lambda pair: pair[0]), max(known, key=lambda pair: pair[0])
            told.append(
                _("%(name)s: lowest %(low)s (%(low_at)s), highest %(high)s (%(high_at)s).")
                % {
                    "name": one.name,
                    "low": _exact(low[0], unit, language),
                    "low_at": low[1],
                    "high": _exact(high[0], unit, language),
                    "high_at": high[1],
                }
            )
    columns = list(series if table is None else table)
    rows = tuple(
        (word, *(_exact(one.values[place], unit, language) for one in columns)) for place, word in enumerate(words)
    )
    description = " ".join(told)
    return Chart(
        id=id,
        title=title,
        description=description,
        svg=_svg(
            id,
            title,
            description,
            [_patterns(id, len(series)), *body],
            height=HEIGHT,
            width=WIDE if wide else WIDTH,
            kind="chart chart-wide" if wide else "chart",
        ),
        heads=("", *(one.name for one in columns)),
        rows=rows,
    )


def _svg(
    id: str,  # noqa: A002
    title: str,
    description: str,
    body: Sequence[str],
    *,
    height: float,
    kind: str,
    width: float = WIDTH,
) -> SafeString:
    head = [_tag("title", {"id": f"{id}-title"}, [title]), _tag("desc", {"id": f"{id}-desc"}, [description])]
    frame = {
        "xmlns": "http://www.w3.org/2000/svg",
        "id": id,
        "class": kind,
        "role": "img",
        "aria-labelledby": f"{id}-title {id}-desc",
        "viewBox": f"0 0 {_n(width)} {_n(height)}",
        "font-size": _FONT,
        "font-family": "sans-serif",
    }
    return mark_safe(_tag("svg", frame, [*head, *body]))  # noqa: S308 (every word in it went through _tag)


def _text(words: str, *, x: float, y: float, anchor: str = "start", soft: bool = False) -> str:
    kind = {"class": "chart-soft", "fill": _SOFT} if soft else {"fill": _INK}
    return _tag("text", {**kind, "x": _n(x), "y": _n(y), "text-anchor": anchor}, [words])


def _tag(name: str, attributes: Mapping[str, object], children: Iterable[str] = ()) -> str:
    """One element; attributes and texts are escaped, elements made here are not escaped again."""
    written = "".join(f' {key}="{conditional_escape(str(value))}"' for key, value in attributes.items())
    inside = "".join(str(conditional_escape(child)) for child in children)
    return mark_safe(f"<{name}{written}>{inside}</{name}>")  # noqa: S308 (escaped in the two lines above)


def _n(value: float) -> str:
    """A coordinate with at most one decimal, so that equal figures give equal text everywhere."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def _exact(value: float | None, unit: str, language: str) -> str:
    if value is None:
        return localized.NOTHING
    if unit == "cents":
        return localized.amount(round(value), language)
    return localized.percent(value, language, places=1) if unit == "share" else _count(value, language)


def _short(value: float, unit: str, language: str) -> str:
    if unit == "cents":
        return localized.short_amount(round(value), language)
    return localized.percent(value, language, places=1) if unit == "share" else _count(value, language)


def _count(value: float, language: str) -> str:
    plain = localized.plain_amount(round(value) * 100, language)
    return plain[:-3]


def _labels(labels: Sequence[str | date], language: str) -> list[str]:
    return [localized.month(one, language, short=True) if isinstance(one, date) else str(one) for one in labels]


def _known(series: Sequence[Series]) -> list[float]:
    return [value for one in series for value in one.values if value is not None]


def _stack_reach(series: Sequence[Series]) -> list[float]:
    columns = list(zip(*(one.values for one in series), strict=True))
    tops = [sum(value for value in column if value and value > 0) for column in columns]
    return tops + [sum(value for value in column if value and value < 0) for column in columns]


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches without a gap."""
    result: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            result.append([])
        else:
            result[-1].append((place, value))
    return [run for run in result if run]


def _shaped(one: Any, shape: Callable[..., Any]) -> Any:
    if not isinstance(one, Mapping):
        return one
    return shape(**{key: tuple(value) if isinstance(value, list) else value for key, value in one.items()})


def _check(id: str, words: Sequence[str], columns: Sequence[Sequence[object]]) -> None:  # noqa: A002
    if not _ID.fullmatch(id):
        raise InvalidInput(f"{id}: name the chart in small letters, figures and hyphens")
    if not words:
        raise InvalidInput(f"{id}: there is nothing to draw; show an empty state instead")
    if any(len(column) != len(words) for column in columns):
        raise InvalidInput(f"{id}: each series needs one value for each of the {len(words)} labels")
