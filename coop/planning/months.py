"""Months by number: how planning counts ahead."""

from datetime import date


def later(month: date, count: int) -> date:
    """The first day of the month that lies `count` months after (below zero: before)."""
    months = month.year * 12 + month.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def ahead(month: date, day: date) -> int:
    """How many months the month of `day` lies after `month`; below zero where before."""
    return (day.year - month.year) * 12 + day.month - month.month
