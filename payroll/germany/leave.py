"""Vacation: what a year gives, what was taken, what is carried over and when it lapses. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from coop.law import LawOfDay
from payroll.germany.absence import Employment, add_months, periods

_SIX_DAY_WEEK = 6
_YEAR = 12
_HALF = Decimal("0.5")
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """The leave of one year, in working days of the person's own week."""

    year: int
    days: Decimal
    statutory_days: Decimal
    full: bool
    """Whether the year gives its whole leave, not twelfths of it."""
    months: int
    """Whole months of employment in the year."""


def entitlement(
    law: LawOfDay,
    *,
    year: int,
    employed: Sequence[Employment],
    days_a_week: int,
    contract_days: Decimal | None = None,
    months_without: int = 0,
) -> Entitlement:
    """The leave that a year gives.

    The whole of it where the employment has lasted longer than six months within the year and does not end in its
    first half; else a twelfth for each whole month. What the contract gives beyond the law comes by twelfths.
    `months_without` are whole months of unpaid or (declared) parental leave, each of which takes a twelfth.

    Raises: LawUnknown. Source: §§ 3, 4, 5 BUrlG; § 17 (1) BEEG; BAG 9 AZR 315/17 (unpaid leave).
    """
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    yearly = Decimal(law["leave.working_days_year"]) * days_a_week / _SIX_DAY_WEEK
    contract = max(contract_days or yearly, yearly)
    months, full = 0, False
    for start, end in periods(employed):
        begin, stop = max(start, first), min(end or after, after)
        if begin >= stop:
            continue
        months += _whole_months(begin, stop)
        waited = add_months(start, law["leave.waiting_months"])
        leaves_early = end is not None and end <= date(year, 7, 1)
        full = full or (waited < stop and not leaves_early)
    lost = min(months_without, months)
    statutory = yearly * ((_YEAR if full else months) - lost) / _YEAR
    by_contract = contract * (months - lost) / _YEAR
    return Entitlement(
        year=year,
        days=max(_rounded(statutory), _rounded(by_contract)),
        statutory_days=_rounded(statutory),
        full=full,
        months=months,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTaken:
    """What happened in a year. Days of the person's own week.

    `reminded`: whether the employer pointed to the leave and its lapse in time. Without that nothing lapses
    (§ 7 (3) BUrlG; BAG 9 AZR 541/15).
    """

    year: int
    entitled: Decimal
    taken_early: Decimal
    """Until the end of the carry-over period."""
    taken_late: Decimal
    waiting: Decimal = Decimal(0)
    """Asked for and not yet decided."""
    reminded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveYear:
    """A year's account of leave, in days."""

    year: int
    entitled: Decimal
    carried: Decimal
    lapsed: Decimal
    taken: Decimal
    waiting: Decimal
    remaining: Decimal
    """What can still be taken, before what waits for a decision."""
    carried_lapses_on: date | None
    """The first day on which what was carried over is gone; None where it does not lapse."""

    @property
    def free(self) -> Decimal:
        """What can still be asked for."""
        return self.remaining - self.waiting


def no_leave(year: int) -> LeaveYear:
    """The account of somebody who is not employed."""
    nothing = Decimal(0)
    return LeaveYear(
        year=year,
        entitled=nothing,
        carried=nothing,
        lapsed=nothing,
        taken=nothing,
        waiting=nothing,
        remaining=nothing,
        carried_lapses_on=None,
    )


def leave_account(law: LawOfDay, years: Sequence[YearTaken], on: date) -> list[LeaveYear]:
    """The account of each year up to the one of `on`, oldest first. What was carried over is taken first.

    Raises: LawUnknown. Source: § 7 (3) BUrlG.
    """
    months: int = law["leave.carry_over_months"]
    result: list[LeaveYear] = []
    carried, reminded = Decimal(0), False
    for year in years:
        gone_on = add_months(date(year.year, 1, 1), months) if reminded else None
        lapsed = Decimal(0)
        if gone_on is not None and gone_on <= on:
            lapsed = max(Decimal(0), carried - year.taken_early)
        taken = year.taken_early + year.taken_late
        remaining = carried - lapsed + year.entitled - taken
        result.append(
            LeaveYear(
                year=year.year,
                entitled=year.entitled,
                carried=carried,
                lapsed=lapsed,
                taken=taken,
                waiting=year.waiting,
                remaining=remaining,
                carried_lapses_on=gone_on if carried > 0 else None,
            )
        )
        carried, reminded = remaining, year.reminded
    return result


def _whole_months(begin: date, stop: date) -> int:
    months = 0
    while add_months(begin, months + 1) <= stop:
        months += 1
    return months


def _rounded(days: Decimal) -> Decimal:
    """At least half a day becomes a whole one; less stays as it is. Source: § 5 (2) BUrlG."""
    days = max(days, Decimal(0))
    whole = days // 1
    return whole + 1 if days - whole >= _HALF else days.quantize(_HUNDREDTH).normalize() + 0
