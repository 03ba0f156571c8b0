"""Vacation: entitlement, carry-over, lapse."""

from datetime import date
from decimal import Decimal

import pytest

from payroll.germany.law import german_law
from payroll.germany.leave import YearTaken, entitlement, leave_account, no_leave

LAW = german_law(date(2026, 6, 1))


def d(month: int, day: int = 1, year: int = 2026) -> date:
    return date(year, month, day)


@pytest.mark.parametrize(
    ("employed", "week", "expected", "full"),
    [
        ([(d(1), None)], 6, "24", True),  # § 3 (1) BUrlG
        ([(d(1), None)], 5, "20", True),
        ([(d(1), None)], 3, "12", True),
        ([(d(6), None)], 5, "20", True),  # more than six months within the year (§ 4)
        ([(d(7), None)], 5, "10", False),  # six months and no more: BAG 9 AZR 179/15
        ([(d(3), d(7))], 5, "7", False),  # 4/12 of 20 are 6.67: at least half a day becomes one (§ 5 (2))
        ([(d(3), d(6))], 5, "5", False),
        ([(d(8), d(11))], 3, "3", False),
        ([(d(1, year=2025), d(7))], 5, "10", False),  # ends in the first half (§ 5 (1) c)
        ([(d(1, year=2025), d(8))], 5, "20", True),  # ends in the second half: the law takes no twelfths
        ([(d(1), d(5)), (d(5), None)], 5, "20", True),  # adjoining contracts are one employment
        ([(d(1), d(2)), (d(11), None)], 5, "5", False),
        ([(d(1, year=2024), d(1, year=2025))], 5, "0", False),
    ],
)
def test_the_leave_of_a_year(employed, week, expected, full):
    found = entitlement(LAW, year=2026, employed=employed, days_a_week=week)
    assert (found.days, found.full) == (Decimal(expected), full)


def test_a_fraction_below_half_a_day_stays():
    found = entitlement(LAW, year=2026, employed=[(d(9), None)], days_a_week=4)
    assert found.days == Decimal("5.33")


def test_the_contract_adds_and_never_takes():
    more = entitlement(LAW, year=2026, employed=[(d(3), d(7))], days_a_week=5, contract_days=Decimal(30))
    assert more.days == 10
    less = entitlement(LAW, year=2026, employed=[(d(1), None)], days_a_week=5, contract_days=Decimal(10))
    assert less.days == 20
    # Ended in the second half: twelfths of 24 by contract are fewer than the law's whole 20.
    law = entitlement(LAW, year=2026, employed=[(d(1, year=2025), d(8))], days_a_week=5, contract_days=Decimal(24))
    assert law.days == 20


def test_months_without_pay_take_a_twelfth_each():
    found = entitlement(LAW, year=2026, employed=[(d(1, year=2025), None)], days_a_week=5, months_without=3)
    assert found.days == 15


def test_who_is_not_employed_has_no_leave():
    found = no_leave(2026)
    assert (found.entitled, found.remaining, found.free, found.carried_lapses_on) == (0, 0, 0, None)


def _years(*, reminded: bool, early: int = 0) -> list[YearTaken]:
    return [
        YearTaken(year=2025, entitled=Decimal(20), taken_early=Decimal(5), taken_late=Decimal(7), reminded=reminded),
        YearTaken(
            year=2026, entitled=Decimal(20), taken_early=Decimal(early), taken_late=Decimal(2), waiting=Decimal(1)
        ),
    ]


def test_what_was_not_taken_is_carried_over_and_lapses_only_after_a_reminder():
    """§ 7 (3) BUrlG as the courts read it."""
    assert leave_account(LAW, _years(reminded=False), d(12))[-1].remaining == 26
    kept = leave_account(LAW, _years(reminded=True), d(3, 31))[-1]
    assert (kept.carried, kept.lapsed, kept.carried_lapses_on) == (8, 0, d(4))
    gone = leave_account(LAW, _years(reminded=True, early=3), d(4))[-1]
    assert (gone.lapsed, gone.remaining, gone.free) == (5, 20 + 8 - 5 - 5, 17)


def test_leave_taken_in_time_does_not_lapse():
    found = leave_account(LAW, _years(reminded=True, early=9), d(6))[-1]
    assert (found.lapsed, found.remaining) == (0, 17)
