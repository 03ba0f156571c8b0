"""Hours of work: how long, with which breaks and rest, and what pay they allow. Pure."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise

from coop.errors import InvalidInput
from coop.law import LawOfDay

HOUR = 60
_DAY = 24 * HOUR
_SUNDAY = 6


class Rule(StrEnum):
    """What is not as the law wants it."""

    BREAK = "break"
    TOO_LONG = "too_long"
    LONG = "long"
    REST = "rest"
    SUNDAY = "sunday"


SOURCES = {
    Rule.BREAK: "§ 4 ArbZG",
    Rule.TOO_LONG: "§ 3 ArbZG",
    Rule.LONG: "§ 3 ArbZG",
    Rule.REST: "§ 5 (1) ArbZG",
    Rule.SUNDAY: "§ 9 ArbZG",
}
HINTS = frozenset({Rule.LONG, Rule.SUNDAY})
"""Allowed, but with something to do: a balance later, a day off instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Work from `start` to `end` (minutes after midnight of `on`; `end` may lie in the next day), with a break within."""

    on: date
    start: int
    end: int
    break_minutes: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.start < _DAY or not self.start < self.end <= self.start + _DAY:
            raise InvalidInput("start and end: the end comes after the start, within a day")
        if not 0 <= self.break_minutes < self.end - self.start:
            raise InvalidInput("break: shorter than the time from start to end")

    @property
    def minutes(self) -> int:
        """Working time without the break."""
        return self.end - self.start - self.break_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A day on which something is not as the law wants it; `minutes` says how much is too much or missing."""

    on: date
    rule: Rule
    minutes: int

    @property
    def source(self) -> str:
        """The paragraph."""
        return SOURCES[self.rule]


def check_hours(law: LawOfDay, worked: Iterable[Worked], holidays: Set[date] = frozenset()) -> list[Finding]:
    """What the law says to recorded working time, by day. Time between two entries of a day counts as a break.

    Raises: LawUnknown. Source: §§ 2 to 5, 9 ArbZG.
    """
    found: list[Finding] = []
    days = [
        (day, sorted(rows, key=lambda row: row.start)) for day, rows in groupby(_sorted(worked), lambda row: row.on)
    ]
    for day, rows in days:
        minutes = sum(row.minutes for row in rows)
        rest = sum(row.break_minutes for row in rows)
        rest += sum(max(0, later.start - earlier.end) for earlier, later in pairwise(rows))
        due = _break_due(law, minutes)
        if rest < due:
            found.append(Finding(on=day, rule=Rule.BREAK, minutes=due - rest))
        if minutes > law["hours.day_most"] * HOUR:
            found.append(Finding(on=day, rule=Rule.TOO_LONG, minutes=minutes - law["hours.day_most"] * HOUR))
        elif minutes > law["hours.day_normal"] * HOUR:
            found.append(Finding(on=day, rule=Rule.LONG, minutes=minutes - law["hours.day_normal"] * HOUR))
        if day.weekday() == _SUNDAY or day in holidays:
            found.append(Finding(on=day, rule=Rule.SUNDAY, minutes=minutes))
    for (day, rows), (after, later) in pairwise(days):
        end = max(row.end for row in rows)
        rest = (after - day).days * _DAY + later[0].start - end
        if rest < law["hours.rest"] * HOUR and after - day <= timedelta(days=2):
            found.append(Finding(on=after, rule=Rule.REST, minutes=law["hours.rest"] * HOUR - rest))
    return sorted(found, key=lambda one: (one.on, list(Rule).index(one.rule)))


def below_minimum_wage(law: LawOfDay, gross_cents: int, minutes: int) -> int:
    """By how many cents a month's pay lies below the minimum wage of the minutes worked; 0 where it does not.

    Raises: LawUnknown. Source: § 1 (1) and (2), § 2 MiLoG.
    """
    hourly: Decimal = law["minimum_wage.hour"]
    owed = hourly * 100 * minutes / HOUR
    missing = owed - gross_cents
    return int(missing.to_integral_value(rounding="ROUND_CEILING")) if missing > 0 else 0


def below_minimum_by_contract(law: LawOfDay, gross_cents: int, weekly_hours: Decimal) -> int:
    """By how many cents an agreed monthly pay lies below the minimum wage of the agreed hours; 0 where it does not.

    A month has 13/3 weeks, as the limit of a Minijob is derived (§ 8 (1a) SGB IV).

    Raises: LawUnknown. Source: § 1 (1) and (2) MiLoG.
    """
    hourly: Decimal = law["minimum_wage.hour"]
    missing = hourly * 100 * weekly_hours * 13 / 3 - gross_cents
    # A cent that is lost in dividing a month into weeks is no pay that is missing.
    return int(missing.to_integral_value(rounding="ROUND_FLOOR")) if missing > 0 else 0


def _break_due(law: LawOfDay, minutes: int) -> int:
    due: int
    if minutes > law["hours.long_break_after"] * HOUR:
        due = law["hours.long_break_minutes"]
    elif minutes > law["hours.break_after"] * HOUR:
        due = law["hours.break_minutes"]
    else:
        due = 0
    return due


def _sorted(worked: Iterable[Worked]) -> list[Worked]:
    return sorted(worked, key=lambda row: (row.on, row.start))
