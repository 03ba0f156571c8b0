"""Pay of a day off where hours are paid, reckoned by hand."""

from datetime import date
from decimal import Decimal

import pytest

from payroll.germany.average_pay import agreed_day_cents, average_since, leave_pay_cents, sick_pay_cents
from payroll.germany.law import german_law

DAY = agreed_day_cents(hourly_cents=2_000, weekly_hours=Decimal(20), days_a_week=4)
"""20 EUR an hour, five hours a day: 100 EUR."""


@pytest.mark.parametrize(
    ("month", "since"), [(date(2026, 3, 1), date(2025, 12, 1)), (date(2026, 12, 1), date(2026, 9, 1))]
)
def test_the_average_looks_at_thirteen_weeks(month, since):
    assert average_since(german_law(month), month) == since


def test_leave_is_paid_by_what_a_working_day_has_earned():
    # 5,850 EUR on 52 working days of 13 weeks: 112.50 a day, three and a half days of leave.
    paid = leave_pay_cents(earned_cents=585_000, working_days=52, days_off=Decimal("3.5"), agreed_day_cents=DAY)
    assert paid == 39_375


def test_leave_in_the_first_month_is_paid_as_agreed():
    assert leave_pay_cents(earned_cents=0, working_days=0, days_off=Decimal("2.5"), agreed_day_cents=DAY) == 25_000


def test_illness_is_paid_by_the_agreed_hours():
    assert DAY == 10_000
    assert sick_pay_cents(days_off=Decimal(3), agreed_day_cents=DAY) == 30_000
    third = agreed_day_cents(hourly_cents=1_501, weekly_hours=Decimal(20), days_a_week=3)
    assert sick_pay_cents(days_off=Decimal(2), agreed_day_cents=third) == 20_013, "two thirds of a cent, rounded once"
