"""Filters and tags of every page: `{% load stetig %}`."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from coop.front import charts, localized

register = template.Library()
NUMBER = re.compile(r"(?<!\S)(?=\S*\d)[\w./]+(?:-[\w./]+)+(?!\S)")
"""A number of a paper, such as 2026-0017: a word with hyphens and digits."""
LONGEST_NUMBER = 24


def _language() -> str:
    return get_language() or "en"


@register.filter
def money(cents: int | str | None, currency: str = "EUR") -> str:
    """Integer cents with their currency, unbreakable; a dash where there is no amount (None or a missing variable)."""
    return localized.NOTHING if cents is None or cents == "" else localized.amount(_cents(cents), _language(), currency)


@register.filter
def money_plain(cents: int | str | None) -> str:
    """Integer cents without a currency, for columns whose head names it."""
    return localized.NOTHING if cents is None or cents == "" else localized.plain_amount(_cents(cents), _language())


@register.filter
def day(on: date | None, form: str = "") -> str:
    """A day or the day of an instant; `:"long"` writes the month out, `:"time"` adds the time."""
    if not on:
        return localized.NOTHING
    if isinstance(on, datetime):
        local = timezone.localtime(on) if timezone.is_aware(on) else on
        if form == "time":
            return localized.moment(local, _language())
        on = local.date()
    return localized.day(on, _language(), long=form == "long")


@register.filter
def month(on: date | None) -> str:
    """The month of a day: "November 2026"."""
    return localized.month(on, _language()) if on else localized.NOTHING


@register.filter
def percent(share: Decimal | float | None) -> str:
    """A share (0.09) as a percentage: "9 %"."""
    return localized.NOTHING if share is None else localized.percent(share, _language())


@register.filter
def rate(share: Decimal | float | None) -> str:
    """A rate of the law (0.01345) with all its places: "1.345 %". `percent` rounds to two."""
    return localized.NOTHING if share is None else localized.percent(share, _language(), places=4)


@register.filter
def at(row: Any, key: str) -> Any:
    """`row[key]` of a mapping, `row.key` of anything else; None where there is none. For tables of any rows."""
    if isinstance(row, Mapping):
        return row.get(key)
    return getattr(row, key, None)


@register.filter
def unbroken(text: Any) -> SafeString:
    """Text in which numbers of papers stay on one line: a browser breaks "2026-0017" after its hyphen."""
    escaped = conditional_escape(text)
    return mark_safe(NUMBER.sub(_whole, escaped)) if "-" in escaped else escaped  # noqa: S308 (escaped above)


def _whole(number: re.Match[str]) -> str:
    if len(number[0]) > LONGEST_NUMBER:
        return number[0]
    return format_html('<span class="nowrap">{}</span>', mark_safe(number[0]))  # noqa: S308 (escaped before)


@register.filter
def isodate(on: date | None) -> str:
    """The machine's form for `<time datetime>`."""
    return on.isoformat() if on else ""


@register.filter
def initials(name: object) -> str:
    """One or two letters for the picture of a person: "Ada Lovelace" and "ada.lovelace@…" give "AL"."""
    words = str(name).split("@")[0].replace(".", " ").replace("-", " ").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.simple_tag
def chart(kind: str, **given: Any) -> charts.Chart:
    """A chart out of plain values: `{% chart "bars" id="fee" title=title series=series labels=labels as fees %}`.

    `kind` is bars, lines, parts or spark; the rest is what `coop.front.charts` asks for, so that pages of
    packages below the front need not import it. Include components/chart_figure.html to show it.
    """
    return charts.draw(kind, language=_language(), **given)


def _cents(value: object) -> int:
    """Money is whole cents; anything else in a template is a mistake to be seen, not rounded."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"money wants integer cents, not {type(value).__name__}")
    return value
