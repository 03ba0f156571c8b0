"""Pay of a day off where hours are paid: leave by the average of the weeks before, sickness by the agreed hours. Pure."""

from datetime import date
from decimal import Decimal

from coop.law import LawOfDay
from coop.money import share_of
from payroll.germany.absence import add_months

_WEEKS_OF_A_QUARTER = 13
_MONTHS_OF_A_QUARTER = 3


def average_since(law: LawOfDay, month: date) -> date:
    """The first of the months whose pay makes the average: 13 weeks are the three months before the one of the leave.

    Raises: LawUnknown. Source: § 11 (1) S. 1 BUrlG.
    """
    weeks: int = law["leave.average_weeks"]
    return add_months(month, -(weeks * _MONTHS_OF_A_QUARTER // _WEEKS_OF_A_QUARTER))


def leave_pay_cents(*, earned_cents: int, working_days: int, days_off: Decimal, agreed_day_cents: Decimal) -> int:
    """What days of leave are paid: the average of a working day of the weeks before, times the days.

    `working_days` are those of the own week with pay; days lost without pay lower nothing. Without any of them, as at
    the beginning of an employment, what was agreed for a day counts.

    Source: § 11 (1) BUrlG.
    """
    if not working_days:
        return share_of(1, agreed_day_cents * days_off)
    return share_of(earned_cents, days_off / working_days)


def sick_pay_cents(*, days_off: Decimal, agreed_day_cents: Decimal) -> int:
    """What days of illness are paid: the hours that were agreed for them. Source: § 4 (1) EFZG."""
    return share_of(1, agreed_day_cents * days_off)


def agreed_day_cents(*, hourly_cents: int, weekly_hours: Decimal, days_a_week: int) -> Decimal:
    """What an agreed working day earns, unrounded."""
    return hourly_cents * weekly_hours / days_a_week
