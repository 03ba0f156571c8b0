"""The yearly report to the accident insurer: people, pay and hours by hazard tariff point.

Source: § 165 SGB VII, § 99 SGB IV; due on 16 February of the year after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

WEEKS_A_MONTH = Decimal(13) / Decimal(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredYear:
    """One person's year: pay in cents, and the hours of each month paid."""

    person_id: int
    pay_cents: int
    hours: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccidentReport:
    """What is reported of one tariff point. Pay in whole euros, hours in whole hours."""

    people: int
    pay_euros: int
    hours: int
    capped: int
    """How many people's pay was cut to the most that counts."""


def accident_report(people: Iterable[InsuredYear], *, most_year_cents: int) -> AccidentReport:
    """The report of a year. Each person's pay counts up to `most_year_cents`; one who was paid counts."""
    rows = [one for one in people if one.pay_cents > 0]
    hours = sum((sum(one.hours, Decimal(0)) for one in rows), Decimal(0))
    return AccidentReport(
        people=len(rows),
        pay_euros=(sum(min(one.pay_cents, most_year_cents) for one in rows) + 50) // 100,
        hours=int(hours.quantize(Decimal(1), rounding=ROUND_HALF_UP)),
        capped=sum(one.pay_cents > most_year_cents for one in rows),
    )
