"""What a fund pays back of sick and maternity pay.

Source: § 1, § 2 AAG; one-off pay counts neither for the levy nor for the refund.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from coop.errors import InvalidInput
from coop.money import share_of

HIGHEST_SICKNESS_RATE = Decimal("0.8")
"""§ 1 (1) AAG; a fund's statutes may offer less for a lower levy (§ 9 (2) AAG)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPay:
    """Pay of a month that went on, the employer's contributions to it, in cents, and over how many days it spreads."""

    month: date
    pay_cents: int
    employer_cents: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFigures:
    """What was paid on during the absence, and what comes back. Cents."""

    days: int
    pay_cents: int
    employer_cents: int
    amount_cents: int


def refund(
    months: Iterable[MonthPay], *, since: date, until: date, rate: Decimal, with_contributions: bool
) -> RefundFigures:
    """The refund for the days from `since` until `until` (exclusive).

    A day's pay is the month's, divided by the calendar days it was paid for. `with_contributions`: whether the fund's statutes
    refund the employer's contributions too; without, they are left out.

    Raises: InvalidInput, where the range is empty or a month in it has no pay.
    """
    if until <= since:
        raise InvalidInput("until: must be after the first day")
    known = {one.month: one for one in months}
    pay = employer = 0
    for month, days in _days_by_month(since, until).items():
        if month not in known:
            raise InvalidInput(f"{month:%m/%Y}: no posted payslip; refunds are figured from what was paid")
        paid = known[month]
        if days > paid.days:
            raise InvalidInput(f"{month:%m/%Y}: fewer days than these were paid")
        pay += share_of(paid.pay_cents, Decimal(days) / paid.days)
        employer += share_of(paid.employer_cents, Decimal(days) / paid.days)
    if not with_contributions:
        employer = 0
    return RefundFigures(
        days=(until - since).days,
        pay_cents=pay,
        employer_cents=employer,
        amount_cents=share_of(pay + employer, rate),
    )


def _days_by_month(since: date, until: date) -> dict[date, int]:
    found: dict[date, int] = {}
    day = since
    while day < until:
        month = day.replace(day=1)
        found[month] = found.get(month, 0) + 1
        day += timedelta(days=1)
    return found
