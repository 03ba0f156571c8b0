"""Hours of work against ArbZG and MiLoG."""

from datetime import date
from decimal import Decimal

import pytest

from coop.errors import InvalidInput
from payroll.germany.law import german_law
from payroll.germany.working_time import (
    Rule,
    Worked,
    below_minimum_by_contract,
    below_minimum_wage,
    check_hours,
)

LAW = german_law(date(2026, 6, 1))
MONDAY = date(2026, 6, 8)


def worked(start: str, end: str, pause: int = 0, on: date = MONDAY) -> Worked:
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (start, end))
    return Worked(on=on, start=first, end=last if last > first else last + 24 * 60, break_minutes=pause)


def rules(*rows: Worked, holidays=frozenset()) -> list[tuple[date, Rule, int]]:
    return [(one.on, one.rule, one.minutes) for one in check_hours(LAW, rows, holidays)]


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        (worked("09:00", "15:00"), 0),  # six hours need none
        (worked("09:00", "15:01"), 30),
        (worked("09:00", "15:31", 30), 0),
        (worked("09:00", "18:20", 20), 10),  # nine hours: 30 minutes
        (worked("08:00", "17:31", 30), 15),  # one minute more: 45
        (worked("08:00", "17:46", 45), 0),
    ],
)
def test_breaks(row, missing):
    assert [minutes for _on, rule, minutes in rules(row) if rule is Rule.BREAK] == ([missing] if missing else [])


def test_time_between_two_entries_is_a_break():
    assert rules(worked("08:00", "12:00"), worked("12:30", "16:00")) == []
    assert rules(worked("08:00", "12:00"), worked("12:10", "16:00")) == [(MONDAY, Rule.BREAK, 20)]


def test_long_days():
    assert (MONDAY, Rule.LONG, 120) in rules(worked("08:00", "19:00", 60))
    assert (MONDAY, Rule.TOO_LONG, 1) in rules(worked("08:00", "19:01", 60))


def test_rest_between_days_also_after_midnight():
    late = worked("20:00", "01:30")
    assert rules(late, worked("12:00", "14:00", on=date(2026, 6, 9))) == [(date(2026, 6, 9), Rule.REST, 30)]
    assert rules(late, worked("12:30", "14:00", on=date(2026, 6, 9))) == []


def test_sundays_and_holidays_ask_for_a_day_off():
    sunday = date(2026, 6, 7)
    assert rules(worked("10:00", "12:00", on=sunday)) == [(sunday, Rule.SUNDAY, 120)]
    assert rules(worked("10:00", "12:00"), holidays={MONDAY}) == [(MONDAY, Rule.SUNDAY, 120)]
    assert check_hours(LAW, [worked("10:00", "12:00", on=sunday)])[0].source == "§ 9 ArbZG"


@pytest.mark.parametrize(
    ("start", "end", "pause"), [(600, 600, 0), (600, 590, 0), (600, 660, 60), (600, 2100, 0), (-1, 5, 0)]
)
def test_impossible_times_are_refused(start, end, pause):
    with pytest.raises(InvalidInput):
        Worked(on=MONDAY, start=start, end=end, break_minutes=pause)


def test_pay_below_the_minimum_wage_of_the_hours_worked():
    """13.90 EUR an hour in 2026; 100 hours are 1,390 EUR."""
    assert below_minimum_wage(LAW, 139_000, 100 * 60) == 0
    assert below_minimum_wage(LAW, 138_999, 100 * 60) == 1
    assert below_minimum_wage(LAW, 139_000, 100 * 60 + 1) == 24


@pytest.mark.parametrize(
    ("gross", "hours", "missing"),
    [(60_300, "10.01", 0), (60_299, "10.01", 0), (60_230, "10", 3), (139_000, "24", 5560)],
)
def test_pay_below_the_minimum_wage_of_the_agreed_hours(gross, hours, missing):
    """A month has 13/3 weeks: ten hours a week at 13.90 EUR are 602.33 EUR."""
    assert below_minimum_by_contract(LAW, gross, Decimal(hours)) == missing
